//! Tests Meta's statuses of a message with several attempts: each attempt has an id of its own there.

use super::house::House;
use crate::graph::Fault;
use transom::{
    base::{clock::Clock, time::Span},
    channel::meta::compose::{self, News},
    model::inbound::DeliveryState::{Delivered, Failed, Read, Sent},
    store::tables::outbound::SendState,
};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";

async fn house() -> House {
    House::at_meta(&[("flows/echo.yaml", ECHO)], "  []").await
}

#[tokio::test]
async fn a_late_status_of_a_failed_try_takes_nothing_away_from_the_next() {
    let mut house = house().await;
    house.says("one").await;
    // Meta thinks that the window is closed: the message is kept for the next word of its contact.
    house.told(0, Failed, Some(131_047)).await;
    house.told(0, Sent, None).await;
    house.told(0, Failed, Some(131_047)).await;
    house.says("two").await;
    assert_eq!(house.texts(), ["one", "one", "two"]);
    assert_eq!(house.bugs(), [""; 0]);
}

#[tokio::test]
async fn a_late_status_does_not_let_a_message_stay_behind_a_stopped_sender() {
    let mut house = house().await;
    house.says("one").await;
    house.told(0, Failed, Some(131_047)).await;
    house.told(0, Sent, None).await;
    // The token is refused: the sender is stopped for five minutes, which is further away than the timers look.
    house.graph.as_ref().unwrap().fail_next(Fault::Code { status: 401, code: 190 });
    house.says("two").await;
    house.says("three").await;
    house.advance(Span::minutes(12)).await;
    assert_eq!(house.texts(), ["one", "one", "one", "two", "three"]);
}

#[tokio::test]
async fn a_message_that_arrived_after_all_does_not_go_again() {
    let mut house = house().await;
    house.says("one").await;
    house.told(0, Failed, Some(131_047)).await;
    house.told(0, Delivered, None).await;
    house.says("two").await;
    assert_eq!(house.texts(), ["one", "two"]);
}

#[tokio::test]
async fn a_rate_that_a_status_tells_lets_the_message_go_again() {
    let mut house = house().await;
    house.says("one").await;
    // Taken, and then too much for the platform: it has not reached the phone.
    house.told(0, Failed, Some(130_429)).await;
    house.advance(Span::seconds(2)).await;
    assert_eq!(house.texts(), ["one", "one"]);
    house.told(1, Delivered, None).await;
    // A failure on Meta's side is final, because the message may be on the phone.
    house.says("two").await;
    house.told(2, Failed, Some(131_000)).await;
    house.advance(Span::minutes(10)).await;
    assert_eq!(house.texts(), ["one", "one", "two"]);
}

#[tokio::test]
async fn a_message_is_counted_once_in_each_state_however_often_a_status_says_it() {
    let mut house = house().await;
    house.says("one").await;
    for state in [Sent, Sent, Read, Delivered, Delivered, Read, Failed] {
        house.told(0, state, (state == Failed).then_some(131_026)).await;
    }
    let page = house.app.metrics.render();
    let counted: Vec<&str> = page.lines().filter(|line| line.starts_with("transom_messages_total{")).collect();
    // It was read at once: nobody said that it was delivered before.
    for line in
        [r#"transom_messages_total{sender="1",state="sent"} 1"#, r#"transom_messages_total{sender="1",state="read"} 1"#]
    {
        assert!(counted.contains(&line), "{line}: {counted:?}");
    }
    assert_eq!(counted.len(), 2, "{counted:?}");
    assert_eq!(house.texts(), ["one"], "what was read did not fail");
}

#[tokio::test]
async fn of_two_failures_in_one_webhook_each_is_told_to_its_own_message() {
    let mut house = house().await;
    house.says("one").await;
    house.says("two").await;
    // Without our id, as a provider may tell it that does not carry one.
    let told = |n: usize, code: i64| {
        let provider_id = house.graph.as_ref().unwrap().sent()[n].id.clone().expect("it was taken");
        let (at, to) = (house.clock.now(), "34600111222".to_owned());
        let news = News { provider_id, ours: None, state: Failed, at, to, code: Some(code) };
        serde_json::from_str::<serde_json::Value>(&compose::status(&house.number(), &news)).unwrap()
    };
    let (mut both, second) = (told(0, 131_047), told(1, 131_026));
    let status = second["entry"][0]["changes"][0]["value"]["statuses"][0].clone();
    both["entry"][0]["changes"][0]["value"]["statuses"].as_array_mut().unwrap().push(status);
    house.post(&both.to_string()).await;
    house.app.run_due().await.unwrap();
    // The window was closed: kept for the next word. The person cannot be reached: over.
    let states = (house.row(0).await.state, house.row(1).await.state);
    assert_eq!(states, (SendState::Held, SendState::Failed));
}
