//! Leaves out thanks that contain a number, and words of politeness that contain an *if*.

use super::{inside, words::around::IF_POSSIBLE, yesno::OKAY};
use crate::matching::fold;

/// The text without thanks that contain a number, and without words of politeness that contain an *if*.
pub fn without_courtesies(text: &str) -> String {
    let text = without_thanks(text);
    if text.len() > inside::SENTENCE_BYTES_MAX {
        return text;
    }
    let said: Vec<&str> = text.split_whitespace().collect();
    let found = (2..=WISH_WORDS_MAX).rev().find_map(|length| {
        let is_wish = |run: &[&str]| IF_POSSIBLE.contains(&fold(&run.join(" ")).as_str());
        said.windows(length).position(is_wish).map(|start| (start, start + length))
    });
    let Some((start, end)) = found else { return text };
    let mark = said[end - 1].chars().next_back().filter(|c| ",;!.".contains(*c) && start > 0);
    let before: String = said[..start].join(" ").chars().chain(mark).collect();
    [before, said[end..].join(" ")].join(" ").trim().to_owned()
}

/// `wenn es möglich ist` has the most words of a wish.
const WISH_WORDS_MAX: usize = 4;

/// The text without thanks that contain a number: `grazie mille`.
fn without_thanks(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let thanks = THANKS.iter().find_map(|thanks| Some((lower.find(thanks)?, thanks.len())));
    thanks.map_or_else(|| text.to_owned(), |(place, length)| format!("{}{}", &text[..place], &text[place + length..]))
}

const THANKS: [&str; 18] = [
    "guten morgen",
    "guten tag",
    "guten abend",
    "good morning",
    "good afternoon",
    "good evening",
    "a thousand thanks",
    "grazie mille",
    "mille grazie",
    "mil gracias",
    "un millón de gracias",
    "mil obrigados",
    "mil obrigado",
    "tausend dank",
    "thanks a million",
    "mille mercis",
    "mille fois merci",
    "merci mille fois",
];

/// True for thanks that are no answer: `gracias`, `ok thanks`, `🙏`.
pub fn is_only_thanks(text: &str) -> bool {
    let folded = fold(text);
    let rest = OKAY.iter().find_map(|okay| folded.strip_prefix(okay)?.strip_prefix(' ')).unwrap_or(&folded);
    let signs = || text.chars().all(|c| c == '🙏' || c.is_whitespace() || ('\u{1f3fb}'..='\u{1f3ff}').contains(&c));
    THANKS_ALONE.contains(&rest) || text.contains('🙏') && signs()
}

const THANKS_ALONE: [&str; 34] = [
    "thanks",
    "thank you",
    "thx",
    "ty",
    "cheers",
    "many thanks",
    "thanks a lot",
    "thank you very much",
    "thanks so much",
    "gracias",
    "muchas gracias",
    "mil gracias",
    "muchisimas gracias",
    "merci",
    "merci beaucoup",
    "merci bien",
    "danke",
    "danke schon",
    "danke sehr",
    "vielen dank",
    "dankeschon",
    "besten dank",
    "obrigado",
    "obrigada",
    "muito obrigado",
    "muito obrigada",
    "valeu",
    "brigado",
    "brigada",
    "grazie",
    "grazie mille",
    "mille grazie",
    "tante grazie",
    "ti ringrazio",
];
