//! Tells whether the words around a value speak of what the question asks: of the contact, of the day that lies ahead, of
//! no other event. `my wife arrives at 4`, `I had two` and `Friday I have a meeting` answer no question about the contact.

use super::{
    AnswerContext, AnswerType, another,
    counting::{self, whose},
    words::{
        Words,
        frames::{self, FrameWords},
    },
};
use crate::matching::{fold, has_word};

/// True if the words around a value make it one of somebody else, of another event or of the past. `rest` are these
/// words, folded, and `raw` is the message.
pub fn is_about_something_else(
    kind: AnswerType,
    rest: &[String],
    raw: &[&str],
    words: &Words,
    hearing: &AnswerContext<'_>,
) -> bool {
    let Some(frame) = frames::of(words.language) else { return false };
    let asked = fold(&hearing.question.replace(['\'', '’'], " "));
    let said = without_politeness(&rest.join(" "), frame);
    let of_day = matches!(kind, AnswerType::Date | AnswerType::Time | AnswerType::DateTime);
    is_of_others(&said, raw, frame, &asked)
        || of_day && is_other_event(&said, frame, &asked)
        || is_of_the_past(of_day, &said, raw, frame, words, &asked)
}

/// True if a sentence gives an option to somebody for whom the question does not ask (`my brother would like red`), or
/// says that the contact has it already (`I have red`). `rest` are the words beside the option, folded, and `text` is the
/// message.
pub fn is_of_somebody_else(rest: &[&str], text: &str, words: &Words, question: &str) -> bool {
    let Some(frame) = frames::of(words.language) else { return false };
    let asked = fold(&question.replace(['\'', '’'], " "));
    let said = without_politeness(&rest.join(" "), frame);
    let raw: Vec<&str> = text.split_whitespace().collect();
    let has_one = says(&said, frame.having)
        && !frame.free.split(' ').any(|word| has_word(&said, word))
        && !CHOSEN.iter().any(|word| has_word(&said, word))
        && !ONLY.iter().any(|word| has_word(&fold(text), word))
        && !HAVE.iter().any(|word| has_word(&asked, word));
    is_of_others(&said, &raw, frame, &asked) || has_one && !asked.is_empty()
}

/// Words of a possession that leaves no choice: `I only have my card on me`.
const ONLY: [&str; 10] =
    ["only", "just", "solo", "solamente", "jai que", "seulement", "nur", "so tenho", "apenas", "soltanto"];

/// Participles of a choice: `I have decided on red`, `ich habe mich für Rot entschieden`.
#[rustfmt::skip]
const CHOSEN: [&str; 30] = [
    "chosen", "decided", "picked", "selected", "elegido", "decidido", "escogido", "choisi", "decide", "opte", "gewahlt", "entschieden", "ausgesucht",
    "ausgewahlt", "escolhido", "decidi", "optado", "scelto", "deciso", "optato", "thought", "pensado", "pense", "gedacht", "pensato", "ganas", "lust",
    "vontade", "voglia", "hambre",
];

/// The words without polite phrases that name nobody: `könnten Sie mich Freitag eintragen`.
fn without_politeness(said: &str, frame: &FrameWords) -> String {
    let mut said = format!(" {said} ");
    for phrase in frame.polite.split(',') {
        said = said.replace(&format!(" {} ", phrase.trim()), "  ");
    }
    said
}

fn says(said: &str, phrases: &str) -> bool {
    phrases.split(',').any(|phrase| has_word(said, phrase.trim()))
}

/// True if the sentence speaks of somebody for whom the question does not ask.
fn is_of_others(said: &str, raw: &[&str], frame: &FrameWords, asked: &str) -> bool {
    if asked.is_empty() || names_somebody(asked) {
        return false;
    }
    // `it must be 7` may be written `he` or `she` of a phone, too.
    let of_thing = counting::asks_age_of_thing(asked);
    // Where the question names nobody, `she's 2` is what it asks for.
    let of_third = whose::is_of_a_third(asked);
    let is_new = |phrase: &&str| {
        !(has_word(asked, phrase) || of_thing && ITS.contains(phrase) || of_third && whose::is_pronoun(phrase))
    };
    // Without its accent the Spanish `él` is an article.
    let is_he = || {
        !of_third && frame.language == "es" && raw.iter().any(|word| word.to_lowercase().trim_matches(is_mark) == "él")
    };
    frame.others.split(',').map(str::trim).filter(is_new).any(|phrase| has_word(said, phrase))
        || is_he()
        || of_third && whose::is_of_another_owner(said)
}

