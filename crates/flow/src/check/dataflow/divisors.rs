//! Reports a division by an answer that can be 0, which ends the flow with an error.

use super::exprs::Eval;
use crate::{
    base::diagnostic::Diagnostic,
    definition::{Flow, Node},
};
use rhai::{Expr, Position};

/// Checks the right side of `/` and `%`.
pub fn check(eval: &mut Eval<'_>, op: &str, divisor: &Expr, position: Position) {
    let Expr::Variable(variable, ..) = divisor else { return };
    let name = variable.1.as_str();
    if eval.judge.is_none() || !is_any_number(eval.flow, name) || is_compared(eval.flow, name) {
        return;
    }
    let place = eval.place(position, op.len());
    eval.bad(|| {
        let message = format!("`{name}` can be 0, and nothing can be divided by 0");
        Diagnostic::warning("W329", &place, message).help(format!(
            "write `check: {name} > 0` beside its `ask`, or divide only where it is more, `if: {name} > 0`"
        ))
    });
}

/// True if only questions for a number without a `check` fill the variable.
fn is_any_number(flow: &Flow, name: &str) -> bool {
    let fills = |node: &&Node| node.outline.fills.as_deref() == Some(name);
    let asks = |node: &Node| {
        let written = &node.outline.yaml;
        let kind = written.get("type").and_then(|kind| kind.text());
        node.outline.verb == "ask"
            && matches!(kind, Some("whole" | "number"))
            && written.get("check").is_none()
            && written.get("options").is_none()
    };
    let mut all = flow.nodes.iter().filter(fills).peekable();
    let sets = |node: &Node| {
        node.outline.verb == "set" && node.outline.yaml.get("set").is_some_and(|set| set.get(name).is_some())
    };
    all.peek().is_some() && all.all(asks) && !flow.nodes.iter().any(sets)
}

/// True if a condition of the flow compares the variable.
fn is_compared(flow: &Flow, name: &str) -> bool {
    let compares = |source: &str| {
        let mut words = source.split(|c: char| !c.is_alphanumeric() && c != '_');
        source.contains(['<', '>', '=']) && words.any(|word| word == name)
    };
    let mut codes = flow.nodes.iter().flat_map(|node| node.guard.iter().chain(&node.outline.codes));
    codes.any(|code| compares(code.source()))
}
