//! Tests commits that are slow, fail or lose their answer, and processes that die in the middle: nothing is lost.

use super::house::{House, SENDER};
use crate::graph::Fault;
use std::{sync::Arc, time::Duration};
use transom::{
    base::{clock::Clock, ids::AccountName, limits::LANE_TRIES_MAX, time::Span},
    channel::meta::compose::CustomerEvent,
    model::{
        content::Content,
        effect::Origin,
        inbound::DeliveryState::{self, Delivered},
        value::Value,
    },
    store::tables::outbound::SendState,
};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";
const CAREFUL: &str = "flow: careful
when: [{message: careful}]
steps:
  - say: First.
    on_error: [{say: It failed.}]
  - say: Second.
";

async fn house() -> House {
    House::at_meta(&[("flows/echo.yaml", ECHO), ("flows/careful.yaml", CAREFUL)], "  []").await
}

#[tokio::test]
async fn a_text_that_a_slow_commit_carries_out_of_the_window_goes_as_its_template() {
    let later = "flow: later
when: [{message: later}]
steps:
  - wait: 23h
  - say: Still interested?
    if_closed: {template: later_tpl}
";
    let template = "  - {id: 1, sender: 1, name: later_tpl, language: en, category: utility, status: approved, \
                    body: \"Still interested?\"}";
    let mut house = House::at_meta(&[("flows/later.yaml", later)], template).await;
    let wrote_at = house.clock.now();
    house.says("later").await;
    house.advance(Span::hours(23) - Span::seconds(10)).await;
    house.clock.set(wrote_at + Span::hours(23));
    let (app, clock, held) = (house.app.clone(), house.clock.clone(), house.faults.hold_next_commit());
    // Its turn was taken and it was decided as a text; the disk takes an hour and a second.
    let slow = held.until(|| clock.set(wrote_at + Span::hours(24) + Span::seconds(1)));
    let (done, ()) = tokio::join!(app.run_due(), slow);
    done.unwrap();
    house.advance(Span::minutes(1)).await;
    let kinds: Vec<_> = house.sent().iter().map(|body| body["type"].clone()).collect();
    assert_eq!(kinds, ["template"]);
}

#[tokio::test]
async fn a_message_is_answered_although_its_recording_failed_or_was_answered_late() {
    let mut house = house().await;
    house.faults.fail_next_commits(1);
    house.says("one").await;
    house.faults.lose_next_answers(1);
    house.says("two").await;
    assert_eq!(house.texts(), ["one", "two"]);
}

/// Sends a text, and fails the commit of the provider's answer to the first send.
async fn says_and_the_answer_is_not_stored(house: &mut House, text: &str) {
    let graph = house.graph.clone().unwrap();
    let mut sends = graph.listen();
    graph.fail_next(Fault::Late(Duration::from_millis(100)));
    let body = house.webhook(CustomerEvent::Text(text.into()));
    house.post(&body).await;
    sends.recv().await.unwrap();
    house.faults.fail_next_commits(1);
    house.app.run_due().await.unwrap();
}

#[tokio::test]
async fn the_mark_of_a_sent_message_is_tried_again() {
    let mut house = house().await;
    says_and_the_answer_is_not_stored(&mut house, "one").await;
    assert_eq!(house.row(0).await.state, SendState::Sent);
    let mut house = house.restart().await;
    house.advance(Span::minutes(20)).await;
    assert_eq!(house.texts(), ["one"]);
}

#[tokio::test]
async fn a_step_hears_the_fate_of_its_message_although_the_commit_failed() {
    let mut house = house().await;
    says_and_the_answer_is_not_stored(&mut house, "careful").await;
    assert_eq!(house.texts(), ["First.", "Second."]);
}

#[tokio::test]
async fn what_stood_sending_when_the_process_died_is_unknown_until_a_status_settles_it() {
    let mut house = house().await;
    let graph = house.graph.clone().unwrap();
    graph.fail_next(Fault::Silent);
    let body = house.webhook(CustomerEvent::Text("careful".into()));
    house.post(&body).await;
    graph.until_sent(1).await;
    assert_eq!(house.row(0).await.state, SendState::Sending);
    let house = house.restart().await;
    assert_eq!(house.row(0).await.state, SendState::Unknown);
    house.told(0, Delivered, None).await;
    assert_eq!(house.row(0).await.state, SendState::Delivered);
    // Its run waited for that, over the death of the process.
    assert_eq!(house.texts(), ["First.", "Second."]);
}

