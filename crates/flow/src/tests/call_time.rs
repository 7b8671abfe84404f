//! Tests `call` with a `timeout`.

use super::{check, check_bot};

const FLOWS: &str = "flow: a
when: [{message: go}]
steps:
  - call: b
    as: size
    timeout: 2h
    on_timeout: [{say: Too late}]
  - say: 'Size ${size ?? \"unknown\"}'
---
flow: b
steps:
  - ask: 'Which size?'
    as: size
    remind: {after: 90m, say: Well?}
  - wait: {event: measured}
  - end:
    return: '${size}'
";

#[test]
fn what_is_called_ends_when_its_time_is_up() {
    check(FLOWS, "< go\n> Which size?\n+1h59m\n> Well?\n= runs 1\n+1m\n> Too late\n> Size unknown\n* run done");
}

#[test]
fn its_time_counts_over_all_that_waits_in_it() {
    let answered = "< go\n> Which size?\n+1h\n< L\n+59m\n= runs 1";
    check(FLOWS, &format!("{answered}\n~ restart\n+1m\n> Too late\n> Size unknown\n* run done"));
    check(FLOWS, &format!("{answered}\n~ event measured\n> Size L\n* run done\n+2h"));
}

#[test]
fn its_question_takes_no_answer_any_more() {
    let flows = FLOWS.replace("Which size?'", "Which size?'\n    options: [S, L]");
    check(&flows, "< go\n> Which size? [S] [L]\n+2h\n> Well?\n> Too late\n> Size unknown\n* run done\n<- L");
}

#[test]
fn without_steps_for_it_the_run_ends_as_by_a_question_that_nobody_answers() {
    let flows = FLOWS.replace("    on_timeout: [{say: Too late}]\n", "");
    check(&flows, "< go\n> Which size?\n+2h\n> Well?\n* run expired");
    let flows = flows.replacen("steps:", "on_expire: [{say: Another time}]\nsteps:", 1);
    check(&flows, "< go\n> Which size?\n+2h\n> Well?\n> Another time\n* run expired");
}

#[test]
fn of_calls_in_each_other_the_outer_one_takes_the_inner_one_with_it() {
    let flow = |outer: &str, inner: &str| {
        format!(
            "flow: a
when: [{{message: go}}]
steps:
  - call: outer
    timeout: {outer}
    on_timeout: [{{say: Outer}}]
  - say: Done
blocks:
  outer:
    - call: inner
      timeout: {inner}
      on_timeout: [{{say: Inner}}]
    - wait: 1h
    - say: Behind
  inner:
    - wait: {{event: x}}
"
        )
    };
    check(&flow("2h", "3h"), "< go\n+2h\n> Outer\n> Done\n* run done\n+3h");
    check(&flow("2h", "2h"), "< go\n+2h\n> Outer\n> Done\n* run done");
    check(&flow("3h", "1h"), "< go\n+1h\n> Inner\n+1h\n> Behind\n> Done\n* run done\n+3h");
    check(&flow("90m", "1h"), "< go\n+1h\n> Inner\n+30m\n> Outer\n> Done\n* run done");
}

#[test]
fn a_go_to_another_flow_keeps_the_time_of_the_call() {
    let flows = "flow: a
when: [{message: go}]
steps: [{call: b, timeout: 1h, on_timeout: [{say: Late}]}]
---
flow: b
steps: [{go: c}]
---
flow: c
steps: [{wait: {event: x}}, {say: x}]
";
    check(flows, "< go\n+1h\n> Late\n* run done");
}

#[test]
fn it_may_end_at_a_moment() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - call: b
    timeout: {until: '18:00'}
    on_timeout: [{say: Late}]
blocks:
  b: [{ask: Well?}, {say: Fine}]
";
    // It is noon in London, and one o'clock in Madrid, where the contact is.
    check(flow, "< go\n> Well?\n+4h59m\n= runs 1\n+1m\n> Late\n* run done");
    check(flow, "< go\n> Well?\n< yes\n> Fine\n* run done");
}

#[test]
fn what_comes_back_from_elsewhere_afterwards_changes_nothing() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - call: b
    timeout: 5s
    on_timeout: [{say: Late}]
  - ask: And now?
blocks:
  b:
    - http: POST ${env.URL}/x
    - say: Back
";
    let bot = "bot: Test\nenv: [URL]\nteams: {support: {}}\n";
    check_bot(bot, flow, "< go\n< hello?\n+5s\n> Late\n> And now?\n* run done");
    check_bot(bot, flow, "< go\n+5s\n> Late\n> And now?\n~ answer 200\n= runs 1");
    check_bot(bot, flow, "< go\n~ answer 200\n> Back\n> And now?\n+5s\n= runs 1");
}

#[test]
fn a_person_who_was_called_in_gives_the_conversation_back() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - call: b
    timeout: 3h
    on_timeout: [{say: Nobody was there}]
blocks:
  b: [{handoff: support, until_done: true}, {say: Back}]
";
    check(flow, "< go\n* handoff support\n+2h\n= with_person true\n+1h\n> Nobody was there\n= with_person false");
}

#[test]
fn while_a_person_has_the_conversation_it_waits_and_a_question_ends_silently() {
    check(FLOWS, "< go\n> Which size?\n~ person\n+2h\n* run expired\n~ back");
    check(FLOWS, "< go\n> Which size?\n< L\n~ person\n+2h\n= runs 1\n~ back\n> Too late\n> Size unknown\n* run done");
}

#[test]
fn while_its_flow_is_paused_its_time_is_not_up() {
    check(
        FLOWS,
        "< go\n> Which size?\n< L\n~ pause a\n+3h\n= runs 1\n~ resume a\n+1h\n> Too late\n> Size unknown\n* run done",
    );
}

#[test]
fn a_called_flow_that_ends_says_its_last_words_to_their_end() {
    let caller = "flow: a
when: [{message: go}]
steps: [{call: b, timeout: 2h, on_timeout: [{say: Late}]}]
---
flow: b
";
    let expires = "on_expire: [{say: Bye}, {wait: 3h}, {say: Really}]
steps: [{ask: Which?, timeout: 1h}]
";
    check(&format!("{caller}{expires}"), "< go\n> Which?\n+1h\n> Bye\n+2h59m\n= runs 1\n+1m\n> Really\n* run expired");
    let stops = "stop_when: [{event: paid}]
on_stop: [{say: Thanks}, {wait: 3h}, {say: Really}]
steps: [{ask: Which?}]
";
    check(&format!("{caller}{stops}"), "< go\n> Which?\n~ event paid\n> Thanks\n+3h\n> Really\n* run stopped");
}

#[test]
fn its_question_is_not_asked_again_when_its_time_was_up_meanwhile() {
    let flows = "flow: a
when: [{message: go}]
steps: [{call: b, timeout: 2h, on_timeout: [{say: Late}]}]
---
flow: b
steps: [{ask: Which?, timeout: 5h}]
---
flow: promo
when: [{api: true}]
if_busy: aside
steps: [{ask: 'An offer?', timeout: 1h, on_timeout: [end]}]
";
    check(flows, "< go\n> Which?\n+90m\n~ start promo api\n> An offer?\n+1h\n* run done\n> Late\n* run done");
}
