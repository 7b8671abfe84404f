//! Defines the words for days, times, numbers, yes and no: one table and one file for each language.
//!
//! All words are folded (`model::matching::fold`): lower case, no accents, no punctuation.

use jiff::civil::Weekday;
use std::{collections::HashMap, sync::LazyLock};

pub mod around;
pub mod asides;
mod de;
mod en;
mod es;
mod fr;
pub mod frames;
mod it;
pub mod joints;
mod pt;
pub mod verbs;
pub mod wishes;

/// All languages. A new language is a new file in this folder and a name in this list.
const LANGUAGES: [&Words; 6] = [&en::WORDS, &es::WORDS, &fr::WORDS, &de::WORDS, &pt::WORDS, &it::WORDS];

/// The words of one language.
pub struct Words {
    /// The two-letter code of the language.
    pub language: &'static str,
    pub yes: &'static [&'static str],
    pub no: &'static [&'static str],
    /// The names of the weekdays, from Monday on.
    pub weekdays: [&'static [&'static str]; 7],
    pub months: [&'static [&'static str]; 12],
    /// Words for days relative to today, with their distance in days.
    pub relative: &'static [(i32, &'static [&'static str])],
    /// Words that name a day relative to today together with a part of the day: `tonight`.
    pub relative_parts: &'static [(i32, Part, &'static [&'static str])],
    /// Words for next week, before or behind a weekday.
    pub next_week: &'static [&'static str],
    /// Words before or behind a weekday that mean the weekday one week later: `Freitag in einer Woche`.
    pub week_later: &'static [&'static str],
    /// The days on which a week begins for speakers of this language.
    pub week_begins: &'static [Weekday],
    /// Patterns for a distance in the future, with `{n}` and `{unit}`: `in {n} {unit}`.
    pub ahead: &'static [&'static str],
    pub units: &'static [(Unit, &'static [&'static str])],
    /// Patterns for a day of the month alone: `the {n}`. The next such day is meant.
    pub day_of_month: &'static [&'static str],
    /// Endings behind the digits of an ordinal: `3rd`.
    pub ordinal_ends: &'static [&'static str],
    /// The words for the first to the 31st, without blanks; empty if the language does not use them.
    pub ordinals: fn(u32) -> Vec<String>,
    /// Words that do not change which day is meant.
    pub fillers: &'static [&'static str],
    /// Words before a time.
    pub at: &'static [&'static str],
    pub noon: &'static [&'static str],
    pub midnight: &'static [&'static str],
    /// Parts of the day that stand behind a time or a day: `4 in the afternoon`.
    pub parts: &'static [(Part, &'static [&'static str])],
    /// Parts of the day that stand only behind a day: `Friday evening`.
    pub day_parts: &'static [(Part, &'static [&'static str])],
    /// Words behind a time in figures that do not change it: `14:30 Uhr`.
    pub clock_ends: &'static [&'static str],
    pub clocks: &'static [ClockPattern],
    /// The spellings of the numbers 0 to 100, without blanks.
    pub spell: fn(u32) -> Vec<String>,
    /// The hundreds from 100 to 900, without blanks.
    pub hundreds: &'static [(u32, &'static [&'static str])],
    pub thousand: &'static [&'static str],
    /// The word between the hundreds and the rest.
    pub and: &'static str,
    /// Words before a number that do not change it: `about 90`.
    pub about: &'static [&'static str],
    /// Counted things behind a number that never change it: `2 people`. Measures are left out: `2 weeks` may be 2 or
    /// 14.
    pub counted: &'static [&'static str],
    /// Polite words that do not change the answer.
    pub polite: &'static [&'static str],
    /// Number words that are also articles: `a`, `una`. They count only beside a counted thing.
    pub articles: &'static [&'static str],
    /// Words for "and a half" behind a number in words, without blanks: `andahalf`.
    pub and_half: &'static [&'static str],
    /// Names of currencies.
    pub money: &'static [&'static str],
    /// Words beside a weekday that mean the coming one for some people and the one after it for others.
    pub next: &'static [&'static str],
    /// Words beside a weekday that mean the previous one.
    pub last: &'static [&'static str],
    /// Patterns for a distance in the past: `{n} {unit} ago`.
    pub ago: &'static [&'static str],
    /// Spans in words, each with the same span as a number and a unit: `half an hour`, `30 minutes`.
    pub spans: &'static [(&'static str, &'static str)],
    /// Words for the current moment.
    pub now: &'static [&'static str],
    /// Words behind a time that stress its exactness, such as `sharp`.
    pub sharp: &'static [&'static str],
    /// The words around answers in sentences.
    pub around: &'static around::SentenceWords,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Fortnight,
    Month,
    Year,
}

