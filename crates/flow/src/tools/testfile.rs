//! Parses authors' tests, `flows/*.test.yaml`, into plain data with places, and finds all mistakes at once.

mod arrivals;
pub mod evals;
mod expected;
mod facts;
mod head;
mod known;
pub mod moment;
mod paper;
mod possible;
mod questions;
mod said;
mod step;
mod talk;
mod uses;
pub mod write;

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        fields::Fields,
        ids::FlowName,
        place::{Place, SourceFile},
        yaml::{self, Node},
    },
    definition::FlowSet,
};
pub use arrivals::{Arrival, FROM_AD};
pub use expected::{Aspect, BotSays, Expected};
pub use facts::{Fact, apply, patch, somebody, typed_data, typed_fact};
pub use head::{Head, TemplateIs, default_now};
pub use known::KnownTests;
pub use moment::Moment;
pub use paper::PaperPart;
pub use possible::check;
pub use said::Corpus;
use std::{collections::BTreeMap, sync::Arc};
pub use step::{Delivery, Step, TestAction, TestFault};
pub use talk::{Talk, sentence, talk};
pub use uses::{ExpectedUse, expected_uses};

/// One test file.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The flow whose run and variables `expect: {run}` and `{vars}` test.
    pub flow: FlowName,
    pub head: Arc<Head>,
    pub cases: Vec<Case>,
}

/// One case; it begins with new data.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    /// The place of its name.
    pub place: Place,
    /// True: a message that no flow handles is a failure.
    pub strict: bool,
    /// The head of the file, with the changes of the case.
    pub head: Arc<Head>,
    pub steps: Vec<Step>,
}

/// Parses a test file for the flows that it tests. `None` if too little was understood; the findings name the mistakes,
/// and a file with errors must not be run.
pub fn parse(file: &Arc<SourceFile>, set: &FlowSet) -> (Option<Scenario>, Vec<Diagnostic>) {
    let findings = Findings::default();
    let scenario = yaml::load(file, &findings).map(|node| scenario(&node, set, &findings));
    (scenario, findings.into_sorted())
}

fn scenario(node: &Node, set: &FlowSet, findings: &Findings) -> Scenario {
    let mut fields = Fields::new(node, "a test file", findings);
    let flow = tested_flow(&mut fields, "tests", set);
    let strict = fields.bool("strict");
    let head = Arc::new(Head::read(&mut fields, set, None));
    fields.required("cases");
    let cases: Vec<Case> = fields.list("cases").iter().map(|node| case(node, strict, set, &head, findings)).collect();
    fields.finish();
    one_name_each(cases.iter().map(|case| (case.name.as_str(), &case.place)), findings);
    Scenario { flow, head, cases }
}

/// The flow that a test or an eval is about, under `key`.
fn tested_flow(fields: &mut Fields<'_>, key: &'static str, set: &FlowSet) -> FlowName {
    let flow = FlowName::from(fields.text(key));
    if let Some(node) = fields.node(key).filter(|node| node.text().is_some_and(|name| set.named(name).is_none())) {
        let finding = Diagnostic::error("E951", &node.place, format!("there is no flow `{flow}`"));
        let names = set.flows.keys().map(FlowName::as_str);
        fields.findings().push(finding.help_if(did_you_mean(flow.as_str(), names)));
    }
    flow
}

/// Reports cases of a file that have the name of an earlier one.
fn one_name_each<'c>(cases: impl Iterator<Item = (&'c str, &'c Place)>, findings: &Findings) {
    let mut known: BTreeMap<&str, &Place> = BTreeMap::new();
    for (name, place) in cases.filter(|(name, _)| !name.is_empty()) {
        if let Some(first) = known.get(name) {
            let message = format!("two cases are called `{name}`");
            let finding = Diagnostic::error("E952", place, message).label(first, "the first one");
            findings.push(finding.help("give one of the two another `name`"));
        } else {
            known.insert(name, place);
        }
    }
}

fn case(node: &Node, strict: bool, set: &FlowSet, head: &Arc<Head>, findings: &Findings) -> Case {
    let mut fields = Fields::new(node, "a case", findings);
    let name = fields.text("name").to_owned();
    let place = fields.node("name").map_or_else(|| node.place.clone(), |node| node.place.clone());
    let strict = fields.opt_bool("strict").unwrap_or(strict);
    let own = Head::KEYS.iter().any(|key| node.get(key).is_some());
    let head = if own { Arc::new(Head::read(&mut fields, set, Some(head))) } else { Arc::clone(head) };
    fields.required("steps");
    let steps = fields.list("steps").iter().filter_map(|node| step::read(node, set, &head, findings)).collect();
    fields.finish();
    Case { name, place, strict, head, steps }
}

#[cfg(test)]
mod tests;
