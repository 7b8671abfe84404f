//! Reads webhooks of all platforms. Input: a letter for the platform, a letter for the shape of the request, a line for
//! its headers, then the body.

use super::{choice, line, within};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{sync::LazyLock, time::Duration};
use transom_base::{
    ids::SenderId,
    limits::{CONTACT_NAME_CHARS_MAX, PROVIDER_ID_BYTES_MAX, USER_ID_CHARS_MAX},
    private_use::is_private_use,
    secret::Secret,
    time::Time,
};
use transom_channel::{
    HeaderMap, HeaderName, Provider, RawRequest, Rejected,
    autocalls::{Autocalls, AutocallsSender, Mapping},
    chatwoot::{ChatwootBot, ChatwootSender},
    kapso::{Kapso, KapsoSender},
    meta::{Meta, MetaSender},
    twilio::{Twilio, TwilioSender, signature},
    waplify::{Waplify, WaplifySender},
};
use transom_model::inbound::{Alias, AliasKind, Inbound, Item};

const NOW: Time = Time(1_780_000_000_000);
/// 2100-01-01
const TIME_MAX: Time = Time(4_102_444_800_000);
const SECRETS: [&str; 2] = ["first-secret-of-two", "second-secret-of-two"];
const TOKEN: &str = "token-of-an-automation";
const ADDRESS: &str = "https://bot.example/webhooks/twilio/7";
const OURS: SenderId = SenderId(7);
const OTHER: SenderId = SenderId(8);

type Mine = Box<dyn Provider>;

static PROVIDERS: LazyLock<[Mine; 6]> = LazyLock::new(|| {
    let chatwoot = Box::new(chatwoot());
    [
        Box::new(meta()) as Mine,
        Box::new(twilio()),
        Box::new(autocalls()),
        Box::new(waplify()),
        Box::new(kapso()),
        chatwoot,
    ]
});

fn secrets() -> Vec<Secret> {
    SECRETS.into_iter().map(Secret::new).collect()
}

/// Two numbers with a secret of their own each: an item counts only for the sender whose secret verified the body.
fn meta() -> Meta {
    let sender = |id, phone: &str, secret: &str| MetaSender {
        id,
        phone: format!("+{phone}"),
        phone_number_id: phone.to_owned(),
        waba_id: "300200100400500".to_owned(),
        access_token: Secret::new("access"),
        token_header: None,
        app_secrets: vec![Secret::new(secret)],
        verify_token: Secret::new("verify"),
        api_base: "https://graph.example".to_owned(),
        api_version: "v24.0".to_owned(),
    };
    Meta::new(vec![sender(OURS, "700100200300400", SECRETS[0]), sender(OTHER, "700100200300401", SECRETS[1])])
}

fn twilio() -> Twilio {
    let sender = TwilioSender {
        id: OURS,
        phone: "+351210000001".to_owned(),
        account_sid: "AC1".to_owned(),
        auth_tokens: secrets(),
        webhook_secrets: Vec::new(),
        messaging_service_sid: None,
        api_base: "https://api.example".to_owned(),
        content_base: "https://content.example".to_owned(),
        messaging_base: "https://messaging.example".to_owned(),
    };
    Twilio::new(vec![sender], "https://bot.example")
}

fn autocalls() -> Autocalls {
    Autocalls::new(vec![AutocallsSender {
        id: OURS,
        phone: "+351210000001".to_owned(),
        sender_id: 42,
        api_key: Secret::new("key"),
        webhook_secrets: secrets(),
        inbound_token: Secret::new(TOKEN),
        inbound: Mapping::default(),
        poll: None,
        api_base: "https://api.example".to_owned(),
    }])
}

fn waplify() -> Waplify {
    Waplify::new(vec![WaplifySender {
        id: OURS,
        phone: "+351210000001".to_owned(),
        api_key: Secret::new("key"),
        waba_phone_id: "9".to_owned(),
        webhook_secrets: secrets(),
        api_base: "https://api.example".to_owned(),
    }])
}

fn kapso() -> Kapso {
    Kapso::new(vec![KapsoSender {
        id: OURS,
        phone: "+351210000001".to_owned(),
        phone_number_id: "700100".to_owned(),
        waba_id: "300200100400500".to_owned(),
        api_key: Secret::new("key"),
        webhook_secrets: secrets(),
        api_base: "https://api.example".to_owned(),
        api_version: "v24.0".to_owned(),
    }])
}

