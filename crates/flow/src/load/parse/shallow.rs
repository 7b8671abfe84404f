//! Moves the steps of an option that are beside it instead of below: one finding, and parsed as they were meant.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
        yaml::{Entry, Kind, Node, Scalar},
    },
    steps,
};

/// Corrects the options below a node.
pub(super) fn options(node: &mut Node, findings: &Findings) {
    match &mut node.kind {
        Kind::Null | Kind::Scalar(_) => {}
        Kind::List(items) => items.iter_mut().for_each(|item| options(item, findings)),
        Kind::Map(entries) => {
            beside_options(entries, findings);
            for entry in entries {
                if let ("options" | "also", Kind::List(items)) = (entry.key.text.as_str(), &mut entry.value.kind) {
                    items.iter_mut().for_each(|item| beside(item, findings));
                    items.iter_mut().for_each(|item| beside_title(item, findings));
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

/// Corrects `{id: book, title: Book, go: book}`, whose step stands under `do`.
fn beside_title(item: &mut Node, findings: &Findings) {
    let Kind::Map(entries) = &mut item.kind else { return };
    let has = |name: &str| entries.iter().any(|entry| entry.key.text == name);
    let Some(at) = entries.iter().position(is_step).filter(|_| (has("title") || has("id")) && !has("do")) else {
        return;
    };
    let step = &entries[at];
    let name = step.key.text.as_str();
    let message = format!("`option` has no key `{name}`: `{name}` is a step");
    let help = format!("write `do: {{{name}: {}}}`", step.value.text().unwrap_or("…"));
    findings.push(Diagnostic::error("E203", &step.key.place, message).help(help));
    let step = entries.remove(at);
    entries.push(under("do", step));
}

/// Corrects `go: book` as deep as `options:`, below the last option of a question.
fn beside_options(entries: &mut Vec<Entry>, findings: &Findings) {
    let of = |name: &str| entries.iter().position(|entry| entry.key.text == name);
    let (Some(_), Some(options)) = (of("ask"), of("options")) else { return };
    let jumps = |entry: &Entry| matches!(entry.key.text.as_str(), "go" | "call") && entry.value.text().is_some();
    let Some(at) = entries.iter().position(jumps).filter(|at| *at > options) else { return };
    let Some(last) = entries[options].value.list().and_then(<[Node]>::last).cloned() else { return };
    let step = entries.remove(at);
    let name = step.key.text.clone();
    // Behind a line that is too shallow YAML takes the next options for more of the name.
    let target = step.value.place.text().lines().next().unwrap_or_default().trim().to_owned();
    let open = last.map().and_then(|keys| keys.iter().find(|key| keys.len() == 1 && is_open(key)));
    let titled = last.get("title").and_then(Node::text);
    let title = open.map(|key| key.key.text.as_str()).or(titled).or(last.text()).unwrap_or_default();
    let written = match titled {
        Some(_) => format!("- {{…, title: {title}, do: {{{name}: {target}}}}}"),
        None => format!("- {title}: {{{name}: {target}}}"),
    };
    findings.push(match open {
        Some(_) => {
            let message = format!("`{name}` stands beside `options`, not below the option `{title}`");
            let finding = Diagnostic::error("E235", &step.key.place, message);
            finding.help(format!("write `{written}`"))
        }
        None => {
            let message = format!("`{name}` stands beside `options`, and no option leads to it");
            let finding = Diagnostic::error("E222", &step.key.place, message);
            finding.help(format!(
                "for one option write it there, such as `{written}`; for every answer write a second step, \
                 `- {name}: {target}`"
            ))
        }
    });
    // Its block counts as used.
    let place = step.value.place.clone();
    let value = Node { place: place.clone(), kind: Kind::Scalar(Scalar::at(&place, target.as_str())) };
    let step = Entry { key: step.key, value };
    let Kind::List(items) = &mut entries[options].value.kind else { return };
    let Some(item) = items.last_mut() else { return };
    match &mut item.kind {
        Kind::Map(keys) if keys.len() == 1 && is_open(&keys[0]) => {
            keys[0].value = Node { place, kind: Kind::Map(vec![step]) };
        }
        Kind::Map(keys) if titled.is_some() && !keys.iter().any(|key| key.key.text == "do") => {
            keys.push(under("do", step));
        }
        Kind::Scalar(title) if !title.is_broken() => {
            let value = Node { place, kind: Kind::Map(vec![step]) };
            item.kind = Kind::Map(vec![Entry { key: title.clone(), value }]);
        }
        Kind::Null | Kind::Scalar(_) | Kind::List(_) | Kind::Map(_) => {}
    }
}

/// A key with this step as its value.
fn under(key: &str, step: Entry) -> Entry {
    let place = step.key.place.clone();
    Entry { key: Scalar::at(&place, key), value: Node { place, kind: Kind::Map(vec![step]) } }
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
