//! Tests that one trace id joins a webhook, its turn, the answer and its statuses, in the wire log and in `runs show`.

use super::host::Host;
use serde_json::Value as Json;
use std::time::{Duration, Instant};
use transom::{
    base::ids::{OutboundId, SenderId},
    channel::meta::compose::{self, News, Number},
    model::inbound::DeliveryState,
    store::tables::{conversation, inbound, outbound},
};

/// Lines of the wire log, once `count` of them match.
async fn lines(host: &Host, count: usize, fits: impl Fn(&Json) -> bool) -> Vec<Json> {
    let began = Instant::now();
    loop {
        let text = std::fs::read_to_string(host.folder.path().join("wire.jsonl")).unwrap_or_default();
        let all = text.lines().filter_map(|line| serde_json::from_str(line).ok());
        let found: Vec<Json> = all.filter(|line| fits(line)).collect();
        if found.len() >= count {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn webhook_send_and_status_share_one_id() {
    let mut host = Host::new().await;
    host.ana_says("hello").await;
    let sent = host.graph.until_sent(1).await.remove(0);
    let store = &host.app.store;
    let conversation = conversation::page(store, transom::base::ids::ConversationId(i64::MAX), 1).await.unwrap()[0].id;
    let heard = inbound::of(store, conversation, transom::base::ids::InboundId(i64::MAX), 1).await.unwrap()[0].id.0;
    let said = outbound::of(store, conversation, OutboundId(i64::MAX), 1).await.unwrap().remove(0);
    assert_eq!(said.trace(), heard, "the row of the answer says what led to it");
    let news = News {
        provider_id: sent.id.expect("it was taken"),
        ours: Some(said.id),
        state: DeliveryState::Delivered,
        at: host.app.now(),
        to: "34600111222".into(),
        code: None,
    };
    let number = Number { phone_number_id: "106".into(), phone: "+15550001111".into(), waba_id: "102".into() };
    host.deliver(compose::status(&number, &news)).await;
    let about = |line: &Json| line["trace"].as_array().is_some_and(|ids| ids.iter().any(|id| *id == heard));
    let found = lines(&host, 3, about).await;
    let directions: Vec<&str> = found.iter().map(|line| line["direction"].as_str().unwrap()).collect();
    assert_eq!(directions.iter().filter(|direction| **direction == "in").count(), 2, "{found:?}");
    assert_eq!(directions.iter().filter(|direction| **direction == "out").count(), 1, "{found:?}");
    assert_eq!(said.sender_id, SenderId(12));
}
