//! `on_undelivered`: messages that fail after they were taken, and those that nobody hears of again.

use super::check;

const SAY: &str = "flow: a
when: [{message: go}]
steps:
  - say: One
    on_undelivered: [{say: Lost, if_closed: skip}]
  - say: Two
    if_closed: {template: two}
";

#[test]
fn the_flow_goes_on_when_it_has_arrived() {
    check(SAY, "< go\n> One\n+1m\n~ delivered\n> Two\n* run done");
}

#[test]
fn a_failed_status_takes_the_steps_and_goes_on() {
    check(SAY, "< go\n> One\n~ failed 131026\n> Lost\n> Two\n* run done");
}

#[test]
fn so_does_a_refusal_at_once() {
    check(
        SAY,
        "< go\n~ fail 131026\n* run done\n"
            .replace("~ fail 131026\n* run done\n", "> One\n~ delivered\n> Two")
            .as_str(),
    );
    let refused = format!("~ fail 131026\n< go\n{}", "> Lost\n> Two\n* run done");
    check(SAY, &refused);
}

#[test]
fn silence_beyond_the_time_to_live_counts_as_lost() {
    let flow = SAY.replace("say: One", "template: one");
    check(&flow, "~ ttl 1h\n< go\n! one\n+64m\n+1m\n> Lost\n> Two");
    check(&flow, "< go\n! one\n+29d\n+1d\n+5m\n! two");
}

#[test]
fn other_messages_are_answered_meanwhile() {
    let flow = format!("{SAY}---\nflow: help\nwhen: [{{message: help}}]\nsteps: [{{say: Here}}]\n");
    check(&flow, "< go\n> One\n< help\n> Here\n");
}

#[test]
fn an_error_at_sending_goes_to_on_error_where_there_is_one() {
    let flow = SAY.replace("    on_undelivered", "    on_error: [{say: Broken}]\n    on_undelivered");
    check(&flow, "~ fail 131026\n< go\n> Broken\n* run done");
    check(&flow, "< go\n> One\n~ failed 131026\n> Lost\n> Two");
}

const ASK: &str = "flow: a
when: [{message: go}]
expires: 3d
steps:
  - ask: One?
    on_undelivered: [{say: Lost, if_closed: skip}, end]
  - say: Two
";

#[test]
fn a_question_that_failed_takes_its_steps() {
    check(ASK, "< go\n> One?\n~ failed 131026\n> Lost\n* run done");
    check(ASK, "~ ttl 1h\n< go\n> One?\n+65m\n> Lost\n* run done");
    check(ASK, "~ ttl 1h\n< go\n> One?\n~ delivered\n+65m\n< x\n> Two");
    check(ASK, "~ ttl 1h\n< go\n> One?\n< x\n> Two");
}

#[test]
fn without_them_its_run_ends() {
    let flow = ASK.replace("    on_undelivered: [{say: Lost, if_closed: skip}, end]\n", "");
    check(&flow, "< go\n> One?\n~ failed 131026\n* run undelivered");
}

#[test]
fn a_wait_for_a_delivery_ends_when_it_fails() {
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: One
  - wait: {delivery: delivered}
    on_timeout: [{say: Lost}, end]
  - say: Two
";
    check(flow, "< go\n> One\n~ failed 131026\n> Lost\n* run done");
}
