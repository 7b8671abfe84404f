//! Reads ordinal numbers and years of dates, in figures and in words.

use crate::answer::{figures::number, words::Words};

/// `trinta e um` has three words.
const WORDS_OF_ORDINAL_MAX: usize = 3;
/// `mille neuf cent quatre-vingt-cinq` has six words.
const WORDS_OF_YEAR_MAX: usize = 6;

/// The ordinal number at the start, and the words behind it; `twenty third` has two words.
pub fn ordinal_ahead<'a, 'b>(said: &'a [&'b str], words: &Words) -> Option<(i16, &'a [&'b str])> {
    let in_words = |word: &&str| word.bytes().all(|byte| !byte.is_ascii_digit());
    let is_year = said.first().is_some_and(|first| words.thousand.contains(first));
    let words_max = if is_year { WORDS_OF_YEAR_MAX } else { WORDS_OF_ORDINAL_MAX };
    (1..=said.len().min(words_max)).rev().find_map(|count| {
        let (these, behind) = said.split_at(count);
        let joined = (count == 1 || these.iter().all(in_words)).then(|| these.concat())?;
        Some((ordinal(&joined, words)?, behind))
    })
}

/// Parses `3`, `3rd`, `first`, `tres`, but no article: `un giorno di maggio` means any day of May.
pub fn ordinal(word: &str, words: &Words) -> Option<i16> {
    if words.articles.contains(&word) && !["one", "uno"].contains(&word) {
        return None;
    }
    if let Some(number) = words.ordinal(word) {
        return Some(number);
    }
    let bare = words.ordinal_ends.iter().find_map(|end| {
        word.strip_suffix(end).filter(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    });
    match bare {
        Some(digits) => number(digits),
        None => number(word).or_else(|| i16::try_from(words.spelled(word)?).ok()),
    }
}
