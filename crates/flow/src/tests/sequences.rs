//! Tests `sequence`: flows that end by themselves when somebody writes or takes over, and that begin once.

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

#[test]
fn a_pause_keeps_the_rest_of_each_wait() {
    let begun = "< hello\n> Hi!\n~ event bought\n> Lesson one.\n+30m\n~ pause course\n";
    check(COURSE, &format!("{begun}+20h\n~ resume course\n+80m\n+11m\n> Lesson two.\n* run done"));
    // A wait that ended before is over; a pause before the wait began does not count.
    check(COURSE, &format!("{begun}+10m\n~ resume course\n+80m\n+11m\n> Lesson two.\n* run done"));
    check(
        COURSE,
        &format!("{begun}+1h\n~ resume course\n+1h\n~ pause course\n+5h\n~ resume course\n+31m\n> Lesson two."),
    );
}

#[test]
fn a_paused_flow_begins_for_nobody() {
    check(COURSE, "< hello\n> Hi!\n~ pause course\n~ event bought\n* refused course paused\n+3h");
}

#[test]
fn the_time_out_of_a_paused_flow_waits_and_its_answer_counts() {
    let flow = "flow: poll
when: [{message: go}]
steps:
  - ask: Well?
    as: well
    timeout: 1h
    on_timeout:
      - say: Never mind.
      - end: all
  - say: Thanks for ${well}.
";
    check(flow, "< go\n> Well?\n~ pause poll\n+10h\n~ resume poll\n+16m\n> Never mind.");
    check(flow, "< go\n> Well?\n~ pause poll\n+10h\n< good\n> Thanks for good.");
}

const BY_TEMPLATE: &str = "flow: course
when: [{event: bought}]
sequence: true
steps:
  - say: Lesson one.
    if_closed: {template: lesson_one}
  - wait: 2d
  - say: Lesson two.
    if_closed: {template: lesson_two}
";

#[test]
fn a_template_that_cannot_go_out_ends_a_sequence() {
    check(BY_TEMPLATE, "~ unusable lesson_one\n~ event bought\n* run stopped\n+3d");
}

#[test]
fn a_message_that_fails_ends_a_sequence_unless_its_step_says_otherwise() {
    check(BY_TEMPLATE, "~ event bought\n> template lesson_one\n~ failed undeliverable\n* run stopped\n+3d");
    let own = BY_TEMPLATE.replace("  - wait", "    on_undelivered: [{log: lost}]\n  - wait");
    check(&own, "~ event bought\n> template lesson_one\n~ failed undeliverable\n+3d\n> template lesson_two");
}

#[test]
fn a_step_that_starts_a_sequence_begins_it_once_too() {
    let flows = format!("{COURSE}---\nflow: sell\nwhen: [{{event: sold}}]\nsteps:\n  - start: course\n");
    check(
        &flows,
        "< hello\n> Hi!\n~ start course\n> Lesson one.\n+2h\n> Lesson two.\n~ start course\n* refused course capped",
    );
}
