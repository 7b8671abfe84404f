//! Tests more concurrent contacts than lanes may run.

use super::house::{House, SENDER};
use std::sync::Arc;
use tokio::task::JoinSet;
use transom::{
    base::{limits::LANES_RUNNING_MAX, secret::Secret, time::Time},
    channel::{HeaderMap, RawRequest, meta::compose::CustomerEvent, signature::Key},
    store::tables::{dead_letter, inbound},
};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";

#[tokio::test]
async fn who_finds_no_free_lane_is_answered_when_there_is_one() {
    let mut house = House::new(&[("flows/echo.yaml", ECHO)]).await;
    let people = LANES_RUNNING_MAX + 300;
    let mut posts = JoinSet::new();
    for n in 0..people {
        let body = house.webhook_of((&format!("3460{n:07}"), "Ana"), CustomerEvent::Text(format!("message {n}")));
        let app = Arc::clone(&house.app);
        posts.spawn(async move {
            let mut headers = HeaderMap::new();
            let signature = Key::new(Secret::new("app-secret")).sign(body.as_bytes());
            headers.insert("x-hub-signature-256", signature.parse().unwrap());
            let body = body.as_bytes();
            let request =
                RawRequest { method: "POST", query: "", headers: &headers, body, now: Time(1), sender: Some(SENDER) };
            app.ingest.accept("sandbox", &request).await.map(drop).unwrap();
        });
    }
    while let Some(posted) = posts.join_next().await {
        posted.unwrap();
    }
    house.app.run_due().await.unwrap();
    assert_eq!(inbound::count_unhandled(&house.app.store).await.unwrap(), 0);
    assert!(dead_letter::counts(&house.app.store).await.unwrap().is_empty());
    // The sandbox's window shows the last thousands; what fell out of it is told first.
    while !house.heard().is_empty() {}
    let _ = house.heard();
    // Each of them goes on as if nothing had been.
    house.says("and now?").await;
    assert_eq!(house.heard().last().map(String::as_str), Some("and now?"));
}
