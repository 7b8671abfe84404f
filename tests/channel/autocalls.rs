//! Tests the special behaviour of Autocalls: a mapping for posted messages, polling, and asking for the window.

use super::conformance::{
    NOW, PERSON, Running, SENDER, accept, client, config, outgoing, phone, provider, receive, text,
};
use crate::platform::{Kind, Platform};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use transom::{
    base::{
        place::SourceFile,
        secret::Secret,
        time::{Span, Time},
    },
    channel::{Provider, Rejected, checkup::Grade, imitation::Posted, signature::Key},
    model::{
        content::{Content, MediaKind},
        inbound::{DeliveryState, Inbound, InboundKind, InboundMessage},
        template::{Parameters, TemplateMessage, TemplateStatus},
    },
    runtime::{config::Config, senders::providers::providers},
    store::tables::event,
};

fn shown(body: &Value) -> Posted {
    let headers = vec![("authorization", "Bearer in-1".to_owned())];
    Posted { path: "/webhooks/autocalls/7".into(), headers, body: body.to_string() }
}

fn read(of: &dyn Provider, posted: &Posted) -> Inbound {
    let mut all = receive(of, posted).unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn ours() -> Arc<dyn Provider> {
    provider(Kind::Autocalls, "https://api.example")
}

fn message(of: &dyn Provider, body: &Value) -> InboundMessage {
    match read(of, &shown(body)) {
        Inbound::Message { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

fn mapped(inbound: &str) -> Arc<dyn Provider> {
    let text = format!(
        "accounts: [{{name: acme}}]\nsenders: [{{id: 7, account: acme, provider: autocalls, phone: \"+351210000001\", \
         sender_id: 42, api_key: k, inbound_token: in-1, inbound: {inbound}}}]\n"
    );
    let config = Config::parse(&SourceFile::new("config.yaml", text), Path::new(""), &|_| None).unwrap();
    providers(&config).0.remove("autocalls").unwrap()
}

#[test]
fn what_an_automation_posts_is_a_message() {
    let body = json!({"customer_phone": "+351960000111", "message": "Olá", "customer_name": "Inês",
        "timestamp": "2026-11-21T13:00:00+01:00", "sender_id": 42});
    let seen = message(ours().as_ref(), &body);
    assert_eq!((seen.from.as_slice(), seen.at), ([phone(PERSON)].as_slice(), NOW));
    assert_eq!((seen.kind.clone(), seen.name.as_deref()), (InboundKind::Text { body: "Olá".into() }, Some("Inês")));
    assert_eq!(message(ours().as_ref(), &body).provider_id, seen.provider_id, "told twice it is one");
    let file = json!({"customer_phone": PERSON, "media_url": "https://files.example/a.jpg?x=1"});
    assert!(matches!(message(ours().as_ref(), &file).kind, InboundKind::Media { media: MediaKind::Image, .. }));
    assert_eq!(message(ours().as_ref(), &file).at, NOW, "without a time it is when it came");
    let ahead = json!({"customer_phone": PERSON, "message": "x", "timestamp": "2027-01-01T00:00:00Z"});
    assert_eq!(message(ours().as_ref(), &ahead).at, NOW, "a clock that runs ahead opens nothing longer");
}

#[test]
fn the_mapping_says_where_the_parts_stand() {
    let of = mapped("{from: data.contact.phone, text: data.messages.0.body, id: data.messages.0.id, at: \"\"}");
    let body = json!({"data": {"contact": {"phone": "351960000111"}, "messages": [{"body": "Olá", "id": 991}]}});
    let seen = message(of.as_ref(), &body);
    assert_eq!(seen.provider_id.as_str(), "991");
    let Inbound::Dead { reason, .. } = read(of.as_ref(), &shown(&json!({"customer_phone": PERSON}))) else { panic!() };
    assert_eq!(reason, "nobody stands at `data.contact.phone`; `inbound.from` says where");
}

#[test]
fn a_message_needs_the_token_and_a_status_the_signature() {
    let body = json!({"customer_phone": PERSON, "message": "Olá"});
    let bad = Posted { headers: vec![("authorization", "Bearer in-2".into())], ..shown(&body) };
    assert_eq!(receive(ours().as_ref(), &bad), Err(Rejected::BadSignature));
    let no_token = mapped("{}");
    let signed = Key::new(Secret::new("")).sign(b"{}");
    let empty = Posted { headers: vec![("x-signature-256", signed)], body: "{}".into(), ..shown(&body) };
    assert_eq!(receive(no_token.as_ref(), &empty), Err(Rejected::BadSignature), "an empty secret signs nothing");
}

#[test]
fn statuses_are_matched_by_their_number() {
    let posted = |body: Value| {
        let body = body.to_string();
        let signature = Key::new(Secret::new("sec-1")).sign(body.as_bytes());
        Posted { path: "/webhooks/autocalls/7".into(), headers: vec![("x-signature-256", signature)], body }
    };
    let status = |more: Value| {
        let mut body = json!({"event": "message_status", "whatsapp_message_id": 890, "conversation_id": null,
            "direction": "outbound", "status": "delivered", "timestamp": "2026-11-21T13:00:00+01:00",
            "provider_timestamp": null});
        for (key, value) in more.as_object().unwrap() {
            body[key] = value.clone();
        }
        read(ours().as_ref(), &posted(body))
    };
    let Inbound::Status { status: seen, .. } = status(json!({})) else { panic!() };
    assert_eq!((seen.provider_id.as_str(), seen.state, seen.at), ("890", DeliveryState::Delivered, NOW));
    let failed = json!({"status": "undelivered", "error_code": 63016, "error_description": "24h window expired"});
    let Inbound::Status { status: seen, .. } = status(failed) else { panic!() };
    assert_eq!(seen.error.map(|error| (error.code, error.text)), Some((63016, "24h window expired".into())));
    assert!(matches!(status(json!({"test": true})), Inbound::Ignored { why: "webhook_test" }));
    assert!(matches!(status(json!({"direction": "inbound"})), Inbound::Ignored { why: "status_kind" }));
    let ended =
        posted(json!({"type": "whatsapp", "status": "ended", "transcript": [{"role": "user", "content": "x"}]}));
    assert!(matches!(read(ours().as_ref(), &ended), Inbound::Ignored { why: "conversation_event" }));
}

#[tokio::test]
async fn texts_and_templates_go_by_their_endpoints() {
    let platform = Platform::start(Kind::Autocalls).await;
    let of = provider(Kind::Autocalls, &platform.base);
    of.send(&client(), &outgoing(text("Olá"))).await.unwrap();
    let template = TemplateMessage {
        name: "reminder".into(),
        language: None,
        header: None,
        body: Parameters::Positional(vec!["Ana".into()]),
        buttons: vec![],
        ttl: None,
        reference: Some("45".into()),
        parts: Default::default(),
    };
    of.send(&client(), &outgoing(Content::Template(template.clone()))).await.unwrap();
    let sent = platform.sent();
    assert_eq!(
        (sent[0].path.as_str(), sent[0].headers["authorization"].as_str()),
        ("/user/whatsapp/send-freeform", "Bearer tok-1")
    );
    assert_eq!(sent[0].json(), json!({"sender_id": 42, "recipient_phone": "+351960000111", "message": "Olá"}));
    assert_eq!(sent[1].path, "/user/whatsapp/send");
    let body =
        json!({"sender_id": 42, "recipient_phone": "+351960000111", "template_id": 45, "variables": {"1": "Ana"}});
    assert_eq!(sent[1].json(), body);
    let unknown = TemplateMessage { reference: None, ..template };
    let error = of.send(&client(), &outgoing(Content::Template(unknown))).await.unwrap_err();
    assert_eq!(error.code, "no_template_id");
}

fn listed(id: &str, count: usize) -> Value {
    json!({"id": id, "type": "whatsapp", "message_count": count, "updated_at": "2026-11-21 14:00:00",
        "customer": {"name": "Inês", "phone": "+351960000111"}})
}

fn history(said: &[(&str, &str)]) -> Value {
    let said: Vec<Value> = said.iter().map(|(role, text)| json!({"role": role, "content": text})).collect();
    json!({"status": true, "history": said})
}

fn heard(at: &str) -> Value {
    json!({"success": true, "has_conversation": true, "last_customer_message_at": at})
}

#[tokio::test]
async fn the_poller_finds_what_was_written_since() {
    let platform = Platform::start(Kind::Autocalls).await;
    let of = provider(Kind::Autocalls, &platform.base);
    let since = NOW - Span::hours(1);
    let poll = async || {
        let polled = of.poll(&client(), SENDER, since).await.unwrap();
        of.polled(SENDER);
        let seen = polled.items.into_iter().map(|item| match item.what {
            Inbound::Message { message, .. } => match message.kind {
                InboundKind::Text { body } => (message.provider_id.to_string(), body, message.at),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        });
        seen.collect::<Vec<_>>()
    };
    platform.answer("/user/conversations?", 200, json!({"data": [listed("u-1", 3)], "next_cursor": null}));
    platform.answer("/session-status", 200, heard("2026-11-21T12:00:00+00:00"));
    let first = [("user", "old"), ("assistant", "Hi"), ("user", "Olá")];
    platform.answer("/conversations/u-1", 200, history(&first));
    assert_eq!(poll().await, [("autocalls:u-1:2".into(), "Olá".into(), NOW)], "what was answered is not new");
    assert_eq!(poll().await, [], "nothing has grown");
    platform.answer("/user/conversations?", 200, json!({"data": [listed("u-1", 6)], "next_cursor": null}));
    let more = [&first[..], &[("user", "um"), ("assistant", "?"), ("user", "dois")]].concat();
    platform.answer("/conversations/u-1", 200, history(&more));
    let seen: Vec<String> = poll().await.into_iter().map(|(id, ..)| id).collect();
    assert_eq!(seen, ["autocalls:u-1:3", "autocalls:u-1:5"]);
    platform.answer("/user/conversations?", 200, json!({"data": [listed("u-1", 7)], "next_cursor": null}));
    platform.answer("/session-status", 200, heard("2026-11-20T12:00:00+00:00"));
    assert_eq!(poll().await, [], "the customer wrote long ago: somebody else spoke");
}

#[tokio::test]
async fn what_did_not_come_to_disk_is_told_again() {
    let platform = Platform::start(Kind::Autocalls).await;
    let of = provider(Kind::Autocalls, &platform.base);
    platform.answer("/user/conversations?", 200, json!({"data": [listed("u-1", 1)], "next_cursor": null}));
    platform.answer("/session-status", 200, heard("2026-11-21T12:00:00+00:00"));
    platform.answer("/conversations/u-1", 200, history(&[("user", "Olá")]));
    let poll = async || of.poll(&client(), SENDER, NOW - Span::hours(1)).await.unwrap().items.len();
    assert_eq!((poll().await, poll().await), (1, 1));
    of.polled(SENDER);
    assert_eq!(poll().await, 0);
}

/// Two conversations; the second phone number is the first one without its end.
fn two(platform: &Platform) {
    let mut other = listed("u-2", 1);
    other["customer"]["phone"] = "+351960000222".into();
    // The newest stands first and is asked for last.
    platform.answer("/user/conversations?", 200, json!({"data": [other, listed("u-1", 1)], "next_cursor": null}));
    platform.answer("recipient_phone=%2B351960000111", 200, heard("2026-11-21T12:00:00+00:00"));
    platform.answer("recipient_phone=%2B351960000222", 200, heard("2026-11-21T11:50:00+00:00"));
    platform.answer("/conversations/u-1", 200, history(&[("user", "book")]));
    platform.answer("/conversations/u-2", 200, history(&[("user", "book")]));
}

#[tokio::test]
async fn a_conversation_that_cannot_be_read_keeps_no_other_back_and_is_made_up_for() {
    for unread in ["u-1", "u-2"] {
        let platform = Platform::start(Kind::Autocalls).await;
        let running = Running::start(config(Kind::Autocalls, &platform.base), REMINDS).await;
        two(&platform);
        platform.answer(&format!("/conversations/{unread}"), 500, json!({"message": "Server Error"}));
        let poll = async || running.app.ingest.poll_once(SENDER, NOW - Span::hours(1)).await;
        let trouble = poll().await.unwrap_err().to_string();
        assert_eq!(trouble, "the platform refused to answer (HTTP 500: Server Error)");
        platform.until_sent(1).await;
        running.app.queue.settled().await;
        assert_eq!(platform.sent().len(), 1, "{unread}: the other one is answered");
        // The other conversation's newer message must not make the unread one count as old.
        platform.answer(&format!("/conversations/{unread}"), 200, history(&[("user", "book")]));
        assert_eq!((poll().await.unwrap(), poll().await.unwrap()), (1, 0), "{unread}");
        running.app.queue.settled().await;
        assert_eq!(platform.sent().len(), 2, "{unread}");
        running.app.stop(async {}).await;
    }
}

#[tokio::test]
async fn a_platform_that_wants_quiet_is_asked_nothing_more_and_nothing_is_lost() {
    let platform = Platform::start(Kind::Autocalls).await;
    let of = provider(Kind::Autocalls, &platform.base);
    two(&platform);
    platform.answer("recipient_phone=%2B351960000111", 429, json!({"message": "Too Many Attempts."}));
    let polled = of.poll(&client(), SENDER, NOW - Span::hours(1)).await.unwrap();
    of.polled(SENDER);
    assert_eq!((polled.items.len(), polled.trouble.map(|trouble| trouble.kind)), (0, Some("busy")));
    assert_eq!(platform.asked().len(), 2, "the list and the first of it");
    two(&platform);
    // Meanwhile somebody else wrote: both are older than that, and new all the same.
    let polled = of.poll(&client(), SENDER, NOW + Span::hours(1)).await.unwrap();
    assert_eq!((polled.items.len(), polled.trouble), (2, None));
}

#[tokio::test]
async fn a_platform_in_trouble_is_trouble_and_no_message() {
    let platform = Platform::start(Kind::Autocalls).await;
    let of = provider(Kind::Autocalls, &platform.base);
    let trouble = of.poll(&client(), SENDER, Time(1)).await.unwrap_err();
    assert_eq!(trouble.kind, "not_found");
    platform.answer("/user/conversations?", 200, json!({"message": "something else"}));
    assert_eq!(of.poll(&client(), SENDER, Time(1)).await.unwrap_err().kind, "unreadable");
}

#[tokio::test]
async fn the_window_can_be_asked_for() {
    let platform = Platform::start(Kind::Autocalls).await;
    let of = provider(Kind::Autocalls, &platform.base);
    let ask = async || of.window(&client(), SENDER, &[phone(PERSON)]).unwrap().await;
    platform.answer(
        "/session-status?sender_id=42&recipient_phone=%2B351960000111",
        200,
        heard("2026-11-21T12:00:00+00:00"),
    );
    assert_eq!(ask().await.unwrap(), Some(NOW));
    platform.answer("/session-status", 200, json!({"success": true, "has_conversation": false}));
    assert_eq!(ask().await.unwrap(), None);
    platform.answer("/session-status", 404, json!({"error": "Sender not found", "error_code": "SENDER_NOT_FOUND"}));
    assert!(ask().await.is_err());
}

#[tokio::test]
async fn the_catalogue_and_the_doctor_ask_the_account() {
    let platform = Platform::start(Kind::Autocalls).await;
    let of = provider(Kind::Autocalls, &platform.base);
    let template = |id: i64, status: &str| json!({"id": id, "name": "a", "language": "en", "category": "utility", "status": status, "body_text": "Hi {{1}}"});
    platform.answer("/senders/42/templates?status=all", 200, json!({"data": [template(45, "approved"), {"id": 1}]}));
    let found = of.templates(&client(), SENDER).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].reference.as_deref(), found[0].status), (Some("45"), TemplateStatus::Approved));
    let sender = |status: &str| json!({"data": [{"id": 42, "phone_number": "+351210000001", "status": status, "quality_rating": "GREEN"}]});
    platform.answer("/senders?status=all", 200, sender("online"));
    let found = of.examine(&client(), SENDER).await;
    assert!(found.iter().all(|check| check.grade <= Grade::Unknown), "{found:?}");
    platform.answer("/senders?status=all", 200, sender("Offline"));
    let found = of.examine(&client(), SENDER).await;
    assert!(found.iter().any(|check| check.grade == Grade::Bad && check.text.contains("`Offline`")), "{found:?}");
    platform.answer("/senders?status=all", 200, json!({"data": []}));
    let found = of.examine(&client(), SENDER).await;
    assert!(found.iter().any(|check| check.text.contains("has no sender 42")), "{found:?}");
}

const REMINDS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\n"),
    (
        "flows/remind.yaml",
        "flow: remind\nwhen:\n  - message: book\nsteps:\n  - say: Good\n  - wait: 30h\n  - say: Till tomorrow\n    \
         if_closed: {template: reminder, vars: [Ana, noon]}\n",
    ),
];

#[tokio::test]
async fn a_window_that_is_open_after_all_takes_the_text() {
    for (told, expected) in [
        // Thirty hours later: the customer wrote elsewhere, an hour ago.
        (heard("2026-11-22T17:00:00+00:00"), "Till tomorrow"),
        (heard("2026-11-21T12:00:00+00:00"), "template_id"),
        // An implausible time is ignored.
        (heard("2026-12-24T12:00:00+00:00"), "template_id"),
        (json!({"success": true, "has_conversation": false}), "template_id"),
    ] {
        let platform = Platform::start(Kind::Autocalls).await;
        let running = Running::start(config(Kind::Autocalls, &platform.base), REMINDS).await;
        running.hears("m1", "book").await;
        platform.until_sent(1).await;
        running.app.queue.settled().await;
        platform.answer("/session-status", 200, told.clone());
        running.pass(Span::hours(30)).await;
        let sent = platform.until_sent(2).await;
        assert!(sent[1].body.contains(expected), "{told}: {}", sent[1].body);
        let asked = platform.asked().iter().filter(|asked| asked.path.contains("session-status")).count();
        assert_eq!(asked, 1, "{told}");
        running.app.stop(async {}).await;
    }
}

#[tokio::test]
async fn an_open_window_is_never_asked_for() {
    let platform = Platform::start(Kind::Autocalls).await;
    let running = Running::start(config(Kind::Autocalls, &platform.base), REMINDS).await;
    running.hears("m1", "book").await;
    platform.until_sent(1).await;
    running.app.queue.settled().await;
    assert_eq!(platform.asked().len(), 1);
    running.app.stop(async {}).await;
}

const FOLLOWS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\n"),
    (
        "flows/follow.yaml",
        "flow: follow\nwhen:\n  - message: book\nsteps:\n  - say: Good\n    on_undelivered:\n      - say: Lost\n        \
         if_closed: skip\n",
    ),
];

