//! Reads a customer's answer. Input: a letter for the type, a letter for language and country, a line with the question,
//! then the message.

use super::{choice, line, text, within};
use std::time::Duration;
use transom_model::{
    answer::{self, AnswerContext, AnswerType, Reading},
    consent_words::{self, ExtraWords},
    inbound::InboundKind,
    matching,
    value::Value,
};

/// Each with a phone of a country that speaks it; the last knows nothing of the contact.
const PEOPLE: [(&str, Option<&str>); 9] = [
    ("en", Some("+447400123456")),
    ("en", Some("+12025550123")),
    ("es", Some("+34600111222")),
    ("fr", Some("+33612345678")),
    ("de", Some("+4915112345678")),
    ("pt", Some("+5511961234567")),
    ("it", Some("+393331234567")),
    ("ja", Some("+819012345678")),
    ("", None),
];

pub fn run(data: &[u8]) {
    let Some((kind, rest)) = choice(data, AnswerType::ALL.len()) else { return };
    let Some((person, rest)) = choice(rest, PEOPLE.len()) else { return };
    let (question, body) = line(rest);
    let body = text(body);
    let kind = AnswerType::ALL[kind];
    let (language, phone) = PEOPLE[person];
    let now: jiff::Zoned = "2026-11-21T12:00[Europe/Madrid]".parse().expect("a moment");
    let zone = now.time_zone().clone();
    let hearing = AnswerContext { question: &question, ..AnswerContext::new(now, language, phone) };
    let message = InboundKind::Text { body: body.clone() };

    let readings = within(Duration::from_millis(400), "an answer", || {
        [answer::read(kind, &message, &hearing), answer::read_whole(kind, &message, &hearing)]
    });
    for reading in &readings {
        for value in reading.likely.iter().chain(&reading.unlikely) {
            check(kind, value, &zone);
        }
    }
    assert_eq!(readings[0], answer::read(kind, &message, &hearing), "an answer is read in two ways");
    if let Some(value) = sole(&readings[0]) {
        read_again(kind, &value, &hearing);
    }
    within(Duration::from_millis(400), "a doubtful answer", || answer::offered(kind, &message, &hearing))
        .iter()
        .for_each(|value| check(kind, value, &zone));
    answer::convert(kind, &Value::text(body.as_str()), &zone).iter().for_each(|value| check(kind, value, &zone));

    let titles: Vec<Vec<String>> = question.split('|').take(12).map(|title| vec![title.to_owned()]).collect();
    within(Duration::from_millis(400), "a choice", || answer::chosen(&body, &titles, &hearing));
    within(Duration::from_millis(200), "a word of consent", || {
        let _ = consent_words::recognise(&body, &ExtraWords::default());
        let _ = answer::says_yes(&body, language);
        let _ = answer::puts_off(&body, language);
        let folded = matching::fold(&body);
        assert_eq!(matching::fold(&folded), folded, "folding twice is folding once");
    });
}

fn sole(reading: &Reading) -> Option<Value> {
    match (reading.likely.as_slice(), reading.unlikely.as_slice()) {
        ([value], []) => Some(value.clone()),
        _ => None,
    }
}

/// The value has the type that was asked for, and its row can be read again.
fn check(kind: AnswerType, value: &Value, zone: &jiff::tz::TimeZone) {
    let fits = match kind {
        AnswerType::Number => matches!(value, Value::Whole(_) | Value::Number(_)),
        AnswerType::Whole => matches!(value, Value::Whole(_)),
        AnswerType::Date => matches!(value, Value::Date(_)),
        AnswerType::Time => matches!(value, Value::Clock(_)),
        AnswerType::DateTime => matches!(value, Value::DateTime(_)),
        AnswerType::YesNo => matches!(value, Value::YesNo(_)),
        AnswerType::Phone | AnswerType::Email => matches!(value, Value::Text(text) if text.len() <= 254),
        AnswerType::List => matches!(value, Value::List(_)),
        _ => true,
    };
    assert!(fits, "{value:?} as {}", kind.as_str());
    if let Value::Number(number) = value {
        assert!(number.is_finite(), "{number} is no number");
    }
    let stored = serde_json::to_string(value).expect("a value is JSON");
    let read: Value = serde_json::from_str(&stored).expect("a stored value is read again");
    assert_eq!(read, *value, "stored as {stored}");
    assert_eq!(answer::convert(kind, value, zone).as_ref(), Some(value), "a value is of its own type");
}

/// The value as an author's text shows it has the same meaning, to the API and to the reader of messages.
fn read_again(kind: AnswerType, value: &Value, hearing: &AnswerContext<'_>) {
    let shown = value.print();
    let written = match (kind, value) {
        // Printed with ten decimals.
        (AnswerType::Number, Value::Number(number)) if (number * 1e10).fract() != 0.0 => None,
        (AnswerType::Number | AnswerType::Whole, Value::Whole(_) | Value::Number(_)) => shown,
        (AnswerType::Date | AnswerType::Time | AnswerType::Phone | AnswerType::Email, _) => shown,
        _ => None,
    };
    let Some(written) = written else { return };
    let zone = hearing.now.time_zone();
    let converted = answer::convert(kind, &Value::text(written.as_str()), zone);
    assert_eq!(converted.as_ref(), Some(value), "{written:?} of {}", kind.as_str());
    if matches!(kind, AnswerType::Phone | AnswerType::Email | AnswerType::Date) {
        let hearing = AnswerContext { question: "", ..hearing.clone() };
        let read = answer::read(kind, &InboundKind::Text { body: written.clone() }, &hearing);
        assert_eq!(sole(&read).as_ref(), Some(value), "{written:?} is read as {read:?}");
    }
}
