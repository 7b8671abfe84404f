//! Tests `/api/user/whatsapp/…`, the dialect of Autocalls.

use super::host::{ANA, Answer, Host, OPERATOR};
use crate::graph::Fault;
use axum::http::Method;
use serde_json::{Value as Json, json};
use transom::{
    base::{
        ids::SenderId,
        time::{Span, Time},
    },
    store::{WriteSet, tables::idempotency},
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
async fn forms_are_taken_as_json_is() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let form = [("authorization", "Bearer key-acme"), ("content-type", "application/x-www-form-urlencoded")];
    let text = "sender_id=12&recipient_phone=%2B34600111222&message=Hello+there";
    let body = host.request(Method::POST, FREEFORM, &form, text).await.is(200);
    assert_eq!(body["success"], true);
    assert_eq!(host.graph.sent().last().unwrap().text(), "Hello there");
    let text = "sender_id=12&template_id=45&recipient_phone=%2B34600111222&variables[1]=Ana&variables%5B2%5D=Friday";
    host.request(Method::POST, TEMPLATE, &form, text).await.is(200);
}

#[tokio::test]
async fn below_api_even_what_is_not_there_answers_as_that_product_does() {
    let host = Host::new().await;
    let said = host.get("key-acme", "/api/nope").await.is(404);
    assert_eq!(said, json!({"message": "The route api/nope could not be found."}));
    let said = host.get("key-acme", FREEFORM).await.is(405);
    let why = "The GET method is not supported for route api/user/whatsapp/send-freeform. Supported methods: POST.";
    assert_eq!(said, json!({"message": why}));
    assert_eq!(host.get("key-acme", "/api/v1/messages/nope").await.is(404), json!({"detail": "Not Found"}));
    assert_eq!(host.get("key-acme", "/api/v1/sandbox_sessions/a/b").await.is(404), json!({"error": "Not found"}));
}

#[tokio::test]
async fn a_template_that_the_platform_refuses_gets_the_word_for_it_at_once() {
    let host = Host::new().await;
    let ask = json!({"sender_id": 12, "template_id": 45, "recipient_phone": ANA,
        "variables": {"1": "Ana", "2": "Friday"}});
    let words = [
        (132_001, "TEMPLATE_NOT_SYNCED", "no such template"),
        (132_000, "TEMPLATE_MISMATCH", "no such template"),
        (132_015, "TEMPLATE_NOT_APPROVED", "Template is not approved. Current status: paused"),
        (0, "TEMPLATE_NOT_APPROVED", "Template is not approved. Current status: paused"),
    ];
    for (code, word, said) in words {
        if code != 0 {
            host.graph.fail_next(Fault::Code { status: 400, code });
        }
        let body = refused(host.post("key-acme", TEMPLATE, ask.clone()).await, 422, word);
        if word == "TEMPLATE_NOT_APPROVED" {
            assert_eq!(body["error"], said, "{code}");
        }
    }
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
async fn contradiction_2_an_offline_sender_is_422_for_a_template_and_503_for_a_text() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let until = Time(host.app.now().0 + 60_000);
    host.app.health.paused_senders.pause(SenderId(12), false, until, "190".into());
    let body = refused(host.post("key-acme", FREEFORM, text("hi")).await, 503, "SENDER_OFFLINE");
    assert_eq!(body["error"], "Sender is not online. Current status: Offline");
    let values = json!({"1": "Ana", "2": "Monday"});
    refused(host.post("key-acme", TEMPLATE, reminder(values)).await, 422, "SENDER_OFFLINE");
}

