//! Cuts a text into words and brings each into the form by which it is found: folded, and stemmed by its language.

use super::function_words;
use crate::model::matching::fold;
use rust_stemmers::{Algorithm, Stemmer};
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Cuts and stems the words of one language.
pub(super) struct Analyser {
    language: String,
    stemmer: Option<Stemmer>,
}

/// The forms by which one word is found; most words have one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Forms {
    /// The stem of the word, without accents.
    pub first: String,
    /// The stem of the word without accents, where it differs: people leave accents out, and a stem may depend on them.
    pub second: Option<String>,
}

/// A longer word is no word: an address, or bytes in letters. It is found as it is, cut to this length.
const WORD_CHARS_MAX: usize = 40;

impl Analyser {
    /// `language` is a code such as `es` or `pt_BR`. Words of a language without a stemmer are found as they are written.
    pub fn of(language: &str) -> Analyser {
        let language = primary(language).to_owned();
        let algorithm = match language.as_str() {
            "ar" => Some(Algorithm::Arabic),
            "da" => Some(Algorithm::Danish),
            "de" => Some(Algorithm::German),
            "el" => Some(Algorithm::Greek),
            "en" => Some(Algorithm::English),
            "es" => Some(Algorithm::Spanish),
            "fi" => Some(Algorithm::Finnish),
            "fr" => Some(Algorithm::French),
            "hu" => Some(Algorithm::Hungarian),
            "it" => Some(Algorithm::Italian),
            "nb" | "nn" | "no" => Some(Algorithm::Norwegian),
            "nl" => Some(Algorithm::Dutch),
            "pt" => Some(Algorithm::Portuguese),
            "ro" => Some(Algorithm::Romanian),
            "ru" => Some(Algorithm::Russian),
            "sv" => Some(Algorithm::Swedish),
            "ta" => Some(Algorithm::Tamil),
            "tr" => Some(Algorithm::Turkish),
            _ => None,
        };
        Analyser { language, stemmer: algorithm.map(Stemmer::create) }
    }

    /// Calls `tell` with each word of the text in lower case, in its order. Scripts without blanks between words give
    /// each pair of neighbouring signs.
    pub fn each_word(&self, text: &str, tell: &mut dyn FnMut(&str)) {
        // Full-width letters and ligatures become plain ones. ASCII has neither.
        let text: Cow<'_, str> = if text.is_ascii() { text.into() } else { text.nfkc().collect::<String>().into() };
        let (mut word, mut signs) = (String::new(), Vec::new());
        let mut length = 0;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if is_within_words(c) {
                continue;
            }
            if is_unspaced(c) {
                emit(&mut word, &mut length, tell);
                signs.push(c);
                continue;
            }
            pairs(&mut signs, tell);
            let in_word = c.is_alphanumeric() || is_combining_mark(c);
            if in_word && length < WORD_CHARS_MAX {
                word.extend(c.to_lowercase());
                length += 1;
            } else if !in_word {
                let joins =
                    matches!(c, '\'' | '’') && !self.elides() && chars.peek().is_some_and(|c| c.is_alphabetic());
                if !joins {
                    emit(&mut word, &mut length, tell);
                }
            }
        }
        emit(&mut word, &mut length, tell);
        pairs(&mut signs, tell);
    }

    /// The forms of a word that `each_word` gave.
    pub fn forms(&self, word: &str) -> Forms {
        let folded = fold(word);
        let Some(stemmer) = self.stemmer.as_ref().filter(|_| word.chars().all(|c| !c.is_numeric())) else {
            return Forms { first: folded, second: None };
        };
        if word.is_ascii() {
            return Forms { first: stemmer.stem(word).into_owned(), second: None };
        }
        let first = fold(&stemmer.stem(word));
        let second = stemmer.stem(&folded).into_owned();
        Forms { second: Some(second).filter(|second| *second != first), first }
    }

    /// True for a word that says nothing about the subject: *the*, *how*, *please*.
    pub fn is_function_word(&self, word: &str) -> bool {
        function_words::of(&self.language).is_some_and(|list| list.split(' ').any(|known| known == fold(word)))
    }

    /// True where a short word is joined to the next one by an apostrophe: *l'olio*, *d'une*.
    fn elides(&self) -> bool {
        matches!(self.language.as_str(), "fr" | "it" | "ca" | "oc")
    }
}

/// `pt` of `pt_BR`.
pub(super) fn primary(language: &str) -> &str {
    language.split(['_', '-']).next().unwrap_or(language)
}

fn emit(word: &mut String, length: &mut usize, tell: &mut dyn FnMut(&str)) {
    if !word.is_empty() {
        tell(word);
        word.clear();
    }
    *length = 0;
}

fn pairs(signs: &mut Vec<char>, tell: &mut dyn FnMut(&str)) {
    match signs[..] {
        [] => return,
        [one] => tell(one.encode_utf8(&mut [0; 4])),
        _ => signs.windows(2).for_each(|pair| tell(&String::from_iter(pair))),
    }
    signs.clear();
}

/// An invisible character that pages and programs put into words, above all to say where a line may end: the soft hyphen.
fn is_within_words(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// A sign of a script without blanks between its words (Chinese, Japanese, Thai, Lao, Khmer, Burmese), or of Korean, whose
/// words carry their endings.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0e01..=0x0e3a | 0x0e40..=0x0e4e   // Thai
        | 0x0e81..=0x0ece                   // Lao
        | 0x1000..=0x103f                   // Burmese
        | 0x1780..=0x17d3                   // Khmer
        | 0x3005..=0x3007 | 0x3041..=0x309f | 0x30a1..=0x30fa | 0x30fc..=0x30ff // Japanese
        | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x20000..=0x323af // Han
        | 0xac00..=0xd7a3                   // Korean
    )
}
