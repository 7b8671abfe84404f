//! Parses the triggers under `when` and `stop_when`.

use super::{Builder, builder::misspelt};
use crate::{
    base::{
        diagnostic::Diagnostic,
        ids::StepId,
        synonyms,
        yaml::{self, Entry},
    },
    definition::WrittenTrigger,
    load::{
        spec::{FieldKind, Spec},
        step_fields::StepFields,
    },
    triggers::{self, AllowedIn, MessageAge, Trigger},
};

impl<'a> Builder<'a> {
    /// Parses `when`.
    pub(super) fn triggers(&mut self, items: &'a [yaml::Node]) -> Vec<WrittenTrigger> {
        self.listed(items, "when", AllowedIn::Stop, "write it under `stop_when`")
    }

    /// Parses `stop_when`.
    pub(super) fn stops(&mut self, items: &'a [yaml::Node]) -> Vec<WrittenTrigger> {
        let help = "let it start a flow that emits an event, and stop by that";
        self.listed(items, "stop_when", AllowedIn::Start, help)
    }

    fn listed(&mut self, items: &'a [yaml::Node], key: &str, refused: AllowedIn, help: &str) -> Vec<WrittenTrigger> {
        let mut all: Vec<WrittenTrigger> = Vec::new();
        for item in items {
            let Some(mut trigger) = self.trigger(item, refused) else { continue };
            let name = trigger.outline.verb;
            if triggers::stands(name) == Some(refused) {
                let message = format!("`{name}` cannot stand under `{key}`");
                self.findings.push(Diagnostic::error("E249", &trigger.place, message).help(help));
            }
            // Caps, starts and reports identify a trigger by its key, so two equal ones of a flow get different keys.
            let alike = all.iter().filter(|other| other.key.split(" #").next() == Some(&trigger.key)).count();
            if alike > 0 {
                trigger.key = format!("{} #{}", trigger.key, alike + 1);
            }
            all.push(trigger);
        }
        all
    }

    fn trigger(&mut self, node: &'a yaml::Node, refused: AllowedIn) -> Option<WrittenTrigger> {
        let Some(entries) = node.map() else {
            if !node.is_broken() {
                let message = format!("a trigger is a key with a value, and this is {}", node.describe());
                let help = match node.text().map(|text| (text, synonyms::key_in_text(text))) {
                    Some((_, Some((_, help)))) => help,
                    Some((text, None)) if triggers::spec(text).is_some() => {
                        format!("write `- {text}: {}`", takes(text))
                    }
                    Some((text, None)) if refused == AllowedIn::Start => {
                        format!("for an event write `- event: {text}`")
                    }
                    Some((text, None)) => format!("for a message write `- message: {text}`"),
                    None => "write `- message: [hi, hello]`".to_owned(),
                };
                self.findings.push(Diagnostic::error("E223", &node.place, message).help(help));
            }
            return None;
        };
        let known = |entry: &&Entry| triggers::spec(&entry.key.text).is_some();
        let found: Vec<&Entry> = entries.iter().filter(known).collect();
        if let [first, second, ..] = found[..] {
            let message =
                format!("a trigger has one kind, and this one has `{}` and `{}`", first.key.text, second.key.text);
            self.findings.push(Diagnostic::error("E224", &node.place, message).help("write two triggers"));
        }
        let Some(kind) = found.first() else {
            let names = || triggers::SPECS.iter().map(|spec| spec.name);
            if let Some(first) = entries.first() {
                let known: Vec<&str> = names().collect();
                let message = format!("there is no trigger `{}`; it is one of {}", first.key.text, known.join(", "));
                let finding = Diagnostic::error("E225", &first.key.place, message);
                self.findings.push(match first.key.text.strip_prefix('-') {
                    Some(name) => finding.help(format!("write a blank behind the `-`: `- {name}: …`")),
                    None if known.iter().any(|name| first.key.text.eq_ignore_ascii_case(name)) => finding.meant(
                        &first.key.text,
                        known.iter().copied().filter(|name| first.key.text.eq_ignore_ascii_case(name)),
                    ),
                    None => finding
                        .help_if(synonyms::trigger(&first.key.text).map(|ours| format!("write it like `- {ours}`"))),
                });
            }
            return None;
        };
        let spec = triggers::spec(&kind.key.text)?;
        if kind.key.is_misspelt() {
            self.findings.push(misspelt("trigger", &kind.key, "E225", triggers::SPECS));
        }
        let place = kind.key.place.clone();
        let id = StepId::from(format!("{}.{}", self.flow, spec.name));
        let mut fields = StepFields::new(node, &place, spec, id, (None, None), self);
        let kind = Trigger::parse(spec.name, &mut fields)?;
        let guard = fields.opt_code("if");
        let at_most = fields.at_most("at_most");
        let once_per = fields.node("once_per").map(|node| fields.key_of(node));
        let urgent = fields.bool("urgent");
        if let Some(node) = fields.node("urgent").filter(|_| urgent)
            && let Some((message, help)) = idle_urgency(&kind, refused)
        {
            fields.report(Diagnostic::error("E260", &node.place, message).help(help));
        }
        fields.know(&["note"]);
        if found.len() > 1 {
            // Several kinds have a finding of their own, so the others are not reported as unknown keys.
            triggers::SPECS.iter().for_each(|spec| fields.know(&[spec.name]));
        }
        let outline = fields.finish();
        let key = kind.key().unwrap_or_else(|| key_of(spec.name, &outline.yaml));
        Some(WrittenTrigger { key, place, kind, guard, at_most, once_per, urgent, outline })
    }
}

/// An example of the value of a trigger.
fn takes(name: &str) -> &'static str {
    let is_flag = |spec: &Spec| spec.value().kind.shapes().contains(&FieldKind::True);
    if triggers::spec(name).is_some_and(is_flag) {
        return "true";
    }
    let example = triggers::spec(name).and_then(|spec| spec.example.lines().next()?.split_once(": "));
    example.map_or("…", |(_, value)| value)
}

/// The reason why `urgent` has no effect on this trigger, and a suggestion.
fn idle_urgency(kind: &Trigger, refused: AllowedIn) -> Option<(&'static str, &'static str)> {
    if refused == AllowedIn::Start {
        return Some(("what stands under `stop_when` ends the run at once", "take `urgent` out"));
    }
    match kind {
        Trigger::AnyMessage(_) | Trigger::FirstMessage(_) => Some((
            "an urgent trigger for whatever comes would take every answer from every question",
            "take `urgent` out; an emergency has its words: `message: [emergency, chest pain]` with `match: word`",
        )),
        Trigger::Meaning(_) => Some((
            "a model is asked only about a message that nothing else takes, so this goes before nothing",
            "take `urgent` out; an emergency has its words: `message: [emergency, chest pain]` with `match: word`",
        )),
        _ if kind.since() != MessageAge::Now => Some((
            "no message of the contact starts this, so it meets no question that waits",
            "take `urgent` out; `if_busy` of the flow says what happens when a question waits",
        )),
        _ => None,
    }
}

/// The key of a trigger for reports: its kind and its value.
fn key_of(kind: &str, node: &yaml::Node) -> String {
    let value = node.get(kind);
    let texts: Vec<&str> =
        value.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter().filter_map(yaml::Node::text).collect();
    if texts.is_empty() || texts == ["true"] { kind.to_owned() } else { format!("{kind} {}", texts.join(" ")) }
}
