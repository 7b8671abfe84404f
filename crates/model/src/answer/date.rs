//! Parses days as people type them, in figures or in words.
//!
//! An ambiguous day is refused or asked back: `03/05` from a country that writes both orders, or `Friday 3 May` if that
//! day is a Monday. A day without a year is the next such day; `Friday` is the next Friday after today.

pub mod days;
pub mod later;
mod ordinal;
mod weekday;

use super::{
    beside,
    custom::Custom,
    feasts,
    figures::{full_year, iso_date, numeric, with_year},
    words::{self, Part, Unit, Words},
};
use crate::matching::fold;
use jiff::{
    Span, ToSpan,
    civil::{Date, Weekday},
};
use ordinal::{ordinal, ordinal_ahead};
use weekday::weekday_of;

/// A day, and the part of the day that was named with it: `tonight`, `Friday morning`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    pub date: Date,
    pub part: Option<Part>,
}

/// The day from which relative days count, and the words and the custom by which a day is read.
#[derive(Clone, Copy)]
pub struct DateContext<'a> {
    pub words: &'a Words,
    /// True if the words are of the contact's own language: only then `so` and `do` are German days of the week.
    pub own: bool,
    pub today: Date,
    pub custom: Custom,
}

impl DateContext<'_> {
    /// An almanac for each of these languages; `language` is the contact's own.
    pub fn all<'t>(
        tongues: &'t [&'static Words],
        language: &str,
        today: Date,
        custom: Custom,
    ) -> impl Iterator<Item = DateContext<'static>> + use<'t> {
        let own = words::own(language).map(|words| words.language);
        let all = tongues.iter().copied();
        all.map(move |words| DateContext { words, own: own == Some(words.language), today, custom })
    }

    /// Parses `2026-05-03`, `3.5.`, `3/5/2026`, `3 May`, `tomorrow`, `in two weeks`, `last Friday`, `the 3rd`, `Friday
    /// morning`.
    pub fn day(&self, text: &str) -> Option<Day> {
        let text = text.trim().trim_end_matches(['!', '?', ',', ';']);
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        // `3/12 of it` is a share.
        let ends = |share: &&str| fold(text).strip_suffix(*share).is_some_and(|before| before.ends_with(' '));
        if SHARES.iter().any(ends) {
            return None;
        }
        let in_figures = |text: &str| iso_date(text).or_else(|| numeric(text, self.today, self.custom));
        if beside::is_mere_word(&fold(text), self.words) {
            return None;
        }
        if let Some(date) = in_figures(text) {
            return Some(Day { date, part: None });
        }
        let parts = || text.split(|c: char| c.is_whitespace() || c == ',').filter(|part| !part.is_empty());
        let mut dates = parts().filter_map(|part| Some((part, in_figures(part)?)));
        if let Some((figures, date)) = dates.next().filter(|_| parts().count() > 1) {
            let others: Vec<&str> = parts().filter(|part| *part != figures).collect();
            dates.next().is_none().then_some(())?;
            let folded = fold(&others.join(" "));
            let others: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
            return self.beside_figures(date, &others);
        }
        let folded = fold(text);
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        if !self.own && is_ambiguous_abroad(&said, self.words) {
            return None;
        }
        self.in_words(&said)
    }

    fn in_words(&self, said: &[&str]) -> Option<Day> {
        let DateContext { words, today, .. } = *self;
        let said = words.without_courtesy(said);
        let whole = said.join(" ");
        let named = words.relative_parts.iter().find(|(_, _, names)| names.contains(&whole.as_str()));
        if let Some((days, part, _)) = named {
            let date = today.checked_add(i64::from(*days).days()).ok()?;
            return Some(Day { date, part: Some(*part) });
        }
        let of_day = |said: &[&str], part| self.date_of(said).map(|date| Day { date, part });
        of_day(said, None)
            .or_else(|| {
                let (rest, part) = words.part_at_end(said, true)?;
                of_day(rest, Some(part))
            })
            .or_else(|| {
                // German writes the day and its part as one word: `Freitagabend`.
                let (last, before) = said.split_last()?;
                let (name, part) = words.day_parts.iter().find_map(|(part, names)| {
                    let name = names.iter().find_map(|end| last.strip_suffix(end))?;
                    weekday_of(name, words).map(|_| (name, *part))
                })?;
                of_day(&[before, &[name]].concat(), Some(part))
            })
    }

    fn date_of(&self, said: &[&str]) -> Option<Date> {
        let plain: Vec<&str> = said.iter().copied().filter(|word| !self.words.fillers.contains(word)).collect();
        self.relative(said)
            .or_else(|| self.relative_weekday(&plain))
            .or_else(|| self.feast(said))
            .or_else(|| self.away(said))
            .or_else(|| self.other_week(said))
            .or_else(|| self.weekday(said, &plain))
            .or_else(|| self.month_name(&plain))
            .or_else(|| self.day_of_month(said))
            .or_else(|| self.day_of_next_month(said))
    }

    /// Parses `next month on the 3rd`, `el 3 del mes que viene`.
    fn day_of_next_month(&self, said: &[&str]) -> Option<Date> {
        let rest = words::without_start(said, NEXT_MONTH).or_else(|| words::without_end(said, NEXT_MONTH))?;
        let mut plain = rest.iter().filter(|word| !self.words.fillers.contains(word));
        let day = plain.next().and_then(|word| ordinal(word, self.words))?;
        plain.next().is_none().then_some(())?;
        let month = self.today.first_of_month().checked_add(1.months()).ok()?;
        Date::new(month.year(), month.month(), i8::try_from(day).ok()?).ok()
    }

    fn relative(&self, said: &[&str]) -> Option<Date> {
        let said = said.join(" ");
        let named = |names: &[&str]| names.iter().any(|name| *name == said || name.strip_prefix("the ") == Some(&said));
        let (days, _) = self.words.relative.iter().find(|(_, names)| named(names))?;
        self.today.checked_add(i64::from(*days).days()).ok()
    }

    /// Parses `tomorrow Sunday`, if tomorrow is a Sunday.
    fn relative_weekday(&self, said: &[&str]) -> Option<Date> {
        let ([first, last], (rest, end)) = (said, said.split_at_checked(1)?) else { return None };
        let (name, day) = match self.weekday_named(last) {
            Some(name) => (name, rest),
            None => (self.weekday_named(first)?, end),
        };
        self.relative(day).filter(|date| date.weekday() == name)
    }

    /// Parses `Christmas Eve`: the next day of this feast.
    fn feast(&self, said: &[&str]) -> Option<Date> {
        let (month, day) = feasts::day_of(&said.join(" "), self.words)?;
        with_year(day, month, None, self.today, self.custom)
    }

    /// Parses `in two weeks`, `two weeks ago`.
    fn away(&self, said: &[&str]) -> Option<Date> {
        let said = self.words.in_figures(said);
        let said: Vec<&str> = said.split(' ').collect();
        let fit = |patterns: &[&str]| patterns.iter().find_map(|pattern| self.words.fit(pattern, &said));
        let (found, sign) =
            fit(self.words.ahead).map(|found| (found, 1)).or_else(|| Some((fit(self.words.ago)?, -1)))?;
        let number = match found.number {
            // A week from today is `heute in acht Tagen`.
            Some(8) if said.starts_with(&["heute", "in"]) && found.unit == Some(Unit::Day) => 7,
            Some(number) if self.custom.weeks_in_days && found.unit == Some(Unit::Day) => {
                sign * days::in_weeks(number, self.words.language)
            }
            number => sign * i64::from(number.unwrap_or(1)),
        };
        let span: Span = match found.unit? {
            // Minutes and hours name a moment, not a day.
            Unit::Minute | Unit::Hour => return None,
            Unit::Day => Span::new().try_days(number).ok()?,
            Unit::Week => Span::new().try_weeks(number).ok()?,
            Unit::Fortnight => Span::new().try_weeks(2 * number).ok()?,
            Unit::Month => Span::new().try_months(number).ok()?,
            // Twenty years ago is no day.
            Unit::Year if number < -1 => return None,
            Unit::Year => Span::new().try_years(number).ok()?,
        };
        self.today.checked_add(span).ok()
    }

    /// True if one of the words is a weekday.
    pub fn names_a_weekday(&self, text: &str) -> bool {
        fold(text).split(' ').any(|word| weekday_of(word, self.words).is_some())
    }

    /// In a language that is not the contact's own, only long names of weekdays count.
    fn weekday_named(&self, name: &str) -> Option<Weekday> {
        weekday_of(name, self.words).filter(|_| self.own || name.len() >= FOREIGN_WEEKDAY_CHARS_MIN)
    }

    /// Parses `Friday`, `next Friday`, `last Friday`. `said` are the words of `all` without fillers.
    fn weekday(&self, all: &[&str], said: &[&str]) -> Option<Date> {
        let (mut named, mut next, mut last) = (None, false, false);
        for word in said {
            if self.words.next.contains(word) {
                next = true;
            } else if self.words.last.contains(word) && named.is_none() && word.starts_with("passe") {
                // `qu'il passe mercredi` is a wish.
                return None;
            } else if self.words.last.contains(word) {
                last = true;
            } else {
                named.replace(self.weekday_named(word)?).is_none().then_some(())?;
            }
        }
        let name = named?;
        if next && last {
            return None;
        }
        if last {
            return self.today.nth_weekday(-1, name).ok();
        }
        if self.custom.past && !next && !days::says_coming(all) {
            return self.today.nth_weekday(-1, name).ok();
        }
        let coming = self.today.nth_weekday(1, name).ok()?;
        let this_week = name.to_monday_zero_offset() > self.today.weekday().to_monday_zero_offset();
        if next && this_week && self.custom.next_is_after { coming.checked_add(1.weeks()).ok() } else { Some(coming) }
    }

    /// Parses `Friday next week`, `a week on Friday`.
    fn other_week(&self, said: &[&str]) -> Option<Date> {
        let DateContext { words, today, .. } = *self;
        let without = |names| words::without_end(said, names).or_else(|| words::without_start(said, names));
        let named = |said: &[&str]| {
            let mut plain = said.iter().filter(|word| !words.fillers.contains(word));
            let day = plain.next().and_then(|name| self.weekday_named(name))?;
            plain.next().is_none().then_some(day)
        };
        if let Some(day) = without(words.next_week).and_then(named) {
            // In some countries the week begins on Sunday for some people and on Monday for others. If the day differs,
            // nothing is returned, and the question is asked again.
            let mut found = words.week_begins.iter().map(|first| {
                let begin = today.nth_weekday(1, *first).ok()?;
                if begin.weekday() == day { Some(begin) } else { begin.nth_weekday(1, day).ok() }
            });
            let date = found.next()??;
            return found.all(|other| other == Some(date)).then_some(date);
        }
        let day = without(words.week_later).and_then(named).or_else(|| match said {
            [name, "week"] if words.language == "en" => self.weekday_named(name),
            _ => None,
        })?;
        today.nth_weekday(2, day).ok()
    }

    /// Parses `3 May`, `May 3rd, 2027`, `Friday 27 November`, `tres de mayo`, `second of May`; with a weekday also
    /// `Friday 27`.
    fn month_name(&self, said: &[&str]) -> Option<Date> {
        let DateContext { words, today, custom, .. } = *self;
        let (mut day, mut month, mut year, mut weekday) = (None, None, None, None);
        let mut rest = said;
        while let [word, behind @ ..] = rest {
            // `mar 8` is a Tuesday in these languages, and `8 mar` the eighth of March.
            if *word == MAR && MAR_IS_TUESDAY.contains(&words.language) && day.is_none() {
                weekday.replace((Weekday::Tuesday, FOREIGN_WEEKDAY_CHARS_MIN)).is_none().then_some(())?;
                rest = behind;
                continue;
            }
            if let Some(place) = words.months.iter().position(|names| names.contains(word)) {
                month.replace(i16::try_from(place + 1).ok()?).is_none().then_some(())?;
                rest = behind;
                continue;
            }
            if let Some(named) = weekday_of(word, words) {
                weekday.replace((named, word.len())).is_none().then_some(())?;
                rest = behind;
                continue;
            }
            let (number, behind) = ordinal_ahead(rest, words)?;
            rest = behind;
            if number > 31 && year.is_none() {
                year = match number {
                    32..=99 if word.len() == 2 || !word.starts_with(|c: char| c.is_ascii_digit()) => {
                        Some(full_year(number, today, custom))
                    }
                    1900.. => Some(number),
                    _ => return None,
                };
            } else {
                day.replace(number).is_none().then_some(())?;
            }
        }
        let found = match (month, weekday) {
            (Some(month), _) => with_year(day?, month, year, today, custom)?,
            // The next day with this number, if it falls on that weekday.
            (None, Some((_, letters))) if year.is_none() && (self.own || letters >= FOREIGN_WEEKDAY_CHARS_MIN) => {
                next_day_of_month(day?, today)?
            }
            (None, _) => return None,
        };
        weekday.is_none_or(|(named, _)| named == found.weekday()).then_some(found)
    }

    /// Parses `the 3rd`, `el 3`: the next day with this number.
    fn day_of_month(&self, said: &[&str]) -> Option<Date> {
        let words = self.words;
        let number = |said: &[&str]| match ordinal_ahead(said, words) {
            Some((number, [])) => Some(number),
            _ => None,
        };
        let article = words.day_of_month.iter().find_map(|pattern| {
            let start = pattern.strip_suffix(" {n}")?;
            let count = start.split(' ').count();
            (said.len() > count && said[..count].join(" ") == start).then(|| number(&said[count..]))?
        });
        let with_end = |word: &&str| {
            word.starts_with(|c: char| c.is_ascii_digit()) && words.ordinal_ends.iter().any(|end| word.ends_with(end))
        };
        // In English, `3rd` alone is enough; in other languages the endings are too short to mark a day on their own.
        let alone =
            || (words.language == "en" && said.len() == 1 && said.iter().all(with_end)).then(|| number(said))?;
        let number = article.or_else(alone)?;
        next_day_of_month(number, self.today)
    }

    /// Reads the words beside a day in figures: only its weekday, a part of the day and fillers are allowed.
    fn beside_figures(&self, date: Date, others: &[&str]) -> Option<Day> {
        let words = self.words;
        let others = words.without_courtesy(others);
        let nothing = |said: &[&str]| {
            let plain: Vec<&&str> = said.iter().filter(|word| !words.fillers.contains(word)).collect();
            match plain.as_slice() {
                [] => true,
                _ if words.polite.contains(&said.join(" ").as_str()) => true,
                [name] if **name == MAR && MAR_IS_TUESDAY.contains(&words.language) => {
                    date.weekday() == Weekday::Tuesday
                }
                [name] => self.weekday_named(name) == Some(date.weekday()),
                _ => false,
            }
        };
        if nothing(others) {
            return Some(Day { date, part: None });
        }
        let by_end = words.part_at_end(others, true).filter(|(rest, _)| nothing(rest));
        // The other words are only a part of the day.
        let alone = || {
            let said = others.join(" ");
            let named = words.parts.iter().chain(words.day_parts);
            let (part, _) = named.into_iter().find(|(_, names)| names.contains(&said.as_str()))?;
            Some(*part)
        };
        let part = by_end.map(|(_, part)| part).or_else(alone)?;
        Some(Day { date, part: Some(part) })
    }
}

