//! The flow set that is live, and older versions that runs stand on.

use super::{lock::Drifted, rules::Rules};
use crate::{
    base::{diagnostic::Diagnostic, ids::VersionId, limits::VERSIONS_KEPT_MAX},
    flow::{self, FlowSet, Versions},
    model::session::Session,
    store::{Store, version},
};
use anyhow::Context;
use arc_swap::ArcSwap;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Swapped as a whole: a turn sees one version from its first step to its last.
pub struct Live {
    current: ArcSwap<Current>,
    /// Versions that were asked for, parsed once. A run and its calls stay on theirs (language.md 3).
    parsed: Mutex<BTreeMap<VersionId, Arc<FlowSet>>>,
    /// One reads and parses at a time: after a start many lanes ask for the same old version at once.
    reading: tokio::sync::Mutex<()>,
    findings: Mutex<Vec<Diagnostic>>,
    drifted: Mutex<Vec<Drifted>>,
}

/// One version with what is derived from it.
pub struct Current {
    pub version: VersionId,
    pub set: Arc<FlowSet>,
    pub rules: Rules,
    pub(super) versions: Versions,
    /// What sandbox senders see as `env.*`: what is granted, and `sandbox.env` over it.
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

    /// What flows see as `env.*`.
    pub fn env<'a>(&'a self, granted: &'a BTreeMap<String, String>, sandbox: bool) -> &'a BTreeMap<String, String> {
        if sandbox { &self.sandbox_env } else { granted }
    }
}

impl Live {
    /// Begins with a good version: a daemon without one does not start.
    pub fn new(version: VersionId, set: Arc<FlowSet>, granted: &BTreeMap<String, String>) -> Self {
        let parsed = Mutex::new(BTreeMap::from([(version, Arc::clone(&set))]));
        let current = ArcSwap::from_pointee(Current::new(version, set, granted));
        Live { current, parsed, reading: Default::default(), findings: Mutex::default(), drifted: Mutex::default() }
    }

    /// This version is live from now on.
    pub fn publish(&self, version: VersionId, set: Arc<FlowSet>, granted: &BTreeMap<String, String>) {
        self.keep(version, Arc::clone(&set));
        self.current.store(Arc::new(Current::new(version, set, granted)));
    }

    pub fn get(&self) -> Arc<Current> {
        self.current.load_full()
    }

    /// What keeps the newest files from going live, and their warnings.
    pub fn findings(&self) -> Vec<Diagnostic> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn set_findings(&self, findings: Vec<Diagnostic>) {
        *self.findings.lock().unwrap_or_else(PoisonError::into_inner) = findings;
    }

    /// Templates that are not as the flows assume, as of the last look.
    pub fn drifted(&self) -> Vec<Drifted> {
        self.drifted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Gives back those of the look before.
    pub fn set_drifted(&self, drifted: Vec<Drifted>) -> Vec<Drifted> {
        std::mem::replace(&mut *self.drifted.lock().unwrap_or_else(PoisonError::into_inner), drifted)
    }

    /// The live version and those that the runs of a session stand on, read from the database once each.
    pub(super) async fn versions_for(
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

    /// The live version and this one.
    pub(super) async fn versions_with(
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
        let files = super::bot::BotFiles::from_stored(&row.files);
        // It was without errors when it went live.
        let (set, _) = flow::parse_set(&files.files);
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
        // An older set goes live again: it is the last that may be forgotten.
        live.publish(VersionId(1), set, &BTreeMap::new());
        assert!(live.known(VersionId(1)).is_some() && live.known(VersionId(8)).is_none());
    }
}
