//! Converts comparisons of an audience's condition into tests that the database can make.

use super::{bare, literal, path, text};
use crate::{
    base::{
        limits::{WINDOW, WINDOW_MARGIN},
        time::Span,
    },
    definition::{FlowSet, Kind},
    model::{
        answer::AnswerType,
        prefilter::{Day, Test},
    },
};
use rhai::{Dynamic, Expr};

/// The largest distance of a moment; beyond it there is no calendar.
const FARTHEST: Span = Span::days(366_000);

/// The test that is true in the row whenever this part of a condition is true, or false (`holds`); `None`: it cannot be
/// tested.
pub fn test(set: &FlowSet, condition: &Expr, holds: bool) -> Option<Test> {
    match bare(condition)? {
        Expr::FnCall(call, _) if call.namespace.is_empty() => match (call.name.as_str(), call.args.as_slice()) {
            ("contains", [list, item]) => {
                (path(list)? == ["tags"]).then_some(()).and_then(|()| text(item)).map(|is| Test::Tag { is, holds })
            }
            (sign, [a, b]) => {
                let (sign, same) = Sign::read(sign)?;
                let (a, b) = (bare(a)?, bare(b)?);
                let holds = holds == same;
                compared(set, a, (sign, holds), b).or_else(|| compared(set, b, (sign.turned(), holds), a))
            }
            _ => None,
        },
        other if is_window_open(other) => Some(match holds {
            true => Test::Heard { from: Some(Span::ZERO - WINDOW), to: None, or_never: false },
            false => Test::Heard { from: None, to: Some(WINDOW_MARGIN - WINDOW), or_never: true },
        }),
        other => match tagged(other) {
            Some(is) => Some(Test::Tag { is, holds }),
            None => truth(set, other, holds),
        },
    }
}

/// The tag in `contact.tags.contains("…")`.
pub(super) fn tagged(expr: &Expr) -> Option<String> {
    let Expr::Dot(pair, ..) = expr else { return None };
    let (Expr::Variable(root, ..), Expr::Dot(inner, ..)) = (&pair.lhs, &pair.rhs) else { return None };
    match (&inner.lhs, &inner.rhs) {
        (Expr::Property(property, _), Expr::MethodCall(call, _))
            if root.1.as_str() == "contact"
                && property.2.as_str() == "tags"
                && call.name.as_str() == "contains"
                && call.args.len() == 1 =>
        {
            text(&call.args[0])
        }
        _ => None,
    }
}

/// The test for `contact.vip`: a field that is declared as yes or no, without a default.
fn truth(set: &FlowSet, expr: &Expr, holds: bool) -> Option<Test> {
    let [name] = path(expr)?[..] else { return None };
    let is_truth = |kind: &Kind| *kind == Kind::from(AnswerType::YesNo);
    let field = set.bot.fields.iter().find(|field| field.name == *name && is_truth(&field.kind))?;
    field.default.is_none().then(|| Test::True { field: field.name.to_string(), holds })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Is,
    Less,
    More,
}

impl Sign {
    /// Parses a sign. The end of a range counts as included, because contacts at the end are tested afterwards. False:
    /// the sign negates.
    fn read(sign: &str) -> Option<(Sign, bool)> {
        match sign {
            "==" => Some((Sign::Is, true)),
            "!=" => Some((Sign::Is, false)),
            "<" | "<=" => Some((Sign::Less, true)),
            ">" | ">=" => Some((Sign::More, true)),
            _ => None,
        }
    }

    fn turned(self) -> Sign {
        match self {
            Sign::Is => Sign::Is,
            Sign::Less => Sign::More,
            Sign::More => Sign::Less,
        }
    }

    /// The range that the comparison leaves, for a value from `low` to `high`. `None`: a range cannot express it (not
    /// equal).
    fn ends<T>(self, holds: bool, low: T, high: T) -> Option<(Option<T>, Option<T>)> {
        match (self, holds) {
            (Sign::Is, true) => Some((Some(low), Some(high))),
            (Sign::Is, false) => None,
            (Sign::Less, true) | (Sign::More, false) => Some((None, Some(high))),
            (Sign::More, true) | (Sign::Less, false) => Some((Some(low), None)),
        }
    }
}

