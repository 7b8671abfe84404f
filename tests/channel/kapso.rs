//! Tests the special behaviour of Kapso: two kinds of webhooks, batches, and fields that its envelope lacks.

use super::conformance::{NOW, PERSON, Running, SENDER, client, config, outgoing, phone, provider, receive, text};
use crate::platform::{Kind, Platform};
use serde_json::{Value, json};
use transom::{
    base::{
        secret::Secret,
        time::{Span, Time},
    },
    channel::{Rejected, checkup::Grade, file::FileReference, imitation::Posted, signature::Key},
    model::{
        content::MediaKind,
        inbound::{Alias, AliasKind, DeliveryState, EchoSource, Inbound, InboundKind},
    },
};

fn posted(event: &'static str, body: &Value) -> Posted {
    let body = body.to_string();
    let signature = Key::new(Secret::new("sec-1")).sign(body.as_bytes()).trim_start_matches("sha256=").to_owned();
    let headers = vec![("x-webhook-signature", signature), ("x-webhook-event", event.to_owned())];
    Posted { path: "/webhooks/kapso/7".into(), headers, body }
}

fn read(event: &'static str, body: &Value) -> Vec<Inbound> {
    receive(provider(Kind::Kapso, "https://api.example").as_ref(), &posted(event, body)).unwrap()
}

/// A message in Kapso's envelope, with the common fields.
fn event(message: Value, kapso: Value) -> Value {
    let mut whole = json!({"id": "wamid.K1", "timestamp": "1795262400", "type": "text"});
    for (key, value) in message.as_object().unwrap() {
        whole[key] = value.clone();
    }
    whole["kapso"] = json!({"direction": "inbound", "status": "received", "origin": "cloud_api"});
    for (key, value) in kapso.as_object().unwrap() {
        whole["kapso"][key] = value.clone();
    }
    json!({"message": whole, "phone_number_id": "700100", "is_new_conversation": false,
        "conversation": {"id": "c1", "phone_number": "+351960000111", "phone_number_id": "700100",
            "kapso": {"contact_name": "Inês"}}})
}

#[test]
fn a_wrapped_message_is_one() {
    let seen = read("whatsapp.message.received", &event(json!({"text": {"body": "Olá"}}), json!({})));
    let [Inbound::Message { sender, message }] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((*sender, message.from.as_slice(), message.at), (SENDER, [phone(PERSON)].as_slice(), NOW));
    assert_eq!(
        (message.kind.clone(), message.name.as_deref()),
        (InboundKind::Text { body: "Olá".into() }, Some("Inês"))
    );
}

#[test]
fn an_event_of_a_message_that_cannot_be_read_is_a_dead_letter_of_its_sender() {
    for body in [
        json!({"message": [1], "conversation": {"id": "c1"}}),
        json!({"message": "hi", "conversation": {"id": "c1"}}),
        json!({"message": null, "conversation": {"phone_number": "+351960000111"}}),
        json!({"data": "hi"}),
        json!({"data": [null]}),
    ] {
        let seen = read("whatsapp.message.received", &body);
        let [Inbound::Dead { sender: Some(SENDER), kind: "malformed", .. }] = seen.as_slice() else {
            panic!("{body}: {seen:?}")
        };
    }
}

#[test]
fn a_message_that_is_passed_on_is_metas() {
    let body = json!({"object": "whatsapp_business_account", "entry": [{"id": "300200", "changes": [{"field": "messages",
        "value": {"metadata": {"phone_number_id": "700100"}, "messages": [{"from": PERSON, "id": "wamid.M1",
        "timestamp": "1795262400", "type": "text", "text": {"body": "Olá"}}]}}]}]});
    assert!(matches!(read("", &body).as_slice(), [Inbound::Message { .. }]));
}

#[test]
fn the_signature_is_bare_hex() {
    let kapso = provider(Kind::Kapso, "https://api.example");
    let good = posted("", &event(json!({"text": {"body": "Olá"}}), json!({})));
    assert_eq!(good.headers[0].1.len(), 64);
    assert!(receive(kapso.as_ref(), &good).is_ok());
    let short = good.headers[0].1[..62].to_owned();
    let bad = Posted { headers: vec![("x-webhook-signature", short)], ..good };
    assert_eq!(receive(kapso.as_ref(), &bad), Err(Rejected::BadSignature));
}

