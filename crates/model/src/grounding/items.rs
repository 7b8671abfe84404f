//! Finds the values of a text: amounts, shares, days, times, lengths, numbers, addresses, codes and offers.
//!
//! A piece of text that may mean two things is one item with several values. The reply is given if one of them is.

use super::{
    addresses::address,
    amounts::measured,
    days::{day_by_name, weekday},
    figures::{Figures, figures},
    lexicon::{self, Measure, Offer},
    times::{span, spoken_time},
    tokens::{Sort, Token, head, tokens},
};
use crate::answer::words::Words;
use jiff::civil::Weekday;
use std::ops::Range;

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Money(f64),
    Percent(f64),
    Number(f64),
    /// A number with a measure; lengths of time are in minutes.
    Measured(f64, Measure),
    Day {
        day: i8,
        month: i8,
        year: Option<i16>,
    },
    /// A day of the month that is not named.
    DayOfMonth(i8),
    /// A day by its distance from today.
    Relative(i32),
    Weekday(Weekday),
    /// Minutes since midnight.
    Time(i16),
    /// Digits alone.
    Phone(String),
    Email(String),
    /// Without `https://` and `www.`.
    Link(String),
    /// Letters and digits in upper case.
    Code(String),
    Offer(Offer),
}

#[derive(Debug, Clone)]
pub struct Item {
    pub at: Range<usize>,
    /// The place of its first word among the words of the text, and behind its last one.
    pub place: Range<usize>,
    /// The line it stands in.
    pub line: usize,
    pub values: Vec<Value>,
}

/// The values of a text as somebody who writes this language means them.
pub fn items(text: &str, words: &Words) -> Vec<Item> {
    let tokens = tokens(text);
    let mut scan = Scan { text, tokens: &tokens, words, numbers: Vec::new() };
    scan.numbers = (0..tokens.len()).map(|place| scan.read_number(place)).collect();
    let mut found = Vec::new();
    let (mut place, mut line) = (0, 0);
    while place < tokens.len() {
        line += usize::from(tokens[place].begins_line);
        let taken = address(&scan, place).or_else(|| scan.offer(place)).or_else(|| scan.value(place));
        match taken {
            Some((end, values)) => {
                let at = tokens[place].at.start..tokens[end - 1].at.end;
                if !values.is_empty() {
                    found.push(Item { at, place: place..end, line, values });
                }
                place = end;
            }
            None => place += 1,
        }
    }
    found
}

/// A text while it is read.
pub struct Scan<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
    pub words: &'a Words,
    /// For each token the number that begins there: the place behind it, and its readings.
    pub numbers: Vec<Option<(usize, Vec<Value>)>>,
}

/// The place behind the last word, and the values; none for a piece that means nothing.
pub type Taken = Option<(usize, Vec<Value>)>;

impl Scan<'_> {
    /// The place of the first token at or behind this byte.
    pub fn place_at(&self, byte: usize) -> usize {
        self.tokens.partition_point(|token| token.at.start < byte)
    }

    pub fn word(&self, place: usize) -> &str {
        self.tokens.get(place).map_or("", |token| &token.word)
    }

    pub fn is(&self, place: usize, sign: char) -> bool {
        self.tokens.get(place).is_some_and(|token| token.is(sign))
    }

    fn offer(&self, place: usize) -> Taken {
        let (length, offer) = lexicon::offer(|ahead| self.word(place + ahead), self.words.language)?;
        let harmless = offer == Offer::Free
            && self.word(place) == "free"
            && length == 1
            && (lexicon::BEFORE_FREE.contains(&self.before(place, 1))
                || lexicon::BEHIND_FREE.contains(&self.word(place + length)));
        Some((place + length, if harmless { Vec::new() } else { vec![Value::Offer(offer)] }))
    }

    pub fn before(&self, place: usize, distance: usize) -> &str {
        place.checked_sub(distance).map_or("", |place| self.word(place))
    }

    fn value(&self, place: usize) -> Taken {
        let token = &self.tokens[place];
        if token.begins_line && token.sort == Sort::Figures && self.is_item_mark(place) {
            return Some((place + 1, Vec::new()));
        }
        day_by_name(self, place)
            .or_else(|| spoken_time(self, place))
            .or_else(|| span(self, place))
            .or_else(|| measured(self, place))
            .or_else(|| weekday(self, place))
    }

    /// `1.`, `2)`, `3️⃣` at the beginning of a line.
    fn is_item_mark(&self, place: usize) -> bool {
        let end = self.tokens[place].at.end;
        let rest = self.text[end..].trim_start_matches('\u{fe0f}');
        rest.starts_with('\u{20e3}')
            || (rest.starts_with(['.', ')'])
                && rest[1..].starts_with(char::is_whitespace)
                && end - self.tokens[place].at.start < 3)
    }

    /// A number in figures or words: the place behind it, and what it may mean. An article is none.
    pub fn number(&self, place: usize) -> Option<(usize, Vec<Value>)> {
        let found = self.numbers.get(place)?.clone();
        found.filter(|(end, _)| *end > place + 1 || !self.words.articles.contains(&self.word(place)))
    }

    fn read_number(&self, place: usize) -> Option<(usize, Vec<Value>)> {
        let token = self.tokens.get(place)?;
        match token.sort {
            Sort::Figures => {
                let Figures { length, values } = figures(head(&self.text[token.at.start..], FIGURES_BYTES_MAX));
                Some((self.place_at(token.at.start + length), values))
            }
            Sort::Sign => None,
            Sort::Word => {
                // Every number in words begins with a number.
                let first = self.words.spelled(&token.word)?;
                let longer = (2..=SPELLED_WORDS_MAX).rev().find_map(|count| {
                    let said = self.tokens.get(place..place + count)?;
                    let is_plain = said.iter().all(|token| token.sort == Sort::Word || token.is('-'));
                    let words = said.iter().filter(|token| token.sort == Sort::Word);
                    let joined: String = words.map(|token| token.word.as_str()).collect();
                    let number = self.words.spelled(&joined);
                    number
                        .filter(|_| is_plain && said[count - 1].sort == Sort::Word)
                        .map(|number| (place + count, number))
                });
                let (end, number) = longer.unwrap_or((place + 1, first));
                let thanks = number == 1000
                    && (lexicon::THANKS.contains(&self.before(place, 1)) || lexicon::THANKS.contains(&self.word(end)));
                (!thanks).then(|| (end, vec![Value::Number(f64::from(number))]))
            }
        }
    }

    /// The count of words of `phrase` if it stands here.
    pub fn says(&self, place: usize, phrase: &str) -> Option<usize> {
        let mut count = 0;
        for word in phrase.split(' ') {
            if self.word(place + count) != word {
                return None;
            }
            count += 1;
        }
        Some(count)
    }
}

/// The longest number, date or phone number with its signs.
pub const FIGURES_BYTES_MAX: usize = 40;
/// Words of a number in words: `quatre vingt dix neuf`, `one hundred and twenty one`.
const SPELLED_WORDS_MAX: usize = 6;