/// Last words of an unfinished day: in `3/12 of it`, the figures are a share.
const SHARES: [&str; 7] = ["of", "von", "di", "de", "du", "do", "del"];
/// Phrases for the month after this one, folded.
#[rustfmt::skip]
const NEXT_MONTH: &[&str] = &[
    "next month", "el mes que viene", "del mes que viene", "mes que viene", "el proximo mes", "del proximo mes",
    "proximo mes", "le mois prochain", "du mois prochain", "mois prochain", "nachsten monat", "im nachsten monat",
    "nachsten monats", "des nachsten monats", "o mes que vem", "do mes que vem", "mes que vem", "no proximo mes",
    "do proximo mes", "il mese prossimo", "del mese prossimo", "mese prossimo", "il prossimo mese", "prossimo mese",
];
/// A longer text is not a day.
const TEXT_BYTES_MAX: usize = 120;
/// In a language that is not the contact's own, shorter words such as `so` and `do` are not weekdays.
const FOREIGN_WEEKDAY_CHARS_MIN: usize = 4;
/// The short form of both March and Tuesday.
const MAR: &str = "mar";
const MAR_IS_TUESDAY: [&str; 3] = ["es", "it", "fr"];

/// True for a `mar` that the contact's own language reads as a Tuesday or as March, so that no other language is tried.
pub fn may_be_tuesday(folded: &str, own: &Words) -> bool {
    MAR_IS_TUESDAY.contains(&own.language) && folded.split(' ').any(|word| word == MAR)
}

