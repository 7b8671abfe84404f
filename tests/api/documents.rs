//! Replays the `curl` calls of the original specification as written, and compares the answers with it.

use super::host::{Answer, Host};
use serde_json::{Value as Json, json};
use transom::{
    base::time::Span,
    runtime::{
        http_step::{calls::Calls, mocks::Mocks},
        process::metrics::Metrics,
    },
};

/// True for keys whose values differ between daemons; only their types are compared.
fn is_volatile(key: &str) -> bool {
    matches!(key, "id" | "message_sid" | "activation_code" | "activation_link" | "activation_message")
        || key.ends_with("_id")
}

/// Checks that the answer has exactly the document's keys, texts, numbers and times; ids only need the same type.
#[track_caller]
fn promised(answer: &Answer, status: u16, document: &Json) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let differs = differences(document, &answer.json(), "");
    assert!(differs.is_empty(), "{}\n{}", differs.join("\n"), answer.text);
}

fn differences(document: &Json, is: &Json, at: &str) -> Vec<String> {
    match (document, is) {
        (Json::Object(a), Json::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            let inside = |key: &String| {
                let at = format!("{at}/{key}");
                match (a.get(key), b.get(key)) {
                    (Some(a), Some(b))
                        if is_volatile(key) && std::mem::discriminant(a) == std::mem::discriminant(b) =>
                    {
                        Vec::new()
                    }
                    (Some(a), Some(b)) => differences(a, b, &at),
                    (Some(_), None) => vec![format!("{at} is missing")],
                    (None, _) => vec![format!("{at} is not in the document")],
                }
            };
            keys.into_iter().flat_map(inside).collect()
        }
        (a, b) if a == b => Vec::new(),
        (a, b) => vec![format!("{at}: the document says {a}, the daemon {b}")],
    }
}

/// A daemon with the numbers, keys and templates of the specification.
async fn host(key: &str, now: &str) -> Host {
    let config = |graph: &str| {
        format!(
            "listen: 127.0.0.1:0\ndatabase: sqlite://t.db\nbot: .\naccounts:\n  - {{name: acme, api_keys: [{key}, key-acme]}}\n  \
             - {{name: poor, api_keys: [POOR], balance: 0.00}}\nsenders:\n  - {{id: 12, account: acme, name: Support, \
             provider: meta, phone: \"+15550001111\", phone_number_id: \"106\", waba_id: \"102\", access_token: token, \
             app_secret: app-secret, verify_token: verify-me, api_base: \"{graph}\", api_version: v24.0, default: true}}\n  \
             - {{id: 13, account: poor, name: Poor, provider: sandbox, phone: \"+15550000030\"}}\ntemplates:\n  \
             - {{id: 45, sender: 12, name: appointment_reminder, language: en, category: utility, status: approved, \
             body: \"Hi {{{{1}}}}, your appointment is on {{{{2}}}} at {{{{3}}}}.\"}}\n  - {{id: 46, sender: 12, \
             name: welcome_message, language: en, category: marketing, status: pending, body: \"Welcome!\"}}\n  \
             - {{id: 47, sender: 12, name: order_confirmation, language: en_US, category: utility, status: approved, \
             body: \"Hello {{{{1}}}}, {{{{2}}}} costs {{{{3}}}}.\"}}\n"
        )
    };
    // The addresses of the documents' files lead nowhere: nobody is asked for them.
    let calls = Calls::mocked(Mocks::default(), Metrics::new());
    Host::start(&[], config, now, Some(calls)).await
}

// Autocalls and Intellixent: seeds 000 to 002.

const FREEFORM: &str = r#"curl -X POST "https://portal.intellixent.ai/api/user/whatsapp/send-freeform" \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "sender_id": 12,
    "recipient_phone": "+1234567890",
    "message": "Thank you for your inquiry! Our team will get back to you within 2 hours."
  }'"#;

const FREEFORM_OF_AUTOCALLS: &str = r#"curl -X POST "https://app.autocalls.ai/api/user/whatsapp/send-freeform" \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "sender_id": 12,
    "recipient_phone": "+1234567890",
    "message": "Thank you for your inquiry! Our team will review your request and get back to you within 2 hours."
  }'"#;

