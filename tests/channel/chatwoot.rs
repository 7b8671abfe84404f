//! Tests the special behaviour of Chatwoot as a platform: people and the bot share its inbox, statuses are told in
//! pieces, and messages stand in numbered conversations.

use super::conformance::{
    NOW, PERSON, Running, SENDER, accept, client, config, outgoing, phone, provider, receive, text,
};
use crate::platform::{Fault, Kind, Platform};
use serde_json::{Value, json};
use std::{fs, path::Path};
use transom::{
    base::{
        ids::ConversationId,
        limits::{CHATWOOT_ATTACHMENTS_MAX, UNKNOWN_KIND_CHARS_MAX},
        secret::Secret,
        time::Span,
    },
    channel::{Next, Outgoing, PauseScope, RefusalCause, Rejected, checkup::Grade, imitation::Posted, signature::Key},
    model::{
        content::{Button, Content, Edges, Media, MediaKind, Row},
        inbound::{DeliveryState, Holder, Inbound, InboundKind, InboundMessage, StatusUpdate},
        template::{ButtonValue, HeaderValue, Parameters, TemplateMessage},
    },
    store::tables::conversation,
};

fn posted(body: &Value) -> Posted {
    signed(body, "sec-1", NOW.0 / 1_000)
}

fn signed(body: &Value, secret: &str, at: i64) -> Posted {
    let (body, at) = (body.to_string(), at.to_string());
    let signature = Key::new(Secret::new(secret)).sign(format!("{at}.{body}").as_bytes());
    let headers = vec![("x-chatwoot-signature", signature), ("x-chatwoot-timestamp", at)];
    Posted { path: "/webhooks/chatwoot/7".into(), headers, body }
}

