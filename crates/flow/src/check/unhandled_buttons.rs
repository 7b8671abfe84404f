//! Reports buttons that nothing reacts to: the tap would be a text that no flow knows.

use super::{
    CheckContext,
    templates::{every_use, quick_replies, written},
};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings, nearest},
        limits::BUTTONS_MAX,
    },
    definition::{Flow, Target},
    engine::message::parts::WrittenButton,
    model::{
        consent_words::recognise,
        matching,
        template::{Template, in_language},
    },
    steps::Step,
    triggers::{Trigger, message::MatchMode},
};

/// The contacts that may tap.
enum Writer {
    /// The window is open, so they have written before.
    Known,
    /// A template may be our first message to them.
    Anybody,
}

pub fn check(set: &FlowSet, around: &CheckContext, findings: &Findings) {
    of_templates(set, around, findings);
    for flow in set.every_flow() {
        let says = flow.nodes.iter().filter_map(|node| match &node.step {
            Step::Say(say) => Some(&say.message.buttons),
            _ => None,
        });
        // Too many buttons have a finding; and a button that gives consent has another one beside it that need not do
        // anything.
        let alone = |buttons: &&Vec<WrittenButton>| {
            buttons.len() <= BUTTONS_MAX
                && buttons.iter().all(|button| button.consent.is_empty() && !button.title.source().is_empty())
        };
        let mut unheard = says.filter(alone).flatten().filter(|button| !is_button_heard(set, button)).peekable();
        if unheard.peek().is_none() || waits(set, flow) {
            continue;
        }
        // One finding for the buttons of a flow that all were meant to be options.
        let mut options: Option<Diagnostic> = None;
        for button in unheard {
            let title = button.title.source();
            let message = format!("nothing waits for a tap on `{title}`, and no flow begins with it");
            let finding = Diagnostic::warning("W609", button.title.place(), message);
            if let Some(near) = nearest(&button.id, ids(set)) {
                findings.push(finding.help(format!("a flow begins with `button: {near}`: did you mean that id?")));
                continue;
            }
            let help = format!(
                "to wait for the tap write `ask` with `options` instead of `say`; or begin a flow with `button: {}`",
                button.id
            );
            options = Some(match options {
                Some(first) => first.and_at(button.title.place()),
                None => finding.help(help),
            });
        }
        findings.extend(options);
    }
}

/// Checks the quick replies of templates that no question sends. Without `buttons:` the platform returns their titles.
fn of_templates(set: &FlowSet, around: &CheckContext, findings: &Findings) {
    let Some(senders) = around.templates.as_ref().filter(|senders| !senders.is_empty()) else { return };
    let own = set.bot.opt_out.extra_words();
    for flow in set.every_flow() {
        let asks = |flow: &Flow| flow.nodes.iter().any(|node| node.outline.verb == "ask");
        if waits(set, flow) || asks(flow) || leading_to(set, flow).any(asks) {
            continue;
        }
        for node in &flow.nodes {
            every_use(&node.outline, &mut |used| {
                let Some(name) = written(used.name) else { return };
                let versions: Vec<&Template> =
                    senders.iter().flatten().filter(|template| template.name == name).collect();
                let Some(template) = in_language(&versions, &set.bot.language) else { return };
                let titles = quick_replies(template);
                let given = used.buttons.map_or(&[] as &[_], |buttons| buttons.one_or_many());
                let mut ids = given.iter().filter(|button| button.get("url").is_none());
                let unheard: Vec<&str> = titles
                    .map(|title| (title, ids.next().map_or(Some(title), written)))
                    .filter(|(title, id)| {
                        let heard = id.is_none_or(|id| is_heard(set, id, title, &Writer::Anybody));
                        !heard && recognise(title, &own).is_none()
                    })
                    .map(|(title, _)| title)
                    .collect();
                let Some(first) = unheard.first() else { return };
                let all = unheard.iter().map(|title| format!("`{title}`")).collect::<Vec<_>>().join(" or ");
                let message = format!("nothing waits for a tap on {all} of `{name}`, and no flow begins with it");
                let finding = Diagnostic::warning("W609", &used.name.place, message);
                findings.push(finding.help(format!(
                    "begin a flow with `button: {first}`; or wait for it here: `ask` with `options`, and \
                     `if_closed: {{template: {name}}}`"
                )));
            });
        }
    }
}

/// The button ids that start flows.
fn ids(set: &FlowSet) -> impl Iterator<Item = &str> {
    let triggers = set.flows.values().flat_map(|flow| &flow.triggers);
    let own = triggers.filter_map(|trigger| match &trigger.kind {
        Trigger::Button(own) => Some(own.ids.iter().map(String::as_str)),
        _ => None,
    });
    own.flatten()
}

fn is_button_heard(set: &FlowSet, button: &WrittenButton) -> bool {
    button.title.as_plain().is_none_or(|title| is_heard(set, &button.id, title, &Writer::Known))
}

/// True if a tap on this quick reply of a question starts a flow: whoever was asked is nobody new.
pub fn starts_a_flow(set: &FlowSet, title: &str) -> bool {
    is_heard(set, title, title, &Writer::Known)
}

/// True if a tap starts a flow: as a button, or as if its title were typed.
fn is_heard(set: &FlowSet, id: &str, title: &str, who: &Writer) -> bool {
    let said = matching::fold(title);
    let words = set.locales.values().flat_map(|locale| locale.words.values());
    if words.flat_map(|words| &words.texts).any(|(_, text)| *text == said) {
        return true;
    }
    let mut triggers = set.flows.values().flat_map(|flow| &flow.triggers);
    triggers.any(|trigger| match &trigger.kind {
        Trigger::AnyMessage(_) => true,
        // After days of silence nobody taps an old button.
        Trigger::FirstMessage(_) => matches!(who, Writer::Anybody),
        Trigger::Button(own) => own.ids.iter().any(|own| own == id),
        Trigger::Message(words) => match words.how {
            MatchMode::Exact => words.texts.iter().any(|(_, text)| *text == said),
            MatchMode::Regex => words.patterns.iter().any(|pattern| pattern.regex.is_match(title.trim())),
            MatchMode::Word | MatchMode::Starts | MatchMode::Contains | MatchMode::Like => {
                words.how.fits(&words.texts, &said).is_some()
            }
        },
        _ => false,
    })
}

/// True if the flow, or one that leads to it, waits for any message of the contact.
fn waits(set: &FlowSet, flow: &Flow) -> bool {
    let hears = |flow: &Flow| {
        flow.nodes.iter().any(|node| match node.outline.verb {
            "wait" => node.outline.yaml.get("wait").and_then(|value| value.text()) == Some("reply"),
            verb => verb == "agent",
        }) || !flow.stop_when.is_empty()
    };
    hears(flow) || leading_to(set, flow).any(hears)
}

/// The flows that name this one in their steps.
fn leading_to<'a>(set: &'a FlowSet, flow: &'a Flow) -> impl Iterator<Item = &'a Flow> {
    let leads_here = |other: &&Flow| {
        other.nodes.iter().any(|node| matches!(&node.outline.target, Some(Target::Flow(name)) if *name == flow.name))
    };
    set.every_flow().filter(leads_here)
}
