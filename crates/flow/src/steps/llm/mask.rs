//! Replaces phone numbers, e-mail addresses, numbers of cards and accounts by marks, so that no model reads them, and
//! puts them back into the answer. Numbers of cards and accounts never come back.

use crate::model::{effect::MaskedWord, grounding::digit, value::Value};
use regex::{Captures, Regex};
use std::{collections::BTreeMap, ops::Range, sync::LazyLock};

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"[\p{L}\p{N}._%+-]+[@＠﹫][\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+").expect("the pattern is right")
});
/// An address with blanks around its sign, or with words for its signs: `ana (at) x.example`, `ana arroba x punto com`. Its
/// end has letters alone: `2 @ 3.50` is a price.
static SPELLED_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    const AT: &str = r"(?:\s*[@＠﹫]\s*|\s*[(\[{<]\s*(?:@|at|arroba|chiocciola|arobase)\s*[)\]}>]\s*|\s+(?:arroba|chiocciola|arobase|klammeraffe)\s+)";
    const DOT: &str = r"(?:\.|\s+\.\s*|\s*[(\[{<]\s*(?:\.|dot|punto|punkt|point|ponto)\s*[)\]}>]\s*|\s+(?:dot|punto|punkt|point|ponto)\s+)";
    // `at` alone is a word of every sentence: it counts before a host with a spelled point.
    const SAID: &str = r"\s+at\s+[\p{L}\p{N}-]+(?:\s+dot\s+[\p{L}\p{N}-]+)*\s+dot\s+\p{L}{2,}";
    let pattern = format!(
        r"(?i)[\p{{L}}\p{{N}}._%+-]+(?:{AT}[\p{{L}}\p{{N}}-]+(?:{DOT}[\p{{L}}\p{{N}}-]+)*{DOT}\p{{L}}{{2,}}|{SAID})\b"
    );
    Regex::new(&pattern).expect("the pattern is right")
});
/// The beginning of a number of an account.
static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z]{2}[0-9]{2}").expect("the pattern is right"));
static FIGURES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\+?[0-9(][0-9 ().\-/_]{5,40}[0-9]").expect("the pattern is right"));
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b|\b[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{4}|[0-9]{2})\b")
        .expect("the pattern is right")
});

