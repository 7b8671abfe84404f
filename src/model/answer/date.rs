//! Days as people type them, in figures or in words.
//!
//! What is ambiguous is refused and asked again: `03/05` of somebody whose country we do not know, `Friday 3 May` when
//! that is a Monday. A day without a year is the next such day; `Friday` and `next Friday` are the next Friday after
//! today.

use super::{
    Hearing,
    words::{self, Unit, Words},
};
use crate::{base::phone, model::matching::fold};
use jiff::{
    Span, ToSpan,
    civil::{Date, Weekday},
};

/// `2026-05-03`, `3.5.`, `3/5/2026`, `3 May`, `tomorrow`, `in two weeks`, `Friday`, `the 3rd`.
pub fn date(text: &str, hearing: &Hearing<'_>) -> Option<Date> {
    let text = text.trim();
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    iso_date(text).or_else(|| numeric(text, hearing)).or_else(|| {
        let folded = fold(text);
        let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let own = words::own(hearing.language).map(|words| words.language);
        words::all(hearing.language)
            .find_map(|words| in_language(&said, words, own == Some(words.language), hearing.now.date()))
    })
}

pub fn iso_date(text: &str) -> Option<Date> {
    let strict = text.len() == 10 && text.is_ascii() && text.as_bytes()[4] == b'-';
    strict.then(|| text.parse().ok()).flatten()
}

/// Longer texts are no day.
const TEXT_BYTES_MAX: usize = 120;
/// In a language that is not the contact's, `so` and `do` are no days of the week.
const FOREIGN_WEEKDAY_CHARS_MIN: usize = 4;

fn in_language(said: &[&str], words: &Words, own: bool, today: Date) -> Option<Date> {
    let plain: Vec<&str> = said.iter().copied().filter(|word| !words.fillers.contains(word)).collect();
    relative(said, words, today)
        .or_else(|| ahead(said, words, today))
        .or_else(|| weekday(&plain, words, own, today))
        .or_else(|| month_name(&plain, words, today))
        .or_else(|| day_of_month(said, words, today))
}

fn relative(said: &[&str], words: &Words, today: Date) -> Option<Date> {
    let said = said.join(" ");
    let named = |names: &[&str]| names.iter().any(|name| *name == said || name.strip_prefix("the ") == Some(&said));
    let (days, _) = words.relative.iter().find(|(_, names)| named(names))?;
    today.checked_add(i64::from(*days).days()).ok()
}

/// `in two weeks`.
fn ahead(said: &[&str], words: &Words, today: Date) -> Option<Date> {
    let found = words.ahead.iter().find_map(|pattern| words.fit(pattern, said))?;
    let number = i64::from(found.number.unwrap_or(1));
    let span: Span = match found.unit? {
        Unit::Day => number.days(),
        Unit::Week => number.weeks(),
        Unit::Fortnight => (2 * number).weeks(),
        Unit::Month => number.months(),
    };
    today.checked_add(span).ok()
}

fn weekday_of(word: &str, words: &Words) -> Option<Weekday> {
    let place = words.weekdays.iter().position(|names| names.contains(&word))?;
    Weekday::from_monday_zero_offset(i8::try_from(place).ok()?).ok()
}

fn weekday(said: &[&str], words: &Words, own: bool, today: Date) -> Option<Date> {
    let [name] = said else { return None };
    let day = weekday_of(name, words).filter(|_| own || name.len() >= FOREIGN_WEEKDAY_CHARS_MIN)?;
    today.nth_weekday(1, day).ok()
}

/// `3 May`, `May 3rd, 2027`, `Friday 27 November`, `tres de mayo`.
fn month_name(said: &[&str], words: &Words, today: Date) -> Option<Date> {
    let (mut day, mut month, mut year, mut weekday) = (None, None, None, None);
    for word in said {
        if let Some(place) = words.months.iter().position(|names| names.contains(word)) {
            month.replace(i16::try_from(place + 1).ok()?).is_none().then_some(())?;
            continue;
        }
        if let Some(named) = weekday_of(word, words) {
            weekday.replace(named).is_none().then_some(())?;
            continue;
        }
        let number = ordinal(word, words)?;
        if number > 31 && year.is_none() {
            year = Some(number).filter(|y| *y >= 1900);
            year?;
        } else {
            day.replace(number).is_none().then_some(())?;
        }
    }
    let found = with_year(day?, month?, year, today)?;
    weekday.is_none_or(|named| named == found.weekday()).then_some(found)
}

