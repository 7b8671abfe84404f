//! Logs work that is repeated because the database did not take it: each kind once a minute.

use crate::{
    base::ids::{ContactId, InboundId},
    process::log_limit::LeftOut,
    turns::Runner,
};
use std::sync::atomic::Ordering;

impl Runner {
    /// Whether a line about work that failed is written. None is while the daemon ends: the next start does that work.
    pub(crate) fn work_line(&self, kind: &'static str) -> Option<LeftOut> {
        if self.is_ending.load(Ordering::Relaxed) { None } else { self.log_limiter.ask(kind, self.clock.now()) }
    }

    pub(crate) fn note_failed_work(&self, contact: ContactId, error: &anyhow::Error) {
        if let Some(more) = self.work_line("work") {
            tracing::error!(
                contact.id = %contact, more = more.count(),
                "Work of contact {contact} failed; what is unfinished is read again from the database: {error:#}{more}"
            );
        }
    }

    pub(crate) fn note_late_messages(&self, contact: ContactId, error: &anyhow::Error) {
        if let Some(more) = self.work_line("behind") {
            tracing::error!(
                contact.id = %contact, more = more.count(),
                "Waiting messages of contact {contact} could not be handled, and are tried again: {error:#}{more}"
            );
        }
    }

    pub(crate) fn note_repeated_work(&self, contact: ContactId, attempt: usize, why: &str) {
        if let Some(more) = self.work_line("again") {
            tracing::warn!(
                contact.id = %contact, attempt, more = more.count(),
                "The database did not take work of contact {contact}, which is done again: {why}{more}"
            );
        }
    }

    pub(crate) fn note_repeated_message(&self, id: InboundId, attempt: usize, why: &str) {
        if let Some(more) = self.work_line("message") {
            tracing::warn!(
                inbound.id = %id, attempt, more = more.count(),
                "The database did not take what message {id} led to; the message is handled again: {why}{more}"
            );
        }
    }
}
