//! Writes sums as the readers know them: `mil 200` is 1200, `2 mil quinientos` is 2500, and `2 k` is 2000 where a price is
//! asked for.

use crate::{
    answer::{
        AnswerContext, units,
        words::{self, Words},
    },
    matching::{fold, has_word},
};

/// The message with its sum in figures.
pub fn sum(text: &str, hearing: &AnswerContext<'_>) -> String {
    let Some(own) = words::own(hearing.language) else { return text.to_owned() };
    let said: Vec<&str> = text.split_whitespace().collect();
    let asks_price = units::asks_price(hearing.question);
    let written = with_thousands(&said, own).or_else(|| with_k(&said).filter(|_| asks_price));
    let text = written.unwrap_or_else(|| text.to_owned());
    if asks_price { without_nights(&text, &fold(hearing.question)) } else { text }
}

/// The sum of thousands and hundreds, of which one is written in figures and the other in words.
fn with_thousands(said: &[&str], own: &Words) -> Option<String> {
    let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
    let place = folded.iter().position(|word| own.thousand.contains(&word.as_str()))?;
    let figures = |word: &str| (1..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    let before = place.checked_sub(1).map(|before| folded[before].as_str()).filter(|word| figures(word));
    let behind = folded.get(place + 1)?;
    let hundreds: u32 = match figures(behind) {
        true => behind.parse().ok()?,
        false if before.is_some() => own.spelled(behind)?,
        false => return None,
    };
    let is_sum = (100..1000).contains(&hundreds) && (before.is_some() || place == 0);
    let thousands: u32 = before.map_or(Some(1), |before| before.parse().ok())?;
    let start = if before.is_some() { place - 1 } else { place };
    let sum = (1000 * thousands + hundreds).to_string();
    let all: Vec<&str> =
        said[..start].iter().copied().chain([sum.as_str()]).chain(said[place + 2..].iter().copied()).collect();
    is_sum.then(|| all.join(" "))
}

/// `2000` of `2 k`.
fn with_k(said: &[&str]) -> Option<String> {
    let [number, k, rest @ ..] = said else { return None };
    let thousands: u32 = number.parse().ok().filter(|_| number.len() <= 3)?;
    let sum = (1000 * thousands).to_string();
    k.eq_ignore_ascii_case("k").then(|| [&[sum.as_str()], rest].concat().join(" "))
}

/// `800` of `800 por noche`, if the question asks for a price by night, or for none by another time.
fn without_nights(text: &str, asked: &str) -> String {
    let folded = fold(text);
    let is_night = NIGHTS.iter().any(|word| has_word(asked, word));
    let said: Vec<&str> = text.split_whitespace().collect();
    let end = PER_NIGHT.iter().find(|end| folded.ends_with(&format!(" {end}")));
    let Some(end) = end.filter(|_| is_night) else { return text.to_owned() };
    let kept = said.len().saturating_sub(end.split(' ').count());
    if kept == 0 { text.to_owned() } else { said[..kept].join(" ") }
}

const NIGHTS: [&str; 6] = ["night", "noche", "nuit", "nacht", "noite", "notte"];
const PER_NIGHT: [&str; 13] = [
    "a night",
    "per night",
    "la noche",
    "por noche",
    "x noche",
    "cada noche",
    "par nuit",
    "la nuit",
    "pro nacht",
    "die nacht",
    "por noite",
    "a notte",
    "per notte",
];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, tests::hearing, understand};
    use crate::value::Value;

    #[test]
    fn sums_in_figures_and_words_are_read() {
        let gasta = "¿Cuánto quiere gastar?";
        for (language, question, text, sum) in [
            ("es", gasta, "mil 200", Some(1200)),
            ("es", gasta, "mil 800", Some(1800)),
            ("es", gasta, "2 mil quinientos", Some(2500)),
            ("es", gasta, "2 mil 500 por favor", Some(2500)),
            ("es", gasta, "2 k", Some(2000)),
            ("es", gasta, "quinientos varos", Some(500)),
            ("es", gasta, "cien pesitos", Some(100)),
            ("es", "¿Cuál es su presupuesto por noche?", "800 por noche", Some(800)),
            ("fr", "Quel est votre budget par nuit ?", "150€ par nuit", Some(150)),
            ("fr", "Quel acompte voulez-vous verser, en euros ?", "150 balles", Some(150)),
            ("pt", "Quanto quer gastar?", "2 mil 500", Some(2500)),
            ("es", "¿Cuántas personas?", "2 k", None),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let value = understand(AnswerType::Number, &InboundKind::Text { body: text.into() }, &hearing);
            assert_eq!(value, sum.map(Value::Whole), "{question} {text}");
        }
    }
}
