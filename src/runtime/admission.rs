//! Bounds how many lanes run at once, so that a flood of messages costs no memory: contacts beyond the bound wait here
//! in the order of their messages, which stay in their rows until a lane is free.

use crate::base::ids::ContactId;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub struct Admission(Mutex<VecDeque<ContactId>>);

impl Admission {
    /// The contact waits for a free lane. It must be in `Behind` already, which keeps it from waiting twice.
    pub fn wait(&self, contact: ContactId) {
        self.line().push_back(contact);
    }

    /// Whoever has waited longest.
    pub fn next(&self) -> Option<ContactId> {
        let mut line = self.line();
        let next = line.pop_front();
        if line.is_empty() {
            // A flood is over: its room is given back.
            line.shrink_to_fit();
        }
        next
    }

    fn line(&self) -> MutexGuard<'_, VecDeque<ContactId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
