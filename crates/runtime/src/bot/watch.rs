//! Watches the bot's files for changes: by events of the system, debounced, and by regular checks.

use super::source_files::{FOLDERS, sign};
use crate::{
    base::limits::{WATCH_LOOK_EVERY, WATCH_SETTLE},
    model::content::FILES,
};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval, sleep},
};

/// Watches one bot's folder until it is dropped.
pub struct Watch {
    folder: PathBuf,
    seen: Option<u64>,
    events: mpsc::Receiver<()>,
    watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// Begins with the current state of `folder`. Without events of the system (some network drives and containers
    /// have none) it also works, only slower.
    pub fn new(folder: &Path) -> Watch {
        // One place is enough, because the content of an event does not matter.
        let (tell, events) = mpsc::channel(1);
        let told = move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_))) {
                let _ = tell.try_send(());
            }
        };
        let watcher = notify::recommended_watcher(told)
            .inspect_err(|e| tracing::warn!(error = %e, "Cannot watch the flow files; they are looked at each second"))
            .ok();
        let mut watch = Watch { folder: folder.to_owned(), seen: sign(folder), events, watcher };
        watch.arm();
        watch
    }

    /// Waits until the files have changed and then stayed unchanged for a moment: saving by renaming, or a `git pull`,
    /// is one change.
    pub async fn changed(&mut self) {
        let mut looks = interval(WATCH_LOOK_EVERY.to_std());
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Some(()) = self.events.recv() => sleep(WATCH_SETTLE.to_std()).await,
                _ = looks.tick() => {}
            }
            let now = sign(&self.folder);
            if now == self.seen {
                continue;
            }
            // The files may still be written: the state must stay the same for a moment.
            sleep(WATCH_SETTLE.to_std()).await;
            if sign(&self.folder) == now {
                self.seen = now;
                // A folder that was replaced (`git checkout`) has lost its watch.
                self.arm();
                return;
            }
        }
    }

    // Not the parent folder: a database or a build beside the flows would cause events all the time.
    fn arm(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        // The regular check finds changes in deeper folders.
        for name in FOLDERS.iter().map(|home| home.name).chain([FILES]) {
            let _ = watcher.watch(&self.folder.join(name), RecursiveMode::NonRecursive);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, time::Duration};

    async fn soon(watch: &mut Watch) -> bool {
        tokio::time::timeout(Duration::from_secs(20), watch.changed()).await.is_ok()
    }

    #[tokio::test]
    async fn a_saved_a_renamed_and_a_new_file_are_noticed() {
        let bot = tempfile::tempdir().unwrap();
        let flows = bot.path().join("flows");
        fs::create_dir(&flows).unwrap();
        fs::write(flows.join("a.yaml"), "flow: a").unwrap();
        let mut watch = Watch::new(bot.path());
        fs::write(flows.join("a.yaml"), "flow: a # changed").unwrap();
        assert!(soon(&mut watch).await);
        fs::write(bot.path().join("new"), "flow: a # by an editor that renames").unwrap();
        fs::rename(bot.path().join("new"), flows.join("a.yaml")).unwrap();
        assert!(soon(&mut watch).await);
        fs::create_dir(bot.path().join("scripts")).unwrap();
        fs::write(bot.path().join("scripts/s.rhai"), "").unwrap();
        assert!(soon(&mut watch).await);
    }

    #[tokio::test]
    async fn a_replaced_folder_is_still_watched() {
        let bot = tempfile::tempdir().unwrap();
        let flows = bot.path().join("flows");
        fs::create_dir(&flows).unwrap();
        fs::write(flows.join("a.yaml"), "flow: a").unwrap();
        let mut watch = Watch::new(bot.path());
        fs::rename(&flows, bot.path().join("old")).unwrap();
        fs::create_dir(&flows).unwrap();
        fs::write(flows.join("b.yaml"), "flow: b").unwrap();
        assert!(soon(&mut watch).await);
        fs::write(flows.join("b.yaml"), "flow: b # again").unwrap();
        assert!(soon(&mut watch).await);
    }
}
