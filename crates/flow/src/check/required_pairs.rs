//! Checks parts that belong together: messages at any time of day need quiet hours, and flows that are started must be
//! live.

use super::window::starts_unasked;
use crate::{
    FlowSet,
    base::diagnostic::{Diagnostic, Findings},
    definition::{Flow, Node, Target},
};

pub fn check(set: &FlowSet, findings: &Findings) {
    drafts(set, findings);
    if set.bot.quiet_hours.is_some() {
        return;
    }
    let speaks = |flow: &Flow| {
        let says = |node: &Node| matches!(node.outline.verb, "say" | "ask" | "template");
        flow.ignore_quiet_hours.is_none() && flow.nodes.iter().any(says)
    };
    let by_trigger = set.flows.values().filter(|flow| speaks(flow)).find_map(|flow| {
        let unasked = flow.triggers.iter().find(|trigger| starts_unasked(set, flow, trigger));
        unasked.map(|trigger| &trigger.place)
    });
    // A flow that a step starts at once for its own contact continues what the contact asked for.
    let later = |node: &&Node| {
        let whom = node.outline.yaml.get("for").is_some_and(|whom| whom.text() != Some("contact"));
        node.outline.verb == "start" && (whom || node.outline.yaml.get("at").is_some())
    };
    let by_step = || {
        set.every_flow().find_map(|flow| {
            let starts = |node: &&Node| match &node.outline.target {
                Some(Target::Flow(name)) => set.flow(name).is_some_and(&speaks),
                Some(Target::Top) => speaks(flow),
                Some(Target::Block { .. } | Target::Unknown(_)) | None => false,
            };
            flow.nodes.iter().filter(later).find(starts).map(|node| &node.place)
        })
    };
    // One finding, because one line in `_bot.yaml` is enough for all flows.
    if let Some(place) = by_trigger.or_else(by_step) {
        let message = "this writes to people who have not asked, and there are no quiet hours";
        let finding = Diagnostic::warning("W606", place, message);
        findings.push(finding.help("write `quiet_hours: {from: \"21:00\", to: \"08:00\"}` in `_bot.yaml`"));
    }
}

/// Reports a `start` of a draft, which only testers reach, in a flow for everybody.
fn drafts(set: &FlowSet, findings: &Findings) {
    for flow in set.every_flow().filter(|flow| !flow.draft) {
        for node in flow.nodes.iter().filter(|node| node.outline.verb == "start") {
            let Some(Target::Flow(name)) = &node.outline.target else { continue };
            let Some(draft) = set.flow(name).filter(|other| other.draft) else { continue };
            let place = node.outline.yaml.get("start").map_or(&node.place, |written| &written.place);
            let message = format!("`{name}` is a draft: it starts for nobody but the testers");
            let finding = Diagnostic::warning("W415", place, message).label(&draft.place, "the draft");
            findings.push(finding.help(format!("take `draft` out of `{name}`, or make this flow a draft, too")));
        }
    }
}
