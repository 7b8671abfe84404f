//! Finds the texts that flows can send, as far as this is known without running them.

use super::{Scenario, TestAction, expected::BotSays};
use crate::{
    base::diagnostic::nearest,
    definition::{Flow, FlowSet, Role},
    load::{default_language::LanguageBy, locale::TranslatedText, stock_phrases},
    model::languages,
    query::events::event_names,
    script::clock,
    text::Text,
};
use std::{
    cell::{Cell, OnceCell},
    collections::BTreeSet,
    fmt::Write as _,
};

/// Shorter words are similar to too many others.
const NEAR_CHARS_MIN: usize = 4;

/// All texts in the files of the bot: a text that is neither there nor in the test cannot be sent.
pub struct Corpus<'a> {
    pub set: &'a FlowSet,
    /// In lower case, with single blanks.
    text: OnceCell<String>,
}

impl<'a> Corpus<'a> {
    pub fn new(set: &'a FlowSet) -> Corpus<'a> {
        Corpus { set, text: OnceCell::new() }
    }

    fn text(&self) -> &str {
        self.text.get_or_init(|| {
            let own = self.set.files.iter().filter(|file| !file.is_of_tests());
            let files = own.map(|file| one_line(file.text()));
            let papers =
                self.set.knowledge.chunks().iter().map(|chunk| one_line(&self.set.knowledge.message_of(chunk)));
            let all: String =
                files.chain([one_line(&stock_phrases::all())]).chain(papers).collect::<Vec<_>>().join("\n");
            all.to_lowercase()
        })
    }
}

pub struct SaidText<'a> {
    corpus: &'a Corpus<'a>,
    flow: &'a Flow,
    scenario: &'a Scenario,
    /// True if more than the tested flow was used.
    beyond: Cell<bool>,
    /// The texts of the test itself.
    brought: OnceCell<String>,
}

impl<'a> SaidText<'a> {
    pub fn new(corpus: &'a Corpus<'a>, flow: &'a Flow, scenario: &'a Scenario) -> SaidText<'a> {
        SaidText { corpus, flow, scenario, beyond: Cell::new(false), brought: OnceCell::new() }
    }

    /// Records that the findings depend on other flows too.
    pub fn beyond(&self) {
        self.beyond.set(true);
    }

    pub fn is_alone(&self) -> bool {
        !self.beyond.get()
    }

    /// True if the tested flow has options that come from data.
    pub fn computes_options(&self) -> bool {
        let text = self.flow.place.file().text();
        text.contains("each:") || text.contains("options: ${")
    }

    /// True if this text stands in a text of a flow, an option or a translation as it is.
    pub fn is_written(&self, text: &str) -> bool {
        self.beyond();
        let wanted = one_line(text.trim()).to_lowercase();
        let stands =
            |text: &Text| text.pieces().flatten().any(|piece| one_line(piece).to_lowercase().contains(&wanted));
        self.all_texts().any(stands)
    }

    /// True if a message or a button may contain this text; also in doubt.
    pub fn can_say(&self, text: &str) -> bool {
        let wanted = one_line(text.trim());
        if texts_of(self.flow).any(|text| touches(text, &wanted)) {
            return true;
        }
        self.beyond();
        if self.all_texts().any(|text| touches(text, &wanted)) {
            return true;
        }
        let small = wanted.to_lowercase();
        let known = self.corpus.text();
        if known.contains(&small) || self.brought().contains(&small) {
            return true;
        }
        // The question for the language shows each by its own name.
        let bot = &self.corpus.set.bot;
        let mut languages = bot.languages.keys().chain([&bot.language]);
        if bot.language_by.contains(&LanguageBy::Ask) && languages.any(|code| languages::name(code) == text.trim()) {
            return true;
        }
        // The times of opening hours are not in the files.
        if known.contains("slots(") && clock(&small).is_some() {
            return true;
        }
        if self.nearest_words(text).is_some() {
            return false;
        }
        // The text would have to come from a value. Numbers and names of days can come from anywhere; other words must
        // be somewhere.
        let words: Vec<&str> =
            small.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 2).collect();
        words.is_empty()
            || small.contains(|c: char| c.is_numeric())
            || known.contains("format(")
            || words.iter().any(|word| known.contains(word) || self.brought().contains(word))
    }

    /// The most similar text, if it differs only in a few letters.
    pub fn nearest_words(&self, text: &str) -> Option<String> {
        let wanted: Vec<char> = one_line(text.trim()).to_lowercase().chars().collect();
        if wanted.len() < NEAR_CHARS_MIN {
            return None;
        }
        let allowed = 1 + wanted.len() / 8;
        let mut best: Option<(usize, String)> = None;
        for said in self.all_texts().flat_map(Text::pieces).flatten().map(one_line) {
            if let Some((distance, part)) = nearest_part(&wanted, &said, allowed)
                && best.as_ref().is_none_or(|(least, _)| distance < *least)
            {
                best = Some((distance, part));
            }
        }
        best.map(|(_, part)| part)
    }

    /// The most similar title of a button or row.
    pub fn nearest_title(&self, title: &str) -> Option<String> {
        self.beyond();
        let titles: BTreeSet<&str> = self
            .flows()
            .flat_map(|flow| &flow.nodes)
            .flat_map(|node| &node.outline.sentences)
            .filter(|sentence| sentence.role == Role::Option)
            .filter_map(|sentence| sentence.text.as_plain())
            .collect();
        nearest(title, titles).map(str::to_owned)
    }

    /// Names of events for which there is a trigger or a `wait`.
    pub fn events(&self) -> BTreeSet<&'a str> {
        self.beyond();
        event_names(self.corpus.set)
    }

    /// True if a step computes the name of a template.
    pub fn computes_templates(&self) -> bool {
        let mut computes = false;
        for node in self.flows().flat_map(|flow| &flow.nodes) {
            crate::check::every_template(&node.outline, &mut |name| {
                computes |= name.text().is_some_and(|text| text.contains("${"));
            });
        }
        computes
    }

    fn flows(&self) -> impl Iterator<Item = &'a Flow> + use<'a> {
        let set = self.corpus.set;
        set.flows.values().map(AsRef::as_ref).chain([&set.bot.flow])
    }

    fn all_texts(&self) -> impl Iterator<Item = &'a Text> + use<'a> {
        let set = self.corpus.set;
        let forms = set.locales.values().flat_map(|locale| locale.steps.values());
        let forms = forms.flat_map(|step| &step.wordings).flat_map(|wording| match &wording.to {
            TranslatedText::One(text) => vec![text],
            TranslatedText::ByNumber { forms, .. } => forms.iter().map(|(_, text)| text).collect(),
        });
        self.flows().flat_map(texts_of).chain(forms)
    }

    /// The texts of the customer, of other systems and of the head of the test.
    fn brought(&self) -> &str {
        self.brought.get_or_init(|| {
            let mut all = String::new();
            for case in &self.scenario.cases {
                let _ = write!(all, "{:?} {:?} ", case.head.contact, case.head.mocks);
                let _ = write!(all, "{:?} ", case.head.env);
                for step in &case.steps {
                    match &step.act {
                        TestAction::Bot(BotSays::Message(_) | BotSays::Nothing(_))
                        | TestAction::Expect(_)
                        | TestAction::Tap(_) => {}
                        act => {
                            let _ = write!(all, "{act:?} ");
                        }
                    }
                }
            }
            all.to_lowercase()
        })
    }
}

