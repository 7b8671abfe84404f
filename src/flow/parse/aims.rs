//! Where steps lead by a name: what leads nowhere, and a block whose own name was misspelt.

use crate::base::{
    diagnostic::{Diagnostic, Findings, nearest},
    fix::Fix,
    place::Place,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Aims {
    /// Blocks that a step leads to.
    met: BTreeSet<String>,
    /// What would be said of each step that leads nowhere, by the name that it has.
    missed: BTreeMap<String, Vec<Diagnostic>>,
}

impl Aims {
    pub(super) fn meet(&mut self, block: &str) {
        self.met.insert(block.to_owned());
    }

    pub(super) fn miss(&mut self, name: &str, finding: Diagnostic) {
        self.missed.entry(name.to_owned()).or_default().push(finding);
    }

    /// Several steps lead to a name, and a block with nearly that name is led to by none: the mistake is the block's.
    pub(super) fn tell<'b>(self, blocks: impl Iterator<Item = (&'b String, &'b Place)>, findings: &Findings) {
        let unmet: BTreeMap<&str, &Place> =
            blocks.filter(|(name, _)| !self.met.contains(*name)).map(|(name, place)| (name.as_str(), place)).collect();
        for (name, missed) in self.missed {
            match nearest(&name, unmet.keys().copied()).filter(|_| missed.len() > 1) {
                Some(block) => {
                    let place = unmet[block];
                    let message = format!(
                        "no step leads to the block `{block}`, and {} lead to `{name}`, which is not there",
                        missed.len()
                    );
                    let fix = Fix::replace(format!("call it `{name}`"), place, &name).guess();
                    let finding = Diagnostic::error("E401", place, message).label(&missed[0].place, "such as here");
                    findings.push(finding.help(format!("call it `{name}`")).fix(fix));
                }
                None => findings.extend(missed),
            }
        }
    }
}
