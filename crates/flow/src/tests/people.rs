//! Tests hand-offs, messages of people, and the return to the bot.

use super::{check, check_bot};

const HUMAN: &str = "flow: human
when: [{message: agent}]
steps:
  - handoff: support
    summary: 'Said ${msg.text}'
---
flow: csat
when: [{handoff_done: support}]
steps: [{say: 'How was ${handoff.agent}? (${handoff.flow})'}]
---
flow: hi
when: [{message: hi}]
steps: [{ask: 'Name?', as: name}, {say: '${name}!'}]
---
flow: promo
when: [{api: true}]
steps: [{say: An offer!}]
";

#[test]
fn after_a_handoff_the_bot_is_silent() {
    check(
        HUMAN,
        "< agent\n* handoff support: Said agent\n* run handed_off\n= with_person true\n< hi\n< agent\n= runs 0",
    );
}

#[test]
fn the_way_back_is_told_to_flows() {
    check(HUMAN, "< agent\n~ person\n~ back\n= with_person false\n> How was eve? (human)\n< hi\n> Name?");
}

#[test]
fn it_comes_back_by_itself_after_the_last_human_word() {
    check(
        HUMAN,
        "< agent\n+6h\n~ person\n+11h\n= with_person true\n< x\n+1h\n= with_person false\n> How was eve? (human)",
    );
}

#[test]
fn a_person_who_writes_takes_over() {
    check(HUMAN, "< hi\n> Name?\n~ person\n= with_person true\n< Ada\n= runs 1\n~ back\n< Ada\n> Ada!");
}

#[test]
fn with_a_person_a_time_out_ends_silently_and_nobody_is_reminded() {
    let flow = "flow: hi
when: [{message: hi}]
steps: [{ask: 'Name?', timeout: 2h, on_timeout: [{say: Too late.}], remind: {after: 1h, say: Still there?}}]
";
    check(flow, "< hi\n> Name?\n~ person\n+3h\n* run expired\n= runs 0");
}

#[test]
fn with_a_person_a_run_that_wakes_waits() {
    let flow = "flow: hi
when: [{message: hi}]
steps: [{wait: 1h}, {say: An hour later.}]
";
    check(flow, "< hi\n~ person\n+2h\n~ back\n> An hour later.");
}

#[test]
fn starts_queue_while_a_person_has_it() {
    check(HUMAN, "< x\n~ person\n~ start promo api\n* queued promo\n~ back\n> An offer!");
    check(HUMAN, "< x\n~ person\n~ start promo api\n* queued promo\n+6h\n* refused promo with_person");
}

#[test]
fn out_of_hours_has_its_own_words_and_still_hands_over() {
    let bot = "bot: Test
timezone: Europe/Madrid
hours: {support: {open: {mon: ['09:00-10:00']}}}
teams: {support: {hours: support}}
";
    let flow = "flow: human
when: [{message: agent}]
steps:
  - handoff: support
    out_of_hours: [{say: 'We are back ${hours.support.opens_at.format(\"EEEE HH:mm\")}.'}]
  - say: Never said.
";
    check_bot(
        bot,
        flow,
        "< agent\n* handoff support closed\n> We are back Monday 09:00.\n* run handed_off\n= with_person true",
    );
}

#[test]
fn nobody_answers_a_handoff() {
    let flow = "flow: human
when: [{message: agent}]
steps: [{handoff: support, unanswered: {after: 15m, say: 'We have not forgotten you, ${contact.first_name}.'}}]
";
    check(flow, "< agent\n* handoff support\n+15m\n> We have not forgotten you, Ada.\n+1h");
    check(flow, "< agent\n+5m\n~ person\n+1h");
}

#[test]
fn until_done_goes_on_when_the_person_is_done() {
    let flow = "flow: human
when: [{message: agent}]
steps:
  - handoff: support
    until_done: true
    as: done
  - say: '${done.agent} of ${done.team} is done.'
";
    check(flow, "< agent\n= runs 1\n~ person\n~ back\n> eve of support is done.\n* run done");
    let flow = flow.replace("true\n", "2h\n    on_timeout: [{say: That took too long.}, end]\n");
    check(&flow, "< agent\n+1h\n~ person\n+1h\n> That took too long.\n* run done\n= with_person false");
}

#[test]
fn closing_ends_all() {
    check(HUMAN, "< hi\n> Name?\n~ close\n* run stopped\n* drop all\n= runs 0");
    check(HUMAN, "< agent\n~ person\n~ close\n= with_person false\n> How was eve? (human)");
}

#[test]
fn who_goes_on_as_another_contact_ends_here_without_a_word() {
    check(
        HUMAN,
        "< hi\n> Name?\n~ start promo api\n* queued promo\n~ leave\n* run stopped\n* not meant promo\n= runs 0\n= queue 0",
    );
    // The flows get no event, because the person still has the conversation, of the other contact.
    check(HUMAN, "< agent\n~ person\n~ leave\n= with_person false");
}

