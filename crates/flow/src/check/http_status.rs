//! Reports tests for a status that an `http` step never gives: without `accept`, all but 200 to 299 is its error, with
//! it all that it does not list.

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

/// The statuses that are no error of a step.
#[derive(Clone, Copy)]
struct Fine<'f>(&'f [u16]);

impl Fine<'_> {
    fn all(self) -> Vec<i64> {
        match self.0 {
            [] => (200..=299).collect(),
            listed => listed.iter().copied().map(i64::from).collect(),
        }
    }

    fn has(self, status: i64) -> bool {
        self.all().contains(&status)
    }

    fn words(self) -> String {
        match self.0 {
            [] => "another status than 200 to 299 is an error of the `http` step".to_owned(),
            _ => format!("another status than {} of its `accept` is an error of the `http` step", self.listed()),
        }
    }

    fn listed(self) -> String {
        self.0.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
    }
}

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

/// A comparison of the status of a step.
struct Asked<'f> {
    step: &'f Place,
    fine: Fine<'f>,
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
        let (any, all) = (self.fine.all().into_iter().any(holds), self.fine.all().into_iter().all(holds));
        let other = node.outline.yaml.entry("else").filter(|_| node.outline.verb == "if");
        let (place, message) = match (any, all, other) {
            (false, ..) => (code.place(), format!("this is never true: {}", self.fine.words())),
            // `== 200` is also false for 201 and 204.
            (true, all, Some(other)) if all || self.op == "==" && self.fine.0.is_empty() => (
                other.key.place.clone(),
                "no status of an error comes here: the `http` step fails with it, and its `on_error` runs".to_owned(),
            ),
            _ => return None,
        };
        let finding = Diagnostic::warning("W618", &place, message).label(self.step, "this step");
        Some(finding.help(accept(self.fine, if any { 404 } else { self.status })))
    }
}

fn accept(fine: Fine<'_>, status: i64) -> String {
    let status = if fine.has(status) || !(100..600).contains(&status) { 404 } else { status };
    let known = if fine.0.is_empty() { "200".to_owned() } else { fine.listed() };
    format!(
        "write `accept: [{known}, {status}]` beside the `http` for what is no error, or say under `on_error` what happens"
    )
}

/// The step that fills this name, if it is the only one, and the statuses that it accepts.
fn step<'f>(flow: &'f Flow, name: &str) -> Option<(&'f Place, Fine<'f>)> {
    let mut fill = flow.nodes.iter().filter(|node| node.outline.fills.as_deref() == Some(name));
    let (first, more) = (fill.next()?, fill.next());
    let Step::Http(http) = &first.step else { return None };
    more.is_none().then_some((&first.place, Fine(&http.accept)))
}

/// The comparisons `answer.status == 404` in some code.
fn asked<'f>(flow: &'f Flow, code: &Code) -> Vec<Asked<'f>> {
    let mut all = Vec::new();
    code.ast().walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::FnCall(call, _))) = path.last()
            && matches!(call.name.as_str(), "==" | "!=" | "<" | "<=" | ">" | ">=")
            && let [left, Expr::IntegerConstant(status, _)] = call.args.as_slice()
            && let Some((step, fine)) = of_status(left).and_then(|name| step(flow, name))
        {
            all.push(Asked { step, fine, op: call.name.to_string(), status: *status });
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
    let (step, fine) = step(flow, of_status(code.single()?)?)?;
    let cases = node.outline.yaml.get("cases").and_then(yaml::Node::map).unwrap_or_default();
    let never = |text: &str| text.split(',').all(|part| part.trim().parse().is_ok_and(|status| !fine.has(status)));
    let first = cases.iter().find(|case| never(&case.key.text))?;
    let message = format!("this case is never taken: {}", fine.words());
    let finding = Diagnostic::warning("W618", &first.key.place, message).label(step, "this step");
    Some(finding.help(accept(fine, first.key.text.split(',').next()?.trim().parse().unwrap_or(404))))
}
