//! Checks `replies` of `_bot.yaml`: their length, and that they read nothing but the contact and the bot.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        limits::{REPLIES_MAX, TEXT_CHARS_MAX},
    },
    check::names,
};

/// The views that a reply has no value for, because no flow runs.
const OF_FLOWS: &[&str] = &["msg", "event", "body", "item", "error", "handoff", "secrets"];

pub fn check(set: &FlowSet, findings: &Findings) {
    let replies = &set.bot.replies;
    if let Some(text) = replies.values().nth(REPLIES_MAX) {
        let message = format!("there are {} replies, and a bot has at most {REPLIES_MAX}", replies.len());
        findings.push(Diagnostic::error("E263", text.place(), message).help("take out those that nobody sends"));
    }
    for (name, text) in replies {
        if text.fixed_chars() > TEXT_CHARS_MAX {
            let (length, most) = (text.fixed_chars(), TEXT_CHARS_MAX);
            let message = format!("this text has {length} characters, and WhatsApp takes {most} in such a message");
            findings.push(Diagnostic::error("E704", text.place(), message).help("make two replies of it"));
        }
        for view in OF_FLOWS {
            if text.codes().any(|code| code.uses().names.contains(*view)) {
                let message = format!("reply `{name}` reads `{view}`, which only a flow has");
                let finding = Diagnostic::error("E264", text.place(), message);
                findings.push(finding.help("read the contact: `${contact.first_name}`"));
            }
        }
    }
    names::codes_of(set, replies.values().flat_map(|text| text.codes()), findings);
}
