//! Keeps opt-outs that are in force: no message that was decided before an opt-out is sent after its webhook was
//! answered.

use crate::base::ids::{ContactId, InboundId};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The newest STOP of each contact since the process began. It stays after its turn, because a send that was decided
/// before may begin only then.
#[derive(Default)]
pub struct OptOuts(Mutex<HashMap<ContactId, InboundId>>);

impl OptOuts {
    pub fn add(&self, contact: ContactId, by: InboundId) {
        let mut stops = self.stops();
        let newest = stops.entry(contact).or_insert(by);
        *newest = by.max(*newest);
    }

    /// Two contacts are joined: an opt-out of one applies to the other.
    pub fn take_over(&self, from: ContactId, to: ContactId) {
        let by = self.stops().get(&from).copied();
        if let Some(by) = by {
            self.add(to, by);
        }
    }

    pub fn in_force(&self, contact: ContactId) -> bool {
        let stops = self.stops();
        !stops.is_empty() && stops.contains_key(&contact)
    }

    /// A START ends earlier opt-outs. False if a newer STOP is recorded: then nothing changes.
    pub fn lift(&self, contact: ContactId, by: InboundId) -> bool {
        let mut stops = self.stops();
        if stops.get(&contact).is_some_and(|stop| *stop > by) {
            return false;
        }
        stops.remove(&contact);
        true
    }

    /// Removes an opt-out for another cause than a contact's message: the platform, or the business.
    pub fn forget(&self, contact: ContactId) {
        self.stops().remove(&contact);
    }

    fn stops(&self) -> MutexGuard<'_, HashMap<ContactId, InboundId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_start_does_not_lift_a_newer_stop() {
        let (stops, ada) = (OptOuts::default(), ContactId(1));
        assert!(stops.lift(ada, InboundId(1)));
        stops.add(ada, InboundId(5));
        stops.add(ada, InboundId(3));
        assert!(!stops.lift(ada, InboundId(4)) && stops.in_force(ada));
        assert!(stops.lift(ada, InboundId(6)) && !stops.in_force(ada));
    }
}