fn chatwoot() -> ChatwootBot {
    ChatwootBot::new(vec![ChatwootSender {
        id: OURS,
        phone: "+351210000001".to_owned(),
        url: "https://chat.example".to_owned(),
        account: 7,
        inbox: 5,
        token: Secret::new("key"),
        secrets: secrets(),
    }])
}

pub fn run(data: &[u8]) {
    let Some((which, rest)) = choice(data, 6) else { return };
    let Some((shape, rest)) = choice(rest, 16) else { return };
    let (written, body) = line(rest);
    let provider = &*PROVIDERS[which];
    let method = if shape & 1 == 0 { "POST" } else { "GET" };
    // A query of Twilio may hold the digest of the body; without one the parameters are signed.
    let query = if shape & 2 == 0 { "" } else { written.as_str() };
    let sender = [Some(OURS), None, Some(SenderId(99)), Some(OTHER)][shape >> 2];
    let none = HeaderMap::new();
    let bare = RawRequest { method, query, headers: &none, body, now: NOW, sender };
    let named: &[&str] = &[
        "x-hub-signature-256",
        "x-signature-256",
        "x-webhook-signature",
        "x-twilio-signature",
        "x-chatwoot-signature",
    ];
    let timestamp = (NOW.0 / 1_000).to_string();

    provider.handshake(&bare);
    // The author of these bytes knows no secret.
    let mut claims = HeaderMap::new();
    claims.insert(HeaderName::from_static("x-chatwoot-timestamp"), timestamp.parse().expect("a number is a header"));
    for name in named.iter().chain(&["authorization", "x-webhook-event"]) {
        if let Ok(value) = written.parse() {
            claims.insert(HeaderName::from_static(name), value);
        }
    }
    let forged = RawRequest { headers: &claims, ..bare };
    let accepted = within(Duration::from_millis(500), "a forged webhook", || provider.receive(&forged)).is_ok();
    assert!(!accepted || knows(&written, body), "{} accepts {written:?}", provider.kind());
    let is_refused = provider.receive(&bare).is_err();
    assert!(is_refused || shows(query), "{} asks for no signature", provider.kind());

    let mut headers = HeaderMap::new();
    let digest = hex(SECRETS[0], body);
    for name in named {
        let value = match (*name, query.is_empty()) {
            ("x-twilio-signature", true) if method == "POST" => {
                let address = sender.map_or("https://bot.example/webhooks/twilio".to_owned(), |id| {
                    format!("https://bot.example/webhooks/twilio/{id}")
                });
                signature::of_form(&Secret::new(SECRETS[0]), &address, &String::from_utf8_lossy(body))
            }
            ("x-twilio-signature", _) => return,
            ("x-chatwoot-signature", _) => {
                let stamped = [timestamp.as_bytes(), b".", body].concat();
                format!("sha256={}", hex(SECRETS[0], &stamped))
            }
            // A batch of Kapso and its bare hex.
            ("x-webhook-signature", _) if provider.kind() == "kapso" => digest.clone(),
            _ => format!("sha256={digest}"),
        };
        headers.insert(HeaderName::from_static(name), value.parse().expect("a signature is a header"));
    }
    if let Ok(event) = written.parse() {
        headers.insert(HeaderName::from_static("x-webhook-event"), event);
    }
    headers.insert(HeaderName::from_static("x-chatwoot-timestamp"), timestamp.parse().expect("a number is a header"));
    let signed = RawRequest { headers: &headers, ..bare };
    let read = || within(Duration::from_secs(1), "a webhook", || provider.receive(&signed));
    let items = match read() {
        Ok(items) => items,
        Err(Rejected::UnknownSender) => return,
        Err(Rejected::BadSignature) => {
            assert!(provider.kind() != "meta" && sender != Some(OURS), "{} refuses its own signature", provider.kind());
            return;
        }
    };
    let again = read().expect("the same webhook");
    assert_eq!(format!("{items:?}"), format!("{again:?}"), "a webhook is read in two ways");
    for item in &items {
        check(provider, item);
    }

    // One other bit, and the same signature.
    let mut changed = body.to_vec();
    if let Some(last) = changed.last_mut() {
        *last ^= 1;
        let request = RawRequest { body: &changed, ..signed };
        // Two forms may have the same parameters.
        let same = provider.kind() == "twilio"
            && signature::of_form(&Secret::new(SECRETS[0]), ADDRESS, &String::from_utf8_lossy(body))
                == signature::of_form(&Secret::new(SECRETS[0]), ADDRESS, &String::from_utf8_lossy(&changed));
        assert!(same || provider.receive(&request).is_err(), "{} takes a changed body", provider.kind());
    }
}

