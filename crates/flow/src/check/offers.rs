//! Checks the end of limited-time offers that is written as a text: whether it is a moment, and has not passed.

use super::templates::{every_use, written};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        time::Time,
    },
};

/// `now` is the moment of the check; without it nothing has passed.
pub fn check(set: &FlowSet, now: Option<Time>, findings: &Findings) {
    for node in set.every_flow().flat_map(|flow| &flow.nodes) {
        every_use(&node.outline, &mut |used| {
            let Some((node, text)) = used.offer_ends.and_then(|node| Some((node, written(node)?))) else { return };
            if node.is_broken() {
                return;
            }
            match text.trim().parse::<jiff::Timestamp>() {
                Ok(at) if now.is_some_and(|now| at.as_millisecond() <= now.0) => {
                    let finding = Diagnostic::warning("W824", &node.place, format!("this offer has ended on {text}"));
                    findings.push(finding.help("write a moment that is to come, or take the step out"));
                }
                Ok(_) => {}
                Err(_) => {
                    let finding =
                        Diagnostic::error("E210", &node.place, format!("`{text}` is no moment with its zone"));
                    findings.push(finding.help(
                        "write it with `Z` or the distance from UTC, `2026-12-01T09:00:00Z`; one that is worked out \
                         stands in `${…}`",
                    ));
                }
            }
        });
    }
}
