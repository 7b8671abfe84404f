//! Finds mail addresses and phone numbers in a text.
//!
//! A number that the text calls something else (`invoice 12345678`), or that is a part of something else (a code, a
//! day, a price), is no phone number.

use super::{
    AnswerContext, AnswerType, email,
    inside::{self, SENTENCE_BYTES_MAX},
    money::{self, MEASURES},
    reading::Reading,
    reasons::{self, Joint},
    words::{self, joints},
};
use crate::{
    base::phone,
    matching::{fold, has_word},
    value::Value,
};

pub(super) mod labels;
mod owners;
mod remarks;
mod spoken;

/// An address and the place where it stands in the text.
struct Address {
    start: usize,
    end: usize,
    value: String,
}

/// Finds mail addresses or phone numbers. One is the answer unless it is negated; of two, both are returned.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    if text.len() > SENTENCE_BYTES_MAX || is_question(text) {
        return Reading::default();
    }
    let written = (kind == AnswerType::Email).then(|| spoken::in_signs(text)).flatten();
    let text = written.as_deref().unwrap_or(text);
    let found: Vec<Address> = match kind {
        AnswerType::Email => mails(text),
        _ => phones(text, hearing),
    };
    let mut values: Vec<Value> = Vec::new();
    let mut without = text.to_owned();
    for address in found.iter().rev() {
        without.replace_range(address.start..address.end, " ");
    }
    for address in &found {
        let value = Value::text(address.value.as_str());
        if !values.contains(&value) {
            values.push(value);
        }
    }
    let own = words::own(hearing.language).or_else(|| words::own("en"));
    // One address among remarks about another one.
    let mut behind = found.last().map_or("", |last| &text[last.end..]).to_owned();
    if let ([one], Some(own)) = (found.as_slice(), own) {
        behind = remarks::without(&behind, own, &one.value);
        without = format!("{} {behind}", &text[..one.start]);
    }
    let without = own.map_or(without.clone(), |own| without_reason(&without, own.language));
    let rest: Vec<String> = fold(&without).split(' ').map(str::to_owned).collect();
    let is_old = rest.iter().any(|word| labels::OLD.contains(&word.as_str()));
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    let is_foreign = || {
        let Some(first) = found.first() else { return false };
        let before = &text[..first.start];
        owners::is_of_somebody_else(before, &behind, &asked, hearing.language)
            || remarks::is_stolen(before, &behind)
            || remarks::is_called_another(before, &asked)
    };
    if values.len() > 2 || is_foreign() || is_old || own.is_some_and(|own| inside::is_negated(&rest, own, hearing)) {
        return Reading::default();
    }
    Reading { likely: values, unlikely: Vec::new() }
}

/// The text without its reason, whose *not* says nothing about the address: `ring the landline, because there's no
/// signal here`.
fn without_reason(text: &str, language: &str) -> String {
    let Some(joints) = joints::of(language) else { return text.to_owned() };
    let said: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
    let is_because = |place: usize| {
        let next = folded.get(place + 1).map_or("", String::as_str);
        reasons::joint_at(&folded[place..], joints).is_some_and(|(joint, _)| joint == Joint::Because)
            || ["que", "che"].contains(&folded[place].as_str()) && HERE.contains(&next)
    };
    // `ana@example.net please, I don't check the post often`
    let is_apart = |place: usize| {
        let behind = &folded[place..];
        said[place - 1].ends_with([',', ';', '!'])
            && behind.len() >= APART_WORDS_MIN
            && !behind.iter().any(|word| is_about_it(word))
            && !behind.iter().any(|word| remarks::OVER.contains(&word.as_str()))
    };
    let end = (1..said.len()).find(|place| is_because(*place) || is_apart(*place)).unwrap_or(said.len());
    said[..end].join(" ")
}

/// True for a word that stands for an address, and for the verbs of using one.
fn is_about_it(word: &str) -> bool {
    ABOUT_IT.contains(&word)
}

/// A shorter clause may deny the address before it.
const APART_WORDS_MIN: usize = 4;
#[rustfmt::skip]
const ABOUT_IT: [&str; 62] = [
    "funziona", "uso",
    "it", "its", "that", "thats", "this", "one", "mine", "works", "work", "working", "use", "used", "longer", "anymore", "exists", "address", "email", "mail", "number", "phone",
    "eso", "ese", "esa", "este", "esta", "la", "lo", "uso", "usa", "usen", "funciona", "correo", "numero", "ca", "cela", "celle", "celui", "cest", "marche", "utilise", "adresse",
    "das", "die", "den", "der", "sie", "diese", "geht", "nutze", "nutzen", "nummer", "isso", "essa", "esse", "endereco", "questa", "quella", "questo", "quello", "indirizzo",
];

