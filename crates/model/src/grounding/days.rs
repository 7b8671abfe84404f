//! Reads days: `27 November 2026`, `the 16th`, `tomorrow`, `Friday`.

use super::{
    figures::is_day,
    items::{Scan, Taken, Value},
    lexicon,
    tokens::Sort,
};
use jiff::civil::Weekday;

/// `27 November 2026`, `November 27`, `27 de noviembre`, `today`, `den 9.`.
pub fn day_by_name(scan: &Scan<'_>, place: usize) -> Taken {
    if let Some((length, days)) = relative(scan, place) {
        return Some((place + length, vec![Value::Relative(days)]));
    }
    let month_at = |place: usize| {
        let word = scan.word(place);
        let month = scan.words.months.iter().position(|names| names.contains(&word))?;
        i8::try_from(month + 1).ok()
    };
    if let Some(month) = month_at(place) {
        let at = place + 1 + usize::from(scan.is(place + 1, '.'));
        let at = at + usize::from(scan.word(at) == "the");
        let (end, day) = day_of_month(scan, at)?;
        let (end, year) = year(scan, end);
        return is_day(day, month).then(|| (end, vec![Value::Day { day, month, year }]));
    }
    let (end, day) = day_of_month(scan, place)?;
    let fillers = (end..end + 3)
        .take_while(|at| scan.is(*at, '.') || scan.is(*at, 'º') || ["de", "of", "del", "di"].contains(&scan.word(*at)));
    let at = end + fillers.count();
    let month = month_at(at)?;
    let at = at
        + 1
        + usize::from(scan.is(at + 1, '.') && scan.tokens.get(at + 2).is_some_and(|next| next.sort == Sort::Figures));
    let (end, year) = year(scan, at);
    is_day(day, month).then(|| (end, vec![Value::Day { day, month, year }]))
}

fn relative(scan: &Scan<'_>, place: usize) -> Option<(usize, i32)> {
    let parts = scan.words.relative_parts.iter().map(|(days, _, names)| (*days, *names));
    let all = scan.words.relative.iter().copied().chain(parts);
    let names = all.flat_map(|(days, names)| names.iter().map(move |name| (days, *name)));
    names
        .filter_map(|(days, name)| Some((scan.says(place, name)?, days)))
        .max_by_key(|(length, _)| *length)
        .filter(|(length, _)| *length > 1 || !lexicon::NO_DAY.contains(&scan.word(place)))
}

/// A day of the month in figures (`27`, `1st`, `1er`) or in words.
fn day_of_month(scan: &Scan<'_>, place: usize) -> Option<(usize, i8)> {
    let token = scan.tokens.get(place)?;
    if token.sort == Sort::Figures {
        let day = token.word.parse().ok().filter(|day| (1..=31).contains(day))?;
        let next = scan
            .tokens
            .get(place + 1)
            .filter(|next| next.is_glued && scan.words.ordinal_ends.contains(&next.word.as_str()));
        return Some((place + 1 + usize::from(next.is_some()), day));
    }
    if token.sort != Sort::Word {
        return None;
    }
    let by_ordinal = scan.words.ordinal(&token.word).and_then(|day| i8::try_from(day).ok()).map(|day| (place + 1, day));
    by_ordinal.or_else(|| {
        let (end, values) = scan.number(place)?;
        let [Value::Number(day)] = values.as_slice() else { return None };
        (*day >= 1.0 && *day <= 31.0).then_some((end, *day as i8))
    })
}

/// `the 16th`, without its month.
pub fn ordinal(scan: &Scan<'_>, place: usize) -> Option<(usize, i8)> {
    let is_figure = scan.tokens[place].sort == Sort::Figures;
    day_of_month(scan, place).filter(|(end, _)| is_figure && *end == place + 2)
}

fn year(scan: &Scan<'_>, place: usize) -> (usize, Option<i16>) {
    let at = place
        + (place..place + 2).take_while(|at| scan.is(*at, ',') || ["de", "del"].contains(&scan.word(*at))).count();
    let year = scan.tokens.get(at).filter(|token| token.word.len() == 4).and_then(|token| token.word.parse().ok());
    match year.filter(|year| (1900..2100).contains(year)) {
        Some(year) => (at + 1, Some(year)),
        None => (place, None),
    }
}

pub fn weekday(scan: &Scan<'_>, place: usize) -> Taken {
    let word = scan.word(place);
    let plural = word.strip_suffix('s').filter(|word| word.len() > 4);
    let by = |word: &str| scan.words.weekdays.iter().position(|names| names.contains(&word));
    // A short name needs a point, a day or another weekday beside it: `mar`, `sun`, `dom`, `do`.
    let long = by(word).filter(|day| scan.words.weekdays[*day][0] == word || word.len() > 4);
    let short = || {
        let next = scan.tokens.get(place + 1);
        // `So, …` begins a sentence more often than it is a Sunday: a day follows it, or a figure.
        let listed =
            scan.tokens.get(place + 2).is_some_and(|token| token.sort == Sort::Figures || by(&token.word).is_some());
        let beside = next.is_some_and(|next| {
            next.is('.') || next.is('-') || next.is('–') || next.is(',') && listed || next.sort == Sort::Figures
        });
        by(word).filter(|_| beside).or_else(|| lexicon::short_weekday(word, scan.words.language).filter(|_| beside))
    };
    let found = long.or_else(|| plural.and_then(by)).or_else(short)?;
    let weekday = Weekday::from_monday_zero_offset(i8::try_from(found).ok()?).ok()?;
    Some((place + 1, vec![Value::Weekday(weekday)]))
}
