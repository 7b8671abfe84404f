//! Writes a number, a day or an hour as the readers know it, before any of them is tried.

mod days;
mod hours;
mod sums;
pub mod travel;

use super::{AnswerContext, AnswerType};
use crate::{base::phone, matching::fold};

/// The message without words that only a country or a unit of the question explains.
pub fn prepared(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> String {
    match kind {
        AnswerType::Number | AnswerType::Whole => sums::sum(&without_national_money(text, hearing), hearing),
        AnswerType::Date => days::day(&travel::without_verb(text, hearing.question, true), hearing),
        AnswerType::Time => {
            hours::hour(&travel::without_verb(&hours::without_flight(text, hearing), hearing.question, false), hearing)
        }
        AnswerType::DateTime => travel::without_verb(&hours::without_flight(text, hearing), hearing.question, false),
        _ => text.to_owned(),
    }
}

/// Countries that write *moneda nacional* or its letters beside prices.
const NATIONAL_MONEY: [&str; 2] = ["MX", "CU"];

/// The text without `MN`, `m.n.` and `moneda nacional` beside an amount. Elsewhere the letters are a million or unknown.
fn without_national_money(text: &str, hearing: &AnswerContext<'_>) -> String {
    if !hearing.phone.and_then(phone::country).is_some_and(|country| NATIONAL_MONEY.contains(&country)) {
        return text.to_owned();
    }
    let is_end = |c: char| ".,;!".contains(c);
    let letters = |word: &str| word.to_lowercase().trim_end_matches(is_end).replace(['.', '/'], "");
    let said: Vec<&str> = text.split_whitespace().collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut place = 0;
    while let Some(word) = said.get(place) {
        let next = said.get(place + 1).map(|next| fold(next)).unwrap_or_default();
        let length = match letters(word).as_str() {
            "mn" => 1,
            "m" if next == "n" => 2,
            _ if fold(word) == "moneda" && next == "nacional" => 2,
            _ => 0,
        };
        if length == 0 {
            kept.push(without_letters(word));
        }
        place += length.max(1);
    }
    if kept.is_empty() { text.to_owned() } else { kept.join(" ") }
}

/// `1500` of `1500mn`.
fn without_letters(word: &str) -> &str {
    let lower = word.to_ascii_lowercase();
    let number = ["mn", "m.n.", "m.n"].iter().find_map(|end| lower.strip_suffix(end));
    match number.filter(|number| number.ends_with(|c: char| c.is_ascii_digit())) {
        Some(number) => &word[..number.len()],
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{AnswerContext, AnswerType, read, tests::hearing};
    use crate::{inbound::InboundKind, value::Value};

    fn number(text: &str, language: &str, phone: &str, question: &str) -> Option<Value> {
        let hearing = AnswerContext { question, phone: Some(phone), ..hearing(language) };
        read(AnswerType::Number, &InboundKind::Text { body: text.into() }, &hearing).single()
    }

    #[test]
    fn national_money_is_no_million() {
        let asked = "¿Cuánto quiere gastar?";
        for (text, value) in [
            ("$ 2,000 MN", 2000),
            ("2,000.00 MN", 2000),
            ("500 mn", 500),
            ("mil MN", 1000),
            ("2 mil MN", 2000),
            ("2000 m.n.", 2000),
            ("3500 M.N.", 3500),
            ("1500 moneda nacional", 1500),
            ("1500mn", 1500),
            ("mn 1500", 1500),
            ("200 MN aprox", 200),
        ] {
            assert_eq!(number(text, "es", "+525512345678", asked), Some(Value::Whole(value)), "{text}");
        }
        assert_eq!(number("2000 MN", "es", "+34612345678", asked), None, "nobody knows it in Spain");
        let millions = number("5 mn", "en", "+447400123456", "How much?");
        assert_eq!(millions, Some(Value::Whole(5_000_000)));
    }

    #[test]
    fn a_price_has_no_three_decimals_however_it_is_asked_for() {
        for asked in [
            "¿Cuánto quiere dejar de anticipo, en pesos?",
            "¿De cuánto es el anticipo que quiere dejar, en pesos?",
            "¿Cuánto le cobraron?",
            "¿Cuánto quiere gastar?",
        ] {
            assert_eq!(number("1.200", "es", "+525512345678", asked), Some(Value::Whole(1200)), "{asked}");
        }
        for (text, value) in [("$1'200,000", 1_200_000), ("1'200,000", 1_200_000), ("1'200,000.00", 1_200_000)] {
            assert_eq!(
                number(text, "es", "+525512345678", "¿Cuánto quiere gastar?"),
                Some(Value::Whole(value)),
                "{text}"
            );
        }
        assert_eq!(number("1.200", "es", "+525512345678", "¿Cuánto pesa, en kilos?"), Some(Value::Number(1.2)));
    }
}
