//! Tests errors (language.md 7), and limits.

use super::{Talk, check, check_bot};
use crate::base::limits::TURNS_BY_ITSELF_MAX;

fn failing(more: &str) -> String {
    format!(
        "flow: a\nwhen: [{{message: go}}, {{api: true}}]\n{more}steps:\n  - script: 'let a = 1; a / 0'\n  - say: Never.\n"
    )
}

#[test]
fn the_steps_own_on_error_comes_first_and_ends_the_flow() {
    let flow = "flow: a
when: [{message: go}]
on_error: [{say: The flow.}]
steps:
  - script: 'let a = []; a.nothing()'
    on_error: [{say: The step.}]
  - say: Never.
";
    let flow = flow.replace("let a = []; a.nothing()", "let a = 1; a / 0");
    check(&flow, "< go\n> The step.\n* run done");
}

#[test]
fn an_on_error_that_jumps_goes_on() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - script: 'let a = 1; a / 0'
    on_error: {go: plan_b}
blocks:
  plan_b: [{say: Plan B.}]
";
    check(flow, "< go\n> Plan B.\n* run done");
}

#[test]
fn then_the_flows_and_the_callers() {
    check(&failing("on_error: [{say: The flow.}]\n"), "< go\n> The flow.");
    let caller = format!(
        "flow: b\nwhen: [{{message: call}}]\nsteps:\n  - call: a\n    on_error: [{{say: The caller.}}]\n  - say: Never.\n---\n{}",
        failing("")
    );
    check(&caller, "< call\n> The caller.\n* run done");
}

#[test]
fn then_the_bots_while_we_are_talking() {
    let bot =
        "bot: Test\nteams: {support: {}}\ndefaults:\n  on_error: [{say: 'Oh no: ${error.code}'}, {handoff: support}]\n";
    check_bot(bot, &failing(""), "< go\n> Oh no: script\n* failed script\n* handoff support");
    check_bot(bot, &failing(""), "< x\n+16m\n~ start a api\n* failed script\n* run failed\n= with_person false");
}

#[test]
fn built_in_says_so_and_hands_off() {
    check(
        &failing(""),
        "< go\n> Something went wrong on our side. A person will look at it.\n* failed script\n* run failed\n= with_person true",
    );
    check(&failing(""), "~ start a api\n* failed script\n* run failed\n= with_person false");
}

#[test]
fn the_built_in_hand_off_goes_to_the_only_team_and_of_several_to_none() {
    for (teams, wanted) in [("{support: {}}", "handoff support:"), ("{billing: {}, support: {}}", "handoff :")] {
        let mut talk = Talk::new(&format!("bot: Test\nteams: {teams}\n"), &failing(""));
        talk.line("< go").unwrap();
        let handed = talk.happened.iter().find(|what| what.starts_with("handoff")).expect("it hands over");
        assert!(handed.starts_with(wanted), "{handed}");
        assert!(talk.session().person.is_some_and(|person| person.team.is_some() == (wanted != "handoff :")));
    }
}

#[test]
fn an_error_inside_error_steps_ends_the_run() {
    check(&failing("on_error: [{script: 'let b = 2; b / 0'}]\n"), "< go\n* dead letter\n* run failed");
}

#[test]
fn a_flow_without_end_is_ended() {
    let flow = "flow: a
when: [{message: go}]
steps: [{set: {x: 1}}, {go: top}]
";
    check(flow, "< go\n* dead letter\n* run failed\n= runs 0");
}

#[test]
fn calls_without_end_are_an_error() {
    let flow = "flow: a
when: [{message: go}]
on_error: [{say: '${error.code}'}]
steps: [{call: top}]
";
    check(flow, "< go\n> call_depth\n* run done");
}

#[test]
fn a_say_with_on_error_waits_for_its_fate() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: One
    on_error: [{say: 'It failed: ${error.code}'}]
  - say: Two
";
    check(flow, "< go\n> One\n> Two");
    check(flow, "~ fail 131026\n< go\n> It failed: 131026\n* run done");
}

#[test]
fn a_say_with_on_error_that_is_kept_holds_up_nobody() {
    let flows = "flow: ping
when: [{api: true}]
steps:
  - say: Ping!
    on_error: [{say: 'It failed: ${error.code}'}]
---
flow: hello
when: [{message: hello}]
steps: [{say: Hello.}]
";
    check(flows, "~ start ping api\n= held 1\n= runs 0\n< hello\n> Hello.\n> Ping!");
}

#[test]
fn the_time_of_a_question_that_is_postponed_after_all_stands_still() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: Name?
    timeout: 2h
    on_timeout: [{say: Too late.}]
";
    check(flow, "< go\n> Name?\n~ postponed\n+3h\n= runs 1");
}

#[test]
fn a_question_that_cannot_be_sent_takes_on_error() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: Name?
    on_error: [{say: 'It failed: ${error.code}'}]
";
    check(flow, "~ fail 131026\n< go\n> It failed: 131026");
    check(flow, "< go\n> Name?\n~ failed 131026\n> It failed: 131026");
}

#[test]
fn an_empty_text_is_an_error() {
    let flow = "flow: a
when: [{message: go}]
on_error: [{say: '${error.code}'}]
steps: [{say: '${contact.city}'}]
";
    check_bot("bot: Test\nfields: {city: text}\n", flow, "< go\n> empty_text");
}

