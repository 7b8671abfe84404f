//! Parses Meta's webhook: the signature over the raw bytes, and the text messages.

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use std::borrow::Cow;

/// A text of a contact.
pub struct Message {
    pub id: String,
    pub from: String,
    pub text: String,
}

/// True if `header` (`sha256=<hex>`) is the body's signature; the crate compares in constant time.
pub fn verify(secret: &[u8], body: &[u8], header: &[u8]) -> bool {
    let Some(hex) = header.strip_prefix(b"sha256=").filter(|hex| hex.len() == 64) else { return false };
    let mut given = [0u8; 32];
    for (byte, pair) in given.iter_mut().zip(hex.chunks_exact(2)) {
        let digit = |c: u8| (c as char).to_digit(16);
        let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else { return false };
        *byte = (high * 16 + low) as u8;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(body);
    mac.verify_slice(&given).is_ok()
}

/// The text messages of a webhook; statuses are ignored.
pub fn messages(body: &[u8]) -> Result<Vec<Message>, serde_json::Error> {
    let hook: Hook<'_> = serde_json::from_slice(body)?;
    let values = hook.entry.into_iter().flat_map(|entry| entry.changes).map(|change| change.value);
    Ok(values
        .flat_map(|value| value.messages)
        .filter_map(|message| {
            let text = message.text?.body.into_owned();
            Some(Message { id: message.id.into_owned(), from: message.from.into_owned(), text })
        })
        .collect())
}

#[derive(Deserialize)]
struct Hook<'a> {
    #[serde(borrow)]
    entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    changes: Vec<Change<'a>>,
}

#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow)]
    value: Value<'a>,
}

#[derive(Deserialize)]
struct Value<'a> {
    #[serde(borrow, default)]
    messages: Vec<Raw<'a>>,
}

#[derive(Deserialize)]
struct Raw<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    from: Cow<'a, str>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    body: Cow<'a, str>,
}
