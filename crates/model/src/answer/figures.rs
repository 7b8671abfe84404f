//! Parses days in figures: `3.5.2026`, `3/5`, `03-05-26`, `2026/5/3`, `03052026`.

use super::custom::Custom;
use jiff::civil::Date;

pub fn iso_date(text: &str) -> Option<Date> {
    let strict = text.len() == 10 && text.is_ascii() && text.as_bytes()[4] == b'-';
    strict.then(|| text.parse().ok()).flatten()
}

/// Parses a day in figures. With slashes or dashes the custom says whether the month stands first, unless only one
/// order gives a valid month. Two figures with a dash are refused, because they may be a range.
pub fn numeric(text: &str, today: Date, custom: Custom) -> Option<Date> {
    // `24/7` means always.
    if text == "24/7" {
        return None;
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return close(text, today, custom);
    }
    let mark = text.chars().find(|c| ['.', '/', '-'].contains(c))?;
    let parts: Vec<&str> = text.trim_end_matches('.').split(mark).map(str::trim).collect();
    let (first, second, year) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            return with_year(number(day)?, number(month)?, Some(number(year)?), today, custom);
        }
        [first, second, year] if year.len() == 2 => {
            (number(first)?, number(second)?, Some(full_year(number(year)?, today, custom)))
        }
        [first, second, year] if year.len() == 4 => (number(first)?, number(second)?, Some(number(year)?)),
        // `30-11` and `30.11` can be no range and no price, because the larger number stands first.
        [first, second] if first.len() == 2 && second.len() == 2 && is_day_before_month(first, second) => {
            (number(first)?, number(second)?, None)
        }
        // With a decimal point in the country, `3.5` is a number; `3.5.` is a day.
        [_, _] if mark == '.' && !custom.comma_divides && !text.ends_with('.') => return None,
        [first, second] if mark != '-' && first.len() <= 2 && second.len() <= 2 => {
            (number(first)?, number(second)?, None)
        }
        _ => return None,
    };
    let (day, month) = ordered(first, second, mark, custom);
    with_year(day, month, year, today, custom)
}

/// True for a day that is no month, and a month behind it.
fn is_day_before_month(first: &str, second: &str) -> bool {
    number(first).is_some_and(|day| (13..=31).contains(&day))
        && number(second).is_some_and(|month| (1..=12).contains(&month))
}

/// Parses eight digits without a separator; the year is first or last, wherever four digits look like a year.
fn close(text: &str, today: Date, custom: Custom) -> Option<Date> {
    let is_year = |text: &str| ["19", "20"].iter().any(|century| text.starts_with(century));
    let part = |range: std::ops::Range<usize>| number(text.get(range)?);
    let by_year_first = || with_year(part(6..8)?, part(4..6)?, part(0..4), today, custom);
    let by_year_last = || {
        let (day, month) = ordered(part(0..2)?, part(2..4)?, '/', custom);
        with_year(day, month, part(4..8), today, custom)
    };
    // `20101985` also begins like a year, but then its month would be 19.
    match (is_year(text), is_year(&text[4..])) {
        (_, true) => by_year_last(),
        (true, false) => by_year_first(),
        (false, false) => None,
    }
}

/// The day and the month, in this order.
fn ordered(first: i16, second: i16, mark: char, custom: Custom) -> (i16, i16) {
    match mark {
        // With points as separators, the day comes first in every country.
        '.' => (first, second),
        // Only one order gives a valid month.
        _ if first > 12 => (first, second),
        _ if second > 12 => (second, first),
        _ if custom.month_first => (second, first),
        _ => (first, second),
    }
}

/// The full year for two digits: of this century if it is near enough, else of the previous one.
pub fn full_year(short: i16, today: Date, custom: Custom) -> i16 {
    let near = 2000 + short;
    if custom.old_century || near > today.year() + YEARS_AHEAD_MAX { near - 100 } else { near }
}

/// A two-digit year farther ahead is read as one of the previous century, as `85`.
const YEARS_AHEAD_MAX: i16 = 20;

pub fn number(text: &str) -> Option<i16> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Without a year: the day of this year, or of next year if it has passed; with a custom of the past, the last such
/// day.
pub fn with_year(day: i16, month: i16, year: Option<i16>, today: Date, custom: Custom) -> Option<Date> {
    let on = |year| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    match year {
        Some(year) => on(year).filter(|_| YEARS.contains(&year)),
        None if custom.past => (0..8).filter_map(|n| on(today.year() - n)).find(|d| *d <= today),
        // The next 29 February may be up to eight years away.
        None => (0..8)
            .filter_map(|n| on(today.year() + n))
            .find(|d| *d >= today)
            .filter(|d| d.year() <= today.year() + 1 || (month == 2 && day == 29)),
    }
}

/// Years outside this range are typing errors.
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2199;

#[cfg(test)]
mod tests {
    use super::{super::custom::USUAL, *};
    use jiff::civil::date;

    #[test]
    fn the_year_of_two_figures_is_the_one_that_people_live_in() {
        let today = date(2026, 11, 21);
        for (text, meant) in [
            ("12/05/85", date(1985, 5, 12)),
            ("12/05/99", date(1999, 5, 12)),
            ("12/05/47", date(1947, 5, 12)),
            ("12/05/26", date(2026, 5, 12)),
            ("12/05/27", date(2027, 5, 12)),
            ("12051985", date(1985, 5, 12)),
            ("19850512", date(1985, 5, 12)),
        ] {
            assert_eq!(numeric(text, today, USUAL), Some(meant), "{text}");
        }
        for bad in ["3-12", "10.30", "30101085", "1.2.3.4", "13/13", "12/5/1085", "1/2/345"] {
            assert_eq!(numeric(bad, today, USUAL), None, "{bad}");
        }
    }

    #[test]
    fn the_month_stands_first_by_custom_only() {
        let today = date(2026, 11, 21);
        let american = Custom { month_first: true, ..USUAL };
        for (text, usual, american_way) in [
            ("12/3/2026", date(2026, 3, 12), date(2026, 12, 3)),
            ("12-3-2026", date(2026, 3, 12), date(2026, 12, 3)),
            ("25/3/2027", date(2027, 3, 25), date(2027, 3, 25)),
            ("12.3.2026", date(2026, 3, 12), date(2026, 3, 12)),
            ("2026/12/3", date(2026, 12, 3), date(2026, 12, 3)),
        ] {
            assert_eq!(numeric(text, today, USUAL), Some(usual), "{text}");
            assert_eq!(numeric(text, today, american), Some(american_way), "{text}");
        }
    }
}
