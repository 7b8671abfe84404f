//! Answers a question with the parts that fit it best, and says why each fits.

use super::{
    Chunk, Document, Knowledge,
    dictionary::{Dictionary, Index},
    function_words,
    ranking::{Likeness, Meant, Searched, common, look_up, points},
    words::{Analyser, primary},
};
use crate::{
    base::limits::{KNOWLEDGE_QUESTION_CHARS_MAX, KNOWLEDGE_QUESTION_WORDS_MAX},
    model::matching::fold,
};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A question to the knowledge.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// As the customer wrote it; behind `KNOWLEDGE_QUESTION_CHARS_MAX` letters it is not read.
    pub text: &'a str,
    /// The code of the customer's language: parts in it count a quarter more.
    pub language: &'a str,
    /// The files and folders to search, as flows name them (`prices.csv`, `faq`); empty: all.
    pub within: &'a [String],
    /// Files and rows that were valid until an earlier day are not searched.
    pub today: Date,
}

/// A part that fits a question.
#[derive(Debug)]
pub struct Found<'k> {
    pub chunk: &'k Chunk,
    pub document: &'k Document,
    /// Thousandths; comparable among the parts of one question only.
    pub score: u64,
    /// How much of the question this part speaks of, in percent; rare words count more. It is small for a question
    /// whose words stand in most parts, whatever is found, and 0 for one without a subject: *what is that?*
    pub share: u8,
    /// The words of the question that it holds, in the order of the question.
    pub why: Vec<MatchedWord>,
}

impl Found<'_> {
    /// The part as WhatsApp shows it.
    pub fn message(&self) -> String {
        self.document.message_of(self.chunk)
    }
}

/// A word of the question in a part.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchedWord {
    /// As the customer wrote it, in lower case; two signs of a script without blanks.
    pub asked: String,
    /// The form by which it was found: `guarante`.
    pub found: String,
    pub how: WordMatch,
    pub in_text: u16,
    /// How often it stands in the title and the headings, where it counts twice.
    pub in_headings: u16,
    /// Its part of the score, in thousandths.
    pub points: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordMatch {
    /// The same word, perhaps in another form.
    Same,
    /// With this number of typing errors.
    Errors(usize),
}

/// How much more a part in the customer's language counts.
const OWN_LANGUAGE: f64 = 1.25;

