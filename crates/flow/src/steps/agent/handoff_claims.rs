//! Finds sentences that say that a person was told, or will come: nobody is, unless the agent takes the exit `person`, an act
//! was done, or a source says so.

use super::claims::{is_denied, parts, words};

/// Sentences about people that a reply may hold only if they are so, in the six languages; `*` stands for one to three words,
/// which name somebody else than the customer.
const PHRASES: [&str; 93] = [
    "I have told *",
    "I've told *",
    "I told my colleague",
    "I have informed *",
    "I've informed *",
    "I have notified *",
    "I've notified *",
    "I let * know",
    "I have let * know",
    "I've let * know",
    "passed you to",
    "passed you on",
    "passed this on",
    "passed it on",
    "passed your * on",
    "passing you to",
    "handed you over",
    "transferred you",
    "transferring you",
    "connecting you",
    "connected you",
    "forwarded your",
    "forwarded this",
    "forwarded it",
    "will call you",
    "'ll call you",
    "will contact you",
    "will get back to you",
    "will be in touch",
    "a colleague will",
    "someone will be with you",
    "somebody will be with you",
    "he avisado a",
    "he informado a",
    "ya avisé a",
    "he pasado su",
    "he pasado tu",
    "le he pasado",
    "te he pasado",
    "le paso con",
    "te paso con",
    "le he transferido",
    "te he transferido",
    "le llamará",
    "te llamará",
    "le llamaremos",
    "te llamaremos",
    "se pondrá en contacto",
    "nos pondremos en contacto",
    "un compañero le",
    "un compañero te",
    "una compañera le",
    "una compañera te",
    "j'ai prévenu",
    "j'ai informé",
    "j'ai averti",
    "j'ai transmis",
    "je vous ai transféré",
    "je vous transfère",
    "je vous mets en relation",
    "vous rappellera",
    "vous rappellerons",
    "vous contactera",
    "un collègue va",
    "un collègue vous",
    "une collègue vous",
    "Bescheid gegeben",
    "Bescheid gesagt",
    "ich habe * informiert",
    "ich habe * weitergeleitet",
    "ich habe * weitergegeben",
    "ich verbinde Sie",
    "ich verbinde dich",
    "ein Kollege wird",
    "eine Kollegin wird",
    "ein Kollege ruft",
    "ein Kollege meldet",
    "eine Kollegin meldet",
    "meldet sich bei Ihnen",
    "já avisei",
    "avisei o",
    "avisei a",
    "um colega vai",
    "um colega entrará",
    "entrará em contato",
    "entrará em contacto",
    "vou transferir você",
    "ho avvisato",
    "ho informato",
    "un collega la",
    "un collega ti",
    "la richiamerà",
    "ti richiamerà",
];

/// The customer, where a phrase names somebody else.
const CUSTOMER: [&str; 8] = ["you", "sie", "dich", "ihnen", "dir", "vous", "te", "le"];
/// Words that name somebody.
const NAME_WORDS_MAX: usize = 3;

/// The phrases that the text says and does not deny.
pub(super) fn said_of_people(text: &str) -> impl Iterator<Item = &'static str> {
    let parts = parts(text);
    PHRASES.into_iter().filter(move |phrase| {
        let phrase: Vec<String> = phrase.split(' ').map(pattern_word).collect();
        let stands = |part: &Vec<String>| (0..part.len()).any(|at| fits(&part[at..], &phrase) && !is_denied(&part[..at]));
        parts.iter().any(stands)
    })
}

fn pattern_word(word: &str) -> String {
    if word == "*" { word.to_owned() } else { words(word).concat() }
}

fn fits(said: &[String], phrase: &[String]) -> bool {
    let Some((first, rest)) = phrase.split_first() else { return true };
    if first != "*" {
        return said.split_first().is_some_and(|(word, behind)| word == first && fits(behind, rest));
    }
    let names_customer = said.first().is_none_or(|word| CUSTOMER.contains(&word.as_str()));
    !names_customer && (1..=NAME_WORDS_MAX.min(said.len())).any(|count| fits(&said[count..], rest))
}

#[cfg(test)]
mod tests {
    use super::said_of_people;

    #[test]
    fn a_promise_of_a_person_is_found_in_six_languages() {
        for text in [
            "I have told Fernando, he knows.",
            "I've told my colleague Fernando.",
            "A colleague will call you.",
            "Fernando will call you tomorrow.",
            "I have passed you to a colleague.",
            "I'm passing you to a person now.",
            "I let the team know.",
            "He avisado a Fernando.",
            "Un compañero le llamará mañana.",
            "J'ai prévenu Fernando.",
            "Un collègue vous rappellera.",
            "Ich habe Fernando informiert.",
            "Ich habe Fernando Bescheid gegeben.",
            "Ein Kollege wird Sie anrufen.",
            "Ein Kollege meldet sich bei Ihnen.",
            "Já avisei o Fernando.",
            "Um colega vai ligar para você.",
            "Ho avvisato Fernando.",
            "Un collega la richiamerà.",
        ] {
            assert!(said_of_people(text).next().is_some(), "{text}");
        }
    }

    #[test]
    fn other_sentences_about_people_and_calls_pass() {
        for text in [
            "As I have told you, it is 45 €.",
            "Please call us at nine.",
            "You can talk to a colleague: just say so.",
            "Would you like a colleague to call you?",
            "I have not passed you to a colleague.",
            "Rufen Sie uns an.",
            "Puede llamarnos a las nueve.",
            "Appelez-nous.",
            "Ich habe Sie informiert.",
            "Our colleague Fernando repairs bikes.",
        ] {
            assert_eq!(said_of_people(text).next(), None, "{text}");
        }
    }
}
