//! Tests sends with an unknown result: listed, and removed from the list when the result is known.

use super::house::{House, SENDER};
use crate::graph::Fault;
use transom::{
    base::{
        clock::Clock,
        ids::{OutboundId, ProviderId},
        limits::SEND_ATTEMPTS_MAX,
        time::Span,
    },
    model::inbound::{DeliveryState, StatusUpdate},
    runtime::ingest::replay::Replayed,
    store::{
        WriteSet,
        tables::{
            dead_letter,
            outbound::{self, SendState},
        },
    },
};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";

/// The result of its first answer is unknown, and it is listed because the second one was accepted before.
async fn with_one_listed() -> House {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Cut);
    house.says("one").await;
    house.says("two").await;
    house.advance(Span::seconds(61)).await;
    assert_eq!(open(&house).await, 1);
    house
}

async fn open(house: &House) -> i64 {
    let counts = dead_letter::counts(&house.app.store).await.unwrap();
    let gauge = r#"transom_dead_letters{kind="unknown_send"} "#;
    let shown = house.app.metrics.render();
    let shown = shown.lines().find_map(|line| line.strip_prefix(gauge)).map_or(0, |n| n.parse().unwrap());
    let listed = counts.iter().find(|open| open.kind == "unknown_send").map_or(0, |open| open.count);
    assert_eq!(shown, listed, "the metrics say what the list says");
    listed
}

#[tokio::test]
async fn a_late_status_takes_an_unknown_send_off_the_list() {
    let house = with_one_listed().await;
    house.told(0, DeliveryState::Delivered, None).await;
    assert_eq!(open(&house).await, 0);
    house.told(0, DeliveryState::Delivered, None).await;
    assert_eq!(open(&house).await, 0);
    assert_eq!(house.sent().len(), 2, "and nothing goes out again");
}

#[tokio::test]
async fn a_restart_remembers_what_is_listed() {
    let house = with_one_listed().await.restart().await;
    assert_eq!(open(&house).await, 1);
    house.told(0, DeliveryState::Delivered, None).await;
    assert_eq!(open(&house).await, 0);
}

#[tokio::test]
async fn a_replayed_unknown_send_goes_out_once() {
    let house = with_one_listed().await;
    let letters = dead_letter::open(&house.app.store, "unknown_send", i64::MAX, 10).await.unwrap();
    assert_eq!(letters[0].sender_id, Some(SENDER));
    for _ in 0..2 {
        house.app.replay.replay(letters[0].id).await.unwrap();
        house.app.run_due().await.unwrap();
    }
    let said: Vec<String> = house.graph.as_ref().unwrap().sent().iter().map(|sent| sent.text().to_owned()).collect();
    assert_eq!(said, ["one", "two", "one"]);
    assert_eq!(open(&house).await, 0);
}

/// A status that is stored while the dead letter is written does not find it there.
#[tokio::test]
async fn a_listed_message_that_has_arrived_is_taken_off_and_not_sent_again() {
    let house = with_one_listed().await;
    let letters = dead_letter::open(&house.app.store, "unknown_send", i64::MAX, 10).await.unwrap();
    let status = StatusUpdate {
        provider_id: ProviderId("wamid.late".into()),
        ours: letters[0].data["outbound_id"].as_i64().map(OutboundId),
        state: DeliveryState::Delivered,
        at: house.clock.now(),
        error: None,
        price: None,
    };
    let mut set = WriteSet::new();
    outbound::status(&mut set, SENDER, &status, house.clock.now());
    house.app.store.commit(set).await.unwrap();
    assert_eq!(open(&house).await, 1);

    let replayed = house.app.replay.replay(letters[0].id).await.unwrap();
    assert!(matches!(replayed, Replayed::Settled(SendState::Delivered)), "{replayed:?}");
    house.app.run_due().await.unwrap();
    assert_eq!(house.sent().len(), 2, "nothing goes out again");
    assert_eq!(open(&house).await, 0);
}

#[tokio::test]
async fn a_replayed_send_that_is_unknown_again_is_listed_again() {
    let mut house = with_one_listed().await;
    let letters = dead_letter::open(&house.app.store, "unknown_send", i64::MAX, 10).await.unwrap();
    house.graph.as_ref().unwrap().fail_next(Fault::Cut);
    house.app.replay.replay(letters[0].id).await.unwrap();
    // It is on the wire, and cut, before time goes on.
    house.app.run_due().await.unwrap();
    house.advance(Span::seconds(61)).await;
    assert_eq!(open(&house).await, 1);
}

#[tokio::test]
async fn an_unknown_answer_goes_again_and_ends_as_sent() {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    house.graph.as_ref().unwrap().fail_next(Fault::Cut);
    house.says("one").await;
    assert_eq!(house.row(0).await.state, SendState::Unknown);
    house.advance(Span::seconds(61)).await;
    assert_eq!(house.texts(), ["one", "one"]);
    let row = house.row(1).await;
    assert_eq!((row.state, row.attempt), (SendState::Sent, 2));
}

#[tokio::test]
async fn a_late_status_of_an_earlier_try_takes_nothing_off_the_list() {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    house.says("one").await;
    // Kept for the next word of its contact, and tried again then.
    house.told(0, DeliveryState::Failed, Some(131_047)).await;
    house.graph.as_ref().unwrap().fail_next(Fault::Cut);
    house.says("two").await;
    house.advance(Span::seconds(61)).await;
    assert_eq!(house.texts(), ["one", "one", "two"]);
    assert_eq!(open(&house).await, 1);
    house.told(0, DeliveryState::Sent, None).await;
    assert_eq!(open(&house).await, 1);
    house.told(1, DeliveryState::Sent, None).await;
    assert_eq!(open(&house).await, 0);
}

#[tokio::test]
async fn an_answer_that_stays_unknown_goes_so_often_and_is_listed() {
    let mut house = House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await;
    for _ in 0..2 * SEND_ATTEMPTS_MAX {
        house.graph.as_ref().unwrap().fail_next(Fault::Cut);
    }
    house.says("one").await;
    house.advance(Span::minutes(30)).await;
    assert_eq!(house.sent().len(), SEND_ATTEMPTS_MAX as usize);
    assert_eq!(open(&house).await, 1);
}
