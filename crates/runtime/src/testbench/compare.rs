//! Compares actual values with a test's expectations: maps, lists and texts match by containing.

use crate::base::{
    place::Place,
    yaml::{Kind, Node},
};
use serde_json::Value as Json;

/// The first difference.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Difference {
    /// The place of the expectation.
    pub place: Place,
    /// The path in the whole value: `vars.name`; empty for the whole.
    pub path: String,
    pub expected: String,
    pub got: String,
}

/// `None` if `got` contains everything in `expected`.
///
/// A text contains a part of it, whatever blanks and line breaks are between its words; a list contains each expected
/// item in a different one of its own; a map contains each expected key. A null value, `none` and `nothing` match an
/// absent or empty value.
pub(super) fn differs(expected: &Node, got: &Json) -> Option<Difference> {
    walk(expected, got, "").err()
}

fn walk(expected: &Node, got: &Json, path: &str) -> Result<(), Difference> {
    let here = |expected_text: String| Difference {
        place: expected.place.clone(),
        path: path.to_owned(),
        expected: expected_text,
        got: show(got),
    };
    match (&expected.kind, got) {
        (Kind::Null, got) if is_empty(got) => Ok(()),
        (Kind::Null, _) => Err(here("nothing".into())),
        (Kind::Scalar(scalar), got) => {
            let fits = match got {
                Json::Array(items) if !items.is_empty() => items.iter().any(|item| is_held(&scalar.text, item)),
                got => is_held(&scalar.text, got),
            };
            // A plain `none` means absent; in quotes it is a text.
            let absent =
                scalar.is_plain() && is_empty(got) && matches!(scalar.text.as_str(), "none" | "nothing" | "null");
            if fits || absent { Ok(()) } else { Err(here(quoted(&scalar.text))) }
        }
        (Kind::List(wanted), Json::Array(items)) => {
            let mut taken = vec![false; items.len()];
            for node in wanted {
                let free = (0..items.len()).find(|&index| !taken[index] && walk(node, &items[index], path).is_ok());
                match free {
                    Some(index) => taken[index] = true,
                    None => {
                        let expected = written(node);
                        return Err(Difference {
                            place: node.place.clone(),
                            path: path.to_owned(),
                            expected: format!("among others {expected}"),
                            got: show(got),
                        });
                    }
                }
            }
            Ok(())
        }
        (Kind::List(wanted), got) => wanted.iter().try_for_each(|node| walk(node, got, path)),
        (Kind::Map(entries), got) => {
            for entry in entries {
                let key = entry.key.text.as_str();
                let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
                walk(&entry.value, member(got, key), &below)?;
            }
            Ok(())
        }
    }
}

/// A member by name; of a list by its number from 1, as templates count their parameters.
fn member<'a>(got: &'a Json, key: &str) -> &'a Json {
    match got {
        Json::Array(items) => {
            key.parse::<usize>().ok().and_then(|number| items.get(number.checked_sub(1)?)).unwrap_or(&Json::Null)
        }
        got => got.get(key).unwrap_or(&Json::Null),
    }
}

fn is_held(expected: &str, got: &Json) -> bool {
    match got {
        // With an offset the moment counts, whatever clock it is written on.
        Json::String(text) if moment(expected).is_some_and(|moment| Some(moment) == self::moment(text)) => true,
        Json::String(text) if expected.trim().is_empty() => text.trim().is_empty(),
        Json::String(text) => text.contains(expected.trim()) || words(text).contains(&words(expected)),
        Json::Number(number) => {
            expected.parse::<f64>().is_ok_and(|expected| number.as_f64().is_some_and(|number| number == expected))
        }
        Json::Bool(is) => matches!((expected, is), ("true" | "yes", true) | ("false" | "no", false)),
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

/// A moment that is written with its offset.
fn moment(text: &str) -> Option<jiff::Timestamp> {
    text.trim().parse().ok()
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_empty(got: &Json) -> bool {
    match got {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A value in a report's form.
pub(super) fn show(got: &Json) -> String {
    match got {
        Json::Null => "nothing".to_owned(),
        Json::String(text) => quoted(text),
        Json::Array(items) if items.is_empty() => "nothing".to_owned(),
        Json::Array(items) => items.iter().map(show).collect::<Vec<_>>().join(", "),
        Json::Object(map) => {
            let all: Vec<String> =
                map.iter().filter(|(_, v)| !is_empty(v)).map(|(k, v)| format!("{k}: {}", show(v))).collect();
            format!("{{{}}}", all.join(", "))
        }
        other => other.to_string(),
    }
}

/// An expectation on one line.
pub(super) fn written(node: &Node) -> String {
    match &node.kind {
        Kind::Null => "nothing".to_owned(),
        Kind::Scalar(scalar) => quoted(&scalar.text),
        Kind::List(items) => items.iter().map(written).collect::<Vec<_>>().join(", "),
        Kind::Map(entries) => {
            let all: Vec<String> =
                entries.iter().map(|entry| format!("{}: {}", entry.key.text, written(&entry.value))).collect();
            format!("{{{}}}", all.join(", "))
        }
    }
}

const SHOWN_CHARS_MAX: usize = 300;

fn quoted(text: &str) -> String {
    let line = text.trim_end().replace('\n', "⏎");
    let cut: String = line.chars().take(SHOWN_CHARS_MAX).collect();
    if cut.len() < line.len() { format!("\"{cut}…\"") } else { format!("\"{line}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{diagnostic::Findings, place::SourceFile, yaml};
    use serde_json::json;

    fn difference(expected: &str, got: &Json) -> Option<String> {
        let node = yaml::load(&SourceFile::new("t.yaml", expected), &Findings::default()).unwrap();
        differs(&node, got).map(|d| format!("{} {} {}: {}", d.place, d.path, d.expected, d.got))
    }

    #[test]
    fn what_is_contained_matches() {
        let got =
            json!({"text": "Hi Ana,\nwelcome  back", "vars": ["Ana", "3"], "n": 2.0, "on": true, "tags": ["a", "bc"]});
        for expected in [
            "text: Hi Ana",
            "text: Ana, welcome back",
            "vars: [Ana]",
            "vars: {1: Ana, 2: 3}",
            "n: 2",
            "on: yes",
            "tags: b",
            "tags: [bc, a]",
            "missing: none",
            "missing:",
            "{text: Hi, n: 2}",
        ] {
            assert_eq!(difference(expected, &got), None, "{expected}");
        }
    }

    #[test]
    fn a_difference_has_its_place_and_path() {
        let got = json!({"template": "miss", "vars": {"name": "Ana"}, "tags": ["a"]});
        assert_eq!(
            difference("template: miss\nvars:\n  name: Eva\n", &got).as_deref(),
            Some(r#"t.yaml:3:9 vars.name "Eva": "Ana""#)
        );
        assert_eq!(difference("tags: [a, a]", &got).as_deref(), Some(r#"t.yaml:1:11 tags among others "a": "a""#));
        assert_eq!(difference("vars: {age: 3}", &got).as_deref(), Some(r#"t.yaml:1:13 vars.age "3": nothing"#));
        assert_eq!(difference("vars: none", &got).as_deref(), Some(r#"t.yaml:1:7 vars "none": {name: "Ana"}"#));
        assert!(difference("template: \"none\"", &json!({})).is_some(), "in quotes it is a text");
    }
}
