//! Previews changed files before they are written, and recognises whether the same would be shown again.

use super::{Preview, PreviewedEffect, preview};
use crate::{
    base::{diagnostic::Diagnostic, limits::PREVIEW_AT_RELOAD_MAX},
    bot::{
        check_context,
        reload::judge,
        source_files::{self, BotFiles, FolderError},
    },
    daemon::app::App,
    flow::FlowSet,
    process::long_work::blocking,
    store::ReadError,
};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// The effect of changed files.
#[derive(Debug)]
pub struct UnsavedPreview {
    /// Of all files.
    pub findings: Vec<Diagnostic>,
    /// `None`: the files have errors, so they would not go live.
    pub preview: Option<Preview>,
    /// The same as long as the same would be shown.
    pub seen: String,
}

/// The reason why there is no preview.
#[derive(Debug)]
pub enum NotPreviewed {
    Folder(FolderError),
    Read(ReadError),
}

/// The bot's files with changes over them, and what the checks say.
pub(in crate::bot) struct JudgedFiles {
    pub files: BotFiles,
    pub set: Arc<FlowSet>,
    pub findings: Vec<Diagnostic>,
}

impl App {
    /// The effect of these new texts, by path; `None` deletes a file. Nothing is written.
    pub async fn preview_files(
        &self,
        texts: &BTreeMap<String, Option<String>>,
    ) -> Result<UnsavedPreview, NotPreviewed> {
        let judged = {
            // Nobody reads the folder while half of the files is written.
            let _alone = self.reloader.folder_lock().lock().await;
            self.judge_files(texts).await.map_err(NotPreviewed::Folder)?
        };
        let (seen, preview) = self.foresee(&judged).await.map_err(NotPreviewed::Read)?;
        Ok(UnsavedPreview { findings: judged.findings, preview, seen })
    }

    /// Checks the folder's files with these texts over them, for a caller that holds the folder's lock.
    pub(in crate::bot) async fn judge_files(
        &self,
        texts: &BTreeMap<String, Option<String>>,
    ) -> Result<JudgedFiles, FolderError> {
        let around = check_context::read(&self.config, &self.store).await.unwrap_or_else(|error| {
            tracing::warn!("The files are checked without the catalogue of templates: {error}");
            check_context::around(&self.config, &[])
        });
        blocking(|| {
            let files = source_files::read(&self.config.bot)?.with_changes(texts);
            let (set, findings) = judge(&self.config, &around, &files);
            Ok(JudgedFiles { files, set: Arc::new(set), findings })
        })
    }

    /// The preview of files without errors, and the mark of what it shows.
    pub(in crate::bot) async fn foresee(&self, judged: &JudgedFiles) -> Result<(String, Option<Preview>), ReadError> {
        let JudgedFiles { files, set, findings } = judged;
        let preview = match findings.iter().any(Diagnostic::is_error) {
            true => None,
            false => {
                let now = self.clock.now();
                Some(preview(&self.config, &self.store, files, set, now, PREVIEW_AT_RELOAD_MAX).await?)
            }
        };
        Ok((mark(findings, preview.as_ref()), preview))
    }
}

/// A digest of what a person decides upon. Numbers of people and times change with every message, so they do not
/// count; that a flow has people who would begin again does.
fn mark(findings: &[Diagnostic], preview: Option<&Preview>) -> String {
    let shown = preview.map(|preview| {
        let touched: BTreeSet<(&str, PreviewedEffect)> = preview
            .people
            .iter()
            .flat_map(|people| people.groups.iter().map(|group| (people.flow.as_str(), group.fate)))
            .filter(|(_, fate)| *fate != PreviewedEffect::Unchanged)
            .collect();
        let (live, differences, templates) =
            (preview.live.map(|live| live.version), &preview.differences, &preview.templates);
        json!({"live": live, "touched": touched, "differences": differences, "templates": templates})
    });
    let digest = Sha256::digest(json!([findings, shown]).to_string());
    digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for NotPreviewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPreviewed::Folder(error) => write!(f, "{error}"),
            NotPreviewed::Read(error) => write!(f, "the conversations cannot be read: {error}"),
        }
    }
}

impl std::error::Error for NotPreviewed {}