#[tokio::test]
async fn a_tap_on_an_earlier_question_does_not_prove_that_a_later_one_left() {
    let order = "flow: order
when: [{message: order}]
steps:
  - ask: Which size?
    as: size
    options: [{id: s, title: Small}, {id: m, title: Medium}]
  - ask: Which colour?
    as: colour
    options: [{id: r, title: Red}, {id: b, title: Blue}]
";
    let mut house = House::at_meta(&[("flows/order.yaml", order)], "  []").await;
    house.says("order").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Cut);
    let button = |house: &House, n: usize| {
        let reply = house.sent()[n]["interactive"]["action"]["buttons"][0]["reply"].clone();
        let word = |name: &str| reply[name].as_str().unwrap().to_owned();
        CustomerEvent::Tap { id: word("id"), title: word("title") }
    };
    let size = button(&house, 0);
    house.acts(size.clone()).await;
    assert_eq!(house.row(1).await.state, SendState::Unknown);
    house.acts(size).await;
    assert_eq!(house.row(1).await.state, SendState::Unknown);
    let colour = button(&house, 1);
    house.acts(colour).await;
    assert_eq!(house.row(1).await.state, SendState::Sent);
}

#[tokio::test]
async fn a_tap_on_a_question_that_was_asked_anew_does_not_prove_that_the_first_one_left() {
    let size = "flow: size
when: [{message: size}]
steps:
  - ask: Which size?
    as: size
    options: [{id: s, title: Small}, {id: m, title: Medium}]
    invalid: Small or medium?
";
    let mut house = House::at_meta(&[("flows/size.yaml", size)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Cut);
    house.says("size").await;
    assert_eq!(house.row(0).await.state, SendState::Unknown);
    house.says("huge").await;
    let anew = house.row(1).await;
    assert_eq!(anew.state, SendState::Sent);
    let reply = house.sent()[1]["interactive"]["action"]["buttons"][0]["reply"].clone();
    let word = |name: &str| reply[name].as_str().unwrap().to_owned();
    let tap = house.webhook(CustomerEvent::Tap { id: word("id"), title: word("title") });
    let mut tap: serde_json::Value = serde_json::from_str(&tap).unwrap();
    let of = anew.provider_id.unwrap().to_string();
    tap["entry"][0]["changes"][0]["value"]["messages"][0]["context"] =
        serde_json::json!({"from": "15550001111", "id": of});
    house.post(&tap.to_string()).await;
    house.app.run_due().await.unwrap();
    assert_eq!(house.row(0).await.state, SendState::Unknown);
}

#[tokio::test]
async fn a_stop_that_is_told_again_after_a_start_stops_nothing() {
    let mut house = house().await;
    let stop = house.webhook(CustomerEvent::Text("STOP".into()));
    house.post(&stop).await;
    house.app.run_due().await.unwrap();
    house.says("START").await;
    house.post(&stop).await;
    house.app.run_due().await.unwrap();
    house.says("one").await;
    assert_eq!(house.texts().last().map(String::as_str), Some("one"), "{:?}", house.texts());
}

#[tokio::test]
async fn a_start_that_could_not_be_stored_begins_later() {
    let morning = "flow: morning
when:
  - schedule: \"30 9 * * *\"
    clock: bot
    to: everyone
    rate: 2/1m
steps:
  - say: Good morning.
    if_closed: {template: morning_tpl}
";
    let template = "  - {id: 1, sender: 1, name: morning_tpl, language: en, category: utility, status: approved, \
                    body: \"Good morning\"}";
    let files = [("flows/_bot.yaml", "bot: Test\ntimezone: Europe/Madrid\n"), ("flows/morning.yaml", morning)];
    let mut house = House::at_meta(&files, template).await;
    let account = AccountName::from("acme");
    for phone in ["+34600111222", "+34600111333"] {
        Arc::clone(&house.app).contacts.reach(&account, SENDER, phone, None).await.unwrap();
    }
    // 09:00 in Madrid. The first slot is that of 09:30, the second half a minute later.
    house.advance(Span::minutes(30)).await;
    assert_eq!(house.sent().len(), 1);
    house.faults.fail_next_commits(u32::try_from(LANE_TRIES_MAX).unwrap());
    house.advance(Span::seconds(30)).await;
    house.advance(Span::seconds(20)).await;
    let to: Vec<_> = house.sent().iter().map(|body| body["to"].clone()).collect();
    assert_eq!(to, ["+34600111222", "+34600111333"]);
}

#[tokio::test]
async fn a_message_of_the_api_goes_out_when_it_is_stored_and_only_then() {
    let mut house = house().await;
    house.says("hi").await;
    let account = AccountName::from("acme");
    let (contact, conversation) = house.app.contacts.reach(&account, SENDER, "+34600111222", None).await.unwrap();
    let content = |text: &str| Content::Text { body: text.into() };
    house.faults.lose_next_answers(1);
    house.app.queue.say(contact, conversation, content("stored"), Origin::Api).await.expect("its row stands there");
    house.app.run_due().await.unwrap();
    house.faults.fail_next_commits(1);
    let refused = house.app.queue.say(contact, conversation, content("not stored"), Origin::Api).await;
    assert!(refused.is_err());
    house.advance(Span::minutes(5)).await;
    assert_eq!(house.texts(), ["hi", "stored"]);
}

#[tokio::test]
async fn what_a_person_writes_and_that_the_person_has_the_conversation_is_one_commit() {
    let mut house = house().await;
    house.says("hi").await;
    let account = AccountName::from("acme");
    let (contact, conversation) = house.app.contacts.reach(&account, SENDER, "+34600111222", None).await.unwrap();
    let content = |text: &str| Content::Text { body: text.into() };
    house.faults.fail_next_commits(1);
    assert!(house.app.queue.say(contact, conversation, content("lost"), Origin::Person).await.is_err());
    house.advance(Span::seconds(5)).await;
    house.says("still the bot").await;
    house.faults.lose_next_answers(1);
    house
        .app
        .queue
        .say(contact, conversation, content("I am Eva"), Origin::Person)
        .await
        .expect("its row stands there");
    house.app.run_due().await.unwrap();
    house.says("to Eva").await;
    assert_eq!(house.texts(), ["hi", "still the bot", "I am Eva"]);
}

#[tokio::test]
async fn a_message_whose_turn_could_not_be_stored_is_answered_before_the_next_one() {
    for silent in [true, false] {
        let mut house = house().await;
        house.says("hi").await;
        let body = house.webhook(CustomerEvent::Text("one".into()));
        let (held, faults) = (house.faults.hold_next_commit(), house.faults.clone());
        // It is recorded; then its turn cannot be stored.
        let recorded = held.until(|| faults.fail_next_commits(u32::try_from(LANE_TRIES_MAX).unwrap()));
        tokio::join!(house.post(&body), recorded);
        house.app.queue.settled().await;
        assert_eq!(house.texts(), ["hi"]);
        if silent {
            house.advance(Span::seconds(2)).await;
            assert_eq!(house.texts(), ["hi", "one"], "nobody else need write");
        }
        house.says("two").await;
        assert_eq!(house.texts(), ["hi", "one", "two"]);
        assert_eq!(house.bugs(), [""; 0]);
    }
}

#[tokio::test]
async fn the_rate_of_a_schedule_is_one_over_all_zones() {
    let morning = "flow: morning
when:
  - schedule: \"30 9 * * *\"
    clock: bot
    to: everyone
    rate: 1/1m
steps:
  - say: Good morning.
    if_closed: {template: morning_tpl}
";
    let template = "  - {id: 1, sender: 1, name: morning_tpl, language: en, category: utility, status: approved, \
                    body: \"Good morning\"}";
    let files = [("flows/_bot.yaml", "bot: Test\ntimezone: Europe/Madrid\n"), ("flows/morning.yaml", morning)];
    let mut house = House::at_meta(&files, template).await;
    let account = AccountName::from("acme");
    for phone in ["+34600111222", "+447700900123", "+4915112345678"] {
        Arc::clone(&house.app).contacts.reach(&account, SENDER, phone, None).await.unwrap();
    }
    let mut sent = Vec::new();
    for span in [Span::minutes(30), Span::minutes(1), Span::minutes(1)] {
        house.advance(span).await;
        sent.push(house.sent().len());
    }
    assert_eq!(sent, [1, 2, 3]);
}

#[tokio::test]
async fn a_message_of_a_turn_whose_commit_was_answered_by_nobody_leaves_all_the_same() {
    let paid = "flow: paid\nwhen: [{event: paid}]\nsteps:\n  - say: Your payment came.\n    if_closed: skip\n";
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO), ("flows/paid.yaml", paid)], "  []").await;
    house.says("hi").await;
    let account = AccountName::from("acme");
    let (contact, conversation) = house.app.contacts.reach(&account, SENDER, "+34600111222", None).await.unwrap();
    house.faults.lose_next_answers(1);
    let event = house.app.queue.emit_event(contact, conversation, "paid".into(), Value::Nothing).await;
    event.expect("it stands in its row");
    house.app.run_due().await.unwrap();
    assert_eq!(house.texts(), ["hi", "Your payment came."]);
    assert_eq!(house.row(1).await.state, SendState::Sent);
}

