//! Keeps the contacts that have recorded messages in no queue, and the time to read them from the database.

use crate::base::{ids::ContactId, time::Time};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A contact stays here until its messages are read. After a failed reading it pauses: each reading counts an attempt
/// of the message at which it stops, and other work of the contact must not use those attempts up.
#[derive(Default)]
pub struct Backlog(Mutex<HashMap<ContactId, Option<Time>>>);

impl Backlog {
    /// True if the contact was not there. A pause continues.
    pub fn add(&self, contact: ContactId) -> bool {
        let mut map = self.map();
        let fresh = !map.contains_key(&contact);
        map.entry(contact).or_default();
        fresh
    }

    /// Do not read the contact's messages before this time.
    pub fn rest(&self, contact: ContactId, until: Time) {
        self.map().insert(contact, Some(until));
    }

    pub fn remove(&self, contact: ContactId) {
        let mut map = self.map();
        if !map.is_empty() {
            map.remove(&contact);
        }
    }

    pub fn holds(&self, contact: ContactId) -> bool {
        let map = self.map();
        !map.is_empty() && map.contains_key(&contact)
    }

    /// True if the contact is here and does not pause.
    pub fn is_ready(&self, contact: ContactId, now: Time) -> bool {
        let map = self.map();
        !map.is_empty() && map.get(&contact).is_some_and(|until| until.is_none_or(|until| until <= now))
    }

    fn map(&self) -> MutexGuard<'_, HashMap<ContactId, Option<Time>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: ContactId = ContactId(7);

    #[test]
    fn what_comes_meanwhile_does_not_end_a_rest() {
        let behind = Backlog::default();
        assert!(behind.add(ADA) && !behind.add(ADA) && behind.is_ready(ADA, Time(1)));
        behind.rest(ADA, Time(10));
        assert!(!behind.add(ADA));
        assert!(behind.holds(ADA) && !behind.is_ready(ADA, Time(9)) && behind.is_ready(ADA, Time(10)));
        behind.remove(ADA);
        assert!(!behind.holds(ADA) && !behind.is_ready(ADA, Time(10)));
    }
}