/// The text with marks; the words are added to `masked`, where a known word keeps its mark.
pub fn hide(text: &str, masked: &mut Vec<MaskedWord>) -> String {
    let text = ADDRESS.replace_all(text, |found: &Captures<'_>| mark("email", &found[0], true, masked));
    let text = SPELLED_ADDRESS.replace_all(&text, |found: &Captures<'_>| mark("email", &found[0], true, masked));
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
    for span in found.iter().map(|(span, ..)| span.clone()).chain(days(&plain.chars)).collect::<Vec<_>>() {
        left.replace_range(span.clone(), &OTHER.to_string().repeat(span.len()));
    }
    for span in FIGURES.find_iter(&left).flat_map(|number| one_or_more(&left, number.range())) {
        let number = &left[span.clone()];
        if is_phone(number, &figures(number)) && !is_amount(&text, &plain.place(&span)) {
            found.push((span, "phone", true));
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

/// Stands for each character that is no ASCII and no figure; it ends every number.
const OTHER: char = '#';

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
                c => digit(c).unwrap_or(OTHER),
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

/// The numbers of a row of figures: more of them than one phone number has are several with blanks between them.
fn one_or_more(text: &str, row: Range<usize>) -> Vec<Range<usize>> {
    if figures(&text[row.clone()]).len() <= PHONE_FIGURES_MAX {
        return vec![row];
    }
    let mut at = row.start;
    let mut all = Vec::new();
    for part in text[row].split([' ', '_']) {
        all.push(at..at + part.len());
        at += part.len() + 1;
    }
    all
}

/// Figures of a phone number with its country's code (ITU-T E.164).
const PHONE_FIGURES_MAX: usize = 15;

/// Days with a month. A pair of figures of a longer row, such as `06.12.34.56.78`, is none.
fn days(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let goes_on = |mark: Option<&u8>, figure: Option<&u8>, inside: u8| {
        mark == Some(&inside) && figure.is_some_and(u8::is_ascii_digit)
    };
    let is_day = |found: &regex::Match<'_>| {
        let groups: Vec<u32> =
            found.as_str().split(['.', '/', '-']).filter_map(|group| group.parse().ok()).filter(|group| *group < 100).collect();
        let (Some(mark), [first, second, ..]) = (found.as_str().bytes().find(|byte| !byte.is_ascii_digit()), &groups[..])
        else {
            return false;
        };
        let pair = (*first.min(second), *first.max(second));
        let (start, end) = (found.start(), found.end());
        let behind = goes_on(bytes.get(end), bytes.get(end + 1), mark);
        let before = start > 1 && goes_on(bytes.get(start - 1), bytes.get(start - 2), mark);
        (1..=12).contains(&pair.0) && (1..=31).contains(&pair.1) && !behind && !before
    };
    DATE.find_iter(text).filter(is_day).map(|found| found.range()).collect()
}

/// True if a currency stands beside a number with points between its thousands: `120.000.000 COP`.
fn is_amount(text: &str, at: &Range<usize>) -> bool {
    let mut groups = text[at.clone()].split('.');
    let is_written_so = groups.next().is_some_and(|first| first.len() <= 3) && groups.all(|group| group.len() == 3);
    let begins = |text: &str| {
        let text = text.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let word: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
        text.starts_with(['€', '$', '£', '¥', '₹', '₽', '₺', '₫', '₩', '฿']) || MONEY.contains(&word.to_lowercase().as_str())
    };
    let ends = |text: &str| {
        let text = text.trim_end_matches([' ', '\u{a0}', '\u{202f}']);
        let word = text.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        text.ends_with(['€', '$', '£', '¥', '₹', '₽', '₺', '₫', '₩', '฿']) || MONEY.contains(&word.to_lowercase().as_str())
    };
    is_written_so && (begins(&text[at.end..]) || ends(&text[..at.start]))
}

/// Currencies in which amounts have nine figures and more, and the usual ones.
const MONEY: [&str; 26] = [
    "eur", "euro", "euros", "usd", "gbp", "chf", "cop", "clp", "ars", "mxn", "pyg", "crc", "brl", "idr", "rp", "vnd", "krw",
    "jpy", "huf", "inr", "ngn", "tl", "pesos", "reais", "guaranies", "dong",
];

/// Numbers of cards: 13 to 19 figures from the beginning of a group to the end of one, with blanks or dashes between them.
/// Other and more signs may stand between groups of four and more figures: pairs of figures are days and prices.
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
    let (mut between, mut group) = (0, 0);
    let (mut is_plain, mut has_short) = (true, false);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'0'..=b'9' => {
                figures.push(char::from(*byte));
                group += 1;
                between = 0;
            }
            b' ' | b'-' | b'.' | b'/' | b'_' | b'\n' | b'\r' if between < SIGNS_BETWEEN_MAX => {
                has_short |= between == 0 && group < LOOSE_GROUP_MIN;
                is_plain &= between == 0 && matches!(byte, b' ' | b'-');
                group = 0;
                between += 1;
            }
            _ => break,
        }
        if figures.len() > CARD_FIGURES_MAX {
            break;
        }
        let ends = byte.is_ascii_digit() && !bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if ends && is_card(&figures) && (is_plain || !has_short && is_issued(&figures)) {
            best = Some(at + 1);
        }
    }
    best
}

const CARD_FIGURES_MAX: usize = 19;
/// Figures of a group beside which other signs than a blank or a dash may stand.
const LOOSE_GROUP_MIN: usize = 4;
/// Signs between two groups of a number.
const SIGNS_BETWEEN_MAX: usize = 3;

/// True if a payment card may begin so (ISO/IEC 7812): 3 to 6, and 22 to 27.
fn is_issued(figures: &str) -> bool {
    let figures = figures.as_bytes();
    matches!(figures, [b'3'..=b'6', ..] | [b'2', b'2'..=b'7', ..])
}

/// Numbers of accounts (ISO 13616): two letters, two figures, and 11 to 30 letters and figures with signs between groups.
fn accounts(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found: Vec<Range<usize>> = Vec::new();
    for start in ACCOUNT.find_iter(text).map(|found| found.start()) {
        let inside = start > 0 && bytes[start - 1].is_ascii_alphanumeric();
        if inside || found.last().is_some_and(|known| start < known.end) {
            continue;
        }
        let mut plain = String::new();
        let mut between = 0;
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            match byte {
                b' ' | b'-' | b'.' | b'/' | b'_' | b'\n' | b'\r' if between < SIGNS_BETWEEN_MAX => {
                    between += 1;
                    continue;
                }
                byte if byte.is_ascii_alphanumeric() && plain.len() < ACCOUNT_SIGNS_MAX => {
                    between = 0;
                    plain.push(char::from(*byte));
                }
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
    let long = if international { 7..=PHONE_FIGURES_MAX } else { 9..=PHONE_FIGURES_MAX };
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
            ("600112233 600112234 600112235", "‹phone 1› ‹phone 2› ‹phone 3›"),
        ] {
            let mut masked = Vec::new();
            assert_eq!(hide(text, &mut masked), hidden, "{text}");
            assert!(masked.iter().all(|word| text.contains(&word.word)), "{masked:?}");
        }
    }

    /// The figures with each of the usual signs between their groups.
    fn spelled(groups: &[&str], signs: &[&str]) -> Vec<String> {
        signs.iter().map(|sign| groups.join(sign)).collect()
    }

    #[test]
    fn every_spelling_of_a_number_is_hidden() {
        const EVERY: [&str; 10] = ["", " ", "-", ".", "/", "_", "  ", "\n", " - ", "–"];
        const PHONE: [&str; 7] = ["", " ", "-", ".", "/", "_", "–"];
        let mut all: Vec<(&str, String)> = Vec::new();
        for groups in [&["4111", "1111", "1111", "1111"][..], &["3782", "822463", "10005"], &["5555", "5555", "5555", "4444"]] {
            all.extend(spelled(groups, &EVERY).into_iter().map(|text| ("card", text)));
        }
        for groups in [
            &["ES91", "2100", "0418", "4502", "0005", "1332"][..],
            &["DE89", "3704", "0044", "0532", "0130", "00"],
            &["GB82", "WEST", "1234", "5698", "7654", "32"],
        ] {
            all.extend(spelled(groups, &EVERY).into_iter().map(|text| ("iban", text)));
        }
        for groups in [
            &["06", "12", "34", "56", "78"][..],
            &["01", "02", "03", "04", "05"],
            &["600", "11", "22", "33"],
            &["600", "112", "233"],
            &["212", "555", "0123"],
            &["+33", "6", "12", "34", "56", "78"],
            &["+44", "20", "7946", "0958"],
            &["+34", "600", "11", "22", "33"],
            &["+49", "30", "12", "34", "56"],
            &["0171", "3004005"],
        ] {
            all.extend(spelled(groups, &PHONE).into_iter().map(|text| ("phone", text)));
        }
        for text in [
            "ana@x.example",
            "ana @ x.example",
            "ana@ x.example",
            "ANA (at) x.example",
            "ana [at] x [dot] example",
            "ana arroba x punto com",
            "ana.b arroba x.com",
            "ana chiocciola x punto it",
            "ana at x dot example",
            "ana＠x.example",
        ] {
            all.push(("email", text.to_owned()));
        }
        for (kind, text) in all {
            let said = format!("it is {text}, ok? tel:{text}.");
            let mark = format!("‹{kind} 1›");
            let hidden = hide(&said, &mut Vec::new());
            // A word that glues to the address is a part of it.
            assert!(hidden.starts_with(&format!("it is {mark}, ok? ")) && hidden.contains(&format!("tel:{mark}.")), "{said:?}: {hidden:?}");
        }
    }

    #[test]
    fn dates_prices_and_numbers_of_orders_stay() {
        for text in [
            "2026-12-03 10:00",
            "on 03.12.2026",
            "03.12.26-05.12.26",
            "from 03.12.2026 - 05.12.2026",
            "03/12/2026, 04/12/2026",
            "03.12.2026\n04.12.2026\n05.12.2026",
            "2026-12-03 2026-12-04",
            "order 20771",
            "orders 20771, 20772 and 20773",
            "2077\n2078\n2079\n2080",
            "1.200,50 €",
            "120.000.000 COP or $ 120.000.000",
            "1.200.000 Rp",
            "45 €, 60 €, 89 €",
            "2024-11-30",
            "a 45-60 b",
            "9:00-18:00, 10.30-12.30",
            "2 @ 3.50",
            "we are at shop.example",
            "meet me at the dot",
            "AB12 CD34",
        ] {
            assert_eq!(hide(text, &mut Vec::new()), text);
        }
    }
}
