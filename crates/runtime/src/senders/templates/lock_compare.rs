//! Compares the catalogues of senders with the template lock of the bot.

use super::Templates;
use crate::{
    base::{ids::SenderId, limits::TEMPLATES_LOOK_EVERY},
    bot::template_lock::{self, Locked, NAME, compare},
    model::template::Template,
    store::WriteSet,
};
use serde_json::json;
use std::sync::Arc;

impl Templates {
    /// Compares the lock with the providers' latest catalogues: logs and reports new differences, and keeps all for
    /// `/readyz` and the metrics. A sender without a catalogue yet is left out.
    pub async fn compare_templates(&self) {
        let Some(locked) = self.lock() else { return };
        let now = self.clock.now();
        let real = self.senders.all().iter().filter(|sender| !sender.is_sandbox());
        let lists: Vec<(SenderId, Vec<Template>)> = real
            .map(|sender| (sender.id, self.catalogue.list(sender.id)))
            .filter(|(_, list)| !list.is_empty())
            .collect();
        let drifted = compare(&locked, lists.iter().map(|(sender, list)| (*sender, list.as_slice())));
        let before = self.live.set_drifted(drifted.clone());
        self.metrics.templates_changed.set(i64::try_from(drifted.len()).unwrap_or(i64::MAX));
        let mut set = WriteSet::new();
        for one in drifted.iter().filter(|one| !before.contains(one)) {
            self.metrics.alarm("template_changed");
            tracing::warn!(
                sender.id = %one.sender, template.name = one.name, template.change = one.what.kind(),
                "At sender {} {}, and the flows assume it as `{NAME}` has it", one.sender, one.words()
            );
            let text = one.words();
            let data = json!({
                "alarm": "template_changed", "sender_id": one.sender, "text": text, "template": one.name,
                "language": one.language, "change": one.what.kind(),
            });
            self.events.notify(&mut set, "alarm", data, now);
        }
        if let Err(error) = self.store.commit(set).await {
            tracing::warn!("A changed template could not be told: {error}");
        }
    }

    /// Reads the catalogue of every real sender again, then compares. An unreadable catalogue stays as it was. Does
    /// nothing without a lock file.
    pub async fn look_at_templates(self: &Arc<Self>) {
        if self.lock().is_none() {
            return;
        }
        for sender in self.senders.all().iter().filter(|sender| !sender.is_sandbox()) {
            if let Err(error) = self.pull_templates(sender.id).await {
                let id = sender.id;
                tracing::info!(sender.id = %id, "The templates of sender {id} cannot be read now: {error:#}");
            }
        }
        self.compare_templates().await;
    }

    /// Runs at the start and every hour, until `stop`.
    pub async fn watch_templates(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        loop {
            self.look_at_templates().await;
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(TEMPLATES_LOOK_EVERY.to_std()) => {}
            }
        }
    }

    /// Reads the file each time, because it may have changed.
    fn lock(&self) -> Option<Vec<Locked>> {
        template_lock::read(&self.config.bot).unwrap_or_else(|findings| {
            tracing::warn!("`{NAME}` cannot be used: {}", findings[0].message);
            None
        })
    }
}