const TEMPLATE: &str = r#"curl -X POST "https://portal.intellixent.ai/api/user/whatsapp/send" \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "sender_id": 12,
    "template_id": 45,
    "recipient_phone": "+1234567890",
    "recipient_name": "John Doe",
    "variables": {
      "1": "John",
      "2": "January 15, 2026",
      "3": "2:00 PM"
    }
  }'"#;

async fn autocalls() -> Host {
    host("YOUR_API_KEY", "2026-02-24T10:30:00Z").await
}

#[tokio::test]
async fn the_free_form_calls_of_seeds_000_and_001_answer_as_they_say() {
    let mut host = autocalls().await;
    host.somebody_says("+1234567890", "hi").await;
    host.advance(Span::minutes(15)).await;
    let promise = json!({
        "success": true,
        "conversation_id": 1234,
        "message_id": 567,
        "whatsapp_message_id": 890,
        "message_sid": "SMxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "session_status": {
            "is_open": true,
            "can_send_freeform": true,
            "requires_template": false,
            "message": "Session open (23 hr 45 min remaining). Unlimited free-form messages allowed.",
            "minutes_remaining": 1425,
            "expires_at": "2026-02-25T10:30:00+00:00"
        }
    });
    for (command, text) in [(FREEFORM, "get back to you"), (FREEFORM_OF_AUTOCALLS, "review your request")] {
        promised(&host.curl(command).await, 200, &promise);
        let sent = host.graph.sent();
        let last = sent.last().unwrap();
        assert!(last.to() == "+1234567890" && last.text().contains(text), "{last:?}");
    }
}

#[tokio::test]
async fn the_free_form_call_to_somebody_who_never_wrote_is_the_403_of_seed_000() {
    let host = autocalls().await;
    let promise = json!({
        "success": false,
        "error": "The 24-hour messaging window is closed. Customer must reply first, or use a template message.",
        "error_code": "SESSION_EXPIRED",
        "session_status": {
            "is_open": false,
            "can_send_freeform": false,
            "requires_template": true,
            "message": "Session expired. Send a template or wait for customer to reply."
        }
    });
    promised(&host.curl(FREEFORM).await, 403, &promise);
}

#[tokio::test]
async fn the_template_call_of_seed_002_answers_as_it_says() {
    let host = autocalls().await;
    let promise = json!({
        "success": true,
        "conversation_id": 1234,
        "message_id": 567,
        "whatsapp_message_id": 890,
        "message_sid": "SMxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "status": "queued"
    });
    promised(&host.curl(TEMPLATE).await, 200, &promise);
    let sent = host.graph.sent();
    let template = &sent.last().unwrap().body["template"];
    assert_eq!(template["name"], "appointment_reminder");
    assert_eq!(template["components"][0]["parameters"][1]["text"], "January 15, 2026");
}

#[tokio::test]
async fn the_refusals_of_seed_002_answer_as_they_say() {
    let host = autocalls().await;
    let refused = |code: &str, words: &str| json!({"success": false, "error": words, "error_code": code});
    let elsewhere = TEMPLATE.replace("\"sender_id\": 12", "\"sender_id\": 99");
    let promise = refused("SENDER_NOT_FOUND", "Sender not found or does not belong to you");
    promised(&host.curl(&elsewhere).await, 404, &promise);
    let pending = TEMPLATE.replace("\"template_id\": 45", "\"template_id\": 46");
    let promise = refused("TEMPLATE_NOT_APPROVED", "Template is not approved. Current status: pending");
    promised(&host.curl(&pending).await, 422, &promise);
    let poor = FREEFORM.replace("YOUR_API_KEY", "POOR").replace("\"sender_id\": 12", "\"sender_id\": 13");
    let promise = refused("INSUFFICIENT_BALANCE", "Insufficient balance. Please top up your account.");
    promised(&host.curl(&poor).await, 402, &promise);
}

// Waplify: seed 003.

