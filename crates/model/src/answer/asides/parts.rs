//! Splits a message into clauses, and finds the words at which an aside begins without a mark.

use super::{
    super::{
        reasons::{self, Clause, Joint},
        words::wishes,
    },
    Part, Scene,
    lists::{ACCORDING, FIRST_PICTURE, INFINITIVE_CHARS_MIN, THAT},
};
use crate::matching::fold;

impl Scene<'_> {
    /// The clauses of a message.
    pub fn parts<'t>(&self, text: &'t str) -> Vec<Part<'t>> {
        let new = |joint| Part { clause: Clause { joint, said: Vec::new() }, asks: false };
        let mut parts = vec![new(Joint::Mark)];
        for line in text.lines() {
            let said: Vec<&str> = line.split_whitespace().collect();
            let folded: Vec<String> = said.iter().map(|word| fold(word)).collect();
            let mut place = 0;
            while place < said.len() {
                let word = said[place];
                let last = parts.last_mut().expect("the list begins with one clause");
                let last_is_empty = last.clause.said.is_empty();
                let is_that = last_is_empty
                    && parts.len() > 1
                    && said[place] != "qué"
                    && self.is_that(&folded[place])
                    && place + 1 < said.len();
                // `we have to be out at the end of the month, put the 29th`
                let is_order = last_is_empty
                    && parts.len() > 1
                    && self.kind.is_some()
                    && wishes::is_order(self.gate.own.language, &folded[place]);
                let last = parts.last_mut().expect("the list begins with one clause");
                let joint = reasons::joint_at(&folded[place..], self.gate.joints);
                // `fino ad allora`
                let joint = joint.filter(|_| place == 0 || folded[place - 1] != "ad");
                let joint = joint.or_else(|| is_that.then_some((Joint::That, 1)));
                let joint = joint.or_else(|| is_order.then_some((Joint::So, 0)));
                if joint.is_some() || word.starts_with(['(', '¿']) && !last.clause.said.is_empty() {
                    let (joint, length) = joint.unwrap_or((Joint::Mark, 0));
                    match last.clause.said.is_empty() {
                        true => last.clause.joint = joint,
                        false => parts.push(new(joint)),
                    }
                    place += length;
                    if length > 0 {
                        continue;
                    }
                }
                let last = parts.last_mut().expect("the list begins with one clause");
                let is_sign = word.chars().all(|c| "-–—…".contains(c) || c >= FIRST_PICTURE);
                if !is_sign {
                    last.clause.said.push(word);
                }
                last.asks |= word.contains('?');
                if is_sign || ends(word) || self.is_full_stop(word, folded.get(place + 1)) {
                    parts.push(new(Joint::Mark));
                }
                place += 1;
            }
            parts.push(new(Joint::Mark));
        }
        parts.retain(|part| part.clause.said.iter().any(|word| word.chars().any(char::is_alphanumeric)));
        parts
    }

    /// True for a full stop behind figures; in German it makes an ordinal.
    pub fn is_full_stop(&self, word: &str, next: Option<&String>) -> bool {
        let figures = word.strip_suffix('.').unwrap_or_default();
        let is_month =
            || next.is_some_and(|next| self.gate.own.months.iter().any(|names| names.contains(&next.as_str())));
        let is_figure = !figures.is_empty() && figures.bytes().all(|byte| byte.is_ascii_digit());
        self.gate.own.language != "de" && is_figure && next.is_some() && !is_month()
    }

    pub fn starts_aside(&self, said: &[&str], at: usize) -> bool {
        let is_start = |word: &str| self.words.starts.split_whitespace().any(|start| start == word);
        let first = fold(said[at]);
        is_start(&first)
            || ACCORDING.contains(&first.as_str())
            || self.is_that(&first)
            || at + 1 < said.len() && self.is_purpose(&said[at..])
            || self.is_courtesy(said[at - 1])
    }

    /// True for the *that* of a reason in Spanish, Portuguese and Italian.
    pub fn is_that(&self, word: &str) -> bool {
        ["es", "pt", "it"].contains(&self.gate.own.language) && THAT.contains(&word)
    }

    /// True for a purpose: `para estar guapa en Navidad`, `pour me reposer`.
    pub fn is_purpose(&self, said: &[&str]) -> bool {
        let (first, next) = (fold(said[0]), fold(said[1]));
        let ends: &[&str] = match self.gate.own.language {
            "es" => &["ar", "er", "ir", "arme", "erme", "irme", "arnos", "arla", "arlo"],
            "pt" => &["ar", "er", "ir"],
            "fr" => &["er", "ir", "re"],
            "it" => &["are", "ere", "ire", "armi", "ermi", "irmi", "arci"],
            _ => &[],
        };
        let is_long = next.chars().count() >= INFINITIVE_CHARS_MIN;
        ["para", "pra", "pour", "per"].contains(&first.as_str())
            && is_long
            && ends.iter().any(|end| next.ends_with(end))
    }

    pub fn is_courtesy(&self, word: &str) -> bool {
        self.gate.own.polite.contains(&fold(word).as_str())
    }
}

fn ends(word: &str) -> bool {
    reasons::ends_clause(word) || word.ends_with(['?', ')', ':']) || word.ends_with("..") || word.ends_with('…')
}
