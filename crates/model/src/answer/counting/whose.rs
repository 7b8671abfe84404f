//! Tells whether a question asks for the age, the weight or the height of somebody or something that it speaks of, and not
//! of the contact: `How old is it, in years?` Then `she's 2` answers it, though the question names nobody.

use super::{another::RELATIVES, asks_age};
use crate::matching::has_word;

/// True if the folded question asks for an age, a weight or a height.
pub fn measures(asked: &str) -> bool {
    asks_age(asked) || MEASURED.iter().any(|word| has_word(asked, word))
}

/// True if the folded question measures a third person, an animal or a thing, or may do so. The Portuguese `Que idade
/// tem?` may ask either; only somebody who is asked about another one answers `tem 3`.
pub fn is_of_a_third(asked: &str) -> bool {
    let is_to_contact = YOU.iter().any(|word| has_word(asked, word));
    // `Wie alt sind Sie?` speaks to the contact, `Wie alt ist sie?` does not.
    measures(asked) && !is_to_contact && !RELATIVES.iter().any(|word| has_word(asked, word))
}

/// True for a pronoun or a verb with which an answer speaks of such a one.
pub fn is_pronoun(phrase: &str) -> bool {
    PRONOUNS.contains(&phrase)
}

/// True for the age or the weight of one that belongs to somebody else: `quello del mio vicino ha 3 anni`.
pub fn is_of_another_owner(said: &str) -> bool {
    OWNERS.iter().any(|word| has_word(said, word))
}

#[rustfmt::skip]
const OWNERS: [&str; 32] = [
    "neighbour", "neighbours", "neighbor", "neighbors", "friends", "cousins", "vecino", "vecina", "vecinos", "voisin", "voisine", "voisins", "nachbar", "nachbarn", "nachbarin", "vizinho",
    "vizinha", "vizinhos", "vicino", "vicina", "vicini", "primo", "prima", "el de mi", "la de mi", "celui de", "celle de", "der von", "die von", "quello del", "quella della", "quella del",
];

/// Words of a question for a weight or a height, folded.
#[rustfmt::skip]
const MEASURED: [&str; 25] = [
    "how tall", "how heavy", "weigh", "weight", "height", "pesa", "mide", "peso", "altura", "pese", "poids", "mesure", "taille", "wie schwer", "wie gross", "wiegt",
    "gewicht", "grosse", "mede", "peso dele", "peso dela", "alto", "alta", "misura", "altezza",
];

/// Words with which a question speaks to the contact and to nobody else.
#[rustfmt::skip]
const YOU: [&str; 48] = [
    "you", "your", "yours", "tu", "tus", "te", "vos", "tienes", "tenes", "usted", "ustedes", "su", "sus", "mides", "pesas", "vous", "votre", "vos", "ton", "ta", "avez", "as",
    "du", "dein", "deine", "bist", "hast", "wiegst", "sind", "haben", "wiegen", "ihr", "ihre", "euer", "voce", "voces", "tens", "sua", "seu", "teu", "tua", "hai", "sei", "pesi",
    "tuo", "suo", "vostro", "lei",
];

#[rustfmt::skip]
const PRONOUNS: [&str; 19] = [
    "he", "she", "hes", "shes", "it", "its", "tiene", "ella", "il", "elle", "er", "sie", "hat", "ele", "ela", "tem", "ha", "lui", "lei",
];

#[cfg(test)]
mod tests {
    use super::super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};

    #[test]
    fn a_pronoun_answers_a_question_that_names_nobody() {
        for (language, question, text, taken) in [
            ("en", "How old is it, in years?", "she's 2", true),
            ("en", "How old is it, in years?", "he is 2.5", true),
            ("en", "How old is it, in years?", "shes 2 and a half", true),
            ("en", "How old is Bobi, in years?", "he's 3", true),
            ("en", "How old is it, in years?", "my neighbour's is 3", false),
            ("en", "How old is it, in years?", "my son is 9", false),
            ("en", "How old is it, in years?", "I'm 40", true),
            ("en", "How old are you?", "she's 2", false),
            ("en", "How many dogs do you have?", "she's 2", false),
            ("en", "How much does it weigh, in kg?", "she weighs 12 kg", true),
            ("pt", "Que idade tem, em anos?", "tem 3", true),
            ("pt", "Que idade tem, em anos?", "ele tem 3", true),
            ("pt", "Que idade tem Bobi, em anos?", "fez 4", true),
            ("pt", "Que idade tem, em anos?", "o do meu vizinho tem 3", false),
            ("es", "¿Qué edad tiene, en años?", "tiene 3", true),
            ("es", "¿Qué edad tiene, en años?", "ella tiene 3", true),
            ("es", "¿Qué edad tienes?", "tiene 3", false),
            ("fr", "Quel âge a-t-il, en années ?", "elle a 3 ans", true),
            ("fr", "Quel âge avez-vous ?", "elle a 3 ans", false),
            ("de", "Wie alt ist Bobi, in Jahren?", "er ist 3", true),
            ("de", "Wie alt sind Sie?", "er ist 3", false),
            ("it", "Quanti anni ha Bobi?", "ha 3 anni", true),
            ("it", "Quanti anni hai?", "ha 3 anni", false),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            let found = read(AnswerType::Number, &InboundKind::Text { body: text.into() }, &hearing).single();
            assert_eq!(found.is_some(), taken, "{language} {question} {text}: {found:?}");
        }
    }
}
