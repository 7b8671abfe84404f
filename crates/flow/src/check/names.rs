//! Checks names behind a dot in expressions, `env.X`, `secrets.X`, `contact.X`, `hours.X`, and names of senders.

use super::CheckContext;
use crate::{
    FlowSet,
    base::{
        advice::is_surname,
        diagnostic::{Diagnostic, Findings, did_you_mean, probably},
        fix::{Edit, Fix, Sureness},
        place::Place,
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
    codes_of(set, codes(flow), findings);
}

/// Checks the names that these expressions read.
pub fn codes_of<'a>(set: &FlowSet, codes: impl Iterator<Item = &'a Code>, findings: &Findings) {
    // One finding for each missing name, wherever it is used.
    let mut used: BTreeMap<(&str, &str), Vec<Place>> = BTreeMap::new();
    for code in codes {
        for (root, name, at) in &code.uses().properties {
            let places = used.entry((root.as_str(), name.as_str())).or_default();
            let place = code.place_at(*at, name.len());
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    for ((root, name), places) in used {
        findings.extend(unknown(set, root, name, &places));
    }
}

fn codes(flow: &Flow) -> impl Iterator<Item = &Code> {
    let nodes = flow.nodes.iter().flat_map(|node| node.outline.codes.iter());
    let triggers = flow.triggers.iter().chain(&flow.stop_when);
    nodes.chain(triggers.flat_map(|trigger| trigger.outline.codes.iter()))
}

/// The finding about a name behind `root` that nothing declares; `places` are those where it is written.
fn unknown(set: &FlowSet, root: &str, name: &str, places: &[Place]) -> Option<Diagnostic> {
    let first = places.first()?;
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
                None if known.is_empty() => format!(
                    "`_bot.yaml` has no opening hours yet: write `hours: {{{name}: {{open: {{mon-fri: [\"09:00-18:00\"]}}}}}}` there"
                ),
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
    let near = probably(name, known.iter().map(String::as_str));
    let (help, meant) = match (root, part, near) {
        ("contact", ..) if is_surname(name) => (SURNAME.replace("NAME", name), None),
        (_, Some(part), _) => (format!("write `contact.{part}`"), Some(part)),
        ("env", ..) if has(&bot.secrets) => (format!("it is one of `secrets`: write `secrets.{name}`"), None),
        ("secrets", ..) if has(&bot.env) => (format!("it is one of `env`: write `env.{name}`"), None),
        (_, None, Some(near)) => (format!("did you mean `{near}`?"), Some(near)),
        (_, None, None) => (else_help, None),
    };
    let finding = Diagnostic::error(code, first, message).help(help);
    let finding = places.iter().skip(1).fold(finding, Diagnostic::and_at);
    Some(finding.fix_if(meant.and_then(|meant| everywhere(root, name, meant, places))))
}

/// A repair of all places: each of them is the same mistake.
fn everywhere(root: &str, name: &str, meant: &str, places: &[Place]) -> Option<Fix> {
    let first = places.first()?;
    let title = format!("write `{root}.{meant}`");
    let is_fit = |place: &&Place| place.path() == first.path() && place.text() == name;
    let edits: Vec<Edit> =
        places.iter().filter(is_fit).map(|place| Edit { place: place.clone(), text: meant.to_owned() }).collect();
    (!edits.is_empty()).then_some(Fix { title, edits, sureness: Sureness::Guess })
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
