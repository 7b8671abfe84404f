//! Whether somebody listens to what happens: only then is it written down (`store::event`).

use super::app::App;
use crate::{
    base::{
        ids::{ContactId, ConversationId, SenderId},
        limits::{EVENT_LISTENED_EVERY, EVENTS_KEPT},
        time::Time,
    },
    store::{
        CommitError, WriteSet,
        event::{self, Happened},
        meta,
    },
};
use anyhow::Context;
use std::sync::atomic::Ordering;

/// Where it stands until when events are written down.
const UNTIL: &str = "events_until";

impl App {
    /// Somebody listens: from now on events are written down, also while the listener is away for a while.
    pub async fn listen(&self) -> Result<(), CommitError> {
        let until = self.clock.now() + EVENTS_KEPT;
        let known = Time(self.listened_until.load(Ordering::SeqCst));
        if self.store.is_listened() && until - known < EVENT_LISTENED_EVERY {
            return Ok(());
        }
        let mut set = WriteSet::new();
        set.push(&meta::SET, &meta::Meta { key: UNTIL.into(), value: until.0.to_string() });
        self.store.commit(set).await?;
        self.listened_until.store(until.0, Ordering::SeqCst);
        self.store.set_listened(true);
        Ok(())
    }

    /// As it was before a restart.
    pub(super) async fn recall_listeners(&self, now: Time) -> anyhow::Result<()> {
        let until = meta::find(&self.store, UNTIL).await.context("reading who listened")?;
        let until = until.and_then(|text| text.parse().ok()).unwrap_or(0);
        self.listened_until.store(until, Ordering::SeqCst);
        self.store.set_listened(now.0 < until);
        Ok(())
    }

    /// Nobody has listened for as long as events are kept.
    pub(super) fn forget_listeners(&self, now: Time) {
        if now.0 >= self.listened_until.load(Ordering::SeqCst) {
            self.store.set_listened(false);
        }
    }

    /// What no other row says: in the commit of what caused it.
    pub(super) fn tell_listeners(&self, set: &mut WriteSet, kind: &str, data: &serde_json::Value, now: Time) {
        if !self.store.is_listened() {
            return;
        }
        let number = |name: &str| data[name].as_i64();
        let row = Happened {
            id: self.store.next_id(),
            kind: kind.to_owned(),
            at: now,
            sender_id: number("sender_id").map(SenderId),
            conversation_id: number("conversation_id").map(ConversationId),
            contact_id: number("contact_id").map(ContactId),
            data: data.clone(),
        };
        set.push(&event::HAPPENED, &row);
    }
}
