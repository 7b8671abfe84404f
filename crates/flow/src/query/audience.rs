//! Selects and orders the contacts for `for:` of a `start` step, and finds the time of the start in each contact's
//! zone.

use crate::{
    base::time::Time,
    engine::{
        turn::{Seen, Turn},
        views,
    },
    load::hours,
    model::{effect::Audience, prefilter::Prefilter, session::Session, value::Value},
    script,
    steps::{Step, start::AudienceSpec},
    world::{Versions, World},
};
use std::cmp::Ordering;

/// True if the contact of `world` is selected. False if the condition fails or the step no longer exists.
pub fn is_meant(versions: &Versions, audience: &Audience, world: &World<'_>) -> bool {
    let Some(meant) = meant(versions, audience) else { return false };
    // A contact that was joined to another one is selected as that one.
    if world.contact.data.is_gone() || !audience.tags.iter().all(|tag| world.contact.data.tags.contains(tag)) {
        return false;
    }
    let Some(condition) = &meant.condition else { return true };
    let turn = Turn::new(versions, Session::default(), world);
    turn.in_scope(turn.live(), &seen(audience), |scope| condition.holds(scope)).unwrap_or(false)
}

/// The conditions that the rows of selected contacts must meet.
pub fn prefilter(versions: &Versions, audience: &Audience) -> Prefilter {
    let (meant, set) = (meant(versions, audience), versions.get(audience.version));
    match (meant, set) {
        (Some(meant), Some(set)) => super::prefilter::prefilter(set, &audience.tags, meant.condition.as_ref()),
        (None, _) | (_, None) => Prefilter::default(),
    }
}

/// True if the author wrote an order.
pub fn is_ordered(versions: &Versions, audience: &Audience) -> bool {
    meant(versions, audience).is_some_and(|meant| meant.order.is_some())
}

/// The value by which the contact of `world` is ordered.
pub fn rank(versions: &Versions, audience: &Audience, world: &World<'_>) -> Value {
    let Some(order) = meant(versions, audience).and_then(|meant| meant.order.as_ref()) else { return Value::Nothing };
    let turn = Turn::new(versions, Session::default(), world);
    turn.in_scope(turn.live(), &seen(audience), |scope| order.eval(scope)).unwrap_or_default()
}

/// Compares two such values: the smallest first, no value last, as `sort` does.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    script::sorted(a, b)
}

/// The next moment at which it is this time in the zone of the contact of `world`.
pub fn next_clock(versions: &Versions, clock: &str, world: &World<'_>) -> Option<Time> {
    let turn = Turn::new(versions, Session::default(), world);
    let clock: jiff::civil::Time = clock.parse().ok()?;
    hours::next_clock(&views::local_now(&turn, turn.live()), clock).map(|at| Time(at.timestamp().as_millisecond()))
}

fn meant<'v>(versions: &'v Versions, audience: &Audience) -> Option<&'v AudienceSpec> {
    let set = versions.get(audience.version)?;
    let flow = set.any_flow(&audience.flow)?;
    match &flow.node(flow.find(&audience.step)?).step {
        Step::Start(start) => start.whom.as_ref(),
        _ => None,
    }
}

fn seen(audience: &Audience) -> Seen<'_> {
    const NOTHING: &Value = &Value::Nothing;
    Seen { vars: Some(&audience.vars), event: &audience.event, msg: NOTHING, handoff: NOTHING, error: None, extra: &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_comes_first_and_nothing_last() {
        let day = |text: &str| Value::Date(text.parse().unwrap());
        let mut all = [Value::Nothing, Value::Number(2.5), Value::Whole(10), Value::Whole(-1)];
        all.sort_by(compare);
        assert_eq!(all, [Value::Whole(-1), Value::Number(2.5), Value::Whole(10), Value::Nothing]);
        let mut days = [day("2026-11-21"), Value::Nothing, day("2026-03-02"), day("2025-12-31")];
        days.sort_by(compare);
        assert_eq!(days, [day("2025-12-31"), day("2026-03-02"), day("2026-11-21"), Value::Nothing]);
    }
}
