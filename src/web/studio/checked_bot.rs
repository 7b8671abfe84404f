//! Holds the bot's files as the studio sees them: read once for all editors, and checked once for each state.

use crate::{
    flow::{CheckContext, tools::workspace::Workspace},
    lsp::folder::{BotFolder, Checked, FolderFiles},
    runtime::{bot::check_context, daemon::app::App, process::long_work::blocking},
};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

pub struct BotCheck {
    pub folder: Arc<BotFolder>,
    last: Mutex<Option<LastCheck>>,
}

/// The last check; the workspace keeps what the next one need not do again.
struct LastCheck {
    around: CheckContext,
    workspace: Workspace,
    result: Arc<CheckedFiles>,
}

/// The files at one moment with their findings.
pub struct CheckedFiles {
    pub on_disk: Arc<FolderFiles>,
    pub checked: Checked,
}

impl BotCheck {
    pub fn new(bot: PathBuf) -> BotCheck {
        BotCheck { folder: Arc::new(BotFolder::new(bot)), last: Mutex::default() }
    }

    /// The files on disk with their findings, those of tests included.
    pub async fn checked(&self, app: &App) -> Arc<CheckedFiles> {
        let around = surroundings(app).await;
        blocking(|| {
            let on_disk = self.folder.look();
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let workspace = match last.take().filter(|last| last.around == around) {
                Some(same) if Arc::ptr_eq(&same.result.on_disk, &on_disk) => {
                    return Arc::clone(&last.insert(same).result);
                }
                Some(other) => other.workspace,
                None => Workspace::new(around.clone()),
            };
            // A panic in the check leaves nothing behind, because the last check was taken out.
            let mut workspace = workspace;
            let checked = on_disk.check(&mut workspace, &BTreeMap::new());
            let result = Arc::new(CheckedFiles { on_disk, checked });
            Arc::clone(&last.insert(LastCheck { around, workspace, result }).result)
        })
    }
}

/// The senders and templates that flows are checked against.
pub async fn surroundings(app: &App) -> CheckContext {
    check_context::read(&app.config, &app.store).await.unwrap_or_else(|error| {
        tracing::warn!("The flows are checked without the catalogue of templates: {error}");
        check_context::around(&app.config, &[])
    })
}
