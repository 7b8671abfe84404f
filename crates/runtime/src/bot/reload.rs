//! Checks new files of the bot, stores them as a version, and makes it live; files with errors never go live.

use super::{
    check_context,
    grants::ungranted,
    live::NO_VERSION,
    preview::{self, Preview},
    shared_knowledge::SharedKnowledge,
    source_files::{self, BotFiles, Checked},
    watch::Watch,
};
use crate::{
    base::{
        clock::Clock,
        counted::counted,
        diagnostic::{self, Diagnostic, Findings},
        ids::VersionId,
        limits::{PREVIEW_AT_RELOAD_MAX, RELOAD_RETRY},
        time::Time,
    },
    config::Config,
    flow::{self, CheckContext, FlowSet},
    http_step::mocks::Mocks,
    process::{long_work::blocking, metrics::Metrics, panic_guard::caught},
    store::{CommitError, ReadError, Store, WriteSet, tables::version},
};
use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Notify, watch};

/// Turns files into versions. Remembers only the live hash, to recognise changes.
pub struct Reloader {
    config: Config,
    metrics: Metrics,
    /// The hash of the live files.
    live: Mutex<Option<String>>,
    /// Signals that the templates or senders have changed: the same files may be valid now.
    around_changed: Notify,
    knowledge: SharedKnowledge,
    /// The files of the last check, so that a change which was taken already is not checked again.
    last: Mutex<Option<SeenFiles>>,
    /// Held while the folder is read or written: nobody reads half of a publication.
    folder: tokio::sync::Mutex<()>,
    /// Counts the looks at the folder, for those who follow its files.
    looks: watch::Sender<u64>,
}

/// The input of a check beside the templates and senders.
#[derive(Debug, PartialEq)]
struct SeenFiles {
    hash: String,
    sendable: Option<BTreeMap<String, u64>>,
}

impl SeenFiles {
    /// `None` if a file could not be read: then it is looked at again each time.
    fn of(files: &BotFiles) -> Option<SeenFiles> {
        let all_read = files.findings.is_empty();
        all_read.then(|| SeenFiles { hash: files.hash.clone(), sendable: files.sendable.clone() })
    }
}

/// The result of a check of the files.
pub struct ReloadResult {
    /// The version to make live; `None`: the live version stays.
    pub live: Option<(VersionId, Arc<FlowSet>)>,
    /// The findings of the newest files: errors keep them from going live, warnings do not.
    pub findings: Vec<Diagnostic>,
}

/// The reason why there are no flows at the start.
#[derive(Debug)]
pub enum ReloadError {
    /// The files have errors, and there is no earlier valid version.
    Findings(Vec<Diagnostic>),
    Read(ReadError),
    Commit(CommitError),
}

impl Reloader {
    pub fn new(config: &Config, metrics: Metrics) -> Reloader {
        Reloader {
            config: config.clone(),
            metrics,
            live: Mutex::default(),
            around_changed: Notify::new(),
            knowledge: SharedKnowledge::default(),
            last: Mutex::default(),
            folder: tokio::sync::Mutex::default(),
            looks: watch::Sender::new(0),
        }
    }

    /// The first version: of the files, or the last valid one if they have errors. `live` is always set.
    pub async fn start(&self, store: &Store, files: BotFiles, now: Time) -> Result<ReloadResult, ReloadError> {
        let (good, findings) = self.check(store, files).await;
        if let Some(good) = good {
            return self.go_live(store, good, findings, now).await;
        }
        let stored = version::live(store).await.map_err(ReloadError::Read)?;
        let Some(stored) = stored else { return Err(ReloadError::Findings(findings)) };
        let files = BotFiles::from_stored(&stored.files);
        let hash = files.hash.clone();
        // It was valid once; a newer check must not leave customers without an answer.
        let (mut set, about) = blocking(|| flow::parse_set(&files.files));
        self.knowledge.share(&mut set);
        // A secret that the configuration no longer grants is an error: without it flows would fail one by one.
        if ungranted(&set, &self.config).iter().chain(&about).any(Diagnostic::is_error) {
            return Err(ReloadError::Findings(findings));
        }
        tracing::error!(
            version = %stored.id, findings = findings.len(),
            "The flow files have errors; version {} goes on", stored.id
        );
        self.count(&findings);
        self.remember(hash);
        Ok(ReloadResult { live: Some((stored.id, Arc::new(set))), findings })
    }

