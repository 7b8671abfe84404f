//! Reads untrusted JSON and texts without assuming their types.

use crate::{
    base::{
        ids::ProviderId,
        limits::{CONTACT_NAME_CHARS_MAX, PROVIDER_ID_BYTES_MAX},
        private_use,
        time::Time,
    },
    model::inbound::Alias,
};
use serde_json::Value;
use std::borrow::Cow;

/// The value at a path of keys and indexes (`transcript.0.content`).
pub fn part<'v>(json: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(json, |json, name| match json {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        json => json.get(name),
    })
}

/// A text that is not empty, or a number as text; see `whole`.
pub fn text(json: &Value, path: &str) -> Option<String> {
    match part(json, path)? {
        Value::String(text) => Some(whole(text)).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

pub fn flag(json: &Value, path: &str) -> bool {
    matches!(part(json, path), Some(Value::Bool(true)))
}

/// A number, also if it is given as text.
pub fn number(json: &Value, path: &str) -> Option<i64> {
    text(json, path)?.trim().parse().ok()
}

/// The text without characters of private use. U+0000 becomes U+FFFD, because Postgres cannot store it.
pub fn whole(text: &str) -> String {
    private_use::plain(text).replace('\0', "\u{FFFD}")
}

/// The text of a foreign body, from which every parser reads: UTF-8, without characters of private use in the texts of
/// its JSON. UTF-8 is validated in large blocks, which suffices for nearly all; repairing goes byte by byte.
pub fn text_of(body: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(body) {
        Ok(text) => private_use::plain_json(text),
        Err(_) => Cow::Owned(private_use::plain_json(&String::from_utf8_lossy(body)).into_owned()),
    }
}

/// Parses a phone or a user id, with or without the prefix `whatsapp:`.
pub fn alias(text: &str) -> Option<Alias> {
    let text = text.trim();
    Alias::read(text.strip_prefix("whatsapp:").unwrap_or(text))
}

/// The ids of one person without repetition, the phone first.
pub fn aliases<'t>(texts: impl IntoIterator<Item = Option<&'t str>>) -> Vec<Alias> {
    let mut found: Vec<Alias> = Vec::new();
    for alias in texts.into_iter().flatten().filter_map(alias) {
        if !found.contains(&alias) {
            found.push(alias);
        }
    }
    found.sort_by_key(|alias| alias.kind);
    found
}

/// The phone as the person's only id; empty if the text is no phone.
pub fn phones(text: Option<&str>) -> Vec<Alias> {
    text.and_then(Alias::phone).into_iter().collect()
}

/// An id that is short enough for an index and is not a sample's placeholder.
pub fn id(text: &str) -> Option<ProviderId> {
    let good = !text.is_empty() && text.len() <= PROVIDER_ID_BYTES_MAX && is_plain(text);
    good.then(|| ProviderId::from(text))
}

/// A person's name, cut to `CONTACT_NAME_CHARS_MAX` characters.
pub fn name(text: &str) -> String {
    whole(text).chars().take(CONTACT_NAME_CHARS_MAX).collect()
}

/// Seconds or milliseconds since 1970, distinguished by size, also with a fraction. Until 2100.
pub fn stamp(text: &str) -> Option<Time> {
    // Milliseconds below this are before autumn 2001, seconds above it after the year 33000.
    const MILLIS_FROM: i64 = 1_000_000_000_000;
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = whole.parse::<i64>().ok().filter(|number| *number > 0)?;
    let thousandths =
        || fraction.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    let millis = if number >= MILLIS_FROM { number } else { number * 1000 + thousandths() };
    (millis < YEAR_2100).then_some(Time(millis))
}

const YEAR_2100: i64 = 4_102_444_800_000;

/// An ISO 8601 time (UTC if it has no zone), or seconds or milliseconds. Between 1970 and 2100.
pub fn time(text: &str) -> Option<Time> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return stamp(text);
    }
    let zoned = text.parse::<jiff::Timestamp>().ok();
    let millis = match zoned {
        Some(at) => at.as_millisecond(),
        None => {
            let naive: jiff::civil::DateTime = text.parse().ok()?;
            naive.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()
        }
    };
    (1..YEAR_2100).contains(&millis).then_some(Time(millis))
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::inbound::AliasKind;
    use serde_json::json;

    #[test]
    fn a_part_is_found_by_its_path_whatever_its_type() {
        let json = json!({"a": [{"b": 7}, {"b": "x\u{0}"}], "c": "", "d": {"e": true}});
        assert_eq!(text(&json, "a.0.b").as_deref(), Some("7"));
        assert_eq!(text(&json, "a.1.b").as_deref(), Some("x\u{FFFD}"));
        assert_eq!(
            (text(&json, "c"), text(&json, "a"), text(&json, "a.9.b"), text(&json, "c.d")),
            (None, None, None, None)
        );
        assert_eq!((number(&json, "a.0.b"), flag(&json, "d.e")), (Some(7), true));
    }

    #[test]
    fn digits_are_a_phone_and_a_user_id_has_its_form() {
        let phone = |value: &str| Alias { kind: AliasKind::Phone, value: value.into() };
        for text in ["whatsapp:+15550100", "+15550100", "15550100", " 15550100 "] {
            assert_eq!(alias(text), Some(phone("15550100")), "{text}");
        }
        let bsuid = Alias { kind: AliasKind::Bsuid, value: "US.77".into() };
        assert_eq!(
            aliases([Some("whatsapp:US.77"), None, Some("15550100"), Some("+15550100")]),
            [phone("15550100"), bsuid]
        );
        for text in ["", "+", "whatsapp:", "<USER_ID>", "a b", "whatsapp:unknown"] {
            assert_eq!(alias(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_in_utc_and_a_number_is_seconds_or_milliseconds() {
        let noon = Time(1_781_524_800_000);
        for text in ["2026-06-15T12:00:00", "2026-06-15T12:00:00Z", "2026-06-15T14:00:00+02:00", "2026-06-15 12:00:00"]
        {
            assert_eq!(time(text), Some(noon), "{text}");
        }
        for text in ["1781524800", "1781524800000", " 1781524800 "] {
            assert_eq!(time(text), Some(noon), "{text}");
        }
        for (text, millis) in [
            ("1700000000.123", 1_700_000_000_123),
            ("1700000000.1", 1_700_000_000_100),
            ("1700000000.0", 1_700_000_000_000),
            ("1700000000.", 1_700_000_000_000),
            ("1700000000.9996", 1_700_000_000_999),
            ("1700000000123.75", 1_700_000_000_123),
            ("2023-11-14T22:13:20.123Z", 1_700_000_000_123),
        ] {
            assert_eq!(time(text), Some(Time(millis)), "{text}");
        }
        for text in [
            "",
            ".",
            ".5",
            "1700000000.1.2",
            "1700000000.-1",
            "1700000000.12e3",
            "soon",
            "1969-01-01T00:00:00",
            "2999-01-01T00:00:00Z",
            "2026-02-30T00:00:00",
            "0",
            "4102444800",
            "4102444800000",
            "99999999999999999999",
        ] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