#[tokio::test]
async fn a_sender_whose_token_the_platform_refuses_is_offline_everywhere() {
    let mut host = Host::new().await;
    let online = host.get("key-acme", "/api/user/whatsapp/senders").await.is(200);
    assert_eq!(online["data"].as_array().unwrap().len(), 2);
    // The flow's own answer meets an expired token: nobody of us says that the sender is down.
    host.graph.fail_next(Fault::Code { status: 401, code: 190 });
    host.ana_says("hello").await;
    let body = refused(host.post("key-acme", FREEFORM, text("hi")).await, 503, "SENDER_OFFLINE");
    assert_eq!(
        body,
        json!({
            "success": false, "error": "Sender is not online. Current status: Offline", "error_code": "SENDER_OFFLINE",
        })
    );
    let values = json!({"1": "Ana", "2": "Monday"});
    refused(host.post("key-acme", TEMPLATE, reminder(values)).await, 422, "SENDER_OFFLINE");
    let online = host.get("key-acme", "/api/user/whatsapp/senders").await.is(200);
    assert_eq!(online["data"][0]["id"], 1);
    assert_eq!(online["data"].as_array().unwrap().len(), 1);
    let all = host.get("key-acme", "/api/user/whatsapp/senders?status=all").await.is(200);
    assert_eq!((&all["data"][1]["id"], &all["data"][1]["status"]), (&json!(12), &json!("offline")));
}

#[tokio::test]
async fn while_templates_rest_a_template_is_refused_at_once_and_everybody_says_why() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    // An unpaid bill.
    let until = host.app.now() + Span::minutes(5);
    host.app.health.paused_senders.pause(SenderId(12), true, until, "131042: unpaid".into());
    let values = json!({"1": "Ana", "2": "Monday"});
    refused(host.post("key-acme", TEMPLATE, reminder(values)).await, 422, "SENDER_OFFLINE");
    host.post("key-acme", FREEFORM, text("texts go")).await.is(200);
    for path in ["/v1/senders/12", "/readyz"] {
        let key = if path == "/readyz" { OPERATOR } else { "key-acme" };
        let said = host.get(key, path).await.is(200);
        let all = said["senders"].as_array().cloned().unwrap_or_else(|| vec![said.clone()]);
        let sender = all.iter().find(|sender| sender["id"] == 12).unwrap();
        assert_eq!((&sender["state"], &sender["why"]), (&json!("online"), &json!("131042: unpaid")), "{path}");
        assert_eq!(sender["templates_paused_until"], "2026-03-27T09:05:00+00:00", "{path}");
    }
}

#[tokio::test]
async fn senders_stand_byte_for_byte_as_in_the_documents() {
    let host = Host::new().await;
    assert_eq!(
        host.get("key-acme", "/api/user/whatsapp/senders").await.text,
        r#"{"data":[{"id":1,"phone_number":"+15550000001","display_name":"Sandbox","status":"online","quality_rating":null,"messaging_limit":null,"messaging_limit_formatted":"Unlimited"},{"id":12,"phone_number":"+15550001111","display_name":"Support","status":"online","quality_rating":null,"messaging_limit":null,"messaging_limit_formatted":"Unlimited"}]}"#
    );
    let theirs = host.get("key-other", "/api/user/whatsapp/senders?status=all").await.is(200);
    assert_eq!(theirs["data"].as_array().unwrap().len(), 1);
    assert_eq!(theirs["data"][0]["id"], 20);
    let wrong = host.get("key-acme", "/api/user/whatsapp/senders?status=offline").await.is(422);
    assert_eq!(wrong["errors"], json!({"status": ["The selected status is invalid."]}));
}