    /// As `start`; if there is no valid version, nothing is live until the files are mended.
    pub async fn start_anyway(&self, store: &Store, files: BotFiles, now: Time) -> Result<ReloadResult, ReloadError> {
        match self.start(store, files, now).await {
            Err(ReloadError::Findings(findings)) => {
                self.count(&findings);
                tracing::error!(
                    findings = findings.len(),
                    "Nothing is live until the errors in the flow files are mended"
                );
                Ok(ReloadResult { live: Some((NO_VERSION, Arc::new(flow::parse_set(&[]).0))), findings })
            }
            started => started,
        }
    }

    /// Checks changed files, and stores them if they are valid.
    pub async fn offer(&self, store: &Store, files: BotFiles, now: Time) -> Result<ReloadResult, ReloadError> {
        let same = self.live.lock().unwrap_or_else(PoisonError::into_inner).as_deref() == Some(files.hash.as_str());
        let (good, findings) = self.check(store, files).await;
        match good {
            Some(good) if !same => {
                let news = self.go_live(store, good, findings, now).await?;
                self.metrics.flow_versions.inc();
                Ok(news)
            }
            // Unchanged (an error was undone), or with errors.
            _ => {
                self.count(&findings);
                Ok(ReloadResult { live: None, findings })
            }
        }
    }

    /// Reads the folder once and checks it.
    pub async fn look(&self, store: &Store, folder: &Path, now: Time) -> Result<ReloadResult, ReloadError> {
        let _alone = self.folder.lock().await;
        self.read_and_offer(store, folder, now).await
    }

    /// As `look`, if the files are not those of the last check.
    async fn look_at_changes(
        &self,
        store: &Store,
        folder: &Path,
        now: Time,
    ) -> Result<Option<ReloadResult>, ReloadError> {
        let _alone = self.folder.lock().await;
        let seen = blocking(|| source_files::read(folder)).ok().and_then(|files| SeenFiles::of(&files));
        if seen.is_some() && seen == *self.last.lock().unwrap_or_else(PoisonError::into_inner) {
            return Ok(None);
        }
        self.read_and_offer(store, folder, now).await.map(Some)
    }

    /// The lock for writing into the folder.
    pub(super) fn folder_lock(&self) -> &tokio::sync::Mutex<()> {
        &self.folder
    }

    /// Counts the looks at the folder: each tells that files may have changed, tests included.
    pub fn looks(&self) -> watch::Receiver<u64> {
        self.looks.subscribe()
    }

    /// Tells those who follow `looks`; after the findings are known.
    pub fn tell_of_look(&self) {
        self.looks.send_modify(|count| *count += 1);
    }

    /// As `look`, for a caller that holds the lock.
    pub(super) async fn read_and_offer(
        &self,
        store: &Store,
        folder: &Path,
        now: Time,
    ) -> Result<ReloadResult, ReloadError> {
        match blocking(|| source_files::read(folder)) {
            Ok(files) => {
                let seen = SeenFiles::of(&files);
                let news = self.offer(store, files, now).await?;
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = seen;
                Ok(news)
            }
            Err(error) => {
                // The live version stays.
                let findings = vec![error.finding()];
                self.count(&findings);
                Ok(ReloadResult { live: None, findings })
            }
        }
    }

    /// Watches `folder` until `stop`, and reports changes within a second of the last write.
    pub async fn follow(
        &self,
        store: &Store,
        folder: &Path,
        clock: &dyn Clock,
        mut stop: watch::Receiver<bool>,
        mut tell: impl FnMut(ReloadResult),
    ) {
        let mut watch = Watch::new(folder);
        // First read at once, for changes between the start and the watch.
        let mut anew = true;
        loop {
            let news = match anew {
                true => self.look(store, folder, clock.now()).await.map(Some),
                false => self.look_at_changes(store, folder, clock.now()).await,
            };
            match news {
                Ok(news) => {
                    if let Some(news) = news {
                        tell(news);
                    }
                    self.tell_of_look();
                }
                Err(error) => {
                    tracing::error!("The changed flows cannot go live now, and will be tried again: {error}");
                    tokio::select! {
                        _ = stop.changed() => return,
                        () = tokio::time::sleep(RELOAD_RETRY.to_std()) => continue,
                    }
                }
            }
            tokio::select! {
                _ = stop.changed() => return,
                () = watch.changed() => anew = false,
                () = self.around_changed.notified() => anew = true,
            }
        }
    }

    /// The template catalogue has changed: check the files again.
    pub fn look_again(&self) {
        self.around_changed.notify_one();
    }

