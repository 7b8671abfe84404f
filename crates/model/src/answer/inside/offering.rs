//! Finds the value of a clause whose other words are partly unknown: it is not taken, and the contact is asked whether it
//! means this value.

use super::{
    ASKS_BACK, AnswerContext, AnswerType, Candidate, UNKNOWN_WORDS_MAX, asks, candidates, frame, is_carrier, names,
    names_a_day, will_call, without_call, words_outside,
};
use crate::{
    answer::{
        another, beside, echo,
        reading::{HOW_MANY, Reading},
        reasons, synonyms,
        words::{Words, asides, joints, wishes},
    },
    matching::{fold, has_word},
};

/// The only candidate of a clause that nothing changes, takes back or gives to somebody else. Unknown words may stand
/// behind a word of wish before the candidate, or apart from it behind it: `the film starts at 10:30` and `10:30 km` give
/// nothing.
pub fn offered(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>, own: &'static Words) -> Reading {
    let all: Vec<&str> = text.split_whitespace().collect();
    let found = candidates(kind, &all, hearing, own);
    match found.as_slice() {
        [one] if one.may_be_meant(text, &all, hearing, own) => one.reading.clone(),
        _ => Reading::default(),
    }
}

/// The readings of all candidates of a clause.
pub fn candidate_readings(
    kind: AnswerType,
    all: &[&str],
    hearing: &AnswerContext<'_>,
    own: &'static Words,
) -> Vec<Reading> {
    candidates(kind, all, hearing, own).into_iter().map(|candidate| candidate.reading).collect()
}

/// The candidate of a clause that wishes it or asks the business for it, though some words of the clause are unknown:
/// `could you squeeze me in tomorrow`, `quiero inscribir a 3`. The unknown words name no thing, which may have a day, an
/// hour or a number of its own: `I need to catch the ferry at 10:30`.
pub fn wished(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>, own: &'static Words) -> Reading {
    let all: Vec<&str> = text.split_whitespace().collect();
    let found = candidates(kind, &all, hearing, own);
    match found.as_slice() {
        [one] if one.is_wished(&all, hearing, own) && one.may_be_meant(text, &all, hearing, own) => one.reading.clone(),
        _ => Reading::default(),
    }
}

/// As `wished`, for a message of one clause that asks nothing.
pub fn wished_alone(kind: AnswerType, text: &str, hearing: &AnswerContext<'_>, own: &'static Words) -> Reading {
    let folded = fold(text);
    let asks_back = ASKS_BACK.iter().any(|phrase| has_word(&folded, phrase));
    if asks(&folded) || asks_back { Reading::default() } else { wished(kind, text, hearing, own) }
}

impl Candidate {
    /// True if the other words of the clause do not change the candidate, and unknown ones stand apart from it.
    fn may_be_meant(&self, text: &str, all: &[&str], hearing: &AnswerContext<'_>, own: &'static Words) -> bool {
        let rest = words_outside(&|place| self.holds(place), all, own);
        let asked = fold(&hearing.question.replace(['\'', '’'], " "));
        let left = without_call(&rest, &asked);
        let names_day = || {
            rest.iter().any(|word| names_a_day(word, own) || word.contains(frame::is_changing_sign))
                || beside::names_another_day(&rest, own)
        };
        !(will_call(&rest)
            || another::speaks_of_another(self.kind, text, hearing)
            || self.is_changed(&left, own, hearing)
            || frame::is_about_something_else(self.kind, &rest, all, own, hearing)
            || turns(&rest, &asked, own)
            || names_day())
            && self.is_apart(all, &asked, own)
    }

