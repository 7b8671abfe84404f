//! Who is meant by `for:` of a `start` step, in which order, and when on whose clock.

use super::{
    hours, script,
    steps::{Step, start::Meant},
    turn::{Seen, Turn},
    world::{Versions, World},
};
use crate::{
    base::time::Time,
    model::{effect::Audience, session::Session, sieve::Sieve, value::Value},
};
use std::cmp::Ordering;

/// The contact of `world` is one of them. A condition that fails means nobody, and so does a step that is gone.
pub fn is_meant(versions: &Versions, audience: &Audience, world: &World<'_>) -> bool {
    let Some(meant) = meant(versions, audience) else { return false };
    // Whoever was joined to another is meant under that one's name.
    if world.contact.data.is_gone() || !audience.tags.iter().all(|tag| world.contact.data.tags.contains(tag)) {
        return false;
    }
    let Some(condition) = &meant.condition else { return true };
    let turn = Turn::new(versions, Session::default(), world);
    turn.in_scope(turn.live(), &seen(audience), |scope| condition.holds(scope)).unwrap_or(false)
}

/// What stands in the row of whoever is meant.
pub fn sieve(versions: &Versions, audience: &Audience) -> Sieve {
    let (meant, set) = (meant(versions, audience), versions.get(audience.version));
    match (meant, set) {
        (Some(meant), Some(set)) => super::sieve(set, &audience.tags, meant.condition.as_ref()),
        (None, _) | (_, None) => Sieve::default(),
    }
}

/// They come in an order of the author's.
pub fn is_ordered(versions: &Versions, audience: &Audience) -> bool {
    meant(versions, audience).is_some_and(|meant| meant.order.is_some())
}

/// By what the contact of `world` is put into that order.
pub fn rank(versions: &Versions, audience: &Audience, world: &World<'_>) -> Value {
    let Some(order) = meant(versions, audience).and_then(|meant| meant.order.as_ref()) else { return Value::Nothing };
    let turn = Turn::new(versions, Session::default(), world);
    turn.in_scope(turn.live(), &seen(audience), |scope| order.eval(scope)).unwrap_or_default()
}

/// The smallest first, and what has no value last: as `sort` has it.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    script::sorted(a, b)
}

/// The next time that the clock of the contact of `world` shows this.
pub fn next_clock(versions: &Versions, clock: &str, world: &World<'_>) -> Option<Time> {
    let turn = Turn::new(versions, Session::default(), world);
    let clock: jiff::civil::Time = clock.parse().ok()?;
    hours::next_clock(&turn.local_now(turn.live()), clock).map(|at| Time(at.timestamp().as_millisecond()))
}

fn meant<'v>(versions: &'v Versions, audience: &Audience) -> Option<&'v Meant> {
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
