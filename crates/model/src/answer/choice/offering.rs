//! Finds the one option of a text whose other words are unknown: it is not chosen, and the contact is asked whether it
//! means this option.

use super::{
    super::{
        AnswerContext, asides,
        words::{self, Words, joints, wishes},
    },
    Sentence, mentions,
    tables::TURNS,
};
use crate::matching::{fold, has_word};

/// The place of the only option that a text names, if nothing in it negates it, compares it, asks about it or gives it to
/// somebody else.
pub fn offered(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>) -> Option<usize> {
    let own = words::own(hearing.language)?;
    if super::reports::is_well(text, hearing) {
        return None;
    }
    let text = &super::without_chatter(text, titles, hearing);
    let names_one = |clause: &str| {
        let folded = fold(clause);
        let said: Vec<&str> = folded.split(' ').collect();
        !mentions(&said, titles, hearing).is_empty()
    };
    asides::offered_option(text, hearing, |clause| in_clause(clause, titles, hearing, own), names_one)
}

fn in_clause(text: &str, titles: &[Vec<String>], hearing: &AnswerContext<'_>, own: &'static Words) -> Option<usize> {
    let folded = fold(text);
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let found = mentions(&said, titles, hearing);
    let (first, last) = (found.first()?, found.last()?);
    let covered = |place: usize| found.iter().any(|mention| mention.holds(place));
    let rest: Vec<&str> = (0..said.len()).filter(|place| !covered(*place)).map(|place| said[place]).collect();
    let next = said.get(last.end).copied().unwrap_or_default();
    let is_turned = turns(&rest, own, hearing);
    let sentence = Sentence { head: &said[..first.start], rest, next, text };
    let is_one = found.iter().all(|mention| mention.option == first.option);
    let known = |word: &&str| sentence.clone().with_rest(word).is_known(own, hearing);
    let is_wish = |word: &&str| wishes::is_wish(own.language, word);
    let (before, behind) = (&said[..first.start], &said[last.end..]);
    let unknown = before.iter().position(|word| !known(word) && !is_wish(word));
    let is_wished = unknown.is_none_or(|unknown| before[..unknown].iter().any(is_wish));
    let is_apart = behind.iter().all(known);
    (is_one && is_wished && is_apart && !is_turned && !sentence.is_changed(own, hearing)).then_some(first.option)
}

/// True for words that set a condition, take back or put off, if the question does not have them.
fn turns(rest: &[&str], own: &Words, hearing: &AnswerContext<'_>) -> bool {
    let (said, asked) = (rest.join(" "), fold(hearing.question));
    let is_new = |phrase: &&str| !has_word(&asked, phrase);
    let turns = joints::of(own.language).map_or("", |joints| joints.turns);
    let turned = |phrase: &str| has_word(&said, phrase);
    rest.iter().any(|word| TURNS.contains(word)) || turns.split(',').map(str::trim).filter(is_new).any(turned)
}