#[test]
fn a_batch_holds_several_messages_in_their_order() {
    let one = |id: &str, text: &str| event(json!({"id": id, "text": {"body": text}}), json!({}));
    let batch = json!({"type": "whatsapp.message.received", "batch": true,
        "data": [one("wamid.K1", "um"), {"message": {"id": "wamid.K0", "type": "text", "timestamp": "never"}}, one("wamid.K2", "dois")]});
    let seen = read("whatsapp.message.received", &batch);
    let [Inbound::Message { message: first, .. }, Inbound::Dead { .. }, Inbound::Message { message: last, .. }] =
        seen.as_slice()
    else {
        panic!("{seen:?}")
    };
    assert_eq!((first.provider_id.as_str(), last.provider_id.as_str()), ("wamid.K1", "wamid.K2"));
}

#[test]
fn who_hides_the_number_is_known_by_user_id() {
    let mut hidden = event(json!({"text": {"body": "Olá"}}), json!({}));
    hidden["conversation"] = json!({"id": "c1", "business_scoped_user_id": "PT.77", "username": "ines"});
    let seen = read("", &hidden);
    let [Inbound::Message { message, .. }] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(message.from, [Alias { kind: AliasKind::Bsuid, value: "PT.77".into() }]);
    hidden["conversation"] = json!({"id": "c1"});
    assert!(matches!(read("", &hidden).as_slice(), [Inbound::Dead { kind: "malformed", .. }]), "it names nobody");
}

#[test]
fn a_file_has_kapsos_own_address() {
    let file = event(
        json!({"type": "image", "image": {"id": "m1", "caption": "veja"}}),
        json!({"has_media": true, "media_url": "https://api.kapso.ai/media/1",
            "media_data": {"filename": "a.jpg", "content_type": "image/jpeg"}}),
    );
    let seen = read("", &file);
    let [Inbound::Message { message, .. }] = seen.as_slice() else { panic!("{seen:?}") };
    let InboundKind::Media { media, url, mime, caption, .. } = &message.kind else { panic!("{message:?}") };
    assert_eq!((*media, mime.as_deref(), caption.as_deref()), (MediaKind::Image, Some("image/jpeg"), Some("veja")));
    assert_eq!(url.as_deref(), Some("https://api.kapso.ai/media/1"));
}

#[test]
fn a_documents_caption_is_passed_on_without_a_file_name() {
    let file = event(
        json!({"type": "document", "document": {"id": "m1"}}),
        json!({"has_media": true, "media_url": "https://api.kapso.ai/media/1",
            "message_type_data": {"caption": "a fatura"}}),
    );
    let seen = read("", &file);
    let [Inbound::Message { message, .. }] = seen.as_slice() else { panic!("{seen:?}") };
    let InboundKind::Media { caption, filename, .. } = &message.kind else { panic!("{message:?}") };
    assert_eq!((caption.as_deref(), filename.as_deref()), (Some("a fatura"), None));
}

#[test]
fn taps_places_and_reactions_are_metas() {
    let kind = |message| match read("", &event(message, json!({}))).remove(0) {
        Inbound::Message { message, .. } => message.kind,
        other => panic!("{other:?}"),
    };
    let reply = json!({"type": "button_reply", "button_reply": {"id": "b1", "title": "Sim"}});
    assert_eq!(
        kind(json!({"type": "interactive", "interactive": reply})),
        InboundKind::Button { id: "b1".into(), title: "Sim".into() }
    );
    let place = json!({"latitude": 38.7, "longitude": -9.1});
    assert!(matches!(kind(json!({"type": "location", "location": place})), InboundKind::Location { .. }));
    let reaction = json!({"message_id": "wamid.A", "emoji": "👍"});
    assert!(matches!(kind(json!({"type": "reaction", "reaction": reaction})), InboundKind::Reaction { .. }));
}

#[test]
fn the_newest_entry_of_the_history_is_the_status() {
    let at = |status: &str, timestamp: &str| json!({"id": "wamid.K1", "status": status, "timestamp": timestamp});
    let failed = json!({"id": "wamid.K1", "status": "failed", "timestamp": "1795262500",
        "errors": [{"code": 131047, "title": "Re-engagement message"}]});
    let status = |statuses: Value| {
        let kapso = json!({"direction": "outbound", "status": "sent", "statuses": statuses});
        match read("whatsapp.message.sent", &event(json!({"text": {"body": "Olá"}}), kapso)).remove(0) {
            Inbound::Status { status, .. } => status,
            other => panic!("{other:?}"),
        }
    };
    let seen = status(json!([at("delivered", "1795262410"), at("sent", "1795262400")]));
    assert_eq!((seen.state, seen.at), (DeliveryState::Delivered, Time(1_795_262_410_000)));
    let seen = status(json!([at("sent", "1795262400"), failed]));
    assert_eq!((seen.state, seen.error.map(|error| error.code)), (DeliveryState::Failed, Some(131_047)));
    assert_eq!(status(json!([])).state, DeliveryState::Sent, "without a history its own word counts");
}

