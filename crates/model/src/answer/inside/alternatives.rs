//! Finds the two values between which a sentence leaves the choice: `at 10 or 11 pm`, `Monday at 10 or 11`.

use super::{super::AnswerContext, Candidate, names, read};
use crate::{
    answer::{
        AnswerType, clock,
        reading::{self, Reading},
        words::{Words, around::SentenceWords},
    },
    matching::fold,
    value::Value,
};

/// Two hours of one day: `Monday at 10 or 11`, `at 10 or at 11 on Monday`.
pub fn two_hours(all: &[&str], hearing: &AnswerContext<'_>, words: &'static Words) -> Reading {
    let is_or = |word: &&str| words.around.or.split_whitespace().any(|or| or == fold(word));
    let Some(place) = all.iter().position(is_or).filter(|place| *place > 0) else { return Reading::default() };
    let (left, right) = (all[..place].join(" "), all[place + 1..].join(" "));
    let whole = |kind, text: &str| reading::whole(kind, text, hearing, &[words]).single();
    let moment = |text: &str| match whole(AnswerType::DateTime, text) {
        None => read(AnswerType::DateTime, text, hearing).single(),
        found => found,
    };
    let found = match (moment(&left), whole(AnswerType::Time, &right)) {
        (Some(Value::DateTime(at)), Some(Value::Clock(time))) => Some((at, time, true)),
        _ => match (whole(AnswerType::Time, &left), moment(&right)) {
            (Some(Value::Clock(time)), Some(Value::DateTime(at))) => Some((at, time, false)),
            _ => None,
        },
    };
    let Some((at, time, is_first)) = found else { return Reading::default() };
    let Ok(other) = at.date().to_datetime(time).to_zoned(at.time_zone().clone()) else { return Reading::default() };
    let (at, other) = (Value::DateTime(at), Value::moment(other));
    let likely = match at == other {
        true => vec![at],
        false if is_first => vec![at, other],
        false => vec![other, at],
    };
    Reading { likely, unlikely: Vec::new() }
}

/// Returns both values if two candidates exclude each other and no word makes a range of them.
pub fn either(
    first: &Candidate,
    second: &Candidate,
    rest: &[String],
    between: &[String],
    around: &SentenceWords,
) -> Reading {
    let ([one], [other]) = (first.reading.likely.as_slice(), second.reading.likely.as_slice()) else {
        return Reading::default();
    };
    let or = |word: &&String| around.or.split_whitespace().any(|or| or == word.as_str());
    let others: Vec<String> = rest.iter().filter(|word| !or(word)).cloned().collect();
    let span = around.ranges.split(',').any(|range| range == between.join(" "));
    // For days and times side by side it is unclear whether both are meant; `I am 30 and my wife is 28` has two numbers
    // that exclude each other.
    let apart = match first.kind {
        AnswerType::Number | AnswerType::Whole => between.len() > 1,
        _ => false,
    };
    let joined = rest.iter().any(|word| or(&word));
    let figures = others.iter().any(|word| word.chars().any(char::is_numeric));
    let negated = around.nots.split_whitespace().any(|not| others.iter().any(|word| word == not));
    if span
        || !(joined || apart)
        || figures
        || negated
        || names(around.spoilers, &others.join(" "))
        || first.kind != second.kind
    {
        return Reading::default();
    }
    Reading { likely: vec![one.clone(), other.clone()], unlikely: Vec::new() }
}

/// Applies the words behind the second candidate to the first one: in `10 or 11 pm`, both are in the evening.
pub fn with_tail_of(
    mut first: Candidate,
    second: &Candidate,
    all: &[&str],
    hearing: &AnswerContext<'_>,
    words: &'static Words,
) -> Candidate {
    let text = |candidate: &Candidate| all[candidate.start..candidate.end].join(" ");
    let (head, behind) = (text(&first), text(second));
    let tail = behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':').trim();
    if clock::is_mere_number(&head) && !tail.is_empty() && behind.starts_with(|c: char| c.is_ascii_digit()) {
        let together = reading::whole(first.kind, &format!("{head} {tail}"), hearing, &[words]);
        if !together.is_empty() {
            first.reading = together;
        }
    }
    first
}
