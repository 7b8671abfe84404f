//! Tests broadcasts: planned ahead, paused, stopped, over restarts.

use super::house::House;
use tokio::sync::watch;
use transom::{
    base::{clock::Clock, ids::ContactId, time::Span},
    model::schedule::AtMost,
    runtime::starts::{
        broadcast::{BroadcastAudience, BroadcastSpec, BroadcastTime, DraftResult, NOWHERE},
        report::{self, FireReport},
    },
    store::{
        WriteSet,
        tables::broadcast::{self, Broadcast, BroadcastState},
    },
};

const BOT: &str = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\ntopics: {service: {}}\n";
const NEWS: &str = "flow: news\ninputs: {what: text}\nsteps:\n  - say: \"News: ${what}\"\n    if_closed: skip\n";
const HELLO: &str = "flow: hello\nwhen:\n  - message: '^i am (?<who>\\w+)$'\n    match: regex\ninputs: {who: text}\nsteps:\n  \
                     - if: who == \"vip\"\n    then: [{tag: vip}]\n";

const ORDER: &str = "flow: order\nwhen: [{message: [order]}]\nsteps:\n  - ask: How many?\n    as: count\n    type: whole\n  \
                     - say: Ordered\n";

async fn house() -> House {
    let flows =
        [("flows/_bot.yaml", BOT), ("flows/news.yaml", NEWS), ("flows/hello.yaml", HELLO), ("flows/order.yaml", ORDER)];
    House::new(&flows).await
}

/// A draft for contacts with the tag, at one per minute.
async fn draft(house: &House, when: BroadcastTime) -> i64 {
    let inputs = [("what".to_owned(), transom::model::value::Value::text("sale"))].into();
    let to = BroadcastAudience { tags: vec!["vip".into()], condition: None };
    let wanted = BroadcastSpec { to, when, rate: AtMost::new(1, Span::minutes(1)), inputs };
    let now = house.clock.now();
    let row = Broadcast {
        id: house.app.store.next_id(),
        account: "sandbox".into(),
        flow: "news".into(),
        data: serde_json::to_value(&wanted).unwrap(),
        state: BroadcastState::Draft,
        people: 6,
        zone: NOWHERE.into(),
        cursor_contact_id: ContactId(0),
        planned: 0,
        next_slot_at: now,
        created_at: now,
        started_at: None,
        done_at: None,
    };
    let mut set = WriteSet::new();
    set.push(&broadcast::INSERT, &row);
    house.app.store.commit(set).await.unwrap();
    row.id
}

#[tokio::test]
async fn a_draft_ends_with_its_client() {
    let mut house = house().await;
    house.writes("34600111222", "i am vip").await;
    let inputs = [("what".to_owned(), transom::model::value::Value::text("sale"))].into();
    let rate = AtMost::new(1, Span::minutes(1));
    let wanted = BroadcastSpec { to: BroadcastAudience::default(), when: BroadcastTime::Now, rate, inputs };
    let (here, client) = watch::channel(());
    let news = "news".into();
    let draft = || house.app.starts.draft_broadcast("sandbox".into(), &news, &wanted, &client);
    assert!(matches!(draft().await.unwrap(), DraftResult::Done(_)));
    drop(here);
    assert!(matches!(draft().await.unwrap(), DraftResult::Abandoned));
    let stored = broadcast::page(&house.app.store, None, i64::MAX, 10).await.unwrap();
    assert_eq!(stored.len(), 1, "the draft of a client that has gone is not kept");
}

async fn turn(house: &House, id: i64, from: BroadcastState, to: BroadcastState) {
    assert!(house.app.starts.turn_broadcast(id, &[from], to).await.unwrap(), "{to:?}");
    house.app.run_due().await.unwrap();
}

async fn reported(house: &House) -> FireReport {
    let all = report::report(&house.app.store, None, &"news".into(), "2026", None).await.unwrap();
    all.into_iter().next().unwrap_or_default()
}

async fn people(house: &mut House, count: usize) {
    for number in 0..count {
        house.writes(&format!("346000001{number:02}"), "i am vip").await;
    }
    house.writes("34600000009", "i am nobody").await;
    house.heard();
}

#[tokio::test]
async fn everybody_who_is_meant_gets_it_once_at_its_pace_over_restarts() {
    let mut house = house().await;
    people(&mut house, 6).await;
    let id = draft(&house, BroadcastTime::Now).await;
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard(), Vec::<String>::new(), "a draft sends nothing");
    turn(&house, id, BroadcastState::Draft, BroadcastState::Running).await;
    assert_eq!(house.heard(), ["News: sale"]);
    house.advance(Span::minutes(2)).await;
    assert_eq!(house.heard().len(), 2, "one a minute");
    house = house.restart().await;
    house.advance(Span::minutes(1)).await;
    house = house.restart().await;
    house.advance(Span::hours(2)).await;
    assert_eq!(house.heard().len(), 2, "the other one was heard before the restart");
    let fire = reported(&house).await;
    assert_eq!((fire.planned, fire.text, fire.waiting, fire.is_planning), (6, 6, 0, false), "{fire:#?}");
    assert_eq!(broadcast::find(&house.app.store, id).await.unwrap().unwrap().state, BroadcastState::Done);
}