#[test]
fn a_person_on_the_phone_is_an_echo_and_history_is_no_message() {
    let body = json!({"text": {"body": "Já vou"}, "from": "351210000001"});
    let seen = read("", &event(body.clone(), json!({"direction": "outbound", "origin": "business_app"})));
    let [Inbound::Echo { echo, .. }] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((echo.by, echo.to.as_slice()), (EchoSource::App, [phone(PERSON)].as_slice()));
    let seen = read("", &event(body, json!({"origin": "history_sync"})));
    assert!(matches!(seen.as_slice(), [Inbound::Ignored { why: "history" }]), "{seen:?}");
}

#[test]
fn what_is_no_message_is_counted() {
    let conversation = json!({"conversation": {"id": "c1", "status": "ended"}, "phone_number_id": "700100"});
    for (event, body, expected) in [
        ("whatsapp.conversation.ended", &conversation, "conversation_event"),
        ("", &conversation, "conversation_event"),
        ("", &json!({"event": "workflow.execution.handoff", "status": "handoff"}), "workflow_event"),
        ("whatsapp.phone_number.created", &json!({"id": "p"}), "phone_number_event"),
        ("something.new", &json!({"id": "p"}), "unknown_event"),
    ] {
        let seen = read(event, body);
        assert!(matches!(seen.as_slice(), [Inbound::Ignored { why }] if *why == expected), "{event}: {seen:?}");
    }
    assert!(matches!(read("", &json!({"x": 1})).as_slice(), [Inbound::Dead { .. }]), "nobody knows what that is");
}

#[tokio::test]
async fn a_send_is_metas_with_kapsos_key() {
    let platform = Platform::start(Kind::Kapso).await;
    provider(Kind::Kapso, &platform.base).send(&client(), &outgoing(text("Olá"))).await.unwrap();
    let sent = &platform.sent()[0];
    assert_eq!(sent.path, "/meta/whatsapp/v24.0/700100/messages");
    assert_eq!(sent.headers["x-api-key"], "tok-1");
    assert!(!sent.headers.contains_key("authorization"));
    let body = json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+351960000111",
        "type": "text", "text": {"preview_url": false, "body": "Olá"}, "biz_opaque_callback_data": "transom:4711"});
    assert_eq!(sent.json(), body);
}

#[tokio::test]
async fn the_doctor_tells_what_is_wrong() {
    let platform = Platform::start(Kind::Kapso).await;
    let kapso = provider(Kind::Kapso, &platform.base);
    platform.answer("/v24.0/700100", 200, json!({"display_phone_number": "+351 21 000 0001", "status": "CONNECTED"}));
    let webhook = |active| json!({"data": [{"url": "https://bot.example/webhooks/kapso/7", "active": active}]});
    platform.answer("/phone_numbers/700100/webhooks", 200, webhook(true));
    let found = kapso.examine(&client(), SENDER).await;
    assert!(found.iter().all(|check| check.grade <= Grade::Unknown), "{found:?}");
    platform.answer("/phone_numbers/700100/webhooks", 200, webhook(false));
    let found = kapso.examine(&client(), SENDER).await;
    assert!(found.iter().any(|check| check.grade == Grade::Bad && check.text.contains("paused")), "{found:?}");
    platform.answer("/phone_numbers/700100/webhooks", 200, json!({"data": []}));
    let found = kapso.examine(&client(), SENDER).await;
    assert!(found.iter().any(|check| check.text.starts_with("No webhook of this number")), "{found:?}");
    let says = async |data: Value| {
        platform.answer("/phone_numbers/700100/webhooks", 200, json!({ "data": data }));
        let found = kapso.examine(&client(), SENDER).await;
        found.into_iter().find(|check| check.name == "subscription").map(|check| (check.grade, check.text)).unwrap()
    };
    let at = |url: &str, events: &[&str]| json!({"url": url, "active": true, "events": events});
    let other = at("https://bot.example/webhooks/kapso/70", &["whatsapp.message.received"]);
    assert!(says(json!([other])).await.1.starts_with("No webhook of this number"), "another sender's is not ours");
    let deaf = at("https://bot.example/webhooks/kapso/7", &["whatsapp.conversation.ended"]);
    let (grade, text) = says(json!([deaf])).await;
    assert!(grade == Grade::Bad && text.contains("does not subscribe to `whatsapp.message.received`"), "{text}");
    let hears = at("https://old.example/webhooks/kapso/7/", &["whatsapp.message.received"]);
    let good = (Grade::Good, "Kapso posts the number's webhooks to https://old.example/webhooks/kapso/7/.".to_owned());
    assert_eq!(says(json!([deaf, hears])).await, good, "the host is told, so that an old one is seen");
    platform.answer("/phone_numbers/700100/webhooks", 401, json!({"error": "Unauthorized"}));
    let found = kapso.examine(&client(), SENDER).await;
    assert_eq!(found[0].text, "`api_key` is not valid; make a new one (HTTP 401: Unauthorized).");
}

