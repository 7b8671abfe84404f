//! Moves the steps of an option that are beside it instead of below: one finding, and parsed as they were meant.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
        yaml::{Entry, Kind, Node},
    },
    steps,
};

/// Corrects the options below a node.
pub(super) fn options(node: &mut Node, findings: &Findings) {
    match &mut node.kind {
        Kind::Null | Kind::Scalar(_) => {}
        Kind::List(items) => items.iter_mut().for_each(|item| options(item, findings)),
        Kind::Map(entries) => {
            for entry in entries {
                if let ("options" | "also", Kind::List(items)) = (entry.key.text.as_str(), &mut entry.value.kind) {
                    items.iter_mut().for_each(|item| beside(item, findings));
                    behind(items, findings);
                }
                if let ("cases", Kind::Map(cases)) = (entry.key.text.as_str(), &mut entry.value.kind) {
                    below_its_case(cases, findings);
                }
                options(&mut entry.value, findings);
            }
        }
    }
}

/// Corrects `- Book:` with `go: book` in the same column below it.
fn beside(item: &mut Node, findings: &Findings) {
    let Kind::Map(entries) = &mut item.kind else { return };
    let [title, step, ..] = entries.as_slice() else { return };
    if !is_open(title) || !is_step(step) {
        return;
    }
    findings.push(finding(title, step, &step.key.place));
    let steps = entries.split_off(1);
    let place = steps[0].key.place.to(&steps[steps.len() - 1].value.place);
    entries[0].value = Node { place, kind: Kind::Map(steps) };
}

/// Corrects `- Book:` with `- go: book` in the same column below it.
fn behind(items: &mut Vec<Node>, findings: &Findings) {
    let mut at = 0;
    while at + 1 < items.len() {
        let (title, next) = (items[at].map(), items[at + 1].map());
        let (Some([title]), Some([step, ..])) = (title, next) else {
            at += 1;
            continue;
        };
        if !is_open(title) || !is_step(step) {
            at += 1;
            continue;
        }
        findings.push(finding(title, step, &step.key.place));
        let step = items.remove(at + 1);
        if let Kind::Map(entries) = &mut items[at].kind {
            entries[0].value = Node { place: step.place.clone(), kind: Kind::List(vec![step]) };
        }
        at += 1;
    }
}

/// Corrects `Madrid:` with `go: book` in the same column below it, in a `switch`.
fn below_its_case(cases: &mut Vec<Entry>, findings: &Findings) {
    let mut at = 0;
    while at + 1 < cases.len() {
        let (case, step) = (&cases[at], &cases[at + 1]);
        if case.value.is_null() && is_step(step) && step.value.text().is_some() {
            let (name, case) = (step.key.text.as_str(), case.key.text.as_str());
            let message = format!("`{name}` stands beside the case `{case}`, not below it");
            let finding = Diagnostic::error("E220", &step.key.place, message);
            findings.push(finding.help(format!("begin `{name}` two blanks deeper than `{case}`")));
            let step = cases.remove(at + 1);
            let place = step.key.place.to(&step.value.place);
            cases[at].value = Node { place, kind: Kind::Map(vec![step]) };
        }
        at += 1;
    }
}

/// True for `Book:` without a value.
fn is_open(entry: &Entry) -> bool {
    entry.value.is_null() && !OWN_KEYS.contains(&entry.key.text.as_str())
}

fn is_step(entry: &Entry) -> bool {
    let name = entry.key.text.as_str();
    steps::spec(name).is_some() && !OWN_KEYS.contains(&name) && !entry.value.is_null()
}

/// Keys of an option.
const OWN_KEYS: [&str; 5] = ["id", "title", "desc", "consent", "do"];

fn finding(title: &Entry, step: &Entry, place: &Place) -> Diagnostic {
    let (title, name) = (title.key.text.as_str(), step.key.text.as_str());
    let message = format!("`{name}` stands beside the option `{title}`, not below it");
    let finding = Diagnostic::error("E235", place, message);
    match step.value.text().filter(|text| !text.contains([',', '{', '}', '[', ']', '#', ':', '"', '\''])) {
        Some(value) => finding.help(format!(
            "write `- {title}: {{{name}: {value}}}`, or begin `{name}` two blanks deeper than `{title}`"
        )),
        None => finding.help(format!("begin `{name}` two blanks deeper than `{title}`")),
    }
}
