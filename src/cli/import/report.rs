//! Writes `IMPORT.md`: what came over, what was replaced, and what did not fit, by its place in the source.

use crate::base::{counted::counted, limits::IMPORT_QUOTE_CHARS_MAX};
use std::collections::{BTreeMap, BTreeSet};

/// A block, node or action of the other product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The export's own name for the flow.
    pub flow: String,
    /// The group or node around it, for people.
    pub name: String,
    pub kind: String,
    pub id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It has no counterpart; the flow goes on without it.
    Left,
    /// Something else stands in its place.
    Replaced,
    Kept,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub place: Place,
    pub fate: Fate,
    /// The result, as a sentence without a full stop.
    pub became: String,
}

/// All that is said about an import.
#[derive(Debug, Clone, Default)]
pub struct ImportReport {
    pub entries: Vec<Entry>,
    /// Steps that the author has to take before the bot is live, each once.
    pub todo: BTreeSet<String>,
}

impl ImportReport {
    pub fn kept(&mut self, place: &Place, became: impl Into<String>) {
        self.add(place, Fate::Kept, became.into());
    }

    pub fn replaced(&mut self, place: &Place, became: impl Into<String>) {
        self.add(place, Fate::Replaced, became.into());
    }

    pub fn left(&mut self, place: &Place, why: impl Into<String>) {
        self.add(place, Fate::Left, why.into());
    }

    fn add(&mut self, place: &Place, fate: Fate, became: String) {
        let entry = Entry { place: place.clone(), fate, became };
        if !self.entries.contains(&entry) || self.entries.len() > 1_000 {
            self.entries.push(entry);
        }
    }

    /// How many places have each fate; one with several has the worst.
    pub fn counts(&self) -> BTreeMap<Fate, usize> {
        let mut worst: BTreeMap<&Place, Fate> = BTreeMap::new();
        for entry in &self.entries {
            let fate = worst.entry(&entry.place).or_insert(entry.fate);
            *fate = entry.fate.min(*fate);
        }
        let mut counts = BTreeMap::new();
        worst.values().for_each(|fate| *counts.entry(*fate).or_default() += 1);
        counts
    }

    /// One sentence: `12 parts: 9 as they are, 2 replaced, 1 that did not fit`.
    pub fn summary(&self) -> String {
        let counts = self.counts();
        let of = |fate| counts.get(&fate).copied().unwrap_or_default();
        format!(
            "{}: {} as they are, {} replaced, {} that did not fit",
            counted(counts.values().sum::<usize>(), "part"),
            of(Fate::Kept),
            of(Fate::Replaced),
            of(Fate::Left)
        )
    }

    /// The whole page. `files`: the files that were written.
    pub fn page(&self, product: &str, bot: &str, files: &[String]) -> String {
        let mut out = format!("# {} from {product}\n\n{}.\n\n", line(bot), self.summary());
        out.push_str("A *part* is a block, node or action of the source; each stands below with its id.\n\n");
        if !self.todo.is_empty() {
            out.push_str("## To do before it is live\n\n");
            self.todo.iter().for_each(|one| out.push_str(&format!("- {}\n", line(one))));
            out.push('\n');
        }
        for (fate, title, none) in [
            (Fate::Left, "What did not fit", "Everything found its place."),
            (Fate::Replaced, "What was replaced", "Nothing."),
            (Fate::Kept, "What came over", "Nothing."),
        ] {
            out.push_str(&format!("## {title}\n\n"));
            out.push_str(&self.section(fate).unwrap_or_else(|| format!("{none}\n")));
            out.push('\n');
        }
        out.push_str("## Files\n\n");
        files.iter().for_each(|file| out.push_str(&format!("- `{file}`\n")));
        out
    }

    fn section(&self, fate: Fate) -> Option<String> {
        let mut out = String::new();
        let mut flow = None;
        for entry in self.entries.iter().filter(|entry| entry.fate == fate) {
            if flow != Some(&entry.place.flow) {
                out.push_str(&format!("{}**{}**\n\n", if flow.is_some() { "\n" } else { "" }, line(&entry.place.flow)));
                flow = Some(&entry.place.flow);
            }
            let Place { name, kind, id, .. } = &entry.place;
            out.push_str(&format!("- {} · {} ({}): {}\n", line(name), line(kind), code(id), line(&entry.became)));
        }
        (!out.is_empty()).then_some(out)
    }
}

/// A foreign text within one line, cut where it is long.
pub fn line(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a foreign text, for remarks and sentences.
pub fn quote(text: &str) -> String {
    let text = line(text).replace('`', "'");
    if text.chars().count() <= IMPORT_QUOTE_CHARS_MAX {
        return text;
    }
    format!("{}…", text.chars().take(IMPORT_QUOTE_CHARS_MAX).collect::<String>())
}

fn code(text: &str) -> String {
    format!("`{}`", quote(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_cut_behind_its_limit() {
        let whole = "a".repeat(IMPORT_QUOTE_CHARS_MAX);
        assert_eq!(quote(&whole), whole);
        assert_eq!(quote(&format!("{whole}b")), format!("{whole}…"));
    }

    #[test]
    fn a_place_with_several_fates_counts_as_the_worst() {
        let place = Place { flow: "f".into(), name: "n".into(), kind: "k".into(), id: "1".into() };
        let mut report = ImportReport::default();
        report.kept(&place, "a");
        report.left(&place, "b");
        assert_eq!(report.summary(), "1 part: 0 as they are, 0 replaced, 1 that did not fit");
    }
}
