//! Tracks whether a client listens to events: only then are they written (`store::event`).

use crate::{
    base::{
        limits::{EVENT_LISTENED_EVERY, EVENTS_KEPT},
        time::Time,
    },
    events::Events,
    store::{
        CommitError, WriteSet,
        tables::{event::WantedKinds, meta},
    },
};
use anyhow::Context;
use std::sync::{PoisonError, atomic::Ordering};

/// The `meta` key for the time until which events are written.
const UNTIL: &str = "events_until";

impl Events {
    /// A client listens: from now on events are written, also while it is disconnected for a while.
    pub async fn listen(&self) -> Result<(), CommitError> {
        let until = self.clock.now() + EVENTS_KEPT;
        let known = Time(self.listened_until.load(Ordering::SeqCst));
        if known > self.clock.now() && until - known < EVENT_LISTENED_EVERY {
            return Ok(());
        }
        let mut set = WriteSet::new();
        set.push(&meta::SET, &meta::Meta { key: UNTIL.into(), value: until.0.to_string() });
        self.store.commit(set).await?;
        self.listened_until.store(until.0, Ordering::SeqCst);
        self.store.set_wanted(WantedKinds::ALL);
        Ok(())
    }

    /// Restores the state after a restart.
    pub(crate) async fn recall_listeners(&self, now: Time) -> anyhow::Result<()> {
        let until = meta::find(&self.store, UNTIL).await.context("reading who listened")?;
        let until = until.and_then(|text| text.parse().ok()).unwrap_or(0);
        self.listened_until.store(until, Ordering::SeqCst);
        self.store.set_wanted(if now.0 < until { WantedKinds::ALL } else { self.wanted_so_far() });
        Ok(())
    }

    /// Stops writing events if no client has listened for as long as events are kept.
    pub(crate) fn forget_listeners(&self, now: Time) {
        if now.0 >= self.listened_until.load(Ordering::SeqCst) {
            self.store.set_wanted(self.wanted_so_far());
        }
    }

    /// Always writes the kinds that subscriptions want, in addition to those of listening clients.
    pub(crate) fn wanted_by_subscriptions(&self, wanted: WantedKinds) {
        let listened = Time(self.listened_until.load(Ordering::SeqCst)) > self.clock.now();
        *self.subscriptions_want.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
        self.store.set_wanted(if listened { WantedKinds::ALL } else { wanted });
    }

    pub(crate) fn wanted_so_far(&self) -> WantedKinds {
        *self.subscriptions_want.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