/// True if the line is a signature of the body or the token, in any spelling.
fn knows(line: &str, body: &[u8]) -> bool {
    let line = line.to_ascii_lowercase();
    let stamped = [(NOW.0 / 1_000).to_string().as_bytes(), b".", body].concat();
    let signs = |secret: &&str| line.contains(&hex(secret, body)) || line.contains(&hex(secret, &stamped));
    SECRETS.iter().any(signs) || line.contains(TOKEN)
}

/// True if the address holds a secret, by which an older Chatwoot is known.
fn shows(query: &str) -> bool {
    SECRETS.iter().any(|secret| transom_base::query::value(query, "secret").as_deref() == Some(secret))
}

fn hex(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check(provider: &dyn Provider, item: &Item) {
    // The body was signed by the first secret, which at Meta is that of one of two numbers.
    let ours = item.what.sender().is_none_or(|sender| sender == OURS);
    assert!(ours, "an item for a sender whose secret did not sign it: {:?}", item.what);
    let id = |id: &str| assert!(!id.is_empty() && id.len() <= PROVIDER_ID_BYTES_MAX, "an id of {} bytes", id.len());
    let at = |at: Time| assert!(at > Time(0) && at < TIME_MAX, "the time {at:?}");
    match &item.what {
        Inbound::Message { message, .. } => {
            id(message.provider_id.as_str());
            message.reply_to.iter().for_each(|reply| id(reply.as_str()));
            at(message.at);
            assert!(!message.from.is_empty(), "a message of nobody");
            message.from.iter().for_each(check_alias);
            let names = [&message.name, &message.username].into_iter().flatten();
            names.for_each(|name| assert!(name.chars().count() <= CONTACT_NAME_CHARS_MAX, "the name {name:?}"));
            // A stored message is read again as it was.
            let json = serde_json::to_string(message).expect("a message is JSON");
            let read: transom_model::inbound::InboundMessage = serde_json::from_str(&json).expect("and is read again");
            assert_eq!(serde_json::to_string(&read).expect("JSON"), json);
            assert!(!json.chars().any(is_private_use), "{json}");
        }
        Inbound::Status { status, .. } => {
            id(status.provider_id.as_str());
            at(status.at);
        }
        Inbound::Echo { echo, .. } => {
            id(echo.provider_id.as_str());
            at(echo.at);
            echo.to.iter().for_each(check_alias);
        }
        Inbound::Assigned { contact, place, .. } => {
            assert!(place.bytes().all(|byte| byte.is_ascii_digit()) && !place.is_empty(), "the conversation {place:?}");
            contact.iter().for_each(check_alias);
        }
        Inbound::Preference { from, at: moment, .. } => {
            at(*moment);
            from.iter().for_each(check_alias);
        }
        Inbound::Identity { old, new, at: moment, .. } => {
            at(*moment);
            old.iter().chain(new).for_each(check_alias);
        }
        Inbound::Dead { .. } => {
            // An operator asks for it again: it is still there.
            let again = provider.replay(&item.raw);
            assert!(!again.is_empty(), "a dead letter becomes nothing: {:?}", item.raw);
        }
        Inbound::Template { .. } | Inbound::Account { .. } | Inbound::Ignored { .. } => {}
    }
}

fn check_alias(alias: &Alias) {
    let length = alias.value.len();
    let good = match alias.kind {
        AliasKind::Phone => length <= 15 && alias.value.bytes().all(|byte| byte.is_ascii_digit()),
        AliasKind::Bsuid => length <= USER_ID_CHARS_MAX + 7 && alias.value.contains('.'),
    };
    assert!(good && length > 0, "{alias:?}");
}
