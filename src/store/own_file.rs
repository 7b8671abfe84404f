//! Checks that the SQLite file still has the name under which it was opened. If somebody deletes or replaces it, the
//! open file would be written on although no program can ever find it.

use super::{dialect::DbError, open_error::OpenError};
use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

/// The device and inode of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

/// The identities of the database and its log at the time of opening.
#[derive(Debug)]
pub(super) struct OwnFile {
    file: PathBuf,
    was: Option<Identity>,
    log: PathBuf,
    /// `None` until SQLite creates the log at the first write.
    log_was: Option<Identity>,
}

impl OwnFile {
    pub fn new(file: &Path) -> Self {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        OwnFile { file: file.to_owned(), was: identity(file), log: PathBuf::from(log), log_was: None }
    }

    /// Records that the connection was reopened, which may have created a new log.
    pub fn is_reopened(&mut self) {
        self.log_was = None;
    }

    /// A sentence for the operator if the file is no longer the one that was opened. `damage`: SQLite's words, if it
    /// could not read the file.
    pub fn is_gone(&mut self, damage: Option<String>) -> Option<String> {
        if let Some(damage) = damage {
            let file = self.file.display();
            return Some(format!("the database file `{file}` was damaged or overwritten ({damage})"));
        }
        let was = self.was?;
        let what = match identity(&self.file) {
            Some(now) if now == was => {
                let now = identity(&self.log);
                match (self.log_was, now) {
                    (None, _) => {
                        self.log_was = now;
                        return None;
                    }
                    (before, now) if before == now => return None,
                    (_, _) => format!("the log `{}` of the database was deleted or replaced", self.log.display()),
                }
            }
            Some(_) => format!("the database file `{}` was replaced by another one", self.file.display()),
            None => format!("the database file `{}` was deleted", self.file.display()),
        };
        Some(what)
    }

    /// The path for a copy of the data: beside the file, under a free name.
    pub fn rescue(&self) -> PathBuf {
        let named = |n: u32| {
            let mut name = self.file.as_os_str().to_owned();
            name.push(format!(".rescued-{n}"));
            PathBuf::from(name)
        };
        (1..).map(named).find(|path| !path.exists()).expect("numbers do not end")
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).ok().map(|about| Identity(about.dev(), about.ino()))
}

/// Other systems do not let an open file be deleted.
#[cfg(not(unix))]
fn identity(_: &Path) -> Option<Identity> {
    None
}

/// The reason why the file cannot be opened: a damaged one stays so.
pub(super) fn cannot_connect(file: &Path, error: DbError) -> OpenError {
    if error.is_damage() {
        return OpenError::Database { doing: "opening the database", error };
    }
    OpenError::Files { path: file.to_owned(), error: std::io::Error::other(error.to_string()) }
}

/// The content of the lock file after the database was created.
const MADE: &str = "The database beside this file was made.\n";

/// Refuses to start if the lock file says that a database was created and there is none: an empty one would silently
/// take its place.
pub(super) fn is_there_still(lock: &mut File, file: &Path) -> Result<(), OpenError> {
    let mut said = String::new();
    // An unreadable lock file counts as empty.
    let _ = lock.read_to_string(&mut said);
    let is_empty = fs::metadata(file).map_or(true, |about| about.len() == 0);
    if said == MADE && is_empty { Err(OpenError::Gone(file.to_owned())) } else { Ok(()) }
}

/// Writes into the lock file that the database was created.
pub(super) fn is_made(lock: &mut File) {
    let written = lock.metadata().map_or(0, |about| about.len());
    // If the disk is full, the next start writes it.
    if written == 0 && lock.write_all(MADE.as_bytes()).is_err() {
        let _ = lock.set_len(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_is_gone_when_it_is_deleted_replaced_or_has_lost_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let (file, log) = (folder.path().join("a.db"), folder.path().join("a.db-wal"));
        fs::write(&file, "1").unwrap();
        let mut own = OwnFile::new(&file);
        assert!(own.is_gone(Some("malformed".into())).unwrap().contains("overwritten (malformed)"));
        assert_eq!(own.is_gone(None), None);
        fs::write(&log, "1").unwrap();
        assert_eq!(own.is_gone(None), None, "SQLite has made its log");
        fs::write(&file, "grown").unwrap();
        assert_eq!(own.is_gone(None), None);
        fs::remove_file(&log).unwrap();
        assert!(own.is_gone(None).unwrap().contains("log"));
        own.is_reopened();
        assert_eq!(own.is_gone(None), None);
        fs::write(folder.path().join("b"), "other").unwrap();
        fs::rename(folder.path().join("b"), &file).unwrap();
        assert!(own.is_gone(None).unwrap().contains("replaced"));
        fs::remove_file(&file).unwrap();
        assert!(own.is_gone(None).unwrap().contains("deleted"));
    }
}
