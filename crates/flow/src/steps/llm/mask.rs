//! Replaces phone numbers, e-mail addresses, numbers of cards and accounts by marks, so that no model reads them, and
//! puts them back into the answer. Numbers of cards and accounts never come back.

use crate::model::{effect::MaskedWord, grounding::digit, value::Value};
use regex::{Captures, Regex};
use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+").expect("the pattern is right")
});
/// The beginning of a number of an account.
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z]{2}[0-9]{2}").expect("the pattern is right"));
static FIGURES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\+?[0-9(][0-9 ().\-/]{5,40}[0-9]").expect("the pattern is right"));
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b|\b[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})\b")
        .expect("the pattern is right")
});

/// The text with marks; the words are added to `masked`, where a known word keeps its mark.
pub fn hide(text: &str, masked: &mut Vec<MaskedWord>) -> String {
    let text = ADDRESS.replace_all(text, |found: &Captures<'_>| mark("email", &found[0], true, masked));
    let plain = Plain::of(&text);
    let mut found: Vec<(Range<usize>, &str, bool)> = Vec::new();
    for (kind, spans) in [("iban", accounts(&plain.chars)), ("card", cards(&plain.chars))] {
        for span in spans {
            if found.iter().all(|(known, ..)| !overlap(known, &span)) {
                found.push((span, kind, false));
            }
        }
    }
    let mut left = plain.chars.clone();
    // The figures of cards and days are none of a phone number beside them.
    let days = DATE.find_iter(&plain.chars).map(|day| day.range());
    for span in found.iter().map(|(span, ..)| span.clone()).chain(days).collect::<Vec<_>>() {
        left.replace_range(span.clone(), &"_".repeat(span.len()));
    }
    for number in FIGURES.find_iter(&left) {
        let figures = figures(number.as_str());
        if is_phone(number.as_str(), &figures) {
            found.push((number.range(), "phone", true));
        }
    }
    found.sort_by_key(|(span, ..)| span.start);
    let mut hidden = String::with_capacity(text.len());
    let mut rest = 0;
    for (span, kind, returns) in found {
        let at = plain.place(&span);
        hidden.push_str(&text[rest..at.start]);
        hidden.push_str(&mark(kind, &text[at.clone()], returns, masked));
        rest = at.end;
    }
    hidden.push_str(&text[rest..]);
    hidden
}

/// The text with one ASCII sign for each character, in which figures and the signs between them are found: `６00\u{a0}11` is
/// `600 11`. Signs that nobody sees are left out.
struct Plain {
    chars: String,
    /// For each sign the bytes of its character in the text.
    at: Vec<Range<usize>>,
}

impl Plain {
    fn of(text: &str) -> Plain {
        let mut plain = Plain { chars: String::with_capacity(text.len()), at: Vec::with_capacity(text.len()) };
        for (start, c) in text.char_indices() {
            let sign = match c {
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => continue,
                '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' | '\t' => ' ',
                '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
                '·' | '•' | '․' => '.',
                '＋' => '+',
                c if c.is_ascii() => c,
                c => digit(c).unwrap_or('_'),
            };
            plain.chars.push(sign);
            plain.at.push(start..start + c.len_utf8());
        }
        plain
    }

    /// The bytes of the text that these signs stand for.
    fn place(&self, span: &Range<usize>) -> Range<usize> {
        self.at[span.start].start..self.at[span.end - 1].end
    }
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Numbers of cards: 13 to 19 figures from the beginning of a group to the end of one, with blanks or dashes between them.
fn cards(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let is_figure = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let begins = is_figure(start) && (start == 0 || !is_figure(start - 1));
        match begins.then(|| card_at(bytes, start)).flatten() {
            Some(end) => {
                found.push(start..end);
                start = end;
            }
            None => start += 1,
        }
    }
    found
}

fn card_at(bytes: &[u8], start: usize) -> Option<usize> {
    let mut figures = String::new();
    let mut best = None;
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'0'..=b'9' => figures.push(char::from(*byte)),
            b' ' | b'-' if bytes.get(at + 1).is_some_and(u8::is_ascii_digit) => {}
            _ => break,
        }
        if figures.len() > CARD_FIGURES_MAX {
            break;
        }
        let ends = byte.is_ascii_digit() && !bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if ends && is_card(&figures) {
            best = Some(at + 1);
        }
    }
    best
}

const CARD_FIGURES_MAX: usize = 19;

/// Numbers of accounts (ISO 13616): two letters, two figures, and 11 to 30 letters and figures with blanks between groups.
fn accounts(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in ACCOUNT.find_iter(text).map(|found| found.start()) {
        let inside = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        if inside || found.last().is_some_and(|known| start < known.end) {
            continue;
        }
        let mut plain = String::new();
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            match byte {
                b' ' | b'-' => continue,
                byte if byte.is_ascii_alphanumeric() && plain.len() < ACCOUNT_SIGNS_MAX => plain.push(char::from(*byte)),
                _ => break,
            }
            let ends = !bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
            if ends && is_account(&plain) {
                found.push(start..at + 1);
                break;
            }
        }
    }
    found
}

const ACCOUNT_SIGNS_MAX: usize = 34;

/// The text with the words in place of their marks.
pub fn show(text: &str, masked: &[MaskedWord]) -> String {
    let back = masked.iter().filter(|masked| masked.returns);
    back.fold(text.to_owned(), |text, masked| text.replace(&masked.mark, &masked.word))
}

/// As `show`, in all texts of a value.
pub fn show_in(value: Value, masked: &[MaskedWord]) -> Value {
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

/// Short numbers of orders and tickets stay.
fn is_phone(word: &str, figures: &str) -> bool {
    let international = word.starts_with('+') || word.starts_with("00");
    let long = if international { 7..=15 } else { 9..=15 };
    long.contains(&figures.len())
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
    fn what_stands_beside_a_number_shows_none_of_it() {
        for (text, hidden) in [
            ("4111 1111 1111 1111 12/28 123", "‹card 1› 12/28 123"),
            ("4111-1111-1111-1111 12/2028", "‹card 1› 12/2028"),
            ("600112233 2026-12-03", "‹phone 1› 2026-12-03"),
            ("600 11 22 33 03.12.2026", "‹phone 1› 03.12.2026"),
            ("ES91 2100 0418 4502 0005 1332 from Ana", "‹iban 1› from Ana"),
            ("600\u{a0}11\u{202f}22\u{a0}33 ok", "‹phone 1› ok"),
            ("600\u{200b}112\u{200b}233", "‹phone 1›"),
            ("600·112·233 or 600–112–233", "‹phone 1› or ‹phone 2›"),
            ("６００１１２２３３ and ٦٠٠١١٢٢٣٣", "‹phone 1› and ‹phone 2›"),
            ("n600112233 _600112234_", "n‹phone 1› _‹phone 2›_"),
        ] {
            let mut masked = Vec::new();
            assert_eq!(hide(text, &mut masked), hidden, "{text}");
            assert!(masked.iter().all(|word| text.contains(&word.word)), "{masked:?}");
        }
    }

    #[test]
    fn dates_prices_and_numbers_of_orders_stay() {
        for text in ["2026-12-03 10:00", "on 03.12.2026", "order 20771", "1.200,50 €", "2024-11-30", "a 45-60 b"] {
            assert_eq!(hide(text, &mut Vec::new()), text);
        }
    }
}
