//! Holds one bot in the editor: its files on disk, unsaved changes over them, and its findings.

use crate::{
    base::{
        diagnostic::{Diagnostic, sort},
        place::SourceFile,
    },
    flow::{
        self, CheckContext, FlowSet,
        tools::{editor::EditedBot, workspace::Workspace},
    },
    runtime::{
        bot::{reload::mock_findings, source_files},
        daemon::panic_guard::text_of,
        testbench,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
};

pub struct Bot {
    /// The folder that contains `flows/`.
    pub root: PathBuf,
    /// Unsaved texts, by their paths below the folder.
    pub open: BTreeMap<String, Arc<SourceFile>>,
    /// Parses again only files that changed.
    workspace: Workspace,
    pub set: FlowSet,
    pub findings: Vec<Diagnostic>,
    /// Files whose findings were sent to the editor.
    pub told: BTreeSet<String>,
    /// True if findings were not sent since the last change.
    pub untold: bool,
    pub was_read: bool,
    /// True if something changed since the files were read.
    stale: bool,
}

impl Bot {
    pub fn new(root: PathBuf, around: &CheckContext) -> Bot {
        let (set, _) = flow::parse_set(&[]);
        let workspace = Workspace::new(around.clone());
        Bot {
            root,
            workspace,
            open: BTreeMap::new(),
            set,
            findings: Vec::new(),
            told: BTreeSet::new(),
            untold: true,
            was_read: false,
            stale: true,
        }
    }

    pub fn changed(&mut self) {
        (self.stale, self.untold) = (true, true);
    }

    /// The folder of the bot that contains a file, and the path of the file in it.
    pub fn home(file: &Path) -> Option<(PathBuf, String)> {
        let folder = file.parent()?;
        let name = folder.file_name()?.to_str()?;
        let known = source_files::FOLDERS.iter().find(|(known, _)| *known == name)?;
        let root = folder.parent()?.to_owned();
        Some((root, format!("{}/{}", known.0, file.file_name()?.to_str()?)))
    }

    /// Reads everything again if something changed. A panic, which is our bug, must not stop the editor's help for
    /// good.
    pub fn refresh(&mut self, around: &CheckContext) {
        if !self.stale {
            return;
        }
        (self.stale, self.was_read) = (false, true);
        // The workspace is taken out, because a panic may leave it broken.
        let mut workspace = std::mem::take(&mut self.workspace);
        let work = || {
            let (mut files, mut findings) = match source_files::read(&self.root) {
                Ok(read) => {
                    workspace.sendable(read.sendable);
                    (read.files, read.findings)
                }
                Err(_) => (Vec::new(), Vec::new()),
            };
            files.extend(source_files::read_tests(&self.root).unwrap_or_default());
            self.lay_over(&mut files);
            findings.retain(|finding| !self.open.contains_key(finding.place.path()));
            workspace.replace(files);
            let looked = workspace.look();
            findings.extend(looked.findings);
            findings.extend(mock_findings(&looked.set));
            findings.extend(looked.tests.iter().flat_map(|test| testbench::mock_findings(test)));
            sort(&mut findings);
            (looked.set, findings)
        };
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok((set, findings)) => {
                self.set = set;
                self.findings = findings;
                self.workspace = workspace;
            }
            Err(panic) => {
                self.workspace = Workspace::new(around.clone());
                eprintln!("transom lsp: a bug of ours: {}", text_of(panic.as_ref()));
            }
        }
    }

    /// All files of the bot including tests, with unsaved changes.
    pub fn all_files(&self) -> Vec<Arc<SourceFile>> {
        let mut files = source_files::read(&self.root).map(|read| read.files).unwrap_or_default();
        files.extend(source_files::read_tests(&self.root).unwrap_or_default());
        self.lay_over(&mut files);
        files
    }

    /// A file with its unsaved changes, else as it was last read.
    pub fn file(&self, path: &str) -> Option<Arc<SourceFile>> {
        self.open.get(path).or_else(|| self.set.files.iter().find(|file| file.path() == path)).cloned()
    }

    pub fn desk<'a>(&'a self, around: &'a CheckContext) -> EditedBot<'a> {
        EditedBot { set: &self.set, around }
    }

    fn lay_over(&self, files: &mut Vec<Arc<SourceFile>>) {
        for (path, file) in &self.open {
            match files.iter_mut().find(|other| other.path() == path) {
                Some(other) => *other = file.clone(),
                None => files.push(file.clone()),
            }
        }
        files.sort_by(|a, b| a.path().cmp(b.path()));
    }
}
