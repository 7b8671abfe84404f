//! Tests `start` steps: one start or many, taken back, in an order, over restarts.

use super::house::House;
use transom::{
    base::{
        clock::Clock,
        limits::{AUDIENCE_GAP, START_LATE},
        time::{Span, Time},
    },
    runtime::starts::agenda,
    store::tables::start,
};

const BOT: &str = "bot: Clinic\nlanguage: en\ntimezone: Europe/Madrid\nfields: {since: whole, wants: text}\n";

/// People join a waiting list; `free NAME` offers a place to the first two of them.
const WAITING: &str = r#"
flow: waiting
when:
  - message: '^wait (?<who>\w+) (?<since>\d+)$'
    match: regex
inputs: {who: text, since: text}
steps:
  - set: {contact.wants: "${who}", contact.since: "${since}"}
  - tag: waiting
"#;

const FREE: &str = r#"
flow: free
when:
  - message: '^free (?<who>\w+)$'
    match: regex
inputs: {who: text}
steps:
  - start: offer
    with: {who: "${who}"}
    for:
      tags: waiting
      if: contact.wants == who
      order: contact.since
      limit: 2
    key: place of ${who}
"#;

const OFFER: &str = r#"
flow: offer
when:
  - message: [mine]
inputs: {who: {type: text, optional: true}}
steps:
  - if: missing(who)
    then:
      - untag: waiting
      - start: {cancel: place of Ada}
        for: everyone
      - say: It is yours.
        if_closed: hold
      - end
  - say: A place with ${who} is free.
    if_closed: skip
"#;

const LATER: &str = r#"
flow: later
when:
  - message: [remind me]
steps:
  - start: reminder
    at: ${now() + hours(3)}
    key: reminder
  - say: I will.
"#;

const REMINDER: &str = "flow: reminder\nsteps:\n  - say: Here I am.\n    if_closed: hold\n";

const NEVER: &str =
    "flow: never\nwhen: [{message: [forget it]}]\nsteps:\n  - start: {cancel: reminder}\n  - say: Forgotten.\n";

async fn clinic() -> House {
    House::new(&[
        ("flows/_bot.yaml", BOT),
        ("flows/waiting.yaml", WAITING),
        ("flows/free.yaml", FREE),
        ("flows/offer.yaml", OFFER),
        ("flows/told.yaml", TOLD),
        ("flows/later.yaml", LATER),
        ("flows/reminder.yaml", REMINDER),
        ("flows/never.yaml", NEVER),
    ])
    .await
}

/// The shop announces a place; people are asked according to the event's data.
const TOLD: &str = r#"
flow: told
when:
  - event: free
steps:
  - start: offer
    with: {who: "${event.data.who}"}
    for: {tags: waiting, if: contact.wants == event.data.who}
"#;

fn to(phone: &str, text: &str) -> (String, String) {
    (phone.to_owned(), text.to_owned())
}

#[tokio::test]
async fn the_first_of_an_audience_are_chosen_in_the_authors_order() {
    let mut house = clinic().await;
    for (phone, text) in [
        ("34600000001", "wait Ada 30"),
        ("34600000002", "wait Ada 10"),
        ("34600000003", "wait Bob 1"),
        ("34600000004", "wait Ada 20"),
    ] {
        house.writes(phone, text).await;
    }
    house.says("free Ada").await;
    house.advance(Span::minutes(1)).await;
    let offer = "A place with Ada is free.";
    assert_eq!(house.heard_by(), [to("34600000002", offer), to("34600000004", offer)]);
}

#[tokio::test]
async fn its_condition_sees_the_event_of_the_run() {
    let mut house = clinic().await;
    for (phone, text) in [("34600000001", "wait Ada 30"), ("34600000003", "wait Bob 1")] {
        house.writes(phone, text).await;
    }
    house.says("Hello").await;
    house.tell("free", serde_json::json!({"who": "Bob"})).await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.heard_by(), [to("34600000003", "A place with Bob is free.")]);
}

#[tokio::test]
async fn an_audience_survives_the_process_and_comes_once() {
    let mut house = clinic().await;
    for phone in ["34600000001", "34600000002"] {
        house.writes(phone, "wait Ada 1").await;
    }
    house.says("free Ada").await;
    let mut house = house.restart().await;
    house.advance(Span::minutes(1)).await;
    let mut house = house.restart().await;
    house.advance(Span::minutes(1)).await;
    // Messages sent before the first restart were received by the earlier listener.
    assert!(house.heard_by().is_empty());
    house.says("free Ada").await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.heard_by().len(), 2);
}

