//! Leaves out the days that a question cannot mean: `yesterday at 3` is no appointment, `tomorrow` no day on which something
//! happened, and nobody was born next year.

use super::{AnswerContext, another, frame, reading::Reading};
use crate::{matching::fold, value::Value};
use jiff::ToSpan;

/// The reading without the days that lie on the wrong side of today for this question.
pub fn in_time(reading: Reading, hearing: &AnswerContext<'_>) -> Reading {
    let now = &hearing.now;
    let today = now.date();
    // `now` is read to the minute, and that minute has begun.
    let begun = now.checked_sub(1.minute()).unwrap_or_else(|_| now.clone());
    let is_past = |value: &Value| match value {
        Value::Date(day) => *day < today,
        Value::DateTime(at) => **at < begun,
        _ => false,
    };
    let is_ahead = |value: &Value| match value {
        Value::Date(day) => *day > today,
        Value::DateTime(at) => **at > *now,
        _ => false,
    };
    if frame::asks_ahead(&fold(&hearing.question.replace(['\'', '’'], " "))) {
        let is_today = |value: &Value| matches!(value, Value::DateTime(at) if at.date() == today);
        if reading.likely.iter().any(|value| is_past(value) && !is_today(value)) {
            return Reading::default();
        }
        let Reading { mut likely, unlikely } = without(reading, is_past);
        // `today at 8` means the evening when the morning has passed.
        if likely.is_empty() {
            let is_awake = |value: &&Value| matches!(value, Value::DateTime(at) if at.hour() < LATE);
            likely = unlikely.iter().filter(|value| is_today(value)).filter(is_awake).cloned().collect();
        }
        // Without a likely value the unlikely ones do not count: a question may take one of them.
        return if likely.is_empty() { Reading::default() } else { Reading { likely, unlikely } };
    }
    if another::asks_for_birth(hearing.question) {
        let found = without(reading, is_ahead);
        // `12/05/30` is nobody's day of birth in 2030.
        return if found.likely.is_empty() { Reading { likely: found.unlikely, unlikely: Vec::new() } } else { found };
    }
    if frame::asks_behind_only(hearing.question) {
        if reading.likely.iter().any(is_ahead) {
            return Reading::default();
        }
        return without(reading, is_ahead);
    }
    reading
}

/// True for an hour that has passed, if the question asks for one that lies ahead: `an hour ago`.
pub fn has_passed(at: &jiff::Zoned, hearing: &AnswerContext<'_>) -> bool {
    *at < hearing.now.checked_sub(1.minute()).unwrap_or_else(|_| hearing.now.clone())
        && frame::asks_ahead(&fold(&hearing.question.replace(['\'', '’'], " ")))
}

/// Nobody who writes `today at 10` at noon means this hour of the night, or a later one.
const LATE: i8 = 22;

fn without(reading: Reading, is_wrong: impl Fn(&Value) -> bool) -> Reading {
    let left = |values: Vec<Value>| values.into_iter().filter(|value| !is_wrong(value)).collect();
    Reading { likely: left(reading.likely), unlikely: left(reading.unlikely) }
}

#[cfg(test)]
mod tests {
    use super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};

    #[test]
    fn a_day_lies_on_the_side_of_today_that_the_question_means() {
        for (kind, question, text, count) in [
            (AnswerType::Date, "Which day would you like to come?", "yesterday", 0),
            (AnswerType::Date, "Which day?", "yesterday", 1),
            (AnswerType::DateTime, "When would you like to come?", "today at 10:30", 0),
            (AnswerType::DateTime, "When would you like to come?", "today at 8", 1),
            (AnswerType::DateTime, "When would you like to come?", "now", 1),
            (AnswerType::DateTime, "When would you like to come?", "today at 15:30", 1),
            (AnswerType::Date, "When did the leak start?", "tomorrow", 0),
            (AnswerType::Date, "When did the leak start?", "today", 1),
            (AnswerType::Date, "When were you born?", "12/05/2027", 0),
            (AnswerType::Date, "When were you born?", "12/05/30", 1),
            (AnswerType::Date, "When is the birth due?", "12/05/2027", 1),
        ] {
            let hearing = AnswerContext { question, phone: Some("+447400123456"), ..hearing("en") };
            let found = read(kind, &InboundKind::Text { body: text.into() }, &hearing);
            assert_eq!(found.likely.len(), count, "{question} {text}");
        }
    }
}
