//! Refuses texts that cannot be a number, before their many readings are tried.
//!
//! All runs of words of a message are tried as a number, in each way of writing figures. Nearly all have a word that
//! belongs to no number. With this look, the numbers of 150 messages cost a fifth of the instructions (callgrind).

use super::{AND, GROUPS, HUNDREDS, MILLIONS, ONE_AND_HALF, TEXT_BYTES_MAX, group_words};
use crate::{
    answer::{
        counting::KILOS,
        money::{CENTS, CURRENCIES, MEASURES},
        words::{self, Words},
    },
    matching::fold,
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// False if the text has a word that stands in no number and beside none, or no number at all.
pub fn may_be_a_number(text: &str, own: &Words) -> bool {
    let Some(known) = KNOWN.get(own.language) else { return true };
    let folded = fold(text);
    let mut is_named = false;
    let all_known = folded.split(' ').all(|word| {
        let is_number = known.is_number(word);
        is_named |= is_number;
        is_number || known.is_beside(word)
    });
    // A number word may be written apart: `a hundred`.
    all_known && (is_named || known.parts.iter().any(|part| folded.replace(' ', "").contains(part.as_str())))
}

/// False if the word stands in no number and beside none.
pub fn may_stand_in_one(word: &str, own: &Words) -> bool {
    if word.len() > TEXT_BYTES_MAX {
        return false;
    }
    let Some(known) = KNOWN.get(own.language) else { return true };
    let fits = |word: &str| word.is_empty() || known.is_beside(word) || known.is_number(word);
    let all_fit = |text: &str| fold(text).split(' ').all(fits);
    let is_mark = !word.contains(char::is_alphanumeric);
    // The Italian `un'ora` is two words.
    is_mark || all_fit(word) || word.contains(['\'', '’', '‘']) && word.split(['\'', '’', '‘']).all(all_fit)
}

/// `medi`, of `medio` and `media`.
fn without_gender(word: &str) -> &str {
    word.trim_end_matches(['a', 'e', 'o'])
}

/// The words of one language that make a number, or stand beside one.
struct NumberWords {
    /// Parts of number words, one of which each number in words has, but for those in `alone`: `one`, `hundred`.
    parts: Vec<String>,
    /// Number words, a blank between two, that may be written apart, and so with a part that is no number: `a hundred`,
    /// `und ein halb`. One text is searched faster than a list.
    long: String,
    /// Number words that are too short for `parts`: `a`, `un`.
    alone: HashSet<String>,
    /// Words that are left out of a number or belong to its form: currencies, measures, `about`, `and`.
    beside: HashSet<String>,
}

/// Shorter number words are parts of too many other words.
const PART_BYTES_MIN: usize = 3;

impl NumberWords {
    fn of(own: &Words) -> NumberWords {
        let halves = own.and_half.iter().map(|half| without_gender(half).to_owned());
        let german = || ONE_AND_HALF.into_iter().chain(GROUPS.map(|(name, _)| name)).filter(|_| own.language == "de");
        let names = own.cardinals().chain(halves).chain(german().map(str::to_owned));
        let (short, mut long): (Vec<_>, Vec<_>) = names.partition(|name| name.len() < PART_BYTES_MIN);
        let alone = short.into_iter().chain(group_words().filter(|_| own.language == "de")).collect();
        long.sort_by_key(String::len);
        let mut parts: Vec<String> = Vec::new();
        for name in &long {
            if !parts.iter().any(|part| name.contains(part.as_str())) {
                parts.push(name.clone());
            }
        }
        let units = own.units.iter().flat_map(|(_, names)| names.iter());
        let lists = [own.about, own.polite, own.money, own.counted, own.and_half, own.thousand, own.articles];
        let phrases = lists.into_iter().flatten().chain(units).copied();
        let marks = CURRENCIES.iter().chain(MEASURES).copied().chain(CENTS).chain(KILOS);
        let forms = AND.into_iter().chain(HUNDREDS).chain(MILLIONS).chain(["cents", "m", "x", "zu", own.and]);
        let all = phrases.chain(marks).chain(forms).map(fold);
        let beside = all.flat_map(|phrase| phrase.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
        NumberWords { parts, long: long.join(" "), alone, beside }
    }

    /// True for a word that is left out of a number, or is a part of a number word that is written apart.
    fn is_beside(&self, word: &str) -> bool {
        self.beside.contains(word) || self.long.contains(without_gender(word))
    }

    fn is_number(&self, word: &str) -> bool {
        word.contains(char::is_numeric)
            || self.alone.contains(word)
            || self.parts.iter().any(|part| word.contains(part.as_str()))
    }
}

/// The number words of each language.
static KNOWN: LazyLock<HashMap<&'static str, NumberWords>> =
    LazyLock::new(|| words::every().into_iter().map(|own| (own.language, NumberWords::of(own))).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_passes() {
        for own in words::every() {
            for name in own.cardinals() {
                assert!(may_be_a_number(&name, own), "{} {name}", own.language);
            }
            for phrase in own.about.iter().chain(own.polite).chain(own.money).chain(own.counted) {
                assert!(may_be_a_number(&format!("{phrase} 5"), own), "{} {phrase}", own.language);
            }
        }
        for (text, language) in [
            ("anderthalb", "de"),
            ("zwei und ein halb", "de"),
            ("zu zweit", "de"),
            ("zu dritt", "de"),
            ("año y medio", "es"),
            ("hora y media", "es"),
            ("2 ans et demi", "fr"),
            ("un", "fr"),
            ("a", "en"),
            ("a hundred", "en"),
            ("US$ 20", "en"),
            ("20 CHF", "de"),
            ("R$ 50", "pt"),
            ("x 2", "en"),
            ("½", "en"),
            ("72 kg", "it"),
        ] {
            assert!(may_be_a_number(text, words::own(language).unwrap()), "{text}");
        }
    }

    #[test]
    fn other_words_do_not() {
        for (text, language) in [
            ("my friday off please", "en"),
            ("mejor el lunes que libro", "es"),
            ("5 of my friends come", "en"),
            ("el 5 libro", "es"),
            ("please", "en"),
        ] {
            assert!(!may_be_a_number(text, words::own(language).unwrap()), "{text}");
        }
    }
}
