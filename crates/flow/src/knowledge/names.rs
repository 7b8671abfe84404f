//! Finds the files that a name in a flow means: `prices.csv`, `faq`, `faq/repairs.md`.

use super::{Document, FOLDER, Knowledge};
use std::collections::BTreeSet;

impl Knowledge {
    /// The files that this name means: a file with or without its ending, or all files of a folder. Empty: there is no
    /// such file.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Document> {
        self.documents.iter().filter(move |document| is_meant(document, name))
    }

    /// All names that flows may write, for advice: each folder and each file.
    pub fn names(&self) -> BTreeSet<&str> {
        let mut all = BTreeSet::new();
        for document in &self.documents {
            let name = document.name();
            all.insert(name);
            all.extend(name.match_indices('/').map(|(at, _)| &name[..at]));
        }
        all
    }

    /// For each file, in the order of `documents`, whether one of these names means it. No names mean all files.
    pub(super) fn meant_by(&self, names: &[String]) -> Vec<bool> {
        let meant = |document: &Document| names.is_empty() || names.iter().any(|name| is_meant(document, name));
        self.documents.iter().map(meant).collect()
    }
}

fn is_meant(document: &Document, name: &str) -> bool {
    let path = document.name();
    let name = name.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name);
    let name = name.trim_end_matches('/');
    path.strip_prefix(name).is_some_and(|rest| match rest.as_bytes().first() {
        None | Some(b'/') => true,
        Some(b'.') => !rest[1..].contains(['.', '/']),
        Some(_) => false,
    })
}
