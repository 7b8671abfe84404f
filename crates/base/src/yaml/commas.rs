//! Commas that make several options of one text, or one option of several.

use super::{Kind, Node, Scalar};
use crate::diagnostic::{Diagnostic, Findings};

/// `options: [Yes, please, No]`, or `buttons`: three options where two were meant.
pub fn split_sentence(text: &str, key: &str, value: &Node, findings: &Findings) {
    let Kind::List(items) = &value.kind else { return };
    if !text.get(value.place.range().start..).is_some_and(|text| text.starts_with('[')) {
        return;
    }
    let plain: Option<Vec<&str>> =
        items.iter().map(|item| item.scalar().filter(|s| s.is_plain()).map(|s| &*s.text)).collect();
    let Some(plain) = plain else { return };
    let begins = |text: &str, test: fn(char) -> bool| text.chars().next().is_some_and(test);
    let lower = plain.iter().skip(1).position(|text| begins(text, char::is_lowercase));
    // An author who begins options with small letters does so more than once, and the rest of a sentence is short.
    let capital = plain.iter().filter(|text| begins(text, char::is_uppercase)).count();
    let odd = capital >= 2 && plain.iter().filter(|text| begins(text, char::is_lowercase)).count() == 1;
    let short = lower.is_some_and(|lower| plain[lower + 1].split_whitespace().count() <= REST_WORDS_MAX);
    let first = plain.first().is_some_and(|first| begins(first, char::is_uppercase));
    if let (Some(lower), true) = (lower, odd && short && first) {
        let (before, word) = (plain[lower], plain[lower + 1]);
        let one = key.trim_end_matches('s');
        let message = format!("`{before}` and `{word}` are two {key}; was `{before}, {word}` meant as one?");
        let finding = Diagnostic::warning("W107", &items[lower + 1].place, message);
        findings.push(finding.help(format!("write one {one} a line, `- {before}, {word}`, or put it in quotes")));
    }
}

/// `please`, `thank you`: the rest of a sentence has so many words.
const REST_WORDS_MAX: usize = 2;

/// `Red, Blue` without brackets, as the list that it was meant to be: `[Red, Blue]`. A sentence is none.
pub fn listed(scalar: &Scalar, least: usize) -> Option<String> {
    let texts: Vec<&str> = scalar.text.split(',').map(str::trim).collect();
    let short = |text: &&str| !text.is_empty() && text.split_whitespace().count() <= LISTED_WORDS_MAX;
    let plain = scalar.is_plain() && !scalar.text.contains(['.', '?', '!', '[', '{']);
    (plain && texts.len() >= least && texts.iter().all(short)).then(|| format!("[{}]", texts.join(", ")))
}

/// Words of a text that somebody would list.
const LISTED_WORDS_MAX: usize = 3;