/// A part of the day. It decides which of two times an hour of the 12-hour clock means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Am,
    Pm,
    Morning,
    Midday,
    Afternoon,
    Evening,
    Night,
}

impl Part {
    /// True if people use this name for this minute of the day. The ranges are wide because countries differ: a Spanish
    /// `tarde` lasts until nine and longer.
    pub fn holds(self, minute: i16) -> bool {
        let hour = minute / 60;
        match self {
            Part::Am => hour < 12,
            Part::Pm => hour >= 12,
            // Twelve is left out: it is noon for a Spaniard and midnight for a Briton.
            Part::Morning => (1..12).contains(&hour),
            Part::Midday => (11..15).contains(&hour),
            Part::Afternoon => (12..22).contains(&hour),
            Part::Evening => hour >= 16,
            Part::Night => !(5..18).contains(&hour),
        }
    }

    /// True for parts of the day that may last past midnight: some people count the hours after midnight to the
    /// previous day.
    pub fn is_late(self) -> bool {
        matches!(self, Part::Evening | Part::Night)
    }
}

/// A pattern of a spoken time: `{m} past {h}`.
pub struct ClockPattern {
    /// The words of the pattern, with `{h}` and `{m}`.
    pub pattern: &'static str,
    /// Minutes to add to the full hour `{h}`.
    pub shift: i16,
    /// `{m}` is added (1) or subtracted (-1).
    pub sign: i16,
    pub hours: Hours,
}

/// The condition of a pattern on its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// Digits or words.
    Any,
    /// Only words: two numbers in digits beside each other are not a time.
    OnlyWords,
    /// Not a length of time: `2 hours` is not two o'clock, but `14 hours` is a time.
    NoLength,
    /// Only minutes that cannot be an hour: `9 to 5` means working hours.
    MinutesOnly,
    /// Only minutes that are no second hour: `5 y 6` means two hours, `las cinco y diez` one time.
    Joined,
}

pub const fn joined(pattern: &'static str) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign: 1, hours: Hours::Joined }
}

pub const fn spoken(pattern: &'static str, shift: i16, sign: i16) -> ClockPattern {
    ClockPattern { pattern, shift, sign, hours: Hours::Any }
}

pub const fn typed(pattern: &'static str, sign: i16) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign, hours: Hours::Any }
}

pub const fn no_length(pattern: &'static str) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign: 1, hours: Hours::NoLength }
}

pub const fn only_words(pattern: &'static str) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign: 1, hours: Hours::OnlyWords }
}

pub const fn unlike_hours(pattern: &'static str) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign: -1, hours: Hours::MinutesOnly }
}

/// All tables, the contact's language (`pt`, `pt_BR`) first: its meaning wins if two languages share a word.
pub fn all(language: &str) -> impl Iterator<Item = &'static Words> {
    let own = own(language).map(|words| words.language);
    let first = LANGUAGES.into_iter().filter(move |words| Some(words.language) == own);
    first.chain(LANGUAGES.into_iter().filter(move |words| Some(words.language) != own))
}

/// All tables; the order does not matter.
pub fn every() -> Vec<&'static Words> {
    LANGUAGES.to_vec()
}

/// The table of this language.
pub fn own(language: &str) -> Option<&'static Words> {
    let short = language.split(['_', '-']).next().unwrap_or(language);
    LANGUAGES.into_iter().find(|words| words.language.eq_ignore_ascii_case(short))
}

/// The numbers that a pattern found.
#[derive(Debug, Clone, Copy, Default)]
pub struct MatchedNumbers {
    pub hour: Option<i16>,
    /// The hour was written in words.
    pub hour_in_words: bool,
    /// The hour was written with a leading zero (`04`), so it is on the 24-hour clock.
    pub hour_is_padded: bool,
    pub minutes_in_words: bool,
    pub minutes: Option<i16>,
    pub number: Option<u32>,
    pub unit: Option<Unit>,
}

impl Words {
    /// Parses a whole number: 0 to 100 in words, or any number in digits.
    pub fn number(&self, words: &[&str]) -> Option<u32> {
        if let [figures] = words
            && figures.len() <= 4
            && figures.bytes().all(|byte| byte.is_ascii_digit())
        {
            return figures.parse().ok();
        }
        self.spelled(&words.concat())
    }

