//! Tells a departure from an arrival: to *Which day do you arrive?*, `we leave on the 8th` is no answer.

use crate::matching::{fold, has_word};

/// True if the question asks for the one of both, and the message speaks of the other alone.
pub fn is_other_way(text: &str, question: &str) -> bool {
    let plain = |text: &str| fold(&text.replace(['\'', '’', '-'], " "));
    let (said, asked) = (plain(text), plain(question));
    let (asks_arrival, asks_departure) = (speaks_of(&asked, &ARRIVALS), speaks_of(&asked, &DEPARTURES));
    if asks_arrival == asks_departure {
        return false;
    }
    let (arrives, departs) = (speaks_of(&said, &ARRIVALS), speaks_of(&said, &DEPARTURES));
    arrives != departs && arrives != asks_arrival
}

/// The text without its subject and verb, if both are the question's: `salgo a las 11` to *At what time do you leave?*, `mi
/// vuelo llega el 5` to *Which day do you arrive?* `is_day`: the question asks for a day and not for an hour.
pub fn without_verb(text: &str, question: &str, is_day: bool) -> String {
    let asked = fold(&question.replace(['\'', '’', '-'], " "));
    let (asks_arrival, asks_departure) = (speaks_of(&asked, &ARRIVALS), speaks_of(&asked, &DEPARTURES));
    let way = match (asks_arrival, asks_departure) {
        (true, false) => &ARRIVALS,
        (false, true) => &DEPARTURES,
        (true, true) | (false, false) => return text.to_owned(),
    };
    let said: Vec<&str> = text.split_whitespace().collect();
    let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
    let is_verb = |word: &String| way.words.contains(&word.as_str());
    let Some(verb) = folded.iter().take(SUBJECT_WORDS_MAX + 1).position(is_verb) else { return text.to_owned() };
    let is_subject = folded[..verb].iter().all(|word| SUBJECTS.contains(&word.as_str()));
    // A flight lands on the day of the arrival, but before its hour.
    let is_early =
        !is_day && folded[..verb].iter().any(|word| FLIGHTS.contains(&word.as_str()) && !has_word(&asked, word));
    if is_early {
        return text.to_owned();
    }
    let rest = &said[verb + 1..];
    let has_other = folded[verb + 1..].iter().any(is_verb);
    if !is_subject || rest.is_empty() || said[verb].ends_with(',') || has_other {
        text.to_owned()
    } else {
        rest.join(" ")
    }
}

const FLIGHTS: [&str; 8] = ["flight", "plane", "vuelo", "avion", "vol", "flug", "voo", "volo"];
const SUBJECT_WORDS_MAX: usize = 3;
/// Words before such a verb: the contact, its people and its flight.
#[rustfmt::skip]
const SUBJECTS: [&str; 43] = [
    "i", "we", "it", "ill", "well", "will", "my", "our", "the", "flight", "plane", "yo", "nosotros", "mi", "nuestro", "el", "vuelo", "avion", "je", "nous", "on", "il", "elle", "mon", "notre", "le", "vol",
    "ich", "wir", "er", "mein", "unser", "flug", "eu", "nos", "meu", "nosso", "o", "voo", "io", "noi", "mio", "volo",
];

/// True if the text has one of the words or phrases, or a German verb with its particle at the end of a clause.
fn speaks_of(text: &str, way: &Way) -> bool {
    let is_separated = || {
        let said: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        let verb = said.iter().position(|word| GERMAN_VERBS.contains(word));
        verb.is_some_and(|verb| said[verb + 1..].contains(&way.particle))
    };
    way.words.iter().any(|phrase| has_word(text, phrase)) || is_separated()
}

struct Way {
    words: &'static [&'static str],
    /// The German particle: `wir reisen am 8. ab`.
    particle: &'static str,
}

