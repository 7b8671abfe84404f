//! Hides secrets in findings, both in their texts and in the lines of the file that they show.

use crate::{
    base::{
        diagnostic::Diagnostic,
        place::{Place, SourceFile},
        yaml::{Kind, Node},
    },
    store::encryption::SecretsKey,
};
use regex::Regex;
use std::{ops::Range, sync::Arc};

/// Keys whose values are secret; so is every value below `secrets`.
const SECRET_KEYS: &[&str] = &[
    "api_keys",
    "access_token",
    "app_secret",
    "verify_token",
    "auth_token",
    "webhook_secret",
    "inbound_token",
    "api_key",
    "key",
    "secret",
    "secrets",
    "headers",
    "database",
];

/// Parts of an unknown key that mark its value as secret: `token` for `access_token`.
const SECRET_PARTS: [&str; 3] = ["token", "secret", "password"];

/// The path of a key is no secret, and its reader looks for it. A key in its place is hidden wherever it stands.
const SECRETS_KEY: &str = "secrets_key";

fn is_secret(key: &str) -> bool {
    key != SECRETS_KEY && (SECRET_KEYS.contains(&key) || SECRET_PARTS.iter().any(|part| key.contains(part)))
}

/// Hiding shorter values would remove ordinary words from messages.
const HIDDEN_CHARS_MIN: usize = 4;

/// The findings over a copy of the file in which secrets are replaced by stars. `known`: values from the environment
/// or a file.
pub fn hide(
    findings: Vec<Diagnostic>,
    file: &Arc<SourceFile>,
    written: Option<&Node>,
    known: &[String],
) -> Vec<Diagnostic> {
    if findings.is_empty() {
        return findings;
    }
    let mut ranges = Vec::new();
    if let Some(node) = written {
        secrets(node, false, &mut ranges);
    }
    // After a finding of the loader, the tree may lack the broken part, so hide by lines.
    if written.is_none() || findings.iter().any(|finding| finding.code.starts_with("E1")) {
        by_line(file.text(), &mut ranges);
    }
    let hidden: Vec<&str> = ranges
        .iter()
        .filter_map(|range| file.text().get(range.clone()))
        .map(|text| text.trim_matches(['"', '\'', ' ']))
        .chain(known.iter().map(String::as_str))
        .filter(|text| text.chars().count() >= HIDDEN_CHARS_MIN)
        .collect();
    // A part of a hidden value is also secret: a finding of the loader may quote half a line.
    let words: Vec<&str> = hidden
        .iter()
        .flat_map(|text| text.split(|c: char| c.is_whitespace() || "\"'{}[],".contains(c)))
        .filter(|word| word.chars().count() >= HIDDEN_CHARS_MIN && !word.ends_with(':'))
        .collect();
    let tells = |text: &str| words.iter().any(|word| text.contains(word));
    let masked = SourceFile::new(file.path(), mask(file.text(), &ranges));
    let moved = |place: &Place| {
        if Arc::ptr_eq(place.file(), file) { Place::new(&masked, place.range()) } else { place.clone() }
    };
    findings
        .into_iter()
        .map(|finding| Diagnostic {
            place: moved(&finding.place),
            labels: finding.labels.iter().map(|(place, words)| (moved(place), stars(words, &hidden))).collect(),
            message: stars(&stars(&finding.message, &hidden), &words),
            // Drop advice that would consist of stars.
            help: finding.help.as_deref().map(|help| stars(help, &hidden)).filter(|help| !tells(help)),
            // A fix would contain the hidden text.
            fix: None,
            ..finding
        })
        .collect()
}

fn secrets(node: &Node, secret: bool, ranges: &mut Vec<Range<usize>>) {
    match &node.kind {
        Kind::Null => {}
        // `${NAME}` is no secret and helps the reader.
        Kind::Scalar(scalar) if secret && !scalar.text.contains("${") => ranges.push(scalar.place.range()),
        Kind::Scalar(scalar) if SecretsKey::parse(&scalar.text).is_ok() => ranges.push(scalar.place.range()),
        Kind::Scalar(_) => {}
        Kind::List(items) => items.iter().for_each(|item| secrets(item, secret, ranges)),
        Kind::Map(entries) => {
            // The variables of an MCP server that is a program.
            let is_program = entries.iter().any(|entry| entry.key.text == "command");
            for entry in entries {
                let key = entry.key.text.as_str();
                secrets(&entry.value, secret || is_secret(key) || is_program && key == "env", ranges);
            }
        }
    }
}

/// Hides the value on the line of such a key, and the lines that are indented below it.
fn by_line(text: &str, ranges: &mut Vec<Range<usize>>) {
    let (keys, parts) = (SECRET_KEYS.join("|"), SECRET_PARTS.join("|"));
    let pattern = format!(r#"\b(?:env|{keys}|\w*(?:{parts})\w*)["']?\s*:"#);
    let key = Regex::new(&pattern).expect("a pattern of our own is valid");
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (mut at, mut below) = (0, None);
    for line in text.split_inclusive('\n') {
        let blank = line.trim().is_empty();
        below = below.filter(|column| blank || indent(line) > *column);
        match key.find(line) {
            _ if below.is_some() => ranges.push(at..at + line.len()),
            Some(found) => {
                ranges.push(at + found.end()..at + line.len());
                below = Some(indent(line));
            }
            None => {}
        }
        at += line.len();
    }
}

/// Replaces byte by byte, so that every place stays right.
fn mask(text: &str, ranges: &[Range<usize>]) -> String {
    let mut masked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let hide = !c.is_whitespace() && ranges.iter().any(|range| range.contains(&at));
        if hide {
            masked.extend(std::iter::repeat_n('*', c.len_utf8()));
        } else {
            masked.push(c);
        }
    }
    masked
}

fn stars(text: &str, hidden: &[&str]) -> String {
    hidden.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
}
