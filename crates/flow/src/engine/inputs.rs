//! Converts given values to the declared types of inputs and fields.

use crate::{
    definition::{Field, Kind},
    model::{
        answer::{self, AnswerType},
        value::Value,
    },
    script::year_first,
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The given values with their types, and defaults for missing ones. The error names the input and its type.
pub fn typed(
    fields: &[Field],
    given: BTreeMap<String, Value>,
    zone: &TimeZone,
) -> Result<BTreeMap<String, Value>, String> {
    typed_as("input", fields, given, zone)
}

/// As `typed`, for the values that a flow returns.
pub fn returned(fields: &[Field], given: Value, zone: &TimeZone) -> Result<Value, String> {
    match given {
        Value::Map(given) => typed_as("value", fields, given, zone).map(Value::Map),
        _ => Err("what the flow returns has names, and this is a single value".to_owned()),
    }
}

fn typed_as(
    word: &str,
    fields: &[Field],
    mut given: BTreeMap<String, Value>,
    zone: &TimeZone,
) -> Result<BTreeMap<String, Value>, String> {
    let mut all = BTreeMap::new();
    for field in fields {
        let value = match given.remove(&field.name) {
            Some(value) if value != Value::Nothing => value,
            _ => match &field.default {
                Some(default) => default.clone(),
                None if field.optional => continue,
                None => return Err(format!("the {word} `{}` is missing", field.name)),
            },
        };
        let value = convert(&field.kind, &value, zone)
            .ok_or_else(|| format!("the {word} `{}` takes {}", field.name, name_of(&field.kind)))?;
        all.insert(field.name.clone(), value);
    }
    match given.keys().next() {
        Some(unknown) => Err(format!("it has no {word} `{unknown}`")),
        None => Ok(all),
    }
}

/// The value as this type; `None` if it cannot be converted.
pub fn convert(kind: &Kind, value: &Value, zone: &TimeZone) -> Option<Value> {
    if *value == Value::Nothing {
        return Some(Value::Nothing);
    }
    if kind.of == AnswerType::Choice {
        let text = value.print()?;
        return (kind.among.is_empty() || kind.among.contains(&text)).then_some(Value::Text(text));
    }
    answer::convert(kind.of, value, zone)
}

/// The type in words: "a date", "one of `free`, `pro`".
pub fn name_of(kind: &Kind) -> String {
    if kind.among.is_empty() {
        return format!("a value of type `{}`", kind.of.as_str());
    }
    let all: Vec<String> = kind.among.iter().map(|text| format!("`{text}`")).collect();
    format!("one of {}", all.join(", "))
}

/// An example of a value of this type, for a finding about a text that is none.
pub fn written(kind: &Kind, text: &str) -> Option<String> {
    let day = || year_first(text).unwrap_or_else(|| "2026-12-03".to_owned());
    Some(match kind.of {
        AnswerType::Number | AnswerType::Whole => "write it in figures, such as `2`".to_owned(),
        AnswerType::Date => format!("write it as `{}`, the year first", day()),
        AnswerType::DateTime => format!("write it as `{}T10:00`, the year first", day()),
        AnswerType::Time => "write it as `\"15:00\"`".to_owned(),
        AnswerType::YesNo => "write `true` or `false`".to_owned(),
        _ => return None,
    })
}
