//! Tests every documented error of the three products with its whole body: those in `docs/dialects.md` that no other
//! test has.

use super::host::{ANA, Answer, Host};
use crate::{
    graph::Fault as GraphFault,
    platform::{Fault, Kind, Platform},
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use transom::base::{
    ids::SenderId,
    time::{Span, Time},
};

const FREEFORM: &str = "/api/user/whatsapp/send-freeform";
const TEMPLATE: &str = "/api/user/whatsapp/send";

fn text() -> Json {
    json!({"sender_id": 12, "recipient_phone": ANA, "message": "hi"})
}

fn reminder() -> Json {
    json!({"sender_id": 12, "template_id": 45, "recipient_phone": ANA, "variables": {"1": "Ana", "2": "Monday"}})
}

fn with(mut body: Json, field: &str, value: impl Into<Json>) -> Json {
    body[field] = value.into();
    body
}

fn coded(code: &str, words: &str) -> Json {
    json!({"success": false, "error": words, "error_code": code})
}

/// Checks the whole answer, with no field more or less.
#[track_caller]
fn said(answer: Answer, status: u16, body: Json) {
    assert_eq!(answer.is(status), body);
}

// Autocalls and Intellixent: platform.md 1.2, row by row.

#[tokio::test]
async fn autocalls_401_on_all_five_endpoints() {
    let host = Host::new().await;
    for path in ["senders", "senders/12/templates", "session-status?sender_id=12&recipient_phone=%2B34600111222"] {
        let answer = host.get("wrong", &format!("/api/user/whatsapp/{path}")).await;
        said(answer, 401, json!({"error": "Unauthorized"}));
    }
    for (path, body) in [(FREEFORM, text()), (TEMPLATE, reminder())] {
        said(host.post("wrong", path, body).await, 401, json!({"error": "Unauthorized"}));
    }
}

#[tokio::test]
async fn autocalls_402_insufficient_balance_on_both_sends() {
    let host = Host::with(
        &[],
        "  - {id: 47, sender: 30, name: reminder, language: en, category: utility, status: approved, body: Hi}\n",
    )
    .await;
    let words = coded("INSUFFICIENT_BALANCE", "Insufficient balance. Please top up your account.");
    said(host.post("key-poor", FREEFORM, with(text(), "sender_id", 30)).await, 402, words.clone());
    let template = json!({"sender_id": 30, "template_id": 47, "recipient_phone": ANA});
    said(host.post("key-poor", TEMPLATE, template).await, 402, words);
}

#[tokio::test]
async fn autocalls_404_of_senders_in_both_wordings_and_of_templates() {
    let host = Host::new().await;
    let long = coded("SENDER_NOT_FOUND", "Sender not found or does not belong to you");
    for sender in [99, 20] {
        said(host.post("key-acme", FREEFORM, with(text(), "sender_id", sender)).await, 404, long.clone());
        said(host.post("key-acme", TEMPLATE, with(reminder(), "sender_id", sender)).await, 404, long.clone());
    }
    host.advance(Span::seconds(1)).await;
    let short = coded("SENDER_NOT_FOUND", "Sender not found");
    for path in ["senders/99/templates", "session-status?sender_id=99&recipient_phone=%2B34600111222"] {
        said(host.get("key-acme", &format!("/api/user/whatsapp/{path}")).await, 404, short.clone());
    }
    let none = coded("TEMPLATE_NOT_FOUND", "Template not found or does not belong to this sender");
    said(host.post("key-acme", TEMPLATE, with(reminder(), "template_id", 99)).await, 404, none);
}

#[tokio::test]
async fn autocalls_sender_offline_is_503_for_a_text_and_422_for_a_template() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let until = Time(host.app.now().0 + 60_000);
    host.app.health.paused_senders.pause(SenderId(12), false, until, "190".into());
    let words = coded("SENDER_OFFLINE", "Sender is not online. Current status: Offline");
    said(host.post("key-acme", FREEFORM, text()).await, 503, words.clone());
    said(host.post("key-acme", TEMPLATE, reminder()).await, 422, words);
}

