//! Tests triggers: the flow that a message, event or start begins.

use super::{Talk, check, check_bot};
use crate::{
    Explained, SenderView, World,
    base::{
        ids::{ConversationId, SenderId},
        time::{Span, Time},
    },
    explain, held_back, timetables,
};
use std::collections::BTreeMap;

fn one(trigger: &str) -> String {
    format!("flow: it\nwhen:\n  - {trigger}\nsteps: [{{say: Yes.}}]\n")
}

#[test]
fn exact_is_the_whole_message_after_folding() {
    let flow = one("message: [Hola, '?']");
    for said in ["hola", "HOLA!", "¡Hola! 👋", "hóla", "?"] {
        check(&flow, &format!("< {said}\n> Yes."));
    }
    for said in ["hola amigo", "??", "ho la"] {
        check(&flow, &format!("< {said}\n* unanswered"));
    }
}

#[test]
fn parts_match_by_word_start_and_inside() {
    check(&one("message: book\n    match: word"), "< I want to book now\n> Yes.\n< my notebook\n* unanswered");
    check(&one("message: book\n    match: starts"), "< book a table\n> Yes.\n< to book\n* unanswered");
    check(&one("message: book\n    match: contains"), "< my notebook\n> Yes.\n< a table\n* unanswered");
}

#[test]
fn groups_of_a_regex_become_inputs() {
    let flow = "flow: order
when:
  - message: '^order\\s+#?(?<order_no>\\d{4,8})$'
    match: regex
inputs:
  order_no: {type: text, optional: true}
steps: [{say: 'Order ${order_no}'}]
";
    check(flow, "<  Order #48213 \n> Order 48213\n< order 1\n* unanswered");
}

#[test]
fn starts_goes_before_word_before_contains_and_longer_before_shorter() {
    let flow = |name: &str, how: &str, text: &str| {
        format!("flow: {name}\nwhen: [{{message: {text}, match: {how}}}]\nsteps: [{{say: {name}}}]\n")
    };
    let all = [flow("inside", "contains", "table"), flow("begin", "starts", "a table"), flow("word", "word", "table")]
        .join("---\n");
    check(&all, "< a table please\n> begin\n< the table\n> word\n< tables\n> inside");
    let two = [flow("short", "contains", "table"), flow("long", "contains", "table for")].join("---\n");
    check(&two, "< a table for two\n> long");
}

#[test]
fn first_message_and_any_message_come_last() {
    let flows = "flow: a_any
when: [{any_message: true}]
steps: [{say: Any.}]
---
flow: first
when: [{first_message: true}]
steps: [{say: Welcome.}]
---
flow: menu
when: [{message: menu}]
steps: [{say: The menu.}]
";
    check(flows, "< hello\n> Welcome.\n< what\n> Any.\n< menu\n> The menu.\n~ image\n> Any.\n~ react");
    check(flows, "< menu\n> The menu.\n< hello\n> Any.");
}

#[test]
fn the_first_after_silence_is_first_again() {
    let flow = one("first_message: {after_silence: 30d}");
    check(&flow, "< hello\n* unanswered\n+29d\n< hello\n* unanswered\n+30d\n< hello\n> Yes.");
}

#[test]
fn files_and_places_start_flows() {
    check(&one("media: image"), "~ image\n> Yes.\n< image\n* unanswered");
    check(&one("media: video"), "~ image\n* unanswered");
    check(&one("media: any"), "~ image\n> Yes.");
    check(&one("location: true"), "~ location\n> Yes.");
    check(&one("button: track"), "~ button track Track it\n> Yes.\n~ button other Other\n* unanswered");
}

#[test]
fn a_foreign_button_counts_as_typed_by_its_title() {
    check(&one("message: prices"), "~ button xyz Prices\n> Yes.");
}

#[test]
fn a_guard_decides() {
    check(&one("message: hi\n    if: contact.name == \"Ada Lovelace\""), "< hi\n> Yes.");
    check(&one("message: hi\n    if: contact.name == \"Bob\""), "< hi\n* unanswered");
    check(&one("message: hi\n    if: '\"vip\" in contact.tags'"), "< hi\n* unanswered\n~ tag vip\n< hi\n> Yes.");
}

#[test]
fn at_most_counts_starts() {
    check(&one("message: hi\n    at_most: 1/1d"), "< hi\n> Yes.\n< hi\n* unanswered\n+1d\n< hi\n> Yes.");
}

#[test]
fn a_start_of_which_nothing_arrived_is_given_back() {
    let flow = one("api: true\n    at_most: 1/30d");
    check(
        &flow,
        "< x\n~ fail 131026\n~ start it api\n= starts 0\n~ start it api\n> Yes.\n= starts 1\n~ start it api\n* refused it capped",
    );
    check(&flow, "< x\n~ unknown\n~ start it api\n= starts 1");
    // A held message counts until it is known that it will never be sent.
    check(&flow, "~ start it api\n= starts 1\n= held 1\n~ start it api\n* refused it capped\n+7d\n= starts 0");
}

