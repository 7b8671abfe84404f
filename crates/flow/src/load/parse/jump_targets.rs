//! Reports jumps and calls to unknown names, or a block whose own name was misspelt.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, nearest},
        fix::Fix,
        place::Place,
        time::Span,
        yaml::{self, Entry},
    },
    load::spec::FLOW_KEYS,
    steps,
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct JumpTargets {
    /// Blocks that a step leads to.
    met: BTreeSet<String>,
    /// The findings about steps with an unknown target, by its name.
    missed: BTreeMap<String, Vec<Diagnostic>>,
}

impl JumpTargets {
    pub(super) fn meet(&mut self, block: &str) {
        self.met.insert(block.to_owned());
    }

    pub(super) fn miss(&mut self, name: &str, finding: Diagnostic) {
        self.missed.entry(name.to_owned()).or_default().push(finding);
    }

    /// Reports the unknown names. If several steps name the same one, and a block with a similar name is never used,
    /// the mistake is in the name of the block.
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

/// A finding about an unknown name. Some authors write the name of the file.
pub(super) fn nowhere<'n>(name: &str, place: &Place, known: impl Iterator<Item = &'n str> + Clone) -> Diagnostic {
    let finding = Diagnostic::error("E401", place, format!("there is no block or flow called `{name}`"));
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")).unwrap_or(file);
    if stem != name && known.clone().any(|known| known == stem) {
        let fix = Fix::replace(format!("write `{stem}`"), place, stem);
        return finding.help(format!("a flow is called by its name, not by its file: write `{stem}`")).fix(fix);
    }
    if let Some((flow, span)) = name.split_once(" in ").filter(|(flow, _)| known.clone().any(|k| k == flow.trim()))
        && let Some(span) = Span::meant(span.trim()).and_then(Span::as_call)
    {
        let help =
            format!("write `{}`, and below it `at: ${{now() + {span}}}`; `at` stands beside `start`", flow.trim());
        return finding.help(help);
    }
    if let Some((flow, block)) =
        name.split_once(['.', '#', '/', ':']).filter(|(flow, _)| known.clone().any(|k| k == *flow))
    {
        let help =
            format!("a block of another flow cannot be reached: write `{flow}`, or make `{block}` a flow of its own");
        return finding.help(help);
    }
    if let Some((called, _)) = name.split_once('(').filter(|(called, _)| known.clone().any(|k| k == called.trim())) {
        let called = called.trim();
        let fix = Fix::replace(format!("write `{called}`"), place, called).guess();
        let help = format!(
            "a jump takes no values: write `{called}`, and fill before what it reads, `- set: {{name: value}}`"
        );
        return finding.help(help).fix(fix);
    }
    let help = match name.to_lowercase().as_str() {
        "start" | "restart" | "begin" | "beginning" | "first" | "repeat" => {
            Some("the top of this flow is `top`: write `go: top`")
        }
        "previous" | "back" | "last" => {
            Some("no step knows the one before: put its steps under `blocks:`, and name that block")
        }
        "end" | "exit" | "stop" | "finish" => Some("to end the flow write `end` instead of a `go`"),
        _ => None,
    };
    if let Some(help) = help {
        return finding.help(help);
    }
    let help = format!("write its steps under `blocks: {{{stem}: …}}`, or a flow `flows/{stem}.yaml`");
    finding.help(help).meant(stem, known)
}

/// Names that would be blocks under `blocks`, but are in the list of steps or in a list of blocks.
pub(super) fn astray(root: &yaml::Node) -> BTreeSet<String> {
    let below = |key: &str| root.get(key).and_then(yaml::Node::list).unwrap_or_default();
    let entries = below("steps").iter().chain(below("blocks")).filter_map(yaml::Node::map).flatten();
    let body = |entry: &&Entry| entry.value.list().is_some() || entry.value.map().is_some();
    // `- blocks:` among the steps.
    let inner = |entry: &'_ Entry| entry.key.text == "blocks";
    let below = entries.clone().filter(|entry| inner(entry)).filter_map(|entry| entry.value.map()).flatten();
    let entries = entries.chain(below).filter(body);
    entries
        .chain(at_the_margin(root))
        .map(|entry| entry.key.text.clone())
        .filter(|name| steps::spec(name).is_none())
        .collect()
}

/// Blocks that stand beside `steps`, not below `blocks`: lists of steps under a name of their own.
fn at_the_margin(root: &yaml::Node) -> impl Iterator<Item = &Entry> {
    let is_step = |item: &yaml::Node| {
        let first = item.map().and_then(<[Entry]>::first).map(|entry| entry.key.text.as_str());
        first.or(item.text()).is_some_and(|verb| steps::spec(verb).is_some())
    };
    let known = |name: &str| FLOW_KEYS.iter().any(|key| key.name == name) || steps::spec(name).is_some();
    let entries = root.map().unwrap_or_default().iter();
    entries
        .filter(move |entry| !known(&entry.key.text) && entry.value.list().is_some_and(|list| list.iter().any(is_step)))
}
