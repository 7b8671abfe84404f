//! What can be said about flows without running them.

mod addresses;
mod again;
mod carried;
mod eventless;
mod files;
mod forms;
mod given;
mod graph;
mod keywords;
mod limits;
mod markup;
mod names;
mod never;
mod own_templates;
mod paths;
mod promises;
mod rivals;
mod sentences;
mod shape;
mod tags;
mod template_values;
mod templates;
pub(super) mod translations;
mod unheard;
pub(super) mod ways;
mod window;

pub use templates::{
    Use as TemplateUse, every_name as every_template, every_use, flows_naming, named as templates_named,
};

use super::{FlowSet, definition::Flow};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
    },
    model::{carries::Carries, template::Template},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// What surrounds the flows, as far as it is known; what is `None` is not checked against.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The senders of the configuration.
    pub senders: Option<Vec<String>>,
    /// Each sender's templates.
    pub templates: Option<Vec<Vec<Template>>>,
    /// What fits into a message of each real sender, by its name.
    pub carries: Vec<(String, &'static Carries)>,
    /// The configuration lets `http` into private networks.
    pub private_networks: bool,
    /// Files of the bot's own that flows may send, by their paths, with their bytes.
    pub files: Option<BTreeMap<String, u64>>,
    /// The configuration says where the daemon can be reached from outside.
    pub public_url: bool,
}

/// What the checker says of a set.
#[derive(Debug, Default)]
pub struct Report {
    /// Beside those of reading the files; sorted by place.
    pub findings: Vec<Diagnostic>,
    /// The flows that something starts and whose messages always find the window open: none of them can ever
    /// need a template.
    pub without_templates: Vec<String>,
}

/// Every finding about a set that was read, beside those of reading it; sorted by place.
pub fn lint(set: &FlowSet) -> Vec<Diagnostic> {
    lint_around(set, &Around::default())
}

/// The same, with what is known of senders and templates.
pub fn lint_around(set: &FlowSet, around: &Around) -> Vec<Diagnostic> {
    report(set, around).findings
}

/// The same, with what was proved beside.
pub fn report(set: &FlowSet, around: &Around) -> Report {
    Linter::default().report(set, around)
}

/// Looks at one set after the other and keeps what it found while flows stay the same (the same `Arc`). A flow
/// that is read against another `_bot.yaml` is another one; `around` must stay.
#[derive(Default)]
pub struct Linter {
    memo: paths::Memo,
    alone: HashMap<FlowName, Alone>,
}

/// What concerns a flow alone.
struct Alone {
    flow: Arc<Flow>,
    findings: Vec<Diagnostic>,
    /// The texts that start it.
    words: Vec<keywords::Word>,
}

impl Linter {
    pub fn report(&mut self, set: &FlowSet, around: &Around) -> Report {
        let findings = Findings::default();
        self.alone.retain(|name, _| set.flows.contains_key(name));
        for (name, flow) in &set.flows {
            let known = self.alone.get(name).filter(|known| Arc::ptr_eq(&known.flow, flow));
            if let Some(known) = known {
                findings.extend(known.findings.iter().cloned());
                continue;
            }
            let own = Findings::default();
            alone(set, flow, around, &own);
            graph::alone(set, flow, &own);
            let all = own.into_sorted();
            findings.extend(all.iter().cloned());
            let known = Alone { flow: flow.clone(), findings: all, words: keywords::words(flow) };
            self.alone.insert(name.clone(), known);
        }
        alone(set, &set.bot.flow, around, &findings);
        names::sandbox(set, &findings);
        let words = set.flows.iter().filter_map(|(name, flow)| Some((&**flow, &*self.alone.get(name)?.words)));
        let translated = keywords::translated(set);
        keywords::check(words, &translated, &findings);
        graph::check(set, &findings);
        given::check(set, &findings);
        again::check(set, &findings);
        shape::check(set, &findings);
        forms::check(set, &findings);
        rivals::check(set, &findings);
        unheard::check(set, around, &findings);
        tags::check(set, &findings);
        eventless::check(set, &findings);
        translations::check(set, &findings);
        own_templates::check(set, around, &findings);
        promises::check(set, &findings);
        let needs = paths::walk(set, &mut self.memo, &findings);
        let without_templates = window::never_need_a_template(&needs);
        let mut findings = findings.into_sorted();
        set.bot.leave_out_what_is_lost(&mut findings);
        Report { findings, without_templates }
    }
}

/// What can be said of a flow without looking at others.
fn alone(set: &FlowSet, flow: &Flow, around: &Around, findings: &Findings) {
    names::check(set, flow, around, findings);
    limits::check(flow, findings);
    markup::check(flow, findings);
    carried::check(flow, around, findings);
    addresses::check(flow, around, findings);
    files::check(flow, around, findings);
    templates::check(set, flow, around, findings);
    sentences::check(set, flow, findings);
    never::check(set, flow, findings);
}

#[cfg(test)]
mod tests;