/// `the 3rd`, `el 3`: the next such day.
fn day_of_month(said: &[&str], words: &Words, today: Date) -> Option<Date> {
    let article = words.day_of_month.iter().find_map(|pattern| {
        let start = pattern.strip_suffix(" {n}")?;
        let count = start.split(' ').count();
        (said.len() == count + 1 && said[..count].join(" ") == start).then(|| said[count])
    });
    let with_end = |word: &&str| word.len() > 1 && words.ordinal_ends.iter().any(|end| word.ends_with(end));
    // `3rd` alone will do in English; elsewhere the endings are too short to mean a day by themselves.
    let alone = || said.first().copied().filter(|word| said.len() == 1 && words.language == "en" && with_end(word));
    let number = ordinal(article.or_else(alone)?, words)?;
    let day = i8::try_from(number).ok().filter(|day| (1..=31).contains(day))?;
    let months = (0..12).filter_map(|n: i32| today.first_of_month().checked_add(n.months()).ok());
    months.filter_map(|first| Date::new(first.year(), first.month(), day).ok()).find(|found| *found >= today)
}

/// `3`, `3rd`, `first`, `tres`.
fn ordinal(word: &str, words: &Words) -> Option<i16> {
    if words.first.contains(&word) {
        return Some(1);
    }
    let bare = words.ordinal_ends.iter().find_map(|end| {
        word.strip_suffix(end).filter(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    });
    match bare {
        Some(digits) => number(digits),
        None => number(word).or_else(|| i16::try_from(words.spelled(word)?).ok()),
    }
}

fn number(text: &str) -> Option<i16> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// `3.5.2026`, `3/5`, `03-05-26`, `2026/5/3`. With slashes or dashes an American puts the month first; where we cannot know
/// and both ways are days, nothing is guessed.
fn numeric(text: &str, hearing: &Hearing<'_>) -> Option<Date> {
    let mark = text.chars().find(|c| ['.', '/', '-'].contains(c))?;
    let parts: Vec<&str> = text.trim_end_matches('.').split(mark).map(str::trim).collect();
    let today = hearing.now.date();
    if let [year, month, day] = parts.as_slice()
        && year.len() == 4
    {
        return with_year(number(day)?, number(month)?, Some(number(year)?), today);
    }
    let (first, second) = (number(parts.first()?)?, number(parts.get(1)?)?);
    let year = match parts.get(2) {
        None => None,
        Some(year) if year.len() == 2 => Some(2000 + number(year)?),
        Some(year) if year.len() == 4 => Some(number(year)?),
        Some(_) => return None,
    };
    if parts.len() > 3 {
        return None;
    }
    let country = hearing.phone.and_then(phone::country);
    let american = country.is_some_and(|country| country == "US");
    let unknown = country.is_none() && hearing.language.starts_with("en");
    let (day, month) = match mark {
        // Only one order makes a month.
        _ if first > 12 => (first, second),
        _ if second > 12 => (second, first),
        '/' | '-' if american => (second, first),
        '/' | '-' if unknown && first != second => return None,
        _ => (first, second),
    };
    with_year(day, month, year, today)
}

/// Without a year: this year's day, or next year's when it has passed.
fn with_year(day: i16, month: i16, year: Option<i16>, today: Date) -> Option<Date> {
    let on = |year| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    match year {
        Some(year) => on(year),
        // 29 February may be some years away.
        None => (0..8)
            .filter_map(|n| on(today.year() + n))
            .find(|d| *d >= today)
            .filter(|d| d.year() <= today.year() + 1 || (month == 2 && day == 29)),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};
    use jiff::civil::date as civil_date;

    /// Today is Saturday, 2026-11-21.
    fn day(text: &str) -> Option<Date> {
        date(text, &hearing("en"))
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
        ] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn slashes_are_american_for_americans() {
        let american = Hearing { phone: Some("+14155551234"), ..hearing("en") };
        assert_eq!(date("12-3-2026", &american), Some(civil_date(2026, 12, 3)));
        assert_eq!(date("25-3-2027", &american), Some(civil_date(2027, 3, 25)));
        assert_eq!(date("12/3/2026", &american), Some(civil_date(2026, 12, 3)));
        let unknown = Hearing { phone: None, ..hearing("en") };
        assert_eq!((date("12/3/2026", &unknown), date("3/3/2027", &unknown).is_some()), (None, true));
        assert_eq!(date("12-3-2026", &unknown), None);
        assert_eq!(date("12/3/2027", &Hearing { phone: None, ..hearing("de") }), Some(civil_date(2027, 3, 12)));
    }

    #[test]
    fn a_language_of_ones_own_knows_short_days() {
        assert_eq!(date("do", &hearing("de")), Some(civil_date(2026, 11, 26)));
        assert_eq!(date("mie", &hearing("es")), Some(civil_date(2026, 11, 25)));
    }
}