#[tokio::test]
async fn autocalls_422_invalid_phone_on_both_sends_and_the_question() {
    let host = Host::new().await;
    let words = coded("INVALID_PHONE", "Invalid phone number format. Use E.164 format (e.g., +14155551234).");
    said(host.post("key-acme", FREEFORM, with(text(), "recipient_phone", "14155551234")).await, 422, words.clone());
    said(host.post("key-acme", TEMPLATE, with(reminder(), "recipient_phone", "call me")).await, 422, words.clone());
    let path = "/api/user/whatsapp/session-status?sender_id=12&recipient_phone=14155551234";
    said(host.get("key-acme", path).await, 422, words);
}

#[tokio::test]
async fn autocalls_422_of_templates_in_each_state() {
    let host = Host::new().await;
    let not =
        |status: &str| coded("TEMPLATE_NOT_APPROVED", &format!("Template is not approved. Current status: {status}"));
    said(host.post("key-acme", TEMPLATE, with(reminder(), "template_id", 46)).await, 422, not("pending"));
    let few = coded("TEMPLATE_MISMATCH", "Template variable {{2}} is missing.");
    said(host.post("key-acme", TEMPLATE, with(reminder(), "variables", json!({"1": "Ana"}))).await, 422, few);
    host.graph.fail_next(GraphFault::Code { status: 400, code: 132_001 });
    let unknown = host.post("key-acme", TEMPLATE, reminder()).await.is(422);
    assert_eq!((&unknown["success"], &unknown["error_code"]), (&json!(false), &json!("TEMPLATE_NOT_SYNCED")));
    host.graph.fail_next(GraphFault::Code { status: 400, code: 132_016 });
    said(host.post("key-acme", TEMPLATE, reminder()).await, 422, not("disabled"));
}

#[tokio::test]
async fn autocalls_422_twilio_error_names_twilios_own_code() {
    let twilio = Platform::start(Kind::Twilio).await;
    let base = twilio.base.clone();
    let config = move |_: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: sqlite://t.db\nbot: .\npublic_url: https://bot.example\naccounts:\n  \
             - {{name: acme, api_keys: [key-acme]}}\nsenders:\n  - {{id: 12, account: acme, name: Support, provider: twilio, \
             phone: \"+15550001111\", account_sid: ACx1, auth_token: tok-1, api_base: \"{base}\", content_base: \"{base}\", \
             messaging_base: \"{base}\"}}\ntemplates:\n  - {{id: 45, sender: 12, name: reminder, language: en, category: utility, \
             status: approved, reference: HX1, body: \"Hi {{{{1}}}}, see you on {{{{2}}}}.\"}}\n"
        )
    };
    let host = Host::start(&[], config, "2026-03-27T09:00:00Z", None).await;
    for (code, word) in [
        (63_016, "SESSION_EXPIRED"),
        (63_024, "TWILIO_ERROR_63024"),
        (21_211, "TWILIO_ERROR_21211"),
        (63_027, "TWILIO_ERROR_63027"),
        (21_617, "TWILIO_ERROR_21617"),
    ] {
        let body = json!({"code": code, "message": "In Twilio's words", "status": 400});
        twilio.fail_next(Fault::Says(400, "", body.to_string()));
        let answer = host.post("key-acme", TEMPLATE, reminder()).await;
        assert_eq!(answer.json()["error_code"], word, "{code}: {}", answer.text);
        host.advance(Span::seconds(1)).await;
    }
}

#[tokio::test]
async fn autocalls_422_unknown_error_and_laravels_validation() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    host.graph.fail_next(GraphFault::Code { status: 400, code: 131_026 });
    let unknown = host.post("key-acme", FREEFORM, text()).await.is(422);
    assert_eq!((&unknown["success"], &unknown["error_code"]), (&json!(false), &json!("UNKNOWN_ERROR")));
    let missing = json!({"message": "The message field is required.",
        "errors": {"message": ["The message field is required."]}});
    said(host.post("key-acme", FREEFORM, with(text(), "message", Json::Null)).await, 422, missing);
    let long = "The recipient name field must not be greater than 255 characters.";
    let long = json!({"message": long, "errors": {"recipient_name": [long]}});
    said(host.post("key-acme", TEMPLATE, with(reminder(), "recipient_name", "x".repeat(256))).await, 422, long);
}

