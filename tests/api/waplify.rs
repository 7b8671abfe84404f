//! Tests `/api/v1/…`, the dialect of Waplify. `documents` tests the calls of its documentation.

use super::host::{ANA, Answer, Host};
use crate::graph::Fault;
use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use transom::base::time::Span;

const SEND: &str = "/api/v1/messages/send-message";
const TEMPLATE: &str = "/api/v1/messages/send";
const LOCAL: &str = "media: {allow_private: [127.0.0.0/8]}\n";

fn text(message: &str) -> Json {
    json!({"contact_phone": ANA.trim_start_matches('+'), "message_type": "text", "message": message})
}

fn file(kind: &str, url: &str) -> Json {
    json!({"contact_phone": ANA.trim_start_matches('+'), "message_type": kind, "media_url": url})
}

#[track_caller]
fn detail(answer: Answer, status: u16) -> Json {
    let body = answer.is(status);
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    body["detail"].clone()
}

/// A server that answers `HEAD` with this status and these headers, or never.
async fn place(answer: Option<&'static str>) -> String {
    place_with(answer, answer).await
}

/// As `place`, with another answer to `GET`, of which only the headers are read.
async fn place_with(head: Option<&'static str>, get: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/file", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0_u8; 2048];
            let read = stream.read(&mut request).await.unwrap();
            match if request[..read].starts_with(b"HEAD /file") { head } else { get } {
                Some(head) => {
                    drop(stream.write_all(format!("HTTP/1.1 {head}\r\nconnection: close\r\n\r\n").as_bytes()).await)
                }
                None => std::future::pending::<()>().await,
            }
        }
    });
    url
}

#[tokio::test]
async fn a_file_whose_own_headers_break_a_limit_is_not_sent() {
    let mut host = Host::with(&[], LOCAL).await;
    host.ana_says("something else").await;
    let before = host.graph.sent().len();
    let refused = [
        (
            "image",
            "200 OK\r\ncontent-type: image/png\r\ncontent-length: 5242881",
            "Media file is too large. Maximum size for image: 5 MB",
        ),
        (
            "video",
            "200 OK\r\ncontent-type: video/mp4\r\ncontent-length: 16777217",
            "Media file is too large. Maximum size for video: 16 MB",
        ),
        (
            "document",
            "200 OK\r\ncontent-length: 104857601",
            "Media file is too large. Maximum size for document: 100 MB",
        ),
        (
            "image",
            "200 OK\r\ncontent-type: image/gif",
            "Unsupported media format 'image/gif'. Accepted formats for image: JPEG, PNG",
        ),
        (
            "audio",
            "206 Partial\r\ncontent-type: text/html; charset=utf-8",
            "Unsupported media format 'text/html'. Accepted formats for audio: AAC, MP3, M4A, AMR, OGG",
        ),
    ];
    for (kind, head, words) in refused {
        let url = place(Some(head)).await;
        let said = host.post("key-acme", SEND, file(kind, &url)).await.is(400);
        assert_eq!(said, json!({"error": "bad_request", "message": words}));
    }
    assert_eq!(host.graph.sent().len(), before);
}

#[tokio::test]
async fn whatever_else_a_files_address_does_the_platform_decides() {
    let mut host = Host::with(&[], LOCAL).await;
    host.ana_says("something else").await;
    let passing = [
        Some("200 OK\r\ncontent-type: image/png\r\ncontent-length: 5242880"),
        Some("200 OK\r\ncontent-type: application/octet-stream"),
        Some("404 Not Found\r\ncontent-type: text/html\r\ncontent-length: 99999999"),
        Some("405 Method Not Allowed\r\ncontent-type: text/html"),
        Some("no HTTP at all"),
    ];
    for head in passing {
        let url = place(head).await;
        let answer = host.post("key-acme", SEND, file("image", &url)).await;
        assert_eq!(answer.status, 200, "{head:?}: {}", answer.text);
        assert_eq!(host.graph.sent().last().unwrap().body["image"]["link"], url);
    }
    // Nobody is there.
    let closed = "http://127.0.0.1:9/file";
    assert_eq!(host.post("key-acme", SEND, file("image", closed)).await.status, 200);
}

