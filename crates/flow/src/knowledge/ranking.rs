//! Ranks parts by BM25: a rare word counts more than a frequent one, a word in a short part more than in a long one.
//!
//! Robertson and Zaragoza, *The Probabilistic Relevance Framework: BM25 and Beyond*, 2009. Only the four basic operations
//! of IEEE 754 are used, in a fixed order, so that every machine ranks alike; `f64::ln` may differ in its last bit.

use super::dictionary::{Dictionary, HEADING_WEIGHT, Index, Posting, Spelling, Term};
use crate::model::matching::near;

/// How fast a repeated word stops to count more, and how much the length of a part counts: the usual values.
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// A word with one typing error counts this much; with two, this much of that.
const ERROR_FACTOR: f64 = 0.6;

/// The words that are taken for a misspelt one, at most: the nearest.
const MEANT_MAX: usize = 20;

/// The words of the dictionary that one word of a question means.
pub(super) struct Meant<'i> {
    pub terms: Vec<(&'i Term, Likeness)>,
    /// The weight of the word: that of a rare word is greater.
    pub weight: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Likeness {
    /// It is the same word, perhaps in another form.
    Same,
    /// The number of typing errors.
    Errors(usize),
}

impl Likeness {
    pub fn factor(self) -> f64 {
        match self {
            Likeness::Same => 1.0,
            Likeness::Errors(errors) => (0..errors).fold(1.0, |factor, _| factor * ERROR_FACTOR),
        }
    }
}

/// The parts that are searched, all of one language.
pub(super) struct Searched<'a> {
    /// For each part of the knowledge, whether it is searched.
    pub which: &'a [bool],
    pub count: usize,
}

/// Looks up a word of a question; a word that the dictionary lacks means those with few typing errors. Only parts that
/// are searched decide how rare a word is.
pub(super) fn look_up<'i>(dictionary: &'i Dictionary, word: &str, searched: &Searched<'_>) -> Meant<'i> {
    let forms = dictionary.analyser.forms(word);
    let forms = || std::iter::once(&forms.first).chain(&forms.second);
    let mut terms: Vec<(&Term, Likeness)> =
        forms().filter_map(|form| Some((dictionary.find(form)?, Likeness::Same))).collect();
    // One digit more or less makes another number.
    if terms.is_empty() && word.chars().all(char::is_alphabetic) {
        let mut meant: Vec<(usize, &Term)> = Vec::new();
        let forms: Vec<(&String, Spelling)> = forms().map(|form| (form, Spelling::of(form))).collect();
        for term in dictionary.terms() {
            let can_mean = |(_, spelling): &&(&String, Spelling)| spelling.can_mean(term.spelling);
            let errors = forms.iter().filter(can_mean).filter_map(|(form, _)| near(form, &term.text)).min();
            meant.extend(errors.map(|errors| (errors, term)));
        }
        meant.sort_by(|a, b| (a.0, &a.1.text).cmp(&(b.0, &b.1.text)));
        meant.truncate(MEANT_MAX);
        terms = meant.into_iter().map(|(errors, term)| (term, Likeness::Errors(errors))).collect();
    }
    let parts_of = |term: &Term| term.places.iter().filter(|place| searched.which[place.chunk as usize]).count();
    // A word that no part has weighs as one that a single part has: people use many words that say little.
    let parts = terms.iter().map(|(term, _)| parts_of(term)).max().unwrap_or_default().max(1);
    Meant { terms, weight: rarity(searched.count, parts) }
}

/// The points of one part for one word that means this term.
pub(super) fn points(index: &Index, place: &Posting, weight: f64, likeness: Likeness) -> f64 {
    let times = f64::from(u32::from(place.in_text) + HEADING_WEIGHT * u32::from(place.in_headings));
    let length = f64::from(index.lengths[place.chunk as usize]) / index.average_length;
    weight * likeness.factor() * times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length))
}

/// The weight of a word that stands in `with` of `all` parts.
fn rarity(all: usize, with: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let (all, with) = (number(all), number(with));
    ln(1.0 + (all - with + 0.5) / (with + 0.5))
}

/// The weight below which a question says nothing in particular: that of a word in every second part. Of a single part
/// any word is as good.
pub(super) fn common(searched: &Searched<'_>) -> f64 {
    std::f64::consts::LN_2.min(rarity(searched.count, 1))
}

/// The natural logarithm of a number of at least 1, with an error below one in ten thousand million.
fn ln(x: f64) -> f64 {
    let (mut rest, mut twos) = (x, 0.0);
    while rest > 1.5 {
        rest /= 2.0;
        twos += 1.0;
    }
    // ln(rest) = 2 artanh((rest - 1) / (rest + 1)), whose series ends soon because rest is near 1.
    let s = (rest - 1.0) / (rest + 1.0);
    let square = s * s;
    let series = (0..12).rev().fold(0.0, |sum, n| sum * square + 1.0 / f64::from(2 * n + 1));
    twos * std::f64::consts::LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_logarithm_is_the_logarithm() {
        for x in [1.0, 1.0001, 1.5, 1.500_001, 2.0, 3.7, 41.0, 20_001.0] {
            assert!((ln(x) - f64::ln(x)).abs() < 1e-10, "{x}");
        }
    }
}
