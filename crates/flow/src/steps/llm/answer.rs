//! Reads the answer of a model as the value that the step declares. Nothing is guessed: a value of another form is no
//! answer, and a number or address that the customer did not write is missing.

use super::{Llm, Returns};
use crate::{
    base::limits::MODEL_ANSWER_BYTES_MAX,
    definition::{Field, Kind},
    engine::inputs,
    model::{
        answer::AnswerType,
        effect::{ModelError, ModelErrorKind},
        grounding::digit,
        value::Value,
    },
};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// The text that the model is told to give if no choice fits.
pub(crate) const NONE: &str = "none of these";

/// Texts with at least so many figures must have been written by the customer.
const FIGURES_MIN: usize = 4;

pub(super) enum Read {
    Value(Value),
    /// None of the choices fits, and the step has `unsure`.
    Unsure,
}

/// `input` is the text of the customer, and the sources. The error is a sentence for the model and for the trace; it
/// repeats nothing of the answer.
pub(super) fn read(llm: &Llm, given: Value, input: &str, zone: &TimeZone) -> Result<Read, ModelError> {
    if given.estimated_bytes() > MODEL_ANSWER_BYTES_MAX {
        return Err(bad(format!("the answer has more than {} KiB", MODEL_ANSWER_BYTES_MAX / 1024)));
    }
    match &llm.returns {
        Returns::Text => match given {
            Value::Text(text) if !text.trim().is_empty() => Ok(Read::Value(Value::Text(text.trim().to_owned()))),
            Value::Text(_) | Value::Nothing => Err(bad("the answer is empty")),
            _ => Err(bad("the answer is no text")),
        },
        Returns::One(kind) => {
            if llm.unsure.is_some() && given.print().is_some_and(|text| text.trim().eq_ignore_ascii_case(NONE)) {
                return Ok(Read::Unsure);
            }
            match value(kind, given, zone).filter(|value| *value != Value::Nothing) {
                Some(value) if is_said(kind, &value, input) => Ok(Read::Value(value)),
                Some(_) => Err(bad("the answer is not in the input")),
                None => Err(bad(format!("the answer is not {}", inputs::name_of(kind)))),
            }
        }
        Returns::Record(fields) => {
            read_fields(fields, given, input, zone).map(|all| Read::Value(Value::Map(all)))
        }
    }
}

/// The values of these fields; `input` is everything that was said, as in `read`.
pub(in crate::steps) fn read_fields(
    fields: &[Field],
    given: Value,
    input: &str,
    zone: &TimeZone,
) -> Result<BTreeMap<String, Value>, ModelError> {
    let Value::Map(mut given) = given else { return Err(bad("the answer is no object with the named fields")) };
    let mut all = BTreeMap::new();
    for field in fields {
        let given = given.remove(&field.name).unwrap_or_default();
        let blank = matches!(&given, Value::Text(text) if text.trim().is_empty());
        let found = match given {
            Value::Nothing => None,
            _ if blank => None,
            given => match value(&field.kind, given, zone) {
                Some(value) => Some(value),
                None => return Err(bad(format!("`{}` is not {}", field.name, inputs::name_of(&field.kind)))),
            },
        };
        let found = found.filter(|value| is_said(&field.kind, value, input));
        match found.or_else(|| field.default.clone()) {
            Some(value) => drop(all.insert(field.name.clone(), value)),
            None if field.optional => {}
            None => return Err(bad(format!("`{}` is missing, or not in the input", field.name))),
        }
    }
    match given.keys().next() {
        Some(_) => Err(bad("the answer has fields that nobody asked for")),
        None => Ok(all),
    }
}

