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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::place::SourceFile, lint, parse_set};

    fn found(replies: &str) -> Vec<String> {
        let text = format!("bot: a\nfields: {{city: text}}\nreplies:\n{replies}");
        let (set, mut found) = parse_set(&[SourceFile::new("flows/_bot.yaml", text)]);
        found.extend(lint(&set));
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_reply_reads_the_contact_and_nothing_of_a_flow() {
        assert_eq!(found("  a: Hello ${contact.first_name} of ${contact.city}\n"), Vec::<String>::new());
        for (text, code) in [
            ("${contact.town}", "E408"),
            ("You wrote ${msg.text}", "E264"),
            ("${event.data}", "E264"),
            ("${answer}", "E303"),
            ("${contact.city", "E301"),
            ("[one, two]", "E208"),
        ] {
            let found = found(&format!("  a: {text}\n"));
            assert!(found.len() == 1 && found[0].contains(code), "{text}: {found:?}");
        }
    }

    #[test]
    fn as_many_replies_as_a_bot_may_have_and_as_long_as_a_message() {
        let many = |count: usize| (0..count).map(|n| format!("  r{n}: Hello\n")).collect::<String>();
        assert!(found(&many(REPLIES_MAX)).is_empty());
        assert!(found(&many(REPLIES_MAX + 1))[0].contains("E263"));
        let long = |chars: usize| format!("  a: {}\n", "x".repeat(chars));
        assert!(found(&long(TEXT_CHARS_MAX)).is_empty());
        assert!(found(&long(TEXT_CHARS_MAX + 1))[0].contains("E704"));
    }
}
