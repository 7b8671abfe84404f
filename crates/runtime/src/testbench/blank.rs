//! Creates an empty database once for all cases of a run: otherwise creating its tables would take most of the time of
//! a short case.

use super::pace::event_loop;
use crate::{
    daemon::kept_secrets::token_key,
    store::{Options, Store},
};
use anyhow::Context;
use std::path::{Path, PathBuf};

/// Deleted at the end of the run.
pub(super) struct EmptyDatabase {
    folder: tempfile::TempDir,
}

impl EmptyDatabase {
    pub fn make() -> anyhow::Result<EmptyDatabase> {
        let folder = temporary()?;
        let blank = EmptyDatabase { folder };
        let url = format!("sqlite://{}", blank.file().display());
        // A test's data need not survive a power failure.
        let options = Options { durable: false, ..Options::default() };
        event_loop().context("the event loop of a test")?.block_on(async {
            let store = Store::open(&url, options).await?;
            // The buttons of the same talk then have the same ids each time.
            token_key(&store).await?;
            // Closing writes everything into the one file that is copied.
            store.close().await;
            anyhow::Ok(())
        })?;
        Ok(blank)
    }

    /// A copy for one case.
    pub fn copy_to(&self, file: &Path) -> anyhow::Result<()> {
        let parent = file.parent().context("a database lies in a folder")?;
        std::fs::create_dir_all(parent).with_context(|| format!("the folder `{}`", parent.display()))?;
        std::fs::copy(self.file(), file).with_context(|| format!("the database `{}`", file.display()))?;
        Ok(())
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("blank.db")
    }
}

/// A folder that is deleted on drop.
pub(super) fn temporary() -> anyhow::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("transom-test-").tempdir().context("a temporary folder")
}
