//! Reads a polite no with its reason behind a mark: `no thank you, I will remember`.

use super::yesno::{OKAY, PLAIN_YES, whole};
use crate::matching::fold;

/// No, if a polite no comes first and its reason takes nothing back.
pub fn declined(text: &str, language: &str) -> Option<bool> {
    let (first, reason) = text.split_once([',', '.', '!', ';'])?;
    let reason = fold(reason);
    let turns = |word: &str| PLAIN_YES.contains(&word) || BUT.contains(&word) || OKAY.contains(&word);
    let is_polite = first.trim().contains(' ') && whole(first, language) == Some(false);
    (is_polite && !reason.split(' ').any(turns)).then_some(false)
}

/// Words that take back the words before them.
const BUT: [&str; 12] =
    ["but", "pero", "mais", "aber", "mas", "ma", "except", "salvo", "sauf", "ausser", "exceto", "tranne"];

/// Titles of a no that may be another answer later.
#[rustfmt::skip]
pub const NOT_NOW: [&str; 19] = [
    "not now", "no for now", "not for now", "not right now", "no por ahora", "por ahora no", "ahora no", "ahorita no", "pas maintenant", "pas pour l instant", "pas pour linstant",
    "nicht jetzt", "jetzt nicht", "agora nao", "por enquanto nao", "nao por agora", "non ora", "non adesso", "per ora no",
];
