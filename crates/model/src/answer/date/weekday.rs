//! Reads the names of weekdays.

use super::Words;
use crate::matching::near;
use jiff::civil::Weekday;

/// The weekday of this name, also with one typing error.
pub fn weekday_of(word: &str, words: &Words) -> Option<Weekday> {
    let exact = words.weekdays.iter().position(|names| names.contains(&word));
    let mistyped = || words.weekdays.iter().position(|names| is_mistyped(word, names[0], words));
    let place = exact.or_else(mistyped)?;
    Weekday::from_monday_zero_offset(i8::try_from(place).ok()?).ok()
}

/// True for a weekday with one typing error: `wensday`. A plural (`Mondays`) is every such day, and in Portuguese the
/// weekdays are ordinals, of which another form is another word.
fn is_mistyped(word: &str, name: &str, words: &Words) -> bool {
    let long = name.len() >= MISTYPED_CHARS_MIN && word.len() >= MISTYPED_CHARS_MIN;
    long && words.language != "pt"
        && word.as_bytes().first() == name.as_bytes().first()
        && (!word.ends_with('s') || name.ends_with('s'))
        && near(word, name).is_some_and(|errors| errors == 1)
}

/// Shorter names of weekdays differ from other words by one letter.
const MISTYPED_CHARS_MIN: usize = 6;
