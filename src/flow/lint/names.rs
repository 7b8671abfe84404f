//! Names that expressions read behind a dot: `env.X`, `secrets.X`, `contact.X`, `hours.X`; and senders.

use super::Around;
use crate::{
    base::diagnostic::{Diagnostic, Findings, did_you_mean},
    flow::{FlowSet, definition::Flow, script::Code, spec::VIEWS},
};
use std::collections::BTreeMap;

/// The parts of a view; `None`: it has none that are fixed.
fn parts(view: &str) -> Option<Vec<String>> {
    let view = VIEWS.iter().find(|known| known.name == view)?;
    let names: Vec<String> = view.parts.iter().map(|(name, _)| (*name).to_owned()).collect();
    (!names.is_empty()).then_some(names)
}

pub fn check(set: &FlowSet, flow: &Flow, around: &Around, findings: &Findings) {
    senders(flow, around, findings);
    // One name that is not there is one mistake, wherever it is read.
    let mut said: BTreeMap<(&str, &str), Diagnostic> = BTreeMap::new();
    for code in codes(flow) {
        for (root, name, at) in &code.uses().properties {
            let place = code.place_at(*at, name.len());
            let key = (root.as_str(), name.as_str());
            if let Some(known) = said.remove(&key) {
                let told = known.place == place || known.labels.len() >= LABELS_MAX;
                said.insert(key, if told { known } else { known.label(&place, "and here") });
            } else if let Some(finding) = unknown(set, root, name) {
                said.insert(key, finding(&place));
            }
        }
    }
    findings.extend(said.into_values());
}

/// So many other places are shown.
const LABELS_MAX: usize = 4;

fn codes(flow: &Flow) -> impl Iterator<Item = &Code> {
    let nodes = flow.nodes.iter().flat_map(|node| node.outline.codes.iter());
    nodes.chain(flow.triggers.iter().flat_map(|trigger| trigger.outline.codes.iter()))
}

type Finding = Box<dyn Fn(&crate::base::place::Place) -> Diagnostic>;

fn unknown(set: &FlowSet, root: &str, name: &str) -> Option<Finding> {
    let bot = &set.bot;
    let (code, message, known, else_help): (&'static str, String, Vec<String>, &str) = match root {
        "env" => (
            "E410",
            format!("`env` of `_bot.yaml` does not name `{name}`"),
            bot.env.clone(),
            "add it to `env` in `_bot.yaml`",
        ),
        "secrets" => {
            let message = format!("`secrets` of `_bot.yaml` does not name `{name}`");
            ("E411", message, bot.secrets.clone(), "add it to `secrets` in `_bot.yaml`")
        }
        "hours" => {
            let message = format!("there are no hours called `{name}`");
            ("E404", message, bot.hours.keys().cloned().collect(), "add them to `hours` in `_bot.yaml`")
        }
        "contact" => {
            let declared = bot.fields.iter().map(|field| field.name.clone());
            let known = declared.chain(parts("contact").unwrap_or_default()).collect();
            ("E408", format!("a contact has no field `{name}`"), known, "add it to `fields` in `_bot.yaml`")
        }
        other => {
            let help = "see the names and types of the reference";
            ("E412", format!("`{other}` has no `{name}`"), parts(other)?, help)
        }
    };
    if known.iter().any(|known| known == name) {
        return None;
    }
    let has = |names: &[String]| names.iter().any(|known| known == name);
    let help = match root {
        "env" if has(&bot.secrets) => format!("it is one of `secrets`: write `secrets.{name}`"),
        "secrets" if has(&bot.env) => format!("it is one of `env`: write `env.{name}`"),
        _ => did_you_mean(name, known.iter().map(String::as_str)).unwrap_or_else(|| else_help.to_owned()),
    };
    Some(Box::new(move |place| Diagnostic::error(code, place, message.clone()).help(help.clone())))
}

fn senders(flow: &Flow, around: &Around, findings: &Findings) {
    let Some(known) = &around.senders else { return };
    for sender in flow.senders.iter().filter(|sender| !known.contains(sender)) {
        let finding = Diagnostic::error("E413", &flow.place, format!("the configuration has no sender `{sender}`"));
        let all: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let finding = finding.help(format!("its senders are {}", all.join(", ")));
        findings.push(finding.help_if(did_you_mean(sender, known.iter().map(String::as_str))));
    }
}