fn texts_of(flow: &Flow) -> impl Iterator<Item = &Text> {
    flow.nodes.iter().flat_map(|node| &node.outline.texts)
}

/// The text with one blank for each run of blanks and line breaks.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_whitespace() {
            true if line.ends_with(' ') => {}
            true => line.push(' '),
            false => line.push(c),
        }
    }
    line
}

/// True if a message from this text may contain the words, with at least one letter from the fixed text.
fn touches(text: &Text, wanted: &str) -> bool {
    let pieces: Vec<Option<String>> = text.pieces().map(|piece| piece.map(one_line)).collect();
    let counts = |part: &str| part.chars().any(char::is_alphanumeric);
    pieces.iter().enumerate().any(|(at, piece)| {
        let Some(piece) = piece else { return false };
        if piece.contains(wanted) {
            return true;
        }
        // A value is filled in before or behind it.
        let (before, behind) = (at > 0, at + 1 < pieces.len());
        let ends = piece.char_indices().map(|(from, _)| &piece[from..]);
        let begins = piece.char_indices().map(|(to, c)| &piece[..to + c.len_utf8()]);
        behind && ends.into_iter().any(|end| wanted.starts_with(end) && counts(end))
            || before && begins.into_iter().any(|begin| wanted.ends_with(begin) && counts(begin))
            || before && behind && counts(piece) && format!(" {wanted} ").contains(&format!(" {} ", piece.trim()))
    })
}

/// The part of `said` that differs least from the words, by at most `allowed` letters (P. Sellers, 1980).
fn nearest_part(wanted: &[char], said: &str, allowed: usize) -> Option<(usize, String)> {
    let letters: Vec<char> = said.chars().collect();
    let small: Vec<char> = letters.iter().map(|c| c.to_lowercase().next().unwrap_or(*c)).collect();
    // For each letter of the words: the distance of the best part that ends here, and the start of that part.
    let mut column: Vec<(usize, usize)> = (0..=wanted.len()).map(|row| (row, 0)).collect();
    let mut best: Option<(usize, usize, usize)> = None;
    for (at, letter) in small.iter().enumerate() {
        let mut corner = column[0];
        column[0] = (0, at + 1);
        for row in 1..=wanted.len() {
            let same = (corner.0 + usize::from(wanted[row - 1] != *letter), corner.1);
            let missing = (column[row].0 + 1, column[row].1);
            let extra = (column[row - 1].0 + 1, column[row - 1].1);
            corner = column[row];
            column[row] = same.min(missing).min(extra);
        }
        let (distance, start) = column[wanted.len()];
        if distance <= allowed && best.is_none_or(|(least, _, _)| distance < least) {
            best = Some((distance, start, at + 1));
        }
    }
    let (distance, mut start, mut end) = best?;
    // Whole words are shown.
    while start > 0 && letters[start - 1].is_alphanumeric() {
        start -= 1;
    }
    while end < letters.len() && letters[end].is_alphanumeric() {
        end += 1;
    }
    let part: String = letters.get(start..end)?.iter().collect();
    Some((distance, part.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_part_of_a_text_is_found_in_its_middle() {
        let near = |wanted: &str, said: &str| {
            let wanted: Vec<char> = wanted.chars().collect();
            nearest_part(&wanted, said, 2)
        };
        assert_eq!(near("are opne", "We are open today"), Some((1, "are open".into())));
        assert_eq!(near("good morning", "Good evening"), None);
        assert_eq!(near("größe", "Ihre Grösse bitte").map(|(distance, _)| distance), Some(2));
    }
}
