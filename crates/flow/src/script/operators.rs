//! Defines operators that differ from Rhai's: division gives fractions, and comparisons have the results that an author
//! expects.

use super::{
    convert::from_rhai,
    sandbox::{weight, work},
};
use crate::model::value::Value;
use rhai::{Dynamic, Engine, EvalAltResult};
use std::cmp::Ordering;

type Fallible<T> = Result<T, Box<EvalAltResult>>;

pub fn register(engine: &mut Engine) {
    engine.register_fn("/", |a: i64, b: i64| divide(a, b));
    engine.register_fn("==", |a: Dynamic, b: Dynamic| equal(a, b));
    engine.register_fn("!=", |a: Dynamic, b: Dynamic| equal(a, b).map(|equal| !equal));
    for (name, holds) in ORDERS {
        engine
            .register_fn(name, move |a: Dynamic, b: Dynamic| -> Fallible<bool> { Ok(order(a, b)?.is_some_and(holds)) });
    }
    // Reading a property of a missing value gives nothing.
    engine.register_indexer_get(|_: &mut (), _: rhai::ImmutableString| Dynamic::UNIT);
    engine.register_indexer_get(|_: &mut (), _: i64| Dynamic::UNIT);
}

/// Whether an operator is true for two values in this order.
type Holds = fn(Ordering) -> bool;

const ORDERS: [(&str, Holds); 4] =
    [("<", Ordering::is_lt), (">", Ordering::is_gt), ("<=", Ordering::is_le), (">=", Ordering::is_ge)];

/// A whole number if there is no remainder: `10 / 4` is 2.5, `10 / 5` is 2.
fn divide(a: i64, b: i64) -> Fallible<Dynamic> {
    match (b, a.checked_rem(b)) {
        (0, _) => Err("division by zero".into()),
        (_, Some(0)) => Ok(Dynamic::from(a / b)),
        _ => Ok(Dynamic::from(a as f64 / b as f64)),
    }
}

/// Pays for the bytes that it compares: `contains` and similar functions of Rhai call it for each item.
fn equal(a: Dynamic, b: Dynamic) -> Fallible<bool> {
    let sides = [a, b];
    work(weight(&sides))?;
    let [a, b] = sides;
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return Ok(a == b);
    }
    Ok(match (from_rhai(a), from_rhai(b)) {
        (Ok(a), Ok(b)) => same(&a, &b),
        _ => false,
    })
}

fn order(a: Dynamic, b: Dynamic) -> Fallible<Option<Ordering>> {
    let sides = [a, b];
    work(weight(&sides))?;
    let [a, b] = sides;
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return Ok(Some(a.cmp(&b)));
    }
    Ok(match (from_rhai(a), from_rhai(b)) {
        (Ok(a), Ok(b)) => compare(&a, &b),
        _ => None,
    })
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((k, a), (l, b))| k == l && same(a, b))
        }
        (Value::Nothing, Value::Nothing) => true,
        _ => compare(a, b) == Some(Ordering::Equal),
    }
}

/// The order of two values; `None` if they have none, so that every comparison with nothing is false. A text compared
/// with a number or date is read as one, because the id of an option is a text.
pub fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::YesNo(a), Value::YesNo(b)) => Some(a.cmp(b)),
        (Value::Whole(a), Value::Whole(b)) => Some(a.cmp(b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Clock(a), Value::Clock(b)) => Some(a.cmp(b)),
        (Value::DateTime(a), Value::DateTime(b)) => Some(a.timestamp().cmp(&b.timestamp())),
        (Value::DateTime(a), Value::Date(b)) => Some(a.date().cmp(b)),
        (Value::Date(a), Value::DateTime(b)) => Some(a.cmp(&b.date())),
        (Value::DateTime(a), Value::Clock(b)) => Some(a.time().cmp(b)),
        (Value::Clock(a), Value::DateTime(b)) => Some(a.cmp(&b.time())),
        (Value::Span(a), Value::Span(b)) => Some(a.cmp(b)),
        (Value::Text(text), other) => compare(&spelled(text, other)?, other),
        (other, Value::Text(text)) => compare(other, &spelled(text, other)?),
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) if is_near(a, b) => Some(Ordering::Equal),
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => None,
        },
    }
}

/// True if both are the same number, apart from errors of binary fractions. Infinite numbers are never near.
fn is_near(a: f64, b: f64) -> bool {
    a.is_finite() && b.is_finite() && (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs())
}

