//! Checks that the SQLite file still is the one that was opened. If somebody deletes or replaces it, the open file would
//! be written on although no program can ever find it; if somebody overwrites it, two databases would be mixed.

use super::{conn::Conn, dialect::DbError};
use crate::{open_error::OpenError, own_mark::DatabaseMark};
use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

/// The device and inode of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity(u64, u64);

/// The identities of the database, its log and the log's index at the time of opening.
#[derive(Debug)]
pub(crate) struct OwnFile {
    file: PathBuf,
    was: Option<Identity>,
    log: SideFile,
    index: SideFile,
    mark: Option<DatabaseMark>,
}

/// A file that SQLite keeps beside the database.
#[derive(Debug)]
struct SideFile {
    what: &'static str,
    path: PathBuf,
    /// `None` until SQLite creates it.
    was: Option<Identity>,
}

/// The reason why the daemon must stop.
#[derive(Debug)]
pub(crate) struct LostFile {
    /// The first part of a sentence for the operator.
    pub what: String,
    /// True if another database is in the file: nothing of ours may be written into it.
    pub is_foreign: bool,
}

impl OwnFile {
    /// Remembers the file that the connection has opened, and marks it.
    pub fn new(file: &Path, conn: &Conn) -> std::io::Result<Self> {
        let mark = Some(DatabaseMark::new(file, conn)?);
        Ok(OwnFile { mark, ..OwnFile::unmarked(file) })
    }

    fn unmarked(file: &Path) -> Self {
        let beside = |what, end| SideFile { what, path: with_end(file, end), was: None };
        OwnFile {
            file: file.to_owned(),
            was: identity(file),
            log: beside("log", "-wal"),
            index: beside("index of the log", "-shm"),
            mark: None,
        }
    }

    /// Records that the connection was reopened, which may have created a new log.
    pub fn is_reopened(&mut self) {
        (self.log.was, self.index.was) = (None, None);
    }

    /// The reason to stop if the file is no longer the one that was opened. `damage`: SQLite's words, if it could not
    /// read the file.
    pub fn is_gone(&mut self, damage: Option<String>, conn: &Conn) -> Option<LostFile> {
        let file = self.file.display();
        let was = self.was?;
        let what = match identity(&self.file) {
            Some(now) if now == was => match self.mark.as_mut().is_some_and(|mark| mark.is_foreign(conn)) {
                true => {
                    let why = damage.unwrap_or_else(|| "it does not have the daemon's mark".to_owned());
                    let what = format!("the database file `{file}` was damaged or overwritten ({why})");
                    return Some(LostFile { what, is_foreign: true });
                }
                false => match damage {
                    Some(damage) => format!("the database file `{file}` was damaged or overwritten ({damage})"),
                    None => self.log.is_gone().or_else(|| self.index.is_gone())?,
                },
            },
            Some(_) => format!("the database file `{file}` was replaced by another one"),
            None => format!("the database file `{file}` was deleted"),
        };
        Some(LostFile { what, is_foreign: false })
    }

    /// Moves the log away from a foreign file: the next start would apply it. Gives its new path.
    pub fn move_log(&self) -> Option<PathBuf> {
        let aside = with_end(&self.rescue(), "-wal");
        fs::rename(&self.log.path, &aside).ok().map(|()| aside)
    }

    /// The path for a copy of the data: beside the file, under a free name.
    pub fn rescue(&self) -> PathBuf {
        let named = |n: u32| with_end(&self.file, &format!(".rescued-{n}"));
        let is_free = |path: &PathBuf| !path.exists() && !with_end(path, "-wal").exists();
        (1..).map(named).find(is_free).expect("numbers do not end")
    }
}

impl SideFile {
    fn is_gone(&mut self) -> Option<String> {
        let now = identity(&self.path);
        if self.was.is_none() || self.was == now {
            self.was = now;
            return None;
        }
        Some(format!("the {} of the database, `{}`, was deleted or replaced", self.what, self.path.display()))
    }
}

fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
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
pub(crate) fn cannot_connect(file: &Path, error: DbError) -> OpenError {
    if error.is_damage() {
        return OpenError::Database { doing: "opening the database", error };
    }
    OpenError::Files { path: file.to_owned(), error: std::io::Error::other(error.to_string()) }
}

/// The content of the lock file after the database was created.
const MADE: &str = "The database beside this file was made.\n";

/// Refuses to start if the lock file says that a database was created and there is none: an empty one would silently
/// take its place.
pub(crate) fn is_there_still(lock: &mut File, file: &Path) -> Result<(), OpenError> {
    let mut said = String::new();
    // An unreadable lock file counts as empty.
    let _ = lock.read_to_string(&mut said);
    let is_empty = fs::metadata(file).map_or(true, |about| about.len() == 0);
    if said == MADE && is_empty { Err(OpenError::Gone(file.to_owned())) } else { Ok(()) }
}

/// Writes into the lock file that the database was created.
pub(crate) fn is_made(lock: &mut File) {
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
    fn a_file_is_gone_when_it_is_deleted_replaced_or_has_lost_a_file_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.db");
        fs::write(&file, "1").unwrap();
        let mut own = OwnFile::unmarked(&file);
        let gone = |own: &mut OwnFile| own.is_gone(None, &Conn::Closed).map(|gone| gone.what).unwrap_or_default();
        let damaged = own.is_gone(Some("malformed".into()), &Conn::Closed).unwrap();
        assert!(damaged.what.contains("overwritten (malformed)") && !damaged.is_foreign, "{damaged:?}");
        assert_eq!(gone(&mut own), "");
        for end in ["-wal", "-shm"] {
            let beside = with_end(&file, end);
            fs::write(&beside, "1").unwrap();
            assert_eq!(gone(&mut own), "", "SQLite has made it");
            fs::write(&file, "grown").unwrap();
            assert_eq!(gone(&mut own), "");
            fs::remove_file(&beside).unwrap();
            let what = gone(&mut own);
            assert!(what.contains("log") && what.contains(end), "{what}");
            own.is_reopened();
            assert_eq!(gone(&mut own), "");
        }
        fs::write(folder.path().join("b"), "other").unwrap();
        fs::rename(folder.path().join("b"), &file).unwrap();
        assert!(gone(&mut own).contains("replaced"));
        fs::remove_file(&file).unwrap();
        assert!(gone(&mut own).contains("deleted"));
    }
}