/// Words behind the Spanish, Portuguese and Italian *that* of a reason.
const HERE: [&str; 6] = ["aqui", "aca", "qui", "estoy", "estou", "sono"];

/// True for a question about an address: `is 07400 123456 your number?` A polite request is none: `can you call me at
/// 07400 123456?`
fn is_question(text: &str) -> bool {
    let folded = fold(text);
    let begins = |start: &&str| folded.strip_prefix(start).is_some_and(|rest| rest.starts_with(' '));
    let is_ours = || folded.split(' ').any(|word| labels::OWN.contains(&word));
    let is_yours = || folded.split(' ').any(|word| labels::YOURS.contains(&word));
    text.contains(['?', '¿'])
        && (labels::QUESTIONS.iter().any(begins)
            || is_yours() && !is_ours()
            || folded.contains(' ') && text.contains('@') && !is_ours())
}

fn mails(text: &str) -> Vec<Address> {
    let marks = |c: char| c.is_whitespace() || "<>()[],;:\"'!?".contains(c);
    let parts = text.split(marks).filter(|part| part.contains('@'));
    let address = |part: &str| {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        Some(Address { start, end: start + part.len(), value: email(part)? })
    };
    parts.filter_map(address).collect()
}

/// Finds runs of digits with the separators that people put between them.
fn phones(text: &str, hearing: &AnswerContext<'_>) -> Vec<Address> {
    let belongs = |c: char| c.is_ascii_digit() || " \u{a0}\u{202f}+().-/\u{2010}\u{2011}".contains(c);
    let mut runs: Vec<(usize, &str)> = Vec::new();
    for run in text.split(|c: char| !belongs(c)) {
        let run = run.trim_start_matches(|c: char| !c.is_ascii_digit() && !"+(".contains(c));
        let run = run.trim_end_matches(|c: char| !c.is_ascii_digit());
        if run.bytes().filter(u8::is_ascii_digit).count() >= PHONE_DIGITS_MIN {
            runs.push((run.as_ptr() as usize - text.as_ptr() as usize, run));
        }
    }
    let mut found = Vec::new();
    for (place, (start, run)) in runs.iter().copied().enumerate() {
        let end = start + run.len();
        let before = place.checked_sub(1).map_or(0, |before| runs[before].0 + runs[before].1.len());
        let behind = runs.get(place + 1).map_or(text.len(), |(start, _)| *start);
        let (before, behind) = (&text[before..start], &text[end..behind]);
        let is_part = is_joined(before, behind) || is_day(run) || is_amount(before, behind, hearing);
        if is_part || is_something_else(before, behind) {
            continue;
        }
        if has_extension(behind) {
            continue;
        }
        let country = hearing.phone.and_then(phone::country);
        let number = phone::read(run, country).or_else(|| phone::read(&without_old_prefix(run, country)?, Some("MX")));
        found.extend(number.map(|value| Address { start, end, value }));
    }
    found
}

/// True if an extension stands behind the number, which a number of ours cannot hold: `55 1234 5678 ext 12`.
fn has_extension(behind: &str) -> bool {
    let folded = fold(behind);
    let mut words = folded.split(' ').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default();
    let (name, number) = first.split_at(first.find(|c: char| c.is_ascii_digit()).unwrap_or(first.len()));
    EXTENSIONS.contains(&name)
        && (!number.is_empty() || words.next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit())))
}

const EXTENSIONS: [&str; 10] =
    ["ext", "extension", "extn", "poste", "interno", "int", "durchwahl", "dw", "ramal", "extensao"];

/// The national digits of a Mexican number with a prefix that ended in 2019 and 2020: the 1 of mobile numbers behind 52, and
/// 044, 045 and 01 before ten digits.
fn without_old_prefix(run: &str, country: Option<&str>) -> Option<String> {
    let digits: String = run.chars().filter(char::is_ascii_digit).collect();
    let is_abroad = run.trim_start().starts_with('+') || digits.starts_with("00");
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let national = digits.strip_prefix("521").filter(|rest| rest.len() == MEXICAN_DIGITS);
    let at_home = || {
        let prefixes = ["044", "045", "01"].iter();
        prefixes.filter_map(|prefix| digits.strip_prefix(prefix)).find(|rest| rest.len() == MEXICAN_DIGITS)
    };
    let home = country == Some("MX");
    let found = national.filter(|_| is_abroad || home).or_else(|| at_home().filter(|_| home && !is_abroad));
    found.map(str::to_owned)
}

