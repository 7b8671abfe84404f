//! Tells the studio's page when the bot's files change, by itself or by another hand.

use crate::{
    base::diagnostic::Diagnostic,
    lsp::folder::FolderFiles,
    runtime::{bot::publish::tag, process::long_work::blocking},
    web::state::Web,
};
use serde_json::json;
use std::{future::pending, sync::Arc};
use tokio::sync::watch;

/// The types of these events, which have no id: they are in no log.
pub const NEWS: &[&str] = &["files", "flows"];

/// A listener's knowledge of the bot's files.
pub struct BotNews {
    looks: watch::Receiver<u64>,
    files: Option<Arc<FolderFiles>>,
    /// The live version and the number of errors in the newest files.
    flows: Option<(i64, usize)>,
}

impl BotNews {
    /// Begins with the present state, which is no news.
    pub fn begin(web: &Web, types: &[String]) -> BotNews {
        let wants = |name: &str| types.iter().any(|one| one == name);
        BotNews {
            looks: web.app.reloader.looks(),
            files: wants("files").then(|| blocking(|| web.bot_check.folder.look())),
            flows: wants("flows").then(|| flows_of(web)),
        }
    }

    /// The next events as text; waits for ever if none is wanted.
    pub async fn next(&mut self, web: &Web) -> String {
        if self.files.is_none() && self.flows.is_none() {
            return pending().await;
        }
        loop {
            if self.looks.changed().await.is_err() {
                return pending().await;
            }
            let text = self.changes(web);
            if !text.is_empty() {
                return text;
            }
        }
    }

    fn changes(&mut self, web: &Web) -> String {
        let mut text = String::new();
        if let Some(before) = &mut self.files {
            let now = blocking(|| web.bot_check.folder.look());
            for (path, file) in &now.files {
                if before.files.get(path).is_none_or(|known| known.text() != file.text()) {
                    let data = json!({"path": path, "etag": tag(file.text().as_bytes())});
                    text.push_str(&format!("event: files\ndata: {data}\n\n"));
                }
            }
            for path in before.files.keys().filter(|path| !now.files.contains_key(*path)) {
                let data = json!({"path": path, "etag": null});
                text.push_str(&format!("event: files\ndata: {data}\n\n"));
            }
            *before = now;
        }
        if let Some(before) = &mut self.flows {
            let now = flows_of(web);
            if now != *before {
                let data = json!({"version": now.0, "errors": now.1});
                text.push_str(&format!("event: flows\ndata: {data}\n\n"));
            }
            *before = now;
        }
        text
    }
}

fn flows_of(web: &Web) -> (i64, usize) {
    let errors = web.app.live.findings().iter().filter(|finding| Diagnostic::is_error(finding)).count();
    (web.app.live.get().version.0, errors)
}
