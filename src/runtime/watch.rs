//! Telling when the bot's files have changed: the system's events, settled for a moment, and a look each second.

use super::bot::{FOLDERS, sign};
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

/// Watches one bot's folder. Dropping it ends the watching.
pub struct Watch {
    folder: PathBuf,
    seen: Option<u64>,
    events: mpsc::Receiver<()>,
    watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// From what lies in `folder` now. Works without the system's events too (some network drives and
    /// containers have none), only slower.
    pub fn new(folder: &Path) -> Watch {
        // One place is enough: that something happened is all we want to know.
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

    /// Waits until the files differ from what they were, and have been left alone for a moment: an
    /// editor that saves by renaming, or a `git pull`, is one change.
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
            // Still being written: what we just saw must hold for a moment.
            sleep(WATCH_SETTLE.to_std()).await;
            if sign(&self.folder) == now {
                self.seen = now;
                // A folder that was replaced (`git checkout`) has lost its watch.
                self.arm();
                return;
            }
        }
    }

    // Not the folder above: a database or a build beside the flows would wake us all the time.
    fn arm(&mut self) {
        let Some(watcher) = &mut self.watcher else { return };
        // What lies deeper is seen by the look.
        for name in FOLDERS.iter().map(|(name, _)| *name).chain([FILES]) {
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
