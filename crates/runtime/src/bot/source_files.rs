//! Reads the bot's folder: flows, scripts, locales and knowledge as source files, with a hash over all of them.

mod papers;
mod unread;

use super::media_files;
use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{BOT_BYTES_MAX, BOT_FILES_MAX, KNOWLEDGE_DEPTH_MAX},
        place::{Place, SourceFile},
        test_paths::{is_eval, is_of_tests, is_recording, is_test},
    },
    flow::{FlowSet, knowledge, mcp},
};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A folder of a bot.
#[derive(Debug)]
pub struct BotFolder {
    pub name: &'static str,
    /// The endings of the files that are read.
    pub extensions: &'static [&'static str],
    /// How deep files may lie in it: 1, directly in the folder.
    pub depth: usize,
}

/// The folders of a bot.
pub const FOLDERS: [BotFolder; 4] = [
    BotFolder { name: "flows", extensions: &["yaml"], depth: 1 },
    BotFolder { name: "scripts", extensions: &["rhai"], depth: 1 },
    BotFolder { name: "locales", extensions: &["yaml"], depth: 1 },
    BotFolder { name: knowledge::FOLDER, extensions: &knowledge::EXTENSIONS, depth: KNOWLEDGE_DEPTH_MAX },
];

/// Advice for a command that was run in the wrong folder.
const NO_FLOWS: &str = "it has no folder `flows`. Go to the folder of a bot, or name it: `bot:` in the \
    configuration, `transom serve --bot DIR`, `transom chat --bot DIR`, `transom check DIR`, `transom test DIR`. `transom new NAME` makes a bot to begin with";

/// All files of one version, ordered by path.
#[derive(Debug, Clone)]
pub struct BotFiles {
    pub files: Vec<Arc<SourceFile>>,
    /// Findings about unreadable files; such a set cannot go live.
    pub findings: Vec<Diagnostic>,
    /// SHA-256 over paths and texts, in hex: equal files are the same version.
    pub hash: String,
    /// The parsed set of these files, if they are already checked.
    pub checked: Option<Checked>,
    /// The files that flows may send, with their sizes; they are read when they are sent and are no part of a version.
    /// `None` if unknown.
    pub sendable: Option<BTreeMap<String, u64>>,
}

/// The test files of a bot.
#[derive(Debug, Clone, Default)]
pub struct TestFiles {
    pub files: Vec<Arc<SourceFile>>,
    /// The evals of agents: `flows/*.eval.yaml`.
    pub evals: Vec<Arc<SourceFile>>,
    /// The recorded answers of models beside them: `flows/*.model.yaml`.
    pub recordings: Vec<Arc<SourceFile>>,
    /// One for each file that cannot be read.
    pub findings: Vec<Diagnostic>,
}

/// A set without errors.
#[derive(Clone)]
pub struct Checked(pub Arc<FlowSet>);

impl std::fmt::Debug for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Checked({} flows)", self.0.flows.len())
    }
}

/// The folder cannot be used; displays as one sentence for the operator.
#[derive(Debug)]
pub struct FolderError {
    folder: PathBuf,
    why: String,
}

/// Reads `flows/*.yaml` without tests, `scripts/*.rhai`, `locales/*.yaml`, the files of `knowledge/` and `mcp.lock.yaml`
/// below `folder`.
/// Paths are relative to it, so that findings and stored versions do not depend on its location.
pub fn read(folder: &Path) -> Result<BotFiles, FolderError> {
    let mut findings = Vec::new();
    let paths = paths(folder, &mut findings)?;
    let (mut files, mut total) = (Vec::with_capacity(paths.len()), 0);
    for (name, path) in &paths {
        let refuse = |why: String| unreadable(name, &why);
        // Check the size before reading, so that a huge file is never in memory.
        let size = fs::metadata(path).map_or(0, |about| usize::try_from(about.len()).unwrap_or(usize::MAX));
        if total + size > BOT_BYTES_MAX {
            findings.push(refuse(format!("the bot's files are larger than {BOT_BYTES_MAX} bytes together")));
            break;
        }
        match fs::read(path).map_err(|e| e.to_string()).and_then(utf8) {
            Ok(text) => {
                total += text.len();
                files.push(SourceFile::new(name.clone(), text));
            }
            Err(why) => findings.push(refuse(why)),
        }
    }
    findings.extend(too_many(paths.len()));
    findings.extend(unread::files(folder));
    let hash = hash(&files);
    Ok(BotFiles { files, findings, hash, checked: None, sendable: media_files::list(folder) })
}

