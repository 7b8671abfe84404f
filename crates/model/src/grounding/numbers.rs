//! Finds the numbers that stand in a text in figures, however they are written.

use super::{
    figures::number,
    ground::{amount_of, same},
    readable,
};

/// True if the text has this number in figures: `1.200,50 €` has 1200.5. A number with one sign before three digits,
/// `1.200`, is read both ways. Parts of a longer number are none: `145` does not have 45.
pub fn has_number(text: &str, wanted: f64) -> bool {
    let text = readable(text);
    let mut at = 0;
    while let Some(begin) = text[at..].find(|c: char| c.is_ascii_digit()).map(|found| at + found) {
        let found = number(&text[begin..]);
        if found.values.iter().filter_map(amount_of).any(|amount| same(amount, wanted)) {
            return true;
        }
        at = begin + found.length.max(1);
    }
    false
}

/// The values of a text that is one number, perhaps with a currency sign: `45 €` is 45, `1.200` is 1200 or 1.2. Empty for
/// every other text.
pub fn lone_number(text: &str) -> Vec<f64> {
    let text = readable(text);
    let is_around = |c: char| c.is_whitespace() || matches!(c, '€' | '$' | '£' | '¥' | '₹' | '₽' | '₺');
    let text = text.trim_matches(is_around);
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Vec::new();
    }
    let found = number(text);
    let is_whole = found.length == text.len();
    found.values.iter().filter_map(amount_of).filter(|_| is_whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_one_number_has_its_values() {
        for (text, values) in [
            ("45", &[45.0][..]),
            (" 45 € ", &[45.0]),
            ("$ 12.50", &[12.5]),
            ("45 EUR", &[]),
            ("20 %", &[]),
            ("13:30", &[]),
            ("4-5", &[]),
            ("no", &[]),
            ("", &[]),
        ] {
            assert_eq!(lone_number(text), values, "{text}");
        }
        assert_eq!(lone_number("1.200").len(), 2);
    }

    #[test]
    fn a_number_counts_by_its_value() {
        for (text, wanted) in [
            ("It costs 45 €.", 45.0),
            ("45,00€", 45.0),
            ("1.200,50 €", 1200.5),
            ("R$ 1,200.50", 1200.5),
            ("1 200 kr", 1200.0),
            ("1.200", 1200.0),
            ("1.200", 1.2),
            ("٤٥ €", 45.0),
            ("from 20 to 45", 45.0),
        ] {
            assert!(has_number(text, wanted), "{wanted} in {text}");
        }
        for (text, wanted) in [("145 €", 45.0), ("450", 45.0), ("45.5", 45.0), ("no number", 45.0), ("", 0.0)] {
            assert!(!has_number(text, wanted), "{wanted} in {text}");
        }
    }
}
