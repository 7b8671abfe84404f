//! `/api/user/whatsapp/…`: the dialect of Autocalls.

use super::host::{ANA, Answer, Host};
use crate::graph::Fault;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        ids::SenderId,
        time::{Span, Time},
    },
    store::{WriteSet, idempotency},
};

const FREEFORM: &str = "/api/user/whatsapp/send-freeform";
const TEMPLATE: &str = "/api/user/whatsapp/send";

fn text(message: &str) -> Json {
    json!({"sender_id": 12, "recipient_phone": ANA, "message": message})
}

fn reminder(variables: Json) -> Json {
    json!({"sender_id": 12, "template_id": 45, "recipient_phone": ANA, "recipient_name": "Ana", "variables": variables})
}

#[track_caller]
fn refused(answer: Answer, status: u16, code: &str) -> Json {
    let body = answer.is(status);
    assert_eq!((&body["success"], &body["error_code"]), (&json!(false), &json!(code)), "{body}");
    body
}

#[tokio::test]
async fn nobody_sends_without_a_key() {
    let host = Host::new().await;
    for key in ["", "wrong", "key-acme.x"] {
        assert_eq!(host.post(key, FREEFORM, text("hi")).await.is(401), json!({"error": "Unauthorized"}));
    }
}

#[tokio::test]
async fn a_text_inside_the_window_leaves_and_is_answered_as_in_the_seed() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    host.advance(Span::minutes(15)).await;
    let body = host.post("key-acme", FREEFORM, text("Thank you!")).await.is(200);
    assert_eq!(body["success"], true);
    assert!(body["conversation_id"].is_i64() && body["message_id"].is_i64() && body["whatsapp_message_id"].is_i64());
    assert!(body["message_sid"].as_str().unwrap().starts_with("wamid."), "{body}");
    assert_eq!(
        body["session_status"],
        json!({
            "is_open": true, "can_send_freeform": true, "requires_template": false,
            "message": "Session open (23 hr 45 min remaining). Unlimited free-form messages allowed.",
            "minutes_remaining": 1425, "expires_at": "2026-03-28T09:00:00+00:00",
        })
    );
    let sent = host.graph.sent();
    let last = sent.last().unwrap();
    assert_eq!((last.to(), last.text()), (ANA, "Thank you!"));
}

#[tokio::test]
async fn answers_stand_byte_for_byte_as_in_the_documents() {
    let mut host = Host::new().await;
    let status = "/api/user/whatsapp/session-status?sender_id=12&recipient_phone=%2B34600111222";
    let none = host.get("key-acme", status).await;
    assert_eq!(
        none.text,
        r#"{"success":true,"has_conversation":false,"session_status":{"is_open":false,"can_send_freeform":false,"requires_template":true,"message":"No conversation exists with this recipient. Send a template message first."}}"#
    );
    host.ana_says("something else").await;
    host.advance(Span::minutes(15)).await;
    let sent = host.post("key-acme", FREEFORM, text("Thank you!")).await;
    let body = sent.json();
    let (conversation, message) = (&body["conversation_id"], &body["message_id"]);
    assert_eq!(
        sent.text,
        format!(
            r#"{{"success":true,"conversation_id":{conversation},"message_id":{message},"whatsapp_message_id":{message},"message_sid":{},"session_status":{{"is_open":true,"can_send_freeform":true,"requires_template":false,"message":"Session open (23 hr 45 min remaining). Unlimited free-form messages allowed.","minutes_remaining":1425,"expires_at":"2026-03-28T09:00:00+00:00"}}}}"#,
            body["message_sid"]
        )
    );
    let template = host.post("key-acme", TEMPLATE, reminder(json!({"1": "Ana", "2": "Monday"}))).await;
    let body = template.json();
    let message = &body["message_id"];
    assert_eq!(
        template.text,
        format!(
            r#"{{"success":true,"conversation_id":{conversation},"message_id":{message},"whatsapp_message_id":{message},"message_sid":{},"status":"queued"}}"#,
            body["message_sid"]
        )
    );
    host.advance(Span::hours(26)).await;
    assert_eq!(
        host.post("key-acme", FREEFORM, text("hi")).await.text,
        r#"{"success":false,"error":"The 24-hour messaging window is closed. Customer must reply first, or use a template message.","error_code":"SESSION_EXPIRED","session_status":{"is_open":false,"can_send_freeform":false,"requires_template":true,"message":"Session expired. Send a template or wait for customer to reply.","expired_at":"2026-03-28T09:00:00+00:00"}}"#
    );
    assert_eq!(
        host.post("key-acme", FREEFORM, json!({})).await.text,
        r#"{"message":"The sender id field is required. (and 2 more errors)","errors":{"sender_id":["The sender id field is required."],"recipient_phone":["The recipient phone field is required."],"message":["The message field is required."]}}"#
    );
}

