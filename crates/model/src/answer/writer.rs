//! Tells that a message speaks of its writer, or of another relative, where the question asks about somebody else: `I am 40`
//! and `my son is 9` to "How old is your daughter?"

use super::{AnswerContext, AnswerType, another, words};
use crate::matching::{fold, has_word};

/// True if the value is that of the writer or of another relative than the one of the question.
pub fn is_somebody_else(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>) -> bool {
    let asked = plain(hearing.question);
    let of_birth = matches!(kind, AnswerType::Date | AnswerType::DateTime);
    let is_personal = if of_birth { another::asks_for_birth(hearing.question) } else { says(&asked, &MEASURED) };
    if !is_personal || !names_relative(&asked, hearing.language) {
        return false;
    }
    let said = plain(text);
    // The Spanish `hijo` of a question for an age may be a daughter.
    let is_generic =
        !of_birth && words::own(hearing.language).is_some_and(|own| ["es", "pt", "it"].contains(&own.language));
    let is_any_child = is_generic && says(&asked, RELATIVES[SON]);
    !is_any_child && is_other_relative(&said, &asked) || is_of_writer(&said, of_birth, hearing.language)
}

/// True if the question names a relative or an animal, by a word that is no other word of this language.
pub fn names_relative(asked: &str, language: &str) -> bool {
    let own = words::own(language).map_or("en", |own| own.language);
    let is_other_word = |word: &str| OTHER_WORDS.iter().any(|(of, name)| *name == word && *of != own);
    another::RELATIVES.iter().any(|word| !is_other_word(word) && has_word(asked, word))
}

/// Relatives of one language whose names are words of another one: `son` is a verb in Spanish.
const OTHER_WORDS: [(&str, &str); 3] = [("en", "son"), ("fr", "chat"), ("de", "kind")];

fn plain(text: &str) -> String {
    fold(&text.replace(['\'', '’'], " "))
}

fn says(text: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| has_word(text, phrase))
}

/// True for a son where the question asks about a daughter. A child, a pet and a partner may be either.
fn is_other_relative(said: &str, asked: &str) -> bool {
    let of =
        |text: &str| -> Vec<usize> { (0..RELATIVES.len()).filter(|place| says(text, RELATIVES[*place])).collect() };
    let (said, asked) = (of(said), of(asked));
    !said.is_empty() && !asked.is_empty() && !said.iter().any(|relative| asked.contains(relative))
}

/// True for a sentence in the first person that names nobody else.
fn is_of_writer(said: &str, of_birth: bool, language: &str) -> bool {
    // The French `il` is an article in Italian.
    let says_il = || language.starts_with("fr") && has_word(said, "il");
    let is_of_others = says(said, &another::RELATIVES) || says(said, &OTHERS) || says_il();
    let first = if of_birth { &BORN[..] } else { &AM[..] };
    let begins = |start: &&str| said.strip_prefix(start).is_some_and(|rest| rest.starts_with(' '));
    !is_of_others && (says(said, first) || !of_birth && BEGINS.iter().any(begins))
}

/// Words of a question for an age, a height or a weight, folded.
#[rustfmt::skip]
const MEASURED: [&str; 31] = [
    "how old", "age", "how tall", "how heavy", "weigh", "weight", "height", "anos tiene", "edad", "pesa", "mide", "peso", "quel age", "pese", "poids", "mesure", "taille",
    "wie alt", "alter", "wie schwer", "wie gross", "wiegt", "gewicht", "anos tem", "idade", "mede", "altura", "anni ha", "eta", "alto", "alta",
];

/// Phrases of an age, a height or a weight of the writer, folded, with blanks for apostrophes.
#[rustfmt::skip]
const AM: [&str; 35] = [
    "i am", "i m", "im", "i have turned", "i turned", "i ve turned", "i weigh", "we are", "we re", "tengo", "tenemos", "mido", "yo peso", "cumpli",
    "j ai", "jai", "je pese", "je fais", "je mesure", "nous avons", "ich bin", "bin", "wir sind", "ich wiege", "wiege", "ich habe",
    "tenho", "temos", "eu peso", "meco", "ho", "abbiamo", "io peso", "sono alto", "sono alta",
];
/// First words of them that are nouns elsewhere: `su peso es 12 kg`.
const BEGINS: [&str; 1] = ["peso"];
/// Phrases of the writer's own birth.
#[rustfmt::skip]
const BORN: [&str; 16] = [
    "i was born", "i am born", "i m born", "im born", "naci", "je suis ne", "je suis nee", "ich bin", "ich wurde", "bin am", "bin geboren", "wurde am", "nasci", "eu nasci", "sono nato", "sono nata",
];
/// Words of the third person, folded.
#[rustfmt::skip]
const OTHERS: [&str; 26] = [
    "she", "he", "shes", "hes", "they", "it", "its", "her", "his", "tiene", "ella", "pesa", "elle", "sie", "er", "ist", "wiegt", "ela", "ele", "tem", "ha", "lei", "lui", "mide", "mede", "wird",
];

/// The place of the son among the relatives.
const SON: usize = 0;
/// The names of each relative, folded.
#[rustfmt::skip]
const RELATIVES: [&[&str]; 10] = [
    &["son", "boy", "hijo", "nino", "fils", "garcon", "sohn", "junge", "filho", "menino", "figlio"],
    &["daughter", "girl", "hija", "nina", "fille", "tochter", "madchen", "filha", "menina", "figlia"],
    &["wife", "mujer", "esposa", "femme", "frau", "mulher", "moglie"],
    &["husband", "marido", "esposo", "mari", "mann", "marito"],
    &["mother", "mum", "mom", "madre", "mere", "mutter", "mae", "mamma"],
    &["father", "dad", "padre", "pere", "vater", "pai", "papa"],
    &["brother", "hermano", "frere", "bruder", "irmao", "fratello"],
    &["sister", "hermana", "soeur", "schwester", "irma", "sorella"],
    &["dog", "perro", "perra", "chien", "chienne", "hund", "hundin", "cachorro", "cachorra", "cane", "cagna"],
    &["cat", "gato", "gata", "chat", "chatte", "katze", "kater", "gatto", "gatta"],
];

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};

    #[test]
    fn the_writer_answers_no_question_about_a_relative() {
        for (kind, language, question, text, other) in [
            (AnswerType::Whole, "en", "How old is your daughter?", "I am 40", true),
            (AnswerType::Whole, "en", "How old is your daughter?", "she is 9", false),
            (AnswerType::Whole, "en", "How old is your daughter?", "my son is 9", true),
            (AnswerType::Whole, "en", "How old is your child?", "my son is 9", false),
            (AnswerType::Whole, "en", "How old are you?", "I am 40", false),
            (AnswerType::Whole, "en", "How many dogs do you have?", "I am 40", false),
            (AnswerType::Number, "es", "¿Cuánto pesa su perro?", "peso 80 kg", true),
            (AnswerType::Number, "es", "¿Cuánto pesa su perro?", "pesa 12 kg", false),
            (AnswerType::Date, "de", "Wann ist Ihr Sohn geboren?", "ich bin am 3. Mai 1985 geboren", true),
            (AnswerType::Date, "de", "Wann ist Ihr Sohn geboren?", "er ist am 3. Mai 1985 geboren", false),
            (AnswerType::Date, "en", "When did your son call?", "I was born on 3 May 1985", false),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            assert_eq!(is_somebody_else(kind, text, &hearing), other, "{question} {text}");
        }
    }
}
