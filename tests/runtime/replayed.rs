//! Tests the replay of an unknown send while statuses of its first attempt come in.

use super::house::House;
use serde_json::{Value, json};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};
use transom::{
    base::{ids::OutboundId, time::Span},
    channel::{
        Body, BoxFuture, Http, HttpError, HttpRequest, HttpResponse, Sent,
        meta::compose::{self, News},
    },
    model::inbound::DeliveryState,
    store::tables::dead_letter,
};

const ECHO: &str = "flow: echo\nwhen:\n  - any_message: true\nsteps:\n  - say: ${msg.text}\n";

/// Accepts messages, and gives no answer to the first.
#[derive(Default)]
struct Deaf {
    sent: Mutex<Vec<Value>>,
    /// True if a status webhook of the first message was answered with 200.
    told: AtomicBool,
    sent_once_more: AtomicBool,
}

impl Http for Deaf {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        let body: Value =
            serde_json::from_slice(&request.body.map(Body::into_bytes).unwrap_or_default()).unwrap_or_default();
        if self.told.load(Ordering::SeqCst) {
            self.sent_once_more.store(true, Ordering::SeqCst);
        }
        let mut sent = self.sent.lock().unwrap();
        sent.push(body);
        let number = sent.len();
        Box::pin(async move {
            if number == 1 {
                return Err(HttpError { sent: Sent::Perhaps, code: "timeout", text: "nothing came".into() });
            }
            let body = json!({"messages": [{"id": format!("wamid.OUT{number}")}]});
            Ok(HttpResponse { status: 200, body: body.to_string().into(), ..HttpResponse::default() })
        })
    }
}

#[tokio::test]
async fn a_send_whose_first_try_has_arrived_is_not_sent_again_however_late_that_is_told() {
    let mut taken_back = 0;
    for seed in 0..32 {
        let wire = Arc::new(Deaf::default());
        let mut house = House::in_step(&[("flows/echo.yaml", ECHO)], wire.clone(), seed).await;
        house.says("one").await;
        house.says("two").await;
        house.advance(Span::seconds(61)).await;
        let letters = dead_letter::open(&house.app.store, "unknown_send", i64::MAX, 10).await.unwrap();
        let opaque = wire.sent.lock().unwrap()[0]["biz_opaque_callback_data"].as_str().unwrap().to_owned();
        let news = News {
            provider_id: "wamid.OUT1".into(),
            ours: opaque.strip_prefix("transom:").and_then(|id| id.parse().ok()).map(OutboundId),
            state: DeliveryState::Delivered,
            at: house.now(),
            to: "34600111222".into(),
            code: None,
        };
        let body = compose::status(&house.number(), &news);
        let told = async {
            house.post(&body).await;
            wire.told.store(true, Ordering::SeqCst);
        };
        let (_, ()) = tokio::join!(house.app.replay.replay(letters[0].id), told);
        house.app.run_due().await.unwrap();
        assert!(!wire.sent_once_more.load(Ordering::SeqCst), "seed {seed}");
        taken_back += usize::from(wire.sent.lock().unwrap().len() == 2);
    }
    assert!(taken_back > 0, "at times the news were first");
}
