//! Writes hours as the readers know them: `midi trente`, `9 30 pm`; and leaves out flight numbers, terminals and the size of
//! a table beside them.

use crate::{
    answer::{
        AnswerContext, inside,
        words::{self, Words},
    },
    matching::{fold, has_word},
};

/// The message with its hour in figures, without what the question explains.
pub fn hour(text: &str, hearing: &AnswerContext<'_>) -> String {
    let Some(own) = words::own(hearing.language).filter(|_| text.len() <= inside::SENTENCE_BYTES_MAX) else {
        return text.to_owned();
    };
    let asked = fold(hearing.question);
    let mut text = text.to_owned();
    if is_of_flight(&asked) {
        text = without_terminal(&text);
    }
    if TABLES.iter().any(|word| has_word(&asked, word)) {
        text = without_seats(&text, own);
    }
    french_noon(&text, own).or_else(|| with_colon(&text)).unwrap_or(text)
}

fn is_of_flight(asked: &str) -> bool {
    FLIGHTS.iter().any(|word| has_word(asked, word))
}

/// The text without the number of the flight for which the question asks, which is no hour: `AF178 18h40`.
pub fn without_flight(text: &str, hearing: &AnswerContext<'_>) -> String {
    if !is_of_flight(&fold(hearing.question)) {
        return text.to_owned();
    }
    let is_flight = |word: &str| {
        let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
        let figures = word.len() - letters;
        (2..=3).contains(&letters)
            && (2..=4).contains(&figures)
            && word[letters..].bytes().all(|byte| byte.is_ascii_digit())
            && word[..letters].chars().all(|c| c.is_ascii_uppercase())
    };
    let said: Vec<&str> = text.split_whitespace().collect();
    let kept: Vec<&str> =
        said.iter().copied().filter(|word| !is_flight(word.trim_end_matches([',', ':', ';']))).collect();
    let is_one = said.len() == kept.len() + 1 && !kept.is_empty();
    if is_one { kept.join(" ") } else { text.to_owned() }
}

/// The text without the terminal at its end: `18h40 terminal 2`, `18:40 en T2`.
fn without_terminal(text: &str) -> String {
    let said: Vec<&str> = text.split_whitespace().collect();
    let is_number = |word: &str| word.len() == 1 && word.chars().all(char::is_alphanumeric);
    let kept = match said.as_slice() {
        [kept @ .., name, number] if TERMINALS.contains(&fold(name).as_str()) && is_number(number) => kept,
        [kept @ .., name] if fold(name).strip_prefix('t').is_some_and(is_number) => kept,
        _ => return text.to_owned(),
    };
    let kept = match kept {
        [kept @ .., at] if ["en", "al", "a", "at", "in", "am", "no", "au", "im"].contains(&fold(at).as_str()) => kept,
        all => all,
    };
    if kept.is_empty() { text.to_owned() } else { kept.join(" ").trim_end_matches(',').to_owned() }
}

/// The text without the number of people behind the hour of a table: `20h pour 4`.
fn without_seats(text: &str, own: &Words) -> String {
    let said: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
    let count = folded.len();
    let end = match folded.last() {
        Some(last) if PEOPLE.contains(&last.as_str()) => count - 1,
        _ => count,
    };
    let Some(start) = end.checked_sub(2).filter(|start| *start > 0) else { return text.to_owned() };
    let is_for = FOR.iter().any(|(language, word)| *language == own.language && *word == folded[start]);
    let is_hour = folded[..start].iter().any(|word| word.contains(|c: char| c.is_ascii_digit()));
    let is_count = own.number(&[folded[start + 1].as_str()]).is_some_and(|seats| (1..=SEATS_MAX).contains(&seats));
    if is_for && is_hour && is_count { said[..start].join(" ") } else { text.to_owned() }
}

/// Larger numbers are hours or years.
const SEATS_MAX: u32 = 12;

/// `12h30` of `midi trente`, `0h05` of `minuit cinq`.
fn french_noon(text: &str, own: &Words) -> Option<String> {
    let folded = fold(text);
    let said: Vec<&str> = folded.split(' ').collect();
    let hour = match (own.language, *said.first()?) {
        ("fr", "midi") => 12,
        ("fr", "minuit") => 0,
        _ => return None,
    };
    let minutes = own.number(&said[1..]).filter(|minutes| (5..60).contains(minutes) && said.len() > 1)?;
    Some(format!("{hour}h{minutes:02}"))
}

/// `9:30 pm` of `9 30 pm`.
fn with_colon(text: &str) -> Option<String> {
    let said: Vec<&str> = text.split_whitespace().collect();
    let place = said.windows(3).position(|run| {
        let figures = |word: &str, lengths: std::ops::RangeInclusive<usize>| {
            lengths.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
        };
        let half = run[2].to_lowercase().replace('.', "");
        figures(run[0], 1..=2) && figures(run[1], 2..=2) && ["am", "pm"].contains(&half.as_str())
    })?;
    let time = format!("{}:{}", said[place], said[place + 1]);
    let all: Vec<&str> =
        said[..place].iter().copied().chain([time.as_str()]).chain(said[place + 2..].iter().copied()).collect();
    Some(all.join(" "))
}

const FLIGHTS: [&str; 14] = [
    "flight", "plane", "vuelo", "avion", "vol", "flug", "flieger", "flugzeug", "voo", "aviao", "volo", "aereo",
    "train", "tren",
];
const TERMINALS: [&str; 4] = ["terminal", "terminale", "terminals", "t"];
const TABLES: [&str; 5] = ["table", "mesa", "tisch", "tavolo", "tavola"];
const FOR: [(&str, &str); 5] = [("es", "para"), ("fr", "pour"), ("de", "fur"), ("pt", "para"), ("it", "per")];
const PEOPLE: [&str; 9] =
    ["personas", "personnes", "pers", "personen", "pessoas", "persone", "people", "couverts", "comensales"];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, tests::hearing, understand};

    #[test]
    fn hours_beside_other_numbers_are_read() {
        let (flight, table) = ("À quelle heure arrive votre vol ?", "À quelle heure voulez-vous la table ?");
        for (language, question, text, hour) in [
            ("fr", flight, "il arrive à 18h40", "18:40"),
            ("fr", flight, "18h40 terminal 2", "18:40"),
            ("fr", flight, "AF178 18h40", "18:40"),
            ("fr", flight, "AF178", ""),
            ("fr", table, "midi trente", "12:30"),
            ("fr", table, "20h pour 4", "20:00"),
            ("es", "¿A qué hora quiere la mesa?", "9 30 pm", "21:30"),
            ("es", "¿A qué hora sale del hotel?", "salgo a las 11", "11:00"),
            ("es", "¿A qué hora llega su vuelo?", "18:40 en T2", "18:40"),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let value = understand(AnswerType::Time, &InboundKind::Text { body: text.into() }, &hearing);
            assert_eq!(value.and_then(|value| value.print()).unwrap_or_default(), hour, "{question} {text}");
        }
    }
}
