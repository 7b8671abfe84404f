//! Tracks paused flows (after failed runs, or by an operator) and cancelled broadcasts.

use super::effect::broadcast_of;
use crate::base::{
    ids::FlowName,
    time::{Span, Time},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// All paused flows and cancelled broadcasts. A flow that failed starts no new runs; a flow that an operator paused
/// also stops its current runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paused {
    /// Flows whose last runs all failed.
    pub failing: BTreeSet<FlowName>,
    /// Flows with the times of their pauses, including ended ones: a wait that began before a pause does not count the
    /// time of the pause.
    pub by_hand: BTreeMap<FlowName, Pauses>,
    /// Broadcasts that were stopped while some of their starts still waited.
    pub called_off: BTreeSet<i64>,
}

impl Paused {
    /// The time since which the flow is paused by an operator.
    pub fn by_hand(&self, flow: &FlowName) -> Option<Time> {
        self.by_hand.get(flow).and_then(Pauses::open)
    }

    /// True if starts with this trigger belong to a stopped broadcast.
    pub fn cancels(&self, trigger: &str) -> bool {
        !self.called_off.is_empty() && broadcast_of(trigger).is_some_and(|id| self.called_off.contains(&id))
    }

    /// True if the flow starts no new runs.
    pub fn holds(&self, flow: &FlowName) -> bool {
        self.failing.contains(flow) || self.by_hand(flow).is_some()
    }
}

/// The pauses of a flow, oldest first, without overlap.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pauses(Vec<Pause>);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Pause {
    from: Time,
    /// `None`: the pause has not ended.
    until: Option<Time>,
}

impl Pauses {
    /// The beginning of the current pause.
    pub fn open(&self) -> Option<Time> {
        self.0.last().filter(|last| last.until.is_none()).map(|last| last.from)
    }

    /// Begins a pause, unless there is one already.
    pub fn begin(&mut self, now: Time) {
        if self.open().is_none() {
            let from = now.max(self.0.last().and_then(|last| last.until).unwrap_or(now));
            self.0.push(Pause { from, until: None });
        }
    }

    /// Ends the current pause.
    pub fn end(&mut self, now: Time) {
        if let Some(last) = self.0.last_mut().filter(|last| last.until.is_none()) {
            last.until = Some(now.max(last.from));
        }
    }

    /// The paused time between two moments.
    pub fn within(&self, from: Time, to: Time) -> Span {
        let still = |pause: &Pause| (pause.until.unwrap_or(to).min(to) - pause.from.max(from)).max(Span::ZERO);
        self.0.iter().map(still).fold(Span::ZERO, |sum, span| sum + span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Time {
        Time(0) + Span::minutes(minute)
    }

    #[test]
    fn only_the_time_between_counts() {
        let mut pauses = Pauses::default();
        pauses.begin(at(10));
        pauses.begin(at(12));
        assert_eq!(pauses.open(), Some(at(10)));
        assert_eq!(pauses.within(at(0), at(15)), Span::minutes(5));
        pauses.end(at(20));
        pauses.begin(at(30));
        assert_eq!(pauses.within(at(0), at(35)), Span::minutes(15));
        assert_eq!(pauses.within(at(15), at(32)), Span::minutes(7));
        assert_eq!(pauses.within(at(21), at(29)), Span::ZERO);
        assert_eq!(serde_json::from_str::<Pauses>(&serde_json::to_string(&pauses).unwrap()).unwrap(), pauses);
    }
}
