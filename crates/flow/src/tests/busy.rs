//! Tests messages and starts while a question waits.

use super::{check, check_bot};

const TWO: &str = "flow: book
when: [{message: book}]
steps:
  - ask: Which day?
    as: day
  - say: Booked for ${day}.
---
flow: help
when: [{message: help}]
if_busy: aside
steps: [{say: Write book.}]
";

#[test]
fn aside_answers_and_asks_the_waiting_question_again() {
    check(TWO, "< book\n> Which day?\n< help\n> Write book.\n> Which day?\n< monday\n> Booked for monday.");
}

#[test]
fn a_flow_that_asks_nothing_goes_aside_by_itself() {
    let flows = TWO.replace("if_busy: aside\n", "");
    check(&flows, "< book\n> Which day?\n< help\n> Write book.\n> Which day?\n< monday\n> Booked for monday.");
}

#[test]
fn a_flow_that_asks_replaces() {
    let flows = "flow: a
when: [{message: a}]
steps: [{ask: A?}]
---
flow: b
when: [{message: b}]
steps: [{ask: B?}, {say: Bye.}]
";
    check(flows, "< a\n> A?\n< b\n* run replaced\n> B?\n< something\n> Bye.\n= runs 0");
}

#[test]
fn the_same_flow_restarts() {
    check(TWO, "< book\n> Which day?\n< book\n* run replaced\n> Which day?\n< monday\n> Booked for monday.");
}

#[test]
fn a_flow_that_queues_or_skips_is_no_keyword_while_a_question_waits() {
    for word in ["queue", "skip"] {
        let flows = TWO.replace("aside", word);
        check(&flows, "< book\n> Which day?\n< help\n> Booked for help.");
        check(&flows, "< help\n> Write book.");
    }
}

#[test]
fn an_aside_keeps_deadline_and_tries() {
    let flows = "flow: book
when: [{message: book}]
steps:
  - ask: How many?
    type: number
    tries: 2
    timeout: 1h
    on_timeout: [{say: Too late.}]
    on_fail: [{say: I give up.}]
---
flow: help
when: [{message: help}]
steps: [{say: Numbers only.}]
";
    check(flows, "< book\n> How many?\n+50m\n< help\n> Numbers only.\n> How many?\n+10m\n> Too late.");
    check(
        flows,
        "< book\n> How many?\n< x\n> Sorry, I did not get that.\n+1m\n< help\n> Numbers only.\n> How many?\n< y\n> I give up.",
    );
}

#[test]
fn a_start_from_outside_waits_until_the_conversation_is_free() {
    let flows = format!("{TWO}---\nflow: promo\nwhen: [{{api: true}}]\nsteps: [{{say: An offer!}}]\n");
    let flows = flows.as_str();
    check(
        flows,
        "< book\n> Which day?\n~ start promo api\n* queued promo\n< monday\n> Booked for monday.\n> An offer!\n* started promo",
    );
    check(flows, "< book\n> Which day?\n~ start promo api\n* queued promo\n+6h\n* refused promo busy\n= queue 0");
    check(flows, "< book\n> Which day?\n~ start promo api\n* queued promo\n~ close\n* not meant promo\n= queue 0");
    check(flows, "~ start promo api\n* started promo\n= held 1");
}

#[test]
fn a_start_that_skips_is_refused_as_busy() {
    let flows = format!("{TWO}---\nflow: promo\nwhen: [{{api: true}}]\nif_busy: skip\nsteps: [{{say: An offer!}}]\n");
    check(&flows, "< book\n> Which day?\n~ start promo api\n* refused promo busy");
}

#[test]
fn a_start_that_replaces_ends_the_question() {
    let flows =
        format!("{TWO}---\nflow: promo\nwhen: [{{api: true}}]\nif_busy: replace\nsteps: [{{say: An offer!}}]\n");
    check(&flows, "< book\n> Which day?\n~ start promo api\n* run replaced\n> An offer!\n* started promo");
}

#[test]
fn a_start_aside_asks_again() {
    let flows = format!("{TWO}---\nflow: promo\nwhen: [{{api: true}}]\nif_busy: aside\nsteps: [{{say: An offer!}}]\n");
    check(&flows, "< book\n> Which day?\n~ start promo api\n> An offer!\n> Which day?\n< monday\n> Booked for monday.");
}

#[test]
fn a_question_that_is_asked_again_beside_a_closed_window_ends_with_its_run() {
    let flows = "flow: book
when: [{message: book}]
steps:
  - ask: Which day?
    timeout: 2d
    on_timeout: [end]
    if_closed: {hold: 7d}
---
flow: promo
when: [{api: true}]
if_busy: aside
steps: [{say: An offer!, if_closed: {template: offer}}]
---
flow: hi
when: [{message: hi}]
steps: [{say: Hello!}]
";
    let asked_again = "< book\n> Which day?\n+30h\n~ start promo api\n! offer\n= held 1\n";
    check(flows, &format!("{asked_again}< hi\n> Hello!\n> Which day?\n> Which day?"));
    check(flows, &format!("{asked_again}+19h\n= held 0\n< hi\n> Hello!"));
}