fn send_message(body: &str) -> String {
    format!(
        "curl -X POST https://server.waplify.io/api/v1/messages/send-message \\\n-H \"Authorization: Bearer wapl_your_api_key\" \
         \\\n-H \"Content-Type: application/json\" \\\n-d '{body}'"
    )
}

const TEXT: &str = r#"{
"contact_phone": "911234567890",
"contact_name": "John Doe",
"message_type": "text",
"message": "Hello! How can I help you today?"
}"#;

const IMAGE: &str = r#"{
"contact_phone": "911234567890",
"message_type": "image",
"media_url": "https://example.com/product-photo.png",
"caption": "Here is the product you asked about"
}"#;

const VIDEO: &str = r#"{
"contact_phone": "911234567890",
"message_type": "video",
"media_url": "https://example.com/tutorial.mp4",
"caption": "Watch this tutorial"
}"#;

const AUDIO: &str = r#"{
"contact_phone": "911234567890",
"message_type": "audio",
"media_url": "https://example.com/voice-note.mp3"
}"#;

const DOCUMENT: &str = r#"{
"contact_phone": "911234567890",
"message_type": "document",
"media_url": "https://example.com/report.pdf",
"caption": "Monthly report attached",
"filename": "Monthly Report.pdf"
}"#;

const REPLIES: &str = r#"{
"contact_phone": "911234567890",
"message_type": "text",
"message": "Did this answer your question?",
"buttons": {
"type": "reply",
"reply_buttons": [
{ "id": "yes", "title": "Yes, thanks" },
{ "id": "no", "title": "No, I need help" }
]
}
}"#;

const WEBSITE: &str = r#"{
"contact_phone": "911234567890",
"message_type": "text",
"message": "Browse our latest catalog.",
"buttons": {
"type": "cta_url",
"url_button": { "display_text": "View catalog", "url": "https://example.com" }
}
}"#;

async fn waplify() -> Host {
    host("wapl_your_api_key", "2026-06-15T09:00:00Z").await
}

#[tokio::test]
async fn every_call_of_seed_003_answers_as_it_says_and_leaves_as_it_means() {
    let mut host = waplify().await;
    host.somebody_says("+911234567890", "hi").await;
    host.advance(Span::hours(1)).await;
    let leaves = [
        (TEXT, "text", json!({"text": {"preview_url": false, "body": "Hello! How can I help you today?"}})),
        (
            IMAGE,
            "image",
            json!({"image": {"link": "https://example.com/product-photo.png", "caption": "Here is the product you asked about"}}),
        ),
        (
            VIDEO,
            "video",
            json!({"video": {"link": "https://example.com/tutorial.mp4", "caption": "Watch this tutorial"}}),
        ),
        (AUDIO, "audio", json!({"audio": {"link": "https://example.com/voice-note.mp3"}})),
        (
            DOCUMENT,
            "document",
            json!({"document": {"link": "https://example.com/report.pdf", "caption": "Monthly report attached",
                "filename": "Monthly Report.pdf"}}),
        ),
        (
            REPLIES,
            "text",
            json!({"interactive": {"type": "button", "body": {"text": "Did this answer your question?"},
                "action": {"buttons": [
                    {"type": "reply", "reply": {"id": "yes", "title": "Yes, thanks"}},
                    {"type": "reply", "reply": {"id": "no", "title": "No, I need help"}}]}}}),
        ),
        (
            WEBSITE,
            "text",
            json!({"interactive": {"type": "cta_url", "body": {"text": "Browse our latest catalog."},
                "action": {"name": "cta_url",
                    "parameters": {"display_text": "View catalog", "url": "https://example.com"}}}}),
        ),
    ];
    for (body, kind, left) in leaves {
        let promise = json!({
            "status": "success",
            "message": "Message sent successfully",
            "message_id": "wamid.HBgNOTE4MDMxMjM0NTY3OA==",
            "contact_id": "507f1f77bcf86cd799439012",
            "message_type": kind,
            "timestamp": "2026-06-15T10:00:00Z"
        });
        let answer = host.curl(&send_message(body)).await;
        promised(&answer, 200, &promise);
        assert_eq!(answer.json()["contact_id"].as_str().unwrap().len(), 24);
        let sent = host.graph.sent();
        let last = sent.last().unwrap();
        assert_eq!(last.to(), "+911234567890");
        for (part, value) in left.as_object().unwrap() {
            assert_eq!(&last.body[part], value);
        }
        assert_eq!(answer.json()["message_id"], json!(last.id));
    }
}