/// The test for a comparison. An order comparison with nothing is never true, so its negation includes contacts without
/// a value.
fn compared(set: &FlowSet, a: &Expr, (sign, holds): (Sign, bool), b: &Expr) -> Option<Test> {
    let path = path(a)?;
    if let (["consent", topic], Sign::Is) = (&path[..], sign) {
        let given = match text(b)?.as_str() {
            "given" => true,
            "withdrawn" => false,
            _ => return None,
        };
        return Some(Test::Consent { topic: (*topic).to_owned(), given, holds });
    }
    let [name] = path[..] else { return None };
    match name {
        "language" if sign == Sign::Is => {
            let is = text(b)?;
            // A contact without a language counts as speaking the bot's own.
            let or_none = (is == set.bot.language) == holds;
            Some(Test::Language { is, holds, or_none })
        }
        "name" if sign == Sign::Is => Some(Test::Name { is: text(b)?, holds }),
        "last_message_at" => {
            // A day is longer than the tolerance for a moment.
            let at = from_now(b, &["now"])?;
            let (from, to) = sign.ends(holds, at, at)?;
            Some(Test::Heard { from, to, or_never: !holds })
        }
        _ => {
            let field = set.bot.fields.iter().find(|field| field.name == *name && field.default.is_none())?;
            let is = |kinds: &[AnswerType]| kinds.iter().any(|kind| field.kind == Kind::from(*kind));
            let (field, or_none) = (field.name.to_string(), !holds);
            if is(&[AnswerType::Whole, AnswerType::Number]) {
                let (low, high) = number(&literal(b)?)?;
                let (from, to) = sign.ends(holds, low, high)?;
                return Some(Test::Number { field, from, to, or_none });
            }
            if is(&[AnswerType::Date, AnswerType::DateTime]) {
                let day = day(b)?;
                let (from, to) = sign.ends(holds, day, day)?;
                return Some(Test::Day { field, from, to, or_none });
            }
            if is(&[AnswerType::Text]) && sign == Sign::Is {
                return Some(Test::Text { field, is: text(b)?, holds });
            }
            None
        }
    }
}

/// The nearest whole numbers below and above.
fn number(literal: &Dynamic) -> Option<(i64, i64)> {
    if let Ok(whole) = literal.as_int() {
        // Beyond these numbers, a field with a floating point number cannot distinguish neighbours.
        return (whole.unsigned_abs() <= 1 << 53).then_some((whole, whole));
    }
    // Beyond these numbers, floating point has no decimals, and soon no exact whole numbers.
    let number = literal.as_float().ok().filter(|number| number.abs() < 9e15)?;
    Some((number.floor() as i64, number.ceil() as i64))
}

/// Parses `"2026-11-24"`, `date("2026-11-24")`, and days relative to now.
fn day(expr: &Expr) -> Option<Day> {
    let named = match bare(expr)? {
        Expr::FnCall(call, _) if call.name.as_str() == "date" => text(call.args.first()?),
        other => text(other),
    };
    match named {
        Some(date) => date.parse().ok().map(Day::On),
        None => from_now(expr, &["now", "today"]).map(Day::FromNow),
    }
}

/// The distance from now, for one of these functions, such as `now()`, with or without an added or subtracted span.
fn from_now(expr: &Expr, names: &[&str]) -> Option<Span> {
    let Expr::FnCall(call, _) = bare(expr)? else { return None };
    let at = match (call.name.as_str(), call.args.as_slice()) {
        (name, []) if names.contains(&name) => Span::ZERO,
        ("+", [at, span]) => from_now(at, names)?.0.checked_add(length(span)?.0).map(Span)?,
        ("-", [at, span]) => from_now(at, names)?.0.checked_sub(length(span)?.0).map(Span)?,
        _ => return None,
    };
    (at.0.abs() <= FARTHEST.0).then_some(at)
}

fn length(expr: &Expr) -> Option<Span> {
    let Expr::FnCall(call, _) = bare(expr)? else { return None };
    let unit = match call.name.as_str() {
        "seconds" => Span::seconds(1),
        "minutes" => Span::minutes(1),
        "hours" => Span::hours(1),
        "days" => Span::days(1),
        _ => return None,
    };
    let [count] = call.args.as_slice() else { return None };
    let count = literal(bare(count)?)?.as_int().ok()?;
    unit.0.checked_mul(count).map(Span)
}

/// True for `window.open`.
fn is_window_open(expr: &Expr) -> bool {
    let Expr::Dot(pair, ..) = expr else { return false };
    matches!((&pair.lhs, &pair.rhs), (Expr::Variable(root, ..), Expr::Property(property, _))
        if root.1.as_str() == "window" && property.2.as_str() == "open")
}
