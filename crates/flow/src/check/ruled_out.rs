//! Reports conditions that the `check` of a question rules out: of an answer from 1 to 5, `n > 10` is never true.

use super::dataflow::bounds::{Bound, apart, bound};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
        yaml,
    },
    definition::{Flow, Node},
    script::{Code, numeral},
};
use rhai::{ASTNode, Expr};

pub fn check(flow: &Flow, findings: &Findings) {
    for question in &flow.nodes {
        let Some((name, code)) = checked(flow, question) else { continue };
        let mut limits = Vec::new();
        code.single().into_iter().for_each(|condition| conjuncts(condition, name, &mut limits));
        // A check that nothing fulfils has a finding of its own.
        let contradict = |at: usize| limits[..at].iter().any(|limit| apart(limit, &limits[at], true));
        if limits.is_empty() || (1..limits.len()).any(contradict) {
            continue;
        }
        let place = code.place();
        for node in flow.nodes.iter().filter(|node| node.place != question.place) {
            for other in &node.outline.codes {
                compared(other, name, &mut |asked| {
                    let Some(limit) = limits.iter().find(|limit| apart(limit, asked, true)) else { return };
                    let at = (asked.position.line().unwrap_or(1), asked.position.position().unwrap_or(1));
                    let message = format!("this is never true: the `check` of `{name}` takes nothing with it");
                    findings.push(told(&other.place_at(at, asked.op.len()), &message, &place, limit));
                });
            }
            findings.extend(case(node, name, &limits, &place));
        }
    }
}

fn told(place: &Place, message: &str, check: &Place, limit: &Bound<'_>) -> Diagnostic {
    let finding = Diagnostic::warning("W315", place, message).label(check, "the check");
    finding.help(format!("each answer fulfils `{}`: change one of the two", limit.written()))
}

/// The answer and the `check` of a question, if nothing else fills this name.
fn checked<'f>(flow: &'f Flow, question: &'f Node) -> Option<(&'f str, &'f Code)> {
    let name = question.outline.fills.as_deref()?;
    let written = question.outline.yaml.get("check").filter(|_| question.outline.verb == "ask")?;
    let code = question.outline.codes.iter().find(|code| {
        let place = code.place();
        written.place.path() == place.path() && written.place.range().contains(&place.range().start)
    })?;
    let fills = |node: &Node| {
        let keys = node.outline.yaml.get("set").and_then(yaml::Node::map).unwrap_or_default();
        let repeated = node.outline.yaml.get("repeat").and_then(crate::steps::repeat::variable) == Some(name);
        node.outline.fills.as_deref() == Some(name) || repeated || keys.iter().any(|entry| entry.key.text == name)
    };
    let declared = flow.vars.contains_key(name) || flow.inputs.iter().any(|field| field.name == name);
    (!declared && flow.nodes.iter().filter(|node| fills(node)).count() == 1).then_some((name, code))
}

/// The comparisons of the name that all of `a && b` ask for.
fn conjuncts<'e>(condition: &'e Expr, name: &str, all: &mut Vec<Bound<'e>>) {
    match condition {
        Expr::And(parts, _) => parts.iter().for_each(|part| conjuncts(part, name, all)),
        one => all.extend(bound(one).filter(|bound| bound.name == name)),
    }
}

/// Calls a function for each comparison of the name in some code.
fn compared(code: &Code, name: &str, each: &mut dyn FnMut(&Bound<'_>)) {
    code.ast().walk(&mut |path| {
        if let Some(ASTNode::Expr(expr)) = path.last()
            && let Some(asked) = bound(expr).filter(|bound| bound.name == name)
        {
            each(&asked);
        }
        true
    });
}

/// The first case of a `switch` over the name that is a number outside of the limits.
fn case(node: &Node, name: &str, limits: &[Bound<'_>], check: &Place) -> Option<Diagnostic> {
    let code = node.outline.codes.first().filter(|_| node.outline.verb == "switch")?;
    let Some(Expr::Variable(variable, ..)) = code.single() else { return None };
    let cases = node.outline.yaml.get("cases").and_then(yaml::Node::map).filter(|_| variable.1 == name)?;
    let out = |text: &str| limits.iter().find(|limit| numeral(text).is_some_and(|number| limit.excludes(number)));
    cases.iter().find_map(|entry| {
        let all: Option<Vec<_>> = entry.key.text.split(',').map(|part| out(part.trim())).collect();
        let limit = *all?.first()?;
        let message = format!("this case is never taken: the `check` of `{name}` takes no such answer");
        Some(told(&entry.key.place, &message, check, limit))
    })
}
