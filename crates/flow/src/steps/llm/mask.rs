//! Replaces phone numbers, e-mail addresses, numbers of cards and accounts by marks, so that no model reads them, and
//! puts them back into the answer. Numbers of cards and accounts never come back.

use crate::model::{effect::MaskedWord, value::Value};
use regex::{Captures, Regex};
use std::{collections::BTreeMap, sync::LazyLock};

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+").expect("the pattern is right")
});
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b")
        .expect("the pattern is right")
});
static FIGURES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:\+|\b)[0-9(][0-9 ().\-/]{5,30}[0-9]").expect("the pattern is right"));
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|\b[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}\b")
        .expect("the pattern is right")
});

/// The text with marks; the words are added to `masked`, where a known word keeps its mark.
pub(in crate::steps) fn hide(text: &str, masked: &mut Vec<MaskedWord>) -> String {
    let text = ADDRESS.replace_all(text, |found: &Captures<'_>| mark("email", &found[0], true, masked));
    let text = ACCOUNT.replace_all(&text, |found: &Captures<'_>| match is_account(&found[0]) {
        true => mark("iban", &found[0], false, masked),
        false => found[0].to_owned(),
    });
    let text = FIGURES.replace_all(&text, |found: &Captures<'_>| {
        let word = &found[0];
        let figures = figures(word);
        if is_card(&figures) {
            mark("card", word, false, masked)
        } else if is_phone(word, &figures) {
            mark("phone", word, true, masked)
        } else {
            word.to_owned()
        }
    });
    text.into_owned()
}

/// The text with the words in place of their marks.
pub(in crate::steps) fn show(text: &str, masked: &[MaskedWord]) -> String {
    let back = masked.iter().filter(|masked| masked.returns);
    back.fold(text.to_owned(), |text, masked| text.replace(&masked.mark, &masked.word))
}

/// As `show`, in all texts of a value.
pub(in crate::steps) fn show_in(value: Value, masked: &[MaskedWord]) -> Value {
    match value {
        Value::Text(text) => Value::Text(show(&text, masked)),
        Value::List(items) => Value::List(items.into_iter().map(|item| show_in(item, masked)).collect()),
        Value::Map(map) => {
            let map = map.into_iter().map(|(name, value)| (name, show_in(value, masked)));
            Value::Map(map.collect::<BTreeMap<_, _>>())
        }
        other => other,
    }
}

fn mark(kind: &str, word: &str, returns: bool, masked: &mut Vec<MaskedWord>) -> String {
    if let Some(known) = masked.iter().find(|known| known.word == word) {
        return known.mark.clone();
    }
    let begins = format!("‹{kind} ");
    let number = masked.iter().filter(|known| known.mark.starts_with(&begins)).count() + 1;
    let mark = format!("{begins}{number}›");
    masked.push(MaskedWord { mark: mark.clone(), word: word.to_owned(), returns });
    mark
}

fn figures(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// By the check figure of ISO/IEC 7812.
fn is_card(figures: &str) -> bool {
    let sum = figures.bytes().rev().enumerate().fold(0u32, |sum, (at, figure)| {
        let figure = u32::from(figure - b'0');
        sum + if at % 2 == 0 { figure } else { figure * 2 / 10 + figure * 2 % 10 }
    });
    (13..=19).contains(&figures.len()) && sum % 10 == 0
}

/// By the check figures of ISO 13616.
fn is_account(text: &str) -> bool {
    let plain: String = text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    if !(15..=34).contains(&plain.len()) {
        return false;
    }
    let (head, rest) = plain.split_at(4);
    let rest = rest.chars().chain(head.chars()).filter_map(|c| c.to_digit(36));
    rest.fold(0u32, |rest, value| (rest * if value > 9 { 100 } else { 10 } + value) % 97) == 1
}

/// Dates, and short numbers of orders and tickets, stay.
fn is_phone(word: &str, figures: &str) -> bool {
    let international = word.starts_with('+') || word.starts_with("00");
    let long = if international { 7..=15 } else { 9..=15 };
    long.contains(&figures.len()) && !DATE.is_match(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_person_are_hidden_and_come_back() {
        let text = "I am ana@example.com, +34 600 11 22 33 or 600112233; card 4111 1111 1111 1111, \
                    ES91 2100 0418 4502 0005 1332. Again ana@example.com";
        let mut masked = Vec::new();
        let hidden = hide(text, &mut masked);
        assert_eq!(hidden, "I am ‹email 1›, ‹phone 1› or ‹phone 2›; card ‹card 1›, ‹iban 1›. Again ‹email 1›");
        let back = show(&hidden, &masked);
        assert!(back.contains("ana@example.com, +34 600 11 22 33 or 600112233; card ‹card 1›, ‹iban 1›."), "{back}");
    }

    #[test]
    fn dates_prices_and_numbers_of_orders_stay() {
        for text in ["2026-12-03 10:00", "on 03.12.2026", "order 20771", "1.200,50 €", "2024-11-30", "a 45-60 b"] {
            assert_eq!(hide(text, &mut Vec::new()), text);
        }
    }
}
