//! Delays runs of a flow that an operator has paused: due times move, and the remaining time is kept.

use super::turn::Turn;
use crate::{
    base::{
        limits::{PAUSED_LOOK_MAX, PAUSED_LOOK_MIN},
        time::Span,
    },
    model::session::{RemainingWait, Waiting},
};

/// Moves the time limit of a `call` if it has passed while the flow of the run is paused. True if it moved one.
pub(crate) fn call_stands_still(turn: &mut Turn<'_>, number: u32) -> bool {
    let (now, world) = (turn.now(), turn.world);
    let Some(run) = turn.run_mut(number) else { return false };
    let Some(paused_at) = world.paused.by_hand.get(&run.flow).and_then(|pauses| pauses.open()) else {
        return false;
    };
    let look = now + (now - paused_at).clamp(PAUSED_LOOK_MIN, PAUSED_LOOK_MAX);
    for at in run.frames.iter_mut().filter_map(|frame| frame.until.as_mut()).filter(|at| **at <= now) {
        *at = look;
    }
    true
}

/// Moves a due time of the run if its flow is paused, or was while the run waited. True if it moved one.
pub(crate) fn stands_still(turn: &mut Turn<'_>, number: u32) -> bool {
    let (now, world) = (turn.now(), turn.world);
    let Some(run) = turn.run_mut(number) else { return false };
    let Some(pauses) = world.paused.by_hand.get(&run.flow) else { return false };
    let paused_at = pauses.open();
    if let Waiting::Until { at, rest: Some(rest) } = &mut run.waiting {
        let passed = (now - rest.since) - pauses.within(rest.since, now);
        let left = (rest.left - passed).max(Span::ZERO);
        *rest = RemainingWait { since: now, left };
        // It cannot be due sooner, whenever the pause ends.
        *at = now + if paused_at.is_some() { left.max(PAUSED_LOOK_MIN) } else { left };
        return *at > now;
    }
    let Some(paused_at) = paused_at else { return false };
    let look = now + (now - paused_at).clamp(PAUSED_LOOK_MIN, PAUSED_LOOK_MAX);
    match &mut run.waiting {
        Waiting::Until { at, .. } => *at = look,
        Waiting::Reply { deadline } | Waiting::Event { deadline, .. } | Waiting::Delivery { deadline, .. } => {
            *deadline = Some(look);
        }
        // Texts that wait for an answer get it, as gathered ones do.
        Waiting::Agent { deadline, think_at: None } => *deadline = Some(look),
        // Gathered texts are handled; the time-out and the reminder wait.
        Waiting::Question(question) if question.gathering.is_none() => {
            for at in [&mut question.deadline, &mut question.remind_at, &mut question.deliver_by] {
                *at = at.map(|at| if at <= now { look } else { at });
            }
        }
        // A pause does not affect a person, or a call that has begun.
        Waiting::Question(_)
        | Waiting::Agent { .. }
        | Waiting::Call(_)
        | Waiting::Person { .. }
        | Waiting::Ready
        | Waiting::Fate { .. } => {
            return false;
        }
    }
    true
}