/// German verbs of travelling, without their particle.
const GERMAN_VERBS: [&str; 14] = [
    "reise", "reisen", "reist", "fahre", "fahren", "fahrt", "fliege", "fliegen", "fliegt", "komme", "kommen", "kommt",
    "ziehen", "checken",
];

#[rustfmt::skip]
const ARRIVALS: Way = Way { particle: "an", words: &[
    "arrive", "arrives", "arriving", "arrival", "check in", "checking in", "get there", "get in", "getting in",
    "llego", "llegas", "llega", "llegamos", "llegan", "llegais", "llegar", "llegare", "llegaremos", "llegaria", "llegada", "aterriza",
    "arrives", "arrivons", "arrivez", "arrivent", "arriver", "arrivee", "atterrit", "arriverai", "arriverons", "arrivera",
    "ankomme", "ankommen", "ankunft", "anreise", "anreisen",
    "chego", "chega", "chegas", "chegamos", "chegam", "chegar", "chegada", "chegarei", "chegaremos",
    "arrivo", "arrivi", "arriva", "arriviamo", "arrivate", "arrivano", "arrivare", "arriveremo",
] };

#[rustfmt::skip]
const DEPARTURES: Way = Way { particle: "ab", words: &[
    "leave", "leaves", "leaving", "depart", "departs", "departing", "departure", "check out", "checkout", "checking out",
    "salgo", "sales", "sale", "salimos", "salen", "salir", "saldre", "saldremos", "salida", "nos vamos", "me voy", "se va", "se van", "te vas", "nos iremos", "partimos", "se marcha",
    "pars", "partons", "partez", "partent", "partir", "depart", "partirai", "partirons", "repars", "repartons", "repartez", "quittons", "on part", "je part", "on repart",
    "abreise", "abreisen", "abfahrt", "abflug", "abfahren",
    "saio", "sai", "saimos", "saem", "sair", "saida", "vou embora", "vamos embora", "vao embora", "vai embora", "partida", "parto", "partimos",
    "parte", "partiamo", "partite", "partono", "partire", "partenza", "ripartiamo", "riparto", "andiamo via", "vado via",
] };

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, read, tests::hearing};
    use crate::inbound::InboundKind;

    #[test]
    fn a_departure_is_no_arrival() {
        for (language, question, text, taken) in [
            ("fr", "Quel jour arrivez-vous ?", "nous partons le 8", false),
            ("fr", "Quel jour arrivez-vous ?", "nous partons vendredi", false),
            ("fr", "Quel jour arrivez-vous ?", "nous partons demain", false),
            ("fr", "Quel jour arrivez-vous ?", "nous arrivons demain", true),
            ("fr", "Et quel jour partez-vous ?", "nous arrivons vendredi", false),
            ("fr", "Et quel jour partez-vous ?", "nous partons vendredi", true),
            ("en", "Which day do you arrive?", "we leave on Friday", false),
            ("en", "Which day do you arrive?", "we arrive on Friday", true),
            ("en", "Which day do you leave?", "we arrive on Friday", false),
            ("es", "¿Qué día llega?", "salgo el viernes", false),
            ("es", "¿Y qué día sale?", "llego el viernes", false),
            ("es", "¿Qué día llega?", "llego el viernes", true),
            ("es", "¿Qué día llega?", "sale el viernes", false),
            ("de", "An welchem Tag kommen Sie an?", "wir reisen am Freitag ab", false),
            ("de", "Wann ist Ihre Ankunft?", "wir reisen am Freitag ab", false),
            ("pt", "Que dia chega?", "saio na sexta", false),
            ("it", "Che giorno arrivate?", "partiamo venerdì", false),
            ("it", "Che giorno arrivate?", "arriviamo venerdì", true),
            ("fr", "Quel jour venez-vous ?", "nous partons vendredi", true),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let found = read(AnswerType::Date, &InboundKind::Text { body: text.into() }, &hearing);
            assert_eq!(!found.is_empty(), taken, "{language} {question} {text}: {found:?}");
        }
    }
}
