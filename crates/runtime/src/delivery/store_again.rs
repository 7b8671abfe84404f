//! Stores the results of sends without a task that waits, and keeps those that the database does not take.

use super::unstored::SentMark;
use crate::{
    base::{
        ids::{ContactId, OutboundId},
        limits::LANE_RETRY,
        time::Span,
    },
    delivery::Delivery,
    store::{CommitError, Committed},
};
use std::sync::Arc;

impl Delivery {
    /// Stores a send's result in the next group commit; no task waits for it. It is repeated while this process lives;
    /// if the process dies, the message is unknown, and a status or `on_unknown` settles it.
    pub(crate) async fn commit_later(self: &Arc<Self>, id: OutboundId, mark: SentMark) {
        let contact = mark.contact;
        let set = mark.set.clone().patient();
        self.unstored.is_taken(id, mark);
        let (app, under_way) = (Arc::clone(self), self.queue.begin());
        // Submit here, so that the order of the contact's commits is kept.
        let tell = move |done: Result<Committed, CommitError>| {
            let _until = under_way;
            match done {
                Ok(committed) => {
                    app.unstored.is_marked(id);
                    app.statuses.report_identified(&committed);
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
        self.queue.timers.wake(contact, now + rest);
    }
}