#[tokio::test]
async fn a_text_26_hours_after_the_last_message_is_refused_with_the_words_of_the_seed() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    host.advance(Span::hours(26)).await;
    let body = host.post("key-acme", FREEFORM, text("hi")).await.is(403);
    assert_eq!(
        body,
        json!({
            "success": false,
            "error": "The 24-hour messaging window is closed. Customer must reply first, or use a template message.",
            "error_code": "SESSION_EXPIRED",
            "session_status": {
                "is_open": false, "can_send_freeform": false, "requires_template": true,
                "message": "Session expired. Send a template or wait for customer to reply.",
                "expired_at": "2026-03-28T09:00:00+00:00",
            },
        })
    );
}

#[tokio::test]
async fn every_wrong_request_has_the_words_of_the_product() {
    let host = Host::new().await;
    let body = host.post("key-acme", FREEFORM, json!({"sender_id": 12})).await.is(422);
    assert_eq!(body["message"], "The recipient phone field is required. (and 1 more error)");
    assert_eq!(body["errors"]["message"], json!(["The message field is required."]));
    let phone = json!({"sender_id": 12, "recipient_phone": "34600111222", "message": "hi"});
    refused(host.post("key-acme", FREEFORM, phone).await, 422, "INVALID_PHONE");
    let theirs = json!({"sender_id": 20, "recipient_phone": ANA, "message": "hi"});
    let body = refused(host.post("key-acme", FREEFORM, theirs).await, 404, "SENDER_NOT_FOUND");
    assert_eq!(body["error"], "Sender not found or does not belong to you");
    let long = text(&"x".repeat(4097));
    let body = host.post("key-acme", FREEFORM, long).await.is(422);
    assert_eq!(body["message"], "The message field must not be greater than 4096 characters.");
}

#[tokio::test]
async fn the_sixth_send_of_a_second_must_wait_over_both_endpoints() {
    let host = Host::new().await;
    for n in 0..5 {
        let path = if n % 2 == 0 { FREEFORM } else { TEMPLATE };
        assert_eq!(host.post("key-acme", path, json!({})).await.status, 422);
    }
    let answer = host.post("key-acme", TEMPLATE, json!({})).await;
    assert_eq!(answer.headers["retry-after"], "1");
    assert_eq!(answer.is(429), json!({"message": "Too Many Attempts.", "retry_after": 1}));
    assert_eq!(host.post("key-other", FREEFORM, json!({})).await.status, 422, "another account is not held up");
    host.advance(Span::seconds(1)).await;
    assert_eq!(host.post("key-acme", FREEFORM, json!({})).await.status, 422);
}

#[tokio::test]
async fn whoever_wrote_stop_gets_nothing_by_api() {
    let mut host = Host::new().await;
    host.ana_says("STOP").await;
    let before = host.graph.sent().len();
    refused(host.post("key-acme", FREEFORM, text("hi")).await, 403, "OPTED_OUT");
    refused(host.post("key-acme", TEMPLATE, reminder(json!({"1": "Ana", "2": "Monday"}))).await, 403, "OPTED_OUT");
    assert_eq!(host.graph.sent().len(), before);
}

#[tokio::test]
async fn a_refusal_of_the_provider_becomes_the_matching_error() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    host.graph.fail_next(Fault::Code { status: 400, code: 131_047 });
    refused(host.post("key-acme", FREEFORM, text("one")).await, 403, "SESSION_EXPIRED");
    host.advance(Span::seconds(1)).await;
    host.ana_says("something else again").await;
    host.graph.fail_next(Fault::Code { status: 400, code: 131_026 });
    refused(host.post("key-acme", FREEFORM, text("two")).await, 422, "UNKNOWN_ERROR");
}

#[tokio::test]
async fn an_approved_template_goes_out_at_any_time() {
    let host = Host::new().await;
    let body = host.post("key-acme", TEMPLATE, reminder(json!({"1": "Ana", "2": "Monday"}))).await.is(200);
    assert_eq!((&body["success"], &body["status"]), (&json!(true), &json!("queued")));
    assert!(body["message_sid"].is_string() && body.get("session_status").is_none(), "{body}");
    let sent = host.graph.sent();
    assert_eq!(sent.last().unwrap().body["template"]["name"], "reminder");
}

