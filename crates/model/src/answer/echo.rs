//! Finds the words of the question in an answer: `yes, cancel it` to "Shall I cancel the appointment?"

use super::{
    AnswerContext,
    another::is_denied_by_sign,
    clause::is_unsure,
    words::{self, Words},
    yesno::{PLAIN_YES, is_asked_back},
};
use crate::matching::{fold, has_word};

/// True if the word stands in the question, also in another form: `booking` for `book`, `recogerlo` for `recoger`. Both
/// are folded.
pub fn is_of_question(asked: &str, word: &str) -> bool {
    word.len() >= CHARS_MIN && asked.split(' ').any(|of_question| is_form(of_question, word))
}

/// True if two words are forms of one: they begin alike, and neither has a long rest.
pub fn is_form(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let shared = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    let longer = one.len().max(other.len());
    shared >= STEM_CHARS && shared + END_CHARS_MAX >= longer && one.len() >= CHARS_MIN
}

/// Shorter words of the question are not neutral in its answer.
const CHARS_MIN: usize = 4;
/// Fewer letters are shared by words of different meanings.
const STEM_CHARS: usize = 4;
/// The longest end that differs: `erlo` of `recogerlo`.
const END_CHARS_MAX: usize = 4;

/// The yes or no of an answer that repeats a word of the question: `cancélala`, `yes cancel it`, `no allergies`.
pub fn repeated(text: &str, hearing: &AnswerContext<'_>) -> Option<bool> {
    let own = words::own(hearing.language)?;
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    let folded = fold(&text.replace(['\'', '’'], " "));
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let negates = |word: &str| own.around.nots.split_whitespace().any(|not| not == word) || NEGATES.contains(&word);
    let agrees = |word: &str| PLAIN_YES.contains(&word);
    let is_or = || own.around.or.split_whitespace().any(|or| has_word(&asked, or));
    let is_negative = asked.split(' ').any(|word| own.around.nots.split_whitespace().any(|not| not == word));
    // `not sure` is no answer to "Sure?"
    if is_unsure(&folded, own)
        || said.len() > WORDS_MAX
        || is_asked_back(text)
        || is_denied_by_sign(text)
        || is_negative
        || is_or()
    {
        return None;
    }
    let repeats = |word: &str| !negates(word) && is_of_question(&asked, word);
    let known = |word: &str| {
        repeats(word) || negates(word) || agrees(word) || OBJECTS.contains(&word) || words_of_courtesy(own, word)
    };
    if !said.iter().any(|word| repeats(word)) || !said.iter().all(|word| known(word)) {
        return None;
    }
    let (is_yes, is_negated) = (said.iter().any(|word| agrees(word)), said.iter().any(|word| negates(word)));
    // `no, cancel it` may be either.
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_apart = first.ends_with([',', '.', ';', '!']);
    let negations = said.iter().filter(|word| negates(word)).count();
    match (is_yes, is_negated) {
        (true, true) => None,
        (false, true) => (!is_apart || negations > 1).then_some(false),
        (true, false) => Some(true),
        (false, false) => (said.len() <= 2 || said.iter().any(|word| ASKS.contains(word))).then_some(true),
    }
}

fn words_of_courtesy(own: &Words, word: &str) -> bool {
    own.polite.iter().any(|phrase| phrase.split(' ').any(|part| part == word))
}

/// A longer answer says more than its repeated word.
const WORDS_MAX: usize = 8;

/// Words for a thing that was named, and for somebody who is asked to do something.
#[rustfmt::skip]
const OBJECTS: [&str; 96] = [
    "t",
    "it", "that", "them", "me", "the", "my", "any", "this", "go", "ahead", "and", "do", "can", "you", "with", "i", "have", "lots", "of", "some",
    "la", "lo", "le", "las", "los", "me", "el", "mi", "puede", "puedes", "podeis", "con", "tengo", "mucho", "mucha", "un", "una", "de",
    "les", "une", "moi", "ma", "mon", "du", "des", "pouvez", "vous", "d", "avec", "j", "ai", "en", "beaucoup", "ne", "n", "y",
    "sie", "ihn", "es", "den", "die", "das", "mir", "meinen", "ab", "an", "aus", "ein", "konnen", "mit", "viel", "ich", "habe", "hab", "ganz",
    "pode", "a", "o", "meu", "minha", "com", "tenho", "muito", "bastante", "eu", "que",
    "puo", "pure", "il", "mio", "mia", "ho", "tanto", "molto", "ne",
];

/// Words that negate a thing, beside those of the sentence.
const NEGATES: [&str; 27] = [
    "no", "dont", "don", "not", "without", "sin", "sans", "pas", "ohne", "kein", "keine", "keinen", "nicht", "sem",
    "nao", "senza", "non", "niente", "zero", "ningun", "ninguna", "aucun", "aucune", "nessun", "nessuna", "nenhum",
    "nenhuma",
];

/// Words that ask for the deed.
const ASKS: [&str; 19] = [
    "please", "pls", "go", "can", "favor", "porfa", "puede", "puedes", "svp", "plait", "pouvez", "bitte", "konnen",
    "pode", "pfv", "puo", "pure", "favore", "do",
];

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};

    #[test]
    fn a_repeated_word_of_the_question_answers_it() {
        for (question, text, language, meant) in [
            ("Shall I cancel the appointment?", "yes cancel it", "en", Some(true)),
            ("Shall I cancel the appointment?", "no please don't cancel", "en", Some(false)),
            ("Shall I cancel the appointment?", "no, cancel it", "en", None),
            ("Shall I cancel the appointment?", "cancel or move it", "en", None),
            ("Do you have any allergies?", "no allergies", "en", Some(false)),
            ("Sure?", "not sure", "en", None),
            ("Do you want it without sugar?", "without sugar", "en", None),
            ("¿Cancelo la cita?", "cancélala", "es", Some(true)),
            ("¿Cancelo la cita?", "no la canceles", "es", Some(false)),
            ("J'annule le rendez-vous ?", "n'annulez pas", "fr", Some(false)),
            ("Soll ich den Termin absagen?", "bitte absagen", "de", Some(true)),
        ] {
            let hearing = AnswerContext { question, ..hearing(language) };
            assert_eq!(repeated(text, &hearing), meant, "{question} {text}");
        }
    }

    #[test]
    fn forms_of_one_word_begin_alike() {
        assert!(is_of_question("when do you book", "booking"));
        assert!(is_form("recoger", "recogerlo"));
        assert!(!is_form("commit", "committeemember"));
        assert!(!is_form("day", "days"));
    }
}