/// True for words that are a day in this language only if it is the contact's own: the Portuguese `segunda` means the
/// second one in Spanish, and `mar 8` a Tuesday.
fn is_ambiguous_abroad(said: &[&str], words: &Words) -> bool {
    let is_ordinal = |word: &&str| ["segunda", "terca", "quarta", "quinta", "sexta"].contains(word);
    match said {
        [MAR, ..] => true,
        [word] | [_, word] => words.language == "pt" && is_ordinal(word),
        _ => false,
    }
}

fn next_day_of_month(day: i16, today: Date) -> Option<Date> {
    let day = i8::try_from(day).ok().filter(|day| (1..=31).contains(day))?;
    let months = (0..12).filter_map(|n: i32| today.first_of_month().checked_add(n.months()).ok());
    months.filter_map(|first| Date::new(first.year(), first.month(), day).ok()).find(|found| *found >= today)
}

#[cfg(test)]
mod tests {
    use super::{super::custom::USUAL, *};
    use jiff::civil::date as civil_date;

    /// In these tests, today is Saturday, 2026-11-21.
    fn date(text: &str, language: &str, custom: Custom) -> Option<Date> {
        DateContext::all(&words::all(language).collect::<Vec<_>>(), language, civil_date(2026, 11, 21), custom)
            .find_map(|almanac| almanac.day(text))
            .map(|day| day.date)
    }