fn unreadable(name: &str, why: &str) -> Diagnostic {
    let place = Place::start_of(&SourceFile::new(name, ""));
    let help = "save it as a text in UTF-8, or take it out of the folder";
    Diagnostic::error("E910", &place, format!("cannot read `{name}`: {why}")).help(help)
}

fn too_many(files: usize) -> Option<Diagnostic> {
    let place = Place::start_of(&SourceFile::new("flows", ""));
    let message = format!("the bot has {files} files, and at most {BOT_FILES_MAX} are read");
    (files > BOT_FILES_MAX).then(|| Diagnostic::error("E911", &place, message))
}

/// The tests and evals beside the flows, `flows/*.test.yaml` and `flows/*.eval.yaml`, and their recordings.
pub fn read_tests(folder: &Path) -> Result<TestFiles, FolderError> {
    let mut tests = TestFiles::default();
    for (name, path) in entries(folder, "flows", &["yaml"])?.into_iter().filter(|(name, _)| is_of_tests(name)) {
        match fs::read(&path).map_err(|e| e.to_string()).and_then(utf8) {
            Ok(text) if is_recording(&name) => tests.recordings.push(SourceFile::new(name, text)),
            Ok(text) if is_eval(&name) => tests.evals.push(SourceFile::new(name, text)),
            Ok(text) => tests.files.push(SourceFile::new(name, text)),
            Err(why) => tests.findings.push(unreadable(&name, &why)),
        }
    }
    Ok(tests)
}

/// The tests beside the flows with changes: a new text, or `None` for a deleted file.
pub fn tests_with_changes(folder: &Path, changes: &BTreeMap<String, Option<String>>) -> Result<TestFiles, FolderError> {
    let mut tests = read_tests(folder)?;
    tests.findings.retain(|finding| !changes.contains_key(finding.place.path()));
    lay_over(&mut tests.files, changes.iter().filter(|(path, _)| is_test(path)));
    lay_over(&mut tests.evals, changes.iter().filter(|(path, _)| is_eval(path)));
    lay_over(&mut tests.recordings, changes.iter().filter(|(path, _)| is_recording(path)));
    Ok(tests)
}

/// A cheap fingerprint of the folder: names, sizes and times; for files that flows send, names and sizes. Equal
/// fingerprints mean equal files.
pub fn sign(folder: &Path) -> Option<u64> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    let files = FOLDERS.iter().flat_map(|home| files_of(folder, home, &mut Vec::new())).flatten();
    for (name, path) in files.chain(lock(folder)) {
        name.hash(&mut hasher);
        if let Ok(about) = fs::metadata(&path) {
            (about.len(), about.modified().ok()).hash(&mut hasher);
        }
    }
    // A file that was missing may exist now.
    media_files::list(folder).hash(&mut hasher);
    Some(hasher.finish())
}

impl BotFiles {
    /// These files with changes: a new text, or `None` for a deleted file. Tests are no part of a version, so changes of
    /// them are left out.
    pub fn with_changes(mut self, changes: &BTreeMap<String, Option<String>>) -> BotFiles {
        self.findings.retain(|finding| !changes.contains_key(finding.place.path()));
        lay_over(&mut self.files, changes.iter().filter(|(path, _)| !is_of_tests(path)));
        self.findings.extend(too_many(self.files.len()));
        let bytes: usize = self.files.iter().map(|file| file.text().len()).sum();
        if bytes > BOT_BYTES_MAX {
            let place = Place::start_of(&SourceFile::new("flows", ""));
            let message = format!("the bot's files are larger than {BOT_BYTES_MAX} bytes together");
            self.findings.push(Diagnostic::error("E910", &place, message));
        }
        self.hash = hash(&self.files);
        self.checked = None;
        self
    }

    /// The files of a stored version.
    pub fn from_stored(stored: &BTreeMap<String, String>) -> BotFiles {
        let files: Vec<_> = stored.iter().map(|(path, text)| SourceFile::new(path.clone(), text.clone())).collect();
        let hash = hash(&files);
        BotFiles { files, findings: Vec::new(), hash, checked: None, sendable: None }
    }