#[tokio::test]
async fn templates_stand_byte_for_byte_as_in_the_documents() {
    let host = Host::new().await;
    let path = "/api/user/whatsapp/senders/12/templates";
    let approved = r#"{"id":45,"name":"reminder","language":"en","category":"utility","status":"approved","body_text":"Hi {{1}}, see you on {{2}}.","variables":["1","2"],"has_variables":true}"#;
    let pending = r#"{"id":46,"name":"fresh","language":"en","category":"utility","status":"pending","body_text":"Hi","variables":[],"has_variables":false}"#;
    assert_eq!(host.get("key-acme", path).await.text, format!(r#"{{"data":[{approved}]}}"#));
    assert_eq!(
        host.get("key-acme", &format!("{path}?status=all")).await.text,
        format!(r#"{{"data":[{approved},{pending}]}}"#)
    );
    assert_eq!(host.get("key-acme", "/api/user/whatsapp/senders/1/templates").await.text, r#"{"data":[]}"#);
    let not_found = json!({"success": false, "error": "Sender not found", "error_code": "SENDER_NOT_FOUND"});
    for (key, path) in [("key-other", path), ("key-acme", "/api/user/whatsapp/senders/x/templates")] {
        assert_eq!(host.get(key, path).await.is(404), not_found);
    }
}

// platform.md 1.4: where the product's documents contradict each other or the platforms.

#[tokio::test]
async fn contradiction_1_a_template_does_not_open_the_window_although_seed_002_says_so() {
    let host = Host::new().await;
    host.post("key-acme", TEMPLATE, reminder(json!({"1": "Ana", "2": "Monday"}))).await.is(200);
    let status = "/api/user/whatsapp/session-status?sender_id=12&recipient_phone=%2B34600111222";
    let status = host.get("key-acme", status).await.is(200);
    assert_eq!((&status["has_conversation"], &status["session_status"]["is_open"]), (&json!(true), &json!(false)));
    refused(host.post("key-acme", FREEFORM, text("hi")).await, 403, "SESSION_EXPIRED");
}

#[tokio::test]
async fn contradiction_3_a_text_of_4096_characters_is_one_message() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let long = "ñ".repeat(4096);
    host.post("key-acme", FREEFORM, text(&long)).await.is(200);
    assert_eq!(host.graph.sent().last().unwrap().text(), long);
}

#[tokio::test]
async fn contradictions_4_and_5_the_sid_is_the_providers_own_and_a_conversation_has_one_number_everywhere() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let sent = host.post("key-acme", FREEFORM, text("hi")).await.is(200);
    assert_eq!(sent["message_sid"], json!(host.graph.sent().last().unwrap().id));
    let status = "/api/user/whatsapp/session-status?sender_id=12&recipient_phone=%2B34600111222";
    let status = host.get("key-acme", status).await.is(200);
    let native = host.get("key-acme", "/v1/conversations").await.is(200);
    assert_eq!(sent["conversation_id"], status["conversation_id"]);
    assert_eq!(sent["conversation_id"], native["data"][0]["id"]);
}

#[tokio::test]
async fn contradiction_6_unlimited_is_what_the_text_says_and_an_empty_balance_still_sends_nothing() {
    let mut host = Host::new().await;
    let number = host.sandbox_number(30);
    let body = host.written(&number, "hi");
    let key = [("authorization", "Bearer key-poor")];
    assert_eq!(host.request(reqwest::Method::POST, "/webhooks/sandbox/30", &key, body).await.status, 200);
    host.app.run_due().await.unwrap();
    let status = "/api/user/whatsapp/session-status?sender_id=30&recipient_phone=%2B34600111222";
    let status = host.get("key-poor", status).await.is(200);
    let words = status["session_status"]["message"].as_str().unwrap();
    assert!(words.ends_with("Unlimited free-form messages allowed."), "{words}");
    let poor = json!({"sender_id": 30, "recipient_phone": ANA, "message": "hi"});
    refused(host.post("key-poor", FREEFORM, poor).await, 402, "INSUFFICIENT_BALANCE");
}

#[tokio::test]
async fn contradiction_7_the_number_of_the_examples_passes_and_one_without_a_plus_does_not() {
    let host = Host::new().await;
    let to = |phone: &str| json!({"sender_id": 12, "recipient_phone": phone, "message": "hi"});
    refused(host.post("key-acme", FREEFORM, to("+1234567890")).await, 403, "SESSION_EXPIRED");
    for wrong in ["1234567890", "+1 234 567 890", "+123", "+0234567890"] {
        refused(host.post("key-acme", FREEFORM, to(wrong)).await, 422, "INVALID_PHONE");
        host.advance(Span::seconds(1)).await;
    }
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
