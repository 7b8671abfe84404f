//! Repeats the work of a contact that the database did not take, before anything newer.

use crate::{
    base::{ids::ContactId, limits::LANE_RETRY},
    lane::state::{LaneState, LaneTask},
    process::panic_guard::caught,
    store::CommitError,
    turns::{Runner, runner::NotDone},
};
use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
};

impl Runner {
    /// Repeats a contact's stored work in order. True if nothing is left.
    pub(crate) async fn take_unstored(self: &Arc<Self>, contact: ContactId, state: &mut Option<LaneState>) -> bool {
        if !self.store.is_connected() {
            self.queue.timers.wake(contact, self.clock.now() + LANE_RETRY);
            return false;
        }
        while let Some((id, set)) = self.delivery.unstored.mark_of(contact) {
            match self.store.commit(set).await {
                Ok(committed) => {
                    self.delivery.unstored.mark_is_done(contact, id);
                    self.statuses.report_identified(&committed);
                }
                Err(error @ (CommitError::Refused(_) | CommitError::Stale { .. })) => {
                    self.metrics.bug("mark");
                    tracing::error!(outbound.id = %id, "The result of sent message {id} cannot be stored, so the message counts as an unknown send: {error}");
                    self.delivery.unstored.mark_is_done(contact, id);
                    *state = None;
                }
                Err(CommitError::Unknown | CommitError::Away | CommitError::Closed) => {
                    return self.retry_unstored(contact, None);
                }
            }
        }
        while let Some(work) = self.delivery.unstored.next(contact) {
            let done = caught(pin!(self.take_again(contact, state, work))).await;
            match done {
                Ok(Ok(())) => self.delivery.unstored.is_done(contact),
                Ok(Err(NotDone { error, again: None })) => {
                    self.forget(state);
                    tracing::error!(contact.id = %contact, "Work of contact {contact} that the database had not taken failed, and is dropped: {error:#}");
                }
                Ok(Err(NotDone { again, .. })) => {
                    self.forget(state);
                    return self.retry_unstored(contact, again);
                }
                Err(panic) => {
                    self.forget(state);
                    self.metrics.bug("lane");
                    tracing::error!(contact.id = %contact, "Work of contact {contact} that the database had not taken panicked, which is a bug of ours; it is dropped: {panic}");
                }
            }
        }
        true
    }

    fn retry_unstored(&self, contact: ContactId, work: Option<LaneTask>) -> bool {
        self.metrics.database_errors.inc();
        let pause = self.delivery.unstored.failed(contact, work);
        if pause.is_none() && !self.is_ending.load(Ordering::Relaxed) {
            tracing::error!(contact.id = %contact, "Work of contact {contact} that the database does not take is given up; the last stored state counts");
        }
        self.queue.timers.wake(contact, self.clock.now() + pause.unwrap_or(LANE_RETRY));
        false
    }
}
