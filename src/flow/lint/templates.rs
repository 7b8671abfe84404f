//! Templates that flows name, against the lists of the senders: do they exist, and do their values fit?

use super::Around;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, did_you_mean},
        place::Place,
        yaml::{self, Kind},
    },
    flow::{
        FlowSet,
        definition::{Flow, Outline},
    },
    model::template::{Category, Template},
};
use std::collections::BTreeSet;

pub fn check(set: &FlowSet, flow: &Flow, around: &Around, findings: &Findings) {
    let Some(senders) = around.templates.as_ref().filter(|senders| !senders.is_empty()) else { return };
    for node in &flow.nodes {
        every_use(&node.outline, &mut |name, vars| one(set, flow, name, vars, senders, findings));
    }
}

/// The names of all templates that steps write down.
pub fn named(set: &FlowSet) -> Vec<String> {
    let mut names = BTreeSet::new();
    let flows = set.flows.values().map(AsRef::as_ref).chain([&set.bot.flow]);
    for node in flows.flat_map(|flow: &Flow| &flow.nodes) {
        every_use(&node.outline, &mut |name, _| names.extend(written_name(name).map(str::to_owned)));
    }
    names.into_iter().collect()
}

/// Each template that a step may send, with the values it would carry.
fn every_use(outline: &Outline, found: &mut dyn FnMut(&yaml::Node, Option<&yaml::Node>)) {
    let written = &outline.yaml;
    if outline.verb == "template"
        && let Some(name) = written.get("template")
    {
        found(name, written.get("vars"));
    }
    every_fallback(written, &mut |fallback| {
        let vars = fallback.get("vars");
        let named = fallback.get("template").or_else(|| fallback.get("nudge"));
        for name in named.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many) {
            found(name, vars);
        }
    });
}

fn written_name(node: &yaml::Node) -> Option<&str> {
    node.text().filter(|name| !name.contains("${"))
}

/// The `if_closed` of the step itself and of its reminders; bodies have steps of their own.
pub fn every_fallback(written: &yaml::Node, found: &mut dyn FnMut(&yaml::Node)) {
    let mut read = |node: &yaml::Node| {
        if let Some(fallback) = node.get("if_closed").filter(|fallback| fallback.map().is_some()) {
            found(fallback);
        }
    };
    read(written);
    for part in ["remind", "unanswered"] {
        written.get(part).map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter().for_each(&mut read);
    }
}

fn one(
    set: &FlowSet,
    flow: &Flow,
    name_node: &yaml::Node,
    vars: Option<&yaml::Node>,
    senders: &[Vec<Template>],
    findings: &Findings,
) {
    let Some(name) = written_name(name_node) else { return };
    let having = senders.iter().filter(|list| list.iter().any(|template| template.name == name)).count();
    let known: BTreeSet<&str> = senders.iter().flatten().map(|template| template.name.as_str()).collect();
    if having == 0 {
        let finding = Diagnostic::error("E801", &name_node.place, format!("there is no template `{name}`"));
        let help = did_you_mean(name, known.iter().copied());
        findings
            .push(finding.help(help.unwrap_or_else(|| "create it at Meta, then run `transom templates pull`".into())));
        return;
    }
    if having < senders.len() {
        let message = format!("only {having} of {} senders have the template `{name}`", senders.len());
        findings.push(Diagnostic::warning("W802", &name_node.place, message));
    }
    for template in senders.iter().flatten().filter(|template| template.name == name) {
        let asks_consent = set.bot.topics.get(&flow.topic).is_some_and(|topic| topic.needs_consent);
        if template.category == Category::Marketing && !asks_consent {
            let message = format!("`{name}` is a MARKETING template, and the topic `{}` needs no consent", flow.topic);
            let finding = Diagnostic::error("E803", &name_node.place, message);
            findings.push(finding.help("give the flow a `topic:` that `needs: consent`, such as `marketing`"));
        }
        values(template, vars, &name_node.place, findings);
    }
}

fn values(template: &Template, vars: Option<&yaml::Node>, place: &Place, findings: &Findings) {
    let wanted = placeholders(&template.body);
    let at = vars.map_or(place, |vars| &vars.place);
    let given: Vec<String> = match vars.map(|vars| &vars.kind) {
        None | Some(Kind::Null) => Vec::new(),
        Some(Kind::Map(entries)) => entries.iter().map(|entry| entry.key.text.clone()).collect(),
        Some(Kind::List(items)) => (1..=items.len()).map(|number| number.to_string()).collect(),
        // Computed as a whole: counted when it is sent.
        Some(Kind::Scalar(_)) => return,
    };
    if given.len() != wanted.len() {
        let message = format!(
            "the template `{}` ({}) takes {} values, and gets {}",
            template.name,
            template.language,
            wanted.len(),
            given.len()
        );
        findings.push(Diagnostic::error("E804", at, message).help(format!("its text is: {}", template.body)));
        return;
    }
    for missing in wanted.iter().filter(|name| !given.contains(name)) {
        let message = format!("the template `{}` ({}) needs a value for `{missing}`", template.name, template.language);
        let finding = Diagnostic::error("E804", at, message);
        findings.push(finding.help_if(did_you_mean(missing, given.iter().map(String::as_str))));
    }
}

/// `{{1}}`, `{{name}}`: each once.
fn placeholders(body: &str) -> BTreeSet<String> {
    body.split("{{").skip(1).filter_map(|part| Some(part.split_once("}}")?.0.trim().to_owned())).collect()
}
