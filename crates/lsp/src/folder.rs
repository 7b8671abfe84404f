//! Keeps the files of a bot's folder in memory, and reads them again only when they changed.

use crate::{
    base::{
        diagnostic::{Diagnostic, sort},
        place::SourceFile,
    },
    flow::{FlowSet, tools::workspace::Workspace},
    runtime::{
        bot::{reload::mock_findings, source_files},
        testbench,
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// A bot's folder. All editors of one bot share it, so that a change is read once for all of them.
#[derive(Debug)]
pub struct BotFolder {
    path: PathBuf,
    kept: Mutex<Option<(u64, Arc<FolderFiles>)>>,
}

/// The files of a bot at one moment.
#[derive(Debug, Default)]
pub struct FolderFiles {
    /// Flows, scripts, locales and tests, by path.
    pub files: BTreeMap<String, Arc<SourceFile>>,
    /// Findings about files that cannot be read.
    findings: Vec<Diagnostic>,
    sendable: Option<BTreeMap<String, u64>>,
}

/// The result of a check.
pub struct Checked {
    pub set: FlowSet,
    pub findings: Vec<Diagnostic>,
}

impl BotFolder {
    pub fn new(path: PathBuf) -> BotFolder {
        BotFolder { path, kept: Mutex::default() }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The files as they are now. It looks at names, sizes and times, and reads only if one of them changed.
    pub fn look(&self) -> Arc<FolderFiles> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let sign = source_files::sign(&self.path);
        match (&*kept, sign) {
            (Some((before, files)), Some(sign)) if *before == sign => Arc::clone(files),
            _ => {
                let files = Arc::new(FolderFiles::read(&self.path));
                *kept = sign.map(|sign| (sign, Arc::clone(&files)));
                files
            }
        }
    }

    /// Reads again at the next look: for a change that times cannot show, because it followed the last one at once.
    pub fn forget(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl FolderFiles {
    /// A folder that cannot be read has no files and one finding: it may be away for a moment.
    fn read(folder: &Path) -> FolderFiles {
        let both = source_files::read(folder).and_then(|read| Ok((read, source_files::read_tests(folder)?)));
        let (read, tests) = match both {
            Ok(both) => both,
            Err(error) => return FolderFiles { findings: vec![error.finding()], ..FolderFiles::default() },
        };
        let files = read
            .files
            .into_iter()
            .chain(tests.files)
            .chain(tests.evals)
            .map(|file| (file.path().to_owned(), file))
            .collect();
        let findings = read.findings.into_iter().chain(tests.findings).collect();
        FolderFiles { files, findings, sendable: read.sendable }
    }

    /// All files, those of `open` instead of the ones on disk.
    pub fn under(&self, open: &BTreeMap<String, Arc<SourceFile>>) -> BTreeMap<String, Arc<SourceFile>> {
        let mut files = self.files.clone();
        files.extend(open.iter().map(|(path, file)| (path.clone(), Arc::clone(file))));
        files
    }

    /// Checks these files with those of `open` over them. The workspace keeps what did not change.
    pub fn check(&self, workspace: &mut Workspace, open: &BTreeMap<String, Arc<SourceFile>>) -> Checked {
        workspace.sendable(self.sendable.clone());
        workspace.replace(self.under(open).into_values());
        let looked = workspace.look();
        let unread = self.findings.iter().filter(|finding| !open.contains_key(finding.place.path()));
        let mut findings: Vec<Diagnostic> = unread.cloned().collect();
        findings.extend(looked.findings);
        findings.extend(mock_findings(&looked.set));
        findings.extend(looked.tests.iter().flat_map(|test| testbench::mock_findings(test)));
        findings.extend(looked.evals.iter().flat_map(testbench::eval_findings));
        sort(&mut findings);
        Checked { set: looked.set, findings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder() -> (tempfile::TempDir, BotFolder) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("flows")).unwrap();
        fs::write(dir.path().join("flows/_bot.yaml"), "bot: Shop\ntimezone: UTC\n").unwrap();
        let folder = BotFolder::new(dir.path().to_owned());
        (dir, folder)
    }

    #[test]
    fn an_unchanged_folder_is_read_once() {
        let (dir, folder) = folder();
        let first = folder.look();
        assert!(Arc::ptr_eq(&first, &folder.look()));
        fs::write(dir.path().join("flows/a.yaml"), "flow: a\nsteps:\n  - say: Hi\n").unwrap();
        let second = folder.look();
        assert!(!Arc::ptr_eq(&first, &second) && second.files.contains_key("flows/a.yaml"));
        folder.forget();
        assert!(!Arc::ptr_eq(&second, &folder.look()));
    }

    #[test]
    fn a_folder_that_is_away_and_a_test_that_is_no_text_are_findings() {
        let (dir, folder) = folder();
        fs::write(dir.path().join("flows/a.yaml"), "flow: a\nwhen: [{message: a}]\nsteps:\n  - say: Hi\n").unwrap();
        fs::write(dir.path().join("flows/a.test.yaml"), "tests: a\ncases:\n  - name: a\n    steps: [{user: a}]\n")
            .unwrap();
        fs::write(dir.path().join("flows/b.test.yaml"), b"\xff\xfe").unwrap();
        let found = |folder: &BotFolder| -> Vec<String> {
            let checked = folder.look().check(&mut Workspace::default(), &BTreeMap::new());
            checked.findings.iter().map(|finding| format!("{} {}", finding.code, finding.place.path())).collect()
        };
        assert_eq!(found(&folder), ["E910 flows/b.test.yaml"]);
        assert!(folder.look().files.contains_key("flows/a.test.yaml"));
        fs::rename(dir.path().join("flows"), dir.path().join("away")).unwrap();
        assert_eq!(found(&folder), ["E910 flows"]);
        fs::rename(dir.path().join("away"), dir.path().join("flows")).unwrap();
        assert_eq!(found(&folder), ["E910 flows/b.test.yaml"]);
    }

    #[test]
    fn an_open_text_stands_over_the_file_and_its_findings() {
        let (dir, folder) = folder();
        fs::write(dir.path().join("flows/a.yaml"), b"\xff").unwrap();
        let mut workspace = Workspace::default();
        let on_disk = folder.look().check(&mut workspace, &BTreeMap::new());
        assert_eq!(on_disk.findings[0].code, "E910");
        let open = SourceFile::new("flows/a.yaml", "flow: a\nwhen: [message: hi]\nsteps:\n  - say: Hi\n");
        let open = BTreeMap::from([("flows/a.yaml".to_owned(), open)]);
        let checked = folder.look().check(&mut workspace, &open);
        assert!(!checked.findings.iter().any(Diagnostic::is_error), "{:?}", checked.findings);
        assert!(checked.set.named("a").is_some());
    }
}
