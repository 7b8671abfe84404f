//! Converts values of the flow language to Rhai's and back.

use crate::{
    base::{
        limits::{SCRIPT_ARRAY_ITEMS_MAX, VALUE_DEPTH_MAX},
        time::Span,
    },
    model::{effect::CallText, value::Value},
};
use rhai::{Array, Dynamic, ImmutableString, Map};
use std::ops::{Range, RangeInclusive};

pub fn to_rhai(value: Value) -> Dynamic {
    match value {
        Value::Nothing => Dynamic::UNIT,
        Value::YesNo(yes) => yes.into(),
        Value::Whole(number) => number.into(),
        Value::Number(number) => number.into(),
        Value::Text(text) => text.into(),
        Value::Date(date) => Dynamic::from(date),
        Value::Clock(time) => Dynamic::from(time),
        Value::DateTime(moment) => Dynamic::from(*moment),
        Value::Span(span) => Dynamic::from(span),
        Value::List(items) => items.into_iter().map(to_rhai).collect::<Array>().into(),
        Value::Map(map) => map.into_iter().map(|(key, value)| (key.into(), to_rhai(value))).collect::<Map>().into(),
    }
}

/// Converts a result; the error describes a value that no variable can hold.
pub fn from_rhai(value: Dynamic) -> Result<Value, String> {
    within(value, VALUE_DEPTH_MAX)
}

fn within(value: Dynamic, left: usize) -> Result<Value, String> {
    let value = value.flatten();
    if value.is_unit() {
        return Ok(Value::Nothing);
    }
    if let Ok(yes) = value.as_bool() {
        return Ok(Value::YesNo(yes));
    }
    if let Ok(number) = value.as_int() {
        return Ok(Value::Whole(number));
    }
    if let Ok(number) = value.as_float() {
        // JSON has no infinite numbers.
        if !number.is_finite() {
            return Ok(Value::Nothing);
        }
        // A number without a fraction becomes a whole number.
        let whole = number.fract() == 0.0 && number.abs() < 9e15;
        return Ok(if whole { Value::Whole(number as i64) } else { Value::Number(number) });
    }
    if let Ok(letter) = value.as_char() {
        return Ok(Value::Text(letter.to_string()));
    }
    if value.is::<ImmutableString>() {
        return Ok(Value::Text(value.cast::<ImmutableString>().into_owned()));
    }
    if (value.is::<Array>() || value.is::<Map>()) && left == 0 {
        return Err(format!("more than {VALUE_DEPTH_MAX} lists and maps lie in each other"));
    }
    // A range is the list of its numbers.
    if let Some(numbers) = numbers_of(&value)? {
        return Ok(numbers);
    }
    if value.is::<Array>() {
        let items = value.cast::<Array>().into_iter().map(|item| within(item, left - 1));
        return items.collect::<Result<_, _>>().map(Value::List);
    }
    if value.is::<Map>() {
        let entries = value.cast::<Map>().into_iter();
        let entries = entries.map(|(key, value)| Ok((key.to_string(), within(value, left - 1)?)));
        return entries.collect::<Result<_, String>>().map(Value::Map);
    }
    if let Some(date) = value.clone().try_cast::<jiff::civil::Date>() {
        return Ok(Value::Date(date));
    }
    if let Some(time) = value.clone().try_cast::<jiff::civil::Time>() {
        return Ok(Value::Clock(time));
    }
    if let Some(moment) = value.clone().try_cast::<jiff::Zoned>() {
        return Ok(Value::moment(moment));
    }
    if let Some(span) = value.clone().try_cast::<Span>() {
        return Ok(Value::Span(span));
    }
    if value.is::<CallText>() {
        return Err("a secret can only be sent: alone, or with texts before and behind it".into());
    }
    Err(format!("the result is {}, which is no value of a flow", value.type_name()))
}

/// The approximate size of its JSON in bytes.
pub fn size(value: &Value) -> usize {
    match value {
        Value::Nothing | Value::YesNo(_) => 5,
        Value::Whole(_) | Value::Number(_) => 12,
        Value::Text(text) => text.len() + 2,
        Value::Date(_) | Value::Clock(_) | Value::DateTime(_) | Value::Span(_) => 40,
        Value::List(items) => 2 + items.iter().map(|item| size(item) + 1).sum::<usize>(),
        Value::Map(map) => 2 + map.iter().map(|(key, value)| key.len() + size(value) + 4).sum::<usize>(),
    }
}

/// The value in messages: "the text `x`", "a list".
pub fn describe(value: &Value) -> String {
    match value {
        Value::Nothing => "nothing".into(),
        Value::YesNo(_) => "true or false".into(),
        Value::Whole(_) | Value::Number(_) => "a number".into(),
        Value::Text(_) => "a text".into(),
        Value::Date(_) => "a date".into(),
        Value::Clock(_) => "a time".into(),
        Value::DateTime(_) => "a date with time".into(),
        Value::Span(_) => "a length of time".into(),
        Value::List(_) => "a list".into(),
        Value::Map(_) => "a map".into(),
    }
}
/// The numbers of a range such as `0..3`; `None` for any other value.
fn numbers_of(value: &Dynamic) -> Result<Option<Value>, String> {
    let (from, to) = if let Some(range) = value.read_lock::<Range<i64>>() {
        (range.start, range.end)
    } else if let Some(range) = value.read_lock::<RangeInclusive<i64>>() {
        (*range.start(), range.end().saturating_add(1))
    } else {
        return Ok(None);
    };
    let count = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
    if count > SCRIPT_ARRAY_ITEMS_MAX {
        return Err(format!("a range of {count} numbers is longer than a list can be ({SCRIPT_ARRAY_ITEMS_MAX})"));
    }
    Ok(Some(Value::List((from..to).map(Value::Whole).collect())))
}
