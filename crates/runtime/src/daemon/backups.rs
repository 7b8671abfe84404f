//! Copies a SQLite database at the times that the configuration names, and keeps the newest copies.
//!
//! A copy is written under another name, checked and flushed before it gets its own: a file with the name of a copy is
//! whole. Old copies are removed only after a new one is there. The time of the last copy stands in a file, so that one
//! that was missed while the daemon was down is made after the start.

use crate::{
    base::{
        clock::Clock,
        limits::{BACKUP_LOOK_EVERY, BACKUP_RETRY, DISK_FREE_MIN},
        time::Time,
    },
    config::BackupPlan,
    health::{backup_mark, disk},
    process::metrics::Metrics,
    store::Store,
};
use anyhow::Context as _;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

const PREFIX: &str = "transom-";
const SUFFIX: &str = ".db";
/// Stands behind the name of a copy that is not whole yet.
const PARTIAL: &str = ".partial";

pub struct Backups {
    store: Store,
    clock: Arc<dyn Clock>,
    plan: BackupPlan,
    /// The folder of the database, where the time of the last copy stands.
    data: PathBuf,
    /// The start of the daemon: the first copy is due at the first time behind it, if none was ever made.
    started: Time,
    /// Not again before this time, after a copy that failed.
    rests_until: Mutex<Option<Time>>,
    metrics: Metrics,
}

impl Backups {
    pub fn new(store: Store, clock: Arc<dyn Clock>, plan: BackupPlan, data: PathBuf, metrics: Metrics) -> Backups {
        let started = clock.now();
        Backups { store, clock, plan, data, started, rests_until: Mutex::default(), metrics }
    }

