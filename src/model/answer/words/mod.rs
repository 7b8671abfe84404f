//! What people write for days, times, numbers, yes and no: one table per language, one file each.
//!
//! Everything stands folded (`model::matching::fold`): lower case, no accents, no punctuation.

use jiff::civil::Weekday;
use std::{collections::HashMap, sync::LazyLock};

pub mod around;
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
    /// Days from today that are named together with a part of them: `tonight`.
    pub relative_parts: &'static [(i32, Part, &'static [&'static str])],
    /// The week after this one, before or behind a day of the week.
    pub next_week: &'static [&'static str],
    /// Before or behind a day of the week: the one a week later. `Freitag in einer Woche`.
    pub week_later: &'static [&'static str],
    /// On which days a week begins for those who write so.
    pub week_begins: &'static [Weekday],
    /// `{n}` of these units ahead: `in {n} {unit}`.
    pub ahead: &'static [&'static str],
    pub units: &'static [(Unit, &'static [&'static str])],
    /// A day of the month alone: `the {n}`. The next one is meant.
    pub day_of_month: &'static [&'static str],
    /// What follows the figure of an ordinal: `3rd`.
    pub ordinal_ends: &'static [&'static str],
    /// The words for the first to the 31st, without blanks; none where nobody says them.
    pub ordinals: fn(u32) -> Vec<String>,
    /// Words that say nothing about which day is meant.
    pub fillers: &'static [&'static str],
    /// What stands before a time.
    pub at: &'static [&'static str],
    pub noon: &'static [&'static str],
    pub midnight: &'static [&'static str],
    /// What stands behind a time or a day: `4 in the afternoon`.
    pub parts: &'static [(Part, &'static [&'static str])],
    /// What stands behind a day only: `Friday evening`.
    pub day_parts: &'static [(Part, &'static [&'static str])],
    /// What may stand behind a time in figures and says nothing: `14:30 Uhr`.
    pub clock_ends: &'static [&'static str],
    pub clocks: &'static [ClockPattern],
    /// The spellings of 0 to 100, without blanks.
    pub spell: fn(u32) -> Vec<String>,
    /// 100 to 900, without blanks.
    pub hundreds: &'static [(u32, &'static [&'static str])],
    pub thousand: &'static [&'static str],
    /// What may stand between hundreds and the rest.
    pub and: &'static str,
    /// Before a number: `about 90`.
    pub about: &'static [&'static str],
    /// Behind a number, where it stays the same number whatever was asked for: `2 people`. No measures: `2 weeks` may
    /// be 2 or 14.
    pub counted: &'static [&'static str],
    /// Says nothing but that one is polite.
    pub polite: &'static [&'static str],
    /// The number words that are articles, too: `a`, `una`. They count beside a counted thing only.
    pub articles: &'static [&'static str],
    /// Behind a number in words, without blanks: `andahalf`.
    pub and_half: &'static [&'static str],
    /// Currencies in words.
    pub money: &'static [&'static str],
    /// Beside a day of the week: the coming one for some, the one after that for others.
    pub next: &'static [&'static str],
    /// Beside a day of the week: the one that was.
    pub last: &'static [&'static str],
    /// `{n}` of these units back: `{n} {unit} ago`.
    pub ago: &'static [&'static str],
    /// Spans in words and what they mean in a number and a unit: `half an hour`, `30 minutes`.
    pub spans: &'static [(&'static str, &'static str)],
    /// This very moment.
    pub now: &'static [&'static str],
    /// Behind a time: not a minute sooner or later.
    pub sharp: &'static [&'static str],
    /// The words around answers in sentences.
    pub around: &'static around::Around,
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

/// A part of the day. It says which of its two times an hour of the dial means.
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
    /// Whether people call this minute of the day so. The borders are wide where peoples differ: a Spanish `tarde`
    /// lasts until nine and longer.
    pub fn holds(self, minute: i16) -> bool {
        let hour = minute / 60;
        match self {
            Part::Am => hour < 12,
            Part::Pm => hour >= 12,
            // Not twelve: noon for a Spaniard, midnight for a Briton.
            Part::Morning => (1..12).contains(&hour),
            Part::Midday => (11..15).contains(&hour),
            Part::Afternoon => (12..22).contains(&hour),
            Part::Evening => hour >= 16,
            Part::Night => !(5..18).contains(&hour),
        }
    }

    /// It may reach over midnight: its small hours belong to the day before for some.
    pub fn is_late(self) -> bool {
        matches!(self, Part::Evening | Part::Night)
    }
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

/// What a pattern asks of its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// Figures or words.
    Any,
    /// Only in words: two figures beside each other are no time.
    OnlyWords,
    /// Minutes that can be no hour: `9 to 5` is a whole working day.
    MinutesOnly,
}

