//! Gathers the words that may stand beside an answer, and those of which one stands in every answer.

use super::super::{
    feasts, number,
    words::{self, Words, verbs},
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// True if the word may stand beside an ambiguous candidate in this language.
pub fn is_carrier(words: &Words, word: &str) -> bool {
    CARRIERS[words.language].contains(word)
}

/// True for a word of days, times or numbers in some language.
pub fn is_signal(word: &str) -> bool {
    SIGNALS.contains(word)
}

/// True for figures behind a comma: `,5`.
pub fn is_bare_decimal(word: &str) -> bool {
    word.strip_prefix(',').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// True for a number word of some language that has no other meaning.
pub fn is_number_abroad(word: &str) -> bool {
    word.len() >= NUMBER_BYTES_MIN && number::abroad(word, "").is_some()
}

/// Shorter number words of one language are other words in another one.
const NUMBER_BYTES_MIN: usize = 4;

/// For each language, the words that may stand beside an ambiguous candidate.
static CARRIERS: LazyLock<HashMap<&'static str, HashSet<String>>> = LazyLock::new(|| {
    let table = |words: &'static Words| {
        let manners = words.polite.iter().chain(words.about).flat_map(|phrase| phrase.split(' '));
        let listed = words
            .around
            .carriers
            .split_whitespace()
            .chain(manners)
            .chain(verbs::adverbs(words.language).split_whitespace());
        (words.language, listed.map(str::to_owned).chain(verbs::forms(words.language)).collect())
    };
    words::all("").map(table).collect()
});

/// The names of the months in all languages.
pub static MONTHS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    words::all("").flat_map(|words| words.months.iter().flat_map(|names| names.iter().copied())).collect()
});

/// Words of which at least one stands in every day, time and number that is written in words.
pub static SIGNALS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut all: HashSet<String> = number::group_words().collect();
    for words in words::all("") {
        let lists = words.weekdays.iter().chain(&words.months).flat_map(|names| names.iter().copied());
        let lists = lists.chain(words.relative.iter().flat_map(|(_, names)| names.iter().copied()));
        let lists = lists.chain(words.relative_parts.iter().flat_map(|(_, _, names)| names.iter().copied()));
        let lists = lists.chain(words.noon.iter().chain(words.midnight).chain(words.now).copied());
        let lists = lists.chain(words.units.iter().flat_map(|(_, names)| names.iter().copied()));
        all.extend(lists.flat_map(|phrase| phrase.split(' ')).map(str::to_owned));
        all.extend(words.small_numbers());
    }
    all.extend(feasts::every_word().map(str::to_owned));
    all
});