#[test]
fn a_template_whose_value_is_missing_is_an_error() {
    let flow = "flow: a
when: [{event: paid}]
steps:
  - template: order_paid
    vars: ['${event.data.order}']
    on_error: [{log: x}, {say: '${error.code}: ${error.text}', if_closed: hold}]
  - wait: 1h
";
    let missing = "empty_text: the value of {{1}} of template `order_paid` came out empty";
    check(flow, &format!("< hi\n* unanswered\n~ event paid {{}}\n> {missing}"));
    check(flow, "< hi\n* unanswered\n~ event paid {\"order\": \"A1\"}\n! order_paid\n= runs 1");
    let unsaid = flow.lines().filter(|line| !line.contains("on_error")).collect::<Vec<_>>().join("\n");
    check(&unsaid, "~ event paid {}\n* run failed\n= runs 0");
}

#[test]
fn a_template_that_stands_for_a_message_needs_its_values_only_when_it_goes() {
    let flow = "flow: a
when: [{event: paid}]
steps:
  - ask: Is it well?
    if_closed: {template: order_paid, vars: {order: '${event.data.order}'}}
    on_error: [{tag: failed}]
";
    check(flow, "< hi\n* unanswered\n~ event paid {}\n> Is it well?");
    check(flow, "~ event paid {}\n* run done\n= runs 0");
}

#[test]
fn starts_in_line_have_a_limit() {
    let flows =
        "flow: q\nwhen: [{message: go}]\nsteps: [{ask: 'A?'}]\n---\nflow: p\nwhen: [{api: true}]\nsteps: [{log: x}]\n";
    let queued = "~ start p api\n* queued p\n".repeat(crate::base::limits::QUEUED_STARTS_MAX);
    check(flows, &format!("< go\n> A?\n{queued}~ start p api\n* refused p busy\n= queue 50"));
}

#[test]
fn open_runs_have_a_limit() {
    let flow = "flow: p\nwhen: [{api: true}]\nsteps: [{wait: 1d}]\n";
    let started = "~ start p api\n* started p\n".repeat(crate::base::limits::RUNS_PER_CONVERSATION_MAX);
    check(flow, &format!("{started}~ start p api\n* refused p busy\n= runs 50"));
}

#[test]
fn messages_that_wait_for_a_call_have_a_limit() {
    let flow = "flow: p\nwhen: [{message: go}]\nsteps: [{http: 'GET https://x.example'}]\n";
    let waiting = "< hello\n".repeat(crate::base::limits::WAITING_MESSAGES_MAX);
    check(flow, &format!("< go\n{waiting}= needs_person false\n< one more\n* needs person"));
}

#[test]
fn a_conversation_that_grows_without_end_loses_its_run() {
    let flow = "flow: p
when: [{message: go}]
vars: {all: [], long: x}
steps:
  - script: 'let t = long; while t.len() < 30000 { t += t; } t'
    as: long
  - wait: reply
  - set: {'all[]': '${long}'}
  - go: again
blocks:
  again:
    - wait: reply
    - set: {'all[]': '${long}'}
    - go: again
";
    let mut talk = super::Talk::new("bot: Test\n", flow);
    talk.line("< go").unwrap();
    for _ in 0..50 {
        talk.line("< more").unwrap();
        assert!(talk.session.len() <= crate::base::limits::SESSION_BYTES_MAX);
    }
    assert!(talk.session().runs.is_empty());
}

#[test]
fn a_run_whose_version_is_lost_ends() {
    let mut talk = super::Talk::new("bot: Test\n", "flow: p\nwhen: [{message: go}]\nsteps: [{ask: 'A?'}]\n");
    talk.line("< go").and_then(|()| talk.line("> A?")).unwrap();
    talk.versions = super::Talk::new("bot: Test\n", "flow: q\nwhen: [{message: go}]\nsteps: [{say: Q}]\n").versions;
    talk.line("< go").unwrap();
    for expected in ["* dead letter", "* run failed", "> Q"] {
        talk.line(expected).unwrap();
    }
}

#[test]
fn what_goes_from_message_to_message_for_ever_is_ended() {
    let flow = "flow: a\nwhen: [{message: go}]\nsteps:\n  - say: Hello\n    on_error: [{log: lost}]\n  - go: top\n";
    let all = "> Hello\n".repeat(TURNS_BY_ITSELF_MAX as usize + 2);
    check(flow, &format!("< go\n{all}* dead letter\n* run failed\n= runs 0"));
    // A wait moves the run, however often it repeats.
    let waits = flow.replace("  - go: top", "  - wait: 1m\n  - go: top");
    check(&waits, &format!("< go\n> Hello\n{}= runs 1", "+1m\n> Hello\n".repeat(TURNS_BY_ITSELF_MAX as usize + 2)));
}

#[test]
fn what_goes_from_call_to_call_for_ever_is_ended() {
    let flow = "flow: a\nwhen: [{message: go}]\nsteps:\n  - http: POST ${env.URL}/x\n  - go: top\n";
    let all = "~ answer 200\n".repeat(TURNS_BY_ITSELF_MAX as usize);
    check_bot("bot: Test\nenv: [URL]\n", flow, &format!("< go\n{all}= runs 1\n~ answer 200\n* dead letter\n= runs 0"));
}