#[tokio::test]
async fn a_pause_holds_those_whose_slot_has_not_come_and_a_stop_ends_it() {
    let mut house = house().await;
    people(&mut house, 20).await;
    let id = draft(&house, BroadcastTime::Now).await;
    turn(&house, id, BroadcastState::Draft, BroadcastState::Running).await;
    house.advance(Span::minutes(1)).await;
    assert_eq!(house.heard().len(), 2);
    turn(&house, id, BroadcastState::Running, BroadcastState::Paused).await;
    house.advance(Span::hours(2)).await;
    assert_eq!(house.heard().len(), 0);
    turn(&house, id, BroadcastState::Paused, BroadcastState::Running).await;
    house.advance(Span::minutes(1)).await;
    let after = house.heard().len();
    assert!((1..=3).contains(&after), "{after} in the first minute: no flood");
    turn(&house, id, BroadcastState::Running, BroadcastState::Stopped).await;
    house.advance(Span::hours(5)).await;
    assert_eq!(house.heard().len(), 0);
    let fire = reported(&house).await;
    assert_eq!(fire.waiting, 0, "{fire:#?}");
    assert!(fire.planned < 20 && fire.text == 2 + i64::try_from(after).unwrap(), "{fire:#?}");
}

#[tokio::test]
async fn who_was_kept_back_goes_at_once_and_at_the_same_pace_when_it_is_resumed() {
    let mut house = house().await;
    people(&mut house, 12).await;
    let id = draft(&house, BroadcastTime::Now).await;
    turn(&house, id, BroadcastState::Draft, BroadcastState::Running).await;
    turn(&house, id, BroadcastState::Running, BroadcastState::Paused).await;
    house.advance(Span::minutes(10) + Span::seconds(20)).await;
    assert_eq!(house.heard().len(), 1, "the first one's slot had come");
    turn(&house, id, BroadcastState::Paused, BroadcastState::Running).await;
    assert_eq!(house.heard().len(), 1, "nobody waits for a minute to begin");
    for minute in 1..=10 {
        house.advance(Span::minutes(1)).await;
        assert_eq!(house.heard().len(), 1, "minute {minute}");
    }
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard().len(), 0);
}

#[tokio::test]
async fn a_local_minute_is_each_contacts_own_and_the_audience_is_asked_once_more() {
    let mut house = house().await;
    house.writes("34600000001", "i am vip").await;
    house.writes("447700900123", "i am vip").await;
    house.writes("34600000002", "i am vip").await;
    house.heard();
    // It is Friday, nine in Madrid.
    let minute = jiff::civil::date(2026, 3, 27).at(18, 0, 0, 0);
    let id = draft(&house, BroadcastTime::Local(minute)).await;
    turn(&house, id, BroadcastState::Draft, BroadcastState::Running).await;
    house.advance(Span::hours(9) + Span::minutes(3)).await;
    assert_eq!(house.heard().len(), 2, "in Spain");
    house.advance(Span::hours(1)).await;
    assert_eq!(house.heard().len(), 1, "in Britain an hour later");
}

#[tokio::test]
async fn what_quiet_hours_keep_is_taken_back_when_it_is_stopped() {
    let quiet = "bot: Shop\nlanguage: en\ntimezone: Europe/Madrid\nquiet_hours: {from: \"08:00\", to: \"20:00\"}\ntopics: {service: {}}\n";
    let survey = "flow: news\ninputs: {what: text}\nsteps:\n  - say: \"News: ${what}\"\n    if_closed: skip\n  \
                  - ask: Do you like it?\n    as: liked\n    type: yesno\n    if_closed: hold\n";
    for (flow, restarts) in [(NEWS, false), (NEWS, true), (survey, false)] {
        let flows = [("flows/_bot.yaml", quiet), ("flows/news.yaml", flow), ("flows/hello.yaml", HELLO)];
        let mut house = House::new(&flows).await;
        people(&mut house, 5).await;
        // Quiet hours do not hold a message back from a contact who has just written.
        house.advance(Span::hours(1)).await;
        let id = draft(&house, BroadcastTime::Now).await;
        turn(&house, id, BroadcastState::Draft, BroadcastState::Running).await;
        house.advance(Span::minutes(20)).await;
        assert_eq!(house.heard(), Vec::<String>::new(), "it is quiet until the evening");
        assert_eq!(reported(&house).await.kept, 5);
        turn(&house, id, BroadcastState::Done, BroadcastState::Stopped).await;
        if restarts {
            house = house.restart().await;
        }
        house.advance(Span::hours(24)).await;
        assert_eq!(house.heard(), Vec::<String>::new());
        let fire = reported(&house).await;
        assert_eq!((fire.kept, fire.text), (0, 0), "{fire:#?}");
        if flow == NEWS {
            assert_eq!(fire.refused.get("dropped"), Some(&5), "{fire:#?}");
        }
    }
}

#[tokio::test]
async fn who_waits_in_line_when_it_is_stopped_never_hears_of_it() {
    let mut house = house().await;
    let [asked, answers] = ["34600000100", "34600000101"];
    people(&mut house, 2).await;
    for person in [asked, answers] {
        house.writes(person, "order").await;
    }
    house.heard();
    let id = draft(&house, BroadcastTime::Now).await;
    turn(&house, id, BroadcastState::Draft, BroadcastState::Running).await;
    house.advance(Span::minutes(3)).await;
    assert_eq!(house.heard(), Vec::<String>::new(), "both are asked something");
    assert_eq!(reported(&house).await.waiting, 2, "in line");
    turn(&house, id, BroadcastState::Done, BroadcastState::Stopped).await;
    let fire = reported(&house).await;
    assert_eq!((fire.waiting, fire.superseded), (0, 2), "{fire:#?}");
    house.writes(asked, "3").await;
    assert_eq!(house.heard(), ["Ordered"]);
    house = house.restart().await;
    house.writes(answers, "3").await;
    assert_eq!(house.heard(), ["Ordered"]);
}
