//! Holds one bot in the editor: its files on disk, unsaved changes over them, and its findings.

use crate::{
    base::{diagnostic::Diagnostic, limits::KNOWLEDGE_DEPTH_MAX, place::SourceFile},
    flow::{
        self, CheckContext, FlowSet,
        knowledge::{FOLDER, is_knowledge},
        tools::{editor::EditedBot, workspace::Workspace},
    },
    folder::{BotFolder, FolderFiles},
    position::uri_of,
    runtime::{bot::source_files, process::panic_guard::text_of},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
};

pub struct Bot {
    folder: Arc<BotFolder>,
    /// The folder's path in the editor's addresses.
    shown: PathBuf,
    /// Unsaved texts, by their paths below the folder.
    pub open: BTreeMap<String, Arc<SourceFile>>,
    /// The files on disk; `None`: look at them again.
    on_disk: Option<Arc<FolderFiles>>,
    /// Parses again only files that changed.
    workspace: Workspace,
    pub set: FlowSet,
    pub findings: Vec<Diagnostic>,
    /// The findings that the editor has, by file.
    pub published: BTreeMap<String, Vec<Value>>,
    /// True if findings were not sent since the last change.
    pub unpublished: bool,
    pub was_read: bool,
    /// True if something changed since the files were checked.
    stale: bool,
}

impl Bot {
    pub fn new(folder: Arc<BotFolder>, shown: PathBuf, around: &CheckContext) -> Bot {
        let (set, _) = flow::parse_set(&[]);
        Bot {
            folder,
            shown,
            workspace: Workspace::new(around.clone()),
            on_disk: None,
            open: BTreeMap::new(),
            set,
            findings: Vec::new(),
            published: BTreeMap::new(),
            unpublished: true,
            was_read: false,
            stale: true,
        }
    }

    /// The editor has changed a text.
    pub fn changed(&mut self) {
        (self.stale, self.unpublished) = (true, true);
    }

    /// A file on disk may have changed.
    pub fn changed_on_disk(&mut self) {
        self.on_disk = None;
        self.changed();
    }

    /// The folder of the bot that contains a file, and the path of the file in it.
    pub fn home(file: &Path) -> Option<(PathBuf, String)> {
        let mut below = file.file_name()?.to_str()?.to_owned();
        for (depth, folder) in file.ancestors().skip(1).enumerate() {
            let name = folder.file_name()?.to_str()?;
            below = format!("{name}/{below}");
            // Other files in a folder of this name, such as that of a whole project, belong to no bot.
            let is_home = source_files::FOLDERS.iter().any(|known| known.name == name && depth < known.depth);
            if is_home && (name != FOLDER || is_knowledge(&below)) {
                return Some((folder.parent()?.to_owned(), below));
            }
            if depth >= KNOWLEDGE_DEPTH_MAX {
                break;
            }
        }
        None
    }

    /// The editor's address of a file.
    pub fn uri(&self, path: &str) -> String {
        uri_of(&self.shown.join(path))
    }

    /// Checks again if something changed. A panic, which is our bug, must not stop the editor's help for good; it goes
    /// to `complain`.
    pub fn refresh(&mut self, around: &CheckContext, complain: fn(&str)) {
        if !self.stale {
            return;
        }
        (self.stale, self.was_read) = (false, true);
        // The workspace is taken out, because a panic may leave it broken.
        let mut workspace = std::mem::take(&mut self.workspace);
        let work = || {
            let on_disk = self.on_disk.clone().unwrap_or_else(|| self.folder.look());
            let checked = on_disk.check(&mut workspace, &self.open);
            (on_disk, checked)
        };
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok((on_disk, checked)) => {
                self.on_disk = Some(on_disk);
                (self.set, self.findings) = (checked.set, checked.findings);
                self.workspace = workspace;
            }
            Err(panic) => {
                self.workspace = Workspace::new(around.clone());
                complain(&text_of(panic.as_ref()));
            }
        }
    }

    /// All files of the bot including tests, with unsaved changes.
    pub fn all_files(&self) -> Vec<Arc<SourceFile>> {
        let on_disk = self.on_disk.clone().unwrap_or_else(|| self.folder.look());
        on_disk.under(&self.open).into_values().collect()
    }

    /// A file with its unsaved changes, else as it was last read.
    pub fn file(&self, path: &str) -> Option<Arc<SourceFile>> {
        self.open.get(path).or_else(|| self.on_disk.as_ref()?.files.get(path)).cloned()
    }

    pub fn edited<'a>(&'a self, around: &'a CheckContext) -> EditedBot<'a> {
        EditedBot { set: &self.set, around }
    }
}
