//! Checks bookings out of the opening hours: a day without free times, and times on another clock.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        yaml,
    },
    definition::{Flow, Node},
    script::Code,
};
use rhai::{ASTNode, Expr};

pub fn check(flow: &Flow, findings: &Findings) {
    let asks: Vec<&Node> = flow.nodes.iter().filter(|node| node.outline.verb == "ask" && offered(flow, node)).collect();
    for ask in &asks {
        maybe_none(flow, ask, findings);
    }
    let hours: Vec<&str> = asks.iter().filter_map(|ask| ask.outline.fills.as_deref()).collect();
    if hours.is_empty() {
        return;
    }
    for code in flow.nodes.iter().flat_map(|node| &node.outline.codes) {
        whose_clock(code, &hours, findings);
    }
}

/// True if the options of the question are the free times of `hours.NAME.slots(…)`, or a variable that holds these.
fn offered(flow: &Flow, ask: &Node) -> bool {
    ask.outline
        .yaml
        .get("options")
        .and_then(yaml::Node::text)
        .is_some_and(|text| text.contains("${") && is_slots(flow, text))
}

fn is_slots(flow: &Flow, text: &str) -> bool {
    let filled = |node: &Node| {
        let value = node.outline.yaml.get("set").and_then(|set| set.get(sole_name(text)?)?.text());
        value.is_some_and(|value| value.contains(SLOTS))
    };
    text.contains(SLOTS) || flow.nodes.iter().any(filled)
}

const SLOTS: &str = ".slots(";

/// The name in `${free}`.
fn sole_name(text: &str) -> Option<&str> {
    let name = text.trim().strip_prefix("${")?.strip_suffix('}')?.trim();
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

/// Reports options that can be none: the question would fail then.
fn maybe_none(flow: &Flow, ask: &Node, findings: &Findings) {
    let Some(options) = ask.outline.yaml.get("options") else { return };
    let text = options.text().unwrap_or_default();
    let name = sole_name(text);
    let source = text.trim().trim_start_matches("${").trim_end_matches('}').trim();
    let asks_whether = |code: &Code| {
        let said = code.source();
        let of_these = said.contains(SLOTS) || name.is_some_and(|name| said.contains(name));
        of_these && ["is_empty()", ".len()", "missing("].iter().any(|asked| said.contains(asked))
    };
    let handled = |node: &Node| node.on_error.is_some();
    // An input comes from a caller, who may have asked.
    let given = flow.inputs.iter().any(|input| text.contains(input.name.as_str()));
    let asked = flow.nodes.iter().flat_map(|node| node.outline.codes.iter().chain(&node.guard)).any(asks_whether);
    if asked || handled(ask) || flow.on_error.is_some() || given {
        return;
    }
    // Code that cannot be read has a finding, and so has a day that is no date.
    let is_read = || ask.outline.codes.iter().any(|code| code.source().contains(SLOTS));
    if text.contains(SLOTS) && !is_read() {
        return;
    }
    let message = "a day may have no free times, and a question without options fails";
    let finding = Diagnostic::warning("W328", &options.place, message);
    let day = flow.nodes.iter().find(|node| {
        let day = node.outline.fills.as_deref();
        node.outline.verb == "ask" && day.is_some_and(|day| source.contains(&format!("{SLOTS}{day}")))
    });
    let kind = day.and_then(|day| day.outline.yaml.get("type")).and_then(yaml::Node::text);
    if day.is_some() && !matches!(kind, Some("date" | "datetime")) {
        return;
    }
    findings.push(match (day, name) {
        (Some(day), None) => finding.label(&day.place, "the day is asked for here").help(format!(
            "write below the question for the day `check: '!{source}.is_empty()'`, and what to say in `invalid:`"
        )),
        _ => finding.help(format!("ask before: `- if: {source}.is_empty()` with `then: [{{say: …}}, end]`")),
    });
}

/// Reports `day.at(hour)`, where the hour is one of the opening hours, which are on the bot's clock.
fn whose_clock(code: &Code, hours: &[&str], findings: &Findings) {
    code.ast().walk(&mut |path| {
        let (call, position) = match path.last() {
            Some(ASTNode::Expr(Expr::MethodCall(call, position) | Expr::FnCall(call, position))) => (call, *position),
            _ => return true,
        };
        let hour = match call.args.last() {
            Some(Expr::Variable(name, ..)) if call.name == "at" && call.args.len() == 1 => name.1.as_str(),
            _ => return true,
        };
        if hours.contains(&hour) {
            let at = (position.line().unwrap_or(1), position.position().unwrap_or(1));
            let place = code.place_at(at, "at".len());
            let message = format!(
                "`{hour}` is a time of the opening hours, on the bot's clock, and `.at({hour})` takes it for one on the \
                 customer's: who is elsewhere gets another hour"
            );
            let help = code.within_quotes(&format!("`.at({hour}, \"bot\")`"));
            findings.push(Diagnostic::warning("W327", &place, message).help(format!("write {help}")));
        }
        true
    });
}
