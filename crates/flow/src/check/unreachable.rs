//! Checks for parts that never run: reminders after the end of their question, and flows for a hard opt-out word.

use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
        time::Span,
        yaml,
    },
    definition::{Flow, IfBusy, Node, WrittenTrigger},
    model::consent_words::{ExtraWords, Word, recognise},
    steps::Step,
    triggers::{Trigger, message::MatchMode},
};

pub fn check(set: &FlowSet, flow: &Flow, findings: &Findings) {
    let own = set.bot.opt_out.extra_words();
    for node in flow.nodes.iter().filter(|node| node.outline.verb == "ask") {
        reminders(flow, node, findings);
        options(node, &own, findings);
    }
    for trigger in &flow.triggers {
        words(trigger, &own, findings);
        waits_in_line(flow, trigger, findings);
    }
}

fn reminders(flow: &Flow, node: &Node, findings: &Findings) {
    let written = &node.outline.yaml;
    for reminder in written.get("remind").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many) {
        let Some(at) = reminder.get("after") else { continue };
        let Some(after) = at.text().and_then(|text| Span::parse(text).ok()) else { continue };
        let Some(ends) = ends_before(written, flow.expires, after) else { continue };
        let message = format!("this reminder never comes: the question ends after {ends}");
        let finding = Diagnostic::warning("W260", &at.place, message);
        findings.push(match written.get("timeout") {
            Some(timeout) => {
                finding.label(&timeout.place, "it ends here").help("remind earlier, or let the question wait longer")
            }
            None => finding.help("give the question a `timeout:` that is longer, or remind earlier"),
        });
    }
}

/// The time that a question waits, if it is not longer than `after`: a reminder at that time is never sent. A question
/// without a time-out waits as long as the flow's `expires`.
pub fn ends_before(written: &yaml::Node, expires: Span, after: Span) -> Option<Span> {
    let ends = match written.get("timeout") {
        Some(timeout) => Span::parse(timeout.text()?).ok()?,
        None => expires,
    };
    (after > Span::ZERO && after >= ends).then_some(ends)
}

/// Reports options with a hard opt-out word as title: the word counts before any question, so a contact who types it is
/// opted out.
fn options(node: &Node, own: &ExtraWords, findings: &Findings) {
    let Step::Ask(ask) = &node.step else { return };
    for option in ask.options.iter().filter(|option| option.consent.is_empty()) {
        let Some(title) = option.title.as_plain() else { continue };
        if recognise(title, own) != Some(Word::Stop) {
            continue;
        }
        let message = format!("whoever types `{title}` wants no messages any more: that counts before every question");
        let finding = Diagnostic::warning("W418", option.title.place(), message);
        findings.push(finding.help("call the option something else, such as `No, thanks`"));
    }
}

/// Reports a flow that waits for the end of a question although its trigger is urgent.
fn waits_in_line(flow: &Flow, trigger: &WrittenTrigger, findings: &Findings) {
    let word = match flow.if_busy {
        Some(IfBusy::Queue) => "queue",
        Some(IfBusy::Skip) => "skip",
        Some(IfBusy::Replace | IfBusy::Aside | IfBusy::Parallel) | None => return,
    };
    let Some(node) = trigger.outline.yaml.get("urgent").filter(|_| trigger.urgent) else { return };
    let message = format!("what is urgent does not wait, and the flow says `if_busy: {word}`");
    let help = "take one of the two out; `if_busy: aside` comes back to the question afterwards, `replace` ends it";
    findings.push(Diagnostic::error("E260", &node.place, message).help(help));
}

/// Reports texts that no message can have.
fn words(trigger: &WrittenTrigger, own: &ExtraWords, findings: &Findings) {
    let Trigger::Message(message) = &trigger.kind else { return };
    let written = trigger.outline.yaml.get("message").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
    let place = |text: &str| -> Place {
        let node = written.iter().find(|node| node.text() == Some(text));
        node.map_or_else(|| trigger.place.clone(), |node| node.place.clone())
    };
    for (text, folded) in &message.texts {
        let (what, help) = if folded.is_empty() {
            (
                format!("nothing is left of `{text}` to compare: case, accents, punctuation and emoji do not count"),
                "write a word, or hear whatever comes with `any_message: true`",
            )
        } else if message.how == MatchMode::Exact && recognise(text, own) == Some(Word::Stop) {
            (
                format!("`{text}` never starts this flow: it ends all messages, before any flow hears it"),
                "take it out; what is said to those who leave stands in a flow with `consent: {all: withdrawn}`",
            )
        } else {
            continue;
        };
        findings.push(Diagnostic::warning("W419", &place(text), what).help(help));
    }
}
