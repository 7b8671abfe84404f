//! Removes characters of Unicode's private use areas from foreign texts. They have no public meaning, and our own
//! texts use some as markers, which must not be confused with foreign input.

use memchr::{memchr, memchr_iter, memchr3};
use std::borrow::Cow;

pub fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// The text without private-use characters.
pub fn without(text: &str) -> String {
    text.chars().filter(|c| !is_private_use(*c)).collect()
}

/// Stands for a text of which nothing is left, so that it still shows that something was written.
const SOMETHING: &str = "\u{FFFD}";

/// A foreign text without private-use characters. A text of nothing else becomes U+FFFD.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_private_use) {
        return Cow::Borrowed(text);
    }
    let plain = without(text);
    Cow::Owned(if plain.is_empty() { SOMETHING.to_owned() } else { plain })
}

/// JSON text without private-use characters in its texts and keys, written as they are or as escapes (`\uE000`). A text
/// of nothing else becomes U+FFFD. Text that is no JSON stays no JSON.
pub fn plain_json(json: &str) -> Cow<'_, str> {
    if !may_hold(json.as_bytes()) {
        return Cow::Borrowed(json);
    }
    let mut plain = String::with_capacity(json.len());
    // Where the current text began, and whether something was removed from it.
    let (mut began, mut removed) = (None, false);
    let mut rest = json;
    while let Some(next) = rest.chars().next() {
        let (c, length) = match next {
            '\\' => escaped(rest),
            c => (c, c.len_utf8()),
        };
        if is_private_use(c) {
            removed = true;
        } else if next == '"' {
            if removed && began == Some(plain.len()) {
                plain.push_str(SOMETHING);
            }
            plain.push('"');
            (began, removed) = (began.is_none().then_some(plain.len()), false);
        } else {
            plain.push_str(&rest[..length]);
        }
        rest = &rest[length..];
    }
    Cow::Owned(plain)
}

/// Quick check for most bodies: the first byte of such a character in UTF-8, or the first digits of its escape.
fn may_hold(json: &[u8]) -> bool {
    let begins = |rest: &[u8]| {
        matches!(rest, [b'\\', b'u', b'e' | b'E' | b'f' | b'F', ..] | [b'\\', b'u', b'd' | b'D', b'b' | b'B', ..])
    };
    memchr3(0xEE, 0xEF, 0xF3, json).is_some()
        || memchr(0xF4, json).is_some()
        || memchr_iter(b'\\', json).any(|at| begins(&json[at..]))
}

/// The character of an escape at the beginning of the text, and the length of the escape. An escape of another kind
/// gives the backslash and the length of both characters.
fn escaped(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    let Some(first) = unit(0) else {
        return ('\\', 1 + text[1..].chars().next().map_or(0, char::len_utf8));
    };
    let pair = [first, unit(6).unwrap_or_default()];
    match char::decode_utf16(pair).next() {
        Some(Ok(c)) if c.len_utf16() == 2 => (c, 12),
        Some(Ok(c)) => (c, 6),
        // Half a pair: the parser decides about it.
        Some(Err(_)) | None => ('\\', 6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_private_use_is_taken_out() {
        for c in ['\u{E000}', '\u{F8FF}', '\u{F0000}', '\u{FFFFD}', '\u{100000}', '\u{10FFFD}'] {
            assert_eq!(without(&format!("a{c}b")), "ab", "{c:?}");
        }
        for c in ['\u{D7FF}', '\u{F900}', '\u{1F600}', '\u{FFFD}', 'ñ', '日'] {
            assert_eq!(without(&format!("a{c}b")), format!("a{c}b"));
        }
    }

    #[test]
    fn json_loses_them_as_characters_and_as_escapes() {
        for (given, left) in [
            (r#"{"a":"x\uE000y"}"#, r#"{"a":"xy"}"#),
            (r#"{"a":"x\ue000y\uF8ff"}"#, r#"{"a":"xy"}"#),
            (r#"{"a":"\udb80\udc00b\udbff\udffd"}"#, r#"{"a":"b"}"#),
            ("{\"a\u{E000}\":\"\u{F0000}x\"}", r#"{"a":"x"}"#),
            ("{\"a\":\"\u{E000}\"}", "{\"a\":\"\u{FFFD}\"}"),
            (r#"["\ue000","","\ue000\ue001"]"#, "[\"\u{FFFD}\",\"\",\"\u{FFFD}\"]"),
            // A written backslash is no escape, and an emoji stays.
            (r#"["\\ue000","\"\ue000","\ud83d\ude00","\uff01"]"#, r#"["\\ue000","\"","\ud83d\ude00","\uff01"]"#),
            (r#"["\udb80","\udc00x","\u"#, r#"["\udb80","\udc00x","\u"#),
            ("\\", "\\"),
        ] {
            assert_eq!(plain_json(given), left, "{given}");
        }
    }

    proptest::proptest! {
        #[test]
        fn cleaned_json_is_the_json_of_the_cleaned_texts(text in r#"[a"\\ue0\u{E000}\u{F8FF}\u{F0000}😀\n]{0,12}"#) {
            for json in [serde_json::json!([text]).to_string(), escapes(&text)] {
                let read: Vec<String> = serde_json::from_str(&plain_json(&json)).unwrap();
                proptest::prop_assert_eq!(&read[0], &plain(&text));
            }
        }
    }

    fn escapes(text: &str) -> String {
        let units: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        format!("[\"{}\"]", units.concat())
    }
}