    /// Looks for a due copy until `stop`.
    pub async fn drive(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            // A copy in the middle is not waited for: it has no name yet.
            tokio::select! {
                _ = stop.changed() => return,
                () = self.pass() => {}
            }
            tokio::select! {
                _ = stop.changed() => return,
                () = tokio::time::sleep(BACKUP_LOOK_EVERY.to_std()) => {}
            }
        }
    }

    /// Makes a copy if one is due, and shows in the metrics how the copies stand.
    pub async fn pass(&self) {
        let now = self.clock.now();
        // Before the copy as well: a copy that takes long, or never ends, is late meanwhile.
        self.measure(now);
        self.copy_if_due(now).await;
        self.measure(now);
    }

    /// A failure is logged, and tried again after `BACKUP_RETRY`.
    async fn copy_if_due(&self, now: Time) {
        let rests = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        let last = self.last();
        let is_due = self.plan.due_after(last).is_some_and(|at| at <= now);
        if !is_due || rests.is_some_and(|until| now < until) {
            return;
        }
        let made = self.copy(now).await;
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) =
            made.as_ref().err().map(|_| now + BACKUP_RETRY);
        self.metrics.backup_failed.set(i64::from(made.is_err()));
        match made {
            Ok(file) => tracing::info!(file = %file.display(), "The database is copied"),
            Err(error) => tracing::error!("The copy of the database failed and is tried again: {error:#}"),
        }
    }

    /// Read from the files, so that it is right after a start and after a copy by hand.
    fn measure(&self, now: Time) {
        let (newest, marked) = (self.newest(), backup_mark::read(&self.data));
        self.metrics.backup_timestamp_seconds.set(newest.max(marked).map_or(0, |at| at.0 / 1_000));
        let file = newest.and_then(|at| fs::metadata(self.plan.folder.join(name_of(at))).ok());
        self.metrics.backup_bytes.set(file.map_or(0, |file| i64::try_from(file.len()).unwrap_or(i64::MAX)));
        let due = self.plan.due_after(self.last()).filter(|due| *due <= now);
        self.metrics.backup_late_seconds.set(due.map_or(0, |due| (now - due).0 / 1_000));
    }

    /// The time of the last copy by schedule: the newest in the folder. Where they are carried elsewhere, it is that of any
    /// copy; a copy by hand takes the place of none that is due.
    fn last(&self) -> Time {
        self.newest().or_else(|| backup_mark::read(&self.data)).unwrap_or(self.started)
    }

    /// The time in the name of the newest copy in the folder.
    fn newest(&self) -> Option<Time> {
        let all = fs::read_dir(&self.plan.folder).into_iter().flatten();
        let names = all.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter_map(|name| time_of(&name)).max()
    }

    async fn copy(&self, now: Time) -> anyhow::Result<PathBuf> {
        let folder = &self.plan.folder;
        fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
        let all = fs::read_dir(folder).with_context(|| format!("reading the folder {}", folder.display()))?;
        let names: Vec<String> = all.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        // A file that an earlier process did not finish.
        for name in names.iter().filter(|name| name.strip_suffix(PARTIAL).is_some_and(is_copy)) {
            fs::remove_file(folder.join(name)).with_context(|| format!("removing {name}"))?;
        }
        self.has_room(folder)?;
        let file = folder.join(name_of(now));
        let partial = folder.join(format!("{}{PARTIAL}", name_of(now)));
        self.store.backup(&partial).await?;
        fs::rename(&partial, &file).context("naming the copy")?;
        // The name is on the disk as well as the file.
        fs::File::open(folder).and_then(|folder| folder.sync_all()).context("flushing the folder")?;
        backup_mark::write(&self.data, now).context("writing the time of the copy")?;
        // The copy is there, and the next one removes what was left.
        if let Err(error) = self.remove_old(folder, names) {
            tracing::warn!("Old copies of the database stay: {error:#}");
        }
        Ok(file)
    }

    /// A copy that fills the disk of the database would stop the daemon.
    fn has_room(&self, folder: &Path) -> anyhow::Result<()> {
        let size = fs::metadata(&self.plan.database).map(|file| file.len()).unwrap_or_default();
        if let Some(free) = disk::free(folder)
            && free < size + DISK_FREE_MIN
        {
            let mib = |bytes: u64| bytes / (1024 * 1024);
            anyhow::bail!(
                "{} MiB are free at {}, and {} are needed",
                mib(free),
                folder.display(),
                mib(size + DISK_FREE_MIN)
            );
        }
        Ok(())
    }

    /// Removes all but the newest copies; `names` are those before the new one.
    fn remove_old(&self, folder: &Path, names: Vec<String>) -> anyhow::Result<()> {
        let mut copies: Vec<String> = names.into_iter().filter(|name| is_copy(name)).collect();
        copies.sort_unstable();
        let too_many = (copies.len() + 1).saturating_sub(self.plan.keep);
        for name in &copies[..too_many.min(copies.len())] {
            fs::remove_file(folder.join(name)).with_context(|| format!("removing the old copy {name}"))?;
        }
        Ok(())
    }
}

/// `transom-2026-11-25T030000Z.db`: sorted by name they are sorted by time.
fn name_of(at: Time) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default();
    format!("{PREFIX}{}{SUFFIX}", at.strftime("%Y-%m-%dT%H%M%SZ"))
}

/// True for a name that `name_of` gives: no other file of the folder is ever removed.
fn is_copy(name: &str) -> bool {
    time_of(name).is_some()
}

/// The time in a name that `name_of` gave, to the second.
fn time_of(name: &str) -> Option<Time> {
    let written = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX).filter(|written| written.len() == 18)?;
    let at = jiff::civil::DateTime::strptime("%Y-%m-%dT%H%M%SZ", written).ok()?;
    Some(Time(at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_copies_are_known() {
        let name = name_of(Time(1_795_514_400_000));
        assert_eq!(name, "transom-2026-11-24T100000Z.db");
        assert!(is_copy(&name));
        assert_eq!(time_of(&name), Some(Time(1_795_514_400_000)));
        for other in ["transom-before-update.db", "transom.db", "transom-2026-11-24T100000Z.db.partial", "notes.txt"] {
            assert!(!is_copy(other), "{other}");
        }
    }
}
