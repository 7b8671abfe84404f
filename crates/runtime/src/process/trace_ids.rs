//! Remembers the trace ids of our newest messages, so that the log lines of their statuses can be joined.

use crate::base::{ids::OutboundId, limits::TRACES_KEPT_MAX};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// Statuses come within seconds, so memory is enough: after a restart a message's own id is its trace id.
#[derive(Default)]
pub struct Traces(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    of: HashMap<OutboundId, i64>,
    /// Oldest first.
    order: VecDeque<OutboundId>,
}

impl Traces {
    pub fn put(&self, message: OutboundId, trace: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.of.insert(message, trace).is_none() {
            kept.order.push_back(message);
        }
        while kept.order.len() > TRACES_KEPT_MAX {
            if let Some(oldest) = kept.order.pop_front() {
                kept.of.remove(&oldest);
            }
        }
    }

    pub fn of(&self, message: OutboundId) -> i64 {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.of.get(&message).copied().unwrap_or(message.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_of_others_the_own_id_stands() {
        let traces = Traces::default();
        let most = i64::try_from(TRACES_KEPT_MAX).unwrap();
        for id in 0..=most {
            traces.put(OutboundId(id), -id);
        }
        assert_eq!((traces.of(OutboundId(0)), traces.of(OutboundId(1)), traces.of(OutboundId(most))), (0, -1, -most));
    }
}