#[tokio::test]
async fn a_template_that_cannot_go_says_why() {
    let host = Host::new().await;
    let send = |template: i64, variables: Json| json!({"sender_id": 12, "template_id": template, "recipient_phone": ANA, "variables": variables});
    let body = refused(host.post("key-acme", TEMPLATE, send(46, json!({}))).await, 422, "TEMPLATE_NOT_APPROVED");
    assert_eq!(body["error"], "Template is not approved. Current status: pending");
    refused(host.post("key-acme", TEMPLATE, send(99, json!({}))).await, 404, "TEMPLATE_NOT_FOUND");
    refused(host.post("key-acme", TEMPLATE, send(45, json!({"1": "Ana"}))).await, 422, "TEMPLATE_MISMATCH");
    let poor = json!({"sender_id": 30, "recipient_phone": ANA, "message": "hi"});
    refused(host.post("key-poor", FREEFORM, poor).await, 402, "INSUFFICIENT_BALANCE");
    assert!(host.graph.sent().is_empty());
}

#[tokio::test]
async fn a_request_repeated_with_its_key_sends_once() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let before = host.graph.sent().len();
    let (first, second) = tokio::join!(
        host.post_once("key-acme", FREEFORM, "k1", text("once")),
        host.post_once("key-acme", FREEFORM, "k1", text("once"))
    );
    let (first, second) = (first.is(200), second.is(200));
    assert_eq!(first, second);
    let again = host.post_once("key-acme", FREEFORM, "k1", text("once")).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.is(200), first);
    assert_eq!(host.graph.sent().len(), before + 1);
    let other = host.post_once("key-acme", FREEFORM, "k1", text("something else")).await;
    refused(other, 422, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn a_key_whose_request_did_nothing_may_be_used_again() {
    let mut host = Host::new().await;
    refused(host.post_once("key-acme", FREEFORM, "k2", text("hi")).await, 403, "SESSION_EXPIRED");
    host.ana_says("something else").await;
    assert_eq!(host.post_once("key-acme", FREEFORM, "k2", text("hi")).await.status, 200);
}

#[tokio::test]
async fn the_session_has_three_shapes() {
    let mut host = Host::new().await;
    let path = "/api/user/whatsapp/session-status?sender_id=12&recipient_phone=%2B34600111222";
    let none = host.get("key-acme", path).await.is(200);
    assert_eq!(
        none,
        json!({
            "success": true, "has_conversation": false,
            "session_status": {
                "is_open": false, "can_send_freeform": false, "requires_template": true,
                "message": "No conversation exists with this recipient. Send a template message first.",
            },
        })
    );
    host.ana_says("something else").await;
    // Everybody forgets to encode the `+` once.
    let open =
        host.get("key-acme", "/api/user/whatsapp/session-status?sender_id=12&recipient_phone=+34600111222").await;
    let open = open.is(200);
    assert_eq!(open["customer_name"], "Ana");
    assert_eq!(open["last_customer_message_at"], "2026-03-27T09:00:00+00:00");
    assert_eq!(open["session_status"]["minutes_remaining"], 1440);
    host.advance(Span::hours(25)).await;
    let closed = host.get("key-acme", path).await.is(200);
    assert_eq!(closed["session_status"]["expired_at"], "2026-03-28T09:00:00+00:00");
    let theirs = host.get("key-other", path).await.is(404);
    assert_eq!(theirs, json!({"success": false, "error": "Sender not found", "error_code": "SENDER_NOT_FOUND"}));
}

#[tokio::test]
async fn a_sender_that_is_down_has_the_status_of_each_endpoint() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let until = Time(host.app.now().0 + 60_000);
    host.app.health.pause(SenderId(12), false, until, "190".into());
    let body = refused(host.post("key-acme", FREEFORM, text("hi")).await, 503, "SENDER_OFFLINE");
    assert_eq!(body["error"], "Sender is not online. Current status: Offline");
    let values = json!({"1": "Ana", "2": "Monday"});
    refused(host.post("key-acme", TEMPLATE, reminder(values)).await, 422, "SENDER_OFFLINE");
}

#[tokio::test]
async fn a_request_cut_off_by_a_crash_is_finished_and_not_doubled() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let first = host.post_once("key-acme", FREEFORM, "k3", text("once")).await.is(200);
    // The crash: the message is there, and its answer was never kept.
    let known = idempotency::find(&host.app.store, &"acme".into(), "k3").await.unwrap().unwrap();
    let claim = idempotency::Claim {
        account: "acme".into(),
        key: "k4".into(),
        request_hash: known.request_hash,
        message_id: known.message_id.unwrap(),
        created_at: host.app.now(),
    };
    let mut set = WriteSet::new();
    set.push(&idempotency::CLAIM, &claim);
    host.app.store.commit(set).await.unwrap();
    let before = host.graph.sent().len();
    let again = host.post_once("key-acme", FREEFORM, "k4", text("once")).await.is(200);
    assert_eq!((&again["message_id"], &again["message_sid"]), (&first["message_id"], &first["message_sid"]));
    assert_eq!(host.graph.sent().len(), before);
}
