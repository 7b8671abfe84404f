//! Checks for contents that the platform of a flow's sender does not support: customers would get less than the author
//! sees in the sandbox.

use super::CheckContext;
use crate::{
    base::diagnostic::{Diagnostic, Findings},
    definition::{Flow, Node},
    model::channel_limits::ChannelLimits,
};

/// The senders of a flow, as far as they are known.
pub(super) fn served<'a>(flow: &Flow, around: &'a CheckContext) -> Vec<(&'a str, &'a ChannelLimits)> {
    let named = around.carries.iter().filter(|(name, _)| flow.senders.is_empty() || flow.senders.contains(name));
    named.map(|(name, carries)| (name.as_str(), *carries)).collect()
}

/// A sender that the flow names is checked by itself; a flow for all senders gets a finding only if no sender supports
/// the content.
pub fn check(flow: &Flow, around: &CheckContext, findings: &Findings) {
    let served = served(flow, around);
    if served.is_empty() || flow.senders.is_empty() && served.iter().any(|(_, carries)| carries.is_whole()) {
        return;
    }
    for node in &flow.nodes {
        match node.outline.verb {
            "say" | "ask" => {
                files(node, &served, findings);
                form(node, &served, findings);
            }
            "react" => reaction(node, &served, findings),
            _ => {}
        }
    }
}

fn files(node: &Node, served: &[(&str, &ChannelLimits)], findings: &Findings) {
    let Some(media) = node.outline.yaml.get("media") else { return };
    let Some((name, _)) = served.iter().find(|(_, carries)| carries.media.is_empty()) else { return };
    let message = format!("the sender `{name}` carries no files: its customers get the address in a text");
    findings.push(Diagnostic::warning("W706", &media.place, message).help("say it in words, or serve another sender"));
}

fn form(node: &Node, served: &[(&str, &ChannelLimits)], findings: &Findings) {
    let Some(form) = node.outline.yaml.get("form") else { return };
    let Some((name, _)) = served.iter().find(|(_, carries)| !carries.forms) else { return };
    let message = format!("the sender `{name}` opens no forms: the question fails there");
    findings.push(Diagnostic::warning("W706", &form.place, message).help("ask in words, or serve another sender"));
}

fn reaction(node: &Node, served: &[(&str, &ChannelLimits)], findings: &Findings) {
    let Some((name, _)) = served.iter().find(|(_, carries)| !carries.reactions) else { return };
    let message = format!("the sender `{name}` carries no reactions: nothing happens there");
    findings.push(Diagnostic::warning("W706", &node.outline.yaml.place, message).help("answer with a text"));
}
