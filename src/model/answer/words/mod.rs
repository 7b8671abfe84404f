//! What people write for days, times, numbers, yes and no: one table per language, one file each.
//!
//! Everything stands folded (`model::matching::fold`): lower case, no accents, no punctuation.

use std::{collections::HashMap, sync::LazyLock};

mod de;
mod en;
mod es;
mod fr;
mod it;
mod pt;

/// All languages; a new one is a file beside this and a name here.
const LANGUAGES: [&Words; 6] = [&en::WORDS, &es::WORDS, &fr::WORDS, &de::WORDS, &pt::WORDS, &it::WORDS];

/// The words of one language.
pub struct Words {
    /// Two letters.
    pub language: &'static str,
    pub yes: &'static [&'static str],
    pub no: &'static [&'static str],
    /// From Monday on.
    pub weekdays: [&'static [&'static str]; 7],
    pub months: [&'static [&'static str]; 12],
    /// Days from today.
    pub relative: &'static [(i32, &'static [&'static str])],
    /// `{n}` of these units ahead: `in {n} {unit}`.
    pub ahead: &'static [&'static str],
    pub units: &'static [(Unit, &'static [&'static str])],
    /// A day of the month alone: `the {n}`. The next one is meant.
    pub day_of_month: &'static [&'static str],
    /// What follows the figure of an ordinal: `3rd`.
    pub ordinal_ends: &'static [&'static str],
    /// `first`, where it is written as a word.
    pub first: &'static [&'static str],
    /// Words that say nothing about which day is meant.
    pub fillers: &'static [&'static str],
    /// What stands before a time.
    pub at: &'static [&'static str],
    pub noon: &'static [&'static str],
    pub midnight: &'static [&'static str],
    /// What stands behind a time of the first or second half of the day.
    pub forenoon: &'static [&'static str],
    pub afternoon: &'static [&'static str],
    pub clocks: &'static [ClockPattern],
    /// The spellings of 0 to 100, without blanks.
    pub spell: fn(u32) -> Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Day,
    Week,
    Fortnight,
    Month,
}

/// A spoken time: `{m} past {h}`.
pub struct ClockPattern {
    /// Words, `{h}` and `{m}`.
    pub pattern: &'static str,
    /// Minutes after the full hour `{h}`.
    pub shift: i16,
    /// `{m}` counts forwards (1) or backwards (-1).
    pub sign: i16,
    pub hours: Hours,
}

/// Which half of the day a spoken hour from 1 to 6 means. Nobody asks a shop for half past four at night, and
/// nobody says `16` in words of a twelve-hour clock; what is typed in figures stays as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// The second half.
    Spoken,
    /// As typed in figures; the second half in words.
    Typed,
    /// Only in words: two figures beside each other are no time.
    OnlyWords,
}

pub const fn spoken(pattern: &'static str, shift: i16, sign: i16) -> ClockPattern {
    ClockPattern { pattern, shift, sign, hours: Hours::Spoken }
}

pub const fn typed(pattern: &'static str, sign: i16) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign, hours: Hours::Typed }
}

pub const fn only_words(pattern: &'static str) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign: 1, hours: Hours::OnlyWords }
}

/// All tables, that of the contact's language (`pt`, `pt_BR`) first: where two languages share a word, it wins.
pub fn all(language: &str) -> impl Iterator<Item = &'static Words> {
    let own = own(language).map(|words| words.language);
    let first = LANGUAGES.into_iter().filter(move |words| Some(words.language) == own);
    first.chain(LANGUAGES.into_iter().filter(move |words| Some(words.language) != own))
}

/// The table of this language.
pub fn own(language: &str) -> Option<&'static Words> {
    let short = language.split(['_', '-']).next().unwrap_or(language);
    LANGUAGES.into_iter().find(|words| words.language.eq_ignore_ascii_case(short))
}

/// What a pattern found.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found {
    pub hour: Option<i16>,
    /// The hour was written as a word.
    pub hour_in_words: bool,
    pub minutes: Option<i16>,
    pub number: Option<u32>,
    pub unit: Option<Unit>,
}

