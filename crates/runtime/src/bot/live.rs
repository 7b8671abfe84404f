//! Holds the live flow set, and older versions with open runs.

use super::template_lock::Drifted;
use crate::{
    base::{diagnostic::Diagnostic, ids::VersionId, limits::VERSIONS_KEPT_MAX},
    bot::rules::Rules,
    flow::{self, FlowSet, Versions},
    model::session::Session,
    store::{Store, tables::version},
};
use anyhow::Context;
use arc_swap::ArcSwap;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Stands for no version, with no flows, where a sandbox began with files that have errors.
pub const NO_VERSION: VersionId = VersionId(0);

/// Swapped as a whole: a turn uses one version from its first step to its last.
pub struct Live {
    current: ArcSwap<Current>,
    /// Requested versions, parsed once. A run and its calls stay on their version (language.md 3).
    parsed: Mutex<BTreeMap<VersionId, Arc<FlowSet>>>,
    /// Serializes reading: after a start many lanes ask for the same old version.
    reading: tokio::sync::Mutex<()>,
    findings: Mutex<Vec<Diagnostic>>,
    drifted: Mutex<Vec<Drifted>>,
}

/// One version with data derived from it.
pub struct Current {
    pub version: VersionId,
    pub set: Arc<FlowSet>,
    pub rules: Rules,
    pub(crate) versions: Versions,
    /// The values of `env.*` for sandbox senders: granted ones, overridden by `sandbox.env`.
    sandbox_env: BTreeMap<String, String>,
}

impl Current {
    fn new(version: VersionId, set: Arc<FlowSet>, granted: &BTreeMap<String, String>) -> Self {
        let rules = Rules::of(&set.bot);
        let versions = Versions::new(version, Arc::clone(&set));
        let mut sandbox_env = granted.clone();
        sandbox_env.extend(set.bot.sandbox.env.clone());
        Current { version, set, rules, versions, sandbox_env }
    }

    /// The values of `env.*` in flows.
    pub fn env<'a>(&'a self, granted: &'a BTreeMap<String, String>, sandbox: bool) -> &'a BTreeMap<String, String> {
        if sandbox { &self.sandbox_env } else { granted }
    }
}

impl Live {
    /// Needs a valid version, or `NO_VERSION`.
    pub fn new(version: VersionId, set: Arc<FlowSet>, granted: &BTreeMap<String, String>) -> Self {
        let parsed = Mutex::new(BTreeMap::from([(version, Arc::clone(&set))]));
        let current = ArcSwap::from_pointee(Current::new(version, set, granted));
        Live { current, parsed, reading: Default::default(), findings: Mutex::default(), drifted: Mutex::default() }
    }

    /// True if there is a version, so that flows answer.
    pub fn is_any(&self) -> bool {
        self.get().version != NO_VERSION
    }

    /// Makes this version live.
    pub fn publish(&self, version: VersionId, set: Arc<FlowSet>, granted: &BTreeMap<String, String>) {
        self.keep(version, Arc::clone(&set));
        self.current.store(Arc::new(Current::new(version, set, granted)));
    }

    pub fn get(&self) -> Arc<Current> {
        self.current.load_full()
    }

    /// The errors that keep the newest files from going live, and their warnings.
    pub fn findings(&self) -> Vec<Diagnostic> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_findings(&self, findings: Vec<Diagnostic>) {
        *self.findings.lock().unwrap_or_else(PoisonError::into_inner) = findings;
    }

    /// Templates that differ from the lock file, at the last comparison.
    pub fn drifted(&self) -> Vec<Drifted> {
        self.drifted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stores the differences, and gives the previous ones.
    pub fn set_drifted(&self, drifted: Vec<Drifted>) -> Vec<Drifted> {
        std::mem::replace(&mut *self.drifted.lock().unwrap_or_else(PoisonError::into_inner), drifted)
    }

    /// The live version and those of a session's open runs, each read from the database once.
    pub(crate) async fn versions_for(
        &self,
        store: &Store,
        current: &Current,
        session: &Session,
    ) -> anyhow::Result<Versions> {
        let mut versions = current.versions.clone();
        for id in session.versions() {
            versions = self.add(store, current, versions, id).await?;
        }
        Ok(versions)
    }

    /// The live version and the given one.
    pub(crate) async fn versions_with(
        &self,
        store: &Store,
        current: &Current,
        id: VersionId,
    ) -> anyhow::Result<Versions> {
        self.add(store, current, current.versions.clone(), id).await
    }

    async fn add(
        &self,
        store: &Store,
        current: &Current,
        versions: Versions,
        id: VersionId,
    ) -> anyhow::Result<Versions> {
        if id == current.version {
            return Ok(versions);
        }
        let set = match self.known(id) {
            Some(set) => set,
            None => Box::pin(self.read(store, id)).await?,
        };
        Ok(versions.with(id, set))
    }

    fn known(&self, id: VersionId) -> Option<Arc<FlowSet>> {
        self.parsed().get(&id).cloned()
    }

    async fn read(&self, store: &Store, id: VersionId) -> anyhow::Result<Arc<FlowSet>> {
        let _one = self.reading.lock().await;
        if let Some(set) = self.known(id) {
            return Ok(set);
        }
        let row = version::find(store, id).await?;
        let row = row.with_context(|| format!("flow version {id} is not in the database"))?;
        let files = super::source_files::BotFiles::from_stored(&row.files);
        // It had no errors when it went live.
        let (mut set, _) = flow::parse_set(&files.files);
        let live = self.get();
        if live.set.knowledge.is_same(&set.knowledge) {
            set.knowledge = Arc::clone(&live.set.knowledge);
        }
        let set = Arc::new(set);
        self.keep(id, Arc::clone(&set));
        Ok(set)
    }

    fn keep(&self, id: VersionId, set: Arc<FlowSet>) {
        let mut parsed = self.parsed();
        parsed.insert(id, set);
        if parsed.len() > VERSIONS_KEPT_MAX {
            let oldest = parsed.keys().copied().find(|old| *old != id);
            if let Some(oldest) = oldest {
                parsed.remove(&oldest);
            }
        }
    }

    fn parsed(&self) -> MutexGuard<'_, BTreeMap<VersionId, Arc<FlowSet>>> {
        self.parsed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_versions_are_kept_and_the_live_one_with_them() {
        let set = Arc::new(flow::parse_set(&[]).0);
        let live = Live::new(VersionId(0), Arc::clone(&set), &BTreeMap::new());
        for id in 1..40 {
            live.publish(VersionId(id), Arc::clone(&set), &BTreeMap::new());
            assert!(live.parsed().len() <= VERSIONS_KEPT_MAX);
        }
        assert!(live.known(VersionId(39)).is_some() && live.known(VersionId(39 - 31)).is_some());
        // An older set goes live again: it must be the last to be removed from the cache.
        live.publish(VersionId(1), set, &BTreeMap::new());
        assert!(live.known(VersionId(1)).is_some() && live.known(VersionId(8)).is_none());
    }
}
