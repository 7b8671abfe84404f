//! Replaces lone surrogates in the JSON of an item: a platform that cuts a text may leave half an emoji.

use super::receive::Malformed;
use crate::model::inbound::Inbound;

/// Parses an item; on an error parses it again with lone surrogates (`\ud83d`, left by a cut text) replaced, so that
/// the message is not lost for half an emoji.
pub fn mended(raw: &str, read: impl Fn(&str) -> Result<Inbound, Malformed>) -> Result<Inbound, Malformed> {
    let first = read(raw);
    if first.is_ok() || !raw.contains("\\u") {
        return first;
    }
    match mend_surrogates(raw) {
        Some(whole) => read(&whole),
        None => first,
    }
}

/// `None` if there is no lone surrogate.
fn mend_surrogates(raw: &str) -> Option<String> {
    let code = |at: usize| {
        let hex = raw.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(hex, 16).ok()
    };
    let mut out = String::with_capacity(raw.len());
    let (mut at, mut copied, mut found) = (0, 0, false);
    let bytes = raw.as_bytes();
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let unit = code(at);
        let high = unit.is_some_and(|u| (0xD800..0xDC00).contains(&u));
        let low = |u: Option<u16>| u.is_some_and(|u| (0xDC00..0xE000).contains(&u));
        if high && low(code(at + 6)) {
            at += 12;
        } else if high || low(unit) {
            out.push_str(&raw[copied..at]);
            out.push_str("\\ufffd");
            at += 6;
            copied = at;
            found = true;
        } else {
            at += 2;
        }
    }
    out.push_str(raw.get(copied..)?);
    found.then_some(out)
}