const REMINDS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\n"),
    (
        "flows/remind.yaml",
        "flow: remind\nwhen:\n  - message: book\nsteps:\n  - say: Good\n  - wait: 30h\n  - say: Till tomorrow\n    \
         if_closed: {template: reminder, vars: [Ana, noon]}\n",
    ),
];

/// Kapso's list of conversations, in which this person last wrote at that time.
fn heard(phone: &str, at: &str) -> Value {
    json!({"data": [{"id": "c-1", "phone_number": phone, "status": "active", "kapso": {"last_inbound_at": at}}]})
}

#[tokio::test]
async fn a_message_that_came_while_nobody_listened_opens_the_window() {
    // Thirty hours after the message that we know of, and an hour after the start of this process.
    for (told, expected) in [
        (heard("351960000111", "2026-11-22T17:00:00Z"), "Till tomorrow"),
        (heard("+351960000111", "2026-11-22T17:00:00Z"), "Till tomorrow"),
        (heard("351960000111", "2026-11-21T12:00:00Z"), "reminder"),
        // Somebody else's, or none: nothing is opened.
        (heard("351960000999", "2026-11-22T17:00:00Z"), "reminder"),
        (json!({"data": []}), "reminder"),
        (json!("nonsense"), "reminder"),
    ] {
        let platform = Platform::start(Kind::Kapso).await;
        let running = Running::start(config(Kind::Kapso, &platform.base), REMINDS).await;
        running.hears("wamid.IN1", "book").await;
        platform.until_sent(1).await;
        running.app.queue.settled().await;
        running.clock.set(running.app.now() + Span::hours(29));
        let running = running.again().await;
        platform.answer("/conversations?phone_number=%2B351960000111", 200, told.clone());
        running.app.recover().await.unwrap();
        running.pass(Span::hours(1)).await;
        let sent = platform.until_sent(2).await;
        assert!(sent[1].body.contains(expected), "{told}: {}", sent[1].body);
        running.app.stop(async {}).await;
    }
}

#[tokio::test]
async fn whoever_has_listened_for_a_day_asks_nobody() {
    let platform = Platform::start(Kind::Kapso).await;
    let running = Running::start(config(Kind::Kapso, &platform.base), REMINDS).await;
    running.hears("wamid.IN1", "book").await;
    platform.until_sent(1).await;
    running.app.queue.settled().await;
    running.pass(Span::hours(31)).await;
    platform.until_sent(2).await;
    running.app.queue.settled().await;
    assert!(platform.asked().iter().all(|asked| asked.method == "POST"), "{:#?}", platform.asked());
    running.app.stop(async {}).await;
}

#[tokio::test]
async fn the_number_stands_beside_a_customers_file_at_kapso_alone() {
    for (kind, path) in [(Kind::Meta, "/v24.0/4711"), (Kind::Kapso, "/meta/whatsapp/v24.0/4711?phone_number_id=700100")]
    {
        let platform = Platform::start(kind).await;
        platform.answer("/4711", 200, json!({"url": format!("{}/lies/here", platform.base)}));
        let file = FileReference { id: Some("4711"), url: None };
        let at = provider(kind, &platform.base).locate(&client(), SENDER, file).await.unwrap();
        assert_eq!((at.url, platform.asked()[0].path.as_str()), (format!("{}/lies/here", platform.base), path));
    }
}
