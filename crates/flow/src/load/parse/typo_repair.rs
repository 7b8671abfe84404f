//! Replaces misspelt keys by the ones that were meant: the parser reports the misspelt key, and no finding follows from
//! it.

use super::no_step::is_other_word;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, only_near},
        place::SourceFile,
        synonyms,
        yaml::{Entry, Kind, Node, Scalar, Style},
    },
    load::spec::{BOT_KEYS, FLOW_KEYS, FieldKind, FieldSpec, STEP_KEYS, Spec, TRIGGER_KEYS},
    steps, triggers,
};
use std::sync::Arc;

/// Corrects the keys of a flow, or of `_bot.yaml`.
pub(super) fn file(file: &SourceFile, root: &mut Node) {
    match file.stem() {
        _ if file.is_locale() => {}
        super::BOT_FLOW => record(root, &[BOT_KEYS]),
        _ => record(root, &[FLOW_KEYS]),
    }
}

/// Reports every corrected key that has no finding yet.
pub(super) fn say_the_rest(root: &Node, findings: &Findings) {
    for key in mended(root).into_iter().filter(|key| !findings.speaks_of(&key.place)) {
        let finding = Diagnostic::error("E203", &key.place, format!("there is no key `{}` here", key.written()));
        findings.push(finding.misspelt(key.written(), [key.text.as_str()]));
    }
}

/// All corrected keys of a node and below it.
fn mended(node: &Node) -> Vec<&Arc<Scalar>> {
    let mut all: Vec<&Arc<Scalar>> = node.list().unwrap_or_default().iter().flat_map(mended).collect();
    for entry in node.map().unwrap_or_default() {
        all.extend(Some(&entry.key).filter(|key| key.is_misspelt()));
        all.extend(mended(&entry.value));
    }
    all
}

/// Corrects a map with these keys only.
fn record(node: &mut Node, known: &[&'static [FieldSpec]]) {
    let Kind::Map(entries) = &mut node.kind else { return };
    let fields = || known.iter().copied().flatten();
    // If the map has steps under `do`, a step beside it is not a misspelt `do`.
    let holds_steps = fields().any(|field| field.name == "do");
    keys(entries, fields().map(|field| field.name), |key| holds_steps && steps::spec(key).is_some());
    for entry in entries {
        if let Some(field) = fields().find(|field| field.name == entry.key.text) {
            value(&field.kind, &mut entry.value);
        }
    }
}

/// Corrects unknown keys; `left`: another word of the language, which has a finding of its own.
fn keys<'n>(entries: &mut [Entry], known: impl Iterator<Item = &'n str>, left: impl Fn(&str) -> bool) {
    let known: Vec<&str> = known.collect();
    for place in 0..entries.len() {
        let entry = &entries[place];
        if known.contains(&entry.key.text.as_str()) || !entry.key.is_plain() || left(&entry.key.text) {
            continue;
        }
        let unused: Vec<&str> =
            known.iter().copied().filter(|name| !entries.iter().any(|other| other.key.text == *name)).collect();
        let meant = match synonyms::key(entry, unused.iter().copied()) {
            Some(_) => synonyms::alike(&entry.key.text, &unused),
            None => only_near(&entry.key.text, &unused),
        };
        if let Some(meant) = meant {
            respell(&mut entries[place], meant);
        }
    }
}

fn respell(entry: &mut Entry, meant: &str) {
    entry.key = Arc::new(Scalar::new(meant, Style::Misspelt, entry.key.place.clone()));
}

fn value(kind: &FieldKind, node: &mut Node) {
    match kind {
        FieldKind::Steps => each(node, &mut |node| named(node, steps::SPECS, STEP_KEYS)),
        FieldKind::Triggers => each(node, &mut |node| named(node, triggers::SPECS, TRIGGER_KEYS)),
        FieldKind::Many(kind) => each(node, &mut |node| value(kind, node)),
        FieldKind::Record(fields) => record(node, &[fields]),
        FieldKind::Cases => values(node, &FieldKind::Steps),
        FieldKind::MapOf(kind) => values(node, kind),
        FieldKind::Either(kinds) => {
            if let Some(kind) = kinds.iter().find(|kind| is_certainly(kind, node)).or_else(|| likely(kinds, node)) {
                value(kind, node);
            }
        }
        _ => {}
    }
}

/// Corrects one node, or each of a list.
fn each(node: &mut Node, mend: &mut dyn FnMut(&mut Node)) {
    match &mut node.kind {
        Kind::List(items) => items.iter_mut().for_each(mend),
        Kind::Map(_) => mend(node),
        Kind::Null | Kind::Scalar(_) => {}
    }
}

fn values(node: &mut Node, kind: &FieldKind) {
    if let Kind::Map(entries) = &mut node.kind {
        entries.iter_mut().for_each(|entry| value(kind, &mut entry.value));
    }
}

/// True if the map has one of the record's own keys.
fn is_certainly(kind: &FieldKind, node: &Node) -> bool {
    let FieldKind::Record(fields) = kind else { return false };
    fields.iter().any(|field| node.get(field.name).is_some())
}

