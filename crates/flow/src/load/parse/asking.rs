//! Finds the flows that ask, and checks `if_busy: parallel`.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        ids::FlowName,
        yaml,
    },
    definition::{Flow, IfBusy, Node},
};
use std::collections::BTreeSet;

/// Marks the flows that ask: they have, or enter a flow that has, a question or a hand-off.
pub(super) fn mark_asking<'f>(flows: impl Iterator<Item = &'f Flow>) -> BTreeSet<FlowName> {
    let mut asking: BTreeSet<FlowName> = BTreeSet::new();
    let mut calling: Vec<(&FlowName, BTreeSet<&FlowName>)> = Vec::new();
    for flow in flows {
        if flow.nodes.iter().any(asks) {
            asking.insert(flow.name.clone());
            continue;
        }
        calling.push((&flow.name, flow.nodes.iter().filter_map(|node| node.outline.entered()).collect()));
    }
    loop {
        let before = asking.len();
        calling.retain(|(name, called)| {
            let reaches = called.iter().any(|called| asking.contains(*called));
            if reaches {
                asking.insert((*name).clone());
            }
            !reaches
        });
        if asking.len() == before {
            return asking;
        }
    }
}

/// Reports a parallel flow that asks: there would be two questions for one answer.
pub(super) fn parallel_asks(flow: &Flow, root: &yaml::Node, findings: &Findings) {
    if let (Some(IfBusy::Parallel), true, Some(node)) = (flow.if_busy, flow.asks, root.get("if_busy")) {
        let message = format!("`{}` asks, so it cannot run beside another question", flow.name);
        let finding = Diagnostic::error("E248", &node.place, message);
        findings.push(finding.help("write `if_busy: queue` or `aside`, or take the question out"));
    }
}

pub(super) fn asks(node: &Node) -> bool {
    match node.outline.verb {
        "ask" | "handoff" | "agent" => true,
        "wait" => node.outline.yaml.get("wait").and_then(yaml::Node::text) == Some("reply"),
        _ => false,
    }
}
