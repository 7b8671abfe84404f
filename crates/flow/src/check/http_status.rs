//! Reports tests for a status that an `http` step never gives: without `accept`, all but 200 to 299 is its error.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        place::Place,
        yaml,
    },
    definition::{Flow, Node},
    script::Code,
    steps::Step,
};
use rhai::{ASTNode, Expr};
use std::ops::RangeInclusive;

/// The statuses that are no error without `accept`.
const FINE: RangeInclusive<i64> = 200..=299;

pub fn check(flow: &Flow, findings: &Findings) {
    for node in &flow.nodes {
        for code in &node.outline.codes {
            for asked in asked(flow, code) {
                findings.extend(asked.finding(node, code));
            }
        }
        findings.extend(case(flow, node));
    }
}

/// A comparison of the status of a step without `accept`.
struct Asked<'f> {
    step: &'f Place,
    op: String,
    status: i64,
}

impl Asked<'_> {
    fn finding(&self, node: &Node, code: &Code) -> Option<Diagnostic> {
        let holds = |status: i64| match self.op.as_str() {
            "==" => status == self.status,
            "!=" => status != self.status,
            "<" => status < self.status,
            "<=" => status <= self.status,
            ">" => status > self.status,
            _ => status >= self.status,
        };
        let (any, all) = (FINE.into_iter().any(holds), FINE.into_iter().all(holds));
        let other = node.outline.yaml.entry("else").filter(|_| node.outline.verb == "if");
        let (place, message) = match (any, all, other) {
            (false, ..) => {
                (code.place(), "this is never true: another status than 200 to 299 is an error of the `http` step")
            }
            // `== 200` is also false for 201 and 204.
            (true, all, Some(other)) if all || self.op == "==" => (
                other.key.place.clone(),
                "no status of an error comes here: the `http` step fails with it, and its `on_error` runs",
            ),
            _ => return None,
        };
        let finding = Diagnostic::warning("W618", &place, message).label(self.step, "this step");
        Some(finding.help(accept(if any { 404 } else { self.status })))
    }
}

fn accept(status: i64) -> String {
    let status = if FINE.contains(&status) || !(100..600).contains(&status) { 404 } else { status };
    format!(
        "write `accept: [200, {status}]` beside the `http` for what is no error, or say under `on_error` what happens"
    )
}

/// The step that fills this name, if it is the only one and has no `accept`.
fn step<'f>(flow: &'f Flow, name: &str) -> Option<&'f Place> {
    let mut fill = flow.nodes.iter().filter(|node| node.outline.fills.as_deref() == Some(name));
    let (first, more) = (fill.next()?, fill.next());
    let plain = matches!(&first.step, Step::Http(http) if http.accept.is_empty());
    (plain && more.is_none()).then_some(&first.place)
}

/// The comparisons `answer.status == 404` in some code.
fn asked<'f>(flow: &'f Flow, code: &Code) -> Vec<Asked<'f>> {
    let mut all = Vec::new();
    code.ast().walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, _))) = path.last()
            && matches!(call.name.as_str(), "==" | "!=" | "<" | "<=" | ">" | ">=")
            && let [left, Expr::IntegerConstant(status, _)] = call.args.as_slice()
            && let Some(step) = of_status(left).and_then(|name| step(flow, name))
        {
            all.push(Asked { step, op: call.name.to_string(), status: *status });
        }
        true
    });
    all
}

/// `answer` of `answer.status`.
fn of_status(expr: &Expr) -> Option<&str> {
    let Expr::Dot(pair, ..) = expr else { return None };
    match (&pair.lhs, &pair.rhs) {
        (Expr::Variable(name, ..), Expr::Property(property, _)) if property.2 == "status" => Some(name.1.as_str()),
        _ => None,
    }
}

/// The first case of a `switch` for such a status.
fn case(flow: &Flow, node: &Node) -> Option<Diagnostic> {
    let code = node.outline.codes.first().filter(|_| node.outline.verb == "switch")?;
    let step = step(flow, of_status(code.single()?)?)?;
    let cases = node.outline.yaml.get("cases").and_then(yaml::Node::map).unwrap_or_default();
    let never =
        |text: &str| text.split(',').all(|part| part.trim().parse().is_ok_and(|status| !FINE.contains(&status)));
    let first = cases.iter().find(|case| never(&case.key.text))?;
    let message = "this case is never taken: another status than 200 to 299 is an error of the `http` step";
    let finding = Diagnostic::warning("W618", &first.key.place, message).label(step, "this step");
    Some(finding.help(accept(first.key.text.split(',').next()?.trim().parse().unwrap_or(404))))
}
