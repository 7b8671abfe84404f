//! Tests the requirements that every provider must meet, whatever its wire format.

use crate::platform::{ALL, Asked, Fault, Kind, Platform};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::{path::Path, sync::Arc};
use transom::{
    base::{
        clock::{Clock, ManualClock, SystemClock},
        ids::{ConversationId, OutboundId, SenderId},
        place::SourceFile,
        time::{Span, Time},
    },
    channel::{
        HeaderMap, HeaderName, Next, Outgoing, Provider, RawRequest, Receipt, RefusalCause, Rejected, SendError,
        checkup::Grade,
        client::{Client, install_crypto},
        imitation::{ImitatedEvent, Posted},
        meta::compose::{CustomerAction, CustomerEvent, News},
        upload::Upload,
    },
    model::{
        card::ContactCard,
        content::{Button, Content, Edges, Media, MediaKind, Row},
        inbound::{Alias, AliasKind, DeliveryState, Inbound, InboundKind},
        template::{Parameters, TemplateMessage},
    },
    runtime::{
        bot::source_files,
        config::Config,
        daemon::{app::App, boot::Setup},
        process::metrics::Metrics,
        senders::providers::providers,
    },
    store::{Options, Store, tables::conversation},
};

pub const SENDER: SenderId = SenderId(7);
pub const PERSON: &str = "351960000111";
/// 2026-11-21 12:00 UTC.
pub const NOW: Time = Time(1_795_262_400_000);

/// A configuration with one sender of this kind, whose platform is at `base`.
pub fn config(kind: Kind, base: &str) -> Config {
    let own = match kind {
        Kind::Meta => format!(
            "provider: meta, phone_number_id: \"700100\", waba_id: \"300200\", access_token: tok-1, app_secret: sec-1, \
             verify_token: v, api_base: \"{base}\""
        ),
        Kind::Twilio => {
            format!(
                "provider: twilio, account_sid: ACx1, auth_token: tok-1, api_base: \"{base}\", content_base: \"{base}\", \
                 messaging_base: \"{base}\""
            )
        }
        Kind::Autocalls => format!(
            "provider: autocalls, sender_id: 42, api_key: tok-1, webhook_secret: sec-1, inbound_token: in-1, \
             api_base: \"{base}\""
        ),
        Kind::Waplify => {
            format!("provider: waplify, api_key: tok-1, webhook_secret: sec-1, api_base: \"{base}\"")
        }
        Kind::Kapso => format!(
            "provider: kapso, phone_number_id: \"700100\", waba_id: \"300200\", api_key: tok-1, webhook_secret: sec-1, \
             api_base: \"{base}\""
        ),
        Kind::Chatwoot => {
            format!("provider: chatwoot, url: \"{base}\", account_id: 7, inbox: 5, token: tok-1, secret: sec-1")
        }
    };
    let text = format!(
        "public_url: https://bot.example\naccounts: [{{name: acme}}]\nsenders:\n  - {{id: {SENDER}, account: acme, \
         name: Support, phone: \"+351210000001\", rate: 1000/s, {own}}}\ntemplates:\n  - {{id: 45, sender: {SENDER}, name: reminder, \
         language: en, category: utility, status: approved, reference: \"45\", body: \"Hi {{{{1}}}}, till {{{{2}}}}.\"}}\n"
    );
    Config::parse(&SourceFile::new("config.yaml", text), Path::new(""), &|_| None)
        .unwrap_or_else(|all| panic!("{all:#?}"))
}

pub fn provider(kind: Kind, base: &str) -> Arc<dyn Provider> {
    let config = config(kind, base);
    let (mut providers, _) = providers(&config);
    providers.remove(config.senders[0].provider()).unwrap()
}

pub fn client() -> Client {
    Client::new(Arc::new(SystemClock), None)
}

pub fn phone(digits: &str) -> Alias {
    Alias { kind: AliasKind::Phone, value: digits.into() }
}

pub fn outgoing(content: Content) -> Outgoing {
    let (id, to) = (OutboundId(4711), vec![phone(PERSON)]);
    // Read by the platforms that take a file with its message, and that answer into a numbered conversation.
    let bytes = Arc::new(b"the bytes".to_vec());
    let file = content.media().map(|_| Upload { name: "x.png".into(), mime: "image/png".into(), bytes });
    let number = Some("41".into());
    Outgoing { id, sender: SENDER, to, content, reply_to: None, direct: false, number, file }
}

