//! What can be said about flows without running them.

mod graph;
mod keywords;
mod limits;
mod names;
mod paths;
mod shape;
mod templates;
pub(super) mod translations;
mod ways;
mod window;

use super::FlowSet;
use crate::{
    base::diagnostic::{Diagnostic, Findings},
    model::template::Template,
};

/// What surrounds the flows, as far as it is known; what is `None` is not checked against.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The senders of the configuration.
    pub senders: Option<Vec<String>>,
    /// Each sender's templates.
    pub templates: Option<Vec<Vec<Template>>>,
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
    let findings = Findings::default();
    names::check(set, around, &findings);
    keywords::check(set, &findings);
    limits::check(set, &findings);
    graph::check(set, &findings);
    shape::check(set, &findings);
    templates::check(set, around, &findings);
    translations::check(set, &findings);
    let walked = paths::walk(set);
    window::check(&walked, &findings);
    let without_templates = window::never_need_a_template(&walked).into_iter().map(str::to_owned).collect();
    walked.judge.finish(&findings);
    Report { findings: findings.into_sorted(), without_templates }
}

#[cfg(test)]
mod tests;
