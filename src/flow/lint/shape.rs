//! What belongs together: messages that may wake somebody want quiet hours.

use super::window::starts_unasked;
use crate::{
    base::diagnostic::{Diagnostic, Findings},
    flow::FlowSet,
};

pub fn check(set: &FlowSet, findings: &Findings) {
    if set.bot.quiet_hours.is_some() {
        return;
    }
    let unasked = set.flows.values().filter(|flow| flow.ignore_quiet_hours.is_none()).find_map(|flow| {
        let speaks = flow.nodes.iter().any(|node| matches!(node.outline.verb, "say" | "ask" | "template"));
        flow.triggers.iter().find(|trigger| speaks && starts_unasked(set, flow, trigger))
    });
    // Said once: one line in `_bot.yaml` settles it for all flows.
    if let Some(trigger) = unasked {
        let message = "this writes to people who have not asked, and there are no quiet hours";
        let finding = Diagnostic::warning("W606", &trigger.place, message);
        findings.push(finding.help("write `quiet_hours: {from: \"21:00\", to: \"08:00\"}` in `_bot.yaml`"));
    }
}
