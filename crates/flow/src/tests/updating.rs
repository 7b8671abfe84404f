//! Tests `on_update`: running conversations when a new version goes live.

use super::Talk;
use crate::{
    Becomes, Versions,
    base::{ids::VersionId, place::SourceFile},
    becomes, parse_set,
};
use std::sync::Arc;

const OLD: &str = "flow: it
when: [{message: go}]
on_update: UPDATE
steps:
  - ask: Which colour?
    as: colour
    options: [Red, {title: Blue, do: [{say: Blue it is.}]}]
    timeout: 2h
    on_timeout: [{say: Too late.}]
  - say: Old ${colour}.
";

fn version(text: &str) -> Arc<crate::FlowSet> {
    let (set, findings) = parse_set(&[SourceFile::new("flows/it.yaml", text)]);
    assert!(!findings.iter().any(|found| found.is_error()), "{findings:?}");
    Arc::new(set)
}

/// The flow is changed after the first question; then the rest of the conversation follows.
fn changed(update: &str, change: impl Fn(String) -> String, rest: &[&str]) {
    let old = OLD.replace("UPDATE", update);
    let mut talk = Talk::new("bot: Test\n", &old);
    talk.line("< go").unwrap();
    talk.line("> Which colour? [Red] [Blue]").unwrap();
    let new = version(&change(old.clone()));
    talk.versions = Versions::new(VersionId(2), new).with(VersionId(1), version(&old));
    for line in rest {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}"));
    }
    talk.nothing_unread().unwrap();
}

fn reworded(text: String) -> String {
    text.replace("Old ${colour}", "New ${colour}")
}

#[test]
fn people_finish_on_their_version_unless_the_flow_says_otherwise() {
    changed("finish", reworded, &["< red", "> Old Red."]);
}

#[test]
fn who_waits_with_an_unchanged_question_moves() {
    changed("move", reworded, &["< red", "* moved", "> New Red."]);
    // The steps behind the answer may have changed as well.
    changed("move", |text| reworded(text).replace("Blue it is", "So blue"), &["<- Blue", "> So blue.", "> New Blue."]);
    changed(
        "move",
        |text| reworded(text).replace("Too late", "Much too late"),
        &["+2h", "> Much too late.", "> New ."],
    );
}

#[test]
fn who_waits_with_another_question_finishes() {
    changed("move", |text| reworded(text).replace("Which colour", "What colour"), &["< red", "> Old Red."]);
    changed("move", |text| reworded(text).replace("[Red,", "[Red, Green,"), &["< red", "> Old Red."]);
    changed("move", |text| reworded(text).replace("ask: Which", "id: q\n    ask: Which"), &["< red", "> Old Red."]);
}

#[test]
fn new_variables_of_a_moved_run_have_their_start_values() {
    let change = |text: String| {
        reworded(text).replace("on_update", "vars: {size: 3}\non_update").replace("New ${colour}", "${size} ${colour}")
    };
    changed("move", change, &["< red", "> 3 Red."]);
}

#[test]
fn a_restart_asks_from_the_top_when_the_contact_writes() {
    let change = |text: String| reworded(text).replace("Which colour", "What colour");
    changed("restart", change, &["< red", "> What colour? [Red] [Blue]", "* run restarted", "<- Red", "> New Red."]);
    changed("restart", change, &["<- Red", "> What colour? [Red] [Blue]"]);
}

#[test]
fn a_restart_happens_too_when_time_moves_the_run() {
    let old = "flow: it\nwhen: [{message: go}]\non_update: restart\nsteps: [{say: One., if_closed: skip}, {wait: 1h}, {say: Two., if_closed: skip}]\n";
    let mut talk = Talk::new("bot: Test\n", old);
    talk.line("< go").unwrap();
    talk.line("> One.").unwrap();
    let new = version(&old.replace("One.", "Uno."));
    talk.versions = Versions::new(VersionId(2), new).with(VersionId(1), version(old));
    for line in ["+1h", "> Uno.", "+1h", "> Two."] {
        talk.line(line).unwrap_or_else(|what| panic!("`{line}`: {what}"));
    }
}

#[test]
fn what_becomes_of_a_run_can_be_told_before() {
    for (update, change, wanted) in
        [("finish", "New", Becomes::Finishes), ("move", "New", Becomes::Moves), ("restart", "New", Becomes::Restarts)]
    {
        let old = OLD.replace("UPDATE", update);
        let mut talk = Talk::new("bot: Test\n", &old);
        talk.line("< go").unwrap();
        let session = talk.session();
        let new = version(&old.replace("Old", change));
        assert_eq!(becomes(&new, &version(&old), &session.runs[0]), wanted, "{update}");
    }
}