#[test]
fn only_the_newest_scheduled_start_of_a_flow_waits() {
    let flows = format!(
        "{TWO}---\nflow: promo\nwhen: [{{schedule: '0 10 * * *', to: everyone}}]\nsteps: [{{say: An offer!}}]\n"
    );
    let start = "~ start promo schedule 0 10 * * * contact";
    check(
        &flows,
        &format!(
            "< book\n> Which day?\n{start}\n* queued promo\n{start}\n* refused promo busy\n* queued promo\n= queue 1\n< monday\n> Booked for monday.\n> An offer!"
        ),
    );
}

#[test]
fn a_run_that_wakes_while_another_asks_waits_its_turn() {
    let flows = "flow: later
when: [{message: later}]
steps:
  - wait: 10m
  - say: Ten minutes have passed.
---
flow: book
when: [{message: book}]
steps: [{ask: 'Which day?'}, {say: Booked.}]
";
    check(flows, "< later\n< book\n> Which day?\n+20m\n< monday\n> Booked.\n> Ten minutes have passed.");
    check(flows, "< later\n+10m\n> Ten minutes have passed.");
}

#[test]
fn whole_messages_win_over_the_question_and_parts_do_not() {
    let flows = "flow: book
when: [{message: book}]
steps: [{ask: 'Any wish?', as: wish}, {say: 'Noted: ${wish}'}]
---
flow: price
when: [{message: price, match: word}]
steps: [{say: Ten.}]
---
flow: menu
when: [{message: menu}]
steps: [{say: The menu.}]
";
    check(flows, "< book\n> Any wish?\n< a good price\n> Noted: a good price");
    check(flows, "< book\n> Any wish?\n< menu\n> The menu.\n> Any wish?\n< none\n> Noted: none");
    check(flows, "< a good price\n> Ten.");
}

#[test]
fn parts_win_over_a_bad_answer() {
    let flows = "flow: book
when: [{message: book}]
steps: [{ask: 'How many?', type: number}]
---
flow: price
when: [{message: price, match: word}]
steps: [{say: Ten.}]
";
    check(flows, "< book\n> How many?\n< what is the price\n> Ten.\n> How many?\n< 3\n* run done");
}

#[test]
fn an_option_wins_over_a_keyword() {
    let flows = "flow: book
when: [{message: book}]
steps: [{ask: 'What?', as: what, options: [Menu, Bill]}, {say: '${what}!'}]
---
flow: menu
when: [{message: menu}]
steps: [{say: The menu.}]
";
    check(flows, "< book\n> What? [Menu] [Bill]\n< menu\n> Menu!");
}

#[test]
fn the_line_is_as_long_as_the_bot_says() {
    let flows = "flow: a
when: [{message: go}]
steps: [{ask: 'Name?', timeout: 1d, on_timeout: [end]}]
---
flow: news
when: [{api: true}]
steps: [{say: News}]
";
    let bot = "bot: Test\ndefaults: {queue_for: 2h}\n";
    check_bot(bot, flows, "< go\n> Name?\n~ start news\n* queued news\n+1h\n+59m\n< Ada\n> News");
    check_bot(bot, flows, "< go\n> Name?\n~ start news\n* queued news\n+2h\n* refused news busy");
}

#[test]
fn a_run_that_is_due_asks_nothing_while_another_waits_for_the_outcome_of_its_own_message() {
    let flows = "flow: a
when: [{message: go}]
steps:
  - wait: 10m
  - wait: reply
    as: x
  - say: 'A ${x}'
---
flow: b
when: [{message: other}]
steps:
  - ask: Picture?
    type: image
    tries: 1
    on_fail: [{say: Enough., if_closed: fail}]
  - wait: reply
    as: y
  - say: 'B ${y}'
";
    let mut talk = super::Talk::new("bot: Test\nteams: {support: {}}\n", flows);
    for line in ["< go", "< other", "> Picture?", "+10m", "< no", "> Enough."] {
        talk.line(line).unwrap_or_else(|why| panic!("{line}: {why}"));
        let asking = talk.session().runs.iter().filter(|run| run.waiting.asks()).count();
        assert!(asking <= 1, "{line}: one question at a time");
    }
    for line in ["< one", "> B one", "< two", "> A two"] {
        talk.line(line).unwrap_or_else(|why| panic!("{line}: {why}"));
    }
}