fn is_mark(c: char) -> bool {
    !c.is_alphanumeric()
}

/// True if the question asks about another person or about an animal.
pub fn names_somebody(asked: &str) -> bool {
    another::RELATIVES.iter().chain(&THIRD).any(|word| has_word(asked, word))
}

/// Pronouns and verbs of the third person, which may speak of a thing.
#[rustfmt::skip]
const ITS: [&str; 24] = [
    "he", "she", "his", "her", "hes", "shes", "it", "tiene", "il", "elle", "son", "sa", "ses", "er", "sie", "ihm", "ihr", "hat", "ele", "ela", "tem", "ha", "lui", "lei",
];

/// Words of a question about somebody else.
const THIRD: [&str; 36] = [
    "pupil",
    "student",
    "alumno",
    "alumna",
    "eleve",
    "schuler",
    "schulerin",
    "aluno",
    "aluna",
    "allievo",
    "allieva",
    "participant",
    "he",
    "she",
    "they",
    "his",
    "their",
    "ella",
    "ellos",
    "elle",
    "ils",
    "elles",
    "ele",
    "ela",
    "eles",
    "elas",
    "lui",
    "loro",
    "patient",
    "paciente",
    "paziente",
    "patientin",
    "pferd",
    "caballo",
    "cheval",
    "cavallo",
];

/// True for a sentence about another event than a visit: `Friday I have a meeting`, `I'll pay on Friday`.
fn is_other_event(said: &str, frame: &FrameWords, asked: &str) -> bool {
    let is_asked = |phrase: &str| phrase.split(' ').any(|word| word.len() >= ASKED_CHARS_MIN && has_word(asked, word));
    let names =
        |phrases: &str| phrases.split(',').map(str::trim).any(|phrase| has_word(said, phrase) && !is_asked(phrase));
    let is_free = || frame.free.split(' ').any(|word| has_word(said, word));
    let asks_possession = || HAVE.iter().any(|word| has_word(asked, word));
    // `j'ai commandé vendredi` and `ho ordinato venerdì` have the verb of possession as an auxiliary.
    let is_perfect = || asks_behind_only(asked) && is_perfect(said, frame.language);
    names(frame.having) && !is_free() && !asks_possession() && !is_perfect() && !asked.is_empty()
        || names(frame.amounts)
}

/// True for the French and Italian *have* before a participle.
fn is_perfect(said: &str, language: &str) -> bool {
    let said: Vec<&str> = said.split(' ').filter(|word| !word.is_empty()).collect();
    let is_participle = |word: &str| match language {
        "fr" => ["e", "i", "u", "is", "it", "ert"].iter().any(|end| word.ends_with(end)) && word.len() > 3,
        "it" => ["to", "so"].iter().any(|end| word.ends_with(end)) && word.len() > 3,
        _ => false,
    };
    said.windows(2).any(|pair| ["jai", "ai", "ho", "abbiamo", "avons"].contains(&pair[0]) && is_participle(pair[1]))
}

/// Shorter words of the question do not make an event the one that is asked for.
const ASKED_CHARS_MIN: usize = 4;

/// Verbs of a question that asks what the contact has: `When do you have time?`
const HAVE: [&str; 10] = ["have", "avez", "as tu", "haben", "hast", "tiene", "tienes", "tem", "tens", "hai"];

/// True for a sentence about the past, if the question asks about a day ahead or how much there is.
fn is_of_the_past(of_day: bool, said: &str, raw: &[&str], frame: &FrameWords, words: &Words, asked: &str) -> bool {
    let asks_now = if of_day { asks_ahead(asked) } else { !asked.is_empty() && !asks_behind(asked) };
    let wishes = || raw.iter().any(|word| is_no_past(&word.to_lowercase(), words.language));
    let past = || words.around.past.split_whitespace().any(|word| has_word(said, word));
    asks_now
        && (says(said, frame.had) && !wishes()
            || of_day && past() && !wishes()
            || raw.iter().any(|word| is_past_form(word, words.language)))
}

/// True for a word that looks like the past without its mark: the German `hätte`, the English `we're`.
fn is_no_past(word: &str, language: &str) -> bool {
    match language {
        "de" => ["hätt", "haett", "wär", "waer", "würd", "wuerd"].iter().any(|start| word.starts_with(start)),
        "en" => ["we're", "we’re"].contains(&word),
        _ => false,
    }
}

