//! Splits a text into words, figures and signs, each with its place.

use crate::matching::fold;
use std::ops::Range;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Letters; apostrophes within belong to the word.
    Word,
    /// Digits alone: the signs between them are tokens of their own.
    Figures,
    Sign,
}

#[derive(Debug, Clone)]
pub struct Token {
    pub sort: Sort,
    pub at: Range<usize>,
    /// A word folded, as the tables of words have it; else the text.
    pub word: String,
    /// True if no blank stands before it.
    pub is_glued: bool,
    /// True if it is the first of its line.
    pub begins_line: bool,
}

impl Token {
    pub fn is(&self, sign: char) -> bool {
        self.sort == Sort::Sign && self.word.chars().eq([sign])
    }
}

pub fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut line_begins = true;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == '\n' {
            line_begins = true;
        }
        if c.is_whitespace() || is_unseen(c) {
            continue;
        }
        let sort = sort_of(c);
        let mut end = at + c.len_utf8();
        while let Some((next, c)) = rest.peek().copied() {
            let inner_apostrophe = sort == Sort::Word
                && is_apostrophe(c)
                && text[next + c.len_utf8()..].chars().next().is_some_and(char::is_alphabetic);
            if sort == Sort::Sign || (sort_of(c) != sort && !inner_apostrophe) {
                break;
            }
            end = next + c.len_utf8();
            rest.next();
        }
        let word = if sort == Sort::Word { fold(&text[at..end]) } else { text[at..end].to_owned() };
        let is_glued = found.last().is_some_and(|last| last.at.end == at);
        found.push(Token { sort, at: at..end, word, is_glued, begins_line: std::mem::take(&mut line_begins) });
    }
    found
}

fn sort_of(c: char) -> Sort {
    match c {
        '0'..='9' => Sort::Figures,
        _ if c.is_alphabetic() => Sort::Word,
        _ => Sort::Sign,
    }
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// Signs of WhatsApp's formatting and the marks that make an emoji of a digit.
fn is_unseen(c: char) -> bool {
    matches!(c, '*' | '_' | '~' | '`' | '\u{200b}'..='\u{200f}' | '\u{fe0e}' | '\u{fe0f}')
}

/// The beginning of a text, at most so many bytes: no value is longer, and a hostile text must not be read again and
/// again to its end.
pub fn head(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The end of a text, at most so many bytes.
pub fn tail(text: &str, bytes: usize) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(bytes))..]
}
