//! Reads a number with what stands beside it: a currency, a share, a measure.

use super::{
    days::ordinal,
    items::{Scan, Taken, Value},
    lexicon::{self, Measure},
    times::unit_minutes,
    tokens::Sort,
};

/// A number with what stands beside it: a currency, a share, a measure.
pub fn measured(scan: &Scan<'_>, place: usize) -> Taken {
    if let Some(length) = lexicon::currency_sign(&scan.text[scan.tokens[place].at.start..]) {
        let at = scan.place_at(scan.tokens[place].at.start + length);
        let apart = scan.tokens[place].sort == Sort::Sign
            || scan.text[scan.tokens[place].at.start + length..].starts_with(|c: char| !c.is_alphabetic());
        if let Some((end, values)) =
            scan.number(at).filter(|_| apart && scan.tokens.get(at).is_some_and(|token| token.sort == Sort::Figures))
        {
            return Some((end, money(&values)));
        }
    }
    if let Some((end, day)) = ordinal(scan, place) {
        return Some((end, vec![Value::DayOfMonth(day)]));
    }
    let (end, values) = scan.number(place)?;
    let rest = &scan.text[scan.tokens[end - 1].at.end..];
    let near = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '*']);
    let is_near = rest.len() - near.len() <= 3;
    if is_near && near.starts_with('%') {
        return Some((scan.place_at(scan.text.len() - near.len() + 1), percent(&values)));
    }
    if let Some(length) = lexicon::SHARES.iter().filter_map(|share| scan.says(end, share)).max() {
        return Some((end + length, percent(&values)));
    }
    if let Some(length) = lexicon::currency_sign(near).filter(|_| is_near) {
        let behind = scan.place_at(scan.text.len() - near.len() + length);
        // `12€50`
        let cents = scan
            .tokens
            .get(behind)
            .filter(|token| token.is_glued && token.sort == Sort::Figures && token.word.len() == 2);
        return Some(match cents {
            Some(cents) => (behind + 1, with_cents(&values, cents.word.parse().unwrap_or(0.0))),
            None => (behind, money(&values)),
        });
    }
    if scan.words.money.contains(&scan.word(end)) {
        let joint = usize::from(["con", "e", "et", "and", "und", "y"].contains(&scan.word(end + 1)));
        let cents = scan.number(end + 1 + joint).and_then(|(end, values)| match values.as_slice() {
            [Value::Number(cents)] if *cents >= 1.0 && *cents < 100.0 && cents.fract() == 0.0 => Some((end, *cents)),
            _ => None,
        });
        let next = cents.map_or(0, |(end, _)| end);
        let is_cents = cents.is_some()
            && !scan.words.money.contains(&scan.word(next))
            && lexicon::currency_sign(scan.word(next)).is_none();
        return Some(match cents.filter(|_| is_cents) {
            Some((end, cents)) => (end, with_cents(&values, cents)),
            None => (end + 1, money(&values)),
        });
    }
    let dash = usize::from(scan.is(end, '-') || scan.is(end, '‑'));
    let unit = scan.word(end + dash);
    // `five day passes` count passes; `a 2-year guarantee` counts years.
    let is_singular = |names: &[&str]| names.len() > 1 && names[0] == unit && names[1] == format!("{unit}s");
    let is_adjective = dash == 0
        && scan.words.language == "en"
        && scan.words.units.iter().any(|(_, names)| is_singular(names))
        && numbers(&values).any(|number| number > 1.0);
    if is_adjective {
        return Some((end, values));
    }
    let measure = unit_minutes(scan, unit).map(|minutes| (minutes, Measure::Time)).or_else(|| lexicon::measure(unit));
    if let Some((times, measure)) = measure {
        let measured = numbers(&values).map(|number| Value::Measured(number * times, measure)).collect::<Vec<_>>();
        if !measured.is_empty() {
            let times_too = values.iter().filter(|value| matches!(value, Value::Time(_))).cloned();
            return Some((end + dash + 1, measured.into_iter().chain(times_too).collect()));
        }
    }
    Some((end, values))
}

pub fn is_money(scan: &Scan<'_>, place: usize) -> bool {
    let word = scan.word(place);
    lexicon::currency_sign(word).is_some() || scan.words.money.contains(&word)
}

fn numbers(values: &[Value]) -> impl Iterator<Item = f64> {
    values.iter().filter_map(|value| match value {
        Value::Number(number) => Some(*number),
        _ => None,
    })
}

fn money(values: &[Value]) -> Vec<Value> {
    numbers(values).map(Value::Money).collect()
}

fn with_cents(values: &[Value], cents: f64) -> Vec<Value> {
    numbers(values).map(|number| Value::Money(number + cents / 100.0)).collect()
}

fn percent(values: &[Value]) -> Vec<Value> {
    numbers(values).map(Value::Percent).collect()
}
