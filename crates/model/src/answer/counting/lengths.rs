//! Reads a length of time in the unit of its question: `1h30` and `media hora` to *For how many hours?*, and `una semana` to
//! *How many nights?*

use super::{AnswerContext, AnswerType, HOW_MANY, Reading, is_first_noun};
use crate::{
    answer::{
        inside,
        words::{self, Unit, Words},
    },
    matching::{fold, has_word},
    value::Value,
};

/// The length, if the whole message is one and the question counts hours or nights.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    let is_number = matches!(kind, AnswerType::Number | AnswerType::Whole);
    let (Some(own), true) = (words::own(hearing.language), is_number) else { return Reading::default() };
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    let asks = HOW_MANY.iter().any(|phrase| has_word(&asked, phrase));
    if !asks || text.len() > inside::SENTENCE_BYTES_MAX || text.contains(['?', '¿', '<', '>']) || is_range(text) {
        return Reading::default();
    }
    let said = parts(text);
    let words: Vec<&str> = said.iter().map(String::as_str).collect();
    let words = trimmed(own.without_courtesy(&words), own);
    let counts = |names: &[&str]| names.iter().any(|name| is_first_noun(&asked, name));
    let value = if counts(&HOURS) {
        hours(words, own)
    } else if counts(&NIGHTS) {
        weeks(words, own).map(|weeks| DAYS_OF_WEEK * weeks)
    } else {
        None
    };
    Reading::one(value.and_then(|value| match value.fract() == 0.0 {
        true => Some(Value::Whole(value as i64)),
        false => (kind == AnswerType::Number).then_some(Value::Number(value)),
    }))
}

/// True for a dash beside a figure: `2-3 horas`.
fn is_range(text: &str) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let beside = |(place, _): (usize, char)| {
        digit(text[..place].trim_end().chars().next_back()) || digit(text[place + 1..].trim_start().chars().next())
    };
    text.char_indices().filter(|(_, c)| *c == '-').any(beside)
}

const DAYS_OF_WEEK: f64 = 7.0;
const MINUTES_OF_HOUR: f64 = 60.0;
/// Longer lengths are none of hours.
const HOURS_MAX: f64 = 1000.0;

/// The words of a text, with blanks between figures and letters and with `½` and `1/2` as a half.
fn parts(text: &str) -> Vec<String> {
    let text = text.replace("1/2", " half ").replace('½', " half ").replace(['\'', '’', '-'], " ");
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        let last = out.chars().next_back();
        let splits = last.is_some_and(|last| {
            last.is_ascii_digit() && c.is_alphabetic() || last.is_alphabetic() && c.is_ascii_digit()
        });
        if splits {
            out.push(' ');
        }
        out.push(c);
    }
    fold(&out).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The words without those that leave a length as it is: `unas`, `environ`, `max`.
fn trimmed<'a, 'b>(said: &'a [&'b str], own: &Words) -> &'a [&'b str] {
    let is_about = |word: &&&str| ABOUT.contains(*word) || own.about.contains(*word);
    let start = said.iter().take_while(is_about).count();
    let end = said.iter().rev().take_while(|word| LIMITS.contains(*word)).count();
    said.get(start..said.len().saturating_sub(end)).unwrap_or_default()
}

/// The hours of `1 hora y media`, `2 h 30`, `90 minutos`, `media hora`, `dos y media`.
fn hours(said: &[&str], own: &Words) -> Option<f64> {
    let of_unit = |unit: Unit, word: &str| own.units.iter().any(|(of, names)| *of == unit && names.contains(&word));
    let is_hour = |word: &str| HOURS.contains(&word) || HOURS_SHORT.contains(&word) || of_unit(Unit::Hour, word);
    let is_minute = |word: &str| MINUTES.contains(&word) || of_unit(Unit::Minute, word);
    let number = |word: &str| match own.articles.contains(&word) || ONES.contains(&word) {
        true => Some(1.0),
        false => own.number(&[word]).map(f64::from),
    };
    let said: Vec<&str> = said.iter().copied().filter(|word| !SMALL.contains(word)).collect();
    // `media hora`, `une demi heure`, `half an hour`, `eine halbe stunde`
    let without_articles: Vec<&str> =
        said.iter().copied().filter(|word| number(word) != Some(1.0) || *word == "1").collect();
    if let [half, hour] = without_articles.as_slice()
        && HALVES.contains(half)
        && is_hour(hour)
    {
        return Some(0.5);
    }
    if let [rest @ .., pair, of, hour] = said.as_slice()
        && PAIRS.contains(pair)
        && ["de", "of", "d"].contains(of)
        && is_hour(hour)
        && rest.iter().all(|word| number(word) == Some(1.0))
    {
        return Some(2.0);
    }
    if let [half_hour] = said.as_slice()
        && HALF_HOURS.contains(half_hour)
    {
        return Some(0.5);
    }
    let (first, mut rest) = said.split_first()?;
    // `hora y media` has no number.
    let mut value = match number(first) {
        Some(value) => value,
        None if is_hour(first) && !rest.is_empty() => {
            rest = &said;
            1.0
        }
        None => return None,
    };
    let (unit, behind) = rest.split_first()?;
    let mut has_unit = false;
    if is_minute(unit) {
        return behind.is_empty().then_some(value / MINUTES_OF_HOUR);
    }
    if is_hour(unit) {
        (has_unit, rest) = (true, behind);
    }
    if let [and, behind @ ..] = rest
        && ANDS.contains(and)
    {
        rest = behind;
    }
    let minutes =
        |word: &str| own.number(&[word]).map(f64::from).filter(|minutes| (1.0..MINUTES_OF_HOUR).contains(minutes));
    let is_half = |word: &str| HALVES.contains(&word);
    value += match rest {
        [] if has_unit => 0.0,
        [half] if is_half(half) => 0.5,
        [article, half] if number(article) == Some(1.0) && is_half(half) => 0.5,
        [half, hour] if is_half(half) && is_hour(hour) => 0.5,
        [article, half, hour] if number(article) == Some(1.0) && is_half(half) && is_hour(hour) => 0.5,
        [quarter] if QUARTERS.contains(quarter) && has_unit => 0.25,
        [minute] if has_unit => minutes(minute)? / MINUTES_OF_HOUR,
        [minute, unit] if has_unit && is_minute(unit) => minutes(minute)? / MINUTES_OF_HOUR,
        _ => return None,
    };
    (value <= HOURS_MAX).then_some(value)
}

