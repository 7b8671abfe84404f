//! Reads a span behind an earlier day: `a week later`, `for 7 nights`, `uma semana depois`, `7 noites`.

use crate::{
    answer::words::{self, Unit, Words},
    matching::{fold, has_word},
};

/// The days of a message that is only such a span. `None`: it is another message, or its span has no certain length.
pub fn days_later(text: &str, language: &str) -> Option<u16> {
    let own = words::own(language)?;
    if text.len() > TEXT_BYTES_MAX || text.contains(['?', '¿', '-', '/', '+']) {
        return None;
    }
    let folded = fold(&text.replace(['\'', '’'], " "));
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let said = own.without_courtesy(&said);
    let is_before = |word: &&&str| BEFORE.contains(*word);
    let start = said.iter().take_while(is_before).count();
    let (unit, place) = (start..said.len()).find_map(|place| Some((unit_of(said[place], own)?, place)))?;
    let number = &said[start..place];
    let is_article = |word: &str| own.articles.contains(&word) || ONES.contains(&word);
    let count = match number {
        [article] if is_article(article) => 1,
        _ => own.number(number).and_then(|count| u16::try_from(count).ok())?,
    };
    let behind = &said[place + 1..];
    let is_behind = behind.iter().all(|word| BEHIND.contains(word));
    // `in a week` counts from today; a night or a stay counts from the arrival.
    let counts_from_there = unit == Span::Nights || !behind.is_empty() || start > 0;
    let days = count.checked_mul(match unit {
        Span::Nights | Span::Days => 1,
        Span::Weeks => 7,
    })?;
    (is_behind && counts_from_there && (1..=DAYS_MAX).contains(&days)).then_some(days)
}

/// True for a weekday of a week that is named: `friday next week`, `last monday`.
pub fn names_week(text: &str, language: &str) -> bool {
    let folded = fold(text);
    words::own(language).is_some_and(|own| {
        let lists = [own.next, own.last, own.next_week, own.week_later];
        lists.into_iter().flatten().any(|phrase| has_word(&folded, phrase))
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Span {
    Nights,
    Days,
    Weeks,
}

fn unit_of(word: &str, own: &Words) -> Option<Span> {
    if NIGHTS.contains(&word) {
        return Some(Span::Nights);
    }
    let (unit, _) = own.units.iter().find(|(_, names)| names.contains(&word))?;
    match unit {
        Unit::Day => Some(Span::Days),
        Unit::Week => Some(Span::Weeks),
        Unit::Minute | Unit::Hour | Unit::Fortnight | Unit::Month | Unit::Year => None,
    }
}

/// A longer message says more than a span.
const TEXT_BYTES_MAX: usize = 60;
/// A longer stay is told by its last day.
const DAYS_MAX: u16 = 90;
#[rustfmt::skip]
const NIGHTS: [&str; 12] = [
    "night", "nights", "noche", "noches", "nuit", "nuits", "nacht", "nachte", "noite", "noites", "notte", "notti",
];
const ONES: [&str; 8] = ["one", "a", "una", "une", "un", "uma", "um", "eine"];
/// Words before a span.
const BEFORE: [&str; 14] = [
    "for", "after", "por", "durante", "pendant", "pour", "fur", "nach", "per", "dopo", "apos", "stay", "staying",
    "despues",
];
/// Words behind a span.
#[rustfmt::skip]
const BEHIND: [&str; 26] = [
    "later", "after", "afterwards", "that", "despues", "mas", "tarde", "apres", "plus", "tard", "spater", "danach", "depois", "mais", "dopo", "piu", "tardi", "de", "da", "isso", "eso", "cela", "darauf", "then", "in",
    "total",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_from_an_earlier_day() {
        for (language, text, days) in [
            ("en", "a week later", Some(7)),
            ("en", "for 7 nights", Some(7)),
            ("en", "7 nights", Some(7)),
            ("en", "3 days later please", Some(3)),
            ("en", "in a week", None),
            ("en", "a week", None),
            ("en", "7 nights or 8", None),
            ("en", "a month later", None),
            ("es", "una semana después", Some(7)),
            ("es", "7 noches", Some(7)),
            ("fr", "une semaine plus tard", Some(7)),
            ("fr", "pour 7 nuits", Some(7)),
            ("de", "eine Woche später", Some(7)),
            ("de", "7 Nächte", Some(7)),
            ("pt", "uma semana depois", Some(7)),
            ("pt", "7 noites", Some(7)),
            ("it", "una settimana dopo", Some(7)),
            ("it", "7 notti", Some(7)),
        ] {
            assert_eq!(days_later(text, language), days, "{language} {text}");
        }
    }
}