    /// True if the clause asks the business for the candidate, or wishes it with words of which none names another thing.
    fn is_wished(&self, all: &[&str], hearing: &AnswerContext<'_>, own: &Words) -> bool {
        let asked = fold(&hearing.question.replace(['\'', '’'], " "));
        let counts = matches!(self.kind, AnswerType::Number | AnswerType::Whole)
            && HOW_MANY.iter().any(|phrase| has_word(&asked, phrase));
        if !counts && !frame::asks_ahead(&asked) {
            return false;
        }
        let folded: Vec<String> = all.iter().map(|word| fold(word)).collect();
        if wishes::is_request(own.language, &folded) {
            return true;
        }
        let (before, behind) = (&folded[..self.start], &folded[self.end..]);
        let is_known = |word: &str| word.is_empty() || is_carrier(own, word) || echo::is_of_question(&asked, word);
        let known = |word: &String| word.split(' ').all(is_known);
        let names_a_thing = |place: usize| {
            let is_determined = place > 0 && wishes::DETERMINERS.contains(&before[place - 1].as_str());
            let is_noun = own.language == "de" && all[place].starts_with(char::is_uppercase);
            !known(&before[place]) && (is_determined || is_noun)
        };
        let wish = before.iter().position(|word| wishes::is_own_wish(own.language, word));
        let unknown = before.iter().filter(|word| !known(word)).count();
        wish.is_some()
            && behind.iter().all(known)
            && unknown <= UNKNOWN_WORDS_MAX
            && !(0..before.len()).any(names_a_thing)
    }

    /// True if unknown words of the clause stand behind a word of wish, or behind a word that is no part of the candidate.
    fn is_apart(&self, all: &[&str], asked: &str, own: &Words) -> bool {
        let folded: Vec<String> = all.iter().map(|word| fold(word)).collect();
        let known = |word: &String| {
            let mut parts = word.split(' ');
            parts.all(|word| {
                word.is_empty()
                    || is_carrier(own, word)
                    || wishes::is_wish(own.language, word)
                    || echo::is_of_question(asked, word)
                    || synonyms::is_of_question(asked, word)
                    || self.sort.iter().any(|sort| sort == word)
            })
        };
        let (before, behind) = (&folded[..self.start], &folded[self.end..]);
        let first_unknown = before.iter().position(|word| !known(word));
        let wish = before.iter().position(|word| word.split(' ').any(|word| wishes::is_wish(own.language, word)));
        let is_wished = first_unknown.is_none_or(|unknown| wish.is_some_and(|wish| wish < unknown));
        let last = all[self.end - 1];
        // `6 Erwachsene und ein Baby` are more than six.
        let is_number = matches!(self.kind, AnswerType::Number | AnswerType::Whole);
        let adds = is_number && behind.iter().any(|word| AND.contains(&word.as_str()));
        let starts = asides::of(own.language).map_or("", |words| words.starts);
        let is_start = |word: &str| starts.split_whitespace().any(|start| start == word);
        let is_apart = match behind {
            [] => true,
            // `11 o'clock is fine by me` agrees, `friday is bad` does not.
            [next, said, ..] if COPULAS.contains(&next.as_str()) => commits(said, own),
            [next, ..] if JOINING.contains(&next.as_str()) => false,
            [next, ..] => reasons::ends_clause(last) || known(next) || is_start(next),
        };
        is_wished && is_apart && !adds
    }
}

fn commits(word: &str, own: &Words) -> bool {
    asides::of(own.language).is_some_and(|words| words.commits.split_whitespace().any(|one| one == word))
}

const COPULAS: [&str; 10] = ["is", "s", "es", "seria", "est", "serait", "ist", "ware", "e", "sarebbe"];

/// Words behind a value that say something about it, or make it a part of something: `friday is bad`, `the 5 of diamonds`.
#[rustfmt::skip]
const JOINING: [&str; 47] = [
    "is", "are", "was", "be", "s", "makes", "of", "off", "in", "es", "son", "era", "de", "del", "est", "sont", "etait", "du", "des", "ist", "sind", "war", "von", "sao",
    "do", "da", "e", "sono", "di", "dei", "delle", "al", "x", "por", "per", "pour", "par", "o", "or", "and", "y", "para", "a", "et", "und", "en", "como",
];
const AND: [&str; 6] = ["and", "y", "et", "und", "e", "plus"];

/// True for words with which a sentence sets a condition, asks, takes back or names another event, if the question does
/// not have them.
fn turns(rest: &[String], asked: &str, own: &Words) -> bool {
    let said = rest.join(" ");
    let is_new = |phrase: &&str| !has_word(asked, phrase) && !is_carrier(own, phrase);
    joints::of(own.language)
        .is_none_or(|joints| joints.turns.split(',').map(str::trim).filter(is_new).any(|phrase| names(phrase, &said)))
}
