//! Tests the case of a hand-off: its states, its due times, and who gets it.

use super::check_bot;

const BOT: &str = "bot: Test
timezone: Europe/Madrid
hours: {desk: {open: {mon-fri: ['09:00-14:00']}}}
teams:
  support: {answer_within: 30m, solve_within: 4h}
  sales: {answer_within: 10m}
  plain: {}
  desk: {hours: desk, answer_within: 2h}
";

const HUMAN: &str = "flow: human
when: [{message: agent}]
steps:
  - handoff: support
    priority: low
---
flow: shop
when: [{message: shop}]
steps: [{handoff: desk}]
---
flow: plain
when: [{message: plain}]
steps: [{handoff: plain}]
";

fn check(transcript: &str) {
    check_bot(BOT, HUMAN, transcript);
}

#[test]
fn a_handoff_opens_a_case_that_the_way_back_closes() {
    check("= case none\n< agent\n= case waiting\n= due 30m\n= priority low\n~ back\n= case none");
    check("< agent\n~ close\n= case none");
    check("< agent\n~ take eve\n+12h\n= case none");
}

#[test]
fn it_is_taken_answered_and_asked_again() {
    check(
        "< agent\n~ take eve\n= case taken\n= due 30m\n+10m\n~ person\n= case answered\n= due 3h50m\n+5m\n< thanks, and?\n\
         = case taken\n= due 30m\n+10m\n< hello?\n= due 20m\n~ person\n= case answered",
    );
}

#[test]
fn a_person_who_takes_over_opens_a_case_without_a_promise() {
    check("~ take eve\n= case taken\n= due none\n~ person\n= case answered\n< and?\n= case taken\n= agent eve");
    check("~ person\n= case answered");
}

#[test]
fn each_missed_promise_is_said_once_and_raises_the_priority() {
    check("< agent\n+30m\n* overdue answer\n= priority normal\n+3h\n+30m\n* overdue solve\n= priority high\n+3h");
    // Another question begins another wait.
    check("< agent\n+30m\n* overdue answer\n~ person\n< and?\n+30m\n* overdue answer\n= priority high");
    check("< agent\n+20m\n~ person\n+1h\n= priority low");
}

#[test]
fn a_promise_counts_in_the_hours_of_the_team() {
    // It is Friday at one: the second hour ends on Monday at ten.
    check("< shop\n~ take eve\n= due 2d21h");
}

#[test]
fn a_snoozed_case_keeps_its_person_and_comes_back() {
    check(
        "< agent\n~ take eve\n~ snooze 20h\n= case snoozed\n= due 20h\n+19h\n= case snoozed\n+1h\n* overdue answer\n* overdue solve\n= case taken",
    );
    check("< agent\n~ person\n~ snooze 20h\n< and?\n= case taken\n= due 30m");
    check("< agent\n~ snooze 2h\n~ take bea\n= case taken\n= agent bea");
    check("~ snooze 2h\n= case none");
}

#[test]
fn a_team_gives_its_waiting_case_to_a_person() {
    check("< agent\n~ give support bea\n= case taken\n= agent bea\n= due 30m");
    check("< agent\n~ give sales bea\n= case waiting\n= agent none");
    check("< agent\n~ take eve\n~ give support bea\n= agent eve");
    check("~ give support bea\n= case none");
}

#[test]
fn a_case_that_is_given_on_is_due_by_the_other_team() {
    check("< agent\n+20m\n~ assign sales\n= case waiting\n+1m\n* overdue answer");
    check("< agent\n~ person\n~ assign sales\n= case waiting\n= due 10m\n~ assign sales bea\n= case taken\n= due 10m");
    check("< agent\n~ assign plain bea\n= case taken\n= due none");
}

#[test]
fn another_handoff_goes_on_with_the_open_case() {
    check("< plain\n= case waiting\n= due none\n~ back\n< agent\n= case waiting\n= due 30m");
}
