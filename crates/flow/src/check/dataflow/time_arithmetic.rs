//! Computes the distance of moments that expressions give, and their relation to the window.

use super::{
    transfer::text_of,
    window_age::{ANY, Age},
};
use crate::{
    base::{limits::WINDOW, time::Span, yaml},
    definition::Node,
};
use rhai::{Expr, Stmt};

/// `window.ends_at - now() - 2h` as numbers: the factors of the window's end and of now, and a span.
#[derive(Clone, Copy)]
pub(super) struct Linear {
    pub(super) ends: i64,
    pub(super) now: i64,
    pub(super) span: i64,
}

impl Linear {
    pub(super) fn minus(self, other: Linear) -> Linear {
        Linear { ends: self.ends - other.ends, now: self.now - other.now, span: self.span.saturating_sub(other.span) }
    }

    fn plus(self, other: Linear) -> Linear {
        Linear { ends: self.ends + other.ends, now: self.now + other.now, span: self.span.saturating_add(other.span) }
    }
}

pub(super) fn linear(expr: &Expr) -> Option<Linear> {
    let just = |ends, now, span| Some(Linear { ends, now, span });
    match expr {
        Expr::Dot(pair, ..) => match (&pair.lhs, &pair.rhs) {
            (Expr::Variable(root, ..), Expr::Property(property, _)) => match (root.1.as_str(), property.2.as_str()) {
                ("window", "ends_at") => just(1, 0, 0),
                ("contact", "last_message_at") => just(1, 0, -WINDOW.0),
                _ => None,
            },
            _ => None,
        },
        Expr::FnCall(call, _) if call.namespace.is_empty() => match (call.name.as_str(), call.args.as_slice()) {
            ("now", []) => just(0, 1, 0),
            ("hours", [Expr::IntegerConstant(n, _)]) => just(0, 0, n.saturating_mul(Span::hours(1).0)),
            ("minutes", [Expr::IntegerConstant(n, _)]) => just(0, 0, n.saturating_mul(Span::minutes(1).0)),
            ("days", [Expr::IntegerConstant(n, _)]) => just(0, 0, n.saturating_mul(Span::days(1).0)),
            ("+", [a, b]) => Some(linear(a)?.plus(linear(b)?)),
            ("-", [a, b]) => Some(linear(a)?.minus(linear(b)?)),
            _ => None,
        },
        _ => None,
    }
}

/// The distance of a moment that is written as `now() + hours(2)`, `window.ends_at - hours(2)` or
/// `today().at("18:00")`.
pub fn ahead(moment: &Expr) -> Option<Distance> {
    if let Some(days) = clock_of_day(moment) {
        return Some(Distance::Between(Span::days(days - 1), Span::days(days + 1)));
    }
    let linear = linear(moment)?;
    match (linear.ends, linear.now) {
        (0, 1) => Some(Distance::Between(Span(linear.span), Span(linear.span))),
        (1, 0) => Some(Distance::AtAge(Span(WINDOW.0.saturating_add(linear.span)))),
        _ => None,
    }
}

/// The number of days from today in `(today() + days(2)).at("18:00")`.
fn clock_of_day(moment: &Expr) -> Option<i64> {
    let Expr::Dot(pair, ..) = moment else { return None };
    let Expr::MethodCall(call, _) = &pair.rhs else { return None };
    (call.name.as_str() == "at").then(|| days_from_today(&pair.lhs))?
}

fn days_from_today(day: &Expr) -> Option<i64> {
    match day {
        Expr::FnCall(call, _) => match (call.name.as_str(), call.args.as_slice()) {
            ("today", []) => Some(0),
            ("days", [Expr::IntegerConstant(n, _)]) => {
                Some(*n).filter(|n| (-DAYS_FOLLOWED..=DAYS_FOLLOWED).contains(n))
            }
            ("+", [a, b]) => Some(days_from_today(a)? + days_from_today(b)?),
            ("-", [a, b]) => Some(days_from_today(a)? - days_from_today(b)?),
            _ => None,
        },
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Expr(inner)] => days_from_today(inner),
            [Stmt::FnCall(call, place)] => days_from_today(&Expr::FnCall(call.clone(), *place)),
            _ => None,
        },
        _ => None,
    }
}

/// Nobody waits longer than this.
const DAYS_FOLLOWED: i64 = 10_000;

/// The distance of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// From now; a moment in the past is reached at once.
    Between(Span, Span),
    /// After the contact's last message.
    AtAge(Span),
}

/// The age at such a moment, and the least and the most time until then.
pub fn reached(age: Age, ahead: Distance) -> (Age, Span, Span) {
    match ahead {
        Distance::Between(least, most) => {
            let (least, most) = (least.max(Span::ZERO), most.max(Span::ZERO));
            (age.later(least, most), least, most)
        }
        Distance::AtAge(at) => {
            let left = |age: Span| if age == ANY { Span::ZERO } else { Span(at.0.saturating_sub(age.0).max(0)) };
            let then = Age { least: age.least.max(at), most: age.most.max(at) };
            (then, left(age.most), left(age.least))
        }
    }
}

/// The possible time until a moment.
pub fn until(node: &Node, written: Option<&yaml::Node>) -> Distance {
    let code = written.and_then(|written| text_of(node, written)?.sole()?.single());
    if let Some(ahead) = code.and_then(ahead) {
        return ahead;
    }
    match written.and_then(yaml::Node::text) {
        // The next time at which the clock shows it.
        Some(text) if crate::load::hours::clock(text.trim()).is_some() => Distance::Between(Span::ZERO, Span::days(1)),
        // A moment that cannot be parsed has a finding, so no finding about the window follows.
        Some(text) if !text.contains("${") && !text.starts_with("hours.") => Distance::Between(Span::ZERO, Span::ZERO),
        Some(_) | None => Distance::Between(Span::ZERO, ANY),
    }
}