    /// Parses a number below a million in words, without blanks: `twentyone`.
    pub fn spelled(&self, joined: &str) -> Option<u32> {
        let thousands = |name: &&str| {
            let (before, behind) = joined.split_once(*name)?;
            let count = if before.is_empty() { 1 } else { self.below_thousand(before)? };
            let rest = if behind.is_empty() { 0 } else { self.below_thousand(self.without_and(behind))? };
            Some(1000 * count + rest)
        };
        self.below_thousand(joined).or_else(|| self.thousand.iter().find_map(thousands))
    }

    fn below_thousand(&self, joined: &str) -> Option<u32> {
        let small = |text: &str| SPELLED.get(self.language)?.get(text).copied();
        small(joined).or_else(|| {
            let names = self.hundreds.iter().flat_map(|(value, names)| names.iter().map(move |name| (*value, *name)));
            names.into_iter().find_map(|(value, name)| match joined.strip_prefix(name)? {
                "" => Some(value),
                rest => small(self.without_and(rest)).filter(|rest| (1..100).contains(rest)).map(|rest| value + rest),
            })
        })
    }

    fn without_and<'a>(&self, text: &'a str) -> &'a str {
        text.strip_prefix(self.and).filter(|rest| !rest.is_empty()).unwrap_or(text)
    }

    /// Parses an ordinal such as `third`, without blanks.
    pub fn ordinal(&self, joined: &str) -> Option<i16> {
        ORDINALS.get(self.language)?.get(joined).copied().and_then(|n| i16::try_from(n).ok())
    }

    /// Rewrites a span in words with digits: `half an hour` becomes `30 minutes`.
    pub fn in_figures(&self, said: &[&str]) -> String {
        let said = format!(" {} ", said.join(" "));
        let found = self.spans.iter().find(|(name, _)| said.contains(&format!(" {name} ")));
        let said = found
            .map_or(said.clone(), |(name, figures)| said.replacen(&format!(" {name} "), &format!(" {figures} "), 1));
        said.trim().to_owned()
    }

    /// All words of numbers and ordinals, including the first words of longer numbers.
    pub fn small_numbers(&self) -> impl Iterator<Item = String> {
        self.cardinals().chain(ORDINALS.get(self.language).into_iter().flat_map(|table| table.keys().cloned()))
    }

    /// The words of the numbers 0 to 100, of the hundreds and of a thousand, without blanks. Each number in words begins
    /// with one of them.
    pub fn cardinals(&self) -> impl Iterator<Item = String> {
        let joined = SPELLED.get(self.language).into_iter().flat_map(|table| table.keys().cloned());
        let parts =
            self.hundreds.iter().flat_map(|(_, names)| names.iter().copied()).chain(self.thousand.iter().copied());
        joined.chain(parts.map(str::to_owned))
    }

    /// The words without the polite words at both ends.
    pub fn without_courtesy<'a, 'b>(&self, said: &'a [&'b str]) -> &'a [&'b str] {
        let mut said = said;
        loop {
            let shorter = without_end(said, self.polite).or_else(|| without_start(said, self.polite));
            match shorter {
                Some(rest) => said = rest,
                None => return said,
            }
        }
    }

    /// Splits off the part of the day at the end; returns the words before it. `behind_day`: also allows parts that
    /// stand only behind a day (`Friday evening`, not `4 evening`).
    pub fn part_at_end<'a, 'b>(&self, said: &'a [&'b str], behind_day: bool) -> Option<(&'a [&'b str], Part)> {
        let behind_day = if behind_day { self.day_parts } else { &[] };
        let found = |(part, names): &(Part, &[&str])| without_end(said, names).map(|rest| (rest, *part));
        // The longest name of a part leaves the shortest rest.
        self.parts.iter().chain(behind_day).filter_map(found).min_by_key(|(rest, _)| rest.len())
    }

    /// Matches a pattern such as `half past {h}` against the words.
    pub fn fit(&self, pattern: &str, said: &[&str]) -> Option<MatchedNumbers> {
        let pattern: Vec<&str> = pattern.split(' ').collect();
        // `years ago` names no number of years.
        let is_plural = |word: &&str| self.units.iter().any(|(_, names)| names[1..].contains(word));
        self.fit_from(&pattern, said, MatchedNumbers::default())
            .filter(|found| found.unit.is_none() || found.number.is_some() || !said.iter().any(is_plural))
    }

    fn fit_from(&self, pattern: &[&str], said: &[&str], found: MatchedNumbers) -> Option<MatchedNumbers> {
        let Some((next, rest)) = pattern.split_first() else { return said.is_empty().then_some(found) };
        if *next == "{unit}" {
            let (word, behind) = said.split_first()?;
            let (unit, _) = self.units.iter().find(|(_, names)| names.contains(word))?;
            return self.fit_from(rest, behind, MatchedNumbers { unit: Some(*unit), ..found });
        }
        if !next.starts_with('{') {
            let (word, behind) = said.split_first()?;
            return (word == next).then(|| self.fit_from(rest, behind, found)).flatten();
        }
        // A number up to 100 has at most four words: `quatre vingt dix neuf`.
        (1..=said.len().min(4)).find_map(|taken| {
            let (number, behind) = said.split_at(taken);
            let value = self.number(number)?;
            let small = i16::try_from(value).ok()?;
            let in_words = !number.concat().bytes().all(|byte| byte.is_ascii_digit());
            let found = match *next {
                "{h}" => {
                    let padded = number.first().is_some_and(|word| word.starts_with('0'));
                    MatchedNumbers { hour: Some(small), hour_in_words: in_words, hour_is_padded: padded, ..found }
                }
                "{m}" => MatchedNumbers { minutes: Some(small), minutes_in_words: in_words, ..found },
                _ => MatchedNumbers { number: Some(value), ..found },
            };
            self.fit_from(rest, behind, found)
        })
    }
}