#[tokio::test]
async fn a_message_whose_sending_was_answered_by_nobody_is_not_in_doubt() {
    let two = "flow: two\nwhen: [{message: two}]\nsteps:\n  - say: one\n  - say: two\n";
    let mut house = House::at_meta(&[("flows/two.yaml", two)], "  []").await;
    let graph = house.graph.clone().unwrap();
    let mut sends = graph.listen();
    graph.fail_next(Fault::Late(Duration::from_millis(100)));
    let body = house.webhook(CustomerEvent::Text("two".into()));
    house.post(&body).await;
    sends.recv().await.unwrap();
    // The mark of the first and the `sending` of the second, in whatever groups.
    house.faults.lose_next_answers(2);
    house.app.run_due().await.unwrap();
    assert_eq!(house.texts(), ["one", "two"]);
    assert_eq!(house.row(1).await.state, SendState::Sent);
}

#[tokio::test]
async fn a_status_whose_commit_was_answered_by_nobody_is_heard_all_the_same() {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Cut);
    house.says("hi").await;
    assert_eq!(house.row(0).await.state, SendState::Unknown);
    let news = house.news(0, DeliveryState::Sent, None);
    house.faults.lose_next_answers(1);
    house.post_in_vain(&news).await;
    // It stands in its row already: by itself the repetition says nothing new.
    house.post(&news).await;
    house.advance(Span::minutes(2)).await;
    assert_eq!(house.texts(), ["hi"], "nothing goes out again");
    assert_eq!(house.row(0).await.state, SendState::Sent);
}