#[tokio::test]
async fn autocalls_429_and_what_is_not_served() {
    let host = Host::new().await;
    for _ in 0..5 {
        host.post("key-acme", FREEFORM, json!({})).await.is(422);
    }
    let answer = host.post("key-acme", FREEFORM, text()).await;
    assert_eq!(
        (&answer.headers["retry-after"], &answer.headers["x-ratelimit-remaining"]),
        (&"1".parse().unwrap(), &"0".parse().unwrap())
    );
    said(answer, 429, json!({"message": "Too Many Attempts.", "retry_after": 1}));
    for path in [
        "user/conversations",
        "conversations/5d1c7f0e-0000-4000-8000-000000000000",
        "automate/conversations/5d1c7f0e-0000-4000-8000-000000000000/enable-ai",
    ] {
        let none = json!({"message": format!("The route api/{path} could not be found.")});
        said(host.get("key-acme", &format!("/api/{path}")).await, 404, none);
    }
}

// Waplify: seed 003 and platform.md 2.

const SEND: &str = "/api/v1/messages/send-message";

fn hello() -> Json {
    json!({"contact_phone": ANA.trim_start_matches('+'), "message_type": "text", "message": "Hello"})
}

#[tokio::test]
async fn waplify_401_has_a_detail_everywhere() {
    let host = Host::new().await;
    let words = json!({"detail": "Invalid or expired API key"});
    for path in [SEND, "/api/v1/messages/send", "/api/v1/contacts/"] {
        said(host.post("wrong", path, hello()).await, 401, words.clone());
    }
    for path in ["/api/v1/templates/", "/api/v1/contacts/"] {
        said(host.get("wrong", path).await, 401, words.clone());
    }
}

#[tokio::test]
async fn waplify_400_of_every_missing_field_is_in_the_other_shape() {
    let host = Host::new().await;
    let bad = |words: String| json!({"error": "bad_request", "message": words});
    let needed = bad("message is required when message_type is 'text'".into());
    said(host.post("key-acme", SEND, with(hello(), "message", Json::Null)).await, 400, needed);
    for kind in ["image", "video", "audio", "document"] {
        let needed = bad(format!("media_url is required when message_type is '{kind}'"));
        said(host.post("key-acme", SEND, with(hello(), "message_type", kind)).await, 400, needed);
    }
    let phone = bad("Invalid phone number format".into());
    said(host.post("key-acme", SEND, with(hello(), "contact_phone", "call me")).await, 400, phone.clone());
    let template = json!({"template_name": "reminder", "contact_phone": "x", "body_data": {"1": "a", "2": "b"}});
    said(host.post("key-acme", "/api/v1/messages/send", template).await, 400, phone);
}

#[tokio::test]
async fn waplify_422_of_buttons_as_seed_003_forbids_them() {
    let host = Host::new().await;
    let reply = json!({"type": "reply", "reply_buttons": [{"id": "yes", "title": "Yes, thanks"}]});
    let mut both = reply.clone();
    both["url_button"] = json!({"display_text": "View catalog", "url": "https://example.com"});
    let told = async |body: Json| host.post("key-acme", SEND, body).await.is(422)["detail"][0].clone();
    let not_both = told(with(hello(), "buttons", both)).await;
    assert_eq!(
        not_both,
        json!({"type": "value_error", "loc": ["body", "buttons", "url_button"],
            "msg": "Value error, a message carries either reply buttons or a website button, not both"})
    );
    let file = with(with(hello(), "message_type", "image"), "media_url", "https://example.com/x.png");
    let on_a_file = told(with(file, "buttons", reply.clone())).await;
    assert_eq!(on_a_file["msg"], "Value error, buttons are only supported when message_type is 'text'");
    let long = with(with(hello(), "buttons", reply), "message", "x".repeat(1_025));
    assert_eq!(told(long).await["msg"], "String should have at most 1024 characters");
    let ftp = json!({"type": "cta_url", "url_button": {"display_text": "Open", "url": "ftp://example.com"}});
    assert_eq!(
        told(with(hello(), "buttons", ftp)).await["msg"],
        "Value error, url must start with http:// or https://"
    );
}