#[test]
fn of_two_who_are_one_the_stricter_will_and_the_person_count() {
    check(HUMAN, "< hi\n> Name?\n~ join stop\n* run stopped\n= runs 0\n< hi\n* needs person");
    check(HUMAN, "< hi\n> Name?\n~ join person\n= with_person true\n< Ada\n~ back\n< Ada\n> Ada!\n> How was eve? ()");
    check(HUMAN, "< hi\n> Name?\n~ join\n< Ada\n> Ada!");
}

#[test]
fn a_stop_leaves_the_handoff() {
    check(HUMAN, "< agent\n< STOP\n> You will hear no more from us. Write START to come back.\n= with_person true");
}

#[test]
fn a_message_held_because_of_a_person_waits() {
    check(HUMAN, "~ start promo api\n= held 1\n~ person\n< x\n= held 1\n~ back\n< y\n> An offer!");
}

#[test]
fn a_person_who_writes_clears_the_mark() {
    check(HUMAN, "~ late 7h hi\n* needs person\n= needs_person true\n~ person\n= needs_person false");
}

#[test]
fn what_is_said_just_before_a_handoff_goes_out() {
    let flow = "flow: human
when: [{message: agent}]
steps: [{say: I am getting a colleague.}, {handoff: support}]
";
    check(flow, "< agent\n> I am getting a colleague.\n* handoff support");
}

#[test]
fn a_handoff_tells_how_urgent_it_is() {
    let flow = "flow: human\nwhen: [{message: agent}]\nsteps: [{handoff: support, priority: 'very ${1 + 1}'}]\n";
    check(flow, "< agent\n* handoff support [very 2]\n* run handed_off");
}

/// Closed from Friday noon, when the conversation begins, to Monday nine.
const CLOSED: &str = "bot: Test
timezone: Europe/Madrid
hours: {support: {open: {mon-thu: ['09:00-18:00'], fri: ['09:00-12:00']}}}
teams: {support: {hours: support, give_back: 7d}}
";

#[test]
fn nobody_answers_is_counted_in_the_hours_of_the_team_and_finds_the_window_closed() {
    let flow = |if_closed: &str| {
        format!(
            "flow: human\nwhen: [{{message: agent}}]\nsteps:\n  - handoff: support\n    unanswered: {{after: 15m, say: Soon{if_closed}}}\n"
        )
    };
    let monday = "< agent\n* handoff support closed\n+2d\n+20h\n+14m\n+1m";
    check_bot(CLOSED, &flow(""), monday);
    check_bot(CLOSED, &flow(", if_closed: {template: soon}"), &format!("{monday}\n! soon"));
}

#[test]
fn a_team_gives_back_when_it_says_so_and_else_as_the_bot_does() {
    let bot = "bot: Test\nteams: {support: {give_back: 1h}, sales: {}}\ndefaults: {give_back: 3h}\n";
    let flow = |team: &str| format!("flow: human\nwhen: [{{message: agent}}]\nsteps: [{{handoff: {team}}}]\n");
    check_bot(bot, &flow("support"), "< agent\n+59m\n= with_person true\n+1m\n= with_person false");
    check_bot(bot, &flow("sales"), "< agent\n+2h\n+59m\n= with_person true\n+1m\n= with_person false");
    check_bot(bot, &flow("sales"), "< hm\n~ person\n+2h\n+59m\n= with_person true\n+1m\n= with_person false");
}

#[test]
fn until_done_waits_at_most_for_its_timeout() {
    let flow = "flow: human
when: [{message: agent}]
steps:
  - handoff: support
    until_done: true
    timeout: 2h
    on_timeout: [{say: That took too long.}]
  - say: After all.
";
    check(flow, "< agent\n+1h\n+59m\n+1m\n> That took too long.\n> After all.\n* run done\n= with_person false");
    check(flow, "< agent\n~ person\n~ back\n> After all.");
}

#[test]
fn opening_hours_have_breaks_and_holidays() {
    let bot = "bot: Test
timezone: Europe/Madrid
hours: {shop: {open: {mon-fri: ['09:00-14:00', '16:00-19:00']}, holidays: [2026-11-23]}}
";
    let flow = "flow: a
when: [{message: go}]
steps:
  - say: '${hours.shop.open} ${hours.shop.opens_at.format(\"EEE HH:mm\")} ${hours.shop.closes_at.format(\"EEE HH:mm\")}'
";
    check_bot(
        bot,
        flow,
        "< go\n> true Fri 13:00 Fri 14:00\n+1h\n< go\n> false Fri 16:00\n+5h\n< go\n> false Tue 09:00",
    );
    let flow = "flow: a
when: [{message: go}]
steps:
  - ask: When?
    as: day
    type: date
    check: '!hours.shop.holidays.contains(day)'
    invalid: We are closed on ${hours.shop.holidays[0].format(\"EEEE\")}.
  - say: Until ${day.format(\"EEEE\")}!
";
    check_bot(
        bot,
        flow,
        "< go\n> When?\n< 2026-11-23\n> We are closed on Monday.\n+11s\n< 2026-11-24\n> Until Tuesday!",
    );
}