/// The kind among several that fits such a value.
fn likely<'k>(kinds: &'k [FieldKind], node: &Node) -> Option<&'k FieldKind> {
    let takes_list = |kind: &&FieldKind| {
        matches!(kind, FieldKind::Many(_) | FieldKind::Steps | FieldKind::Triggers | FieldKind::List)
    };
    let takes_names = |kind: &&FieldKind| {
        matches!(kind, FieldKind::Cases | FieldKind::MapOf(_) | FieldKind::Map | FieldKind::Data | FieldKind::Steps)
    };
    match &node.kind {
        Kind::List(_) => kinds.iter().find(takes_list),
        Kind::Map(_) => {
            let is_record = |kind: &&FieldKind| matches!(kind, FieldKind::Record(_));
            kinds.iter().find(takes_names).or_else(|| kinds.iter().find(is_record))
        }
        Kind::Null | Kind::Scalar(_) => None,
    }
}

/// Corrects a step or a trigger, which is known by the key that names it.
fn named(node: &mut Node, specs: &[&'static Spec], common: &'static [FieldSpec]) {
    let Kind::Map(entries) = &mut node.kind else { return };
    let is_name = |name: &str| specs.iter().any(|spec| spec.name == name);
    let names = |entries: &[Entry]| {
        entries.iter().map(|entry| entry.key.text.clone()).filter(|key| is_name(key)).collect::<Vec<_>>()
    };
    let mut own = names(entries);
    let only_guard = own == ["if"] && !entries.iter().any(|entry| matches!(entry.key.text.as_str(), "then" | "else"));
    // `- question: …` is parsed as `ask`, so that the variable of its `as` is known. Beside an `if` it may be before or
    // behind it.
    let same = |entry: &Entry| {
        let text = entry.value.text().filter(|_| entry.key.is_plain());
        // `run: say hi` names no flow.
        let is_name = |ours: &str| !matches!(ours, "call" | "go") || text.is_some_and(|text| !text.contains(' '));
        text.is_some() && synonyms::same_step(&entry.key.text).is_some_and(is_name)
    };
    let stands = entries.iter().position(same).filter(|at| own.is_empty() && *at == 0 || only_guard);
    if let Some(at) = stands
        && let Some(ours) = synonyms::same_step(&entries[at].key.text)
        && let Some(spec) = specs.iter().find(|spec| spec.name == ours)
    {
        let fields: Vec<&str> = spec.fields.iter().chain(common).map(|field| field.name).collect();
        let goes_with = |key: &str| fields.contains(&key) || synonyms::alike(key, &fields).is_some();
        // With further keys of that other product, each would need a finding.
        if entries.iter().enumerate().all(|(other, entry)| other == at || goes_with(&entry.key.text)) {
            respell(&mut entries[at], ours);
            own = names(entries);
        }
    }
    let only_guard = only_guard && own == ["if"];
    if own.is_empty() || only_guard {
        let of_ours = || specs.iter().map(|spec| spec.name);
        let of_triggers = specs.iter().any(|spec| spec.name == "message");
        let other_trigger = |key: &str| of_triggers && synonyms::trigger(key).is_some();
        let said_otherwise =
            entries.first().is_some_and(|first| is_other_word(&first.key.text) || other_trigger(&first.key.text));
        // `do` beside an `if` means `then`.
        // A key of one of our steps, such as `with`, or of all, such as `id`, is no misspelt step.
        let is_field = |key: &str| {
            common.iter().any(|field| field.name == key) || specs.iter().any(|spec| spec.field(key).is_some())
        };
        let may_be = |key: &str| !is_name(key) && !is_field(key) && synonyms::alike(key, &["then", "else"]).is_none();
        let near = entries.iter().enumerate().filter(|(_, entry)| entry.key.is_plain() && may_be(&entry.key.text));
        let near = near
            .filter_map(|(at, entry)| Some((at, only_near(&entry.key.text, &of_ours().collect::<Vec<_>>())?)))
            .next();
        if let Some((at, meant)) = near.filter(|_| !said_otherwise) {
            respell(&mut entries[at], meant);
            own = names(entries);
        }
    }
    // `if` beside another verb is its condition.
    let name = own.iter().find(|name| *name != "if").or(own.first());
    let Some(spec) = name.and_then(|name| specs.iter().find(|spec| spec.name == name)) else { return };
    let fields = || spec.fields.iter().chain(common);
    if spec.name == "ask" && !entries.iter().any(|entry| entry.key.text == "options") {
        // `buttons` of a question are its options, which the step reports.
        entries.iter_mut().filter(|entry| entry.key.text == "buttons").for_each(|entry| respell(entry, "options"));
    }
    keys(entries, fields().map(|field| field.name), is_name);
    for entry in entries {
        if let Some(field) = fields().find(|field| field.name == entry.key.text) {
            value(&field.kind, &mut entry.value);
        }
    }
}
