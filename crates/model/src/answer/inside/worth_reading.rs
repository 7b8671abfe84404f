//! Tells which runs of a message's words are read as a value at all.

use super::is_signal;
use crate::{
    answer::{AnswerType, number, words::Words},
    matching::fold,
};

/// Tells for each word of a message, once for all its runs, whether a run may have it.
pub struct WorthReading {
    /// A sentence ends behind the word.
    ends: Vec<bool>,
    /// The word has a digit, or is one of days, times or numbers.
    says: Vec<bool>,
    /// The word may stand in a value of the type.
    fits: Vec<bool>,
}

impl WorthReading {
    pub fn of(kind: AnswerType, all: &[&str], words: &Words) -> WorthReading {
        let is_number = matches!(kind, AnswerType::Number | AnswerType::Whole);
        let says = |word: &&str| {
            let mut parts = word.split(['\'', '’']).chain([*word]);
            parts.any(|part| part.chars().any(char::is_numeric) || fold(part).split(' ').any(is_signal))
        };
        WorthReading {
            ends: all.iter().map(|word| word.ends_with(['!', ';', ':'])).collect(),
            says: all.iter().map(says).collect(),
            fits: all.iter().map(|word| !is_number || number::may_stand_in_one(word, words)).collect(),
        }
    }

    /// True if no sentence ends inside the run, one of its words says something, and all of them fit.
    pub fn holds(&self, start: usize, end: usize) -> bool {
        !self.ends[start..end - 1].contains(&true)
            && self.says[start..end].contains(&true)
            && !self.fits[start..end].contains(&false)
    }
}