#[tokio::test]
async fn whoever_is_meant_no_more_when_the_turn_has_come_is_left_out() {
    let mut house = clinic().await;
    for phone in ["34600000001", "34600000002"] {
        house.writes(phone, "wait Ada 1").await;
    }
    assert!(house.heard_by().is_empty());
    house.says("free Ada").await;
    // The second one's slot is still to come.
    assert_eq!(house.heard_by(), [to("34600000001", "A place with Ada is free.")]);
    house.writes("34600000002", "mine").await;
    house.advance(AUDIENCE_GAP + Span::minutes(1)).await;
    assert_eq!(house.heard_by(), [to("34600000002", "It is yours.")]);
}

#[tokio::test]
async fn a_start_for_later_comes_over_a_restart() {
    let mut house = clinic().await;
    house.says("remind me").await;
    assert_eq!(house.heard(), ["I will."]);
    let mut house = house.restart().await;
    house.advance(Span::hours(2)).await;
    assert!(house.heard().is_empty());
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), ["Here I am."]);
}

#[tokio::test]
async fn what_a_step_planned_stands_in_the_agenda() {
    let mut house = clinic().await;
    house.says("remind me").await;
    let accounts: Vec<_> = house.app.senders.accounts().cloned().collect();
    let set = &house.app.live.get().set;
    let next =
        agenda::next(&accounts, set, Some(&house.app.store), (house.clock.now(), Time(i64::MAX)), 10).await.unwrap();
    let flows: Vec<_> = next.iter().map(|moment| (moment.flow.as_str(), moment.contact.is_some())).collect();
    assert_eq!(flows, [("reminder", true)]);
    assert_eq!(next[0].at - house.clock.now(), Span::hours(3));
}

#[tokio::test]
async fn the_same_key_replaces_and_cancel_takes_back() {
    let mut house = clinic().await;
    house.says("remind me").await;
    house.advance(Span::hours(1)).await;
    house.says("remind me").await;
    assert_eq!(house.heard(), ["I will.", "I will."]);
    house.advance(Span::hours(2)).await;
    assert!(house.heard().is_empty());
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), ["Here I am."]);
    house.says("remind me").await;
    house.says("forget it").await;
    assert_eq!(house.heard(), ["I will.", "Forgotten."]);
    house.advance(Span::hours(4)).await;
    assert!(house.heard().is_empty());
}

#[tokio::test]
async fn the_first_few_are_those_who_may_hear_of_it() {
    let mut house = clinic().await;
    for (phone, since) in [("34600000001", 1), ("34600000002", 2), ("34600000003", 3), ("34600000004", 4)] {
        house.writes(phone, &format!("wait Ada {since}")).await;
    }
    house.writes("34600000001", "STOP").await;
    house.heard();
    house.says("free Ada").await;
    house.advance(Span::minutes(1)).await;
    let told: Vec<String> = house.heard_by().into_iter().map(|(to, _)| to).collect();
    assert_eq!(told, ["34600000002", "34600000003"]);
}

#[tokio::test]
async fn a_start_that_is_too_late_is_refused_and_one_at_the_limit_is_not() {
    for (late, heard) in [(START_LATE, 1), (START_LATE + Span(1), 0)] {
        let mut house = clinic().await;
        house.says("remind me").await;
        house.heard();
        // The daemon is down for so long.
        house.clock.set(house.now() + Span::hours(3) + late);
        let mut house = house.restart().await;
        house.app.run_due().await.unwrap();
        house.advance(Span::minutes(1)).await;
        // The window has closed by then: what began waits for the next message.
        house.says("anything").await;
        assert_eq!(house.heard().len(), heard, "{late}");
    }
}

#[tokio::test]
async fn what_was_planned_for_a_draft_is_refused_counted_and_told() {
    let draft = REMINDER.replace("flow: reminder\n", "flow: reminder\ndraft: true\n");
    let mut house =
        House::new(&[("flows/_bot.yaml", BOT), ("flows/later.yaml", LATER), ("flows/reminder.yaml", &draft)]).await;
    house.says("remind me").await;
    house.advance(Span::hours(4)).await;
    assert_eq!(house.heard(), ["I will."]);
    let shown = house.app.metrics.render();
    assert!(shown.contains(r#"transom_start_refused_total{flow="reminder",reason="draft"} 1"#), "{shown}");
    let told = start::by_steps(&house.app.store, &"reminder".into(), Time(0), 10).await.unwrap();
    let told: Vec<_> =
        told.iter().map(|tally| (tally.trigger_key.as_str(), tally.count, tally.reason.as_deref())).collect();
    assert_eq!(told, [("start reminder", 1, Some("draft"))]);
}
