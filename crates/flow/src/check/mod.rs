//! Checks flows without running them.

mod addresses;
mod agent_mcp;
mod agents;
mod call_values;
mod channel_support;
mod conflicting_triggers;
pub(super) mod control_flow;
mod dataflow;
mod files;
mod forms;
mod graph;
mod http_status;
mod keywords;
mod knowledge;
mod limits;
mod markup;
mod meanings;
mod missing_event;
mod names;
mod offers;
mod own_templates;
mod promises;
mod rare;
mod repeated_calls;
mod replies;
mod required_pairs;
mod ruled_out;
mod sentences;
mod slots;
mod start_limit;
mod suggestions;
mod tags;
mod template_values;
mod templates;
mod tool_identity;
pub(super) mod translations;
mod unhandled_buttons;
mod unreachable;
mod window;

use super::{FlowSet, definition::Flow, load::parse::ParseCache};
use crate::{
    base::{
        cancel::Cancellation,
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
        place::SourceFile,
        time::Time,
    },
    model::{channel_limits::ChannelLimits, template::Template},
};
pub use rare::{Rare, rare};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
pub use templates::{
    Use as TemplateUse, every_name as every_template, every_use, flows_naming, named as templates_named,
};

/// The known environment of the flows; a part that is `None` is not checked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CheckContext {
    /// The senders of the configuration.
    pub senders: Option<Vec<String>>,
    /// The templates of each sender.
    pub templates: Option<Vec<Vec<Template>>>,
    /// The message limits of each real sender, by its name.
    pub carries: Vec<(String, &'static ChannelLimits)>,
    /// True if the configuration allows `http` into private networks.
    pub private_networks: bool,
    /// The bot's own files that flows may send, by path, with their size in bytes.
    pub files: Option<BTreeMap<String, u64>>,
    /// True if the configuration has the daemon's public address.
    pub public_url: bool,
    /// The time of the look: findings about schedules say when these come next.
    pub now: Option<Time>,
}

/// The result of checking a set.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings without those of parsing the files; sorted by place.
    pub findings: Vec<Diagnostic>,
    /// Flows that something starts and whose messages always find the window open: these never need a template.
    pub without_templates: Vec<String>,
}

/// All findings about a parsed set, without those of parsing it; sorted by place.
pub fn lint(set: &FlowSet) -> Vec<Diagnostic> {
    lint_around(set, &CheckContext::default())
}

/// As `lint`, with the known senders and templates.
pub fn lint_around(set: &FlowSet, around: &CheckContext) -> Vec<Diagnostic> {
    report(set, around).findings
}

/// Parses the files and checks them, as `parse_set` and `lint_around`. `None` if it was cancelled.
pub fn check_files(
    files: &[Arc<SourceFile>],
    around: &CheckContext,
    cancel: &Cancellation,
) -> Option<(FlowSet, Vec<Diagnostic>)> {
    let (set, mut findings) = ParseCache::until(cancel.clone()).parse(files);
    if cancel.is_cancelled() {
        return None;
    }
    findings.extend(Linter::until(cancel.clone()).report(&set, around).findings);
    (!cancel.is_cancelled()).then_some((set, findings))
}

/// As `lint_around`, with the flows that need no template.
pub fn report(set: &FlowSet, around: &CheckContext) -> Report {
    Linter::default().report(set, around)
}

/// Checks one set after another, and keeps the findings of unchanged flows (the same `Arc`). A flow that was parsed
/// with another `_bot.yaml` counts as another one; `around` must stay the same.
#[derive(Default)]
pub struct Linter {
    memo: dataflow::Memo,
    alone: HashMap<FlowName, FlowFindings>,
    cancel: Cancellation,
}

/// The results of one flow alone.
struct FlowFindings {
    flow: Arc<Flow>,
    findings: Vec<Diagnostic>,
    /// The texts that start the flow.
    words: Vec<keywords::Word>,
}

impl Linter {
    /// For one report, which is of no use if it was cancelled.
    pub fn until(cancel: Cancellation) -> Linter {
        Linter { cancel, ..Linter::default() }
    }

    pub fn report(&mut self, set: &FlowSet, around: &CheckContext) -> Report {
        let findings = Findings::default();
        self.alone.retain(|name, _| set.flows.contains_key(name));
        for (name, flow) in &set.flows {
            if self.cancel.is_cancelled() {
                return Report::default();
            }
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
            let known = FlowFindings { flow: flow.clone(), findings: all, words: keywords::words(flow) };
            self.alone.insert(name.clone(), known);
        }
        alone(set, &set.bot.flow, around, &findings);
        names::sandbox(set, &findings);
        let words = set.flows.iter().filter_map(|(name, flow)| Some((&**flow, &*self.alone.get(name)?.words)));
        let translated = keywords::translated(set);
        keywords::check(words, &translated, &findings);
        graph::check(set, &findings);
        call_values::check(set, &findings);
        repeated_calls::check(set, &findings);
        required_pairs::check(set, &findings);
        forms::check(set, &findings);
        agents::check(set, &findings);
        suggestions::check(set, &findings);
        conflicting_triggers::check(set, &findings);
        meanings::check(set, &findings);
        rare::check(set, around.now, &findings);
        offers::check(set, around.now, &findings);
        knowledge::check(set, around.now, &findings);
        unhandled_buttons::check(set, around, &findings);
        tags::check(set, &findings);
        missing_event::check(set, &findings);
        translations::check(set, &findings);
        set.locales.values().for_each(|locale| markup::translated(locale, &findings));
        own_templates::check(set, around, &findings);
        promises::check(set, &findings);
        replies::check(set, &findings);
        let needs = dataflow::walk(set, &mut self.memo, &findings, &self.cancel);
        let without_templates = window::never_need_a_template(&needs);
        let mut findings = findings.into_sorted();
        leave_out_ages_of_circles(&mut findings);
        set.bot.leave_out_what_is_lost(&mut findings);
        Report { findings, without_templates }
    }
}

/// In a call that comes back to itself any time can pass, and so it can where steps are repeated by mistake: a message
/// there has no finding of its own.
fn leave_out_ages_of_circles(findings: &mut Vec<Diagnostic>) {
    let files = |code: &str| -> BTreeSet<String> {
        let found = findings.iter().filter(|finding| finding.code == code);
        found.map(|finding| finding.place.path().to_owned()).collect()
    };
    let (circles, repeated) = (files("E604"), files("W616"));
    let follows = |finding: &Diagnostic| {
        let path = finding.place.path();
        circles.contains(path) || repeated.contains(path) && window::is_unlimited(finding)
    };
    findings.retain(|finding| finding.code != "E501" || !follows(finding));
}

/// The checks of a flow that need no other flow.
fn alone(set: &FlowSet, flow: &Flow, around: &CheckContext, findings: &Findings) {
    names::check(set, flow, around, findings);
    limits::check(flow, findings);
    markup::check(flow, findings);
    channel_support::check(flow, around, findings);
    addresses::check(flow, around, findings);
    files::check(flow, around, findings);
    templates::check(set, flow, around, findings);
    sentences::check(set, flow, findings);
    slots::check(flow, findings);
    unreachable::check(set, flow, findings);
    start_limit::check(set, flow, findings);
    http_status::check(flow, findings);
    ruled_out::check(flow, findings);
}

#[cfg(test)]
mod tests;