#[tokio::test]
async fn a_link_that_is_signed_for_a_get_is_asked_by_one() {
    let mut host = Host::with(&[], LOCAL).await;
    host.ana_says("something else").await;
    let large = "200 OK\r\ncontent-type: image/png\r\ncontent-length: 5242881";
    let url = place_with(Some("403 Forbidden\r\ncontent-type: text/xml"), Some(large)).await;
    host.post("key-acme", SEND, file("image", &url)).await.is(400);
    let fine = "200 OK\r\ncontent-type: image/png\r\ncontent-length: 5242880";
    let url = place_with(Some("403 Forbidden\r\ncontent-type: text/xml"), Some(fine)).await;
    host.post("key-acme", SEND, file("image", &url)).await.is(200);
}

#[tokio::test]
async fn an_address_that_does_not_answer_holds_a_send_up_for_a_second() {
    let mut host = Host::with(&[], LOCAL).await;
    host.ana_says("something else").await;
    let url = place(None).await;
    let began = std::time::Instant::now();
    assert_eq!(host.post("key-acme", SEND, file("image", &url)).await.status, 200);
    let took = began.elapsed().as_millis();
    assert!((900..8_000).contains(&took), "{took} ms");
}

#[tokio::test]
async fn a_private_address_is_not_asked_unless_it_is_allowed() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let url = place(Some("200 OK\r\ncontent-type: image/gif")).await;
    assert_eq!(host.post("key-acme", SEND, file("image", &url)).await.status, 200, "nobody was asked");
}

#[tokio::test]
async fn every_rule_of_fields_and_buttons_is_a_422_with_its_place() {
    let host = Host::new().await;
    let wrong = async |body: Json| detail(host.post("key-acme", SEND, body).await, 422);
    let none = wrong(json!({})).await;
    assert_eq!(
        none,
        json!([
            {"type": "missing", "loc": ["body", "contact_phone"], "msg": "Field required"},
            {"type": "missing", "loc": ["body", "message_type"], "msg": "Field required"},
        ])
    );
    let mut with_buttons = text("Well?");
    with_buttons["buttons"] = json!({"type": "reply", "reply_buttons": [
        {"id": "a", "title": "Yes"}, {"id": "b", "title": "Yes"}, {"id": "c", "title": "x".repeat(21)}]});
    let said = wrong(with_buttons).await;
    assert_eq!(said[0]["loc"], json!(["body", "buttons", "reply_buttons", 2, "title"]));
    assert_eq!(said[1]["msg"], "Value error, button titles must be unique within the message");
    let mut on_a_file = file("image", "https://a.example/x");
    on_a_file["buttons"] =
        json!({"type": "cta_url", "url_button": {"display_text": "Open", "url": "https://a.example"}});
    let said = wrong(on_a_file).await;
    assert_eq!(said[0]["msg"], "Value error, buttons are only supported when message_type is 'text'");
    let said = wrong(json!({"contact_phone": 7, "message_type": "sticker"})).await;
    assert_eq!((&said[0]["type"], &said[1]["type"]), (&json!("string_type"), &json!("literal_error")));
    assert!(host.graph.sent().is_empty());
}

#[tokio::test]
async fn every_answer_tells_its_id_and_what_is_left_of_the_minute() {
    let host = Host::new().await;
    let id = "550e8400-e29b-41d4-a716-446655440000";
    let headers = [("authorization", "Bearer key-acme"), ("x-request-id", id)];
    let get = reqwest::Method::GET;
    let answer = host.request(get.clone(), "/api/v1/templates/", &headers, "").await;
    let header = |answer: &Answer, name: &str| answer.headers[name].to_str().unwrap().to_owned();
    assert_eq!((answer.status, header(&answer, "x-request-id")), (200, id.to_owned()));
    assert_eq!(header(&answer, "api-version"), "v1");
    assert_eq!(header(&answer, "x-ratelimit-limit"), "100");
    assert_eq!(header(&answer, "x-ratelimit-remaining"), "99");
    // 2026-03-27T09:01:00Z.
    assert_eq!(header(&answer, "x-ratelimit-reset"), "1774602060");
    for n in 0..99 {
        let answer = host.post("key-acme", SEND, json!({})).await;
        assert_eq!((answer.status, header(&answer, "x-ratelimit-remaining")), (422, (98 - n).to_string()));
    }
    let answer = host.request(get, "/api/v1/contacts/", &headers, "").await;
    assert_eq!((header(&answer, "retry-after"), header(&answer, "x-ratelimit-remaining")), ("60".into(), "0".into()));
    assert_eq!(
        answer.is(429),
        json!({
            "error": "rate_limit_exceeded", "message": "Rate limit exceeded. Limit: 100 requests per minute",
            "request_id": id, "timestamp": "2026-03-27T09:00:00Z",
        })
    );
    assert_eq!(host.get("key-other", "/api/v1/templates/").await.status, 200, "another key is not held up");
    host.advance(Span::minutes(1)).await;
    assert_eq!(host.get("key-acme", "/api/v1/templates/").await.status, 200);
    let nobody = host.get("wrong", "/api/v1/templates/").await;
    assert!(nobody.headers.contains_key("x-request-id") && !nobody.headers.contains_key("x-ratelimit-limit"));
}