/// The order of a sorted list: by kind, and within a kind by `<`. A text stays a text here even if it contains a
/// number: otherwise the order could be circular.
pub fn sorted(a: &Value, b: &Value) -> Ordering {
    let moments = || Some((moment(a)?, moment(b)?));
    rank(a).cmp(&rank(b)).then_with(|| match (a, b) {
        (Value::YesNo(a), Value::YesNo(b)) => a.cmp(b),
        (Value::Whole(a), Value::Whole(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Clock(a), Value::Clock(b)) => a.cmp(b),
        (Value::Span(a), Value::Span(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => in_turn(a.iter().zip(b), a.len().cmp(&b.len())),
        (Value::Map(a), Value::Map(b)) => {
            a.keys().cmp(b.keys()).then_with(|| in_turn(a.values().zip(b.values()), Ordering::Equal))
        }
        _ => match (number(a), number(b), moments()) {
            (Some(x), Some(y), _) => x.total_cmp(&y).then(is_whole(b).cmp(&is_whole(a))),
            (_, _, Some((x, y))) => x.cmp(&y),
            _ => Ordering::Equal,
        },
    })
}

/// The order of the kinds.
fn rank(value: &Value) -> u8 {
    match value {
        Value::YesNo(_) => 0,
        Value::Whole(_) | Value::Number(_) => 1,
        Value::Text(_) => 2,
        Value::Date(_) | Value::DateTime(_) => 3,
        Value::Clock(_) => 4,
        Value::Span(_) => 5,
        Value::List(_) => 6,
        Value::Map(_) => 7,
        Value::Nothing => 8,
    }
}

fn is_whole(value: &Value) -> bool {
    matches!(value, Value::Whole(_))
}

/// A day comes before all moments of this day in UTC; only in a zone a day is a point in time.
fn moment(value: &Value) -> Option<(i128, bool)> {
    match value {
        Value::Date(date) => {
            let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
            Some((start.timestamp().as_nanosecond(), false))
        }
        Value::DateTime(at) => Some((at.timestamp().as_nanosecond(), true)),
        _ => None,
    }
}

fn in_turn<'a>(mut pairs: impl Iterator<Item = (&'a Value, &'a Value)>, else_by: Ordering) -> Ordering {
    pairs.find_map(|(a, b)| Some(sorted(a, b)).filter(|order| order.is_ne())).unwrap_or(else_by)
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Whole(number) => Some(*number as f64),
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

/// The text as a value of the other's kind, if it contains one.
fn spelled(text: &str, other: &Value) -> Option<Value> {
    let text = text.trim();
    match other {
        // Two whole numbers are compared exactly: a card number has more digits than a floating point number.
        Value::Whole(_) | Value::Number(_) => match text.parse() {
            Ok(whole) => Some(Value::Whole(whole)),
            Err(_) => numeral(text).map(Value::Number),
        },
        // As between values: a day is compared with the day of a moment, a time of day with its time.
        Value::Date(_) => day(text).map(Value::Date).or_else(|| super::times::moment(text).map(Value::moment)),
        Value::Clock(_) => clock(text).map(Value::Clock).or_else(|| super::times::moment(text).map(Value::moment)),
        Value::DateTime(_) => day(text)
            .map(Value::Date)
            .or_else(|| clock(text).map(Value::Clock))
            .or_else(|| super::times::moment(text).map(Value::moment)),
        Value::Nothing | Value::YesNo(_) | Value::Text(_) | Value::Span(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// Parses `2026-12-24`, with nothing behind it.
fn day(text: &str) -> Option<jiff::civil::Date> {
    text.parse().ok().filter(|_| text.len() == "2026-12-24".len())
}

/// Parses `09:30`, also as people write it: `9:30`.
pub fn clock(text: &str) -> Option<jiff::civil::Time> {
    let exact = text.parse().ok().filter(|_| text.contains(':') && !text.contains('-'));
    exact.or_else(|| crate::load::hours::clock(text))
}

/// True if `compare` can compare this text with a date, or with a time of day.
pub fn spells_moment(text: &str, of_day: bool) -> bool {
    let text = text.trim();
    let dated = || {
        day(text).is_some() || text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok()
    };
    if of_day { clock(text).is_some() || text.contains('T') && dated() } else { dated() }
}

/// Parses a number in digits: `inf`, `nan` and `1e999` are words.
pub fn numeral(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    text.parse::<f64>().ok().filter(|number| digits && number.is_finite())
}

/// `24.12.2026` and `12/24/2026` with the year first. `None` if the order of day and month is not certain: with points
/// the day stands first everywhere, with slashes not.
pub fn year_first(text: &str) -> Option<String> {
    let day = text.trim().split([' ', 'T', ',']).next()?;
    let separator = day.chars().find(|c| !c.is_ascii_digit())?;
    let parts: Vec<u16> = day.split(separator).map(str::parse).collect::<Result<_, _>>().ok()?;
    let (day, month, year) = match (separator, parts.as_slice()) {
        ('.' | '/' | '-', &[year, month, day]) if year > 999 => (day, month, year),
        ('.', &[day, month, year]) if year > 999 => (day, month, year),
        ('/' | '-', &[day @ 13..=31, month, year] | &[month, day @ 13..=31, year]) if year > 999 => (day, month, year),
        ('/' | '-', &[day, month, year]) if year > 999 && day == month => (day, month, year),
        _ => return None,
    };
    let date = jiff::civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()?;
    Some(date.to_string())
}

#[cfg(test)]
mod tests {
    use super::year_first;

    #[test]
    fn only_a_certain_order_is_turned_round() {
        assert_eq!(year_first("01.02.1920").as_deref(), Some("1920-02-01"));
        assert_eq!(year_first("24.12.2026 10:00").as_deref(), Some("2026-12-24"));
        assert_eq!(year_first("12/24/2026").as_deref(), Some("2026-12-24"));
        assert_eq!(year_first("2026/12/24").as_deref(), Some("2026-12-24"));
        for text in ["01/02/2026", "31.02.2026", "24.12.26", "24 December 2026", "soon", ""] {
            assert_eq!(year_first(text), None, "{text}");
        }
    }
}