/// True for a form of the past that only its accent tells from another one: the Spanish `llegó`, the French `arrivé`.
fn is_past_form(word: &str, language: &str) -> bool {
    let word = word.to_lowercase();
    let word = word.trim_matches(is_mark);
    match language {
        "es" => {
            word.chars().count() > 3
                && (word.ends_with('ó') || word.ends_with("qué") && word != "qué" || word.ends_with("gué"))
        }
        "fr" => {
            let ends = ["é", "ée", "és", "ées"].iter().any(|end| word.ends_with(end));
            ends && word.chars().count() > 3 && !word.starts_with("âg")
        }
        _ => false,
    }
}

/// True if the question asks for a day or an hour that lies ahead: `Which day would you like to come?`
pub fn asks_ahead(asked: &str) -> bool {
    frames::AHEAD.iter().any(|phrase| has_word(asked, phrase)) && !asks_behind(asked)
}

fn asks_behind(asked: &str) -> bool {
    frames::BEHIND.iter().chain(&frames::PAID).any(|word| has_word(asked, word)) || another::asks_for_birth(asked)
}

/// True if the question asks when something happened: `When did the leak start?`
pub fn asks_behind_only(question: &str) -> bool {
    let asked = fold(&question.replace(['\'', '’'], " "));
    frames::HAPPENED.iter().any(|phrase| has_word(&asked, phrase))
}

/// True for the Italian `ne` of `ne ho tre`, which stands for the things that are counted; `né` negates.
pub fn is_of_them(all: &[&str], place: usize, words: &Words) -> bool {
    let next = all.get(place + 1).map(|next| fold(next)).unwrap_or_default();
    words.language == "it" && all[place].eq_ignore_ascii_case("ne") && OF_THEM.contains(&next.as_str())
}

/// Verbs behind the Italian `ne`.
#[rustfmt::skip]
const OF_THEM: [&str; 22] = [
    "ho", "abbiamo", "sono", "saranno", "vorrei", "vorremmo", "prendo", "prendiamo", "metta", "metti", "mettete", "dia", "dai", "mandi", "faccia", "fai", "serve", "servono",
    "voglio", "vogliamo", "prenderei", "bastano",
];

/// True for a sign that makes a price, a share or another number of the candidate beside it.
pub fn is_changing_sign(sign: char) -> bool {
    "%‰#+*=×^&@/<>≤≥±°€£$¥₹₱₦₵₲₡₺₽₩₪₫฿".contains(sign)
}

#[cfg(test)]
mod tests {
    use super::super::{AnswerContext, AnswerType, InboundKind, read, tests::hearing};

    fn is_taken(kind: AnswerType, question: &str, text: &str, language: &str) -> bool {
        let hearing = AnswerContext { question, ..hearing(language) };
        !read(kind, &InboundKind::Text { body: text.into() }, &hearing).is_empty()
    }

    #[test]
    fn another_person_answers_only_a_question_that_names_one() {
        let (own, hers) = ("How old are your cats?", "How old is your daughter?");
        assert!(is_taken(AnswerType::Whole, hers, "she is 9", "en"));
        assert!(!is_taken(AnswerType::Whole, own, "she is 9", "en"));
        let day = "Quel jour voulez-vous venir ?";
        assert!(is_taken(AnswerType::Date, day, "je peux venir vendredi", "fr"));
        assert!(!is_taken(AnswerType::Date, day, "mon mari arrive vendredi", "fr"));
    }

    #[test]
    fn another_event_is_no_visit() {
        let asked = "When would you like to come?";
        assert!(is_taken(AnswerType::DateTime, asked, "Friday at 10 would suit me", "en"));
        assert!(is_taken(AnswerType::DateTime, asked, "I have time Friday at 10", "en"));
        assert!(!is_taken(AnswerType::DateTime, asked, "Friday at 10 I have a meeting", "en"));
        assert!(!is_taken(AnswerType::Date, "Which day would you like to come?", "I'll pay Friday", "en"));
    }

    #[test]
    fn a_day_that_has_passed_answers_no_question_about_what_lies_ahead() {
        for (question, text, taken) in [
            ("Which day would you like to come?", "yesterday", false),
            ("Which day would you like to come?", "it was last Friday", false),
            ("Which day?", "yesterday", true),
            ("When did it happen?", "it was last Friday", true),
            ("Which day would you like to come?", "tomorrow", true),
        ] {
            assert_eq!(is_taken(AnswerType::Date, question, text, "en"), taken, "{question} {text}");
        }
        assert!(!is_taken(AnswerType::DateTime, "Wann möchten Sie kommen?", "gestern um 15 Uhr", "de"));
        assert!(is_taken(AnswerType::Date, "Wann möchten Sie kommen?", "ich hätte gern Freitag", "de"));
    }
}