#[test]
fn drafts_are_for_testers() {
    let flow = one("message: hi").replace("when:", "draft: true\nwhen:");
    check(&flow, "< hi\n* unanswered");
    check_bot("bot: Test\ndraft_testers: ['+34600111222']\n", &flow, "< hi\n> Yes.");
}

#[test]
fn a_tester_reaches_the_draft_of_two_flows_with_the_same_words() {
    let flow = |name: &str, draft: bool| {
        let head = if draft { "draft: true\n" } else { "" };
        format!("flow: {name}\n{head}when: [{{message: hi}}]\nsteps: [{{say: This is {name}.}}]\n")
    };
    let bot = "bot: Test\ndraft_testers: ['+34600111222']\n";
    // The draft wins in both orders of names, and everybody else has the live flow.
    for (draft, live) in [("a", "b"), ("b", "a")] {
        let flows = format!("{}---\n{}", flow(draft, true), flow(live, false));
        check_bot(bot, &flows, &format!("< hi\n> This is {draft}."));
        check(&flows, &format!("< hi\n> This is {live}."));
    }
}

#[test]
fn a_tester_for_a_day_reaches_drafts_until_it_is_over() {
    let flow = one("message: hi").replace("when:", "draft: true\nwhen:");
    check(&flow, "~ tests_for 24h\n< hi\n> Yes.\n+24h\n< hi\n* unanswered");
}

#[test]
fn a_flow_serves_its_senders() {
    check(&one("message: hi").replace("when:", "sender: Support\nwhen:"), "< hi\n> Yes.");
    check(&one("message: hi").replace("when:", "sender: [Sales]\nwhen:"), "< hi\n* unanswered");
}

#[test]
fn events_start_flows_and_wake_runs() {
    let flows = "flow: pay
when: [{message: pay}]
steps:
  - wait: {event: paid, if: event.data.amount > 10}
    as: payment
    timeout: 2h
    on_timeout: [{say: No money came.}, end]
  - say: Thanks for ${payment.amount}.
---
flow: receipt
when: [{event: paid, if: event.data.amount > 100}]
steps: [{say: 'A big one: ${event.data.amount}'}]
";
    check(flows, "< pay\n~ event paid {\"amount\": 5}\n~ event paid {\"amount\": 20}\n> Thanks for 20.");
    check(flows, "< pay\n+2h\n> No money came.");
    check(flows, "< x\n~ event paid {\"amount\": 200}\n> A big one: 200\n* started receipt");
}

#[test]
fn an_emitted_event_starts_flows_and_circles_end() {
    let flows = "flow: a
when: [{message: go}]
steps: [{emit: ping, data: {n: 1}}]
---
flow: b
when: [{event: ping}]
steps: [{log: 'n ${event.data.n}'}, {emit: ping, data: {n: 2}}]
";
    check(flows, "< go\n* emit ping {\"n\":1}\n* alarm event_depth");
}

#[test]
fn a_start_from_the_api_has_inputs() {
    let flow = "flow: it
when: [{api: true}]
inputs: {day: date, count: {type: whole, default: 1}}
steps: [{say: '${count} on ${day}'}]
";
    check(flow, "< x\n~ start it api {\"day\": \"2026-12-01\"}\n> 1 on 2026-12-01");
    check(flow, "< x\n~ start it api {\"day\": \"2026-12-01\", \"count\": \"3\"}\n> 3 on 2026-12-01");
    check(flow, "< x\n~ start it api {}\n* dead letter\n* refused it busy");
}