/// The weeks of `una semana`, `2 semaines`.
fn weeks(said: &[&str], own: &Words) -> Option<f64> {
    let [number, week] = said else { return None };
    let is_week = own.units.iter().any(|(unit, names)| *unit == Unit::Week && names.contains(week));
    let count = match own.articles.contains(number) || ONES.contains(number) {
        true => 1,
        false => own.number(&[number]).filter(|count| (1..=WEEKS_MAX).contains(count))?,
    };
    is_week.then_some(f64::from(count))
}

/// Nobody books more weeks by nights.
const WEEKS_MAX: u32 = 8;

#[rustfmt::skip]
const HOURS: [&str; 15] = [
    "hours", "hour", "horas", "hora", "horita", "horitas", "heures", "heure", "stunden", "stunde", "ore", "ora", "horinhas", "horinha", "oretta",
];
const HOURS_SHORT: [&str; 6] = ["h", "hs", "hr", "hrs", "std", "hrs"];
const MINUTES: [&str; 9] = ["min", "mins", "minute", "minutes", "minutos", "minuto", "minuten", "minuti", "minutitos"];
const NIGHTS: [&str; 9] = ["nights", "noches", "nuits", "nachte", "naechte", "noites", "notti", "night", "noche"];
const HALVES: [&str; 12] =
    ["half", "media", "medio", "demi", "demie", "halb", "halbe", "meia", "meio", "mezza", "mezzo", "mezz"];
const HALF_HOURS: [&str; 3] = ["mezzora", "demiheure", "halbestunde"];
const QUARTERS: [&str; 6] = ["cuarto", "quart", "quarter", "viertel", "quarto", "quartino"];
const PAIRS: [&str; 6] = ["par", "couple", "paire", "paio", "parcito", "parzinho"];
const ONES: [&str; 9] = ["one", "a", "an", "una", "une", "eine", "einer", "uma", "un"];
const ANDS: [&str; 7] = ["and", "y", "et", "und", "e", "con", "a"];
const SMALL: [&str; 4] = ["petites", "petite", "pequenas", "pequena"];
const ABOUT: [&str; 13] = [
    "unas",
    "unos",
    "como",
    "environ",
    "about",
    "around",
    "etwa",
    "ca",
    "umas",
    "circa",
    "aproximadamente",
    "mas o menos",
    "for",
];
const LIMITS: [&str; 8] = ["max", "maximo", "maximum", "maxi", "maximal", "tops", "massimo", "nomas"];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};

    #[test]
    fn a_length_is_read_in_the_unit_of_the_question() {
        let hours = [
            ("en", "For how many hours?"),
            ("es", "¿Por cuántas horas?"),
            ("fr", "Pour combien d'heures ?"),
            ("de", "Für wie viele Stunden?"),
            ("pt", "Por quantas horas?"),
            ("it", "Per quante ore?"),
        ];
        for (language, text, value) in [
            ("es", "media hora", Some("0.5")),
            ("es", "1 hora y media", Some("1.5")),
            ("es", "tres horas y media", Some("3.5")),
            ("es", "dos y media", Some("2.5")),
            ("es", "2 1/2", Some("2.5")),
            ("es", "un par de horas", Some("2")),
            ("es", "una horita", Some("1")),
            ("es", "unas 2 horitas", Some("2")),
            ("es", "hora y cuarto", Some("1.25")),
            ("es", "90 minutos", Some("1.5")),
            ("es", "2h30", Some("2.5")),
            ("es", "las 3 y media", None),
            ("fr", "1h30", Some("1.5")),
            ("fr", "2 h 30", Some("2.5")),
            ("fr", "une heure et demie", Some("1.5")),
            ("fr", "une demi-heure", Some("0.5")),
            ("fr", "une heure trente", Some("1.5")),
            ("fr", "deux petites heures", Some("2")),
            ("fr", "2 heures max", Some("2")),
            ("en", "half an hour", Some("0.5")),
            ("en", "2 and a half hours", Some("2.5")),
            ("de", "eine halbe Stunde", Some("0.5")),
            ("pt", "meia hora", Some("0.5")),
            ("it", "mezz'ora", Some("0.5")),
            ("it", "un'ora e mezza", Some("1.5")),
        ] {
            let question = hours.iter().find(|(of, _)| *of == language).map_or("", |(_, question)| question);
            let hearing = AnswerContext { question, ..hearing(language) };
            let found = read(AnswerType::Number, &InboundKind::Text { body: text.into() }, &hearing).single();
            assert_eq!(found.and_then(|value| value.print()).as_deref(), value, "{language} {text}");
        }
        for (language, question, text) in [
            ("es", "¿Cuántas noches se queda?", "una semana"),
            ("fr", "Combien de nuits restez-vous ?", "une semaine"),
            ("en", "How many nights?", "a week"),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let found = read(AnswerType::Whole, &InboundKind::Text { body: text.into() }, &hearing).single();
            assert_eq!(found, Some(crate::value::Value::Whole(7)), "{language} {text}");
        }
    }
}