impl Words {
    /// A whole number from 0 to 100 in words, or any in figures.
    pub fn number(&self, words: &[&str]) -> Option<u32> {
        if let [figures] = words
            && figures.len() <= 4
            && figures.bytes().all(|byte| byte.is_ascii_digit())
        {
            return figures.parse().ok();
        }
        self.spelled(&words.concat())
    }

    /// A number in words, blanks left out: `twentyone`.
    pub fn spelled(&self, joined: &str) -> Option<u32> {
        SPELLED.get(self.language)?.get(joined).copied()
    }

    /// Fits `half past {h}` to what was said.
    pub fn fit(&self, pattern: &str, said: &[&str]) -> Option<Found> {
        let pattern: Vec<&str> = pattern.split(' ').collect();
        self.fit_from(&pattern, said, Found::default())
    }

    fn fit_from(&self, pattern: &[&str], said: &[&str], found: Found) -> Option<Found> {
        let Some((next, rest)) = pattern.split_first() else { return said.is_empty().then_some(found) };
        if *next == "{unit}" {
            let (word, behind) = said.split_first()?;
            let (unit, _) = self.units.iter().find(|(_, names)| names.contains(word))?;
            return self.fit_from(rest, behind, Found { unit: Some(*unit), ..found });
        }
        if !next.starts_with('{') {
            let (word, behind) = said.split_first()?;
            return (word == next).then(|| self.fit_from(rest, behind, found)).flatten();
        }
        // `quatre vingt dix neuf`: four words at most make a number up to 100.
        (1..=said.len().min(4)).find_map(|taken| {
            let (number, behind) = said.split_at(taken);
            let value = self.number(number)?;
            let small = i16::try_from(value).ok()?;
            let in_words = !number.concat().bytes().all(|byte| byte.is_ascii_digit());
            let found = match *next {
                "{h}" => Found { hour: Some(small), hour_in_words: in_words, ..found },
                "{m}" => Found { minutes: Some(small), ..found },
                _ => Found { number: Some(value), ..found },
            };
            self.fit_from(rest, behind, found)
        })
    }
}

/// By language, number words without blanks.
static SPELLED: LazyLock<HashMap<&'static str, HashMap<String, u32>>> = LazyLock::new(|| {
    let table = |words: &&'static Words| {
        let numbers = (0..=100).flat_map(|n| (words.spell)(n).into_iter().map(move |name| (name, n)));
        (words.language, numbers.collect())
    };
    LANGUAGES.iter().map(table).collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::matching::fold;

    #[test]
    fn tables_stand_folded() {
        for words in LANGUAGES {
            let mut all: Vec<&str> = [words.yes, words.no, words.fillers, words.at, words.noon, words.midnight]
                .into_iter()
                .chain([words.forenoon, words.afternoon, words.first])
                .chain(words.weekdays)
                .chain(words.months)
                .flatten()
                .copied()
                .collect();
            all.extend(words.relative.iter().chain([]).flat_map(|(_, names)| names.iter().copied()));
            all.extend(words.units.iter().flat_map(|(_, names)| names.iter().copied()));
            for word in all {
                assert_eq!(fold(word), word, "{}", words.language);
            }
        }
    }

    #[test]
    fn every_number_to_a_hundred_has_one_meaning() {
        for words in LANGUAGES {
            for n in 0..=100 {
                let names = (words.spell)(n);
                assert!(!names.is_empty(), "{} {n}", words.language);
                for name in names {
                    assert_eq!(words.spelled(&name), Some(n), "{} {name}", words.language);
                    assert_eq!(fold(&name).replace(' ', ""), name, "{}", words.language);
                }
            }
        }
    }

    #[test]
    fn the_contacts_language_comes_first() {
        assert_eq!(all("pt_BR").next().map(|words| words.language), Some("pt"));
        assert_eq!(all("xx").next().map(|words| words.language), Some("en"));
        assert_eq!(all("de").count(), LANGUAGES.len());
    }
}
