//! Polls platforms that send no webhooks for customers' messages, each sender at its own interval.

use crate::{
    base::{
        limits::{POLL_OVERLAP, POLL_REST},
        time::Time,
    },
    ingest::Ingest,
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::watch;

impl Ingest {
    /// Runs until `stop` turns true; ends at once if no sender is polled.
    pub(crate) async fn poll(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut due: BTreeMap<i64, Time> = BTreeMap::new();
        let began = self.clock.now();
        while !*stop.borrow() {
            let mut any = false;
            for sender in self.senders.all() {
                let Some(every) = self.senders.provider_of(sender.id).and_then(|of| of.poll_every(sender.id)) else {
                    continue;
                };
                any = true;
                let now = self.clock.now();
                if due.get(&sender.id.0).is_some_and(|at| *at > now) {
                    continue;
                }
                due.insert(sender.id.0, now + every);
                if let Err(error) = self.poll_once(sender.id, began).await {
                    tracing::warn!(sender.id = %sender.id, "Sender {} could not be asked for messages: {error:#}", sender.id);
                }
            }
            if !any {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(POLL_REST.to_std()) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Polls the messages of one sender since its last recorded message, or since `began` if there is none. Gives the
    /// number of new messages.
    pub async fn poll_once(self: &Arc<Self>, sender: crate::base::ids::SenderId, began: Time) -> anyhow::Result<usize> {
        let Some(provider) = self.senders.provider_of(sender) else { return Ok(0) };
        let newest = crate::store::tables::inbound::newest(&self.store, sender).await?;
        // The overlap finds messages that were listed late; repeated ones are duplicates.
        let since = newest.map_or(began, |at| at - POLL_OVERLAP);
        let polled = provider.poll(self.http.as_ref(), sender, since).await;
        let polled = polled.map_err(|trouble| anyhow::anyhow!("{trouble}"))?;
        let recorded = match polled.items.is_empty() {
            true => 0,
            false => self.take_items(provider.kind(), polled.items).await?.0.recorded,
        };
        provider.polled(sender);
        match polled.trouble {
            Some(trouble) => Err(anyhow::anyhow!("{trouble}")),
            None => Ok(recorded),
        }
    }
}
