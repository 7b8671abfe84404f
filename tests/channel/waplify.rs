//! Tests the special behaviour of Waplify: events without ids, times without zones, messages announced twice.

use super::conformance::{NOW, PERSON, Running, SENDER, client, config, outgoing, phone, provider, receive, text};
use crate::platform::{Fault, Kind, Platform};
use serde_json::{Value, json};
use transom::{
    base::{ids::ConversationId, secret::Secret, time::Span},
    channel::{checkup::Grade, imitation::Posted, signature::Key},
    model::{
        content::{Button, Content, Edges, Media, MediaKind},
        inbound::{DeliveryState, EchoSource, Inbound, InboundKind, InboundMessage},
        template::{HeaderValue, Parameters, TemplateMessage, TemplateStatus},
    },
    store::tables::conversation,
};

fn posted(body: &Value) -> Posted {
    let body = body.to_string();
    let signature = Key::new(Secret::new("sec-1")).sign(body.as_bytes());
    Posted { path: "/webhooks/waplify/7".into(), headers: vec![("x-webhook-signature", signature)], body }
}

fn read(body: &Value) -> Inbound {
    let mut all = receive(provider(Kind::Waplify, "https://api.example").as_ref(), &posted(body)).unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

fn message(body: &Value) -> InboundMessage {
    match read(body) {
        Inbound::Message { message, .. } => message,
        other => panic!("{other:?}"),
    }
}

fn received(more: Value) -> Value {
    let mut inside = json!({"message_id": "wamid.W1", "contact_phone": PERSON, "contact_name": "Inês",
        "content": "Olá", "message_type": "text", "timestamp": "2026-11-21T12:00:00", "waba_phone_id": "9",
        "is_reply": false, "is_from_ad": false});
    for (key, value) in more.as_object().unwrap() {
        inside[key] = value.clone();
    }
    json!({"event": "message.received", "timestamp": "2026-11-21T12:00:05", "message": inside})
}

#[test]
fn a_time_without_a_zone_is_utc() {
    let seen = message(&received(json!({})));
    assert_eq!((seen.at, seen.from.as_slice()), (NOW, [phone(PERSON)].as_slice()));
    assert_eq!((seen.kind, seen.name.as_deref()), (InboundKind::Text { body: "Olá".into() }, Some("Inês")));
}

#[test]
fn one_message_told_twice_is_one() {
    let reply = json!({"event": "message.reply", "timestamp": "2026-11-21T12:00:05",
        "original_message": {"message_id": "507f1f77", "contact_phone": PERSON},
        "reply": {"message_id": "507f1f78", "contact_phone": PERSON, "content": "Olá", "message_type": "text",
            "timestamp": "2026-11-21T12:00:00"}});
    assert_eq!(message(&received(json!({}))).provider_id, message(&reply).provider_id);
    let other = message(&received(json!({"content": "Adeus"})));
    assert_ne!(other.provider_id, message(&reply).provider_id);
}

#[test]
fn a_tap_without_an_id_is_known_by_its_title() {
    let tap =
        |more| message(&json!({"event": "button.clicked", "timestamp": "2026-11-21T12:00:00", "message": more})).kind;
    let button = |id: &str| InboundKind::Button { id: id.into(), title: "Sim".into() };
    assert_eq!(tap(json!({"contact_phone": PERSON, "button_text": "Sim"})), button("Sim"));
    assert_eq!(tap(json!({"contact_phone": PERSON, "button_text": "Sim", "button_id": "tok"})), button("tok"));
    assert_eq!(message(&received(json!({"message_type": "button", "content": "Sim"}))).kind, button("Sim"));
}

#[test]
fn files_and_advertisements_are_told() {
    let seen =
        message(&received(json!({"message_type": "image", "media_url": "https://files.example/a", "content": "veja",
        "is_from_ad": true, "referral": {"source_id": "12"}})));
    assert!(matches!(&seen.kind, InboundKind::Media { media: MediaKind::Image, url: Some(url), caption: Some(_), .. }
        if url == "https://files.example/a"));
    assert_eq!(seen.referral.and_then(|ad| ad.source_id).as_deref(), Some("12"));
    let strange = message(&received(json!({"message_type": "poll"})));
    assert_eq!(strange.kind, InboundKind::Unsupported { what: "poll".into(), unknown: true });
}

#[test]
fn a_status_has_an_id_that_nobody_here_knows() {
    let event = |name: &str, status: &str| {
        json!({"event": name, "timestamp": "2026-11-21T12:00:00", "message": {"message_id": "507f1f77bcf86cd799439070",
            "contact_phone": PERSON, "status": status, "status_timestamp": "2026-11-21T12:00:00", "error_code": 131026}})
    };
    for (name, status, state) in [
        ("message.sent", "sent", DeliveryState::Sent),
        ("message.read", "clicked", DeliveryState::Read),
        ("message.failed", "failed", DeliveryState::Failed),
    ] {
        let Inbound::Status { status, .. } = read(&event(name, status)) else { panic!("{name}") };
        assert_eq!((status.state, status.ours), (state, None));
    }
    assert!(!provider(Kind::Waplify, "https://api.example").carries().echoes_our_id);
}

#[test]
fn a_person_at_waplify_silences_the_bot_and_we_do_not() {
    let assigned = |source: &str| {
        json!({"event": "conversation.assigned", "timestamp": "2026-11-21T12:00:00.123456+00:00",
            "conversation": {"contact_phone": PERSON, "actor": {"source": source}}})
    };
    let Inbound::Echo { echo, .. } = read(&assigned("manual")) else { panic!("an echo") };
    assert_eq!((echo.by, echo.to.as_slice()), (EchoSource::App, [phone(PERSON)].as_slice()));
    for source in ["api", "automation", ""] {
        assert!(matches!(read(&assigned(source)), Inbound::Ignored { why: "conversation_event" }), "{source}");
    }
}

#[test]
fn what_is_no_message_is_counted_or_kept() {
    let ignored = |event: &str| match read(&json!({"event": event, "timestamp": "2026-11-21T12:00:00"})) {
        Inbound::Ignored { why } => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(ignored("webhook.test"), "webhook_test");
    assert_eq!(ignored("conversation.resolved"), "conversation_event");
    assert_eq!(ignored("something.new"), "unknown_event");
    for body in
        [json!({}), json!([]), json!(7), json!({"event": "message.received"}), received(json!({"timestamp": "soon"}))]
    {
        assert!(matches!(read(&body), Inbound::Dead { sender: Some(SENDER), kind: "malformed", .. }), "{body}");
    }
    let nobody = received(json!({"contact_phone": "unknown", "content": "x", "timestamp": "2026-11-21T12:00:00"}));
    assert!(matches!(read(&nobody), Inbound::Dead { sender: Some(SENDER), kind: "malformed", .. }), "{nobody:?}");
    {}
}

#[tokio::test]
async fn each_content_has_its_json() {
    let platform = Platform::start(Kind::Waplify).await;
    let waplify = provider(Kind::Waplify, &platform.base);
    let file = |kind| Media { kind, url: "https://files.example/a".into(), filename: Some("conta.pdf".into()) };
    let buttons = vec![Button { id: "yes".into(), title: "Sim".into() }];
    let template = TemplateMessage {
        name: "reminder".into(),
        language: Some("en".into()),
        header: Some(HeaderValue::Media(file(MediaKind::Document))),
        body: Parameters::Positional(vec!["Ana".into()]),
        buttons: vec![],
        ttl: None,
        reference: None,
        parts: Default::default(),
    };
    let edges = Edges::default;
    let link = Content::Link {
        body: "Pague".into(),
        title: "Pagar".into(),
        url: "https://p.example".into(),
        media: None,
        edges: edges(),
    };
    let contents = [
        text("Olá"),
        Content::Buttons { body: "Vem?".into(), buttons, media: None, edges: edges() },
        link,
        Content::Media { media: file(MediaKind::Document), caption: Some("veja".into()) },
        Content::Template(template),
    ];
    for content in contents {
        waplify.send(&client(), &outgoing(content)).await.unwrap();
    }
    let to = PERSON;
    let sent = platform.sent();
    assert_eq!(sent[0].headers["authorization"], "Bearer tok-1");
    let paths: Vec<&str> = sent.iter().map(|asked| asked.path.trim_start_matches("/api/v1/messages/")).collect();
    assert_eq!(paths, ["send-message", "send-message", "send-message", "send-message", "send"]);
    assert_eq!(sent[0].json(), json!({"contact_phone": to, "message_type": "text", "message": "Olá"}));
    let reply = json!({"type": "reply", "reply_buttons": [{"id": "yes", "title": "Sim"}]});
    assert_eq!(
        sent[1].json(),
        json!({"contact_phone": to, "message_type": "text", "message": "Vem?", "buttons": reply})
    );
    let url = json!({"type": "cta_url", "url_button": {"display_text": "Pagar", "url": "https://p.example"}});
    assert_eq!(
        sent[2].json(),
        json!({"contact_phone": to, "message_type": "text", "message": "Pague", "buttons": url})
    );
    assert_eq!(
        sent[3].json(),
        json!({"contact_phone": to, "message_type": "document", "media_url": "https://files.example/a",
            "caption": "veja", "filename": "conta.pdf"})
    );
    assert_eq!(
        sent[4].json(),
        json!({"contact_phone": to, "template_name": "reminder", "body_data": {"1": "Ana"},
            "media_url": "https://files.example/a", "filename": "conta.pdf"})
    );
}

#[tokio::test]
async fn the_catalogue_and_the_doctor_ask_with_the_slash() {
    let platform = Platform::start(Kind::Waplify).await;
    let waplify = provider(Kind::Waplify, &platform.base);
    let listed = json!({"status": "success", "templates": [
        {"id": "5", "name": "a", "category": "UTILITY", "language": "en_US", "status": "APPROVED", "header_format": "IMAGE",
            "body": "Hi {{1}}"},
        {"id": "6", "name": "b", "language": "en_US", "status": "SOMETHING", "body": ""}, {"id": "7"}]});
    platform.answer("/api/v1/templates/", 200, listed);
    let found = waplify.templates(&client(), SENDER).await.unwrap();
    let seen: Vec<_> = found.iter().map(|template| (template.name.as_str(), template.status)).collect();
    assert_eq!(seen, [("a", TemplateStatus::Approved), ("b", TemplateStatus::Disabled)]);
    assert!(waplify.examine(&client(), SENDER).await.iter().all(|check| check.grade <= Grade::Unknown));
    platform.answer("/api/v1/templates/", 401, json!({"detail": "Not authenticated"}));
    let found = waplify.examine(&client(), SENDER).await;
    assert_eq!(found[0].text, "`api_key` is not valid; make a new one (HTTP 401: Not authenticated).");
}

const ASKS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\n"),
    (
        "flows/ask.yaml",
        "flow: ask\nwhen:\n  - message: book\nsteps:\n  - say: Good\n  - wait: 1h\n  - say: Till tomorrow\n    \
         if_closed: {template: reminder, vars: [Ana, noon]}\n",
    ),
];

#[tokio::test]
async fn a_refusal_corrects_our_record_with_its_own_time() {
    let platform = Platform::start(Kind::Waplify).await;
    let running = Running::start(config(Kind::Waplify, &platform.base), ASKS).await;
    running.hears("w1", "book").await;
    platform.until_sent(1).await;
    running.app.queue.settled().await;
    let refusal = json!({"detail": "Cannot send free-form message: The 24-hour customer service window has expired. \
        Last inbound message was at 2026-11-20T10:00:00+00:00. Use the template-based /send endpoint instead."});
    platform.fail_next(Fault::Says(403, "", refusal.to_string()));
    running.pass(Span::hours(1)).await;
    let sent = platform.until_sent(3).await;
    assert_eq!(sent[2].path, "/api/v1/messages/send", "the template goes instead");
    running.app.queue.settled().await;
    let rows = conversation::page(&running.app.store, ConversationId(i64::MAX), 5).await.unwrap();
    let opened = rows[0].opened_at.map(|at| NOW - at);
    assert_eq!(opened, Some(Span::hours(26)), "as the refusal says");
    running.app.stop(async {}).await;
}
