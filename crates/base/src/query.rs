//! Parses and encodes query strings.

/// The decoded pairs of `a=1&b=two+words`; invalid UTF-8 becomes the replacement character.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// The last value of a name, as in the frameworks of other products.
pub fn value(query: &str, name: &str) -> Option<String> {
    pairs(query).into_iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Percent-encodes a value for a query.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Decodes a part of a path, in which a plus is literal.
pub fn unescaped(text: &str) -> String {
    decode(&text.replace('+', "%2B"))
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while place < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[place], hex(place + 1), hex(place + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                place += 3;
            }
            (b'+', ..) => {
                out.push(b' ');
                place += 1;
            }
            (byte, ..) => {
                out.push(byte);
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_query_is_read_as_browsers_write_it() {
        assert_eq!(
            pairs("a=1&b=two+words&c=%2B34&d&&e=100%"),
            [
                ("a".into(), "1".into()),
                ("b".into(), "two words".into()),
                ("c".into(), "+34".into()),
                ("d".into(), String::new()),
                ("e".into(), "100%".to_owned()),
            ]
        );
        assert_eq!(value("a=1&a=2", "a").as_deref(), Some("2"));
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in ".*") {
            prop_assert_eq!(value(&format!("x={}", encode(&text)), "x"), Some(text));
        }
    }
}