#[tokio::test]
async fn both_closed_windows_of_seed_003_are_told_in_its_words() {
    let host = waplify().await;
    let never = json!({"detail": "Cannot send free-form message: No inbound message found from this contact. The 24-hour customer service window is not open. Use the template-based /send endpoint instead."});
    promised(&host.curl(&send_message(TEXT)).await, 403, &never);
    let people =
        host.curl("curl https://server.waplify.io/api/v1/contacts/ -H \"Authorization: Bearer wapl_your_api_key\"");
    let people = people.await.is(200);
    assert_eq!((&people["total"], &people["contacts"][0]["first_name"]), (&json!(1), &json!("John")));
    // 2026-06-14T08:00:00, seen from the 15th.
    let mut host = self::host("wapl_your_api_key", "2026-06-14T08:00:00Z").await;
    host.somebody_says("+911234567890", "hi").await;
    host.advance(Span::hours(26)).await;
    let expired = json!({"detail": "Cannot send free-form message: The 24-hour customer service window has expired. Last inbound message was at 2026-06-14T08:00:00+00:00. Use the template-based /send endpoint instead."});
    promised(&host.curl(&send_message(TEXT)).await, 403, &expired);
}

#[tokio::test]
async fn both_bad_requests_of_seed_003_are_told_in_its_words() {
    let host = waplify().await;
    let phone = TEXT.replace("911234567890", "phone");
    let promise = json!({"error": "bad_request", "message": "Invalid phone number format"});
    promised(&host.curl(&send_message(&phone)).await, 400, &promise);
    let empty = TEXT.replace("Hello! How can I help you today?", "");
    let promise = json!({"error": "bad_request", "message": "message is required when message_type is 'text'"});
    promised(&host.curl(&send_message(&empty)).await, 400, &promise);
}

#[tokio::test]
async fn the_template_call_of_waplify_answers_as_its_page_says() {
    let host = waplify().await;
    host.advance(Span::hours(1)).await;
    let command = r#"curl -X POST https://server.waplify.io/api/v1/messages/send \
  -H "Authorization: Bearer wapl_your_api_key" \
  -H "Content-Type: application/json" \
  -d '{
    "template_name": "order_confirmation",
    "contact_phone": "911234567890",
    "contact_name": "John Doe",
    "body_data": {
      "1": "John",
      "2": "Premium Plan",
      "3": "99"
    }
  }'"#;
    let promise = json!({
        "status": "success",
        "message": "Message sent successfully",
        "message_id": "wamid.HBgNOTE4MDMxMjM0NTY3OA==",
        "contact_id": "507f1f77bcf86cd799439012",
        "template_name": "order_confirmation",
        "timestamp": "2026-06-15T10:00:00Z"
    });
    promised(&host.curl(command).await, 200, &promise);
    let short =
        command.replace("\"1\": \"John\",\n      \"2\": \"Premium Plan\",\n      \"3\": \"99\"", "\"1\": \"John\"");
    let promise = json!({"error": "bad_request", "message": "Missing body variables in 'body_data': 2, 3"});
    promised(&host.curl(&short).await, 400, &promise);
    let other = command.replace("order_confirmation", "nonexistent_template");
    let promise = json!({"error": "not_found", "message": "Template 'nonexistent_template' not found"});
    promised(&host.curl(&other).await, 404, &promise);
    let pending = command.replace("order_confirmation", "welcome_message");
    let promise =
        json!({"error": "bad_request", "message": "Template 'welcome_message' is not approved. Status: PENDING"});
    promised(&host.curl(&pending).await, 400, &promise);
}