impl Knowledge {
    /// At most `top` parts that fit, the best first. Of equal ones the first in the order of the files. The same question
    /// finds the same parts on every machine.
    pub fn rank(&self, question: &Question<'_>, top: usize) -> Vec<Found<'_>> {
        if self.chunks.is_empty() {
            return Vec::new();
        }
        let index = self.index();
        let which = self.searched(question);
        let asked: Vec<Asked<'_>> = index
            .dictionaries
            .iter()
            .map(|(language, own)| {
                let documents = self.documents.iter().filter(|document| primary(&document.language) == language);
                let count =
                    documents.flat_map(|document| document.chunks.clone()).filter(|chunk| which[*chunk]).count();
                ask(language, own, question, &Searched { which: &which, count })
            })
            .collect();
        let mut all: Vec<(u64, usize, usize)> = Vec::new();
        for (number, asked) in asked.iter().enumerate() {
            let scores = asked.scores(index);
            let scored = scores.into_iter().enumerate().filter(|(chunk, score)| *score > 0 && which[*chunk]);
            all.extend(scored.map(|(chunk, score)| (score, chunk, number)));
        }
        all.sort_by_key(|(score, chunk, _)| (std::cmp::Reverse(*score), *chunk));
        all.truncate(top);
        all.into_iter().map(|(score, chunk, number)| self.explained(index, &asked[number], chunk, score)).collect()
    }

    /// For each part, whether it is in the named files and has not expired.
    fn searched(&self, question: &Question<'_>) -> Vec<bool> {
        let meant = self.meant_by(question.within);
        let is_searched = |chunk: &Chunk| {
            let document = self.document_of(chunk);
            meant[chunk.document] && !document.has_expired(question.today) && !chunk.has_expired(question.today)
        };
        self.chunks.iter().map(is_searched).collect()
    }

    fn explained<'k>(&'k self, index: &Index, asked: &Asked<'_>, number: usize, score: u64) -> Found<'k> {
        let chunk = &self.chunks[number];
        let mut why = Vec::new();
        let (mut spoken, mut whole) = (0.0, 0.0);
        for (word, meant) in &asked.words {
            whole += meant.weight;
            let mut best: Option<(f64, MatchedWord)> = None;
            for (term, likeness) in &meant.terms {
                let at = term.places.binary_search_by_key(&number, |place| place.chunk as usize);
                let Ok(at) = at else { continue };
                let place = &term.places[at];
                let own = asked.factor * points(index, place, meant.weight, *likeness);
                if best.as_ref().is_some_and(|(most, _)| *most >= own) {
                    continue;
                }
                let how = match likeness {
                    Likeness::Same => WordMatch::Same,
                    Likeness::Errors(errors) => WordMatch::Errors(*errors),
                };
                let matched = MatchedWord {
                    asked: word.clone(),
                    found: term.text.to_string(),
                    how,
                    in_text: place.in_text,
                    in_headings: place.in_headings,
                    points: thousandths(own),
                };
                best = Some((own, matched));
            }
            if let Some((_, matched)) = best {
                spoken += meant.weight * Likeness::from(matched.how).factor();
                why.push(matched);
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies between 0 and 100")]
        let share = (100.0 * spoken / whole.max(asked.common) + 0.5).clamp(0.0, 100.0) as u8;
        let share = if asked.has_subject { share } else { 0 };
        Found { chunk, document: self.document_of(chunk), score, share, why }
    }
}

impl From<WordMatch> for Likeness {
    fn from(how: WordMatch) -> Likeness {
        match how {
            WordMatch::Same => Likeness::Same,
            WordMatch::Errors(errors) => Likeness::Errors(errors),
        }
    }
}

/// A question in the words of one dictionary.
struct Asked<'i> {
    words: Vec<(String, Meant<'i>)>,
    /// False if all words say nothing about a subject: *what is that?*
    has_subject: bool,
    factor: f64,
    /// The weight of a question that says nothing in particular.
    common: f64,
}

fn ask<'i>(language: &str, dictionary: &'i Dictionary, question: &Question<'_>, searched: &Searched<'_>) -> Asked<'i> {
    let own = Analyser::of(question.language);
    let text: String = question.text.chars().take(KNOWLEDGE_QUESTION_CHARS_MAX).collect();
    let mut words = Vec::new();
    dictionary.analyser.each_word(&text, &mut |word| words.push(word.to_owned()));
    leave_out_greetings(&mut words);
    let mut seen = BTreeSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words.truncate(KNOWLEDGE_QUESTION_WORDS_MAX);
    let says_nothing = |word: &String| dictionary.analyser.is_function_word(word) || own.is_function_word(word);
    // A question of such words alone is asked with all of them, and no part is its answer.
    let has_subject = !words.iter().all(says_nothing);
    if has_subject {
        words.retain(|word| !says_nothing(word));
    }
    let words =
        words.into_iter().map(|word| (look_up(dictionary, &word, searched), word)).map(|(meant, word)| (word, meant));
    let factor = if language == primary(question.language) { OWN_LANGUAGE } else { 1.0 };
    Asked { words: words.collect(), has_subject, factor, common: common(searched) }
}

/// Takes the greetings of two words out of a question.
fn leave_out_greetings(words: &mut Vec<String>) {
    let mut at = 0;
    while at + 1 < words.len() {
        let pair = [fold(&words[at]), fold(&words[at + 1])];
        if function_words::GREETINGS.iter().any(|greeting| pair == *greeting) {
            words.drain(at..at + 2);
        } else {
            at += 1;
        }
    }
}

impl Asked<'_> {
    /// The score of each part, in thousandths.
    fn scores(&self, index: &Index) -> Vec<u64> {
        let mut sums = vec![0.0_f64; index.lengths.len()];
        let mut best = vec![0.0_f64; index.lengths.len()];
        for (_, meant) in &self.words {
            // Several words can be meant by a misspelt one: each part counts the best of them.
            for (term, likeness) in &meant.terms {
                for place in &term.places {
                    let own = points(index, place, meant.weight, *likeness);
                    let most = &mut best[place.chunk as usize];
                    *most = most.max(own);
                }
            }
            for (term, _) in &meant.terms {
                for place in &term.places {
                    sums[place.chunk as usize] += std::mem::take(&mut best[place.chunk as usize]);
                }
            }
        }
        sums.into_iter().map(|sum| thousandths(self.factor * sum)).collect()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a score lies between 0 and some thousands"
)]
fn thousandths(points: f64) -> u64 {
    (points * 1000.0 + 0.5) as u64
}