#[tokio::test]
async fn a_stranger_becomes_a_contact_with_a_made_up_name() {
    let host = Host::new().await;
    detail(host.post("key-acme", SEND, text("hi")).await, 403);
    let people = host.get("key-acme", "/api/v1/contacts/?search=34600111222").await.is(200);
    assert_eq!(people["total"], 1);
    let person = &people["contacts"][0];
    assert_eq!((&person["first_name"], &person["source"]), (&json!("User"), &json!("api")));
    let number = person["last_name"].as_str().unwrap().strip_prefix('#').unwrap();
    assert!((1_000..10_000).contains(&number.parse().unwrap()), "{number}");
    // The made-up name gives way to the person's own.
    let mut host = host;
    host.ana_says("something else").await;
    let people = host.get("key-acme", "/api/v1/contacts/?search=34600111222").await.is(200);
    assert_eq!((&people["total"], &people["contacts"][0]["first_name"]), (&json!(1), &json!("Ana")));
}

#[tokio::test]
async fn somebody_who_is_known_keeps_the_name() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let mut body = text("hi");
    body["contact_name"] = "Somebody Else".into();
    let sent = host.post("key-acme", SEND, body).await.is(200);
    let person = host.get("key-acme", &format!("/api/v1/contacts/{}", sent["contact_id"].as_str().unwrap())).await;
    let person = person.is(200);
    assert_eq!((&person["contact"]["first_name"], &person["contact"]["source"]), (&json!("Ana"), &json!("whatsapp")));
}

#[tokio::test]
async fn our_own_rules_hold_here_too() {
    let mut host = Host::new().await;
    host.ana_says("STOP").await;
    let before = host.graph.sent().len();
    let stopped = "Cannot send message: The contact has opted out of receiving messages.";
    assert_eq!(detail(host.post("key-acme", SEND, text("hi")).await, 403), stopped);
    let template =
        json!({"template_name": "reminder", "contact_phone": "34600111222", "body_data": {"1": "Ana", "2": "x"}});
    let said = host.post("key-acme", TEMPLATE, template).await.is(403);
    assert_eq!((&said["error"], &said["message"]), (&json!("forbidden"), &json!(stopped)));
    assert!(said["request_id"].is_string() && said["timestamp"] == "2026-03-27T09:00:00Z", "{said}");
    assert_eq!(host.graph.sent().len(), before);
    let poor = host.post("key-poor", TEMPLATE, json!({"template_name": "x", "contact_phone": "34600111222"})).await;
    assert_eq!(poor.is(402)["error"], "payment_required");
}

#[tokio::test]
async fn a_sender_that_is_down_and_a_refusal_of_the_platform_are_told() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    host.graph.fail_next(Fault::Code { status: 400, code: 131_026 });
    let said = host.post("key-acme", SEND, text("hi")).await.is(400);
    assert!(said["message"].as_str().unwrap().starts_with("WhatsApp did not accept the message: "), "{said}");
    host.graph.fail_next(Fault::Code { status: 400, code: 131_047 });
    let closed = detail(host.post("key-acme", SEND, text("hi")).await, 403);
    assert!(closed.as_str().unwrap().contains("No inbound message found"), "{closed}");
    host.graph.fail_next(Fault::Code { status: 401, code: 190 });
    host.ana_says("hello").await;
    assert_eq!(detail(host.post("key-acme", SEND, text("hi")).await, 503), "The WhatsApp number is not connected.");
}

#[tokio::test]
async fn a_number_is_named_by_the_platforms_id_or_by_ours() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    for name in ["106", "12"] {
        let mut body = text("hi");
        body["waba_phone_id"] = name.into();
        assert_eq!(host.post("key-acme", SEND, body).await.status, 200, "{name}");
    }
    for theirs in ["20", "nobody"] {
        let mut body = text("hi");
        body["waba_phone_id"] = theirs.into();
        let said = host.post("key-acme", SEND, body).await.is(404);
        assert_eq!(said, json!({"error": "not_found", "message": format!("WhatsApp number '{theirs}' not found")}));
    }
}