#[tokio::test]
async fn a_wrong_key_of_waplify_answers_as_its_page_says() {
    let host = waplify().await;
    let command = "curl -X GET https://server.waplify.io/api/v1/templates/ -H \"Authorization: Bearer wapl_other\"";
    promised(&host.curl(command).await, 401, &json!({"detail": "Invalid or expired API key"}));
}

// Kapso: seed 004 and the pages that it stands on.

#[tokio::test]
async fn the_calls_of_kapso_answer_as_its_pages_say() {
    let mut host = host("YOUR_API_KEY", "2023-11-07T05:31:56Z").await;
    host.somebody_says("+14155552671", "hi").await;
    let page = host.get("key-acme", "/v1/conversations").await.is(200);
    let into = |body: &str| {
        format!(
            "curl -X POST https://app.kapso.ai/api/v1/whatsapp_conversations/{}/whatsapp_messages \\\n  -H \"X-API-Key: \
             YOUR_API_KEY\" \\\n  -H \"Content-Type: application/json\" \\\n  -d '{body}'",
            page["data"][0]["id"]
        )
    };
    let promise = |kind: &str, content: &str, url: Json, data: Json| {
        json!({"data": {
            "id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
            "phone_number": "+14155552671",
            "message_type": kind,
            "content": content,
            "direction": "outbound",
            "status": "sent",
            "processing_status": "completed",
            "whatsapp_message_id": "wamid.456",
            "metadata": {},
            "media_url": url,
            "message_type_data": data,
            "created_at": "2023-11-07T05:31:56Z",
            "updated_at": "2023-11-07T05:31:56Z"
        }})
    };
    let text = host.curl(&into(r#"{"message": {"content": "Hello from Kapso!"}}"#)).await;
    let data = json!({"text": "Hello from Kapso!"});
    promised(&text, 201, &promise("text", "Hello from Kapso!", Json::Null, data));
    assert_eq!(text.json()["data"]["id"].as_str().unwrap().len(), 36);
    let image = r#"{
    "message": {
      "message_type": "image",
      "media_url": "https://example.com/image.jpg",
      "content": "Caption text"
    }
  }"#;
    let url = "https://example.com/image.jpg";
    let data = json!({"link": url, "caption": "Caption text"});
    promised(&host.curl(&into(image)).await, 201, &promise("image", "Caption text", json!(url), data));
    assert_eq!(host.graph.sent().last().unwrap().body["image"], json!({"link": url, "caption": "Caption text"}));
}

#[tokio::test]
async fn the_sandbox_session_of_kapso_answers_as_its_page_says() {
    let host = host("YOUR_API_KEY", "2023-11-06T05:31:56Z").await;
    let command = r#"curl --request POST \
--url https://app.kapso.ai/api/v1/sandbox_sessions \
--header 'Content-Type: application/json' \
--header 'X-API-Key: YOUR_API_KEY' \
--data '{
"whatsapp_sandbox_session": {
"phone_number": "+12345678901",
"agent_id": "123e4567-e89b-12d3-a456-426614174000"
}
}'"#;
    let answer = host.curl(command).await;
    let promise = json!({"data": {
        "id": "123e4567-e89b-12d3-a456-426614174000",
        "phone_number": "+12345678901",
        "status": "pending_activation",
        "activation_code": "ABC123",
        "activation_message": "Your WhatsApp Sandbox activation code is: ABC123",
        "activation_link": "https://wa.me/12345678901?text=ABC123",
        "activated_at": null,
        "expires_at": "2023-11-07T05:31:56Z",
        "created_at": "2023-11-06T05:31:56Z",
        "updated_at": "2023-11-06T05:31:56Z",
        "agent": null
    }});
    promised(&answer, 201, &promise);
    let body = answer.json();
    let code = body["data"]["activation_code"].as_str().unwrap();
    assert_eq!(code.len(), 6);
    assert_eq!(body["data"]["activation_message"], format!("Your WhatsApp Sandbox activation code is: {code}"));
    assert_eq!(body["data"]["activation_link"], format!("https://wa.me/15550001111?text={code}"));
}
