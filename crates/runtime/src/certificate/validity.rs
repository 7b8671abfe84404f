//! Reads from a certificate when it counts, and whether it is its own issuer (RFC 5280 4.1). rustls checks certificates of
//! others, and says nothing of its own.

use crate::base::time::Time;
use der::{
    Decode as _, Reader as _, SliceReader, Tag, Tagged as _,
    asn1::{AnyRef, GeneralizedTime, UtcTime},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    pub begins: Time,
    pub ends: Time,
    pub is_self_signed: bool,
}

impl Validity {
    /// `None` if the bytes are no certificate.
    pub fn of(certificate: &[u8]) -> Option<Validity> {
        let whole = AnyRef::from_der(certificate).ok()?;
        let signed = *parts(whole)?.first()?;
        let fields = parts(signed)?;
        // The version, `[0]`, is missing in certificates of version 1.
        let is_version = fields.first().is_some_and(|first| first.tag().is_context_specific());
        let [_serial, _algorithm, issuer, validity, subject, ..] = &fields[usize::from(is_version)..] else {
            return None;
        };
        let [begins, ends] = parts(*validity)?[..] else { return None };
        Some(Validity { begins: time(begins)?, ends: time(ends)?, is_self_signed: issuer == subject })
    }
}

/// The values in a sequence.
fn parts(sequence: AnyRef<'_>) -> Option<Vec<AnyRef<'_>>> {
    if sequence.tag() != Tag::Sequence {
        return None;
    }
    let mut reader = SliceReader::new(sequence.value()).ok()?;
    let mut parts = Vec::new();
    while !reader.is_finished() {
        parts.push(AnyRef::decode(&mut reader).ok()?);
    }
    Some(parts)
}

fn time(value: AnyRef<'_>) -> Option<Time> {
    let since_1970 = match value.tag() {
        Tag::UtcTime => value.decode_as::<UtcTime>().ok()?.to_unix_duration(),
        Tag::GeneralizedTime => value.decode_as::<GeneralizedTime>().ok()?.to_unix_duration(),
        _ => return None,
    };
    Some(Time(i64::try_from(since_1970.as_millis()).ok()?))
}
