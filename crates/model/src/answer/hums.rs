//! Reads through hums and stressed words: `mmm yes please`, `siiii`.

use super::yesno::whole;
use crate::matching::fold;

/// The yes behind a hum: `mmm yes please`. `ah yes` may only have understood.
pub fn hummed(text: &str, language: &str) -> Option<bool> {
    let (hum, rest) = text.trim().split_once(char::is_whitespace)?;
    let is_hum = HUMS.contains(&fold(hum).as_str());
    (is_hum && whole(rest, language) == Some(true)).then_some(true)
}

const HUMS: [&str; 6] = ["mmm", "mm", "mmh", "mmmh", "hmm", "hm"];

/// The text without the repetition of letters that nobody writes but to stress a word: `noooo`, `siiii`.
pub fn without_drawl(folded: &str) -> String {
    let letters: Vec<char> = folded.chars().collect();
    let is_drawl = |place: usize| {
        let same = |other: usize| letters.get(other) == letters.get(place);
        letters[place].is_alphabetic() && (place.saturating_sub(2)..=place).any(|start| (start..start + 3).all(same))
    };
    let kept =
        (0..letters.len()).filter(|place| !(*place > 0 && letters[*place] == letters[place - 1] && is_drawl(*place)));
    kept.map(|place| letters[place]).collect()
}