    /// Parses and checks all files; gives files and set only without errors.
    async fn check(&self, store: &Store, files: BotFiles) -> (Option<(BotFiles, Arc<FlowSet>)>, Vec<Diagnostic>) {
        if let Some(Checked(set)) = files.checked.clone() {
            return (Some((files, set)), Vec::new());
        }
        let around = check_context::read(&self.config, store).await.unwrap_or_else(|error| {
            tracing::warn!("The flows are checked without the catalogue of templates: {error}");
            check_context::around(&self.config, &[])
        });
        let (mut set, findings) = blocking(|| judge(&self.config, &around, &files));
        let good = !findings.iter().any(Diagnostic::is_error);
        if good {
            self.knowledge.share(&mut set);
        }
        (good.then(|| (files, Arc::new(set))), findings)
    }

    /// Stores the files, or finds the stored version, and marks it as live.
    async fn go_live(
        &self,
        store: &Store,
        (files, set): (BotFiles, Arc<FlowSet>),
        findings: Vec<Diagnostic>,
        now: Time,
    ) -> Result<ReloadResult, ReloadError> {
        let before = version::live(store).await.map_err(ReloadError::Read)?;
        let changes = match before {
            Some(before) if before.hash != files.hash => {
                caught(Box::pin(self.preview(store, &files, &set, now))).await.unwrap_or_else(|panic| {
                    // A failure of the preview must not keep a valid version from going live.
                    tracing::error!("The list of what the new version changes panicked, which is a bug of ours; the version goes live: {panic}");
                    None
                })
            }
            Some(_) | None => None,
        };
        let row = version::NewVersion { hash: files.hash.clone(), files: files.to_stored(), created_at: now };
        let mut rows = WriteSet::new();
        rows.push(&version::INSERT, &row);
        rows.push(&version::LIVE, &version::Live { hash: files.hash.clone(), at: now });
        store.commit(rows).await.map_err(ReloadError::Commit)?;
        let id = version::number(store, &files.hash).await.map_err(ReloadError::Read)?;
        let id = id.ok_or(ReloadError::Commit(CommitError::Unknown))?;
        self.count(&findings);
        self.remember(files.hash);
        tracing::info!(version = %id, "Version {id} of the flows is live");
        for line in changes.iter().flat_map(Preview::lines) {
            tracing::info!(version = %id, "{line}");
        }
        Ok(ReloadResult { live: Some((id, set)), findings })
    }

    /// The preview of a version for the log. An error does not keep the version from going live.
    async fn preview(&self, store: &Store, files: &BotFiles, set: &Arc<FlowSet>, now: Time) -> Option<Preview> {
        let told = preview::preview(&self.config, store, files, set, now, PREVIEW_AT_RELOAD_MAX).await;
        told.inspect_err(|error| {
            tracing::warn!("The list of what the new version changes could not be made; the version goes live: {error}")
        })
        .ok()
    }

    fn remember(&self, hash: String) {
        *self.live.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash);
    }

    fn count(&self, findings: &[Diagnostic]) {
        if self.metrics.flow_findings.get() > 0 && !findings.iter().any(Diagnostic::is_error) {
            // An author who saw the errors waits for this line.
            tracing::info!("The flow files are good again");
        }
        let errors = findings.iter().filter(|finding| finding.is_error());
        let mut count = 0;
        for finding in errors {
            count += 1;
            let (file, line) = (finding.place.path(), finding.place.line());
            tracing::error!(file, line, error.code = finding.code, "{finding}");
        }
        self.metrics.flow_findings.set(count);
    }
}

/// Parses and checks these files: the flows, and all findings.
pub fn judge(config: &Config, around: &CheckContext, files: &BotFiles) -> (FlowSet, Vec<Diagnostic>) {
    let (set, mut findings) = flow::parse_set(&files.files);
    findings.extend(files.findings.iter().cloned());
    let around = CheckContext { files: files.sendable.clone(), ..around.clone() };
    findings.extend(flow::lint_around(&set, &around));
    findings.extend(ungranted(&set, config));
    findings.extend(mock_findings(&set));
    diagnostic::sort(&mut findings);
    (set, findings)
}

/// The findings about `sandbox.mocks`; also for `transom check`.
pub fn mock_findings(set: &FlowSet) -> Vec<Diagnostic> {
    let findings = Findings::default();
    if let Some(node) = &set.bot.sandbox.mocks {
        Mocks::read(node, &findings);
    }
    findings.into_sorted()
}

impl fmt::Display for ReloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReloadError::Findings(all) => {
                let errors = all.iter().filter(|finding| finding.is_error()).count();
                let errors = counted(errors, "error");
                write!(f, "the flow files have {errors}, and there is no earlier version to go on with")
            }
            ReloadError::Read(error) => write!(f, "the stored flows cannot be read: {error}"),
            ReloadError::Commit(error) => write!(f, "the flows cannot be stored: {error}"),
        }
    }
}

impl std::error::Error for ReloadError {}

#[cfg(test)]
mod tests;
