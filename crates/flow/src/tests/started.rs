//! Tests `start`: separate runs, now and later, for one and for many.

use super::{Talk, check, check_bot};

const LESSON: &str = "---\nflow: lesson\ninputs: {n: whole}\nsteps:\n  - say: 'Lesson ${n}'\n";

fn flow(steps: &str) -> String {
    format!("flow: a\nwhen: [{{message: go}}]\nsteps:\n{steps}{LESSON}")
}

#[test]
fn a_started_flow_is_a_run_of_its_own_behind_this_one() {
    let steps = "  - start: lesson\n    with: {n: 1}\n  - say: First\n";
    check(&flow(steps), "< go\n> First\n* run done\n* began lesson\n> Lesson 1\n* run done");
}

#[test]
fn it_waits_in_line_while_a_question_is_open() {
    let steps = "  - start: lesson\n    with: {n: 1}\n  - ask: Name?\n    as: name\n  - say: Hi ${name}\n";
    check(&flow(steps), "< go\n> Name?\n* queued lesson\n< Ada\n> Hi Ada\n> Lesson 1");
}

#[test]
fn what_waits_in_line_under_the_same_key_gives_way() {
    let steps = "  - start: lesson\n    with: {n: 1}\n    key: next\n  - ask: Name?\n  - start: lesson\n    with: {n: 2}\n    key: next\n  - say: Done\n";
    check(&flow(steps), "< go\n> Name?\n* queued lesson\n< Ada\n* not meant lesson\n> Done\n> Lesson 2");
}

#[test]
fn what_is_taken_back_does_not_begin() {
    let steps = "  - start: lesson\n    with: {n: 1}\n    key: next\n  - start: {cancel: next}\n  - say: Done\n";
    check(&flow(steps), "< go\n* take back next\n> Done\n* run done");
}

#[test]
fn what_is_for_later_is_planned() {
    let steps = "  - start: lesson\n    with: {n: 1}\n    at: ${now() + hours(24)}\n    key: next\n";
    check(&flow(steps), "< go\n* plan lesson in 1d as next\n* run done");
}

#[test]
fn what_is_for_many_is_planned() {
    let steps =
        "  - start: lesson\n    with: {n: 1}\n    for: {tags: ['waiting_${1 + 1}'], limit: 3}\n    at: \"10:00\"\n";
    check(&flow(steps), "< go\n* plan lesson for waiting_2 at 10:00:00\n* run done");
}

#[test]
fn a_circle_of_starts_ends_with_a_finding_in_the_trace() {
    let mut talk = Talk::new("bot: Test\n", "flow: a\nwhen: [{message: go}]\nsteps:\n  - log: x\n  - start: top\n");
    talk.line("< go").unwrap();
    talk.line("* alarm event_depth").unwrap();
    let began = talk.trace.iter().filter(|line| line.ends_with("starts as a run of its own")).count();
    assert_eq!(began, crate::base::limits::EVENT_DEPTH_MAX);
    let said = talk.trace.iter().filter(|line| line.contains("a circle?")).count();
    assert_eq!(said, 1);
}

#[test]
fn a_circle_of_events_ends_with_a_finding_in_the_trace() {
    let flow = "flow: a\nwhen: [{message: go}, {event: again}]\nsteps:\n  - emit: again\n";
    let mut talk = Talk::new("bot: Test\n", flow);
    talk.line("< go").unwrap();
    talk.line("* alarm event_depth").unwrap();
    let said = talk.trace.iter().filter(|line| line.contains("a circle?")).count();
    assert_eq!(said, 1);
}

#[test]
fn what_starts_itself_after_a_while_is_no_circle() {
    let flow = |seconds: i64| {
        format!(
            "flow: a\nwhen: [{{message: go}}]\nsteps:\n  - start: top\n    at: ${{now() + minutes(1) - seconds({seconds})}}\n"
        )
    };
    let depth = |flow: String| {
        let mut talk = Talk::new("bot: Test\n", &flow);
        talk.line("< go").unwrap();
        talk.planned.first().map(|planned| planned.depth)
    };
    assert_eq!(depth(flow(0)), Some(0));
    assert_eq!(depth(flow(1)), Some(1));
}

#[test]
fn a_start_without_a_message_needs_consent_like_any_other() {
    let bot = "bot: Test\ntopics: {marketing: {needs: consent}}\n";
    let flows = "flow: a\nwhen: [{message: go}]\nsteps:\n  - say: Hi\n  - start: news\n---\nflow: news\ntopic: marketing\nsteps:\n  - say: News\n";
    check_bot(bot, flows, "< go\n> Hi\n* refused news no_consent");
}

const DRAFT: &str = "---\nflow: lesson\ndraft: true\ninputs: {n: {type: whole, default: 0}}\nwhen: [{event: learn}]\nsteps:\n  - say: 'Lesson ${n}'\n";

#[test]
fn a_draft_is_started_for_testers_only_and_all_others_are_counted() {
    let flows = format!(
        "flow: a\nwhen: [{{message: go}}]\nsteps:\n  - start: lesson\n    with: {{n: 1}}\n  - say: Done\n{DRAFT}"
    );
    check(&flows, "< go\n> Done\n* refused lesson draft\n* run done\n~ start lesson\n* refused lesson draft");
    let bot = "bot: Test\ndraft_testers: [\"+34600111222\"]\n";
    check_bot(bot, &flows, "< go\n> Done\n* run done\n> Lesson 1");
    let mut talk = Talk::new("bot: Test\n", &flows);
    talk.line("< go").unwrap();
    let said = |talk: &Talk| {
        talk.trace
            .iter()
            .filter(|line| line.contains("`lesson` does not start: it is a draft"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert!(said(&talk)[0].trim_start().starts_with("a.start"), "at the step that starts it: {:?}", talk.trace);
}

#[test]
fn a_drafts_own_triggers_mean_nobody_but_testers_and_the_trace_says_so() {
    let mut talk = Talk::new("bot: Test\n", &format!("flow: a\nsteps:\n  - log: x\n{DRAFT}"));
    talk.line("~ event learn").unwrap();
    talk.line("* not meant lesson").unwrap();
    assert!(talk.trace.iter().any(|line| line.contains("`lesson` does not start: it is a draft")), "{:?}", talk.trace);
}

#[test]
fn what_would_start_a_paused_flow_is_refused_as_paused() {
    let flows = format!(
        "flow: a\nwhen: [{{message: go}}]\nsteps:\n  - start: lesson\n    with: {{n: 1}}\n  - say: Done\n{LESSON}"
    );
    let mut talk = Talk::new("bot: Test\n", &flows);
    talk.paused.failing.insert("lesson".into());
    for line in ["< go", "> Done", "* refused lesson paused", "~ start lesson {\"n\": 1}", "* refused lesson paused"] {
        talk.line(line).unwrap();
    }
    assert!(talk.trace.iter().any(|line| line.contains("`lesson` does not start: it is paused")), "{:?}", talk.trace);
}

#[test]
fn what_waits_until_its_flow_is_a_draft_is_refused_then() {
    let flows = format!(
        "flow: a\nwhen: [{{message: go}}]\nsteps:\n  - start: lesson\n    at: ${{now() + hours(2)}}\n    key: k\n{DRAFT}"
    );
    check(&flows, "< go\n* plan lesson in 2h as k\n~ start lesson start k\n* refused lesson draft");
}
