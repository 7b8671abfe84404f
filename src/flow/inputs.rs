//! Inputs and fields: given values take their declared type.

use super::definition::{Field, Kind};
use crate::model::{
    answer::{self, AnswerType},
    value::Value,
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// What was given, typed; defaults filled in. The error names the input and says what it takes.
pub fn typed(
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
                None => return Err(format!("the input `{}` is missing", field.name)),
            },
        };
        let value = convert(&field.kind, &value, zone)
            .ok_or_else(|| format!("the input `{}` takes {}", field.name, name_of(&field.kind)))?;
        all.insert(field.name.clone(), value);
    }
    match given.keys().next() {
        Some(unknown) => Err(format!("it has no input `{unknown}`")),
        None => Ok(all),
    }
}

/// The value as this type; `None` when it cannot be.
pub fn convert(kind: &Kind, value: &Value, zone: &TimeZone) -> Option<Value> {
    if let Kind::Choice(allowed) = kind {
        let text = value.print()?;
        return (allowed.is_empty() || allowed.contains(&text)).then_some(Value::Text(text));
    }
    answer::convert(answer_type(kind), value, zone)
}

/// For messages: "a date", "one of `free`, `pro`".
pub fn name_of(kind: &Kind) -> String {
    match kind {
        Kind::Choice(allowed) if !allowed.is_empty() => {
            let all: Vec<String> = allowed.iter().map(|text| format!("`{text}`")).collect();
            format!("one of {}", all.join(", "))
        }
        other => format!("a value of type `{}`", answer_type(other).as_str()),
    }
}

pub fn answer_type(kind: &Kind) -> AnswerType {
    match kind {
        Kind::Text => AnswerType::Text,
        Kind::Number => AnswerType::Number,
        Kind::Whole => AnswerType::Whole,
        Kind::Date => AnswerType::Date,
        Kind::Clock => AnswerType::Time,
        Kind::DateTime => AnswerType::DateTime,
        Kind::Phone => AnswerType::Phone,
        Kind::Email => AnswerType::Email,
        Kind::YesNo => AnswerType::YesNo,
        Kind::Choice(_) => AnswerType::Choice,
        Kind::List => AnswerType::List,
        Kind::Map => AnswerType::Map,
        Kind::Image => AnswerType::Image,
        Kind::Audio => AnswerType::Audio,
        Kind::Video => AnswerType::Video,
        Kind::Document => AnswerType::Document,
        Kind::Media => AnswerType::Media,
        Kind::Location => AnswerType::Location,
        Kind::Contact => AnswerType::Contact,
        Kind::Order => AnswerType::Order,
        Kind::Form => AnswerType::Form,
        Kind::Any => AnswerType::Any,
    }
}
