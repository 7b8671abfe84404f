//! Collects the results of a walk by file: messages with their ages, and the types of expressions. Only a mistake on
//! all paths is an error; a value that is missing on some paths is a warning.

use super::{Sent, window_age::Age};
use crate::base::{
    diagnostic::{Diagnostic, Findings},
    place::Place,
};
use std::collections::BTreeMap;

/// By file, so that the results of an unchanged file can be kept.
#[derive(Default)]
pub struct Judge {
    pub files: BTreeMap<String, Part>,
}

/// The results for one file.
#[derive(Default, Clone)]
pub struct Part {
    /// By place: whether some path was right, and the finding if none was.
    verdicts: BTreeMap<(usize, &'static str), (bool, Option<Diagnostic>)>,
    /// By place and name: reads of a variable that may be missing.
    reads: BTreeMap<(usize, String), Read>,
    /// Messages by place, with the widest age.
    pub sends: BTreeMap<usize, Sent>,
}

#[derive(Clone)]
struct Read {
    place: Place,
    filled: bool,
    missing: bool,
    /// True if a missing value would be visible: in a text, or in a computation.
    shows: bool,
    /// An example of what may stand in its place, as it is written there.
    instead: String,
}

impl Judge {
    fn part(&mut self, place: &Place) -> &mut Part {
        if !self.files.contains_key(place.path()) {
            self.files.insert(place.path().to_owned(), Part::default());
        }
        self.files.get_mut(place.path()).expect("it was put in just now")
    }

    /// Records that the place is right on this path.
    pub fn good(&mut self, place: &Place, code: &'static str) {
        self.part(place).verdicts.entry((place.range().start, code)).or_default().0 = true;
    }

    /// Records that the place is wrong on this path.
    pub fn bad(&mut self, finding: Diagnostic) {
        self.bad_as(finding.code, finding);
    }

    /// As `bad`, with a key of its own in place of the finding's code: two checks may look at one place.
    pub fn bad_as(&mut self, what: &'static str, finding: Diagnostic) {
        let key = (finding.place.range().start, what);
        let slot = self.part(&finding.place).verdicts.entry(key).or_default();
        slot.1.get_or_insert(finding);
    }

    /// Records that a variable is read, and whether it is filled on this path; `instead` may stand in its place.
    pub fn read(&mut self, name: &str, place: &Place, filled: bool, shows: bool, instead: &str) {
        let key = (place.range().start, name.to_owned());
        let instead = instead.to_owned();
        let fresh =
            || Read { place: place.clone(), filled: false, missing: false, shows: false, instead: instead.clone() };
        let slot = self.part(place).reads.entry(key).or_insert_with(fresh);
        if filled {
            slot.instead = instead;
        }
        slot.filled |= filled;
        slot.missing |= !filled;
        slot.shows |= shows && !filled;
    }

    /// Records that a message is sent on this path.
    pub fn send(&mut self, sent: Sent) {
        let at = sent.place.range().start;
        let part = self.part(&sent.place.clone());
        match part.sends.get_mut(&at) {
            Some(known) => known.absorb(&sent),
            None => drop(part.sends.insert(at, sent)),
        }
    }
}

impl Sent {
    /// Adds the same message on another path.
    fn absorb(&mut self, other: &Sent) {
        if other.age.most > self.age.most {
            self.trail = other.trail.clone();
        }
        self.age = Age::join(self.age, other.age);
    }
}

impl Part {
    /// Adds the results of another walk for the same file.
    pub fn absorb(&mut self, other: &Part) {
        for (key, (good, finding)) in &other.verdicts {
            let slot = self.verdicts.entry(*key).or_default();
            slot.0 |= good;
            if slot.1.is_none() {
                slot.1.clone_from(finding);
            }
        }
        for (key, read) in &other.reads {
            match self.reads.get_mut(key) {
                Some(known) => {
                    if read.filled {
                        known.instead.clone_from(&read.instead);
                    }
                    known.filled |= read.filled;
                    known.missing |= read.missing;
                    known.shows |= read.shows;
                }
                None => drop(self.reads.insert(key.clone(), read.clone())),
            }
        }
        for (at, sent) in &other.sends {
            match self.sends.get_mut(at) {
                Some(known) => known.absorb(sent),
                None => drop(self.sends.insert(*at, sent.clone())),
            }
        }
    }

    /// Gives out the findings about values.
    pub fn finish(&self, findings: &Findings) {
        // A missing value of a template is an error, so it gets no warning.
        let empty: Vec<&Place> = self
            .verdicts
            .iter()
            .filter_map(|((_, what), (good, finding))| finding.as_ref().filter(|_| *what == "E805" && !good))
            .map(|finding| &finding.place)
            .collect();
        let mut unfilled: BTreeMap<&str, Diagnostic> = BTreeMap::new();
        for ((_, name), read) in &self.reads {
            let said = empty.iter().any(|place| {
                place.range().start <= read.place.range().start && read.place.range().end <= place.range().end
            });
            if read.missing && read.filled && said {
                continue;
            }
            if read.missing && !read.filled {
                let message = format!("`{name}` is read here, and nothing has filled it by then");
                let finding = Diagnostic::error("E316", &read.place, message);
                let finding = finding.help("fill it in an earlier step (`as:` or `set:`), or take it out");
                // One finding for a name that is never filled, wherever it is read.
                match unfilled.remove(name.as_str()) {
                    Some(first) => drop(unfilled.insert(name, first.and_at(&read.place))),
                    None => drop(unfilled.insert(name, finding)),
                }
            } else if read.missing && read.shows {
                let message = format!("`{name}` can be missing here: not every way to this step fills it");
                let finding = Diagnostic::warning("W317", &read.place, message);
                let instead = &read.instead;
                findings.push(finding.help(format!(
                    "write `{name} ?? {instead}` for what stands in its place, or ask first: `if: '!missing({name})'`"
                )));
            }
        }
        findings.extend(unfilled.into_values());
        // A part that there is not is not called missing, too.
        let told = self.verdicts.values().filter_map(|(good, finding)| finding.as_ref().filter(|_| !good));
        let unknown: Vec<&Place> =
            told.filter(|finding| finding.code == "E412").map(|finding| &finding.place).collect();
        let mut parts: BTreeMap<&str, Diagnostic> = BTreeMap::new();
        for (good, finding) in self.verdicts.values() {
            let (false, Some(finding)) = (good, finding) else { continue };
            let range = finding.place.range();
            if finding.code == "W317" && unknown.iter().any(|place| range.contains(&place.range().start)) {
                continue;
            }
            // One finding for a part that there is not, wherever it is read.
            match parts.remove(finding.message.as_str()) {
                Some(first) if finding.code == "E412" => {
                    drop(parts.insert(&finding.message, first.and_at(&finding.place)))
                }
                _ if finding.code == "E412" => drop(parts.insert(&finding.message, finding.clone())),
                _ => findings.push(finding.clone()),
            }
        }
        findings.extend(parts.into_values());
    }
}
