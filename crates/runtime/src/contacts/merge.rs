//! Joins two contacts that turn out to be one person: one continues, and the other keeps only its history.
//!
//! The ids of a person arrive one by one: a template is sent to a number, its owner writes without showing it, and
//! later a webhook contains both ids. From then on there is one contact, with the stricter opt-out and consents of
//! both. Old messages stay under their own contact.

use crate::{
    base::{ids::ContactId, time::Time},
    contacts::Contacts,
    lane::state::LaneTask,
    process::panic_guard::caught,
    store::tables::{contact, conversation, session},
};
use anyhow::Context;
use std::{pin::pin, sync::Arc};
use tokio::sync::oneshot;

impl Contacts {
    /// Joins several contacts and gives the one that continues. A contact whose row is not written yet is left for the
    /// next time. Never await this in a lane, because it waits for the lanes of all these contacts.
    pub(crate) async fn join(self: &Arc<Self>, contacts: Vec<ContactId>) -> anyhow::Result<ContactId> {
        let app = Arc::clone(self);
        self.queue.lanes.enter();
        // In a task of its own, so that a disconnected client cannot interrupt it.
        let task = tokio::spawn(async move {
            let joined = caught(pin!(app.join_all(&contacts))).await;
            app.queue.lanes.leave();
            joined.map_err(|panic| anyhow::anyhow!("a panic: {panic}"))?
        });
        task.await.context("the process ends")?
    }

    /// As `join`, for use in a lane: it is not awaited.
    pub(crate) fn join_later(self: &Arc<Self>, contacts: Vec<ContactId>) {
        let app = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = app.join(contacts).await {
                tracing::warn!(
                    "Two contacts are one person, but could not be joined; the next webhook with both ids tries again: {error:#}"
                );
            }
        });
    }

    async fn join_all(self: &Arc<Self>, contacts: &[ContactId]) -> anyhow::Result<ContactId> {
        let (first, others) = contacts.split_first().context("nobody is to be joined")?;
        let _alone = self.merge_lock.lock().await;
        let mut stays = *first;
        for other in others {
            // Another task may have joined them while this one waited.
            let (one, other) = (self.goes_on(stays).await?, self.goes_on(*other).await?);
            stays = match (one, other) {
                (Some(one), Some(other)) if one != other => self.join_two(one, other).await?,
                (one, _) => one.unwrap_or(stays),
            };
        }
        Ok(stays)
    }

    /// The contact that continues after all joins; `None` if there is no such row.
    pub(crate) async fn goes_on(&self, id: ContactId) -> anyhow::Result<Option<ContactId>> {
        Ok(contact::going_on(&self.store, id).await?.map(|row| row.id))
    }

    async fn join_two(self: &Arc<Self>, one: ContactId, other: ContactId) -> anyhow::Result<ContactId> {
        let other_has_the_talk = self.talk_of(other).await? > self.talk_of(one).await?;
        let (stays, goes) = if other_has_the_talk { (other, one) } else { (one, other) };
        let (show, shown) = oneshot::channel();
        let (tell, joined) = oneshot::channel();
        self.queue.push(goes, LaneTask::Leave { to: stays, show, joined });
        let leaver = shown.await.context("a contact that is to be joined cannot be read")?;
        let (reply, stored) = oneshot::channel();
        self.queue.push(stays, LaneTask::Join { leaver: Box::new(leaver), reply });
        let opted_out = stored.await.context("two contacts that are one could not be joined")?;
        self.opt_outs.take_over(goes, stays);
        self.directory.forget(goes);
        self.directory.forget(stays);
        // The other contact's lane has waited for this; its runs end now.
        let _ = tell.send(opted_out);
        tracing::info!(contact.id = %stays, "Contact {goes} is the same person as {stays}, and joined");
        Ok(stays)
    }

    /// The contact with an open question continues, else the one with the newest message.
    async fn talk_of(&self, contact: ContactId) -> anyhow::Result<(bool, Option<Time>)> {
        let (mut asks, mut heard) = (false, None);
        for row in conversation::of(&self.store, contact).await? {
            heard = heard.max(row.last_inbound_at);
            let session = session::find(&self.store, row.id).await?;
            let runs = session.iter().flat_map(|stored| &stored.session.runs);
            asks |= runs.into_iter().any(|run| run.waiting.asks());
        }
        Ok((asks, heard))
    }
}
