//! Checks names behind a dot in expressions, `env.X`, `secrets.X`, `contact.X`, `hours.X`, and names of senders.

use super::CheckContext;
use crate::{
    FlowSet,
    base::{
        advice::is_surname,
        diagnostic::{Diagnostic, Findings, did_you_mean},
        synonyms::contact_part,
    },
    definition::Flow,
    load::spec::{HOURS_PARTS, VIEWS},
    script::Code,
};
use std::collections::BTreeMap;

/// Reports values of the sandbox for names that no flow may read.
pub fn sandbox(set: &FlowSet, findings: &Findings) {
    for (_, name, place) in set.bot.listed.iter().filter(|(key, ..)| *key == "sandbox") {
        if !set.bot.env.contains(name) && !set.reads("env", name) {
            let message = format!("`env` of `_bot.yaml` does not name `{name}`, so no flow can read it");
            let help = did_you_mean(name, set.bot.env.iter().map(String::as_str));
            let help = help.unwrap_or_else(|| "add it to `env`, or take it out".to_owned());
            findings.push(Diagnostic::error("E410", place, message).help(help));
        }
    }
}

/// The parts of a view; `None`: the view has no fixed parts.
fn parts(view: &str) -> Option<Vec<String>> {
    let view = VIEWS.iter().find(|known| known.name == view)?;
    let names: Vec<String> = view.parts.iter().map(|(name, _)| (*name).to_owned()).collect();
    (!names.is_empty()).then_some(names)
}

pub fn check(set: &FlowSet, flow: &Flow, around: &CheckContext, findings: &Findings) {
    senders(flow, around, findings);
    // One finding for each missing name, wherever it is used.
    let mut said: BTreeMap<(&str, &str), Diagnostic> = BTreeMap::new();
    for code in codes(flow) {
        for (root, name, at) in &code.uses().properties {
            let place = code.place_at(*at, name.len());
            let key = (root.as_str(), name.as_str());
            if let Some(known) = said.remove(&key) {
                said.insert(key, known.and_at(&place));
            } else if let Some(finding) = unknown(set, root, name) {
                said.insert(key, finding(&place));
            }
        }
    }
    findings.extend(said.into_values());
}

fn codes(flow: &Flow) -> impl Iterator<Item = &Code> {
    let nodes = flow.nodes.iter().flat_map(|node| node.outline.codes.iter());
    let triggers = flow.triggers.iter().chain(&flow.stop_when);
    nodes.chain(triggers.flat_map(|trigger| trigger.outline.codes.iter()))
}

type Finding = Box<dyn Fn(&crate::base::place::Place) -> Diagnostic>;

fn unknown(set: &FlowSet, root: &str, name: &str) -> Option<Finding> {
    let bot = &set.bot;
    let in_bot = |key: &str| format!("add it to `{key}` in `_bot.yaml`");
    let (code, message, known, else_help): (&'static str, String, Vec<String>, String) = match root {
        "env" => ("E410", format!("`env` of `_bot.yaml` does not name `{name}`"), bot.env.clone(), in_bot("env")),
        "secrets" => {
            let message = format!("`secrets` of `_bot.yaml` does not name `{name}`");
            ("E411", message, bot.secrets.clone(), in_bot("secrets"))
        }
        "hours" => {
            let message = format!("there are no hours called `{name}`");
            let known: Vec<String> = bot.hours.keys().cloned().collect();
            let part = HOURS_PARTS.iter().any(|(part, _)| *part == name);
            let help = match known.first().filter(|_| part) {
                Some(first) => format!("name the hours before it: `hours.{first}.{name}`"),
                None => "add them to `hours` in `_bot.yaml`".to_owned(),
            };
            ("E404", message, known, help)
        }
        "contact" => {
            let declared = bot.fields.iter().map(|field| field.name.clone());
            let known = declared.chain(parts("contact").unwrap_or_default()).collect();
            ("E408", format!("a contact has no field `{name}`"), known, in_bot("fields"))
        }
        other => {
            let parts = parts(other)?;
            let all: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
            ("E412", format!("`{other}` has no `{name}`"), parts, format!("it has {}", all.join(", ")))
        }
    };
    if known.iter().any(|known| known == name) {
        return None;
    }
    let has = |names: &[String]| names.iter().any(|known| known == name);
    let part = contact_part(name).filter(|_| root == "contact");
    let help = match root {
        "contact" if is_surname(name) => SURNAME.replace("NAME", name),
        _ if part.is_some() => format!("write `contact.{}`", part.unwrap_or_default()),
        "env" if has(&bot.secrets) => format!("it is one of `secrets`: write `secrets.{name}`"),
        "secrets" if has(&bot.env) => format!("it is one of `env`: write `env.{name}`"),
        _ => did_you_mean(name, known.iter().map(String::as_str)).unwrap_or(else_help),
    };
    Some(Box::new(move |place| Diagnostic::error(code, place, message.clone()).help(help.clone())))
}

/// The advice for a family name, with the name of the field that the author expected.
const SURNAME: &str = "WhatsApp tells one name, `contact.name`, and `contact.first_name` is its first word; to ask for the other one write `NAME: text` under `fields` in `_bot.yaml`";

fn senders(flow: &Flow, around: &CheckContext, findings: &Findings) {
    let Some(known) = &around.senders else { return };
    for (at, sender) in flow.senders.iter().enumerate().filter(|(_, sender)| !known.contains(sender)) {
        let place = flow.senders_at.get(at).unwrap_or(&flow.place);
        let finding = Diagnostic::error("E413", place, format!("the configuration has no sender `{sender}`"));
        let all: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let finding = finding.help(format!("its senders are {}", all.join(", ")));
        findings.push(finding.help_if(did_you_mean(sender, known.iter().map(String::as_str))));
    }
}
