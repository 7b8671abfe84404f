//! Repeats work that the database did not take: first the results of sent messages, then other work that nobody brings
//! again, and only then new work of that contact.

use super::unstored::SentMark;
use crate::{
    base::{
        ids::{ContactId, OutboundId},
        limits::LANE_RETRY,
        time::Span,
    },
    daemon::{app::App, panic_guard::caught},
    lane::{
        runner::NotDone,
        state::{LaneState, LaneTask},
    },
    store::{CommitError, Committed},
};
use std::{
    pin::pin,
    sync::{Arc, atomic::Ordering},
};

impl App {
    /// Stores a send's result in the next group commit; no task waits for it. It is repeated while this process lives;
    /// if the process dies, the message is unknown, and a status or `on_unknown` settles it.
    pub(crate) async fn commit_later(self: &Arc<Self>, id: OutboundId, mark: SentMark) {
        let contact = mark.contact;
        let set = mark.set.clone().patient();
        self.unstored.is_taken(id, mark);
        let (app, under_way) = (Arc::clone(self), RunningGuard::begin(self));
        // Submit here, so that the order of the contact's commits is kept.
        let tell = move |done: Result<Committed, CommitError>| {
            let _until = under_way;
            match done {
                Ok(committed) => {
                    app.unstored.is_marked(id);
                    app.report_identified(&committed);
                }
                Err(error) => app.unmarked(contact, id, &error),
            }
        };
        if let Err(error) = self.store.submit_then(set, tell).await {
            self.unmarked(contact, id, &error);
        }
    }

    fn unmarked(&self, contact: ContactId, id: OutboundId, error: &CommitError) {
        let now = self.clock.now();
        self.metrics.database_errors.inc();
        if let Some(more) = self.log_limiter.ask("mark", now) {
            tracing::warn!(
                more = more.count(),
                "The database did not take the result of sent message {id}; it is kept in memory and stored later: {error}{more}"
            );
        }
        self.unstored.is_unmarked(id);
        let rest = if self.store.is_connected() { Span::ZERO } else { LANE_RETRY };
        self.timers.wake(contact, now + rest);
    }

    /// Repeats a contact's stored work in order. True if nothing is left.
    pub(crate) async fn take_unstored(self: &Arc<Self>, contact: ContactId, state: &mut Option<LaneState>) -> bool {
        if !self.store.is_connected() {
            self.timers.wake(contact, self.clock.now() + LANE_RETRY);
            return false;
        }
        while let Some((id, set)) = self.unstored.mark_of(contact) {
            match self.store.commit(set).await {
                Ok(committed) => {
                    self.unstored.mark_is_done(contact, id);
                    self.report_identified(&committed);
                }
                Err(error @ (CommitError::Refused(_) | CommitError::Stale { .. })) => {
                    self.metrics.bug("mark");
                    tracing::error!(outbound.id = %id, "The result of sent message {id} cannot be stored, so the message counts as an unknown send: {error}");
                    self.unstored.mark_is_done(contact, id);
                    *state = None;
                }
                Err(CommitError::Unknown | CommitError::Away | CommitError::Closed) => {
                    return self.retry_unstored(contact, None);
                }
            }
        }
        while let Some(work) = self.unstored.next(contact) {
            let done = caught(pin!(self.take_again(contact, state, work))).await;
            match done {
                Ok(Ok(())) => self.unstored.is_done(contact),
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
        let pause = self.unstored.failed(contact, work);
        if pause.is_none() && !self.is_ending.load(Ordering::Relaxed) {
            tracing::error!(contact.id = %contact, "Work of contact {contact} that the database does not take is given up; the last stored state counts");
        }
        self.timers.wake(contact, self.clock.now() + pause.unwrap_or(LANE_RETRY));
        false
    }
}

/// Counts external work as running while this value lives.
pub(crate) struct RunningGuard(Arc<App>);

impl RunningGuard {
    pub(crate) fn begin(app: &Arc<App>) -> Self {
        app.lanes.enter();
        RunningGuard(Arc::clone(app))
    }
}

impl Drop for RunningGuard {
    fn drop(&mut self) {
        self.0.lanes.leave();
    }
}
