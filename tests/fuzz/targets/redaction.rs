//! Hides what belongs to a person or is secret. Input: a letter for the kind, then lines of text around the hidden word.

use super::{choice, text, within};
use std::{sync::LazyLock, time::Duration};
use transom_base::{
    ids::{OutboundId, SenderId},
    secret::Secret,
};
use transom_channel::{
    BoxFuture, HeaderMap, Http, HttpError, HttpRequest, HttpResponse, Outgoing, Provider,
    meta::{Meta, MetaSender},
    twilio::{Twilio, TwilioSender},
};
use transom_flow::{hide_numbers, show_numbers};
use transom_model::{
    content::Content,
    inbound::{Alias, AliasKind},
};

/// The same number in the spellings of people, and what must not be left of it.
const NUMBERS: [(&str, &str); 10] = [
    ("+34600111222", "600111222"),
    ("+34 600 11 12 22", "600111222"),
    ("0034 600-111-222", "600111222"),
    ("600 111 222", "600111222"),
    ("(600) 111.222", "600111222"),
    ("+1 (202) 555-0123", "2025550123"),
    ("４９１５１１２３４５６７８", "4915112345678"),
    ("4111 1111 1111 1111", "4111111111111111"),
    ("ES91 2100 0418 4502 0005 1332", "21000418450200051332"),
    ("ana.garcia@example.com", "ana.garcia@example"),
];
const ACCESS: &str = "EAAGm0PX4ZCpsBAKZCsecret";

pub fn run(data: &[u8]) {
    let Some((kind, rest)) = choice(data, 4) else { return };
    let Some((number, rest)) = choice(rest, NUMBERS.len()) else { return };
    let text = text(rest);
    match kind {
        0 => {
            let (before, after) = text.split_once('\n').unwrap_or((&text, ""));
            hidden(before, NUMBERS[number], after);
        }
        1 => shown_again(&text),
        2 => errors(&meta(), &text, number),
        _ => errors(&twilio(), &text, number),
    }
}

/// Nothing is left of a number between two texts that do not touch it.
fn hidden(before: &str, (number, left): (&str, &str), after: &str) {
    // A figure or a letter beside it would make another number.
    let touches = |c: char| c.is_alphanumeric() || !c.is_ascii() || "+-./()@_%".contains(c);
    if before.chars().any(touches_figures)
        || after.chars().any(touches_figures)
        || before.ends_with(touches)
        || after.starts_with(touches)
    {
        return;
    }
    let written = format!("{before} \n{number}\n {after}");
    let mut masked = Vec::new();
    let hidden = within(Duration::from_millis(200), "hiding", || hide_numbers(&written, &mut masked));
    let plain: String = hidden.chars().filter(|c| !" -.()/\u{a0}".contains(*c)).collect();
    assert!(!plain.contains(left) && !hidden.contains(number), "{number:?} is left in {hidden:?}");
    for word in &masked {
        assert!(written.contains(&word.word), "{:?} was never written", word.word);
    }
}

/// A text with other figures may join the number to a longer one, which is none.
fn touches_figures(c: char) -> bool {
    c.is_numeric() || c == '@'
}

/// Each mark stands for its word again, and hidden text has nothing to hide.
fn shown_again(text: &str) {
    if text.contains('‹') {
        return;
    }
    let mut masked = Vec::new();
    let hidden = within(Duration::from_millis(500), "hiding", || hide_numbers(text, &mut masked));
    let all: Vec<_> = masked
        .iter()
        .cloned()
        .map(|mut word| {
            word.returns = true;
            word
        })
        .collect();
    assert_eq!(show_numbers(&hidden, &all), text, "a word came back in another place: {masked:?}");
    let known = masked.len();
    assert_eq!(hide_numbers(&hidden, &mut masked), hidden, "something was left to hide");
    assert_eq!(masked.len(), known);
}

/// A platform that answers with any bytes.
struct Server {
    status: u16,
    body: Vec<u8>,
}

impl Http for Server {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        let answer =
            HttpResponse { status: self.status, headers: HeaderMap::new(), body: self.body.clone(), cut: false };
        // As the client does with each answer.
        Box::pin(std::future::ready(Ok(answer.without_credentials(&request.auth))))
    }
}

static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));

fn meta() -> Meta {
    Meta::new(vec![MetaSender {
        id: SenderId(7),
        phone: "+351210000001".to_owned(),
        phone_number_id: "106540352242922".to_owned(),
        waba_id: "102290129340398".to_owned(),
        access_token: Secret::new(ACCESS),
        token_header: None,
        app_secrets: vec![Secret::new("app-secret")],
        verify_token: Secret::new("verify"),
        api_base: "https://graph.example".to_owned(),
        api_version: "v24.0".to_owned(),
    }])
}

fn twilio() -> Twilio {
    let sender = TwilioSender {
        id: SenderId(7),
        phone: "+351210000001".to_owned(),
        account_sid: "AC1".to_owned(),
        auth_tokens: vec![Secret::new(ACCESS)],
        webhook_secrets: Vec::new(),
        messaging_service_sid: None,
        api_base: "https://api.example".to_owned(),
        content_base: "https://content.example".to_owned(),
        messaging_base: "https://messaging.example".to_owned(),
    };
    Twilio::new(vec![sender], "https://bot.example")
}

/// Reads the answer of a platform to a send: no error of ours repeats the token or the numbers, and a receipt has an id.
fn errors(provider: &dyn Provider, body: &str, status: usize) {
    let message = Outgoing {
        id: OutboundId(5),
        sender: SenderId(7),
        to: vec![Alias { kind: AliasKind::Phone, value: "351960000111".to_owned() }],
        content: Content::Text { body: "Hello".to_owned() },
        reply_to: None,
        direct: false,
        number: None,
        file: None,
    };
    let status = [200, 201, 400, 401, 403, 404, 429, 500, 503, 302][status];
    // A server that repeats the secret and both numbers wherever the input says so.
    let body = body.replace("TOKEN", ACCESS).replace("THEIRS", "351960000111").replace("OURS", "351210000001");
    let server = Server { status, body: body.into_bytes() };
    let send = || RUNTIME.block_on(provider.send(&server, &message));
    match within(Duration::from_millis(500), "an answer of a platform", send) {
        Ok(receipt) => {
            assert!(
                !receipt.provider_id.as_str().is_empty() && receipt.provider_id.as_str().len() <= 512,
                "{receipt:?}"
            );
        }
        Err(error) => {
            let said = format!("{} {}", error.code, error.text);
            assert!(!said.contains(ACCESS), "the token is told: {said}");
            assert!(!said.contains('\0') && error.code.len() <= 100, "{said:?}");
            assert!(error.text.chars().count() <= 2_000, "an error of {} letters", error.text.chars().count());
        }
    }
}
