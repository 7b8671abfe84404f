//! Tells whether words around a value refuse it.

use super::{
    items::Item,
    lexicon::{self, refuses},
    tokens::{head, tail},
};
use crate::matching::fold;

/// The part of the text around the item up to these signs, or a point before a blank: what stands before and behind.
fn around<'a>(text: &'a str, item: &Item, ends: &[char]) -> (&'a str, &'a str) {
    let before = tail(&text[..item.at.start], AROUND_BYTES_MAX);
    let behind = head(&text[item.at.end..], AROUND_BYTES_MAX);
    let is_end = |(at, c): &(usize, char), text: &str| ends.contains(c) || text[*at..].starts_with(". ");
    let start = before.char_indices().rev().find(|end| is_end(end, before)).map_or(0, |(at, c)| at + c.len_utf8());
    let end = behind.char_indices().find(|end| is_end(end, behind)).map_or(behind.len(), |(at, _)| at);
    (&before[start..], &behind[..end])
}

/// Words farther from a value are not its sentence.
const AROUND_BYTES_MAX: usize = 400;

/// True if a word of its clause refuses the value. *No problem, 20 €* and *why not 20 €* accept it.
pub fn is_refused(text: &str, item: &Item, languages: &[&str]) -> bool {
    let (before, behind) = around(text, item, &['!', '?', '\n', ';', ',', ':', '–', '—']);
    [before, behind].iter().any(|part| {
        let said = fold(part);
        let said = lexicon::ACCEPTING.iter().fold(said, |said, idiom| said.replace(idiom, " "));
        any_refuses(said.split(' ').collect(), languages, &lexicon::WITHOUT)
    })
}

/// True if a word beside it, in its clause, refuses the offer: `we have no discounts`, `gratis ist das leider nicht`.
pub fn is_refused_offer(text: &str, item: &Item, languages: &[&str]) -> bool {
    let (before, behind) = around(text, item, &['!', '?', '\n', ';', ',', ':', '–', '—']);
    let (before, behind) = (fold(before), fold(behind));
    let before: Vec<&str> = before.split(' ').collect();
    let near = before.len().saturating_sub(REFUSAL_BEFORE);
    any_refuses(before[near..].to_vec(), languages, &[])
        || any_refuses(behind.split(' ').take(REFUSAL_BEHIND).collect(), languages, &lexicon::WITHOUT)
}

fn any_refuses(words: Vec<&str>, languages: &[&str], but: &[&str]) -> bool {
    let next = |at: usize| words.get(at + 1).copied();
    words.iter().enumerate().any(|(at, word)| refuses(word, next(at), languages) && !but.contains(word))
}

/// So many words before an offer, and behind it, may refuse it.
const REFUSAL_BEFORE: usize = 6;
const REFUSAL_BEHIND: usize = 8;