#[tokio::test]
async fn waplify_names_what_it_does_not_serve_as_fastapi_does() {
    let host = Host::new().await;
    for path in ["/api/v1/agents/", "/api/v1/campaigns/", "/api/v1/templates/create"] {
        said(host.get("key-acme", path).await, 404, json!({"detail": "Not Found"}));
    }
    let key = [("authorization", "Bearer key-acme")];
    let answer = host.request(Method::DELETE, "/api/v1/contacts/", &key, "").await;
    said(answer, 405, json!({"detail": "Method Not Allowed"}));
}

// Kapso: seed 004 and platform.md 3.

#[tokio::test]
async fn kapso_every_failure_of_seed_004_is_an_error_with_its_words() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let page = host.get("key-acme", "/v1/conversations").await.is(200);
    let into = format!("/api/v1/whatsapp_conversations/{}/whatsapp_messages", page["data"][0]["id"]);
    let hi = json!({"message": {"content": "hi"}});
    let nowhere = "/api/v1/whatsapp_conversations/conv_123/whatsapp_messages";
    said(host.post("key-acme", nowhere, hi.clone()).await, 404, json!({"error": "Conversation not found"}));
    said(host.post("wrong", &into, hi.clone()).await, 401, json!({"error": "Invalid API key"}));
    host.graph.fail_next(GraphFault::Code { status: 400, code: 131_026 });
    let stranger = host.post("key-acme", &into, hi.clone()).await.is(422);
    assert!(stranger["error"].as_str().unwrap().starts_with("Invalid WhatsApp number: "), "{stranger}");
    host.advance(Span::hours(25)).await;
    let closed = "Re-engagement message: more than 24 hours have passed since the customer last replied to this number \
                  (131047)";
    said(host.post("key-acme", &into, hi).await, 422, json!({"error": closed}));
}

#[tokio::test]
async fn kapso_4096_characters_pass_and_one_more_does_not() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let page = host.get("key-acme", "/v1/conversations").await.is(200);
    let into = format!("/api/v1/whatsapp_conversations/{}/whatsapp_messages", page["data"][0]["id"]);
    let of = |n: usize| json!({"message": {"content": "é".repeat(n)}});
    host.post("key-acme", &into, of(4_096)).await.is(201);
    let long = json!({"error": "content is too long (maximum is 4096 characters)"});
    said(host.post("key-acme", &into, of(4_097)).await, 422, long);
}

#[tokio::test]
async fn kapso_names_what_it_does_not_serve() {
    let host = Host::new().await;
    let none = json!({"error": "Not found"});
    said(host.get("key-acme", "/api/v1/workflow_executions/1/events").await, 404, none.clone());
    said(host.get("key-acme", "/platform/v1/broadcasts").await, 404, none);
    let key = [("x-api-key", "key-acme")];
    let answer = host.request(Method::DELETE, "/api/v1/sandbox_sessions", &key, "").await;
    said(answer, 405, json!({"error": "Method not allowed"}));
}

/// Checks that every test which `docs/dialects.md` names exists.
#[test]
fn every_test_that_the_page_of_the_dialects_names_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/dialects.md")).unwrap();
    let mut tests = String::new();
    for folder in [
        "tests/api",
        "src/web/dialects/autocalls",
        "src/web/dialects/waplify",
        "src/web/dialects/kapso",
        "src/web/dialects/sending",
    ] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "rs") {
                tests.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.contains(" | "));
    let mut named = 0;
    for row in rows {
        for word in row.rsplit(" | ").next().unwrap().split('`').skip(1).step_by(2) {
            assert!(tests.contains(&format!("fn {word}(")), "`{word}`: {row}");
            named += 1;
        }
    }
    assert!(named > 60, "{named}");
}