/// The words behind the longest of these starts; `None` if nothing is left.
pub fn without_start<'a, 'b>(said: &'a [&'b str], starts: &[&str]) -> Option<&'a [&'b str]> {
    let rests = starts.iter().filter_map(|start| {
        let count = start.split(' ').count();
        (count < said.len() && begins(said, start)).then(|| &said[count..])
    });
    rests.min_by_key(|rest| rest.len())
}

/// The words before the longest of these ends; `None` if nothing is left.
pub fn without_end<'a, 'b>(said: &'a [&'b str], ends: &[&str]) -> Option<&'a [&'b str]> {
    let rests = ends.iter().filter_map(|end| {
        let rest = said.len().checked_sub(end.split(' ').count()).filter(|rest| *rest > 0)?;
        begins(&said[rest..], end).then(|| &said[..rest])
    });
    rests.min_by_key(|rest| rest.len())
}

fn begins(said: &[&str], start: &str) -> bool {
    let mut said = said.iter();
    start.split(' ').all(|word| said.next().is_some_and(|found| *found == word))
}

/// For each language, its number words without blanks.
static SPELLED: LazyLock<HashMap<&'static str, HashMap<String, u32>>> = LazyLock::new(|| {
    let table = |words: &&'static Words| {
        let numbers = (0..=100).flat_map(|n| (words.spell)(n).into_iter().map(move |name| (name, n)));
        (words.language, numbers.collect())
    };
    LANGUAGES.iter().map(table).collect()
});

/// For each language, its ordinals without blanks.
static ORDINALS: LazyLock<HashMap<&'static str, HashMap<String, u32>>> = LazyLock::new(|| {
    let table = |words: &&'static Words| {
        let numbers = (1..=31).flat_map(|n| (words.ordinals)(n).into_iter().map(move |name| (name, n)));
        (words.language, numbers.collect())
    };
    LANGUAGES.iter().map(table).collect()
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::fold;

    #[test]
    fn tables_stand_folded() {
        for words in LANGUAGES {
            let mut all: Vec<&str> = [words.yes, words.no, words.fillers, words.at, words.noon, words.midnight]
                .into_iter()
                .chain([words.next_week, words.week_later, words.clock_ends, words.about, words.counted, words.polite])
                .chain(words.weekdays)
                .chain(words.months)
                .flatten()
                .copied()
                .collect();
            all.extend(words.relative.iter().chain([]).flat_map(|(_, names)| names.iter().copied()));
            all.extend(words.relative_parts.iter().flat_map(|(_, _, names)| names.iter().copied()));
            all.extend(words.parts.iter().chain(words.day_parts).flat_map(|(_, names)| names.iter().copied()));
            all.extend(words.hundreds.iter().flat_map(|(_, names)| names.iter().copied()));
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
    fn every_ordinal_is_one_day_and_no_other_number() {
        for words in LANGUAGES {
            for n in 1..=31 {
                for name in (words.ordinals)(n) {
                    assert_eq!(words.ordinal(&name).map(i32::from), i32::try_from(n).ok(), "{} {name}", words.language);
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
