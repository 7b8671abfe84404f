//! Logs work that is repeated because the database did not take it: each kind once a minute.

use crate::{
    base::ids::{ContactId, InboundId},
    daemon::app::App,
};

impl App {
    pub(crate) fn note_failed_work(&self, contact: ContactId, error: &anyhow::Error) {
        if let Some(more) = self.log_limiter.ask("work", self.clock.now()) {
            tracing::error!(
                contact.id = %contact, more = more.count(),
                "Work of contact {contact} failed; what is unfinished is read again from the database: {error:#}{more}"
            );
        }
    }

    pub(crate) fn note_late_messages(&self, contact: ContactId, error: &anyhow::Error) {
        if let Some(more) = self.log_limiter.ask("behind", self.clock.now()) {
            tracing::error!(
                contact.id = %contact, more = more.count(),
                "Waiting messages of contact {contact} could not be handled, and are tried again: {error:#}{more}"
            );
        }
    }

    pub(crate) fn note_repeated_work(&self, contact: ContactId, attempt: usize, why: &str) {
        if let Some(more) = self.log_limiter.ask("again", self.clock.now()) {
            tracing::warn!(
                contact.id = %contact, attempt, more = more.count(),
                "The database did not take work of contact {contact}, which is done again: {why}{more}"
            );
        }
    }

    pub(crate) fn note_repeated_message(&self, id: InboundId, attempt: usize, why: &str) {
        if let Some(more) = self.log_limiter.ask("message", self.clock.now()) {
            tracing::warn!(
                inbound.id = %id, attempt, more = more.count(),
                "The database did not take what message {id} led to; the message is handled again: {why}{more}"
            );
        }
    }
}
