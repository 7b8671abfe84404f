//! Flows that stand still: because all their last runs failed, or by an operator's word; and broadcasts that ended so.

use super::effect::broadcast_of;
use crate::base::{
    ids::FlowName,
    time::{Span, Time},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// All of them. What failed begins no more; what an operator pauses stands still where it is, too.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paused {
    /// Their last runs all failed.
    pub failing: BTreeSet<FlowName>,
    /// Also those that go on again: a wait that began before does not count the time between.
    pub by_hand: BTreeMap<FlowName, Pauses>,
    /// Broadcasts that were stopped while starts of theirs waited in line.
    pub called_off: BTreeSet<i64>,
}

impl Paused {
    /// Since when an operator has it stand still.
    pub fn by_hand(&self, flow: &FlowName) -> Option<Time> {
        self.by_hand.get(flow).and_then(Pauses::open)
    }

    /// A start by this trigger never begins any more.
    pub fn calls_off(&self, trigger: &str) -> bool {
        !self.called_off.is_empty() && broadcast_of(trigger).is_some_and(|id| self.called_off.contains(&id))
    }

    /// Nothing of it begins.
    pub fn holds(&self, flow: &FlowName) -> bool {
        self.failing.contains(flow) || self.by_hand(flow).is_some()
    }
}

/// When a flow stood still, oldest first; they do not overlap.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pauses(Vec<Pause>);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Pause {
    from: Time,
    /// `None`: it stands still now.
    until: Option<Time>,
}

impl Pauses {
    /// Since when it stands still now.
    pub fn open(&self) -> Option<Time> {
        self.0.last().filter(|last| last.until.is_none()).map(|last| last.from)
    }

    /// Stands still from now on; nothing when it does already.
    pub fn begin(&mut self, now: Time) {
        if self.open().is_none() {
            let from = now.max(self.0.last().and_then(|last| last.until).unwrap_or(now));
            self.0.push(Pause { from, until: None });
        }
    }

    /// Goes on from now on.
    pub fn end(&mut self, now: Time) {
        if let Some(last) = self.0.last_mut().filter(|last| last.until.is_none()) {
            last.until = Some(now.max(last.from));
        }
    }

    /// How long it stood still between two moments.
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
