//! Converts between bytes and the protocol's positions, which count UTF-16 units, and parses file URIs.

use crate::base::place::Place;
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    ops::Range,
    path::{Path, PathBuf},
};

/// The byte offset of a position. A position behind the end of its line is the end of the line.
pub fn offset(text: &str, position: &Value) -> usize {
    let number = |name: &str| usize::try_from(position[name].as_u64().unwrap_or(0)).unwrap_or(usize::MAX);
    let (line, column) = (number("line"), number("character"));
    let mut start = 0;
    for _ in 0..line {
        match text[start..].find('\n') {
            Some(end) => start += end + 1,
            None => return text.len(),
        }
    }
    let mut units = 0;
    for (at, c) in text[start..].char_indices() {
        if c == '\n' || (c == '\r' && text[start + at..].starts_with("\r\n")) || units + c.len_utf16() > column {
            return start + at;
        }
        units += c.len_utf16();
    }
    text.len()
}

/// The position of a byte offset.
pub fn position(text: &str, at: usize) -> Value {
    let before = &text[..at.min(text.len())];
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let line = before.matches('\n').count();
    let units: usize = before[start..].chars().map(char::len_utf16).sum();
    json!({"line": line, "character": units})
}

pub fn range(text: &str, bytes: &Range<usize>) -> Value {
    json!({"start": position(text, bytes.start), "end": position(text, bytes.end)})
}

/// The range of a place in the file that it was read from.
pub fn range_of(place: &Place) -> Value {
    range(place.file().text(), &place.range())
}

/// The path of a URI; `None` if it is not a file.
pub fn path_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // The host between the slashes is always this machine.
    let path = &rest[rest.find('/')?..];
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |digit: Option<&u8>| digit.and_then(|digit| char::from(*digit).to_digit(16));
        match (first, hex(tail.first()), hex(tail.get(1))) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    // On Windows the path is `/C:/bot`.
    let drive = path.as_bytes().get(2) == Some(&b':') && path.as_bytes()[1].is_ascii_alphabetic();
    Some(PathBuf::from(if drive { &path[1..] } else { path.as_str() }))
}

pub fn uri_of(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let mut uri = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_is_two_units_and_a_position_comes_back() {
        let text = "a: 👋🏽 é\r\nb: x\n";
        let at = text.find('é').unwrap();
        assert_eq!(position(text, at), json!({"line": 0, "character": 8}));
        for (at, _) in text.char_indices().filter(|(_, c)| *c != '\n') {
            assert_eq!(offset(text, &position(text, at)), at, "{at}");
        }
    }

    #[test]
    fn a_position_behind_the_end_is_the_end() {
        assert_eq!(offset("ab\r\ncd", &json!({"line": 0, "character": 99})), 2);
        assert_eq!(offset("ab\ncd", &json!({"line": 7, "character": 0})), 5);
        // A position between the two units of one character.
        assert_eq!(offset("👋x", &json!({"line": 0, "character": 1})), 0);
    }

    #[test]
    fn addresses_of_files_come_back() {
        let path = Path::new("/home/ana/my bot é/flows/a+b.yaml");
        let uri = uri_of(path);
        assert_eq!(uri, "file:///home/ana/my%20bot%20%C3%A9/flows/a%2Bb.yaml");
        assert_eq!(path_of(&uri).as_deref(), Some(path));
        assert_eq!(path_of("file:///c%3A/bot/a.yaml"), Some(PathBuf::from("c:/bot/a.yaml")));
        assert_eq!(path_of("untitled:Untitled-1"), None);
    }
}
