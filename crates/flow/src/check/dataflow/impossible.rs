//! Reports comparisons with values that one side never has: `weekday == 0`, and `""` for a field that is missing.

use super::{
    compare::named,
    exprs::Eval,
    paths::root,
    types::{Kinds, ValueType},
};
use crate::{base::diagnostic::Diagnostic, script::clock};
use rhai::{Expr, Position};

/// Parts of dates and times, with their least and greatest value.
const PARTS: [(&str, i64, i64, &str); 6] = [
    ("year", 1000, 9999, "a year has four digits: write `2026`"),
    ("weekday", 1, 7, "Monday is 1 and Sunday 7"),
    ("month", 1, 12, "January is 1 and December 12"),
    ("day", 1, 31, "the first day of a month is 1"),
    ("hour", 0, 23, "midnight is 0, and the last hour of a day 23"),
    ("minute", 0, 59, "the last minute of an hour is 59"),
];

/// Reports a part of a date that is compared with a number outside of it. True if it did.
pub fn out_of_range(
    eval: &mut Eval<'_>,
    op: &str,
    left: (&Expr, &ValueType),
    right: (&Expr, &ValueType),
    position: Position,
) -> bool {
    let (part, number, op) = match (left, right) {
        ((expr, ty), (Expr::IntegerConstant(number, _), _)) => ((expr, ty), *number, op),
        ((Expr::IntegerConstant(number, _), _), (expr, ty)) => ((expr, ty), *number, turned(op)),
        _ => return false,
    };
    let Some(&(name, least, most, words)) = PARTS.iter().find(|(name, ..)| last(part.0) == Some(name)) else {
        return false;
    };
    // A key of a map that somebody named `day` may be any number.
    let of_map =
        root(part.0).and_then(|name| eval.state.var(eval.flow, name)).is_some_and(|ty| ty.kinds.meets(Kinds::MAP));
    if of_map || part.1.kinds.without(Kinds::MISSING) != Kinds::WHOLE || (least..=most).contains(&number) {
        return false;
    }
    let holds = match op {
        "==" | "!=" => op == "!=",
        "<" | "<=" => number > most,
        _ => number < least,
    };
    // `hour < 24` is true for every hour, and harmless.
    if holds && op != "!=" {
        return false;
    }
    let place = eval.place(position, op.len());
    let always = if holds { "always true" } else { "never true" };
    eval.bad(|| {
        let message = format!("this is {always}: `{name}` is {least} to {most}");
        Diagnostic::warning("W315", &place, message).help(words)
    });
    true
}

/// Reports `contact.city == ""`: who has none is not found by it. True if it did.
pub fn empty_field(
    eval: &mut Eval<'_>,
    op: &str,
    left: (&Expr, &ValueType),
    right: (&Expr, &ValueType),
    position: Position,
) -> bool {
    let is_empty = |expr: &Expr| matches!(expr, Expr::StringConstant(text, _) if text.is_empty());
    let (field, ty) = match (is_empty(left.0), is_empty(right.0)) {
        (false, true) => left,
        (true, false) => right,
        _ => return false,
    };
    let name = named(field).filter(|name| name.starts_with("contact.") && matches!(op, "==" | "!="));
    let missing_or_text = ty.kinds.meets(Kinds::MISSING) && ty.kinds.without(Kinds::MISSING) == Kinds::TEXT;
    let Some(name) = name.filter(|_| missing_or_text) else { return false };
    let place = eval.place(position, op.len());
    let (always, not) = if op == "!=" { ("true", "!") } else { ("false", "") };
    eval.bad(|| {
        let message = format!("this is {always} for everybody without one: a missing `{name}` is no empty text");
        let finding = Diagnostic::warning("W315", &place, message);
        finding.help(format!("to ask whether a value is there write `{not}missing({name})`"))
    });
    true
}

/// The advice for a part of a date that is compared with a text: `weekday == "lunes"`, `hour > "18:00"`.
pub fn part_as_text(part: &Expr, text: &str) -> Option<String> {
    let &(name, .., words) = PARTS.iter().find(|(name, ..)| last(part) == Some(name))?;
    Some(match name {
        "hour" | "minute" if clock(text).is_some() => {
            format!("`{name}` is a number: for a time of day write `.time` in place of `.{name}`")
        }
        _ => format!("`{name}` is a number: {words}"),
    })
}

/// The last name of `today().weekday`.
fn last(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Dot(pair, ..) => last(&pair.rhs),
        Expr::Property(property, _) => Some(property.2.as_str()),
        _ => None,
    }
}

fn turned(op: &str) -> &str {
    match op {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        other => other,
    }
}
