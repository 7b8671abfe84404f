//! Checks the flows that answer the screens of forms: they exist, and answer within the few seconds that a form waits.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        ids::FlowName,
    },
    definition::{Flow, Node},
    steps::Step,
};
use std::collections::BTreeSet;

/// Steps that send or wait, for which no screen can wait.
const SLOW: [&str; 7] = ["ask", "wait", "agent", "handoff", "say", "template", "react"];

pub fn check(set: &FlowSet, findings: &Findings) {
    for node in set.every_flow().flat_map(|flow| &flow.nodes) {
        let Step::Ask(ask) = &node.step else { continue };
        let Some(exchange) = ask.message.form.as_ref().and_then(|form| form.exchange.as_ref()) else { continue };
        let Some(answers) = set.flow(&exchange.flow) else {
            let finding = Diagnostic::error("E401", &exchange.place, format!("there is no flow `{}`", exchange.flow));
            findings
                .push(finding.help_if(did_you_mean(exchange.flow.as_str(), set.flows.keys().map(FlowName::as_str))));
            continue;
        };
        if let Some(slow) = slow(set, answers, &mut BTreeSet::new()) {
            let verb = slow.outline.verb;
            let message = format!("`{}` answers a form within seconds, and it has a `{verb}`", exchange.flow);
            let finding = Diagnostic::error("E259", &exchange.place, message).label(&slow.outline.yaml.place, "here");
            let help = "look things up with `http` and `script`, and end with `return: {screen: …, data: …}`";
            findings.push(finding.help(help));
        }
    }
}

/// The first such step of the flow and of those that it calls.
fn slow<'s>(set: &'s FlowSet, flow: &'s Flow, seen: &mut BTreeSet<&'s FlowName>) -> Option<&'s Node> {
    for node in &flow.nodes {
        if SLOW.contains(&node.outline.verb) {
            return Some(node);
        }
        let entered = node.outline.entered().filter(|&name| seen.insert(name));
        if let Some(found) = entered.and_then(|name| set.flow(name)).and_then(|called| slow(set, called, seen)) {
            return Some(found);
        }
    }
    None
}
