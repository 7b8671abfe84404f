//! Checks the values that flows receive and return: `with` and triggers against `inputs`, `return` against `returns`.

use super::control_flow::{in_frame, target};
use crate::{
    FlowSet,
    base::{
        diagnostic::{Diagnostic, Findings, nearest},
        foreign_words,
        place::Place,
        yaml::{self, Entry},
    },
    definition::{Field, Flow, Node, Target, WrittenTrigger},
    engine::inputs,
    model::value::Value,
    text::typed,
    triggers::Trigger,
};

pub fn check(set: &FlowSet, findings: &Findings) {
    for flow in set.every_flow() {
        for node in &flow.nodes {
            match node.outline.verb {
                "call" | "start" | "go" => given(set, flow, node, findings),
                "end" => returned(set, flow, node, findings),
                _ => {}
            }
            if node.outline.verb == "call" {
                gives_nothing(set, flow, node, findings);
            }
        }
        returns_of_flow(set, flow, findings);
        for trigger in &flow.triggers {
            if !triggered(flow, trigger, findings) {
                lost_groups(flow, trigger, findings);
            }
        }
    }
}

/// The names of one side, and the word for them.
struct Side<'a> {
    code: &'static str,
    word: &'static str,
    flow: &'a Flow,
    fields: &'a [Field],
    /// The place for a finding about a missing one.
    place: &'a Place,
}

fn given(set: &FlowSet, flow: &Flow, node: &Node, findings: &Findings) {
    let other = match &node.outline.target {
        Some(Target::Flow(name)) => set.flow(name),
        Some(Target::Top) if node.outline.verb == "start" => Some(flow),
        Some(Target::Top | Target::Block { .. } | Target::Unknown(_)) | None => None,
    };
    let written = &node.outline.yaml;
    let Some(other) = other else { return to_a_block(flow, node, findings) };
    let place = written.get(node.outline.verb).map_or(&node.place, |value| &value.place);
    let side = Side { code: "E416", word: "input", flow: other, fields: &other.inputs, place };
    match written.get("with").map(|with| (with, with.map())) {
        Some((_, Some(entries))) => side.fits(set, entries, "with", findings),
        // A finding already says that these are not names with values.
        Some((with, None)) if !with.is_null() => {}
        Some((_, None)) | None => {
            let how = if node.outline.verb == "go" { "call" } else { "with" };
            side.fits(set, &[], how, findings);
        }
    }
}

/// Reports `with` of a called block, which reads the variables of its flow and gets no others.
fn to_a_block(flow: &Flow, node: &Node, findings: &Findings) {
    let Some(Target::Block { name, .. }) = &node.outline.target else { return };
    let Some(entries) = node.outline.yaml.get("with").and_then(yaml::Node::map) else { return };
    // A name that only the block reads has a finding there: nothing is called so.
    let read = |entry: &Entry| flow.names.contains(&entry.key.text);
    let elsewhere = |entry: &Entry| {
        let text = flow.place.file().text();
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| *word == entry.key.text).count() > 1
    };
    let Some(first) = entries.iter().find(|entry| read(entry) || !elsewhere(entry)) else { return };
    let message = format!("the block `{name}` gets no values: it reads the variables of its flow");
    let value = first.value.text().unwrap_or("…");
    let set = format!(
        "`- set: {{{}: {}}}`",
        first.key.text,
        if value.contains("${") { format!("\"{value}\"") } else { value.to_owned() }
    );
    let finding = Diagnostic::warning("W619", &first.key.place, message);
    findings.push(finding.help(format!("fill them in a step before, {set}, or make `{name}` a flow with `inputs:`")));
}

fn returned(set: &FlowSet, flow: &Flow, node: &Node, findings: &Findings) {
    let Some(value) = node.outline.yaml.get("return").filter(|_| !flow.returns.is_empty()) else { return };
    let side = Side { code: "E417", word: "value", flow, fields: &flow.returns, place: &value.place };
    match (value.map(), value.text()) {
        (Some(entries), _) => side.fits(set, entries, "return", findings),
        // The expression may give a map.
        (None, Some(text)) if text.trim().starts_with("${") && text.trim().ends_with('}') => {}
        _ => {
            let message = format!("`{}` returns names with values, and this is {}", flow.name, value.describe());
            let names: Vec<String> = flow.returns.iter().map(|field| format!("{}: …", field.name)).collect();
            let finding = Diagnostic::error("E417", &value.place, message);
            findings.push(finding.help(format!("write `return: {{{}}}`", names.join(", "))));
        }
    }
}

