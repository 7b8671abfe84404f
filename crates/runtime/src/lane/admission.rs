//! Limits how many lanes run at the same time, so that a flood of messages does not fill the memory: further contacts
//! are queued here in the order of their messages, which stay in the database until a lane is free.

use crate::base::ids::ContactId;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub struct Admission(Mutex<VecDeque<ContactId>>);

impl Admission {
    /// Queues the contact for a free lane. It must already be in `Backlog`, which prevents a second entry in the queue.
    pub fn wait(&self, contact: ContactId) {
        self.line().push_back(contact);
    }

    /// Takes the contact that has waited longest.
    pub fn next(&self) -> Option<ContactId> {
        let mut line = self.line();
        let next = line.pop_front();
        if line.is_empty() {
            // Return the memory after a flood.
            line.shrink_to_fit();
        }
        next
    }

    fn line(&self) -> MutexGuard<'_, VecDeque<ContactId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
