//! Marks the SQLite file with a random number of the daemon, and reads the mark without SQLite: a database that is
//! copied over the live file keeps its inode, and SQLite, which has most pages in memory, would mix the two.
//!
//! The mark is SQLite's `user_version`, four bytes of the file's first page. A new mark is written to the log as soon
//! as the one before has come into the file. So the file has either of two marks, and an older copy of the same file
//! has neither.

use super::engine::conn::Conn;
use std::{fs::File, io, path::Path};

/// The place of `user_version` in the file.
const MARK_AT: u64 = 60;

#[derive(Debug)]
pub(super) struct DatabaseMark {
    /// Stays open as long as SQLite uses the file: closing any handle of a file ends all locks that the process has on
    /// it.
    file: File,
    in_file: i32,
    /// It comes into the file with the next checkpoint.
    next: i32,
}

impl DatabaseMark {
    /// Reads the mark of the file, and writes the next one.
    pub fn new(file: &Path, conn: &Conn) -> io::Result<Self> {
        let file = File::open(file)?;
        let in_file = read(&file)?.unwrap_or_default();
        let mut mark = DatabaseMark { file, in_file, next: another(in_file)? };
        mark.write(conn);
        if in_file == 0 {
            // A copy made by `transom backup` has no mark either: bring one into the file now.
            conn.checkpoint();
            mark.is_foreign(conn);
        }
        Ok(mark)
    }

    /// True if the file has neither of the two marks: it is another one now.
    pub fn is_foreign(&mut self, conn: &Conn) -> bool {
        // A disk that cannot be read is reported by the next commit.
        let Ok(found) = read(&self.file) else { return false };
        // SQLite writes nothing into a new file before the first checkpoint.
        let found = found.unwrap_or_default();
        if found == self.next {
            self.in_file = found;
            if let Ok(next) = another(found) {
                self.next = next;
                self.write(conn);
            }
        }
        found != self.in_file
    }

    /// A mark that could not be written never comes into the file, and the one before stays valid.
    fn write(&self, conn: &Conn) {
        let _ = conn.set_mark(self.next);
    }
}

/// A positive random number.
fn another(mark: i32) -> io::Result<i32> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let next = (i32::from_be_bytes(bytes) & i32::MAX).max(1);
    Ok(if next == mark { next ^ 2 } else { next })
}

#[cfg(unix)]
fn read(file: &File) -> io::Result<Option<i32>> {
    use std::os::unix::fs::FileExt as _;
    let mut bytes = [0; 4];
    match file.read_exact_at(&mut bytes, MARK_AT) {
        Ok(()) => Ok(Some(i32::from_be_bytes(bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// Other systems do not let an open file be overwritten.
#[cfg(not(unix))]
fn read(_: &File) -> io::Result<Option<i32>> {
    Ok(None)
}