/// Checks that a `return` outside called blocks returns the values that the flow declares.
fn returns_of_flow(set: &FlowSet, flow: &Flow, findings: &Findings) {
    let returns = |node: &Node| node.outline.verb == "return" && gives(node);
    if flow.returns.is_empty() || !flow.nodes.iter().any(returns) {
        return;
    }
    let ends = [flow.on_error, flow.on_expire, flow.on_stop].into_iter().flatten().filter_map(|body| body.0);
    for ix in in_frame(set, flow, flow.entry.into_iter().chain(ends)) {
        if returns(flow.node(ix)) {
            returned(set, flow, flow.node(ix), findings);
        }
    }
}

/// Reports `as` of a `call` whose block or flow never returns a value.
fn gives_nothing(set: &FlowSet, flow: &Flow, node: &Node, findings: &Findings) {
    let (Some(name), Some(target)) = (&node.outline.fills, &node.outline.target) else { return };
    let what = match target {
        Target::Block { name, .. } => name.as_str(),
        Target::Flow(name) => name.as_str(),
        Target::Top | Target::Unknown(_) => return,
    };
    // `end: {return: …}` has a finding, and is meant to give something back.
    let called = if let Target::Flow(name) = target { set.flow(name) } else { Some(flow) };
    let is_misplaced = |node: &Node| {
        node.outline.verb == "end" && node.outline.yaml.get("end").is_some_and(|value| value.map().is_some())
    };
    if may_give(set, flow, node) || called.is_some_and(|called| called.nodes.iter().any(is_misplaced)) {
        return;
    }
    let place = node.outline.yaml.get("as").map_or(&node.place, |value| &value.place);
    let message = format!("`{what}` gives nothing back, so `{name}` stays empty");
    let finding = Diagnostic::warning("W617", place, message);
    findings.push(finding.help(format!("end `{what}` with `- return: …`, or take the `as` out")));
}

/// True if the called block or flow returns a value on one of its paths, or if that is unknown.
pub(super) fn may_give(set: &FlowSet, flow: &Flow, node: &Node) -> bool {
    let entry = target(set, flow, node).map(|at| at.map(|(_, ix)| ix));
    let (other, entry) = match (&node.outline.target, entry) {
        (Some(Target::Block { .. } | Target::Top), Some(entry)) => (flow, entry),
        (Some(Target::Flow(name)), Some(entry)) => match set.flow(name) {
            Some(other) => (other, entry),
            None => return true,
        },
        (Some(_), None) | (Some(Target::Unknown(_)) | None, _) => return true,
    };
    let is_block = std::ptr::eq(other, flow);
    in_frame(set, other, entry).into_iter().any(|ix| {
        let node = other.node(ix);
        let returns = node.outline.verb == "return" || !is_block && node.outline.verb == "end";
        // The steps of other flows and of their blocks are not checked.
        let elsewhere = match &node.outline.target {
            Some(Target::Flow(_)) => node.outline.verb == "go",
            Some(Target::Block { .. } | Target::Top) => !is_block && node.outline.verb == "call",
            Some(Target::Unknown(_)) => true,
            None => node.outline.verb.is_empty(),
        };
        returns && gives(node) || elsewhere
    })
}

fn gives(node: &Node) -> bool {
    node.outline.yaml.get("return").is_some_and(|value| !value.is_null())
}

/// The named groups of the patterns of a trigger that are no inputs of its flow.
fn other_groups<'t>(flow: &Flow, trigger: &'t WrittenTrigger) -> Vec<(&'t yaml::Node, &'t str)> {
    let written = &trigger.outline.yaml;
    let is_pattern = written.get("match").and_then(yaml::Node::text) == Some("regex");
    let patterns = written.get("message").filter(|_| is_pattern).map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
    // A pattern that cannot be read has a finding.
    if matches!(&trigger.kind, Trigger::Message(message) if message.patterns.len() < patterns.len()) {
        return Vec::new();
    }
    let mut found: Vec<(&yaml::Node, &str)> = Vec::new();
    for pattern in patterns {
        for group in pattern.text().into_iter().flat_map(crate::load::parse::groups) {
            let known = flow.inputs.iter().any(|field| field.name == group);
            if !known && found.iter().all(|(_, other)| *other != group) {
                found.push((pattern, group));
            }
        }
    }
    found
}

/// Reports a named group of a pattern that fills no input: what it matched is lost.
fn lost_groups(flow: &Flow, trigger: &WrittenTrigger, findings: &Findings) {
    for (pattern, group) in other_groups(flow, trigger).into_iter().filter(|(_, group)| !is_read(flow, group)) {
        let message = format!("`{}` has no input `{group}`, so what this group matches is lost", flow.name);
        let finding = Diagnostic::warning("W427", &pattern.place, message);
        findings.push(match nearest(group, flow.inputs.iter().map(|field| field.name.as_str())) {
            Some(near) => finding.help(format!("call the group like the input, `(?<{near}>…)`")),
            None => finding
                .help(format!("write `inputs: {{{group}: text}}` on top of the flow, or take the name out, `(…)`")),
        });
    }
}

