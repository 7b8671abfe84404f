//! What expressions turn out to be over all paths: only what is wrong on each of them is a mistake, and what is
//! missing on some is a warning.

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    place::Place,
};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Judge {
    /// By place: whether it came out well on some path, and what to say if on none.
    verdicts: BTreeMap<(String, usize, &'static str), (bool, Option<Diagnostic>)>,
    /// By place and name: where a variable is read and may be missing.
    reads: BTreeMap<(String, usize, String), Read>,
}

struct Read {
    place: Place,
    filled: bool,
    missing: bool,
    /// A missing value would show: it stands in a text, or is worked with.
    shows: bool,
    /// It is an optional value that was not given, rather than one that no step filled.
    optional: bool,
}

impl Judge {
    /// Something came out well on this path.
    pub fn good(&mut self, place: &Place, code: &'static str) {
        let key = (place.path().to_owned(), place.range().start, code);
        self.verdicts.entry(key).or_default().0 = true;
    }

    /// Something is wrong on this path.
    pub fn bad(&mut self, finding: Diagnostic) {
        let key = (finding.place.path().to_owned(), finding.place.range().start, finding.code);
        let slot = self.verdicts.entry(key).or_default();
        slot.1.get_or_insert(finding);
    }

    /// A variable is read that is filled on this path, or not.
    pub fn read(&mut self, name: &str, place: &Place, filled: bool, optional: bool, shows: bool) {
        let key = (place.path().to_owned(), place.range().start, name.to_owned());
        let slot = self.reads.entry(key).or_insert_with(|| Read {
            place: place.clone(),
            filled: false,
            missing: false,
            shows: false,
            optional: false,
        });
        slot.filled |= filled;
        slot.missing |= !filled;
        slot.shows |= shows && !filled;
        slot.optional |= optional;
    }

    pub fn finish(self, findings: &Findings) {
        for ((_, _, name), read) in self.reads {
            if read.missing && !read.filled && !read.optional {
                let message = format!("`{name}` is read here, and nothing has filled it by then");
                let finding = Diagnostic::error("E316", &read.place, message);
                findings.push(finding.help("fill it in an earlier step (`as:` or `set:`), or take it out"));
            } else if read.missing && read.shows && !read.optional {
                let message = format!("`{name}` can be missing here: not every way to this step fills it");
                let finding = Diagnostic::warning("W317", &read.place, message);
                findings.push(finding.help(format!(
                    "write `{name} ?? \"…\"` for what stands in its place, or ask first: `if: '!missing({name})'`"
                )));
            }
        }
        for (good, finding) in self.verdicts.into_values() {
            if let (false, Some(finding)) = (good, finding) {
                findings.push(finding);
            }
        }
    }
}