fn told(number: u32, status: &str, code: Option<i64>) -> Posted {
    let body = json!({"event": "message_status", "whatsapp_message_id": number, "conversation_id": null,
        "direction": "outbound", "status": status, "error_code": code, "timestamp": "2026-11-21T12:00:00+00:00"})
    .to_string();
    let signature = Key::new(Secret::new("sec-1")).sign(body.as_bytes());
    Posted { path: "/webhooks/autocalls/7".into(), headers: vec![("x-signature-256", signature)], body }
}

#[tokio::test]
async fn what_is_told_before_the_answer_is_told_to_all_who_wait() {
    let platform = Platform::start(Kind::Autocalls).await;
    let running = Running::start(config(Kind::Autocalls, &platform.base), FOLLOWS).await;
    running.app.events.listen().await.unwrap();
    // The mock numbers what it takes from 1001 on: this comes before the send that it tells of.
    accept(&running.app, "autocalls", &told(1001, "undelivered", Some(63_024))).await;
    running.hears("m1", "book").await;
    let sent = platform.until_sent(2).await;
    assert!(sent[1].body.contains("Lost"), "{}", sent[1].body);
    running.app.queue.settled().await;
    let events = event::after(&running.app.store, 0, 99).await.unwrap();
    let states: Vec<&str> =
        events.iter().filter(|event| event.kind == "message.status").map(|event| event.word.as_str()).collect();
    assert_eq!(states, ["failed", "sent"]);
    running.app.stop(async {}).await;
}

