//! Tests `/v1/senders`: the health check with Meta's answers and our own data.

use super::host::{ANA, Host};
use crate::graph::{Fault, Graph};
use serde_json::{Value as Json, json};
use transom::base::time::Span;

const PATH: &str = "/v1/senders/12/health-check";

/// Meta reports no problem of number 106.
pub fn meta_is_well(graph: &Graph) {
    graph.answer(
        "/106",
        200,
        json!({"display_phone_number": "+1 555-000-1111", "verified_name": "Shop", "quality_rating": "GREEN",
            "status": "CONNECTED", "health_status": {"can_send_message": "AVAILABLE", "entities": []}}),
    );
    graph.answer(
        "/subscribed_apps",
        200,
        json!({"data": [{"whatsapp_business_api_data": {"id": "1", "name": "Transom"}}]}),
    );
}

fn results(body: &Json) -> Vec<String> {
    let checks = body["checks"].as_object().unwrap();
    checks.iter().map(|(name, check)| format!("{name} {}", check["result"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn a_sender_that_works_is_healthy_and_its_test_message_goes_once() {
    let mut host = Host::new().await;
    meta_is_well(&host.graph);
    host.ana_says("hello").await;
    let before = host.graph.sent().len();
    let ask = json!({"test_recipient": ANA});
    let first = host.post_once("key-acme", PATH, "h1", ask.clone()).await.is(200);
    assert_eq!(first["status"], "healthy", "{first}");
    let mut good = results(&first);
    good.sort();
    let names = [
        "number",
        "online",
        "outbound",
        "quality",
        "rate",
        "sending",
        "subscription",
        "test_message",
        "token",
        "webhook",
    ];
    assert_eq!(good, names.map(|name| format!("{name} good")));
    assert_eq!(host.post_once("key-acme", PATH, "h1", ask).await.is(200), first);
    let sent = host.graph.sent();
    assert_eq!(sent.len(), before + 1);
    assert!(sent.last().unwrap().text().starts_with("This is a test message"));
}

#[tokio::test]
async fn nobody_gets_a_test_message_who_has_not_written_today() {
    let mut host = Host::new().await;
    meta_is_well(&host.graph);
    let ask = json!({"test_recipient": ANA});
    let stranger = host.post("key-acme", PATH, ask.clone()).await.is(200);
    assert_eq!(stranger["checks"]["test_message"]["result"], "unknown", "{stranger}");
    host.ana_says("hello").await;
    let before = host.graph.sent().len();
    host.advance(Span::hours(25)).await;
    let late = host.post("key-acme", PATH, ask.clone()).await.is(200);
    assert!(late["checks"]["test_message"]["detail"].as_str().unwrap().contains("older than 24 hours"), "{late}");
    host.ana_says("stop").await;
    let sent = host.graph.sent().len();
    let stopped = host.post("key-acme", PATH, ask).await.is(200);
    assert_eq!(stopped["checks"]["test_message"]["detail"], "This contact wants no messages.");
    assert_eq!(host.graph.sent().len(), sent);
    assert!(sent >= before);
}

#[tokio::test]
async fn what_meta_says_against_a_number_decides() {
    let mut host = Host::new().await;
    meta_is_well(&host.graph);
    host.ana_says("hello").await;
    host.graph.answer(
        "/106",
        200,
        json!({"display_phone_number": "+1 555-000-1111", "quality_rating": "GREEN", "status": "CONNECTED",
            "health_status": {"can_send_message": "LIMITED", "entities": [{"entity_type": "WABA",
                "errors": [{"error_code": 141000, "error_description": "No payment method"}]}]}}),
    );
    let limited = host.post("key-acme", PATH, json!({})).await.is(200);
    assert_eq!(limited["status"], "degraded");
    assert!(limited["checks"]["sending"]["detail"].as_str().unwrap().contains("No payment method"), "{limited}");
    host.graph.answer("/106", 401, json!({"error": {"code": 190, "message": "expired"}}));
    let expired = host.post("key-acme", PATH, json!({})).await.is(200);
    assert_eq!((&expired["status"], &expired["checks"]["token"]["result"]), (&json!("unhealthy"), &json!("bad")));
    meta_is_well(&host.graph);
    host.graph.fail_next(Fault::Code { status: 400, code: 131_026 });
    let refused = host.post("key-acme", PATH, json!({"test_recipient": ANA})).await.is(200);
    assert_eq!(refused["checks"]["test_message"]["result"], "bad", "{refused}");
}

#[tokio::test]
async fn a_sandbox_is_healthy_and_a_strange_recipient_is_told() {
    let host = Host::new().await;
    let body = host.post("key-acme", "/v1/senders/1/health-check", json!({})).await.is(200);
    assert_eq!(body["status"], "healthy");
    let wrong = host.post("key-acme", PATH, json!({"test_recipient": "7"})).await.is(422);
    assert_eq!(wrong["errors"][0]["pointer"], "/test_recipient");
    host.post("key-other", PATH, json!({})).await.is(404);
}
