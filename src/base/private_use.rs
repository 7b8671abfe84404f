//! Removes characters of Unicode's private use areas from foreign texts. They have no public meaning, and our own
//! texts use some as markers, which must not be confused with foreign input.

pub fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// The text without private-use characters.
pub fn without(text: &str) -> String {
    text.chars().filter(|c| !is_private_use(*c)).collect()
}

/// Removes private-use characters from a text.
pub fn strip(text: &mut String) {
    if text.chars().any(is_private_use) {
        *text = without(text);
    }
}

/// Removes private-use characters from all texts and keys of a JSON value.
pub fn strip_json(json: &mut serde_json::Value) {
    use serde_json::Value as Json;
    match json {
        Json::String(text) => strip(text),
        Json::Array(items) => items.iter_mut().for_each(strip_json),
        Json::Object(map) => {
            if map.keys().any(|name| name.chars().any(is_private_use)) {
                *map = std::mem::take(map).into_iter().map(|(name, value)| (without(&name), value)).collect();
            }
            map.values_mut().for_each(strip_json);
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
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
        let mut json = serde_json::json!({"a\u{E000}": ["\u{E000}secret:A\u{E000}", 1, {"b": "\u{E001}"}]});
        strip_json(&mut json);
        assert_eq!(json, serde_json::json!({"a": ["secret:A", 1, {"b": ""}]}));
    }
}