/// The one value of this type that the model gives, `None` if it says that there is none. A choice may have a text that
/// is called as `NONE` is.
pub(crate) fn read_one(
    kind: &Kind,
    given: Value,
    input: &str,
    zone: &TimeZone,
) -> Result<Option<Value>, ModelError> {
    let said = given.print().unwrap_or_default();
    let said = said.trim();
    let is_text_of_choice = kind.among.iter().any(|text| text == said);
    if said.is_empty() || !is_text_of_choice && said.eq_ignore_ascii_case(NONE) {
        return Ok(None);
    }
    match value(kind, given, zone).filter(|value| *value != Value::Nothing) {
        Some(value) if is_said(kind, &value, input) && is_written(&value, input) => Ok(Some(value)),
        Some(_) => Err(bad("the answer is not in the input")),
        None => Err(bad(format!("the answer is not {}", inputs::name_of(kind)))),
    }
}

/// False for a number that the text does not have, where the text has another one in figures.
fn is_written(value: &Value, input: &str) -> bool {
    let written: String = input.chars().filter_map(figure).collect();
    match value {
        Value::Whole(_) | Value::Number(_) if !written.is_empty() => {
            let own: String = value.print().unwrap_or_default().chars().filter_map(figure).collect();
            written.contains(&own)
        }
        _ => true,
    }
}

/// The value as this type; a choice may differ in case and in blanks around it.
fn value(kind: &Kind, given: Value, zone: &TimeZone) -> Option<Value> {
    if kind.of != AnswerType::Choice {
        return inputs::convert(kind, &given, zone);
    }
    let text = given.print()?;
    let text = text.trim();
    let same = |known: &&String| known.as_str() == text;
    let found = kind.among.iter().find(same).or_else(|| {
        let mut alike = kind.among.iter().filter(|known| known.to_lowercase() == text.to_lowercase());
        alike.next().filter(|_| alike.next().is_none())
    });
    found.map(|text| Value::Text(text.clone()))
}

/// False for a phone number, an e-mail address, or a text with several figures that the input does not contain: the
/// model has made it up, or has it from elsewhere.
fn is_said(kind: &Kind, value: &Value, input: &str) -> bool {
    let Value::Text(text) = value else { return true };
    let figures = |text: &str| text.chars().filter_map(figure).collect::<String>();
    let own = figures(text);
    match kind.of {
        AnswerType::Email => has_address(&input.to_lowercase(), &text.to_lowercase()),
        // The country code may be ours, and a zero of the country may stand in its place.
        AnswerType::Phone => numbers(input).iter().any(|number| {
            let number = number.trim_start_matches('0');
            !number.is_empty() && own.ends_with(number) && own.len() - number.len() <= COUNTRY_CODE_FIGURES_MAX
        }),
        AnswerType::Text if own.len() >= FIGURES_MIN => figures(input).contains(&own),
        _ => true,
    }
}

/// The longest code of a country, by ITU-T E.164.
const COUNTRY_CODE_FIGURES_MAX: usize = 3;

/// True if the text has the address as a whole, and not within a longer one.
fn has_address(text: &str, address: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '@');
    text.match_indices(address).any(|(at, _)| {
        let behind = text[at + address.len()..].trim_start_matches('.');
        !text[..at].ends_with(goes_on) && !behind.starts_with(goes_on)
    })
}

/// The figure in any script as 0 to 9.
fn figure(c: char) -> Option<char> {
    if c.is_ascii_digit() { Some(c) } else { digit(c) }
}

/// The figures of each number in a text: groups with only signs of phone numbers between them are one.
fn numbers(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for c in text.chars() {
        match figure(c) {
            Some(figure) => all.last_mut().expect("there is one").push(figure),
            None if matches!(c, ' ' | '-' | '.' | '/' | '(' | ')' | '+' | '\u{a0}' | '\u{202f}') => {}
            None => all.push(String::new()),
        }
    }
    all.retain(|number| !number.is_empty());
    all
}

/// The verdict of a model that is asked for `yes` or `no`.
pub fn yes_or_no(value: &Value) -> Option<bool> {
    match value {
        Value::YesNo(says) => Some(*says),
        Value::Text(text) => match text.trim().to_lowercase().as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

pub(crate) fn bad(text: impl Into<String>) -> ModelError {
    ModelError::new(ModelErrorKind::BadAnswer, text)
}
