//! Checks bookings out of the opening hours: a day without free times.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        yaml,
    },
    definition::{Flow, Node},
    script::Code,
};

pub fn check(flow: &Flow, findings: &Findings) {
    for ask in flow.nodes.iter().filter(|node| node.outline.verb == "ask") {
        if let Some(list) = offered(flow, ask) {
            maybe_none(flow, ask, list, findings);
        }
    }
}

/// The list of the question's options, if it is the free times of `hours.NAME.slots(…)`, or a variable that holds these.
/// Options beside the list are always there.
fn offered<'a>(flow: &Flow, ask: &'a Node) -> Option<&'a yaml::Node> {
    let options = ask.outline.yaml.get("options")?;
    let list = options.get("each").unwrap_or(options);
    let alone = options.get("also").is_none_or(|also| also.one_or_many().is_empty());
    list.text().filter(|text| alone && text.contains("${") && made_by(flow, text).contains(SLOTS)).map(|_| list)
}

/// The code that makes the list: of the text itself, or of the step that fills its variable.
fn made_by(flow: &Flow, text: &str) -> String {
    let name = sole_name(text).filter(|_| !text.contains(SLOTS));
    let Some(name) = name else { return text.to_owned() };
    let mut made = flow.nodes.iter().filter_map(|node| match node.outline.verb {
        "script" if node.outline.fills.as_deref() == Some(name) => node.outline.yaml.get("script")?.text(),
        _ => node.outline.yaml.get("set")?.get(name)?.text(),
    });
    made.find(|value| value.contains(SLOTS)).unwrap_or(text).to_owned()
}

const SLOTS: &str = ".slots(";
const FILTER: &str = ".filter(";

/// The name in `${free}`.
fn sole_name(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("${")?.strip_suffix('}')?.trim();
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

/// Reports options that can be none: the question would fail then.
fn maybe_none(flow: &Flow, ask: &Node, list: &yaml::Node, findings: &Findings) {
    let text = list.text().unwrap_or_default();
    let sifted = made_by(flow, text).contains(FILTER);
    let name = sole_name(text);
    let source = text.trim().trim_start_matches("${").trim_end_matches('}').trim();
    let asks_whether = |code: &Code| {
        let said = code.source();
        let same = said.contains(SLOTS) && (!sifted || said.contains(FILTER));
        let of_these = same || name.is_some_and(|name| said.contains(name));
        let offered = list.place.range().contains(&code.place().range().start);
        of_these && !offered && ["is_empty()", ".len()", "missing("].iter().any(|asked| said.contains(asked))
    };
    let handled = |node: &Node| node.on_error.is_some();
    // An input comes from a caller, who may have asked.
    let given = flow.inputs.iter().any(|input| text.contains(input.name.as_str()));
    let asked = flow.nodes.iter().flat_map(|node| node.outline.codes.iter().chain(&node.guard)).any(asks_whether);
    if asked || handled(ask) || flow.on_error.is_some() || given {
        return;
    }
    // So has a `check` that cannot be read, and asks this perhaps.
    let has_broken_check = |node: &Node| {
        let check = node.outline.yaml.get("check").and_then(yaml::Node::text);
        check.is_some_and(|check| check.contains(SLOTS))
            && !node.outline.codes.iter().any(|code| code.source().contains(SLOTS))
    };
    if flow.nodes.iter().any(has_broken_check) {
        return;
    }
    // Code that cannot be read has a finding, and so has a day that is no date.
    let is_read = || ask.outline.codes.iter().any(|code| code.source().contains(SLOTS));
    if text.contains(SLOTS) && !is_read() {
        return;
    }
    let message = match sifted {
        true => "on a day that is booked up nothing of these is left, and a question without options fails",
        false => "a day may have no free times, and a question without options fails",
    };
    let finding = Diagnostic::warning("W328", &list.place, message);
    let day = flow.nodes.iter().find(|node| {
        let day = node.outline.fills.as_deref();
        node.outline.verb == "ask" && day.is_some_and(|day| source.contains(&format!("{SLOTS}{day}")))
    });
    let kind = day.and_then(|day| day.outline.yaml.get("type")).and_then(yaml::Node::text);
    if day.is_some() && !matches!(kind, Some("date" | "datetime")) {
        return;
    }
    findings.push(match (day, name) {
        (Some(day), None) if !sifted => finding.label(&day.place, "the day is asked for here").help(format!(
            "write below the question for the day `check: '!{source}.is_empty()'`, and what to say in `invalid:`"
        )),
        _ => finding.help(format!("ask before: `- if: {source}.is_empty()` with `then: [{{say: …}}, end]`")),
    });
}