/// All Mexican numbers have ten digits behind 52.
const MEXICAN_DIGITS: usize = 10;

/// Shorter runs of digits in a sentence are not phone numbers.
const PHONE_DIGITS_MIN: usize = 5;

/// True if the digits are a part of a code: `INV-600111333`, `#600111333`, `12345678Z`.
fn is_joined(before: &str, behind: &str) -> bool {
    let before = before.trim_end_matches(['+', '(']);
    let last = before.chars().next_back();
    let by_dash = || before.strip_suffix(['-', '/']).and_then(|text| text.chars().next_back());
    let is_letter = |c: char| c.is_alphabetic() && c != 'º';
    last.is_some_and(|c| is_letter(c) || "#№".contains(c))
        || by_dash().is_some_and(is_letter) && !before.contains("wa.me")
        || behind.chars().next().is_some_and(|c| c.is_alphabetic() || c == '%')
}

/// True for a day (`12/05/1985`, `2026-11-21`), for years (`2010-2015`), and for a place on the map (`41.403380`).
fn is_day(run: &str) -> bool {
    let marks = ['.', '/', '-'];
    let parts: Vec<&str> = run.split(marks).map(str::trim).collect();
    let number = |part: &&str| part.parse::<u32>().ok();
    let numbers: Vec<u32> = parts.iter().filter_map(number).collect();
    if numbers.len() != parts.len() {
        return false;
    }
    let is_year = |number: u32| (1900..2100).contains(&number);
    match numbers.as_slice() {
        [first, second, third] => {
            let day =
                |day: u32, month: u32| (1..=31).contains(&day) && (1..=31).contains(&month) && day.min(month) <= 12;
            let long = |place: usize| parts[place].len();
            day(*first, *second) && (is_year(*third) || long(2) == 2) && long(0) <= 2 && long(1) <= 2
                || is_year(*first) && day(*second, *third)
        }
        [first, second] => {
            let is_decimal = run.contains('.') && parts[0].len() <= 2 && parts[1].len() >= PHONE_DIGITS_MIN;
            is_year(*first) && is_year(*second) || is_decimal && !parts[0].starts_with('0')
        }
        _ => false,
    }
}

/// True for a price or a measure: `12345678 euros`, `$ 12345678`.
fn is_amount(before: &str, behind: &str, hearing: &AnswerContext<'_>) -> bool {
    let next = behind.split_whitespace().next().unwrap_or_default();
    let last = before.split_whitespace().next_back().unwrap_or_default();
    let marks = |word: &str| {
        let word = word.trim_matches(['.', ',', ';', ':', '!', ')']);
        !word.is_empty() && money::CURRENCIES.iter().any(|mark| mark.eq_ignore_ascii_case(word))
    };
    let folded = fold(next);
    let all = words::all(hearing.language);
    let counted = all.flat_map(|words| words.counted.iter().chain(words.money)).any(|name| *name == folded);
    marks(next) || marks(last) || counted || MEASURES.contains(&folded.as_str())
}

/// True if the words beside the digits call them something else than a phone number; the nearest word before them
/// decides, else the words behind: `12345678 is my order number`.
fn is_something_else(before: &str, behind: &str) -> bool {
    let mut folded = fold(&before.replace(['\'', '’'], " "));
    for phrase in labels::IN_CASE {
        if has_word(&folded, phrase) {
            folded = folded.replace(phrase, "");
        }
    }
    let nearest = folded.split(' ').rev().take(LABEL_WORDS_BEFORE).find_map(labels::of);
    if let Some(label) = nearest {
        return label == labels::Label::Other;
    }
    let folded = fold(&behind.replace(['\'', '’'], " "));
    let mut words = folded.split(' ').filter(|word| !word.is_empty()).take(LABEL_WORDS_BEHIND);
    let next = words.next().unwrap_or_default();
    let is_named = behind.trim_start().starts_with('(') && labels::of(next) == Some(labels::Label::Other);
    is_named || labels::IS.contains(&next) && words.find_map(labels::of) == Some(labels::Label::Other)
}

/// A word farther before the digits does not name them.
const LABEL_WORDS_BEFORE: usize = 6;
/// A label behind the digits stands among these first words: `is the number of my order`.
const LABEL_WORDS_BEHIND: usize = 7;
