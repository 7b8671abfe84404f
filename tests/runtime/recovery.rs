//! Tests the recovery of a dead process's work: in order, and without blocking anybody.

use super::house::{House, SENDER};
use crate::graph::Fault;
use std::time::Duration;
use transom::{
    base::{
        clock::Clock,
        ids::{InboundId, ProviderId},
        limits::{INBOUND_ATTEMPTS_MAX, LANE_LINE_MAX},
        time::Span,
    },
    channel::meta::compose::CustomerEvent,
    model::inbound::InboundKind,
    store::{WriteSet, tables::inbound},
};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";

/// Messages that were recorded after the person's first one and not handled, as (text, number of attempts).
async fn lie(house: &House, messages: &[(&str, usize)]) {
    lie_of(house, "wamid.1", messages).await;
}

/// As `lie`, of the person whose first message has this id.
async fn lie_of(house: &House, first: &str, messages: &[(&str, usize)]) {
    let store = &house.app.store;
    let first = inbound::by_provider(store, SENDER, &ProviderId::from(first)).await.unwrap().unwrap();
    for (n, (text, attempts)) in messages.iter().enumerate() {
        let id = InboundId(store.next_id());
        let mut data = first.data.clone();
        data.message.provider_id = ProviderId::from(format!("wamid.left.{}.{n}", first.contact_id).as_str());
        data.message.kind = InboundKind::Text { body: (*text).to_owned() };
        let row = inbound::NewInbound {
            id,
            conversation_id: first.conversation_id,
            contact_id: first.contact_id,
            sender_id: SENDER,
            provider_id: data.message.provider_id.clone(),
            at: data.message.at,
            received_at: house.clock.now(),
            data,
            handled_at: None,
        };
        let mut set = WriteSet::new();
        set.push(&inbound::INSERT, &row);
        store.commit(set).await.unwrap();
        for _ in 0..*attempts {
            let mut set = WriteSet::new();
            set.push(&inbound::RAISE, &inbound::Raise { id });
            store.commit(set).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_tried_before_is_taken_up_before_what_came_later() {
    let mut house = House::new(&[("flows/echo.yaml", ECHO)]).await;
    house.says("hi").await;
    assert_eq!(house.heard(), ["hi"]);
    lie(&house, &[("one", 2), ("two", 1), ("three", 0), ("four", 0)]).await;
    house.app.recover().await.unwrap();
    house.app.run_due().await.unwrap();
    assert_eq!(house.heard(), ["one", "two", "three", "four"]);
}

#[tokio::test]
async fn a_provider_that_does_not_answer_keeps_nobody_from_starting() {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    house.says("hi").await;
    lie(&house, &[("one", 1), ("two", 0)]).await;
    house.graph.as_ref().unwrap().fail_next(Fault::Silent);
    let recovered = tokio::time::timeout(Duration::from_secs(10), house.app.recover()).await;
    recovered.expect("it waits for the provider").unwrap();
}

#[tokio::test]
async fn a_message_that_waits_a_day_holds_up_nobody_after_a_restart() {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131049 });
    house.says("one").await;
    let mut house = house.restart().await;
    house.says("two").await;
    assert!(house.texts().contains(&"two".to_owned()), "{:?}", house.texts());
}

#[tokio::test]
async fn a_step_that_hears_of_errors_goes_on_when_its_message_waits_a_day() {
    let careful = "flow: careful
when: [{message: careful}]
steps:
  - say: First.
    on_error: [{say: It failed.}]
  - say: Second.
";
    let files = [("flows/echo.yaml", ECHO), ("flows/careful.yaml", careful)];
    let mut house = House::at_meta(&files, "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 400, code: 131049 });
    house.says("careful").await;
    assert!(house.texts().contains(&"Second.".to_owned()), "{:?}", house.texts());
}

#[tokio::test]
async fn who_hangs_up_before_the_answer_is_answered_all_the_same() {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    let body = house.webhook(CustomerEvent::Text("one".into()));
    house.post_and_hang_up(&body).await;
    house.app.run_due().await.unwrap();
    assert_eq!(house.texts(), ["one"]);
    assert_eq!(house.bugs(), [""; 0]);
}

#[tokio::test]
async fn more_messages_than_a_line_holds_are_answered_in_their_order() {
    let bot = "bot: Test\ndefaults: {loop_guard: 1000/1h}\n";
    let mut house = House::new(&[("flows/_bot.yaml", bot), ("flows/echo.yaml", ECHO)]).await;
    // One webhook of one person, so that the lane does not get a word in before all are there.
    let said: Vec<String> = (0..LANE_LINE_MAX + 50).map(|n| n.to_string()).collect();
    let mut whole: serde_json::Value = serde_json::Value::Null;
    for text in &said {
        let one: serde_json::Value = serde_json::from_str(&house.webhook(CustomerEvent::Text(text.clone()))).unwrap();
        if whole.is_null() {
            whole = one;
            continue;
        }
        let message = one["entry"][0]["changes"][0]["value"]["messages"][0].clone();
        whole["entry"][0]["changes"][0]["value"]["messages"].as_array_mut().unwrap().push(message);
    }
    house.post(&whole.to_string()).await;
    house.app.run_due().await.unwrap();
    assert_eq!(house.heard(), said);
}

/// A flow whose turn takes many operations, and so its time among the long ones.
const SLOW: &str = "flow: echo
when: [{any_message: true}]
steps:
  - if: msg.text.starts_with(\"slow\")
    then: [{log: \"${work::long()}\"}]
  - say: ${msg.text}
";
const WORK: &str = "fn long() { let n = 0; while n < 30000 { n += 1; } n }\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_answered_while_earlier_messages_are_taken_up_and_newer_ones_wait_for_theirs() {
    let mut house = House::new(&[("flows/echo.yaml", SLOW), ("scripts/work.rhai", WORK)]).await;
    house.says("hi").await;
    house.heard();
    let texts: Vec<String> = (0..20).map(|n| format!("slow {n}")).collect();
    lie(&house, &texts.iter().map(|text| (text.as_str(), 0)).collect::<Vec<_>>()).await;
    house.app.expect_earlier_messages().await.unwrap();
    let app = house.app.clone();
    let recovering = tokio::spawn(async move { app.recover().await });
    // The same person writes again, and somebody else for the first time.
    let newer = house.webhook(CustomerEvent::Text("newer".into()));
    house.post(&newer).await;
    let hello = house.webhook_of(("34600999888", "Ben"), CustomerEvent::Text("hello".into()));
    house.post(&hello).await;
    let mut heard: Vec<String> = Vec::new();
    let answered = async {
        while !heard.contains(&"hello".to_owned()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            heard.extend(house.heard());
        }
    };
    tokio::time::timeout(Duration::from_secs(20), answered).await.expect("somebody else waits for the backlog");
    assert!(!recovering.is_finished(), "the backlog is too short for this test");
    recovering.await.unwrap().unwrap();
    house.app.run_due().await.unwrap();
    let heard: Vec<String> = heard.into_iter().filter(|text| text != "hello").chain(house.heard()).collect();
    let expected: Vec<String> = texts.into_iter().chain(["newer".to_owned()]).collect();
    assert_eq!(heard, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newer_messages_follow_a_dead_letter_at_once_while_others_are_still_taken_up() {
    let mut house = House::new(&[("flows/echo.yaml", SLOW), ("scripts/work.rhai", WORK)]).await;
    house.says("hi").await;
    house.writes("34600999888", "hello").await;
    house.heard();
    lie(&house, &[("poison", usize::try_from(INBOUND_ATTEMPTS_MAX).unwrap())]).await;
    let texts: Vec<String> = (0..20).map(|n| format!("slow {n}")).collect();
    lie_of(&house, "wamid.2", &texts.iter().map(|text| (text.as_str(), 0)).collect::<Vec<_>>()).await;
    house.app.expect_earlier_messages().await.unwrap();
    // Messages of the same time count as earlier ones.
    house.clock.set(house.clock.now() + Span::seconds(1));
    let newer = house.webhook(CustomerEvent::Text("newer".into()));
    house.post(&newer).await;
    let app = house.app.clone();
    let recovering = tokio::spawn(async move { app.recover().await });
    let mut heard: Vec<String> = Vec::new();
    let answered = async {
        while !heard.contains(&"newer".to_owned()) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            heard.extend(house.heard());
        }
    };
    tokio::time::timeout(Duration::from_secs(60), answered).await.expect("the newer message is never answered");
    assert!(!heard.contains(&"slow 19".to_owned()), "it waited for the messages of somebody else: {heard:?}");
    recovering.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_attempt_that_is_taken_back_is_not_counted() {
    let mut house = House::new(&[("flows/echo.yaml", ECHO)]).await;
    house.says("hi").await;
    lie(&house, &[("one", 1)]).await;
    let store = &house.app.store;
    let left = inbound::unhandled(store, InboundId(0), house.clock.now(), 10).await.unwrap();
    let mut set = WriteSet::new();
    set.push(&inbound::LOWER, &inbound::Raise { id: left[0].id });
    set.push(&inbound::LOWER, &inbound::Raise { id: left[0].id });
    store.commit(set).await.unwrap();
    let left = inbound::unhandled(store, InboundId(0), house.clock.now(), 10).await.unwrap();
    assert_eq!(left.iter().map(|row| row.attempts).collect::<Vec<_>>(), [0]);
}
