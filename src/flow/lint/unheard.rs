//! Buttons of a message that nobody hears: the tap would be a text that no flow knows.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, nearest},
        limits::BUTTONS_MAX,
    },
    flow::{
        FlowSet,
        definition::{Flow, Target},
        message::WrittenButton,
        steps::Step,
        triggers::{Trigger, message::How},
    },
    model::matching,
};

pub fn check(set: &FlowSet, findings: &Findings) {
    for flow in set.every_flow() {
        let says = flow.nodes.iter().filter_map(|node| match &node.step {
            Step::Say(say) => Some(&say.message.buttons),
            _ => None,
        });
        // Too many are a mistake that is said already; and beside a button that gives consent stands one that does not.
        let alone = |buttons: &&Vec<WrittenButton>| {
            buttons.len() <= BUTTONS_MAX && buttons.iter().all(|button| button.consent.is_empty())
        };
        let mut unheard = says.filter(alone).flatten().filter(|button| !is_heard(set, button)).peekable();
        if unheard.peek().is_none() || waits(set, flow) {
            continue;
        }
        for button in unheard {
            let title = button.title.source();
            let message = format!("nothing waits for a tap on `{title}`, and no flow begins with it");
            let finding = Diagnostic::warning("W609", button.title.place(), message);
            let buttons =
                set.flows.values().flat_map(|flow| &flow.triggers).filter_map(|trigger| match &trigger.kind {
                    Trigger::Button(own) => Some(own.ids.iter().map(String::as_str)),
                    _ => None,
                });
            if let Some(near) = nearest(&button.id, buttons.flatten()) {
                findings.push(finding.help(format!("a flow begins with `button: {near}`: did you mean that id?")));
                continue;
            }
            findings.push(finding.help(format!(
                "to wait for the tap write `ask` with `options` instead of `say`; or begin a flow with `button: {}`",
                button.id
            )));
        }
    }
}

/// A tap on it begins a flow: as a button, or as if its title were typed.
fn is_heard(set: &FlowSet, button: &WrittenButton) -> bool {
    let Some(title) = button.title.as_plain() else { return true };
    let said = matching::fold(title);
    let mut triggers = set.flows.values().flat_map(|flow| &flow.triggers);
    triggers.any(|trigger| match &trigger.kind {
        Trigger::AnyMessage(_) | Trigger::FirstMessage(_) => true,
        Trigger::Button(own) => own.ids.contains(&button.id),
        Trigger::Message(words) => match words.how {
            How::Exact => words.texts.iter().any(|(_, text)| *text == said),
            How::Regex => words.patterns.iter().any(|pattern| pattern.regex.is_match(title.trim())),
            How::Word | How::Starts | How::Contains => words.texts.iter().any(|(_, text)| said.contains(text.as_str())),
            How::Like => true,
        },
        _ => false,
    })
}

/// The flow, or one that leads to it, waits for whatever the contact says.
fn waits(set: &FlowSet, flow: &Flow) -> bool {
    let hears = |flow: &Flow| {
        flow.nodes.iter().any(|node| match node.outline.verb {
            "wait" => node.outline.yaml.get("wait").and_then(|value| value.text()) == Some("reply"),
            verb => verb == "agent",
        }) || !flow.stop_when.is_empty()
    };
    let leads_here = |other: &&Flow| {
        other.nodes.iter().any(|node| matches!(&node.outline.target, Some(Target::Flow(name)) if *name == flow.name))
    };
    hears(flow) || set.every_flow().filter(leads_here).any(hears)
}
