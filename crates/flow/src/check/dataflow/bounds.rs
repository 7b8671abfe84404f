//! Reports `size >= 5 && size <= 1`, which nothing fulfils, and `size >= 1 || size <= 5`, which everything does.

use super::{compare::named, exprs::Eval};
use crate::base::diagnostic::Diagnostic;
use rhai::{Expr, Position};

/// One comparison of a name with a literal.
pub struct Bound<'e> {
    pub name: String,
    pub op: &'static str,
    literal: Literal<'e>,
    pub position: Position,
}

#[derive(Clone, Copy, PartialEq)]
enum Literal<'e> {
    Number(f64),
    Text(&'e str),
}

/// Looks at the parts of `a && b` (`and`), or of `a || b`.
pub fn check(eval: &mut Eval<'_>, parts: &[Expr], and: bool) {
    if eval.judge.is_none() {
        return;
    }
    let bounds: Vec<Bound<'_>> = parts.iter().filter_map(bound).collect();
    for (at, second) in bounds.iter().enumerate() {
        let first = bounds[..at].iter().find(|first| first.name == second.name && apart(first, second, and));
        let Some(first) = first else { continue };
        let place = eval.place(second.position, second.op.len());
        let (one, other) = (first.written(), second.written());
        let message = match and {
            true => format!("this is never true: no value fulfils `{one}` and also `{other}`"),
            false => format!("this is always true: every value fulfils `{one}` or `{other}`"),
        };
        let help = match (and, first.literal, second.literal) {
            (true, Literal::Number(a), Literal::Number(b)) if first.op != "==" && second.op != "==" => {
                let (least, most) = (a.min(b), a.max(b));
                format!(
                    "for {least} to {most} write `{0} >= {least} && {0} <= {most}`; for one or the other `||`",
                    second.name
                )
            }
            (true, ..) => "for one or the other write `||`".to_owned(),
            (false, ..) => "for both write `&&`".to_owned(),
        };
        let help = eval.code.within_quotes(&help);
        if let Some(judge) = &mut eval.judge {
            judge.bad_as("bounds", Diagnostic::warning("W315", &place, message).help(help));
        }
        return;
    }
}

impl Bound<'_> {
    /// True if the comparison is false for this number.
    pub fn excludes(&self, number: f64) -> bool {
        matches!(self.literal, Literal::Number(limit) if !fulfils(number, self.op, limit))
    }

    pub fn written(&self) -> String {
        match self.literal {
            Literal::Number(number) => format!("{} {} {number}", self.name, self.op),
            Literal::Text(text) => format!("{} {} \"{text}\"", self.name, self.op),
        }
    }
}

/// The comparison that this expression is, if one side is a literal.
pub fn bound(expr: &Expr) -> Option<Bound<'_>> {
    let Expr::FnCall(call, position) = expr else { return None };
    let [left, right] = call.args.as_slice() else { return None };
    let op = ["==", "!=", "<=", ">=", "<", ">"].into_iter().find(|op| call.name == *op)?;
    let (name, literal, op) = match (literal(left), literal(right)) {
        (None, Some(literal)) => (named(left)?, literal, op),
        (Some(literal), None) => (named(right)?, literal, turned(op)),
        _ => return None,
    };
    Some(Bound { name, op, literal, position: *position })
}

fn literal(expr: &Expr) -> Option<Literal<'_>> {
    match expr {
        Expr::IntegerConstant(number, _) => Some(Literal::Number(*number as f64)),
        Expr::FloatConstant(number, _) => Some(Literal::Number(**number)),
        Expr::StringConstant(text, _) => Some(Literal::Text(text.as_str())),
        _ => None,
    }
}

fn turned(op: &'static str) -> &'static str {
    match op {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        other => other,
    }
}

/// True if no value fulfils both; for `||`, if none fulfils neither.
pub fn apart(first: &Bound<'_>, second: &Bound<'_>, and: bool) -> bool {
    let ops = if and { (first.op, second.op) } else { (opposite(first.op), opposite(second.op)) };
    match (first.literal, second.literal) {
        (Literal::Text(a), Literal::Text(b)) => a != b && ops == ("==", "=="),
        (Literal::Number(a), Literal::Number(b)) => match ops {
            ("==", "==") => a != b,
            ("!=", _) | (_, "!=") => false,
            ("==", op) => !fulfils(a, op, b),
            (op, "==") => !fulfils(b, op, a),
            (">" | ">=", ">" | ">=") | ("<" | "<=", "<" | "<=") => false,
            (">=", "<=") => a > b,
            ("<=", ">=") => a < b,
            (">" | ">=", _) => a >= b,
            _ => a <= b,
        },
        _ => false,
    }
}

fn opposite(op: &str) -> &'static str {
    match op {
        "==" => "!=",
        "!=" => "==",
        "<" => ">=",
        "<=" => ">",
        ">" => "<=",
        _ => "<",
    }
}

fn fulfils(number: f64, op: &str, limit: f64) -> bool {
    match op {
        "<" => number < limit,
        "<=" => number <= limit,
        ">" => number > limit,
        "==" => number == limit,
        "!=" => number != limit,
        _ => number >= limit,
    }
}