#[tokio::test]
async fn what_arrived_before_the_answer_is_counted() {
    let platform = Platform::start(Kind::Autocalls).await;
    let running = Running::start(config(Kind::Autocalls, &platform.base), REMINDS).await;
    accept(&running.app, "autocalls", &told(1001, "delivered", None)).await;
    running.hears("m1", "book").await;
    platform.until_sent(1).await;
    running.app.queue.settled().await;
    let page = running.app.metrics.render();
    assert!(page.contains(r#"transom_messages_total{sender="7",state="delivered"} 1"#), "{page}");
    running.app.stop(async {}).await;
}

#[tokio::test]
async fn what_the_poller_finds_starts_a_flow() {
    let platform = Platform::start(Kind::Autocalls).await;
    let running = Running::start(config(Kind::Autocalls, &platform.base), REMINDS).await;
    platform.answer("/user/conversations?", 200, json!({"data": [listed("u-1", 1)], "next_cursor": null}));
    platform.answer("/session-status", 200, heard("2026-11-21T12:00:00+00:00"));
    platform.answer("/conversations/u-1", 200, history(&[("user", "book")]));
    let began = NOW - Span::hours(1);
    assert_eq!(running.app.ingest.poll_once(SENDER, began).await.unwrap(), 1);
    let sent = platform.until_sent(1).await;
    assert!(sent[0].body.contains("Good"));
    assert_eq!(running.app.ingest.poll_once(SENDER, began).await.unwrap(), 0);
    running.app.queue.settled().await;
    running.app.stop(async {}).await;
}
