//! What can be said about flows without running them.

mod graph;
mod keywords;
mod limits;
mod names;
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

/// Every finding about a set that was read, beside those of reading it; sorted by place.
pub fn lint(set: &FlowSet) -> Vec<Diagnostic> {
    lint_around(set, &Around::default())
}

/// The same, with what is known of senders and templates.
pub fn lint_around(set: &FlowSet, around: &Around) -> Vec<Diagnostic> {
    let findings = Findings::default();
    names::check(set, around, &findings);
    keywords::check(set, &findings);
    limits::check(set, &findings);
    graph::check(set, &findings);
    shape::check(set, &findings);
    templates::check(set, around, &findings);
    translations::check(set, &findings);
    window::check(set, &findings);
    findings.into_sorted()
}

#[cfg(test)]
mod tests;
