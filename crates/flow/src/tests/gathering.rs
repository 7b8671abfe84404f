//! Tests answers in several messages, and questions that nothing interrupts.

use super::check;

const FLOW: &str = "flow: a
when: [{message: go}]
steps:
  - ask: What happened?
    as: story
    gather: 5s
    check: story.len() < 40
    timeout: 10m
    on_timeout: [{say: Gone}]
  - say: 'Noted: ${story}'
---
flow: help
when: [{message: help}]
steps: [{say: Here I am}]
";

#[test]
fn texts_within_it_are_one_answer() {
    check(
        FLOW,
        "< go\n> What happened?\n< It rained\n+3s\n< and it was cold\n+1s\n+1s\n> Noted: It rained / and it was cold",
    );
}

#[test]
fn it_counts_from_the_first_text_and_survives_a_restart() {
    check(
        FLOW,
        "< go\n> What happened?\n< It rained\n~ restart\n+4s\n< a lot\n+1s\n> Noted: It rained / a lot\n< x\n* unanswered",
    );
}

#[test]
fn a_check_sees_all_of_it() {
    check(
        FLOW,
        "< go\n> What happened?\n< 12345678901234567890\n+1s\n< 12345678901234567890\n+4s\n> Sorry, I did not get that.\n+1m\n< short\n+5s\n> Noted: short",
    );
}

#[test]
fn a_file_ends_it_and_is_judged_after_it() {
    let flow = FLOW.replace("  - say: 'Noted", "  - ask: And a picture?\n    type: image\n  - say: 'Noted");
    check(&flow, "< go\n> What happened?\n< It rained\n+1s\n~ image\n> And a picture?\n> Noted: It rained");
}

#[test]
fn whoever_is_still_writing_is_not_timed_out() {
    check(FLOW, "< go\n> What happened?\n+599s\n< It rained\n+3s\n< again\n+2s\n> Noted: It rained / again");
}

#[test]
fn a_keyword_of_another_flow_is_no_part_of_it() {
    check(
        FLOW,
        "< go\n> What happened?\n< It rained\n+1s\n< help\n> Here I am\n> What happened?\n+4s\n> Noted: It rained",
    );
}

const PROTECTED: &str = "flow: a
when: [{message: go}]
steps:
  - ask: Card number?
    as: card
    protect: true
  - ask: And a name?
    as: name
  - say: '${card} ${name}'
---
flow: help
when: [{message: help}, {event: ping}]
if_busy: replace
steps: [{say: Here I am}]
";

#[test]
fn nothing_interrupts_a_protected_question_but_a_stop() {
    check(PROTECTED, "< go\n> Card number?\n< help\n> And a name?\n< help\n* run replaced\n> Here I am");
    check(
        PROTECTED,
        "< go\n> Card number?\n< STOP\n> You will hear no more from us. Write START to come back.\n* run stopped",
    );
}

#[test]
fn a_start_from_outside_waits_for_a_protected_question() {
    check(
        PROTECTED,
        "< go\n> Card number?\n~ event ping\n* queued help\n< 1\n> And a name?\n< Ada\n> 1 Ada\n> Here I am",
    );
}

#[test]
fn a_flow_protects_all_its_questions_and_one_of_them_may_differ() {
    let flow = PROTECTED
        .replace("    protect: true\n", "    protect: false\n")
        .replace("flow: a\n", "flow: a\nprotect: true\n");
    check(&flow, "< go\n> Card number?\n< help\n* run replaced\n> Here I am");
    check(&flow, "< go\n> Card number?\n< 1\n> And a name?\n< help\n> 1 help");
}

const BURST: &str = "flow: answer
when: [{any_message: true, gather: 3s}]
steps: [{say: 'About: ${msg.text ?? \"-\"}'}]
---
flow: menu
when: [{message: menu}]
steps: [{say: The menu}]
";

#[test]
fn three_quick_texts_start_a_flow_once() {
    check(
        BURST,
        "< hello\n+1s\n< I have a question\n+1s\n< about rings\n+1s\n> About: hello / I have a question / about rings\n+1h",
    );
    check(BURST, "< hello\n~ restart\n+3s\n> About: hello\n< and now?\n+3s\n> About: and now?");
}

#[test]
fn what_is_no_text_of_it_ends_a_burst_in_its_order() {
    check(BURST, "< hello\n+1s\n< menu\n> About: hello\n> The menu\n+1h");
    check(BURST, "< hello\n~ image\n> About: hello\n> About: -\n+1h");
    check(BURST, "< hello\n~ react 👍\n+3s\n> About: hello");
    check(BURST, "< hello\n< STOP\n> You will hear no more from us. Write START to come back.\n+1h");
    check(BURST, "< hello\n~ person\n+1h");
}

#[test]
fn a_burst_has_a_size_at_which_it_ends() {
    let half = "x".repeat(crate::base::limits::GATHERED_CHARS_MAX / 2);
    let flows = BURST.replace("'About: ${msg.text ?? \"-\"}'", "'${msg.text.len()}'");
    check(&flows, &format!("< {half}\n< {half}\n> {}", 2 * half.len() + 1));
    check(&flows, &format!("< {}\n+1s\n+2s\n> {}", &half[1..], half.len() - 1));
}

#[test]
fn a_first_message_is_one_however_many_texts_it_has() {
    let flows = "flow: hi
when: [{first_message: true, gather: 2s}]
steps: [{say: 'Welcome: ${msg.text}'}]
---
flow: rest
when: [{any_message: true}]
steps: [{say: Rest}]
";
    check(flows, "< hi\n+1s\n< there\n+1s\n> Welcome: hi / there\n< x\n> Rest");
    check(flows, "~ welcome\n+1s\n< hi\n+2s\n> Welcome: hi\n< x\n> Rest");
}