/// One of the bodies beside this file.
fn body(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/channel/chatwoot");
    serde_json::from_str(&fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap()
}

fn read(body: &Value) -> Vec<Inbound> {
    receive(provider(Kind::Chatwoot, "https://chat.example").as_ref(), &posted(body)).unwrap()
}

fn message(name: &str) -> InboundMessage {
    match read(&body(name)).as_slice() {
        [Inbound::Message { sender: SENDER, message }] => message.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

fn status(name: &str) -> StatusUpdate {
    match read(&body(name)).as_slice() {
        [Inbound::Status { sender: SENDER, status }] => status.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

fn holder(name: &str) -> Holder {
    match read(&body(name)).as_slice() {
        [Inbound::Assigned { contact, place, to, .. }] => {
            assert_eq!((contact.as_slice(), place.as_str()), ([phone(PERSON)].as_slice(), "41"), "{name}");
            to.clone()
        }
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn a_message_names_its_person_its_time_and_its_conversation() {
    let seen = message("in_text");
    assert_eq!((seen.provider_id.as_str(), seen.at), ("901", NOW));
    assert_eq!((seen.from.as_slice(), seen.number.as_deref()), ([phone(PERSON)].as_slice(), Some("41")));
    assert_eq!(seen.kind, InboundKind::Text { body: "Olá".into() });
    let reply = message("in_text_reply").reply_to;
    assert_eq!(reply.map(|id| id.as_str().to_owned()).as_deref(), Some("850"), "the number of our receipt");
    let hidden = message("in_user_id").from;
    assert_eq!(hidden[0].value, "PT.13491208655302741918");
}

#[test]
fn a_tap_is_its_title_unless_an_installation_keeps_its_id() {
    assert_eq!(message("in_tap").kind, InboundKind::Text { body: "Yes".into() });
    assert_eq!(message("in_tap_with_id").kind, InboundKind::Button { id: "b1.token".into(), title: "Yes".into() });
    let chosen = message("chosen");
    assert_eq!(chosen.kind, InboundKind::Button { id: "b1".into(), title: "Yes".into() });
    assert_eq!((chosen.provider_id.as_str(), chosen.number.as_deref()), ("902:chosen", Some("41")));
}

#[test]
fn files_places_and_cards_are_told() {
    let InboundKind::Media { media, caption, url, voice, .. } = message("in_image").kind else { panic!("a picture") };
    assert_eq!((media, caption.as_deref(), voice), (MediaKind::Image, Some("look"), false));
    assert!(url.unwrap().ends_with("/IMG%201.jpg"));
    assert!(matches!(message("in_voice").kind, InboundKind::Media { media: MediaKind::Audio, voice: true, .. }));
    let InboundKind::Media { filename, .. } = message("in_document").kind else { panic!("a document") };
    assert_eq!(filename.as_deref(), Some("Bill May.pdf"));
    let two = read(&body("in_two_files"));
    let ids: Vec<&str> = two
        .iter()
        .map(|one| match one {
            Inbound::Message { message, .. } => message.provider_id.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(ids, ["901", "901:1"]);
    let place = message("in_location").kind;
    assert!(matches!(place, InboundKind::Location { latitude, name: Some(_), .. } if latitude == 38.7223), "{place:?}");
    assert!(matches!(message("in_location_nowhere").kind, InboundKind::Unsupported { unknown: true, .. }));
    let InboundKind::Contacts { contacts } = message("in_contact").kind else { panic!("a card") };
    let name = json!({"formatted_name": "João Silva", "first_name": "João", "last_name": "Silva"});
    assert_eq!(contacts, json!([{"name": name, "phones": [{"phone": "+351 960 000 222"}]}]));
}

#[test]
fn the_attachments_and_the_name_of_a_kind_have_their_limits() {
    let mut event = body("in_image");
    let one = event["attachments"][0].clone();
    for (count, told) in
        [(CHATWOOT_ATTACHMENTS_MAX, CHATWOOT_ATTACHMENTS_MAX), (CHATWOOT_ATTACHMENTS_MAX + 1, CHATWOOT_ATTACHMENTS_MAX)]
    {
        event["attachments"] = vec![one.clone(); count].into();
        assert_eq!(read(&event).len(), told, "{count}");
    }
    let mut event = body("in_new_kind");
    for (length, told) in
        [(UNKNOWN_KIND_CHARS_MAX, UNKNOWN_KIND_CHARS_MAX), (UNKNOWN_KIND_CHARS_MAX + 1, UNKNOWN_KIND_CHARS_MAX)]
    {
        event["attachments"][0]["file_type"] = "x".repeat(length).into();
        let what = "x".repeat(told);
        let seen = read(&event);
        let [Inbound::Message { message, .. }] = seen.as_slice() else { panic!("{seen:?}") };
        assert_eq!(message.kind, InboundKind::Unsupported { what, unknown: true }, "{length}");
    }
}

#[test]
fn an_open_conversation_has_a_person_before_the_message_counts() {
    let seen = read(&body("in_text_open"));
    let [Inbound::Assigned { to, .. }, Inbound::Message { .. }] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(*to, Holder::Person { agent: Some("Rosa".into()), wrote: false });
    let wrote = |agent: &str| Holder::Person { agent: Some(agent.into()), wrote: true };
    assert_eq!(holder("person_wrote"), wrote("Rosa"));
    assert_eq!(holder("person_wrote_on_the_phone"), wrote("phone app"));
    assert_eq!(holder("opened"), Holder::Person { agent: Some("Rosa".into()), wrote: false });
    assert_eq!(holder("status_changed_snoozed"), Holder::Person { agent: None, wrote: false });
    assert_eq!((holder("resolved"), holder("status_changed_pending")), (Holder::Bot, Holder::Bot));
}

#[test]
fn what_is_not_for_the_bot_is_ignored_with_its_reason() {
    for (name, why) in [
        ("own_message", "own_message"),
        ("note", "private_note"),
        ("by_rule", "program_message"),
        ("greeting", "message_kind"),
        ("in_other_inbox", "other_inbox"),
        ("in_other_account", "other_account"),
        ("conversation_created", "conversation_event"),
        ("status_changed_later", "conversation_event"),
        ("webwidget_triggered", "unknown_event"),
        ("changed_before_it_left", "status_kind"),
    ] {
        assert_eq!(read(&body(name)), [Inbound::Ignored { why }], "{name}");
    }
    for name in ["no_event", "no_inbox", "no_conversation_number", "in_nobody"] {
        let seen = read(&body(name));
        assert!(matches!(seen.as_slice(), [Inbound::Dead { sender: Some(SENDER), .. }]), "{name}: {seen:?}");
    }
}

#[test]
fn a_status_is_told_of_the_newest_message_and_a_failure_of_each() {
    for (name, state) in [
        ("status_sent", DeliveryState::Sent),
        ("status_delivered", DeliveryState::Delivered),
        ("status_read", DeliveryState::Read),
        ("status_failed", DeliveryState::Failed),
        ("status_failed_older", DeliveryState::Failed),
    ] {
        let seen = status(name);
        assert_eq!((seen.provider_id.as_str(), seen.state, seen.ours), ("902", state, None), "{name}");
    }
    let provider = provider(Kind::Chatwoot, "https://chat.example");
    let next = |name: &str| provider.judge(&status(name).error.unwrap());
    assert_eq!(next("status_failed"), Next::WindowClosed);
    assert!(matches!(next("status_failed_older"), Next::TemplateUnusable { .. }));
}

#[test]
fn an_old_signature_and_a_foreign_secret_are_refused_and_an_older_version_shows_its_secret() {
    let provider = provider(Kind::Chatwoot, "https://chat.example");
    let (body, now) = (body("in_text"), NOW.0 / 1_000);
    let told = |posted: &Posted| receive(provider.as_ref(), posted);
    for at in [now - 300, now, now + 300] {
        assert!(told(&signed(&body, "sec-1", at)).is_ok(), "{at}");
    }
    let bad = [signed(&body, "sec-1", now - 301), signed(&body, "sec-1", now + 301), signed(&body, "sec-2", now)];
    for posted in bad {
        assert_eq!(told(&posted), Err(Rejected::BadSignature));
    }
    let shown = |path: &str| Posted { path: path.into(), headers: Vec::new(), body: body.to_string() };
    assert!(told(&shown("/webhooks/chatwoot/7?secret=sec-1")).is_ok());
    for path in ["/webhooks/chatwoot/7", "/webhooks/chatwoot/7?secret=", "/webhooks/chatwoot/7?secret=sec-2"] {
        assert_eq!(told(&shown(path)), Err(Rejected::BadSignature), "{path}");
    }
    // With a signature the secret in the address does not count.
    let both = Posted { path: "/webhooks/chatwoot/7?secret=sec-1".into(), ..signed(&body, "sec-2", now) };
    assert_eq!(told(&both), Err(Rejected::BadSignature));
}

async fn sent(content: Content) -> Value {
    let platform = Platform::start(Kind::Chatwoot).await;
    provider(Kind::Chatwoot, &platform.base).send(&client(), &outgoing(content)).await.unwrap();
    let asked = platform.sent().remove(0);
    assert_eq!(asked.path, "/api/v1/accounts/7/conversations/41/messages");
    assert_eq!(asked.headers["api-access-token"], "tok-1");
    asked.json()
}

#[tokio::test]
async fn options_and_templates_have_the_form_that_chatwoot_reads() {
    let buttons = vec![Button { id: "b1".into(), title: "Yes".into() }];
    let asked = sent(Content::Buttons { body: "*Sure?*".into(), buttons, media: None, edges: Edges::default() }).await;
    assert_eq!((&asked["content"], &asked["private"]), (&json!("**Sure?**"), &json!(false)));
    assert_eq!(asked["content_attributes"], json!({"items": [{"title": "Yes", "value": "b1"}]}));
    let rows = vec![Row { id: "r1".into(), title: "Mon".into(), description: Some("at 9".into()) }];
    let list = sent(Content::List { body: "When?".into(), button: "See".into(), rows, edges: Edges::default() }).await;
    assert_eq!(list["content"], "When?\n\n• Mon – at 9");
    assert_eq!(list["content_attributes"], json!({"items": [{"title": "Mon", "value": "r1"}]}));
    let file = Media {
        kind: MediaKind::Document,
        url: "https://files.example/b.pdf".into(),
        filename: Some("Bill.pdf".into()),
    };
    let template = sent(Content::Template(TemplateMessage {
        name: "bill".into(),
        language: Some("pt_BR".into()),
        header: Some(HeaderValue::Media(file)),
        body: Parameters::Named([("name".to_owned(), "Ana".to_owned())].into()),
        buttons: vec![ButtonValue::AsApproved, ButtonValue::UrlSuffix("x/1".into())],
        ttl: None,
        reference: None,
        parts: Default::default(),
    }))
    .await;
    assert_eq!(template["content"], "[bill] Ana");
    assert_eq!(
        template["template_params"],
        json!({"name": "bill", "language": "pt_BR", "processed_params": {
            "body": {"name": "Ana"},
            "header": {"media_url": "https://files.example/b.pdf", "media_type": "document", "media_name": "Bill.pdf"},
            "buttons": [{}, {"type": "url", "parameter": "x/1"}],
        }})
    );
}

#[tokio::test]
async fn refusals_of_chatwoot_have_their_next_act() {
    let platform = Platform::start(Kind::Chatwoot).await;
    let provider = provider(Kind::Chatwoot, &platform.base);
    let rejected = |why| Next::Rejected { why };
    for (status, said, next) in [
        (401, "Invalid Access Token", Next::Misconfigured),
        (401, "Bot is not authorized to access this account", Next::Misconfigured),
        (402, "Account limit exceeded", Next::PauseSender { what: PauseScope::Everything, after: None }),
        (404, "Resource could not be found", rejected(RefusalCause::Recipient)),
        (422, "Validation failed: Too many messages", Next::RetryPair { after: None }),
        (422, "Validation failed: Content is too long", rejected(RefusalCause::Request)),
        (429, "Retry later", Next::Retry { after: None }),
        (500, "Internal server error", Next::Ambiguous),
    ] {
        platform.fail_next(Fault::Says(status, "", json!({"error": said}).to_string()));
        let error = provider.send(&client(), &outgoing(text("Olá"))).await.unwrap_err();
        assert_eq!((error.next, error.text.as_str()), (next, said), "{status}");
    }
}

#[tokio::test]
async fn without_a_conversation_nothing_leaves() {
    let platform = Platform::start(Kind::Chatwoot).await;
    let provider = provider(Kind::Chatwoot, &platform.base);
    for number in [None, Some("../../profile".to_owned()), Some(String::new())] {
        let message = Outgoing { number, ..outgoing(text("Olá")) };
        let error = provider.send(&client(), &message).await.unwrap_err();
        assert_eq!(error.code, "no_conversation");
        assert_eq!(error.next, Next::Rejected { why: RefusalCause::Recipient });
    }
    assert!(platform.asked().is_empty());
}

#[tokio::test]
async fn the_token_is_checked_by_a_conversation_that_nobody_has() {
    for (status, said, grade) in [
        (404, "Resource could not be found", Grade::Good),
        (401, "Access to this endpoint is not authorized for bots", Grade::Good),
        (401, "Bot is not authorized to access this account", Grade::Bad),
        (401, "Invalid Access Token", Grade::Bad),
    ] {
        let platform = Platform::start(Kind::Chatwoot).await;
        platform.answer("/api/v1/accounts/7/conversations/0", status, json!({"error": said}));
        let checks = provider(Kind::Chatwoot, &platform.base).examine(&client(), SENDER).await;
        assert_eq!((checks[0].name, checks[0].grade), ("token", grade), "{said}: {checks:?}");
    }
}

const REMINDS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\n"),
    (
        "flows/book.yaml",
        "flow: book\nwhen:\n  - message: book\nsteps:\n  - say: Good\n  - wait: 1h\n  - say: Till tomorrow\n    \
         if_closed: {template: reminder, vars: [Ana, noon]}\n",
    ),
];

#[tokio::test]
async fn a_window_that_whatsapp_has_closed_brings_the_template() {
    let platform = Platform::start(Kind::Chatwoot).await;
    let running = Running::start(config(Kind::Chatwoot, &platform.base), REMINDS).await;
    running.hears("901", "book").await;
    platform.until_sent(1).await;
    running.app.queue.settled().await;
    running.pass(Span::hours(1)).await;
    platform.until_sent(2).await;
    running.app.queue.settled().await;
    // Chatwoot has taken the message, and WhatsApp refuses it behind its back.
    let mut failed = body("status_failed");
    failed["id"] = 902.into();
    let now = running.app.now().0 / 1_000;
    for _ in 0..2 {
        accept(&running.app, "chatwoot", &signed(&failed, "sec-1", now)).await;
        running.app.queue.settled().await;
    }
    let sent = platform.until_sent(3).await;
    running.app.queue.settled().await;
    assert_eq!(platform.sent().len(), 3, "{sent:#?}");
    assert_eq!(sent[2].json()["template_params"]["name"], "reminder");
    let rows = conversation::page(&running.app.store, ConversationId(i64::MAX), 5).await.unwrap();
    assert_eq!(rows[0].opened_at, None);
    running.app.stop(async {}).await;
}

#[tokio::test]
async fn an_answer_goes_into_the_conversation_of_the_newest_message() {
    let platform = Platform::start(Kind::Chatwoot).await;
    let running = Running::start(config(Kind::Chatwoot, &platform.base), REMINDS).await;
    let hears = |id: i64, talk: i64| {
        let mut event = body("in_text");
        (event["id"], event["content"], event["conversation"]["id"]) = (id.into(), "book".into(), talk.into());
        event["created_at"] = "2026-11-21T12:00:00.000Z".into();
        signed(&event, "sec-1", NOW.0 / 1_000)
    };
    for (id, talk, count) in [(901, 41, 1), (902, 57, 2)] {
        accept(&running.app, "chatwoot", &hears(id, talk)).await;
        let sent = platform.until_sent(count).await;
        assert!(sent[count - 1].path.ends_with(&format!("/conversations/{talk}/messages")), "{}", sent[count - 1].path);
        running.app.queue.settled().await;
    }
    running.app.stop(async {}).await;
}
