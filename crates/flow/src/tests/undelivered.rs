//! Tests `on_undelivered`: messages that fail after they were accepted, and those without a further status.

use super::{Talk, check};
use crate::base::limits::LOST_IN_A_ROW_MAX;

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

/// Each undelivered message is answered with the next one.
const AGAIN: &str = "flow: a
when: [{message: go}]
steps:
  - say: Hello
    on_undelivered: [{go: top}]
";

#[test]
fn what_answers_each_refusal_with_the_next_ends_at_the_limit() {
    let flow = "flow: a\nwhen: [{api: true}]\nsteps:\n  - say: Hello\n    if_closed: fail\n    on_error: [{go: top}]\n";
    let mut talk = Talk::new("bot: Test\n", flow);
    for line in ["~ start a", "* began a", "* alarm lost_in_a_row", "* run undelivered", "= runs 0"] {
        talk.line(line).unwrap();
    }
    let refused = talk.trace.iter().filter(|line| line.contains("failed: `window_closed`")).count();
    assert_eq!(refused, LOST_IN_A_ROW_MAX as usize - 1, "the last one is not answered any more");
    assert!(
        talk.trace.iter().any(|line| line.contains("10 messages in a row have not arrived within 1h")),
        "{:?}",
        talk.trace
    );
}

/// The first message, and `count` undelivered ones that are each answered with the next.
fn lost(count: u32) -> String {
    format!("< go\n> Hello\n{}", answered(count))
}

fn answered(count: u32) -> String {
    "~ failed 131026\n> Hello\n".repeat(count as usize)
}

#[test]
fn what_answers_each_lost_message_with_the_next_ends_at_the_limit() {
    let end = "~ failed 131026\n* alarm lost_in_a_row\n* run undelivered\n= runs 0";
    check(AGAIN, &format!("{}{end}", lost(LOST_IN_A_ROW_MAX - 1)));
    check(AGAIN, &format!("{}~ delivered\n* run done", lost(LOST_IN_A_ROW_MAX - 1)));
}

#[test]
fn so_does_what_starts_itself_anew_and_the_alarm_is_raised_once() {
    let flow = AGAIN.replace("{go: top}", "{start: top, at: '${now() + minutes(2)}'}");
    let mut talk = Talk::new("bot: Test\n", &flow);
    talk.line("< go").unwrap();
    for lost in 1..=LOST_IN_A_ROW_MAX + 1 {
        talk.line("> Hello").unwrap();
        talk.line("~ failed 131026").unwrap();
        let alarmed = talk.line("* alarm lost_in_a_row").is_ok();
        assert_eq!(alarmed, lost == LOST_IN_A_ROW_MAX, "{lost}");
        talk.line("~ start a").unwrap();
    }
}

#[test]
fn those_of_an_hour_ago_and_those_before_a_word_of_the_contact_do_not_count() {
    let most = LOST_IN_A_ROW_MAX - 1;
    for between in ["+1h\n", "< well\n"] {
        check(AGAIN, &format!("{}{between}{}~ delivered\n* run done", lost(most), answered(most)));
    }
}
