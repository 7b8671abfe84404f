//! Holds the words of all parts, by language: in which parts each word stands, and how often.

use super::{
    Knowledge,
    words::{Analyser, Forms, primary},
};
use std::collections::{BTreeMap, HashMap};

/// The words of all parts.
pub(super) struct Index {
    /// By the first part of their code: `es`. A document has one language.
    pub dictionaries: BTreeMap<String, Dictionary>,
    /// The number of words of each part, headings twice.
    pub lengths: Vec<u32>,
    pub average_length: f64,
}

/// The words of one language.
pub(super) struct Dictionary {
    pub analyser: Analyser,
    /// Sorted by their text.
    terms: Box<[Term]>,
}

/// A word in the form by which it is found.
pub(super) struct Term {
    pub text: Box<str>,
    pub spelling: Spelling,
    /// In the order of the parts.
    pub places: Box<[Posting]>,
}

/// A few facts about the letters of a word, by which most words are told apart without counting typing errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spelling {
    /// The number of letters; 0: it has other signs, too, and is never taken for another word.
    letters: u8,
    /// A bit for each letter that occurs; several letters share one.
    which: u64,
}

impl Spelling {
    pub fn of(word: &str) -> Spelling {
        let letters = if word.chars().all(char::is_alphabetic) { word.chars().count() } else { 0 };
        let which = word.chars().fold(0, |bits, c| bits | 1 << (u32::from(c) % u64::BITS));
        Spelling { letters: u8::try_from(letters).unwrap_or(0), which }
    }

    /// False if `matching::near` says that this is not `meant`. One typing error changes at most two bits, as it can put
    /// one letter in the place of another.
    pub fn can_mean(self, meant: Spelling) -> bool {
        let allowed = meant.letters / 5;
        self.letters > 0
            && allowed > 0
            && self.letters.abs_diff(meant.letters) <= allowed
            && (self.which ^ meant.which).count_ones() <= 2 * u32::from(allowed)
    }
}

/// One part with a word.
#[derive(Clone, Copy)]
pub(super) struct Posting {
    pub chunk: u32,
    /// How often it stands in the text, and in the title and headings.
    pub in_text: u16,
    pub in_headings: u16,
}

/// How much more a word counts in a title or heading than in the text.
pub(super) const HEADING_WEIGHT: u32 = 2;

impl Index {
    pub fn of(knowledge: &Knowledge) -> Index {
        let mut growing: BTreeMap<String, Growing> = BTreeMap::new();
        let mut lengths = vec![0; knowledge.chunks.len()];
        for document in &knowledge.documents {
            let language = primary(&document.language);
            let own = growing.entry(language.to_owned()).or_insert_with(|| Growing::new(language));
            for number in document.chunks.clone() {
                let chunk = &knowledge.chunks[number];
                let number_of_chunk = u32::try_from(number).expect("KNOWLEDGE_CHUNKS_MAX is smaller");
                let headings = std::iter::once(&document.title).chain(&chunk.headings);
                let in_headings: u32 = headings.map(|heading| own.add(heading, number_of_chunk, true)).sum();
                lengths[number] = HEADING_WEIGHT * in_headings + own.add(&chunk.text, number_of_chunk, false);
            }
        }
        let all: u64 = lengths.iter().map(|length| u64::from(*length)).sum();
        let count = u32::try_from(lengths.len()).unwrap_or(u32::MAX).max(1);
        #[expect(clippy::cast_precision_loss, reason = "at most some millions of words")]
        let average_length = (all as f64 / f64::from(count)).max(1.0);
        let dictionaries = growing.into_iter().map(|(language, own)| (language, own.done())).collect();
        Index { dictionaries, lengths, average_length }
    }
}

impl Dictionary {
    pub fn find(&self, word: &str) -> Option<&Term> {
        let at = self.terms.binary_search_by(|term| (*term.text).cmp(word)).ok()?;
        Some(&self.terms[at])
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }
}

/// A dictionary while it is made.
struct Growing {
    analyser: Analyser,
    /// The forms of each word that has come, so that a word is stemmed once.
    known: HashMap<String, Vec<usize>>,
    by_text: HashMap<Box<str>, usize>,
    places: Vec<Vec<Posting>>,
}

impl Growing {
    fn new(language: &str) -> Growing {
        let analyser = Analyser::of(language);
        Growing { analyser, known: HashMap::new(), by_text: HashMap::new(), places: Vec::new() }
    }

    /// Adds the words of a text, and gives their number.
    fn add(&mut self, text: &str, chunk: u32, is_heading: bool) -> u32 {
        let Growing { analyser, known, by_text, places, .. } = self;
        let mut count = 0;
        analyser.each_word(text, &mut |word| {
            count += 1;
            if !known.contains_key(word) {
                let Forms { first, second } = analyser.forms(word);
                let mut numbers = Vec::new();
                for form in std::iter::once(first).chain(second) {
                    let next = places.len();
                    let number = *by_text.entry(form.into_boxed_str()).or_insert(next);
                    if number == next {
                        places.push(Vec::new());
                    }
                    numbers.push(number);
                }
                known.insert(word.to_owned(), numbers);
            }
            for number in &known[word] {
                let own = &mut places[*number];
                if own.last().is_none_or(|last| last.chunk != chunk) {
                    own.push(Posting { chunk, in_text: 0, in_headings: 0 });
                }
                let last = own.last_mut().expect("it was put in just now");
                let counted = if is_heading { &mut last.in_headings } else { &mut last.in_text };
                *counted = counted.saturating_add(1);
            }
        });
        count
    }

    fn done(self) -> Dictionary {
        let Growing { analyser, by_text, mut places, .. } = self;
        let mut terms: Vec<Term> = by_text
            .into_iter()
            .map(|(text, number)| {
                let places = std::mem::take(&mut places[number]).into_boxed_slice();
                Term { spelling: Spelling::of(&text), text, places }
            })
            .collect();
        terms.sort_by(|a, b| a.text.cmp(&b.text));
        Dictionary { analyser, terms: terms.into_boxed_slice() }
    }
}