#[test]
fn a_schedule_asks_once_more_who_is_meant() {
    let flow = "flow: it
when:
  - schedule: 0 10 * * TUE
    to: {tags: [customer], if: contact.country == \"ES\"}
steps: [{say: Yes.}]
";
    let start = "~ start it schedule 0 10 * * TUE contact";
    check(flow, &format!("< x\n{start}\n* not meant it\n~ tag customer\n{start}\n> Yes.\n* started it"));
}

#[test]
fn a_late_message_starts_nothing_and_answers_what_had_left_before() {
    check(&one("message: hi"), "~ late 7h hi\n* late\n* needs person\n= needs_person true\n~ late 5h hi\n> Yes.");
    let flow = "flow: name\nwhen: [{message: hi}]\nsteps: [{ask: 'Name?', as: name}, {say: '${name}!'}]\n";
    check(flow, "< hi\n> Name?\n+8h\n~ late 7h Ada\n> Ada!");
    check(flow, "< hi\n> Name?\n+1h\n~ late 7h Ada\n* late\n* needs person");
}

#[test]
fn two_bots_do_not_talk_for_ever() {
    let bot = "bot: Test\ndefaults: {loop_guard: 3/1h}\n";
    let flow = one("message: hi");
    check_bot(
        bot,
        &flow,
        "< hi\n> Yes.\n< hi\n> Yes.\n< hi\n> Yes.\n< hi\n* alarm loop_guard\n* needs person\n< hi\n+1h\n< hi\n> Yes.",
    );
}

#[test]
fn unanswered_has_steps_of_its_own() {
    let bot = "bot: Test\ndefaults:\n  unanswered: [{say: I did not understand.}]\n";
    check_bot(bot, &one("message: hi"), "< what\n> I did not understand.\n* unanswered\n* run done");
}

/// The lines of `explain` about a text in the present state.
pub fn told(talk: &Talk, text: &str) -> Vec<Explained> {
    in_world(talk, talk.now, |world| explain(&talk.versions, &talk.session(), world, text))
}

#[test]
fn explain_says_why_and_why_not() {
    let flows = "flow: a\nwhen: [{message: book}]\nsteps: [{say: A}]\n---\nflow: b\nwhen: [{message: book, match: contains}, {message: pay}]\nsteps: [{say: B}]\n";
    let talk = Talk::new("bot: Test\n", flows);
    let all = in_world(&talk, talk.now, |world| explain(&talk.versions, &talk.session(), world, "Book!"));
    assert_eq!(all.len(), 3);
    assert!(all[0].starts == crate::Starts::Surely && all[0].flow.as_str() == "a", "{all:?}");
    assert!(all.iter().any(|e| e.why.contains("goes first: the whole message fits it")), "{all:?}");
    assert!(all.iter().any(|e| e.why.contains("`pay`")), "{all:?}");
}

fn in_world<T>(talk: &Talk, now: Time, look: impl FnOnce(&World<'_>) -> T) -> T {
    look(&World {
        now,
        contact: &talk.contact,
        conversation: ConversationId(1),
        sender: SenderView {
            id: SenderId(1),
            name: "Support",
            language: None,
            carries: &crate::model::channel_limits::META,
            public_url: None,
        },
        window: talk.window,
        env: &BTreeMap::new(),
        paused: &Default::default(),
        once: &Default::default(),
        talk: &[],
        token_key: b"key",
    })
}

#[test]
fn what_holds_a_fire_back_is_told_before_it_comes() {
    let flow = |more: &str| {
        format!(
            "flow: it\ntopic: news\nwhen:\n  - schedule: 0 10 * * *\n    to: everyone\n    {more}\nsteps: [{{say: Hi}}]\n"
        )
    };
    let bot = "bot: Test\ntopics: {news: {needs: consent, at_most: 2/7d}}\ndraft_testers: ['+34600000009']\n";
    let told = |more: &str, starts: &[i64], said: &[i64], hours: i64| {
        let flow = if more == "draft" { format!("draft: true\n{}", flow("rate: 1/s")) } else { flow(more) };
        let mut talk = Talk::new(bot, &flow);
        let (now, ago) = (talk.now, |hours: &i64| talk.now - Span::hours(*hours));
        let (starts, said) = (starts.iter().map(ago).collect(), said.iter().map(ago).collect());
        talk.contact.data.starts.insert("it|schedule 0 10 * * * contact".into(), starts);
        talk.contact.data.unasked.insert("news".into(), said);
        let tables = timetables(talk.versions.live());
        in_world(&talk, now + Span::hours(hours), |world| held_back(&talk.versions, &tables[0], world))
    };
    assert_eq!(told("at_most: 1/1d", &[], &[30], 0), None);
    assert_eq!(told("at_most: 1/1d", &[20], &[], 0).unwrap(), "it started 1 time within 1d already");
    assert_eq!(told("at_most: 1/1d", &[20], &[], 4), None, "the next fire is what counts");
    assert_eq!(told("rate: 1/s", &[], &[20, 30], 0).unwrap(), "topic `news` has reached its `at_most: 2/7d`");
    assert_eq!(
        told("if: '\"vip\" in contact.tags'", &[], &[], 0).unwrap(),
        "its `if` does not hold: `\"vip\" in contact.tags`"
    );
    assert_eq!(told("draft", &[], &[], 0).unwrap(), "the flow is a draft, and this is no tester");
}

#[test]
fn what_is_for_people_changes_nothing_and_an_id_names_its_step() {
    let flow = "flow: a
title: A flow
description: It says hello.
when: [{message: go, note: as the posters say}]
steps:
  - say: Hello
    id: hello
    note: the friendly one
  - script: '1 / 0'
    id: sum
    on_error: [{say: 'lost at ${error.step}'}]
";
    check(flow, "< go\n> Hello\n> lost at a.sum");
}

#[test]
fn what_a_body_leaves_out_has_its_default() {
    let flow = "flow: cart
when:
  - webhook: cart
    contact: ${body.phone}
    body: {phone: phone, total: {type: number, default: 5, about: what it costs}, note: {type: text, optional: true}}
steps:
  - say: 'Basket of ${total}${note}'
    if_closed: {template: cart, vars: ['${total}', '${missing(note)}']}
";
    check(flow, "< x\n~ hook cart {\"phone\": \"+34600111222\"}\n> Basket of 5");
    check(
        flow,
        "< x\n~ hook cart {\"phone\": \"+34600111222\", \"total\": 7.5, \"note\": \", now\"}\n> Basket of 7.5, now",
    );
}