pub const fn spoken(pattern: &'static str, shift: i16, sign: i16) -> ClockPattern {
    ClockPattern { pattern, shift, sign, hours: Hours::Any }
}

pub const fn typed(pattern: &'static str, sign: i16) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign, hours: Hours::Any }
}

pub const fn only_words(pattern: &'static str) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign: 1, hours: Hours::OnlyWords }
}

pub const fn unlike_hours(pattern: &'static str) -> ClockPattern {
    ClockPattern { pattern, shift: 0, sign: -1, hours: Hours::MinutesOnly }
}

/// All tables, that of the contact's language (`pt`, `pt_BR`) first: where two languages share a word, it wins.
pub fn all(language: &str) -> impl Iterator<Item = &'static Words> {
    let own = own(language).map(|words| words.language);
    let first = LANGUAGES.into_iter().filter(move |words| Some(words.language) == own);
    first.chain(LANGUAGES.into_iter().filter(move |words| Some(words.language) != own))
}

/// All of them, in no order that matters.
pub fn every() -> Vec<&'static Words> {
    LANGUAGES.to_vec()
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
    /// The hour was written as `04`: on the clock of 24 hours.
    pub hour_is_padded: bool,
    pub minutes_in_words: bool,
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

    /// A number below a million in words, blanks left out: `twentyone`.
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

    /// `third`, blanks left out.
    pub fn ordinal(&self, joined: &str) -> Option<i16> {
        ORDINALS.get(self.language)?.get(joined).copied().and_then(|n| i16::try_from(n).ok())
    }

    /// `half an hour` as `30 minutes`.
    pub fn in_figures(&self, said: &[&str]) -> String {
        let said = format!(" {} ", said.join(" "));
        let found = self.spans.iter().find(|(name, _)| said.contains(&format!(" {name} ")));
        let said = found
            .map_or(said.clone(), |(name, figures)| said.replacen(&format!(" {name} "), &format!(" {figures} "), 1));
        said.trim().to_owned()
    }

    /// The words of numbers and ordinals, as they begin a number of several words, too.
    pub fn small_numbers(&self) -> impl Iterator<Item = String> {
        let tables = [SPELLED.get(self.language), ORDINALS.get(self.language)];
        let joined = tables.into_iter().flatten().flat_map(|table| table.keys().cloned());
        let parts =
            self.hundreds.iter().flat_map(|(_, names)| names.iter().copied()).chain(self.thousand.iter().copied());
        joined.chain(parts.map(str::to_owned))
    }

    /// Without the polite words at both ends.
    pub fn courteous<'a, 'b>(&self, said: &'a [&'b str]) -> &'a [&'b str] {
        let mut said = said;
        loop {
            let shorter = without_end(said, self.polite).or_else(|| without_start(said, self.polite));
            match shorter {
                Some(rest) => said = rest,
                None => return said,
            }
        }
    }

    /// What was said before the part of the day it ends with. `behind_day`: with `Friday` before it, not `4`.
    pub fn part_at_end<'a, 'b>(&self, said: &'a [&'b str], behind_day: bool) -> Option<(&'a [&'b str], Part)> {
        let behind_day = if behind_day { self.day_parts } else { &[] };
        let found = |(part, names): &(Part, &[&str])| without_end(said, names).map(|rest| (rest, *part));
        // The longest name: the shortest rest.
        self.parts.iter().chain(behind_day).filter_map(found).min_by_key(|(rest, _)| rest.len())
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
                "{h}" => {
                    let padded = number.first().is_some_and(|word| word.starts_with('0'));
                    Found { hour: Some(small), hour_in_words: in_words, hour_is_padded: padded, ..found }
                }
                "{m}" => Found { minutes: Some(small), minutes_in_words: in_words, ..found },
                _ => Found { number: Some(value), ..found },
            };
            self.fit_from(rest, behind, found)
        })
    }
}

/// What stands behind the longest of these starts; something must.
pub fn without_start<'a, 'b>(said: &'a [&'b str], starts: &[&str]) -> Option<&'a [&'b str]> {
    let rests = starts.iter().filter_map(|start| {
        let count = start.split(' ').count();
        (count < said.len() && begins(said, start)).then(|| &said[count..])
    });
    rests.min_by_key(|rest| rest.len())
}

/// What stands before the longest of these ends; something must.
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

/// By language, number words without blanks.
static SPELLED: LazyLock<HashMap<&'static str, HashMap<String, u32>>> = LazyLock::new(|| {
    let table = |words: &&'static Words| {
        let numbers = (0..=100).flat_map(|n| (words.spell)(n).into_iter().map(move |name| (name, n)));
        (words.language, numbers.collect())
    };
    LANGUAGES.iter().map(table).collect()
});

/// By language, ordinals without blanks.
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
    use crate::model::matching::fold;

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
