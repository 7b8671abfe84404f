//! Applies automatic repairs: replaces some bytes of a file and leaves all others untouched.

use super::{diagnostic::Diagnostic, place::Place};
use std::collections::BTreeSet;

/// The repair of a finding. `check --fix` applies sure ones; editors offer both kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// Its description for a menu: "write `timeout`".
    pub title: String,
    pub edits: Vec<Edit>,
    pub sureness: Sureness,
}

/// How certain it is that the author wants the repair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sureness {
    /// No other intention is possible.
    Sure,
    /// A person should check: another name may have been meant.
    Guess,
}

/// Replaces the bytes at `place` by `text`. An empty place is an insertion.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    pub place: Place,
    pub text: String,
}

impl Fix {
    /// A repair that replaces the bytes at `place`.
    pub fn replace(title: impl Into<String>, place: &Place, text: impl Into<String>) -> Fix {
        let edit = Edit { place: place.clone(), text: text.into() };
        Fix { title: title.into(), edits: vec![edit], sureness: Sureness::Sure }
    }

    /// Writes `near` instead of `name`, with which the text at `place` ends; the author may have meant another name.
    /// `None` if the name is written in another way there, in quotes, say.
    pub fn rename(place: &Place, name: &str, near: &str) -> Option<Fix> {
        let text = format!("{}{near}", place.text().strip_suffix(name)?);
        Some(Fix::replace(format!("write `{text}`"), place, text).guess())
    }

    #[must_use]
    pub fn and(mut self, place: &Place, text: impl Into<String>) -> Fix {
        self.edits.push(Edit { place: place.clone(), text: text.into() });
        self
    }

    #[must_use]
    pub fn guess(mut self) -> Fix {
        self.sureness = Sureness::Guess;
        self
    }

    pub fn is_sure(&self) -> bool {
        self.sureness == Sureness::Sure
    }
}

/// The findings repaired in earlier rounds. If one comes back at the same place, its repair did not help, and
/// repeating it would make the file worse.
#[derive(Debug, Default)]
pub struct EarlierFixes(BTreeSet<(String, &'static str, (usize, usize))>);

impl EarlierFixes {
    /// True if the finding has a sure repair that was not applied before.
    pub fn may_mend(&self, finding: &Diagnostic) -> bool {
        finding.fix.as_ref().is_some_and(Fix::is_sure) && !self.0.contains(&Self::key(finding))
    }

    pub fn add(&mut self, finding: &Diagnostic) {
        self.0.insert(Self::key(finding));
    }

    fn key(finding: &Diagnostic) -> (String, &'static str, (usize, usize)) {
        (finding.place.path().to_owned(), finding.code, (finding.place.line(), finding.place.column()))
    }
}

/// Applies the repairs of one file to its text. Each is applied as a whole or not at all; of two that overlap, only
/// the first. Gives the new text, and which of `fixes` were applied.
pub fn apply(path: &str, text: &str, fixes: &[&Fix]) -> (String, Vec<bool>) {
    let mut taken: Vec<&Edit> = Vec::new();
    let mut made = Vec::with_capacity(fixes.len());
    for fix in fixes {
        let fits = fix.edits.iter().all(|edit| {
            let range = edit.place.range();
            edit.place.path() == path
                && text.get(range.clone()).is_some()
                && !taken.iter().any(|other| meet(&range, &other.place.range()))
        });
        if fits {
            taken.extend(&fix.edits);
        }
        made.push(fits);
    }
    taken.sort_by_key(|edit| edit.place.range().start);
    let mut mended = String::with_capacity(text.len());
    let mut at = 0;
    for edit in taken {
        let range = edit.place.range();
        mended.push_str(&text[at..range.start]);
        mended.push_str(&edit.text);
        at = range.end;
    }
    mended.push_str(&text[at..]);
    (mended, made)
}

/// True if the ranges overlap. Two insertions at one point count as overlapping, because their order would be
/// arbitrary.
fn meet(a: &std::ops::Range<usize>, b: &std::ops::Range<usize>) -> bool {
    a == b || (a.start < b.end && b.start < a.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::SourceFile;

    #[test]
    fn a_finding_that_comes_back_is_not_mended_again() {
        let file = SourceFile::new("a.yaml", "a: 1\nb: 2\n");
        let finding = |at: usize| {
            let place = Place::new(&file, at..at + 1);
            Diagnostic::error("E100", &place, "").fix(Fix::replace("", &place, "x"))
        };
        let mut mended = EarlierFixes::default();
        assert!(mended.may_mend(&finding(0)));
        mended.add(&finding(0));
        assert!(!mended.may_mend(&finding(0)));
        assert!(mended.may_mend(&finding(5)));
    }

    #[test]
    fn all_other_bytes_stay() {
        let file = SourceFile::new("a.yaml", "é: 1 # x\r\nb: 2\r\n");
        let at = |needle: &str| {
            let start = file.text().find(needle).unwrap();
            Place::new(&file, start..start + needle.len())
        };
        let fixes = [
            Fix::replace("", &at("2"), "22"),
            Fix::replace("", &at("é"), "e"),
            Fix::replace("", &at("b: 2"), "lost"),
            Fix::replace("", &Place::new(&file, file.text().len()..file.text().len()), "end"),
        ];
        let fixes: Vec<&Fix> = fixes.iter().collect();
        let (text, made) = apply("a.yaml", file.text(), &fixes);
        assert_eq!(text, "e: 1 # x\r\nb: 22\r\nend");
        assert_eq!(made, [true, true, false, true]);
    }
}