    fn day(text: &str) -> Option<Date> {
        date(text, "en", USUAL)
    }

    #[test]
    fn days_in_many_spellings() {
        for (text, expected) in [
            ("2026-12-03", civil_date(2026, 12, 3)),
            ("3.12.2026", civil_date(2026, 12, 3)),
            ("3.12.", civil_date(2026, 12, 3)),
            ("03/12/26", civil_date(2026, 12, 3)),
            ("3 May", civil_date(2027, 5, 3)),
            ("May 3rd, 2027", civil_date(2027, 5, 3)),
            ("the 3rd of May", civil_date(2027, 5, 3)),
            ("3 de mayo de 2027", civil_date(2027, 5, 3)),
            ("1er mai", civil_date(2027, 5, 1)),
            ("3. Dezember", civil_date(2026, 12, 3)),
            ("3 de março", civil_date(2027, 3, 3)),
            ("3 dicembre", civil_date(2026, 12, 3)),
            ("Friday 27 November", civil_date(2026, 11, 27)),
            ("today", civil_date(2026, 11, 21)),
            ("Mañana", civil_date(2026, 11, 22)),
            ("demain", civil_date(2026, 11, 22)),
            ("übermorgen", civil_date(2026, 11, 23)),
            ("depois de amanhã", civil_date(2026, 11, 23)),
            ("Yesterday", civil_date(2026, 11, 20)),
            ("Friday", civil_date(2026, 11, 27)),
            ("el viernes", civil_date(2026, 11, 27)),
            ("on Thursday!", civil_date(2026, 11, 26)),
            ("Saturday", civil_date(2026, 11, 28)),
            ("segunda-feira", civil_date(2026, 11, 23)),
            ("29 February", civil_date(2028, 2, 29)),
            ("next Friday", civil_date(2026, 11, 27)),
            ("in two weeks", civil_date(2026, 12, 5)),
            ("in 3 days", civil_date(2026, 11, 24)),
            ("a week from today", civil_date(2026, 11, 28)),
            ("in a fortnight", civil_date(2026, 12, 5)),
            ("in a month", civil_date(2026, 12, 21)),
            ("dentro de dos semanas", civil_date(2026, 12, 5)),
            ("dans trois jours", civil_date(2026, 11, 24)),
            ("in zwei Wochen", civil_date(2026, 12, 5)),
            ("daqui a uma semana", civil_date(2026, 11, 28)),
            ("tra due giorni", civil_date(2026, 11, 23)),
            ("the day after tomorrow", civil_date(2026, 11, 23)),
            ("the 3rd", civil_date(2026, 12, 3)),
            ("the 25th", civil_date(2026, 11, 25)),
            ("el día 3", civil_date(2026, 12, 3)),
            ("am 3.", civil_date(2026, 12, 3)),
            ("le 30", civil_date(2026, 11, 30)),
            ("tres de mayo", civil_date(2027, 5, 3)),
            ("ersten Mai", civil_date(2027, 5, 1)),
            ("primero de mayo", civil_date(2027, 5, 1)),
            ("25/12", civil_date(2026, 12, 25)),
            ("12/25/2026", civil_date(2026, 12, 25)),
            ("2026/12/3", civil_date(2026, 12, 3)),
            ("viernes 27", civil_date(2026, 11, 27)),
            ("vendredi 27", civil_date(2026, 11, 27)),
            ("venerdì 27", civil_date(2026, 11, 27)),
            ("Friday 27th", civil_date(2026, 11, 27)),
            ("Friday the 27th", civil_date(2026, 11, 27)),
            ("Fri 27/11", civil_date(2026, 11, 27)),
            ("Friday, 27/11/2026", civil_date(2026, 11, 27)),
            ("Freitag, 27.11.2026", civil_date(2026, 11, 27)),
            ("Freitag den 27.11.", civil_date(2026, 11, 27)),
            ("Freitag, den 27.", civil_date(2026, 11, 27)),
            ("on the 27th", civil_date(2026, 11, 27)),
            ("on the twenty-seventh", civil_date(2026, 11, 27)),
            ("tomorrow morning", civil_date(2026, 11, 22)),
            ("tonight", civil_date(2026, 11, 21)),
            ("Friday morning", civil_date(2026, 11, 27)),
            ("Freitagabend", civil_date(2026, 11, 27)),
            ("Freitag Morgen", civil_date(2026, 11, 27)),
            ("27.11. abends", civil_date(2026, 11, 27)),
            ("mañana por la tarde", civil_date(2026, 11, 22)),
            ("el viernes por la mañana", civil_date(2026, 11, 27)),
            ("morgen früh", civil_date(2026, 11, 22)),
            ("demain matin", civil_date(2026, 11, 22)),
            ("domani sera", civil_date(2026, 11, 22)),
            ("amanhã à noite", civil_date(2026, 11, 22)),
            ("Friday next week", civil_date(2026, 11, 27)),
            ("next week on Friday", civil_date(2026, 11, 27)),
            ("nächste Woche Montag", civil_date(2026, 11, 23)),
            ("el lunes de la semana que viene", civil_date(2026, 11, 23)),
            ("lundi de la semaine prochaine", civil_date(2026, 11, 23)),
            ("lunedì della prossima settimana", civil_date(2026, 11, 23)),
            ("segunda da semana que vem", civil_date(2026, 11, 23)),
            ("nächste Woche Sonntag", civil_date(2026, 11, 29)),
            ("a week on Friday", civil_date(2026, 12, 4)),
            ("Friday week", civil_date(2026, 12, 4)),
            ("Freitag in einer Woche", civil_date(2026, 12, 4)),
            ("second of May", civil_date(2027, 5, 2)),
            ("the twenty-third of May", civil_date(2027, 5, 23)),
            ("May the thirty-first", civil_date(2027, 5, 31)),
            ("dritter Mai", civil_date(2027, 5, 3)),
            ("am einundzwanzigsten Mai", civil_date(2027, 5, 21)),
            ("treinta y uno de mayo", civil_date(2027, 5, 31)),
            ("Friday please", civil_date(2026, 11, 27)),
            ("27/11, por favor", civil_date(2026, 11, 27)),
        ] {
            assert_eq!(day(text), Some(expected), "{text}");
        }
        for bad in [
            "",
            "31 February",
            "whenever",
            "32.1.",
            "13/13",
            "Friday 3 May",
            "next week",
            "so",
            "do",
            "3",
            "May",
            "1.2.3.4",
            "2026-02-30",
            "3 3 May",
            "Friday 28",
            "Friday, 28.11.2026",
            "Monday 27/11",
            "Sunday next week",
            "in the morning",
            "in two hours",
            "27.11. 28.11.",
            "27 people",
            "20 7 May",
        ] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_that_have_been() {
        for (language, text, expected) in [
            ("en", "last Tuesday", civil_date(2026, 11, 17)),
            ("en", "three weeks ago", civil_date(2026, 10, 31)),
            ("en", "a year ago", civil_date(2025, 11, 21)),
            ("es", "hace tres semanas", civil_date(2026, 10, 31)),
            ("es", "el martes pasado", civil_date(2026, 11, 17)),
            ("fr", "il y a deux jours", civil_date(2026, 11, 19)),
            ("de", "vor einem Monat", civil_date(2026, 10, 21)),
            ("pt", "três semanas atrás", civil_date(2026, 10, 31)),
            ("it", "due giorni fa", civil_date(2026, 11, 19)),
        ] {
            assert_eq!(date(text, language, USUAL), Some(expected), "{text}");
        }
        let past = Custom { past: true, ..USUAL };
        assert_eq!(date("3 May", "en", past), Some(civil_date(2026, 5, 3)));
    }

    #[test]
    fn next_friday_may_be_of_this_week_or_the_next() {
        let after = Custom { next_is_after: true, ..USUAL };
        assert_eq!(date("next Sunday", "en", USUAL), Some(civil_date(2026, 11, 22)));
        assert_eq!(date("next Sunday", "en", after), Some(civil_date(2026, 11, 29)));
        assert_eq!(date("next Friday", "en", after), Some(civil_date(2026, 11, 27)), "not of this week");
        assert_eq!(date("Sunday", "en", after), Some(civil_date(2026, 11, 22)));
    }

    #[test]
    fn a_language_of_ones_own_knows_short_days() {
        assert_eq!(date("do", "de", USUAL), Some(civil_date(2026, 11, 26)));
        assert_eq!(date("mie", "es", USUAL), Some(civil_date(2026, 11, 25)));
    }
}