/// True if the flow names the group outside of its patterns, too.
fn is_read(flow: &Flow, group: &str) -> bool {
    let text = flow.place.file().text();
    let named = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| *word == group).count();
    named > text.matches(&format!("<{group}>")).count()
}

/// A trigger without inputs can start a flow only if all its inputs may be missing. True if one of them is missing.
fn triggered(flow: &Flow, trigger: &WrittenTrigger, findings: &Findings) -> bool {
    let written = &trigger.outline.yaml;
    let brings = |name: &str| match &trigger.kind {
        Trigger::Api(_) => true,
        Trigger::Webhook(_) => written.get("body").is_some_and(|body| body.get(name).is_some()),
        Trigger::Message(_) => {
            let patterns = written.get("message").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
            let mut groups = patterns.iter().filter_map(yaml::Node::text).flat_map(crate::load::parse::groups);
            groups.any(|group| group == name)
        }
        _ => false,
    };
    let group = other_groups(flow, trigger).first().map(|(_, group)| *group);
    let mut lacks = false;
    for field in flow.inputs.iter().filter(|field| !field.optional && field.default.is_none() && !field.untyped) {
        if !brings(&field.name) {
            lacks = true;
            let name = &field.name;
            let message =
                format!("this trigger does not bring the input `{name}`, and without it the flow cannot begin");
            let finding = Diagnostic::error("E416", &trigger.place, message);
            findings.push(finding.help(match group {
                Some(group) => format!("call the group `{group}` of its pattern like the input, `(?<{name}>…)`"),
                None => format!("write `{name}: {{type: …, optional: true}}` under `inputs`, or give it a `default`"),
            }));
        }
    }
    lacks
}

/// The advice for a moment in words or in code, `today()`, without `${ }`.
fn worked_out(text: &str) -> Option<String> {
    let text = text.trim();
    let is_call = text.ends_with(')') && text.starts_with(|c: char| c.is_ascii_lowercase()) && !text.contains(' ');
    let code = foreign_words::moment(text).or_else(|| is_call.then_some(text))?;
    Some(format!("write \"${{{code}}}\": what is worked out stands in `${{ }}`"))
}

impl Side<'_> {
    fn fits(&self, set: &FlowSet, entries: &[Entry], how: &str, findings: &Findings) {
        let (word, flow) = (self.word, &self.flow.name);
        let mut meant: Vec<&str> = Vec::new();
        for entry in entries {
            let name = entry.key.text.as_str();
            let Some(field) = self.fields.iter().find(|field| field.name == name) else {
                let finding =
                    Diagnostic::error(self.code, &entry.key.place, format!("`{flow}` has no {word} `{name}`"));
                let written = |name: &str| entries.iter().any(|entry| entry.key.text == name);
                let names = self.fields.iter().map(|field| field.name.as_str()).filter(|name| !written(name));
                let names: Vec<&str> = names.collect();
                // `ok` for `okay`: the missing name is probably the one that was meant.
                let near = nearest(name, names.iter().copied());
                let begun = || names.iter().copied().find(|known| name.starts_with(known) || known.starts_with(name));
                let near = near.or_else(begun);
                meant.extend(near);
                let known = self.fields.iter().map(|field| format!("`{}`", field.name)).collect::<Vec<_>>().join(", ");
                let help = near.map(|near| format!("did you mean `{near}`?"));
                let help = help.or_else(|| (!known.is_empty()).then(|| format!("it has {known}")));
                findings.push(finding.help_if(help));
                continue;
            };
            let Some(scalar) = entry.value.scalar().filter(|scalar| !scalar.text.contains("${")) else { continue };
            let value = typed(scalar).unwrap_or_else(|| Value::text(scalar.text.as_str()));
            if value != Value::Nothing && inputs::convert(&field.kind, &value, &set.bot.timezone).is_none() {
                let takes = inputs::name_of(&field.kind);
                let message =
                    format!("the {word} `{name}` of `{flow}` takes {takes}, and this is {}", entry.value.describe());
                let help = worked_out(&scalar.text).or_else(|| inputs::written(&field.kind, &scalar.text));
                findings.push(Diagnostic::error(self.code, &entry.value.place, message).help_if(help));
            }
        }
        let required = self.fields.iter().filter(|field| !field.optional && field.default.is_none());
        let missing = |field: &&Field| {
            entries.iter().all(|entry| entry.key.text != field.name) && !meant.contains(&field.name.as_str())
        };
        for field in required.filter(missing) {
            let name = &field.name;
            let finding = Diagnostic::error(self.code, self.place, format!("`{flow}` needs the {word} `{name}`"));
            findings.push(finding.help(match how {
                "call" => format!("`go` carries nothing: write `call: {flow}` with `with: {{{name}: …}}`"),
                how => format!("write `{how}: {{{name}: …}}`"),
            }));
        }
    }
}
