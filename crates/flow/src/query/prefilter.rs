//! Converts the tags and condition of an audience into tests for the database: see `model::prefilter`.

mod compare;

use crate::{
    base::limits::{PREFILTER_CLAUSES_MAX, PREFILTER_TESTS_MAX},
    definition::{FlowSet, Kind},
    model::{
        answer::AnswerType,
        prefilter::{Clause, Prefilter},
    },
    script::Code,
};
use rhai::{Dynamic, Expr, Stmt};

/// The tests that the rows of all contacts with these tags and this condition pass.
pub fn prefilter(set: &FlowSet, tags: &[String], condition: Option<&Code>) -> Prefilter {
    let mut prefilter = Prefilter::of_all(tags);
    if let Some(condition) = condition.and_then(Code::single) {
        take(set, condition, &mut prefilter);
    }
    prefilter
}

/// Adds the tests of a condition; all parts of `&&` must be true.
fn take(set: &FlowSet, condition: &Expr, prefilter: &mut Prefilter) {
    match bare(condition) {
        Some(Expr::And(parts, _)) => parts.iter().for_each(|part| take(set, part, prefilter)),
        Some(other) => {
            prefilter.and(one_of(set, other).unwrap_or_default());
            clauses(set, other, true).into_iter().for_each(|clause| prefilter.clause(clause));
        }
        None => {}
    }
}

/// Clauses of which each has a true test whenever the condition is `holds`; empty: nothing is known. A clause that is
/// left out lets more contacts through, never fewer.
fn clauses(set: &FlowSet, condition: &Expr, holds: bool) -> Vec<Clause> {
    let Some(condition) = bare(condition) else { return Vec::new() };
    match (condition, holds) {
        (Expr::FnCall(call, _), _) if call.name.as_str() == "!" && call.args.len() == 1 => {
            clauses(set, &call.args[0], !holds)
        }
        (Expr::And(parts, _), true) | (Expr::Or(parts, _), false) => {
            parts.iter().flat_map(|part| clauses(set, part, holds)).collect()
        }
        // One of the parts is true, and with it all of its clauses.
        (Expr::Or(parts, _), true) | (Expr::And(parts, _), false) => {
            let mut all: Vec<Clause> = vec![Vec::new()];
            for part in parts.iter() {
                let own = clauses(set, part, holds);
                let both = all.iter().flat_map(|so_far| own.iter().map(|one| [&so_far[..], one].concat()));
                all = both.filter(|clause| clause.len() <= PREFILTER_TESTS_MAX).take(PREFILTER_CLAUSES_MAX).collect();
            }
            all
        }
        (other, _) => compare::test(set, other, holds).map(|test| vec![vec![test]]).unwrap_or_default(),
    }
}

/// Texts of which one is in the row whenever the condition is true; `None`: nothing is known.
fn one_of(set: &FlowSet, condition: &Expr) -> Option<Vec<String>> {
    match bare(condition)? {
        Expr::Or(parts, _) => {
            let each: Option<Vec<Vec<String>>> = parts.iter().map(|part| one_of(set, part)).collect();
            Some(each?.concat())
        }
        Expr::And(parts, _) => parts.iter().find_map(|part| one_of(set, part)),
        Expr::FnCall(call, _) if call.namespace.is_empty() => match (call.name.as_str(), call.args.as_slice()) {
            ("contains", [list, item]) if path(list)? == ["tags"] => Some(vec![text(item)?]),
            ("==", [a, b]) => compared(set, a, b).or_else(|| compared(set, b, a)),
            // An order comparison with nothing is never true, whatever the other side is.
            ("<" | "<=" | ">" | ">=", [a, b]) => there(set, a).or_else(|| there(set, b)),
            _ => None,
        },
        dotted @ Expr::Dot(..) => match compare::tagged(dotted) {
            Some(tag) => Some(vec![tag]),
            // Nothing does not count as true.
            None => there(set, dotted),
        },
        _ => None,
    }
}

/// `contact.x == literal`: nothing is equal to no literal.
fn compared(set: &FlowSet, a: &Expr, b: &Expr) -> Option<Vec<String>> {
    let literal = literal(b)?;
    let said = literal.clone().into_immutable_string().ok();
    if let (Some(said), [name]) = (&said, path(a)?.as_slice()) {
        let is_text = set.bot.fields.iter().any(|field| field.name == *name && field.kind == text_kind());
        if (is_text && there(set, a).is_some()) || *name == "name" {
            return Some(vec![said.to_string()]);
        }
    }
    there(set, a)
}

/// The key that must be in the row for this part of the contact to have a value.
fn there(set: &FlowSet, expr: &Expr) -> Option<Vec<String>> {
    let key = match path(expr)?.as_slice() {
        ["phone" | "country"] => "phone",
        ["name" | "first_name"] => "name",
        ["username"] => "username",
        // These have a value even if it is not in the row.
        ["language" | "zone" | "tags" | "consent" | "last_message_at"] => return None,
        ["consent", topic] => topic,
        [own] => set.bot.fields.iter().find(|field| field.name == *own && field.default.is_none())?.name.as_str(),
        _ => return None,
    };
    Some(vec![key.to_owned()])
}

/// The keys of `contact.a` and `contact.a.b`, without `contact`.
fn path(expr: &Expr) -> Option<Vec<&str>> {
    let Expr::Dot(pair, ..) = expr else { return None };
    let Expr::Variable(root, ..) = &pair.lhs else { return None };
    if root.1.as_str() != "contact" {
        return None;
    }
    match &pair.rhs {
        Expr::Property(property, _) => Some(vec![property.2.as_str()]),
        Expr::Dot(inner, ..) => match (&inner.lhs, &inner.rhs) {
            (Expr::Property(first, _), Expr::Property(second, _)) => Some(vec![first.2.as_str(), second.2.as_str()]),
            _ => None,
        },
        _ => None,
    }
}

fn text(expr: &Expr) -> Option<String> {
    literal(expr)?.into_immutable_string().ok().map(|text| text.to_string())
}

/// A literal text, number or boolean.
fn literal(expr: &Expr) -> Option<Dynamic> {
    match expr {
        Expr::StringConstant(text, _) => Some(text.clone().into()),
        Expr::IntegerConstant(number, _) => Some((*number).into()),
        Expr::FloatConstant(number, _) => Some((**number).into()),
        Expr::BoolConstant(truth, _) => Some((*truth).into()),
        _ => None,
    }
}

/// The expression without brackets around it.
fn bare(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Expr(inner)] => bare(inner),
            _ => None,
        },
        other => Some(other),
    }
}

fn text_kind() -> Kind {
    AnswerType::Text.into()
}