pub fn text(body: &str) -> Content {
    Content::Text { body: body.into() }
}

fn template() -> Content {
    Content::Template(TemplateMessage {
        name: "reminder".into(),
        language: Some("en".into()),
        header: None,
        body: Parameters::Positional(vec!["Ana".into(), "noon".into()]),
        buttons: vec![],
        ttl: None,
        reference: Some("45".into()),
        parts: Default::default(),
    })
}

async fn send(platform: &Platform, kind: Kind, content: Content) -> Result<Receipt, SendError> {
    provider(kind, &platform.base).send(&client(), &outgoing(content)).await
}

/// Gives a provider a webhook as if it came from outside.
pub fn receive(provider: &dyn Provider, posted: &Posted) -> Result<Vec<Inbound>, Rejected> {
    let (path, query) = posted.path.split_once('?').unwrap_or((&posted.path, ""));
    let mut headers = HeaderMap::new();
    for (name, value) in &posted.headers {
        headers.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    let sender = path.rsplit('/').next().and_then(|id| id.parse().ok()).map(SenderId);
    let body = posted.body.as_bytes();
    let request = RawRequest { method: "POST", query, headers: &headers, body, now: NOW, sender };
    provider.receive(&request).map(|items| items.into_iter().map(|item| item.what).collect())
}

fn act(what: CustomerEvent) -> CustomerAction {
    let from = phone(PERSON);
    CustomerAction {
        from,
        name: Some("Inês".into()),
        id: "wamid.IN1".into(),
        at: NOW,
        what,
        reply_to: Some("wamid.OUT1".into()),
    }
}

/// The webhook for an event, and its parsed item with the raw text.
fn told(provider: &dyn Provider, what: ImitatedEvent<'_>) -> (Posted, Inbound) {
    let posted = provider.imitate(SENDER, what).unwrap_or_else(|| panic!("{} tells it", provider.kind()));
    let mut items = receive(provider, &posted).unwrap();
    assert_eq!(items.len(), 1, "{}: {items:#?}", provider.kind());
    (posted, items.remove(0))
}

fn credentials(asked: &Asked) -> Option<&String> {
    ["authorization", "x-api-key", "api-access-token"].iter().find_map(|name| asked.headers.get(*name))
}

fn everything() -> Vec<Content> {
    let media = |kind| Media { kind, url: "https://files.example/x".into(), filename: None };
    let buttons =
        vec![Button { id: "b1".into(), title: "Sim".into() }, Button { id: "b2".into(), title: "Não".into() }];
    let rows = vec![Row { id: "r1".into(), title: "Hoje".into(), description: Some("às 19h".into()) }];
    let edges = Edges { header: Some("Mesa".into()), footer: None };
    let above = Some(media(MediaKind::Image));
    let mut all = vec![
        text("Olá"),
        text(&"palavra ".repeat(700)),
        Content::Buttons {
            body: "Vem?".into(),
            buttons: buttons.clone(),
            media: above.clone(),
            edges: Edges::default(),
        },
        Content::Buttons { body: "Vem?".into(), buttons, media: None, edges: edges.clone() },
        Content::List { body: "Quando?".into(), button: "Ver".into(), rows, edges },
        Content::Link {
            body: "Pague".into(),
            title: "Pagar".into(),
            url: "https://p.example/1".into(),
            media: above,
            edges: Edges::default(),
        },
        template(),
        Content::ContactCards { cards: vec![ContactCard { name: "Inês Silva".into(), ..ContactCard::default() }] },
    ];
    for kind in [MediaKind::Image, MediaKind::Audio, MediaKind::Video, MediaKind::Document, MediaKind::Sticker] {
        all.push(Content::Media { media: media(kind), caption: Some("veja".into()) });
    }
    all
}

#[tokio::test]
async fn a_text_is_taken_and_shows_whose_it_is() {
    for kind in ALL {
        let platform = Platform::start(kind).await;
        let receipt = send(&platform, kind, text("Olá")).await.unwrap();
        assert!(!receipt.provider_id.as_str().is_empty(), "{kind:?}");
        let sent = platform.sent();
        assert_eq!(sent.len(), 1, "{kind:?}");
        assert!(sent[0].body.contains("Ol"), "{kind:?}");
        assert!(credentials(&sent[0]).is_some(), "{kind:?}");
    }
}

#[tokio::test]
async fn every_content_is_carried_once_it_fits() {
    for kind in ALL {
        let platform = Platform::start(kind).await;
        let provider = provider(kind, &platform.base);
        for content in everything() {
            for part in provider.carries().fit(content).unwrap() {
                let taken = provider.send(&client(), &outgoing(part.clone())).await;
                assert!(taken.is_ok(), "{kind:?}: {part:?}: {taken:?}");
            }
        }
    }
}

#[tokio::test]
async fn no_bad_answer_is_taken_for_a_receipt() {
    for kind in ALL {
        let platform = Platform::start(kind).await;
        let cases = [
            (Fault::Html(200), Next::Ambiguous, "no_id"),
            (Fault::NoId, Next::Ambiguous, "no_id"),
            (Fault::Endless, Next::Ambiguous, "no_id"),
            (Fault::Cut, Next::Ambiguous, "connection_lost"),
            (Fault::Html(502), Next::Ambiguous, "http_502"),
            (Fault::Html(429), Next::Retry { after: None }, "http_429"),
            (Fault::Html(404), Next::Misconfigured, "http_404"),
            (Fault::Html(401), Next::Misconfigured, "http_401"),
            (Fault::Html(400), Next::Rejected { why: RefusalCause::Request }, "http_400"),
            (Fault::Says(200, "", "[1,2]".into()), Next::Ambiguous, "no_id"),
            (Fault::Says(503, "", "null".into()), Next::Ambiguous, "http_503"),
        ];
        for (fault, next, code) in cases {
            platform.fail_next(fault.clone());
            let error = send(&platform, kind, text("Olá")).await.expect_err("it was not taken");
            assert_eq!((error.next, error.code.as_str()), (next, code), "{kind:?}: {fault:?}");
            assert!(!error.text.contains("tok-1"), "{kind:?}: {error:?}");
        }
        assert!(send(&platform, kind, text("Olá")).await.is_ok(), "{kind:?}");
    }
}

#[tokio::test]
async fn no_secret_follows_a_redirect() {
    for kind in ALL {
        let (platform, elsewhere) = (Platform::start(kind).await, Platform::start(kind).await);
        platform.fail_next(Fault::Elsewhere(format!("{}/steal", elsewhere.base)));
        let error = send(&platform, kind, text("Olá")).await.unwrap_err();
        assert_eq!(error.next, Next::Misconfigured, "{kind:?}");
        assert!(elsewhere.asked().is_empty(), "{kind:?}");
    }
}

/// Questions that send no message: health, templates, the window, customers' messages.
#[tokio::test]
async fn no_bad_answer_to_a_question_is_believed() {
    for kind in ALL {
        let elsewhere = Platform::start(kind).await;
        let faults = [
            Fault::Html(200),
            Fault::Html(502),
            Fault::Endless,
            Fault::Cut,
            Fault::Says(200, "", "[1,2]".into()),
            Fault::Says(200, "", "null".into()),
            Fault::Says(200, "", "{\"data\": {\"a\": \"\\ud800\"}, \"templates\": 7}".into()),
            Fault::Elsewhere(format!("{}/steal", elsewhere.base)),
        ];
        for fault in faults {
            let platform = Platform::start(kind).await;
            platform.fail_questions(fault.clone());
            let (provider, client) = (provider(kind, &platform.base), client());
            // An empty catalogue would take every template out of use.
            let listed = provider.templates(&client, SENDER).await;
            assert!(listed.is_err(), "{kind:?}: {fault:?}: {listed:?}");
            let checks = provider.examine(&client, SENDER).await;
            assert!(checks.iter().any(|check| check.grade == Grade::Bad), "{kind:?}: {fault:?}: {checks:?}");
            let told = format!("{listed:?} {checks:?}");
            assert!(!told.contains("tok-1") && !told.contains("sec-1"), "{kind:?}: {told}");
            if let Some(asked) = provider.window(&client, SENDER, &[phone(PERSON)]) {
                assert!(!matches!(asked.await, Ok(Some(_))), "{kind:?}: {fault:?}");
            }
            let polled = provider.poll(&client, SENDER, NOW).await;
            assert!(
                polled.as_ref().is_err() || polled.as_ref().is_ok_and(|polled| polled.items.is_empty()),
                "{kind:?}: {polled:?}"
            );
        }
        assert!(elsewhere.asked().is_empty(), "{kind:?}: no secret follows a redirect");
    }
}

#[tokio::test]
async fn only_a_refused_connection_is_surely_not_sent() {
    for kind in ALL {
        // A port that was ours a moment ago, and nobody listens on now.
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let provider = provider(kind, &format!("http://{closed}"));
        let error = provider.send(&client(), &outgoing(text("Olá"))).await.unwrap_err();
        assert_eq!((error.next, error.code.as_str()), (Next::Retry { after: None }, "unreachable"), "{kind:?}");
    }
}

#[tokio::test]
async fn the_platform_says_when_to_come_back() {
    for kind in ALL {
        let platform = Platform::start(kind).await;
        let body = match kind {
            Kind::Meta | Kind::Kapso => json!({"error": {"code": 130429}}),
            Kind::Twilio => json!({"code": 20429}),
            Kind::Autocalls => json!({"message": "Too Many Attempts."}),
            Kind::Waplify => json!({"detail": "Rate limit exceeded. Limit: 100 requests per minute"}),
            Kind::Chatwoot => json!({"error": "Retry later"}),
        };
        platform.fail_next(Fault::Says(429, "retry-after: 8\r\n", body.to_string()));
        let error = send(&platform, kind, text("Olá")).await.unwrap_err();
        assert_eq!(error.next, Next::Retry { after: Some(Span::seconds(8)) }, "{kind:?}");
    }
}

/// The platforms that refuse a send when the window is closed. Chatwoot takes every message first, and tells the
/// refusal as a status.
fn refusing() -> impl Iterator<Item = Kind> {
    ALL.into_iter().filter(|kind| *kind != Kind::Chatwoot)
}

/// The platform's error for a closed window.
fn window_closed(kind: Kind) -> (u16, Json) {
    match kind {
        Kind::Chatwoot => unreachable!("it refuses by a status"),
        Kind::Meta | Kind::Kapso => (400, json!({"error": {"code": 131047, "message": "Re-engagement message"}})),
        Kind::Twilio => (400, json!({"code": 63016, "message": "outside the allowed window", "status": 400})),
        Kind::Autocalls => {
            let words = "The 24-hour messaging window is closed.";
            let session = json!({"is_open": false, "expired_at": "2026-11-20T10:00:00+00:00"});
            (403, json!({"success": false, "error": words, "error_code": "SESSION_EXPIRED", "session_status": session}))
        }
        Kind::Waplify => (
            403,
            json!({"detail": "Cannot send free-form message: The 24-hour customer service window \
            has expired. Last inbound message was at 2026-06-14T08:00:00+00:00. Use a template."}),
        ),
    }
}

/// The time of the window's opening in that error; `None` if it names none.
fn told_to_be_opened_at(kind: Kind) -> Option<Time> {
    let at = match kind {
        Kind::Meta | Kind::Kapso | Kind::Twilio | Kind::Chatwoot => return None,
        Kind::Autocalls => "2026-11-19T10:00:00Z",
        Kind::Waplify => "2026-06-14T08:00:00Z",
    };
    Some(Time(at.parse::<jiff::Timestamp>().unwrap().as_millisecond()))
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
async fn a_closed_window_corrects_our_record_and_the_template_goes_instead() {
    for kind in refusing() {
        let platform = Platform::start(kind).await;
        let running = Running::start(config(kind, &platform.base), REMINDS).await;
        running.hears("m1", "book").await;
        platform.until_sent(1).await;
        running.app.queue.settled().await;
        let (status, body) = window_closed(kind);
        platform.fail_next(Fault::Says(status, "", body.to_string()));
        running.pass(Span::hours(1)).await;
        let sent = platform.until_sent(3).await;
        let (refused, instead) = (&sent[1], &sent[2]);
        assert!(refused.body.contains("Till") && !instead.body.contains("Till"), "{kind:?}: {refused:?} {instead:?}");
        running.app.queue.settled().await;
        let rows = conversation::page(&running.app.store, ConversationId(i64::MAX), 5).await.unwrap();
        assert_eq!(rows[0].opened_at, told_to_be_opened_at(kind), "{kind:?}");
        running.app.stop(async {}).await;
    }
}

#[tokio::test]
async fn a_closed_window_is_understood() {
    for kind in refusing() {
        let platform = Platform::start(kind).await;
        let (status, body) = window_closed(kind);
        platform.fail_next(Fault::Says(status, "", body.to_string()));
        assert_eq!(send(&platform, kind, text("Olá")).await.unwrap_err().next, Next::WindowClosed, "{kind:?}");
    }
}

#[tokio::test]
async fn nobody_and_no_sender_are_said_before_anything_leaves() {
    for kind in ALL {
        let platform = Platform::start(kind).await;
        let provider = provider(kind, &platform.base);
        let mut message = outgoing(text("Olá"));
        message.to.clear();
        let error = provider.send(&client(), &message).await.unwrap_err();
        assert_eq!(
            (error.next, error.code.as_str()),
            (Next::Rejected { why: RefusalCause::Request }, "no_recipient"),
            "{kind:?}"
        );
        message.sender = SenderId(99);
        let error = provider.send(&client(), &message).await.unwrap_err();
        assert_eq!((error.next, error.code.as_str()), (Next::Misconfigured, "unknown_sender"), "{kind:?}");
        assert!(platform.asked().is_empty(), "{kind:?}");
    }
}

#[test]
fn a_message_comes_in_with_its_person() {
    for kind in ALL {
        let provider = provider(kind, "https://api.example");
        let (_, what) = told(provider.as_ref(), ImitatedEvent::Message(&act(CustomerEvent::Text("Olá\u{0}".into()))));
        let Inbound::Message { sender, message } = what else { panic!("{kind:?}: {what:?}") };
        assert_eq!((sender, message.from[0].clone()), (SENDER, phone(PERSON)), "{kind:?}");
        assert_eq!(message.kind, InboundKind::Text { body: "Olá\u{FFFD}".into() }, "{kind:?}");
        assert_eq!((message.at, message.name.as_deref()), (NOW, Some("Inês")), "{kind:?}");
        // Waplify tells one message under two ids, so the id is ours.
        let id = message.provider_id.as_str();
        assert!(id == "wamid.IN1" || (kind == Kind::Waplify && id.starts_with("waplify:")), "{kind:?}: {id}");
    }
}

#[test]
fn a_status_comes_in_with_its_message() {
    for kind in ALL {
        let provider = provider(kind, "https://api.example");
        let mut news = News {
            provider_id: "wamid.OUT9".into(),
            ours: Some(OutboundId(4711)),
            state: DeliveryState::Delivered,
            at: NOW,
            to: PERSON.into(),
            code: None,
        };
        let (_, what) = told(provider.as_ref(), ImitatedEvent::Status(&news));
        let Inbound::Status { sender, status } = what else { panic!("{kind:?}: {what:?}") };
        assert_eq!((sender, status.state, status.error), (SENDER, DeliveryState::Delivered, None), "{kind:?}");
        let ours = provider.carries().echoes_our_id.then_some(OutboundId(4711));
        assert_eq!((status.provider_id.as_str(), status.ours), ("wamid.OUT9", ours), "{kind:?}");
        (news.state, news.code) = (DeliveryState::Failed, Some(if kind == Kind::Twilio { 63016 } else { 131047 }));
        let (_, what) = told(provider.as_ref(), ImitatedEvent::Status(&news));
        let Inbound::Status { status, .. } = what else { panic!("{kind:?}: {what:?}") };
        let error = status.error.expect("it failed");
        assert_eq!(provider.judge(&error), Next::WindowClosed, "{kind:?}");
    }
}

#[test]
fn only_what_is_signed_comes_in() {
    for kind in ALL {
        let provider = provider(kind, "https://api.example");
        // An automation of Autocalls shows a token and cannot sign; its statuses are signed.
        let news = News {
            provider_id: "890".into(),
            ours: None,
            state: DeliveryState::Read,
            at: NOW,
            to: PERSON.into(),
            code: None,
        };
        let posted = provider.imitate(SENDER, ImitatedEvent::Status(&news)).unwrap();
        let refused =
            |posted: &Posted| assert_eq!(receive(provider.as_ref(), posted), Err(Rejected::BadSignature), "{kind:?}");
        assert!(receive(provider.as_ref(), &posted).is_ok(), "{kind:?}");
        refused(&Posted { headers: Vec::new(), ..posted.clone() });
        refused(&Posted { body: format!("{} ", posted.body), ..posted.clone() });
        let bent = posted.headers.iter().map(|(name, value)| (*name, value.replace(|c: char| c.is_ascii_digit(), "0")));
        refused(&Posted { headers: bent.collect(), ..posted.clone() });
        let foreign = Posted { path: format!("/webhooks/{}/99", provider.kind()), ..posted };
        assert_eq!(receive(provider.as_ref(), &foreign), Err(Rejected::UnknownSender), "{kind:?}");
    }
}

#[test]
fn a_dead_letter_is_read_again_as_it_came() {
    for kind in ALL {
        let provider = provider(kind, "https://api.example");
        let posted = provider.imitate(SENDER, ImitatedEvent::Message(&act(CustomerEvent::Text("Olá".into())))).unwrap();
        let first = receive(provider.as_ref(), &posted).unwrap();
        let again: Vec<Inbound> = provider.replay(&posted.body).into_iter().map(|item| item.what).collect();
        let id = |all: &[Inbound]| match all {
            [Inbound::Message { message, .. }] => message.provider_id.clone(),
            other => panic!("{kind:?}: {other:?}"),
        };
        assert_eq!(id(&first), id(&again), "{kind:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_break_a_reader(body in prop::collection::vec(any::<u8>(), 0..200)) {
        for kind in ALL {
            let text = String::from_utf8_lossy(&body).into_owned();
            for item in provider(kind, "https://api.example").replay(&text) {
                provider(kind, "https://api.example").replay(&item.raw);
            }
        }
    }

    /// However a body is damaged, there is an item for it, and it can be replayed.
    #[test]
    fn no_damage_makes_a_webhook_vanish(at in any::<prop::sample::Index>(), length in 0_usize..30, instead in ".{0,6}") {
        for kind in ALL {
            let provider = provider(kind, "https://api.example");
            let posted = provider.imitate(SENDER, ImitatedEvent::Message(&act(CustomerEvent::Text("Olá".into())))).unwrap();
            let mut body: Vec<char> = posted.body.chars().collect();
            let start = at.index(body.len());
            let end = (start + length).min(body.len());
            body.splice(start..end, instead.chars());
            let body: String = body.into_iter().collect();
            let items = provider.replay(&body);
            prop_assert!(!items.is_empty() || body.contains("[]"), "{kind:?}: {body}");
            for item in items {
                prop_assert!(!provider.replay(&item.raw).is_empty(), "{kind:?}: {}", item.raw);
            }
        }
    }
}

const FLOWS: &[(&str, &str)] = &[
    ("flows/_bot.yaml", "bot: Shop\nlanguage: en\ntimezone: UTC\n"),
    ("files/a.png", "the bytes of a picture"),
    (
        "flows/book.yaml",
        "flow: book\nwhen:\n  - message: book\nsteps:\n  - say: Look\n    media: https://files.example/a.png\n  \
         - ask: Which day?\n    as: day\n    options: [Monday, Tuesday, Wednesday, Thursday, Friday]\n  \
         - ask: Sure?\n    as: sure\n    options: [Yes, No]\n  - say: See you on ${day}\n  - wait: 30h\n  \
         - say: Till tomorrow\n    if_closed: {template: reminder, vars: [Ana, noon]}\n",
    ),
];

/// A daemon with the flows above and one sender at `platform`; the clock only moves when it is set.
pub struct Running {
    pub app: Arc<App>,
    pub clock: Arc<ManualClock>,
    pub provider: Arc<dyn Provider>,
    pub folder: tempfile::TempDir,
}

impl Running {
    pub async fn start(config: Config, files: &[(&str, &str)]) -> Running {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let url = format!("sqlite://{}", folder.path().join("t.db").display());
        let store = Store::open(&url, Options { durable: false, ..Options::default() }).await.unwrap();
        Running::on(store, folder, config).await
    }

    /// On this database, with the files in this folder.
    pub async fn on(store: Store, folder: tempfile::TempDir, config: Config) -> Running {
        install_crypto();
        let config = Config { bot: folder.path().to_owned(), ..config };
        let clock = Arc::new(ManualClock::new(NOW));
        let shared: Arc<dyn Clock> = clock.clone();
        let provider = providers(&config).0.remove(config.senders[0].provider()).unwrap();
        let setup = Setup {
            config,
            clock: shared.clone(),
            store,
            http: Arc::new(Client::new(shared, None)),
            files: source_files::read(folder.path()).unwrap(),
            calls: None,
            metrics: Metrics::new(),
            spans: Default::default(),
        };
        let (app, _) = App::start(setup).await.unwrap_or_else(|error| panic!("{error:?}"));
        Running { app, clock, provider, folder }
    }

    /// A next process on the same database.
    pub async fn again(self) -> Running {
        let clock: Arc<dyn Clock> = self.clock.clone();
        let setup = Setup {
            config: Config::clone(&self.app.config),
            clock: clock.clone(),
            store: self.app.store.clone(),
            http: Arc::new(Client::new(clock, None)),
            files: source_files::read(self.folder.path()).unwrap(),
            calls: None,
            metrics: Metrics::new(),
            spans: Default::default(),
        };
        let (app, _) = App::start(setup).await.unwrap_or_else(|error| panic!("{error:?}"));
        Running { app, ..self }
    }

    /// The customer writes; the platform posts it twice.
    pub async fn hears(&self, id: &str, words: &str) {
        let at = self.app.now();
        let act = CustomerAction { id: id.into(), at, reply_to: None, ..act(CustomerEvent::Text(words.into())) };
        let posted = self.provider.imitate(SENDER, ImitatedEvent::Message(&act)).unwrap();
        for _ in 0..2 {
            accept(&self.app, self.provider.kind(), &posted).await;
        }
    }

    pub async fn pass(&self, span: Span) {
        self.clock.set(self.app.now() + span);
        self.app.run_due().await.unwrap();
        self.app.queue.settled().await;
    }
}

/// The content of a request as a customer's phone shows it.
fn shown(kind: Kind, asked: &Asked) -> Json {
    match kind {
        Kind::Meta | Kind::Kapso => {
            let body = asked.json();
            body[body["type"].as_str().unwrap_or_default()].clone()
        }
        Kind::Waplify | Kind::Autocalls => asked.json(),
        // A form with a file is shown as it is.
        Kind::Chatwoot if !asked.body.starts_with('{') => json!({"form": asked.body}),
        Kind::Chatwoot => asked.json(),
        Kind::Twilio => {
            let value = |name: &str| asked.form(name).map_or(Json::Null, Json::from);
            json!({"message": value("Body"), "media_url": value("MediaUrl"), "template": value("ContentSid")})
        }
    }
}

/// True if it is a text with each option on a line of its own.
fn numbered(text: &Json, options: &[&str]) -> bool {
    let text = text.as_str().unwrap_or_default();
    options.iter().enumerate().all(|(n, title)| text.contains(&format!("\n{}. {title}", n + 1)))
}

/// A whole conversation: file, list, buttons, text, and a template after the window has closed. Content that the
/// platform does not support appears as text.
async fn a_flow_runs(kind: Kind) {
    let platform = Platform::start(kind).await;
    // Chatwoot takes the bytes of a file, which the test's network does not have.
    let own = |text: &str| match kind {
        Kind::Chatwoot => text.replace("https://files.example/a.png", "files/a.png"),
        Kind::Meta | Kind::Twilio | Kind::Kapso | Kind::Waplify | Kind::Autocalls => text.to_owned(),
    };
    let files: Vec<(&str, String)> = FLOWS.iter().map(|(path, text)| (*path, own(text))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let running = Running::start(config(kind, &platform.base), &files).await;
    let mut said = 0;
    for (words, more) in [("book", 2), ("2", 1), ("1", 1)] {
        running.hears(&format!("wamid.IN{said}"), words).await;
        said += more;
        platform.until_sent(said).await;
        running.app.queue.settled().await;
    }
    running.pass(Span::hours(31)).await;
    let sent = platform.until_sent(said + 1).await;
    running.app.queue.settled().await;
    assert_eq!(platform.sent().len(), said + 1, "nothing twice");
    running.app.stop(async {}).await;
    let seen: Vec<Json> = sent.iter().map(|asked| shown(kind, asked)).collect();
    let [file, list, buttons, text, template] = &seen[..] else { panic!("{seen:#?}") };
    let (days, url) = (["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "https://files.example/a.png");
    match kind {
        Kind::Meta | Kind::Kapso => {
            assert_eq!((&file["link"], &file["caption"]), (&json!(url), &json!("Look")));
            let rows = list["action"]["sections"][0]["rows"].as_array().unwrap();
            assert_eq!((&list["type"], rows.len()), (&json!("list"), 5), "{list}");
            let titles = buttons["action"]["buttons"].as_array().unwrap().iter().map(|one| &one["reply"]["title"]);
            assert_eq!(titles.collect::<Vec<_>>(), ["Yes", "No"]);
            assert_eq!(text["body"], "See you on Tuesday");
            assert_eq!((&template["name"], &template["language"]["code"]), (&json!("reminder"), &json!("en")));
        }
        Kind::Waplify => {
            assert_eq!((&file["media_url"], &file["caption"]), (&json!(url), &json!("Look")));
            assert!(numbered(&list["message"], &days), "it has no lists: {list}");
            let titles = buttons["buttons"]["reply_buttons"].as_array().unwrap().iter().map(|one| &one["title"]);
            assert_eq!(titles.collect::<Vec<_>>(), ["Yes", "No"]);
            assert_eq!(text["message"], "See you on Tuesday");
            assert_eq!(template["template_name"], "reminder");
        }
        Kind::Twilio => {
            assert_eq!((&file["media_url"], &file["message"]), (&json!(url), &json!("Look")));
            assert!(numbered(&list["message"], &days), "lists are content templates there: {list}");
            assert!(numbered(&buttons["message"], &["Yes", "No"]), "so are buttons: {buttons}");
            assert_eq!(text["message"], "See you on Tuesday");
            assert_eq!(template["template"], "45");
        }
        Kind::Chatwoot => {
            let form = file["form"].as_str().unwrap();
            assert!(
                form.contains("name=\"attachments[]\"; filename=\"a.png\"") && form.contains("the bytes of a picture")
            );
            assert!(form.contains("name=\"content\"\r\n\r\nLook"), "{form}");
            let items = list["content_attributes"]["items"].as_array().unwrap();
            let titles = items.iter().map(|one| &one["title"]);
            assert_eq!(titles.collect::<Vec<_>>(), days);
            assert_eq!(list["content_type"], "input_select");
            let items = buttons["content_attributes"]["items"].as_array().unwrap();
            assert_eq!(items.iter().map(|one| &one["title"]).collect::<Vec<_>>(), ["Yes", "No"]);
            assert!(items.iter().all(|one| one["value"].as_str().is_some_and(|value| !value.is_empty())), "{items:?}");
            assert_eq!(text["content"], "See you on Tuesday");
            assert_eq!(template["template_params"]["name"], "reminder");
            assert_eq!(template["template_params"]["processed_params"]["body"], json!({"1": "Ana", "2": "noon"}));
        }
        Kind::Autocalls => {
            let words = file["message"].as_str().unwrap();
            assert!(words.contains("Look") && words.contains(url), "a file is its address: {words}");
            assert!(numbered(&list["message"], &days), "{list}");
            assert!(numbered(&buttons["message"], &["Yes", "No"]), "{buttons}");
            assert_eq!(text["message"], "See you on Tuesday");
            assert_eq!((&template["template_id"], &template["variables"]["2"]), (&json!(45), &json!("noon")));
        }
    }
}

#[tokio::test]
async fn a_flow_runs_at_meta() {
    a_flow_runs(Kind::Meta).await;
}

#[tokio::test]
async fn a_flow_runs_at_twilio() {
    a_flow_runs(Kind::Twilio).await;
}

#[tokio::test]
async fn a_flow_runs_at_kapso() {
    a_flow_runs(Kind::Kapso).await;
}

#[tokio::test]
async fn a_flow_runs_at_waplify() {
    a_flow_runs(Kind::Waplify).await;
}

#[tokio::test]
async fn a_flow_runs_at_autocalls() {
    a_flow_runs(Kind::Autocalls).await;
}

#[tokio::test]
async fn a_flow_runs_at_chatwoot() {
    a_flow_runs(Kind::Chatwoot).await;
}

pub async fn accept(app: &Arc<App>, kind: &'static str, posted: &Posted) {
    let (path, query) = posted.path.split_once('?').unwrap_or((&posted.path, ""));
    let mut headers = HeaderMap::new();
    for (name, value) in &posted.headers {
        headers.insert(HeaderName::from_static(name), value.parse().unwrap());
    }
    let sender = path.rsplit('/').next().and_then(|id| id.parse().ok()).map(SenderId);
    let body = posted.body.as_bytes();
    let request = RawRequest { method: "POST", query, headers: &headers, body, now: app.now(), sender };
    app.ingest.accept(kind, &request).await.unwrap();
}
