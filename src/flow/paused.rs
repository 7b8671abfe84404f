//! Runs of a flow that an operator has paused: what falls due stands still, and goes on with what was left of it.

use super::turn::Turn;
use crate::{
    base::{
        limits::{PAUSED_LOOK_MAX, PAUSED_LOOK_MIN},
        time::Span,
    },
    model::session::{Rest, Waiting},
};

impl Turn<'_> {
    /// The time of a `call` is up while the flow of its run is paused: it is looked at again later.
    pub(super) fn call_stands_still(&mut self, number: u32) -> bool {
        let (now, world) = (self.now(), self.world);
        let Some(run) = self.run_mut(number) else { return false };
        let Some(paused_at) = world.paused.by_hand.get(&run.flow).and_then(|pauses| pauses.open()) else {
            return false;
        };
        let look = now + (now - paused_at).clamp(PAUSED_LOOK_MIN, PAUSED_LOOK_MAX);
        for at in run.frames.iter_mut().filter_map(|frame| frame.until.as_mut()).filter(|at| **at <= now) {
            *at = look;
        }
        true
    }

    /// What of the run has fallen due does so later: its flow is paused, or was while the run waited.
    pub(super) fn stands_still(&mut self, number: u32) -> bool {
        let (now, world) = (self.now(), self.world);
        let Some(run) = self.run_mut(number) else { return false };
        let Some(pauses) = world.paused.by_hand.get(&run.flow) else { return false };
        let paused_at = pauses.open();
        if let Waiting::Until { at, rest: Some(rest) } = &mut run.waiting {
            let passed = (now - rest.since) - pauses.within(rest.since, now);
            let left = (rest.left - passed).max(Span::ZERO);
            *rest = Rest { since: now, left };
            // It cannot fall due sooner than that, whenever the flow goes on.
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
            // What was written is looked at; its time-out and its reminder wait.
            Waiting::Question(question) if question.gathering.is_none() => {
                for at in [&mut question.deadline, &mut question.remind_at, &mut question.deliver_by] {
                    *at = at.map(|at| if at <= now { look } else { at });
                }
            }
            // A person, and a call that was begun, know nothing of pauses.
            Waiting::Question(_)
            | Waiting::Call(_)
            | Waiting::Person { .. }
            | Waiting::Ready
            | Waiting::Fate { .. } => return false,
        }
        true
    }
}
