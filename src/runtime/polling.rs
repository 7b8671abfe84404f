//! Asks those platforms that post no messages of customers, each sender at its own pace.

use super::app::App;
use crate::base::{
    limits::{POLL_OVERLAP, POLL_REST},
    time::Time,
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::watch;

impl App {
    /// Runs until `stop` turns true; at once over where no sender is to be asked for.
    pub(super) async fn poll(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut due: BTreeMap<i64, Time> = BTreeMap::new();
        let began = self.clock.now();
        while !*stop.borrow() {
            let mut any = false;
            for sender in self.senders.all() {
                let Some(every) = self.provider_of(sender.id).and_then(|of| of.poll_every(sender.id)) else { continue };
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

    /// What customers of one sender wrote since we last heard of anybody there; `began`: before that nothing counts
    /// where nobody was ever heard. Gives back how many messages were new.
    pub async fn poll_once(self: &Arc<Self>, sender: crate::base::ids::SenderId, began: Time) -> anyhow::Result<usize> {
        let Some(provider) = self.provider_of(sender) else { return Ok(0) };
        let newest = crate::store::inbound::newest(&self.store, sender).await?;
        // What was told a moment late must not be missed; what is told twice is a duplicate.
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
