//! Reads an age with months: where the question asks for years, `6 months` is 0.5 and `2 anos e 3 meses` 2.25.

use super::asks_age;
use crate::{
    answer::{
        AnswerContext, AnswerType,
        reading::Reading,
        words::{self, Unit, Words},
    },
    matching::{fold, has_word},
    value::Value,
};

/// The age in the unit that the question names: months, or years with their months as a fraction. A question for a whole
/// number takes only whole years.
pub fn read(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Reading {
    if let Some(Age { years: 0, months }) = age(kind, text, hearing, Unit::Month) {
        return Reading::one(Some(Value::Whole(months.into())));
    }
    let Some(age) = age(kind, text, hearing, Unit::Year) else { return Reading::default() };
    Reading::one(match (kind, age.months) {
        (_, 0) => Some(Value::Whole(age.years.into())),
        (AnswerType::Number, months) => Some(in_decimals(age.years, months)),
        _ => None,
    })
}

/// The full years of an age with months, for a question for a whole number: they are asked back.
pub fn full_years(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> Option<Value> {
    let age = age(kind, text, hearing, Unit::Year).filter(|age| kind == AnswerType::Whole && age.years > 0)?;
    Some(Value::Whole(age.years.into()))
}

/// Two decimals: five months are 0.42 years.
fn in_decimals(years: u32, months: u32) -> Value {
    let hundredths = (u64::from(years) * 1200 + u64::from(months) * 100 + 6) / 12;
    match hundredths % 100 {
        0 => Value::Whole((hundredths / 100) as i64),
        _ => Value::Number(hundredths as f64 / 100.0),
    }
}

struct Age {
    years: u32,
    months: u32,
}

/// An age that names months, in a message of nothing else, for a question that names this unit.
fn age(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>, wanted: Unit) -> Option<Age> {
    let plain = |text: &str| fold(&text.replace(['\'', '’'], " "));
    let asked = plain(hearing.question);
    let own = words::own(hearing.language)?;
    let names = |unit: Unit, text: &str| names_of(own, unit).any(|name| has_word(text, name));
    if !matches!(kind, AnswerType::Number | AnswerType::Whole)
        || text.len() > AGE_BYTES_MAX
        || text.contains(['?', '¿', '-', '+', '/', '<', '>'])
        || !asks_age(&asked)
        || !names(wanted, &asked)
        || wanted == Unit::Year && names(Unit::Month, &asked)
    {
        return None;
    }
    let said = plain(&apart(text));
    let mut said: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
    said = own.without_courtesy(&said).to_vec();
    let is_before = |word: &&str| {
        BEFORE.contains(word)
            || own.about.contains(word)
            || has_word(&asked, word) && !own.units.iter().any(|(_, names)| names.contains(word))
    };
    let start = said.iter().take_while(|word| is_before(word) && own.number(&[word]).is_none()).count();
    said.drain(..start);
    while said.last().is_some_and(|last| BEHIND.contains(last)) {
        said.pop();
    }
    let mut age = Age { years: 0, months: 0 };
    let first = said.iter().position(|word| names_of(own, Unit::Year).any(|name| name == *word));
    if let Some(place) = first {
        age.years = own.number(&said[..place]).filter(|years| *years > 0)?;
        said.drain(..=place);
        if said.first().is_some_and(|word| ANDS.contains(word)) {
            said.remove(0);
        }
    }
    let (month, number) = said.split_last()?;
    names_of(own, Unit::Month).find(|name| name == month)?;
    age.months = own.number(number).filter(|months| (1..=MONTHS_MAX).contains(months))?;
    // `2 years and 14 months` is a slip.
    (age.years == 0 || age.months < 12).then_some(age)
}

/// The text with a blank between a figure and the letters behind it.
fn apart(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        if c.is_alphabetic() && out.ends_with(|last: char| last.is_ascii_digit()) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

fn names_of(own: &'static Words, unit: Unit) -> impl Iterator<Item = &'static str> {
    own.units.iter().filter(move |(of, _)| *of == unit).flat_map(|(_, names)| names.iter().copied())
}

/// A longer message says more than an age.
const AGE_BYTES_MAX: usize = 60;
/// Nobody counts a higher age in months.
const MONTHS_MAX: u32 = 36;
const ANDS: [&str; 6] = ["and", "y", "et", "und", "e", "con"];
/// Words before an age.
#[rustfmt::skip]
const BEFORE: [&str; 35] = [
    "he", "she", "it", "hes", "shes", "its", "is", "s", "just", "only", "tiene", "el", "ella", "solo", "il", "elle", "a", "seulement", "er", "sie", "es", "ist", "erst", "nur", "tem",
    "ele", "ela", "so", "apenas", "ha", "lui", "lei", "soltanto", "uns", "unos",
];
/// Words behind an age.
const BEHIND: [&str; 7] = ["old", "now", "alt", "already", "ya", "ja", "gia"];

#[cfg(test)]
mod tests {
    use super::super::super::{InboundKind, offered, read, tests::hearing};
    use super::*;

    #[test]
    fn months_are_a_part_of_a_year() {
        for (language, question, text, number) in [
            ("en", "How old is it, in years?", "6 months", Some(0.5)),
            ("en", "How old is it, in years?", "she's 2 years and 3 months", Some(2.25)),
            ("en", "How old is it, in years?", "18 months", Some(1.5)),
            ("en", "How old is it, in years?", "5 months old", Some(0.42)),
            ("en", "How old is it, in months?", "6 months", Some(6.0)),
            ("en", "How old is it, in years?", "6 months ago", None),
            ("en", "How old is it, in years?", "6 weeks", None),
            ("en", "How many years have you lived here?", "6 months", None),
            ("pt", "Que idade tem, em anos?", "6 meses", Some(0.5)),
            ("pt", "Que idade tem, em anos?", "2 anos e 3 meses", Some(2.25)),
            ("pt", "Que idade tem, em anos?", "tem 6 meses", Some(0.5)),
            ("es", "¿Qué edad tiene, en años?", "2 años y 6 meses", Some(2.5)),
            ("fr", "Quel âge a-t-il, en années ?", "6 mois", Some(0.5)),
            ("de", "Wie alt ist er, in Jahren?", "2 Jahre und 3 Monate", Some(2.25)),
            ("it", "Che età ha, in anni?", "6 mesi", Some(0.5)),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let message = InboundKind::Text { body: text.into() };
            let found = read(AnswerType::Number, &message, &hearing).single().map(|value| match value {
                Value::Whole(n) => n as f64,
                Value::Number(n) => n,
                other => panic!("{other:?} is no number"),
            });
            assert_eq!(found, number, "{language} {text}");
        }
        let hearing = AnswerContext { question: "How old is it, in years?", ..hearing("en") };
        let message = InboundKind::Text { body: "2 years and 3 months".into() };
        assert!(read(AnswerType::Whole, &message, &hearing).is_empty());
        assert_eq!(offered(AnswerType::Whole, &message, &hearing), Some(Value::Whole(2)));
    }
}
