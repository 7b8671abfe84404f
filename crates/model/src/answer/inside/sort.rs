//! Reads the words that say of which kind a counted thing is: `three bottles of red`.

use super::{
    super::{AnswerContext, AnswerType, words::Words},
    ASKED_CHARS_MIN,
};
use crate::matching::{fold, has_word};

/// The words behind a counted thing that say of which kind it is, if the question counts this thing: `of red` behind
/// `three bottles`, the German `Rotwein` behind `drei Flaschen`.
pub fn sort_of(
    kind: AnswerType,
    these: &[&str],
    behind: &[&str],
    hearing: &AnswerContext<'_>,
    words: &'static Words,
) -> Vec<String> {
    let asked = fold(hearing.question);
    let thing = these.last().map(|thing| fold(thing)).unwrap_or_default();
    let counts = matches!(kind, AnswerType::Number | AnswerType::Whole) && these.len() > 1;
    if !counts || thing.len() < ASKED_CHARS_MIN || !has_word(&asked, &thing) || behind.len() > SORT_WORDS_MAX {
        return Vec::new();
    }
    let is_named = behind.first().is_some_and(|first| match words.language {
        "de" => first.starts_with(char::is_uppercase),
        _ => SORT_MARKS.contains(&fold(first).as_str()),
    });
    let is_plain = |word: &&str| word.chars().all(char::is_alphabetic);
    if is_named && behind.iter().all(is_plain) { behind.iter().map(|word| fold(word)).collect() } else { Vec::new() }
}

/// `of red wine` has three words.
const SORT_WORDS_MAX: usize = 3;
const SORT_MARKS: [&str; 4] = ["of", "de", "di", "da"];