    /// Path and text of each file, for the version's row.
    pub fn to_stored(&self) -> BTreeMap<String, String> {
        self.files.iter().map(|file| (file.path().to_owned(), file.text().to_owned())).collect()
    }
}

/// Puts the new texts in the places of the old ones, ordered by path.
fn lay_over<'c>(files: &mut Vec<Arc<SourceFile>>, changes: impl Iterator<Item = (&'c String, &'c Option<String>)>) {
    for (path, text) in changes {
        files.retain(|file| file.path() != path);
        files.extend(text.as_ref().map(|text| SourceFile::new(path.clone(), text.clone())));
    }
    files.sort_by(|a, b| a.path().cmp(b.path()));
}

impl std::fmt::Display for FolderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot read the bot in `{}`: {}", self.folder.display(), self.why)
    }
}

impl std::error::Error for FolderError {}

impl FolderError {
    /// The error as a finding: the folder was moved away, perhaps for a moment.
    pub fn finding(&self) -> Diagnostic {
        Diagnostic::error("E910", &Place::start_of(&SourceFile::new("flows", "")), self.to_string())
    }
}

fn paths(folder: &Path, findings: &mut Vec<Diagnostic>) -> Result<Vec<(String, PathBuf)>, FolderError> {
    if !folder.as_os_str().is_empty() && !folder.exists() {
        return Err(FolderError { folder: folder.to_owned(), why: "it does not exist".to_owned() });
    }
    let mut all = Vec::new();
    for home in &FOLDERS {
        all.extend(files_of(folder, home, findings)?.into_iter().filter(|(name, _)| !is_of_tests(name)));
    }
    all.extend(lock(folder));
    // The same order as `from_stored`: otherwise the hash of a version would differ from that of its files.
    all.sort();
    Ok(all)
}

/// The pinned tools of MCP servers, if there are some.
fn lock(folder: &Path) -> Option<(String, PathBuf)> {
    let path = folder.join(mcp::LOCK);
    path.is_file().then(|| (mcp::LOCK.to_owned(), path))
}

fn files_of(
    folder: &Path,
    home: &BotFolder,
    findings: &mut Vec<Diagnostic>,
) -> Result<Vec<(String, PathBuf)>, FolderError> {
    match home.depth {
        1 => entries(folder, home.name, home.extensions),
        _ => Ok(papers::list(folder, home, findings)),
    }
}

fn entries(folder: &Path, name: &str, extensions: &[&str]) -> Result<Vec<(String, PathBuf)>, FolderError> {
    let below = if folder.as_os_str().is_empty() { PathBuf::from(name) } else { folder.join(name) };
    let error = |why: String| FolderError { folder: folder.to_owned(), why };
    let listing = match fs::read_dir(&below) {
        Ok(listing) => listing,
        // Scripts and locales are optional; flows are required.
        Err(e) if e.kind() == io::ErrorKind::NotFound && name != "flows" => return Ok(Vec::new()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(error(NO_FLOWS.to_owned()));
        }
        Err(_) if folder.is_file() => {
            let above = folder.parent().filter(|above| above.file_name().is_some_and(|name| name == "flows"));
            let bot = above.and_then(Path::parent).filter(|bot| !bot.as_os_str().is_empty()).unwrap_or(Path::new("."));
            return Err(error(format!("it is a file: name the folder of the bot, such as `{}`", bot.display())));
        }
        Err(e) => return Err(error(format!("`{name}`: {e}"))),
    };
    let mut found = Vec::new();
    for entry in listing {
        let path = entry.map_err(|e| error(format!("`{name}`: {e}")))?.path();
        let file = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        // Editors put their own files beside ours: `.welcome.yaml.swp`, `.#welcome.yaml`.
        let is_read = |ending: &OsStr| extensions.iter().any(|known| ending == *known);
        let ours = !file.starts_with('.') && path.extension().is_some_and(is_read);
        if ours && path.is_file() {
            found.push((format!("{name}/{file}"), path));
        }
    }
    Ok(found)
}

fn utf8(bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|e| format!("it is not UTF-8 at byte {}", e.utf8_error().valid_up_to()))
}

fn hash(files: &[Arc<SourceFile>]) -> String {
    let mut hasher = Sha256::new();
    for file in files {
        // The lengths make the end of a text and the next path distinct.
        for part in [file.path(), file.text()] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
