//! `sequence`: what ends by itself when somebody writes or takes over, and begins once.

use super::check;

const COURSE: &str = "flow: course
when: [{event: bought}]
sequence: true
stop_when: [{event: refunded}]
steps:
  - say: Lesson one.
    if_closed: hold
  - wait: 2h
  - say: Lesson two.
    if_closed: hold
---
flow: hello
when: [{message: hello}]
steps: [{say: Hi!}]
";

#[test]
fn a_sequence_goes_on_while_nobody_says_anything() {
    check(COURSE, "< hello\n> Hi!\n~ event bought\n> Lesson one.\n+2h\n> Lesson two.\n* run done");
}

#[test]
fn a_reply_ends_a_sequence_and_is_answered_as_ever() {
    check(COURSE, "< hello\n> Hi!\n~ event bought\n> Lesson one.\n< hello\n> Hi!\n* run stopped\n+3h");
}

#[test]
fn a_reply_elsewhere_ends_a_sequence() {
    check(COURSE, "< hello\n> Hi!\n~ event bought\n> Lesson one.\n+1h\n~ wrote_elsewhere\n+1h\n* run stopped");
}

#[test]
fn a_person_who_takes_over_ends_a_sequence() {
    check(COURSE, "< hello\n> Hi!\n~ event bought\n> Lesson one.\n~ person\n* run stopped\n= runs 0");
}

#[test]
fn conversion_and_opt_out_end_a_sequence() {
    check(COURSE, "< hello\n> Hi!\n~ event bought\n> Lesson one.\n~ event refunded\n* run stopped\n+3h");
    check(
        COURSE,
        "< hello\n> Hi!\n~ event bought\n> Lesson one.\n< STOP\n> You will hear no more from us. Write START to come back.\n* run stopped",
    );
}

#[test]
fn nobody_begins_a_sequence_twice() {
    check(COURSE, "< hello\n> Hi!\n~ event bought\n> Lesson one.\n+2h\n> Lesson two.\n~ event bought\n+3h");
    let again = COURSE.replace("sequence: true", "sequence: {again: true}");
    check(&again, "< hello\n> Hi!\n~ event bought\n> Lesson one.\n+2h\n> Lesson two.\n~ event bought\n> Lesson one.");
}

#[test]
fn an_answer_to_its_own_question_goes_on_with_a_sequence() {
    let flow = "flow: course
when: [{message: go}]
sequence: true
steps:
  - ask: Ready?
    as: ready
  - say: Lesson ${ready}.
  - wait: 1h
  - say: The next one.
    if_closed: hold
";
    check(flow, "< go\n> Ready?\n< one\n> Lesson one.\n+1h\n> The next one.");
    check(flow, "< go\n> Ready?\n< one\n> Lesson one.\n< thanks\n* run stopped\n+2h");
}