#[tokio::test]
async fn a_failure_whose_commit_was_answered_by_nobody_is_heard_all_the_same() {
    let lost = "flow: lost\nwhen: [{message: lost}]\nsteps:\n  - say: one\n    if_closed: skip\n    on_undelivered: [{say: two, if_closed: skip}, end]\n";
    let mut house = House::at_meta(&[("flows/lost.yaml", lost)], "  []").await;
    house.says("lost").await;
    let news = house.news(0, DeliveryState::Failed, Some(131_026));
    house.faults.lose_next_answers(1);
    house.post_in_vain(&news).await;
    house.post(&news).await;
    house.advance(Span::minutes(2)).await;
    assert_eq!(house.texts(), ["one", "two"]);
}

const TWO: &str = "flow: two\nwhen: [{message: two}]\nsteps:\n  - say: one\n  - say: two\n";

/// Sends `two`, and fills the disk while the first of its two messages is being sent.
async fn two_on_a_full_disk() -> House {
    let mut house = House::at_meta(&[("flows/two.yaml", TWO), ("flows/echo.yaml", ECHO)], "  []").await;
    let graph = house.graph.clone().unwrap();
    let mut sends = graph.listen();
    graph.fail_next(Fault::Late(Duration::from_millis(200)));
    let body = house.webhook(CustomerEvent::Text("two".into()));
    house.post(&body).await;
    sends.recv().await.unwrap();
    house.faults.fill_disk();
    house.app.queue.settled().await;
    house
}

#[tokio::test]
async fn what_a_full_disk_left_goes_on_within_a_minute_and_nothing_is_sent_twice() {
    let mut house = two_on_a_full_disk().await;
    assert_eq!(house.texts(), ["one"]);
    // A status never comes: nobody but this process knows that the first has left.
    house.endure(Span::seconds(45)).await;
    assert_eq!(house.texts(), ["one"]);
    house.faults.free_disk();
    until_connected(&house).await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.texts(), ["one", "two"]);
    house.advance(Span::minutes(20)).await;
    assert_eq!(house.texts(), ["one", "two"], "no answer is doubted that was heard");
    for n in 0..2 {
        assert_eq!(house.row(n).await.state, SendState::Sent);
    }
    assert_eq!(house.bugs(), [""; 0]);
    let house = house.restart().await;
    assert_eq!(house.texts(), ["one", "two"]);
}

async fn until_connected(house: &House) {
    while !house.app.store.is_connected() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_webhook_on_a_full_disk_is_refused_and_its_repetition_is_answered_once() {
    let mut house = house().await;
    house.says("hi").await;
    house.faults.fill_disk();
    let body = house.webhook(CustomerEvent::Text("one".into()));
    house.post_in_vain(&body).await;
    let asked = std::time::Instant::now();
    house.post_in_vain(&body).await;
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    house.faults.free_disk();
    until_connected(&house).await;
    house.post(&body).await;
    house.advance(Span::seconds(5)).await;
    assert_eq!(house.texts(), ["hi", "one"]);
}

#[tokio::test]
async fn a_step_hears_of_a_failure_that_came_while_the_disk_was_full() {
    let mut house = house().await;
    let graph = house.graph.clone().unwrap();
    let mut sends = graph.listen();
    graph.fail_next(Fault::Late(Duration::from_millis(200)));
    let body = house.webhook(CustomerEvent::Text("careful".into()));
    house.post(&body).await;
    sends.recv().await.unwrap();
    house.faults.fill_disk();
    house.app.queue.settled().await;
    house.endure(Span::seconds(30)).await;
    house.faults.free_disk();
    until_connected(&house).await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.texts(), ["First.", "Second."]);
}
