//! Keeps the contacts whose messages an earlier process left unhandled, so that the daemon can serve everybody else
//! while it takes them up.
//!
//! A newer message of such a contact is recorded and answered with 200 as any other, and waits for the earlier ones.

use crate::base::{
    ids::{ContactId, InboundId},
    time::Time,
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub struct EarlierMessages(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// Messages that were received later are newer ones; `None` before the earlier ones were counted.
    until: Option<Time>,
    contacts: HashMap<ContactId, Earlier>,
    /// The messages whose attempt is counted and whose turns may not have ended.
    begun: Vec<InboundId>,
}

struct Earlier {
    /// The number of messages that are not taken up.
    left: i64,
    /// True if newer messages wait for them.
    newer: bool,
}

impl EarlierMessages {
    /// Expects these numbers of messages, received at `until` or before.
    pub fn expect(&self, until: Time, contacts: Vec<(ContactId, i64)>) {
        let mut inner = self.inner();
        inner.until = Some(until);
        inner.contacts =
            contacts.into_iter().map(|(contact, left)| (contact, Earlier { left, newer: false })).collect();
    }

    pub fn until(&self) -> Option<Time> {
        self.inner().until
    }

    /// True if a newer message of the contact must wait; it is remembered.
    pub fn defers(&self, contact: ContactId) -> bool {
        let mut inner = self.inner();
        let earlier = if inner.contacts.is_empty() { None } else { inner.contacts.get_mut(&contact) };
        earlier.is_some_and(|earlier| {
            earlier.newer = true;
            true
        })
    }

    /// Notes the messages whose turns begin now.
    pub fn begin(&self, messages: impl Iterator<Item = InboundId>) {
        self.inner().begun = messages.collect();
    }

    /// The messages whose turns may not have ended.
    pub fn take_begun(&self) -> Vec<InboundId> {
        std::mem::take(&mut self.inner().begun)
    }

    /// Notes that one message of the contact was taken up. True if it was the last one and newer messages wait.
    pub fn taken(&self, contact: ContactId) -> bool {
        let mut inner = self.inner();
        let Some(earlier) = inner.contacts.get_mut(&contact) else { return false };
        earlier.left -= 1;
        if earlier.left > 0 {
            return false;
        }
        inner.contacts.remove(&contact).is_some_and(|earlier| earlier.newer)
    }

    /// Ends it: the contacts whose newer messages still wait, if some were handled by another way.
    pub fn end(&self) -> Vec<ContactId> {
        let mut inner = self.inner();
        inner.begun.clear();
        let left = std::mem::take(&mut inner.contacts);
        left.into_iter().filter(|(_, earlier)| earlier.newer).map(|(contact, _)| contact).collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_messages_wait_for_the_last_earlier_one() {
        let (ada, ben) = (ContactId(1), ContactId(2));
        let earlier = EarlierMessages::default();
        assert!(!earlier.defers(ada));
        earlier.expect(Time(5), vec![(ada, 2), (ben, 1)]);
        assert!(earlier.defers(ada) && !earlier.defers(ContactId(3)));
        assert!(!earlier.taken(ada) && earlier.defers(ada) && earlier.taken(ada));
        assert!(!earlier.defers(ada) && !earlier.taken(ada));
        assert!(earlier.defers(ben));
        assert_eq!(earlier.end(), [ben]);
        assert!(!earlier.defers(ben));
    }
}
