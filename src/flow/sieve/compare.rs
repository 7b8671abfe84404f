//! Comparisons of an audience's condition, as far as the database can make them.

use super::{bare, literal, path, text};
use crate::{
    base::{
        limits::{WINDOW, WINDOW_MARGIN},
        time::Span,
    },
    flow::definition::{FlowSet, Kind},
    model::{
        answer::AnswerType,
        sieve::{Day, Test},
    },
};
use rhai::{Dynamic, Expr};

/// The farthest moment that is looked at from here: beyond it there is no calendar.
const FARTHEST: Span = Span::days(366_000);

/// What holds of the row wherever this part of a condition holds; `None`: nothing that can be compared.
pub fn test(set: &FlowSet, condition: &Expr) -> Option<Test> {
    match bare(condition)? {
        Expr::FnCall(call, _) if call.namespace.is_empty() => match (call.name.as_str(), call.args.as_slice()) {
            ("!", [inner]) if is_window_open(bare(inner)?) => {
                let to = WINDOW_MARGIN - WINDOW;
                Some(Test::Heard { from: None, to: Some(to), or_never: true })
            }
            (sign, [a, b]) => {
                let sign = Sign::read(sign)?;
                let (a, b) = (bare(a)?, bare(b)?);
                compared(set, a, sign, b).or_else(|| compared(set, b, sign.turned(), a))
            }
            _ => None,
        },
        other if is_window_open(other) => {
            Some(Test::Heard { from: Some(Span::ZERO - WINDOW), to: None, or_never: false })
        }
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Is,
    Less,
    More,
}

impl Sign {
    /// An end counts as included: whoever stands at it is asked afterwards.
    fn read(sign: &str) -> Option<Sign> {
        match sign {
            "==" => Some(Sign::Is),
            "<" | "<=" => Some(Sign::Less),
            ">" | ">=" => Some(Sign::More),
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

    /// The ends that it leaves, of what is compared with something from `low` to `high`.
    fn ends<T>(self, low: T, high: T) -> (Option<T>, Option<T>) {
        match self {
            Sign::Is => (Some(low), Some(high)),
            Sign::Less => (None, Some(high)),
            Sign::More => (Some(low), None),
        }
    }
}

fn compared(set: &FlowSet, a: &Expr, sign: Sign, b: &Expr) -> Option<Test> {
    let [name] = path(a)?[..] else { return None };
    match name {
        "language" if sign == Sign::Is => {
            let is = text(b)?;
            // Who has none of their own is taken to speak the bot's.
            let or_none = is == set.bot.language;
            Some(Test::Language { is, or_none })
        }
        "last_message_at" => {
            // A day is longer than what a moment is given room.
            let at = from_now(b, &["now"])?;
            let (from, to) = sign.ends(at, at);
            Some(Test::Heard { from, to, or_never: false })
        }
        _ => {
            let field = set.bot.fields.iter().find(|field| field.name == *name && field.default.is_none())?;
            let is = |kinds: &[AnswerType]| kinds.iter().any(|kind| field.kind == Kind::from(*kind));
            let field = field.name.to_string();
            if is(&[AnswerType::Whole, AnswerType::Number]) {
                let (low, high) = number(&literal(b)?)?;
                let (from, to) = sign.ends(low, high);
                return Some(Test::Number { field, from, to });
            }
            if is(&[AnswerType::Date, AnswerType::DateTime]) {
                let day = day(b)?;
                let (from, to) = sign.ends(day, day);
                return Some(Test::Day { field, from, to });
            }
            None
        }
    }
}

/// The whole numbers around it.
fn number(literal: &Dynamic) -> Option<(i64, i64)> {
    if let Ok(whole) = literal.as_int() {
        return Some((whole, whole));
    }
    // Beyond these a number has no decimals, and soon no whole number of ours.
    let number = literal.as_float().ok().filter(|number| number.abs() < 9e15)?;
    Some((number.floor() as i64, number.ceil() as i64))
}

/// `"2026-11-24"`, `date("2026-11-24")`, and what counts from now on.
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

/// One of these functions, such as `now()`, and one with a length of time added or taken away.
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

/// `window.open`.
fn is_window_open(expr: &Expr) -> bool {
    let Expr::Dot(pair, ..) = expr else { return false };
    matches!((&pair.lhs, &pair.rhs), (Expr::Variable(root, ..), Expr::Property(property, _))
        if root.1.as_str() == "window" && property.2.as_str() == "open")
}
