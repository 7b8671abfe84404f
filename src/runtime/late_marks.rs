//! The mark of a sent message that could not be stored at once: tried again until it stands there.

use super::{app::App, lane::Work};
use crate::{
    base::{
        ids::ContactId,
        limits::{LANE_RETRY, LANE_TRIES_MAX},
    },
    store::{CommitError, Committed, WriteSet},
};
use std::sync::Arc;

impl App {
    /// The mark of a send rides in the next group; nobody waits for it. It is tried again while this process
    /// lives; after its death the message is unknown, and a status or `on_unknown` settles it.
    pub(super) async fn commit_later(self: &Arc<Self>, contact: ContactId, set: WriteSet) {
        // Submitted here, so that its place among the contact's commits is this one.
        let set = set.patient();
        let (app, again, under_way) = (Arc::clone(self), set.clone(), UnderWay::begin(self));
        let tell = move |done: Result<Committed, CommitError>| match done {
            Ok(committed) => app.tell_early(&committed),
            Err(error) => drop(tokio::spawn(async move { app.mark_again(contact, again, error, under_way).await })),
        };
        if let Err(error) = self.store.submit_then(set, tell).await {
            self.unmarked(contact, &error);
        }
    }

    async fn mark_again(self: Arc<Self>, contact: ContactId, set: WriteSet, error: CommitError, _until: UnderWay) {
        let mut error = error;
        for _ in 1..LANE_TRIES_MAX {
            self.metrics.database_errors.inc();
            tracing::warn!("The mark of a sent message was not stored, and is tried again: {error}");
            match self.store.commit(set.clone()).await {
                Ok(committed) => return self.tell_early(&committed),
                Err(other) => error = other,
            }
        }
        self.unmarked(contact, &error);
    }

    fn unmarked(self: &Arc<Self>, contact: ContactId, error: &CommitError) {
        tracing::error!("The mark of a sent message was not stored: {error}");
        self.push(contact, Work::Forget);
        self.timers.wake(contact, self.clock.now() + LANE_RETRY);
    }
}

/// Something outside of the lanes is under way, as long as this lives.
pub(super) struct UnderWay(Arc<App>);

impl UnderWay {
    pub(super) fn begin(app: &Arc<App>) -> Self {
        app.lanes.enter();
        UnderWay(Arc::clone(app))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.lanes.leave();
    }
}
