//! Compares the lock file with the catalogues, for `check` and for the running daemon.

use super::{Locked, NAME};
use crate::{
    base::{
        diagnostic::Diagnostic,
        ids::SenderId,
        limits::TEMPLATES_LOOK_EVERY,
        place::{Place, SourceFile},
    },
    daemon::app::App,
    flow::{FlowSet, templates_named},
    model::{
        drift::{self, Drift},
        template::Template,
    },
    store::WriteSet,
};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, sync::Arc};

/// A template of a sender that differs from the lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drifted {
    pub sender: SenderId,
    pub name: String,
    pub language: String,
    pub what: Drift,
}

impl Drifted {
    /// The difference as a sentence.
    pub fn words(&self) -> String {
        format!("the template `{}` (`{}`) {}", self.name, self.language, self.what.words())
    }

    pub fn to_json(&self) -> Json {
        json!({
            "sender": self.sender, "name": self.name, "language": self.language, "kind": self.what.kind(),
            "what": self.words(),
        })
    }
}

/// All differences at the senders, each with its catalogue.
pub fn compare<'a>(locked: &[Locked], senders: impl Iterator<Item = (SenderId, &'a [Template])>) -> Vec<Drifted> {
    let mut all = Vec::new();
    for (sender, list) in senders {
        for Locked { template, .. } in locked {
            let now = list.iter().find(|known| known.name == template.name && known.language == template.language);
            all.extend(drift::drift(template, now).into_iter().map(|what| Drifted {
                sender,
                name: template.name.clone(),
                language: template.language.clone(),
                what,
            }));
        }
    }
    all
}

/// The findings of `check`: templates that flows use and the lock lacks, and templates that have changed.
pub fn findings(set: &FlowSet, locked: &[Locked], senders: &[Vec<Template>]) -> Vec<Diagnostic> {
    let mut all = Vec::new();
    let known: BTreeSet<&str> = locked.iter().map(|one| one.template.name.as_str()).collect();
    for name in templates_named(set).iter().filter(|name| !known.contains(name.as_str())) {
        let place = locked.first().map_or_else(|| Place::start_of(&SourceFile::new(NAME, "")), |one| one.place.clone());
        let message = format!("flows send the template `{name}`, and the lock does not have it");
        all.push(Diagnostic::warning("W810", &place, message).help("write it anew by `transom templates lock`"));
    }
    let lists = senders.iter().map(|list| (SenderId(0), list.as_slice()));
    let mut said: BTreeSet<String> = BTreeSet::new();
    for one in compare(locked, lists) {
        let place = locked
            .iter()
            .find(|locked| locked.template.name == one.name && locked.template.language == one.language)
            .map_or_else(|| Place::start_of(&SourceFile::new(NAME, "")), |locked| locked.place.clone());
        // Two senders of one account mostly have the same difference.
        if said.insert(one.words()) {
            let help = "look whether the flows still fit, then write the lock anew by `transom templates lock`";
            all.push(Diagnostic::warning("W809", &place, one.words()).help(help));
        }
    }
    all
}

impl App {
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
            self.notify(&mut set, "alarm", data, now);
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
        super::read(&self.config.bot).unwrap_or_else(|findings| {
            tracing::warn!("`{NAME}` cannot be used: {}", findings[0].message);
            None
        })
    }
}
