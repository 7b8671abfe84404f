//! Finds the value of a message that is understood, but not surely enough to be taken: the contact is asked whether it
//! means this value.

use super::{
    AnswerContext, AnswerType, Counting, HOW_MANY, SIMPLY, asks_age, inside, months,
    sums::{self, Sum},
    whose, words,
};
use crate::{
    answer::{correction, reading::whole_in_any},
    matching::fold,
    value::Value,
};

/// The value that is asked back: behind a word of correction, the sum of adults and children, the full years of an age
/// with months, one for `just bella`, and a number or an hour that is only near.
pub fn value(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Option<Value> {
    correction::offered(kind, text, hearing)
        .or_else(|| match sums::read(kind, text, hearing) {
            Sum::Unsure(sum) => Some(Value::Whole(sum)),
            Sum::None | Sum::Sure(_) => None,
        })
        .or_else(|| months::full_years(kind, text, hearing))
        .or_else(|| only_one_by_name(kind, text, hearing))
        .or_else(|| near(kind, text, hearing))
}

/// One, for a single name behind *only* where things are counted: `just bella`, `só ele`.
fn only_one_by_name(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Option<Value> {
    let counting = Counting::of(kind, text, hearing).filter(|counting| counting.asks(&HOW_MANY))?;
    let own = words::own(hearing.language)?;
    let said: Vec<&str> = counting.said.split(' ').filter(|word| !word.is_empty()).collect();
    let [only, name] = said.as_slice() else { return None };
    let is_name = name.chars().all(char::is_alphabetic)
        && own.number(&[name]).is_none()
        && !own.polite.contains(name)
        && (SINGLE.contains(name) || !inside::is_carrier(own, name) && !inside::is_signal(name))
        && !own.around.nots.split_whitespace().any(|not| not == *name)
        && !own.around.spoilers.split(',').any(|spoiler| spoiler.trim() == *name)
        && !own.units.iter().any(|(_, names)| names.contains(name))
        && !SEVERAL.contains(name)
        && !(name.ends_with('s') && own.language != "de" && !SINGLE.contains(name));
    (SIMPLY.contains(only) && is_name).then_some(Value::Whole(1))
}

/// Pronouns of one person or animal.
#[rustfmt::skip]
const SINGLE: [&str; 18] = [
    "him", "her", "it", "el", "ella", "este", "esta", "lui", "elle", "ihn", "sie", "ele", "ela", "esse", "essa", "lei", "questo", "questa",
];
/// Words of more or of no certain number.
#[rustfmt::skip]
const SEVERAL: [&str; 24] = [
    "few", "couple", "some", "many", "them", "us", "ellos", "ellas", "pocos", "algunos", "eux", "elles", "quelques", "uns", "wenige", "einige", "eles", "elas", "poucos", "alguns",
    "loro", "pochi", "alcuni", "noi",
];

/// The number or the hour near which the answer lies: `quase 30 kg` to a question for a weight, `8ish` for an hour.
fn near(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Option<Value> {
    let asked = fold(hearing.question);
    let trimmed = text.trim();
    if let Some(number) = trimmed.strip_suffix("ish").map(str::trim_end).filter(|_| !asked.is_empty()) {
        let is_figure = number.ends_with(|c: char| c.is_ascii_digit());
        return whole_in_any(kind, number, hearing).single().filter(|_| is_figure);
    }
    let is_number = matches!(kind, AnswerType::Number | AnswerType::Whole);
    if !is_number || !whose::measures(&asked) || asks_age(&asked) {
        return None;
    }
    let (first, rest) = trimmed.split_once(' ')?;
    NEARLY.contains(&fold(first).as_str()).then(|| whole_in_any(kind, rest, hearing).single())?
}

const NEARLY: [&str; 8] = ["nearly", "almost", "casi", "presque", "fast", "beinahe", "quase", "quasi"];

#[cfg(test)]
mod tests {
    use super::{super::super::tests::hearing, *};

    #[test]
    fn a_value_that_is_not_sure_is_asked_back() {
        for (kind, language, question, text, found) in [
            (AnswerType::Whole, "en", "How many animals?", "just bella", Some(1)),
            (AnswerType::Whole, "pt", "Quantos animais?", "só ele", Some(1)),
            (AnswerType::Whole, "en", "How many animals?", "just cats", None),
            (AnswerType::Whole, "en", "How many animals?", "just few", None),
            (AnswerType::Whole, "en", "How old is it?", "just bella", None),
            (AnswerType::Number, "pt", "Quanto pesa, em kg?", "quase 30", Some(30)),
            (AnswerType::Number, "en", "How much does it weigh, in kg?", "nearly 30", Some(30)),
            (AnswerType::Number, "en", "How much does it weigh, in kg?", "nearly 30 lbs", None),
            (AnswerType::Number, "en", "How old are you?", "nearly 30", None),
            (AnswerType::Whole, "en", "How many people?", "2 adults and 1 child", Some(3)),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            assert_eq!(value(kind, text, &hearing), found.map(Value::Whole), "{language} {text}");
        }
    }
}
