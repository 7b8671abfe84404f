//! Tests phones that become testers for 24 hours by a code: session and tester survive a restart.

use super::house::{House, SENDER};
use transom::{base::clock::Clock, store::tables::tester_session};

const DRAFT: &str = "flow: fresh\ndraft: true\nwhen:\n  - any_message: true\nsteps:\n  - say: A new flow\n";

#[tokio::test]
async fn a_session_and_a_tester_outlive_the_process() {
    let house = House::new(&[("flows/fresh.yaml", DRAFT)]).await;
    let sender = house.app.senders.get(SENDER).unwrap().clone();
    let session = house.app.contacts.offer_tester_session(&sender, "+34600111222".into()).await.unwrap();
    let mut house = house.restart().await;
    house.says("hi").await;
    house.says(&session.code).await;
    let heard = house.heard();
    assert!(heard.len() == 1 && heard[0].starts_with("This phone is a tester until"), "{heard:?}");
    let kept = tester_session::find(&house.app.store, session.id).await.unwrap().unwrap();
    assert_eq!(kept.activated_at, Some(house.clock.now()));
    let mut house = house.restart().await;
    house.says("hi").await;
    assert_eq!(house.heard(), ["A new flow"]);
}