#[tokio::test]
async fn a_tap_on_a_reply_button_brings_its_id_to_the_flows() {
    let flow = "flow: thanks\nwhen:\n  - button: yes_please\nsteps:\n  - say: Glad to hear it\n";
    let mut host = Host::with(&[("flows/thanks.yaml", flow)], "").await;
    host.ana_says("something else").await;
    let mut body = text("Well?");
    body["buttons"] = json!({"type": "reply", "reply_buttons": [{"id": "yes_please", "title": "Yes"}]});
    host.post("key-acme", SEND, body).await.is(200);
    host.ana_taps("yes_please", "Yes").await;
    assert_eq!(host.graph.sent().last().unwrap().text(), "Glad to hear it");
}

#[tokio::test]
async fn templates_show_what_they_want() {
    let host = Host::new().await;
    let listed = host.get("key-acme", "/api/v1/templates/").await.is(200);
    assert_eq!((&listed["status"], &listed["total"]), (&json!("success"), &json!(2)));
    let first = &listed["templates"][0];
    for (field, value) in [
        ("name", json!("reminder")),
        ("category", json!("UTILITY")),
        ("language", json!("en")),
        ("status", json!("APPROVED")),
        ("header_format", json!("NONE")),
        ("body", json!("Hi {{1}}, see you on {{2}}.")),
        ("requires_media", json!(false)),
        ("variable_count", json!(2)),
        ("parameter_format", json!("POSITIONAL")),
        ("is_carousel", json!(false)),
        ("created_at", json!("2026-03-27T09:00:00Z")),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert_eq!(listed["templates"][1]["status"], "PENDING");
    assert_eq!(host.get("key-acme", "/api/v1/templates").await.is(200), listed, "also without the last slash");
    assert_eq!(host.get("key-other", "/api/v1/templates/").await.is(200)["total"], 0);
}

#[tokio::test]
async fn contacts_are_made_listed_searched_and_shown() {
    let mut host = Host::new().await;
    host.ana_says("something else").await;
    let jane = json!({"phone_number": "911234567890", "first_name": "Jane", "last_name": "Smith",
        "email": "jane@example.com", "company": "Acme Corp", "tags": ["vip", "newsletter"]});
    let made = host.post("key-acme", "/api/v1/contacts/", jane.clone()).await.is(201);
    assert_eq!(made["message"], "Contact created successfully");
    let id = made["contact"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        made["contact"],
        json!({
            "id": id, "first_name": "Jane", "last_name": "Smith", "phone_number": "911234567890",
            "email": "jane@example.com", "company": "Acme Corp", "tags": ["newsletter", "vip"], "opted_in": true,
            "source": "api", "created_at": "2026-03-27T09:00:00Z",
        })
    );
    let again = host.post("key-acme", "/api/v1/contacts/", jane).await.is(400);
    assert_eq!(again["message"], "Contact with this phone number already exists");
    let all = host.get("key-acme", "/api/v1/contacts/?page=1&limit=1").await.is(200);
    assert_eq!((&all["total"], &all["contacts"][0]["id"]), (&json!(2), &json!(id)), "newest first");
    let second = host.get("key-acme", "/api/v1/contacts/?page=2&limit=1").await.is(200);
    assert_eq!(second["contacts"][0]["first_name"], "Ana");
    for words in ["SMITH", "1234567", "jane@", "+9112"] {
        let found = host.get("key-acme", &format!("/api/v1/contacts/?search={}", words.replace('+', "%2B"))).await;
        assert_eq!(found.is(200)["contacts"][0]["id"], json!(id), "{words}");
    }
    assert_eq!(host.get("key-acme", "/api/v1/contacts/?search=%25").await.is(200)["total"], 2, "no sign of a pattern");
    assert_eq!(host.get("key-acme", &format!("/api/v1/contacts/{id}")).await.is(200)["contact"], made["contact"]);
    let none = json!({"error": "not_found", "message": "Contact not found"});
    for (key, id) in [("key-other", id.as_str()), ("key-acme", "507f1f77bcf86cd799439012"), ("key-acme", "7")] {
        assert_eq!(host.get(key, &format!("/api/v1/contacts/{id}")).await.is(404), none);
    }
    for wrong in ["page=0", "limit=101", "page=x"] {
        detail(host.get("key-acme", &format!("/api/v1/contacts/?{wrong}")).await, 422);
    }
    detail(host.post("key-acme", "/api/v1/contacts/", json!({"first_name": "", "tags": [1]})).await, 422);
}
