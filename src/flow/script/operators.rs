//! Operators that differ from Rhai's: division gives fractions, and comparisons say what an author expects.

use super::{convert::from_rhai, sandbox::work};
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
    // Reading through a missing value gives nothing.
    engine.register_indexer_get(|_: &mut (), _: rhai::ImmutableString| Dynamic::UNIT);
    engine.register_indexer_get(|_: &mut (), _: i64| Dynamic::UNIT);
}

/// Whether an operator holds for two values in this order.
type Holds = fn(Ordering) -> bool;

const ORDERS: [(&str, Holds); 4] =
    [("<", Ordering::is_lt), (">", Ordering::is_gt), ("<=", Ordering::is_le), (">=", Ordering::is_ge)];

/// Whole when it comes out even: `10 / 4` is 2.5, `10 / 5` is 2.
fn divide(a: i64, b: i64) -> Fallible<Dynamic> {
    match (b, a.checked_rem(b)) {
        (0, _) => Err("division by zero".into()),
        (_, Some(0)) => Ok(Dynamic::from(a / b)),
        _ => Ok(Dynamic::from(a as f64 / b as f64)),
    }
}

/// Costs as much as an operation: `contains` and the like of Rhai ask it of each item.
fn equal(a: Dynamic, b: Dynamic) -> Fallible<bool> {
    work(1)?;
    if let (Ok(a), Ok(b)) = (a.as_int(), b.as_int()) {
        return Ok(a == b);
    }
    Ok(match (from_rhai(a), from_rhai(b)) {
        (Ok(a), Ok(b)) => same(&a, &b),
        _ => false,
    })
}

fn order(a: Dynamic, b: Dynamic) -> Fallible<Option<Ordering>> {
    work(1)?;
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

/// The order of two values; `None` where none is meant, so that every comparison with nothing is false.
/// A text stands for the number or date that it spells when it meets one: the id of an option is a text.
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
            (Some(a), Some(b)) if (a - b).abs() <= f64::EPSILON * a.abs().max(b.abs()) => Some(Ordering::Equal),
            (Some(a), Some(b)) => a.partial_cmp(&b),
            _ => None,
        },
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Whole(number) => Some(*number as f64),
        Value::Number(number) => Some(*number),
        _ => None,
    }
}

/// The text as a value of the other's kind, if it spells one.
fn spelled(text: &str, other: &Value) -> Option<Value> {
    let text = text.trim();
    match other {
        Value::Whole(_) | Value::Number(_) => {
            text.parse().map(Value::Whole).or_else(|_| text.parse().map(Value::Number)).ok()
        }
        Value::Date(_) => text.parse().map(Value::Date).ok(),
        Value::Clock(_) => text.parse().map(Value::Clock).ok(),
        Value::DateTime(_) => super::times::moment(text).map(Value::DateTime),
        Value::Nothing | Value::YesNo(_) | Value::Text(_) | Value::Span(_) | Value::List(_) | Value::Map(_) => None,
    }
}
