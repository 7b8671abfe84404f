//! Checks each platform's webhook bodies, one file each: none is silently ignored.

use super::conformance::provider;
use crate::platform::{ALL, Kind};
use serde_json::Value as Json;
use std::{fs, path::Path};
use transom::{
    base::query::{encode, pairs},
    model::inbound::{Inbound, Item},
};

#[test]
fn every_body_of_every_platform_has_its_meaning() {
    let mut all = String::new();
    // Meta's are many, and have a test of their own.
    for kind in ALL.into_iter().filter(|kind| *kind != Kind::Meta) {
        let provider = provider(kind, "https://api.example");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/channel").join(provider.kind());
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert!(files.len() > 10, "{kind:?} has bodies");
        for file in files {
            let body = fs::read_to_string(&file).unwrap();
            all += &format!("{} {}\n", provider.kind(), file.file_stem().unwrap().display());
            let items = provider.replay(body.trim_end());
            assert!(!items.is_empty(), "{}", file.display());
            for item in items {
                all += &format!("  {:?}\n", item.what);
                // A dead letter can be replayed and has a reason.
                if let Inbound::Dead { reason, .. } = &item.what {
                    assert!(!reason.is_empty() && !provider.replay(&item.raw).is_empty(), "{}", file.display());
                }
            }
        }
    }
    insta::assert_snapshot!(all);
}

const MARK: char = '\u{E000}';

/// The body, and the same body with a character of private use in each of its texts and keys: as it is, and as an
/// escape where the body is JSON. `None` for a body that is neither JSON nor a form.
pub fn marked(body: &str) -> Option<(String, Vec<String>)> {
    if let Ok(json) = serde_json::from_str::<Json>(body) {
        let text = within(&json).to_string();
        let escaped = text.replace(MARK, "\\ue000");
        return Some((json.to_string(), vec![text, escaped]));
    }
    let form = |change: fn(&str) -> String| {
        let all = pairs(body).into_iter();
        all.map(|(name, value)| format!("{}={}", encode(&change(&name)), encode(&change(&value)))).collect::<Vec<_>>()
    };
    let is_form = body.contains('=') && !body.starts_with(['{', '[']);
    is_form.then(|| (form(str::to_owned).join("&"), vec![form(inside).join("&")]))
}

fn within(json: &Json) -> Json {
    match json {
        Json::String(text) => match serde_json::from_str::<Json>(text) {
            // JSON in a text has escapes of its own.
            Ok(inner @ (Json::Object(_) | Json::Array(_))) => {
                within(&inner).to_string().replace(MARK, "\\ue000").into()
            }
            Ok(_) | Err(_) => inside(text).into(),
        },
        Json::Array(items) => items.iter().map(within).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (inside(key), within(value))).collect(),
        other => other.clone(),
    }
}

fn inside(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| format!("{first}{MARK}{}", chars.as_str()))
}

/// The meaning of the items. The reason of a dead letter may name a column of the body.
fn meaning(items: &[Item]) -> Vec<String> {
    let one = |item: &Item| match &item.what {
        Inbound::Dead { sender, kind, .. } => format!("dead {sender:?} {kind}"),
        other => format!("{other:?}"),
    };
    items.iter().map(one).collect()
}

#[test]
fn no_character_of_private_use_comes_in_by_any_text_of_any_body() {
    let (mut read, mut messages) = (0, 0);
    for kind in ALL {
        let provider = provider(kind, "https://api.example");
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/channel").join(provider.kind());
        for file in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            // The number and the account of Meta's bodies are those of another test.
            let body = fs::read_to_string(&file).unwrap().replace("700100200300400", "700100");
            let body = body.replace("300200100400500", "300200");
            let Some((plain, marked)) = marked(body.trim_end()) else { continue };
            let wanted = meaning(&provider.replay(&plain));
            for body in marked {
                let items = provider.replay(&body);
                assert_eq!(meaning(&items), wanted, "{}: {body}", file.display());
                for item in &items {
                    // The raw text of a form is encoded, and its values are cleaned when they are read.
                    let raw =
                        serde_json::from_str::<Json>(&item.raw).map_or_else(|_| String::new(), |raw| raw.to_string());
                    for text in [format!("{:?}", item.what), raw] {
                        assert!(!text.contains(MARK) && !text.contains("u{e000}"), "{}: {text}", file.display());
                    }
                    messages += usize::from(matches!(item.what, Inbound::Message { .. }));
                }
                read += 1;
            }
        }
    }
    assert!(read > 350 && messages > 130, "{read} bodies with {messages} messages");
}
