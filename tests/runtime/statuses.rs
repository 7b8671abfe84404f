//! What Meta tells of a message that is tried more than once: each try has an id of its own there.

use super::house::House;
use crate::graph::Fault;
use transom::{
    base::time::Span,
    model::inbound::DeliveryState::{Delivered, Failed, Read, Sent},
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
    assert_eq!(house.app.metrics.render().matches("transom_bugs_total{").count(), 0);
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
async fn a_message_is_counted_once_in_each_state_however_often_a_status_says_it() {
    let mut house = house().await;
    house.says("one").await;
    for state in [Sent, Sent, Read, Delivered, Delivered, Read, Failed] {
        house.told(0, state, (state == Failed).then_some(131_026)).await;
    }
    let page = house.app.metrics.render();
    let counted: Vec<&str> = page.lines().filter(|line| line.starts_with("transom_messages{")).collect();
    // It was read at once: nobody said that it was delivered before.
    for line in [r#"transom_messages{sender="1",state="sent"} 1"#, r#"transom_messages{sender="1",state="read"} 1"#] {
        assert!(counted.contains(&line), "{line}: {counted:?}");
    }
    assert_eq!(counted.len(), 2, "{counted:?}");
    assert_eq!(house.texts(), ["one"], "what was read did not fail");
}
