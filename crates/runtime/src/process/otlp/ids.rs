//! Derives the ids of traces and spans from our numbers, and writes the `traceparent` of a call with them.

use crate::channel::spans::{Part, Spans};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt::Write as _;

/// The `traceparent` of a call that the span `part` of `trace` tells of; `None` where no traces are exported. A trace that
/// the sample leaves out has one, too: its flags tell the called server that nobody will see our part.
pub(crate) fn traceparent(spans: &Spans, key: &[u8], trace: i64, part: Part) -> Option<String> {
    let flags = u8::from(spans.samples(trace)?);
    Some(format!("00-{}-{}-{flags:02x}", hex(&trace_id(key, trace)), hex(&span_id(key, trace, part))))
}

pub(super) fn trace_id(key: &[u8], trace: i64) -> Vec<u8> {
    digest(key, &[0], trace)[..16].to_vec()
}

pub(super) fn span_id(key: &[u8], trace: i64, part: Part) -> Vec<u8> {
    let mut said = vec![match part {
        Part::Root => 1,
        Part::Turn { .. } => 2,
        Part::Send(_) => 3,
        Part::Leaf(_) => 4,
    }];
    match part {
        Part::Root => {}
        Part::Turn { conversation, turn } => {
            said.extend(conversation.to_be_bytes());
            said.extend(turn.to_be_bytes());
        }
        Part::Send(message) => said.extend(message.to_be_bytes()),
        Part::Leaf(number) => said.extend(number.to_be_bytes()),
    }
    digest(key, &said, trace)[..8].to_vec()
}

fn digest(key: &[u8], said: &[u8], trace: i64) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(b"otlp");
    mac.update(&trace.to_be_bytes());
    mac.update(said);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_has_the_form_of_the_w3c_and_says_whether_our_part_is_seen() {
        let header = |percent| traceparent(&Spans::queue(1, percent).0, b"key", 5, Part::Leaf(7)).unwrap();
        let (seen, unseen) = (header(100), header(0));
        let parts: Vec<&str> = seen.split('-').collect();
        assert_eq!((parts[0], parts[1].len(), parts[2].len(), parts[3]), ("00", 32, 16, "01"));
        assert!(
            seen.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
            "{seen}"
        );
        assert_eq!(unseen, format!("{}00", &seen[..seen.len() - 2]));
        assert_eq!(traceparent(&Spans::default(), b"key", 5, Part::Root), None);
    }
}
