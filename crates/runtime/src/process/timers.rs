//! Keeps the next times of contacts: a heap in memory over rows in the database.

use crate::base::{ids::ContactId, time::Time};
use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::{Mutex, PoisonError},
};

/// A wake-up is a hint: the lane finds out itself what is due, so an outdated or repeated one has no effect.
#[derive(Default)]
pub struct Timers(Mutex<BinaryHeap<Reverse<(Time, ContactId)>>>);

impl Timers {
    pub fn wake(&self, contact: ContactId, at: Time) {
        self.heap().push(Reverse((at, contact)));
    }

    /// Takes the contacts that are due, each once.
    pub fn due(&self, now: Time) -> Vec<ContactId> {
        let mut heap = self.heap();
        let mut due = Vec::new();
        while heap.peek().is_some_and(|Reverse((at, _))| *at <= now) {
            due.extend(heap.pop().map(|Reverse((_, contact))| contact));
        }
        due.sort_unstable();
        due.dedup();
        due
    }

    pub fn next(&self) -> Option<Time> {
        self.heap().peek().map(|Reverse((at, _))| *at)
    }

    fn heap(&self) -> std::sync::MutexGuard<'_, BinaryHeap<Reverse<(Time, ContactId)>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_woken_once_for_all_that_is_due() {
        let timers = Timers::default();
        for (contact, at) in [(1, 10), (2, 20), (1, 5), (3, 30)] {
            timers.wake(ContactId(contact), Time(at));
        }
        assert_eq!(timers.next(), Some(Time(5)));
        assert_eq!(timers.due(Time(20)), [ContactId(1), ContactId(2)]);
        assert_eq!(timers.due(Time(20)), []);
        assert_eq!(timers.next(), Some(Time(30)));
    }
}
