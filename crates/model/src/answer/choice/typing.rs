//! Compares a text with the title of an option, of which it may be a mistyped form.

use super::super::inside;
use crate::matching::near;

/// True if the text is the title with typing errors. A number, a short word and the first letter of a word must be
/// right: `18 GB` is not `16 GB`, and `possible` is not `impossible`. Another known word is no typing error: `junio` is
/// not `julio`.
pub fn is_mistyped(said: &str, title: &str) -> bool {
    if near(said, title).is_none() || inside::is_signal(said) {
        return false;
    }
    let digits = |text: &str| text.chars().filter(|c| c.is_numeric()).collect::<String>();
    if digits(said) != digits(title) {
        return false;
    }
    let parts = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (said_parts, title_parts) = (parts(said), parts(title));
    if said_parts.len() != title_parts.len() {
        // Only the blanks may differ.
        return said.replace(' ', "") == title.replace(' ', "");
    }
    said_parts.iter().zip(&title_parts).all(|(said, title)| {
        let long = title.chars().count() >= MISTYPED_CHARS_MIN;
        let begins_alike = said.chars().next() == title.chars().next();
        said == title || long && begins_alike && !inside::is_signal(said)
    })
}

/// Shorter words differ from another word by one letter too often.
const MISTYPED_CHARS_MIN: usize = 4;
