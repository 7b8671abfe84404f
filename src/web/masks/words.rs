//! Masks a text, a number and a name of a customer.

use crate::{base::phone::calling_code, flow::FlowSet, model::matching};
use std::collections::HashSet;

/// The mask of a number that is no phone number.
pub const NUMBER: &str = "••";

/// Longer numbers may identify a person, an account or a card, wherever else they stand.
const DIGITS_MAX: usize = 4;
/// The open digits at the end of a phone number, and the fewest that a number must have beside them and its first.
const PHONE_END: usize = 3;
const PHONE_HIDDEN_MIN: usize = 3;

/// The common words of the sentences that traces, reports and timelines are made of.
const OWN_SENTENCES: &str = include_str!("words.txt");

/// The words that stay in a masked text: those of the bot's files, which its readers may read anyway, and those of our
/// own sentences.
pub struct KnownWords(HashSet<String>);

impl KnownWords {
    pub fn of(set: &FlowSet) -> KnownWords {
        KnownWords::in_texts(set.files.iter().map(|file| file.text()))
    }

    pub fn in_texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> KnownWords {
        let all = texts.into_iter().chain([OWN_SENTENCES]);
        KnownWords(all.flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).map(matching::fold).collect())
    }

    /// The text with a dot for each letter and digit of a word that is not known.
    pub fn masked(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            match self.is_open(word) {
                true => out.push_str(word),
                false => out.extend(word.chars().map(|_| '•')),
            }
            let between = after.find(char::is_alphanumeric).unwrap_or(after.len());
            let (marks, after) = after.split_at(between);
            out.push_str(marks);
            rest = after;
        }
        out
    }

    fn is_open(&self, word: &str) -> bool {
        word.chars().filter(|c| c.is_numeric()).count() <= DIGITS_MAX && self.0.contains(&matching::fold(word))
    }
}

/// `+34 6•• ••• 001`: the country, the first digit and the last three. The number of dots says nothing.
pub fn phone(text: &str) -> String {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let code = calling_code(text).unwrap_or_default().trim_start_matches('+');
    let own = digits.get(code.len()..).unwrap_or_default();
    if !text.starts_with('+') || code.is_empty() || own.len() < 1 + PHONE_HIDDEN_MIN + PHONE_END {
        return "•••".to_owned();
    }
    let end: String = own[own.len() - PHONE_END..].iter().collect();
    format!("+{code} {}•• ••• {end}", own[0])
}

/// `Z••`: the first letter of a name of more than two.
pub fn name(text: &str) -> String {
    let mut letters = text.trim().chars();
    match (letters.next().filter(|c| c.is_alphabetic()), letters.count()) {
        (Some(first), 2..) => format!("{first}••"),
        _ => NUMBER.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_flows_and_of_our_sentences_stay() {
        let words = KnownWords::in_texts(["say: Tu pedido está en camino, sala 12, extensión 600111"]);
        for (text, masked) in [
            ("¿Dónde está mi PEDIDO, Zoe?", "¿••••• está •• PEDIDO, •••?"),
            ("it is exactly an answer to the waiting question", "it is exactly an answer to the waiting question"),
            ("sala 12, o 13: 600111", "sala 12, • ••: ••••••"),
            ("zoe@shop.example 🙂", "•••@••••.example 🙂"),
            ("山田太郎です", "••••••"),
            ("", ""),
            ("…", "…"),
        ] {
            assert_eq!(words.masked(text), masked);
        }
    }

    #[test]
    fn a_number_and_a_name_keep_their_ends() {
        for (number, masked) in [
            ("+34600111001", "+34 6•• ••• 001"),
            ("+14155551234", "+1 4•• ••• 234"),
            ("+4930123456", "+49 3•• ••• 456"),
            ("+34600", "•••"),
            ("600111001", "•••"),
            ("", "•••"),
        ] {
            assert_eq!(phone(number), masked, "{number}");
        }
        for (text, masked) in
            [("Zoe Díaz", "Z••"), ("Íñigo", "Í••"), ("Li", "••"), ("山田", "••"), ("600111001", "••"), ("", "••")]
        {
            assert_eq!(name(text), masked, "{text}");
        }
    }
}
