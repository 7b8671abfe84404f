//! Compares the lock file with the catalogues, for `check` and for the running daemon.

use super::{Locked, NAME};
use crate::{
    base::{
        diagnostic::Diagnostic,
        ids::SenderId,
        place::{Place, SourceFile},
    },
    flow::{FlowSet, templates_named},
    model::{
        drift::{self, Drift},
        template::Template,
    },
};
use std::collections::BTreeSet;

/// A template of a sender that differs from the lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drifted {
    pub sender: SenderId,
    pub name: String,
    pub language: String,
    pub what: Drift,
}

impl Drifted {
    /// The difference as a sentence.
    pub fn words(&self) -> String {
        format!("the template `{}` (`{}`) {}", self.name, self.language, self.what.words())
    }
}

/// All differences at the senders, each with its catalogue.
pub fn compare<'a>(locked: &[Locked], senders: impl Iterator<Item = (SenderId, &'a [Template])>) -> Vec<Drifted> {
    let mut all = Vec::new();
    for (sender, list) in senders {
        for Locked { template, .. } in locked {
            let now = list.iter().find(|known| known.name == template.name && known.language == template.language);
            all.extend(drift::drift(template, now).into_iter().map(|what| Drifted {
                sender,
                name: template.name.clone(),
                language: template.language.clone(),
                what,
            }));
        }
    }
    all
}

/// The findings of `check`: templates that flows use and the lock lacks, and templates that have changed.
pub fn findings(set: &FlowSet, locked: &[Locked], senders: &[Vec<Template>]) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    let known: BTreeSet<&str> = locked.iter().map(|one| one.template.name.as_str()).collect();
    for name in templates_named(set).iter().filter(|name| !known.contains(name.as_str())) {
        let place = locked.first().map_or_else(|| Place::start_of(&SourceFile::new(NAME, "")), |one| one.place.clone());
        let message = format!("flows send the template `{name}`, and the lock does not have it");
        all.push(Diagnostic::warning("W810", &place, message).help("write it anew by `transom templates lock`"));
    }
    let lists = senders.iter().map(|list| (SenderId(0), list.as_slice()));
    let mut said: BTreeSet<String> = BTreeSet::new();
    for one in compare(locked, lists) {
        let place = locked
            .iter()
            .find(|locked| locked.template.name == one.name && locked.template.language == one.language)
            .map_or_else(|| Place::start_of(&SourceFile::new(NAME, "")), |locked| locked.place.clone());
        // Two senders of one account mostly have the same difference.
        if said.insert(one.words()) {
            let help = "look whether the flows still fit, then write the lock anew by `transom templates lock`";
            all.push(Diagnostic::warning("W809", &place, one.words()).help(help));
        }
    }
    all
}
