//! Reads times of day and lengths of time in words: `half past seven`, `3 pm`, `an hour and a half`.

use super::{
    amounts::is_money,
    items::{Scan, Taken, Value},
    lexicon::{self, Measure},
    tokens::Sort,
};
use crate::answer::words::Unit;

/// Words of a spoken time: `dix neuf heures moins le quart`.
const CLOCK_WORDS_MAX: usize = 7;
const DAY: f64 = 24.0 * 60.0;

/// `half past seven`, `las cinco y media`, `15 Uhr`, `3 pm`, `noon`.
pub fn spoken_time(scan: &Scan<'_>, place: usize) -> Taken {
    // `l'après-midi` is no noon.
    if place > 0 && scan.is(place - 1, '-') {
        return None;
    }
    let fixed = |names: &[&str], minute: i16| {
        // `mezzogiorno e mezza` is found behind `a`.
        let bare = names.iter().filter(|name| name.split(' ').next().is_some_and(|first| first.len() > 3));
        let length = bare.filter_map(|name| scan.says(place, name)).max()?;
        Some((place + length, vec![Value::Time(minute)]))
    };
    let by_pattern = by_pattern(scan, place);
    let by_half = half_of_day(scan, place);
    let is_time = |values: &[Value]| values.iter().any(|value| matches!(value, Value::Time(_)));
    let in_figures =
        scan.number(place).filter(|(_, values)| scan.tokens[place].sort == Sort::Figures && is_time(values));
    let found = by_pattern.into_iter().chain(by_half).max_by_key(|(end, _)| *end);
    if let (Some((end, _)), Some((further, _))) = (&found, &in_figures)
        && further > end
    {
        return None;
    }
    found.or_else(|| fixed(scan.words.noon, 12 * 60)).or_else(|| fixed(scan.words.midnight, 0))
}

fn by_pattern(scan: &Scan<'_>, place: usize) -> Taken {
    // `33 € l'una` are each.
    if lexicon::EACH.contains(&scan.word(place)) && is_money(scan, place.wrapping_sub(1)) {
        return None;
    }
    // `from 10 to 2` are opening hours, and not ten minutes before two.
    let is_range = matches!(scan.before(place, 1), "from" | "between");
    // An article is an hour here: `a la una y media`.
    let is_number = scan.numbers[place].is_some();
    let mut best: Taken = None;
    for clock in scan.words.clocks {
        if is_range && clock.pattern.contains(" to ") {
            continue;
        }
        let first = clock.pattern.split(' ').next().unwrap_or_default();
        if first.starts_with('{') {
            if !is_number {
                continue;
            }
        } else if first != scan.word(place) {
            continue;
        }
        // Two numbers side by side are no time here; a word of the pattern must stand near.
        let ahead = &scan.tokens[place..scan.tokens.len().min(place + CLOCK_WORDS_MAX)];
        let mut fixed = clock.pattern.split(' ').filter(|part| !part.starts_with('{')).peekable();
        if fixed.peek().is_none() || !fixed.all(|part| ahead.iter().any(|token| token.word == part)) {
            continue;
        }
        for count in (1..=CLOCK_WORDS_MAX).rev() {
            let Some(said) = scan.tokens.get(place..place + count) else { continue };
            if said.iter().any(|token| token.sort == Sort::Sign && !token.is('-'))
                || best.as_ref().is_some_and(|(end, _)| *end >= place + count)
            {
                continue;
            }
            let said: Vec<&str> =
                said.iter().filter(|token| token.sort != Sort::Sign).map(|token| token.word.as_str()).collect();
            let Some(found) = scan.words.fit(clock.pattern, &said) else { continue };
            if found.hour.is_some_and(|hour| hour > 24) || found.minutes.is_some_and(|m| m > 59) {
                continue;
            }
            let hour = found.hour.map_or(0, |hour| hour * 60);
            let minute = hour + clock.shift + clock.sign * found.minutes.unwrap_or(0);
            if !(0..=24 * 60).contains(&minute) {
                continue;
            }
            let mut values = vec![Value::Time(minute)];
            if found.hour.is_some_and(|hour| hour <= 12) && !found.hour_is_padded {
                values.push(Value::Time((minute + 12 * 60) % (24 * 60)));
            }
            // `48 hours`, `12 horas` and `une heure et quart` may be lengths.
            if said[1..].iter().any(|word| unit_minutes(scan, word) == Some(60.0)) {
                values.push(Value::Measured(f64::from(minute), Measure::Time));
            }
            best = Some((place + count, values));
        }
    }
    best
}

/// A number with `am` or `pm` behind it.
fn half_of_day(scan: &Scan<'_>, place: usize) -> Taken {
    let (end, values) = scan.number(place)?;
    let rest: String = scan.text[scan.tokens.get(end)?.at.start..].chars().take(6).collect();
    let rest = rest.to_lowercase();
    let (half, length) = ["pm", "p.m.", "p.m", "p. m.", "am", "a.m.", "a.m", "a. m."]
        .iter()
        .find(|mark| rest.starts_with(**mark) && !rest[mark.len()..].starts_with(char::is_alphanumeric))
        .map(|mark| (mark.starts_with('p'), mark.len()))?;
    let times = values.iter().filter_map(|value| match value {
        Value::Time(minute) => Some(*minute % (12 * 60)),
        Value::Number(hour) if *hour >= 1.0 && *hour <= 12.0 && hour.fract() == 0.0 => Some(*hour as i16 % 12 * 60),
        _ => None,
    });
    let mut times: Vec<Value> = times.map(|minute| Value::Time(minute + if half { 12 * 60 } else { 0 })).collect();
    times.dedup();
    let end = scan.place_at(scan.tokens[end].at.start + length);
    (!times.is_empty()).then_some((end, times))
}

/// `an hour and a half`.
pub fn span(scan: &Scan<'_>, place: usize) -> Taken {
    let all = scan.words.spans.iter().chain(lexicon::spans(scan.words.language));
    let (length, figures) = all
        .filter_map(|(name, figures)| Some((scan.says(place, name)?, *figures)))
        .max_by_key(|(length, _)| *length)?;
    let (number, unit) = figures.split_once(' ')?;
    let minutes = unit_minutes(scan, unit)?;
    let number: f64 = number.parse().ok()?;
    Some((place + length, vec![Value::Measured(number * minutes, Measure::Time)]))
}

pub fn unit_minutes(scan: &Scan<'_>, word: &str) -> Option<f64> {
    let unit = scan.words.units.iter().find(|(_, names)| names.contains(&word)).map(|(unit, _)| *unit);
    let minutes = match unit {
        Some(Unit::Minute) => 1.0,
        Some(Unit::Hour) => 60.0,
        Some(Unit::Day) => DAY,
        Some(Unit::Week) => 7.0 * DAY,
        Some(Unit::Fortnight) => 14.0 * DAY,
        Some(Unit::Month) => 365.0 / 12.0 * DAY,
        Some(Unit::Year) => 365.0 * DAY,
        None => return lexicon::more_minutes(word),
    };
    Some(minutes)
}
