//! Replaces files of the bot's folder: all of them or none, also if the process dies in the middle.
//!
//! A journal lies in `flows/` as long as files are replaced. It names a copy of each old file and is complete on the
//! disk before the first file changes. If a process dies, the next start or the next publication finds the journal and
//! puts the old files back: nobody was told that the publication had succeeded.

use super::{Change, NotPublished, tag};
use crate::bot::{bot_path::BotPath, source_files::FOLDERS};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};
use tempfile::TempPath;

/// The journal's name. The reader of the folder leaves out hidden files.
const JOURNAL: &str = "flows/.transom-publication.json";
/// The beginning of the names of all files that exist only meanwhile.
const PREFIX: &str = ".transom-";

/// A file in the journal.
#[derive(Debug, Serialize, Deserialize)]
struct Replaced {
    path: String,
    /// The name of the old file's copy, in the same folder; `None`: there was no such file.
    old: Option<String>,
    /// The tags of the old and of the new text; `None`: there is no such file.
    before: Option<String>,
    after: Option<String>,
}

/// All that is ready on the disk before the first file is replaced.
struct Prepared {
    /// Locked until it is dropped, so that no second daemon takes it for one that was left behind.
    journal: File,
    files: Vec<Replaced>,
    new: Vec<Option<TempPath>>,
    old: Vec<Option<TempPath>>,
}

/// Makes the changes. `unchanged` is asked just before the first file is replaced: the check before takes seconds, in
/// which another program may write. `rename` is that of the system; a test has one that fails.
pub(super) fn replace(
    folder: &Path,
    changes: &[Change],
    unchanged: impl FnOnce() -> Result<(), NotPublished>,
    rename: &dyn Fn(&Path, &Path) -> io::Result<()>,
) -> Result<(), NotPublished> {
    undo_unfinished(folder).map_err(NotPublished::of)?;
    let prepared = prepare(folder, changes).map_err(NotPublished::of)?;
    let replaced = unchanged().and_then(|()| prepared.replace_all(folder, changes, rename).map_err(NotPublished::of));
    match &replaced {
        Ok(()) => prepared.end(folder),
        Err(_) => prepared.take_back(folder),
    }
    replaced
}

/// Puts back the files of a publication that an earlier process has begun and not ended.
pub fn undo_unfinished(folder: &Path) -> io::Result<()> {
    let place = folder.join(JOURNAL);
    match fs::symlink_metadata(&place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        // The target of a link must not be emptied.
        Ok(about) if !about.is_file() => return Err(io::Error::other(format!("`{JOURNAL}` is no file; remove it"))),
        Ok(_) => {}
    }
    let mut journal = OpenOptions::new().read(true).write(true).open(&place)?;
    match journal.try_lock() {
        // Another daemon publishes at this moment.
        Err(TryLockError::WouldBlock) => return Ok(()),
        // Some network drives know no locks.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    let mut text = String::new();
    journal.read_to_string(&mut text)?;
    // A list that was cut off was not complete when the process died, so no file was replaced yet.
    if let Ok(files) = serde_json::from_str::<Vec<Replaced>>(&text) {
        let count = put_back(folder, &files)?;
        tracing::warn!(
            count,
            "A publication of files was cut off by the end of an earlier process; {count} of them are again as before it"
        );
    }
    journal.set_len(0)?;
    journal.sync_all()?;
    for home in &FOLDERS {
        remove_left(&folder.join(home.name), home.depth)?;
    }
    match fs::remove_file(place) {
        // The daemon that wrote it has just ended its publication.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Removes the files that exist only meanwhile, in a folder and those in it.
fn remove_left(home: &Path, depth: usize) -> io::Result<()> {
    for entry in fs::read_dir(home).into_iter().flatten() {
        let entry = entry?;
        let is_left = |name: &str| name.starts_with(PREFIX) && !JOURNAL.ends_with(name);
        if entry.file_name().to_str().is_some_and(is_left) {
            fs::remove_file(entry.path())?;
        } else if depth > 1 && entry.file_type()?.is_dir() {
            remove_left(&entry.path(), depth - 1)?;
        }
    }
    Ok(())
}

/// Writes all texts into temporary files first, so that a full disk is noticed before any file is changed.
fn prepare(folder: &Path, changes: &[Change]) -> io::Result<Prepared> {
    let mut journal = match OpenOptions::new().write(true).create_new(true).open(folder.join(JOURNAL)) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(io::Error::other("another daemon writes into this folder at the moment; try again"));
        }
        opened => opened?,
    };
    // Where there are no locks, two daemons must not share a folder.
    let _ = journal.try_lock();
    let prepared = prepare_files(folder, changes).and_then(|(files, new, old)| {
        journal.write_all(&serde_json::to_vec(&files).map_err(io::Error::other)?)?;
        journal.sync_all()?;
        for home in homes(folder, changes).chain([folder.join("flows")]) {
            sync_folder(&home)?;
        }
        Ok((files, new, old))
    });
    match prepared {
        Ok((files, new, old)) => Ok(Prepared { journal, files, new, old }),
        Err(error) => {
            let _ = fs::remove_file(folder.join(JOURNAL));
            Err(error)
        }
    }
}

/// The list for the journal, the new files, and the copies of the old ones.
type PreparedFiles = (Vec<Replaced>, Vec<Option<TempPath>>, Vec<Option<TempPath>>);

fn prepare_files(folder: &Path, changes: &[Change]) -> io::Result<PreparedFiles> {
    let (mut files, mut all_new, mut all_old) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        let home = folder.join(change.path.folder());
        fs::create_dir_all(&home)?;
        let place = home.join(change.path.name());
        let old = match change.etag {
            Some(_) => Some(copy_of(&home, &place)?),
            None => None,
        };
        let text = change.text.as_ref().map(|text| new_file(&home, &place, text.as_bytes()));
        files.push(Replaced {
            path: change.path.as_str().to_owned(),
            old: old.as_deref().and_then(Path::file_name).and_then(|name| name.to_str()).map(str::to_owned),
            before: change.etag.clone(),
            after: change.text.as_deref().map(|text| tag(text.as_bytes())),
        });
        all_new.push(text.transpose()?);
        all_old.push(old);
    }
    Ok((files, all_new, all_old))
}

impl Prepared {
    /// Replaces the files. After it the publication stands: its journal is empty.
    fn replace_all(
        &self,
        folder: &Path,
        changes: &[Change],
        rename: &dyn Fn(&Path, &Path) -> io::Result<()>,
    ) -> io::Result<()> {
        for (change, new) in changes.iter().zip(&self.new) {
            let place = folder.join(change.path.as_str());
            match new {
                Some(new) => rename(new, &place)?,
                None => match fs::remove_file(&place) {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    removed => removed?,
                },
            }
        }
        for home in homes(folder, changes) {
            sync_folder(&home)?;
        }
        self.empty_journal()
    }

    fn empty_journal(&self) -> io::Result<()> {
        self.journal.set_len(0)?;
        self.journal.sync_all()
    }

    /// Puts the old files back. What cannot be put back stays in the journal, for the next try.
    fn take_back(self, folder: &Path) {
        match put_back(folder, &self.files).and_then(|_| self.empty_journal()) {
            Ok(()) => self.end(folder),
            Err(error) => {
                tracing::error!(error = %error, "Files could not be put back after a publication failed; the next publication or start tries again: {error}");
                for copy in self.old.into_iter().flatten() {
                    // A copy that is kept stays where it is.
                    let _ = copy.keep();
                }
            }
        }
    }

    /// Removes the temporary files, the journal last.
    fn end(self, folder: &Path) {
        let Prepared { journal, new, old, .. } = self;
        drop((new, old));
        if let Err(error) = fs::remove_file(folder.join(JOURNAL)) {
            tracing::debug!(error = %error, "An empty journal stays in the bot's folder");
        }
        drop(journal);
    }
}

/// Gives the files that were replaced their old content and rights; says how many these were. A file that another
/// program has written meanwhile stays as that program left it.
fn put_back(folder: &Path, files: &[Replaced]) -> io::Result<usize> {
    let mut count = 0;
    for Replaced { path, old, before, after } in files {
        // The journal is a file like others: it must not lead out of the folder.
        let is_own = |name: &String| name.starts_with(PREFIX) && !name.contains(['/', '\\']);
        let (Ok(path), true) = (BotPath::existing(path), old.as_ref().is_none_or(is_own)) else { continue };
        let place = folder.join(path.as_str());
        let now = match fs::read(&place) {
            Ok(content) => Some(tag(&content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        if now == *before {
            continue;
        }
        if now != *after {
            let file = path.as_str();
            tracing::warn!(file, "`{file}` was changed by another program meanwhile, and stays so");
            continue;
        }
        let copy = old.as_ref().map(|old| folder.join(path.folder()).join(old));
        match copy {
            Some(copy) if !copy.exists() => {
                let file = path.as_str();
                tracing::error!(
                    file,
                    "`{file}` cannot be put back after a publication was cut off, because somebody removed the copy of it: compare it with yours"
                );
                continue;
            }
            Some(copy) => fs::rename(copy, &place)?,
            None => fs::remove_file(&place)?,
        }
        sync_folder(&folder.join(path.folder()))?;
        count += 1;
    }
    Ok(count)
}

/// The folders of the changed files.
fn homes(folder: &Path, changes: &[Change]) -> impl Iterator<Item = PathBuf> {
    changes.iter().map(|change| folder.join(change.path.folder()))
}

fn temporary(home: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(PREFIX).tempfile_in(home)
}

/// A copy with the rights of the file.
fn copy_of(home: &Path, place: &Path) -> io::Result<TempPath> {
    let copy = temporary(home)?;
    fs::copy(place, copy.path())?;
    copy.as_file().sync_all()?;
    Ok(copy.into_temp_path())
}

/// The new text, with the rights of the file that it replaces.
fn new_file(home: &Path, place: &Path, content: &[u8]) -> io::Result<TempPath> {
    let mut new = temporary(home)?;
    new.write_all(content)?;
    match fs::metadata(place) {
        Ok(old) => new.as_file().set_permissions(old.permissions())?,
        Err(_) => readable_by_all(new.as_file())?,
    }
    new.as_file().sync_all()?;
    Ok(new.into_temp_path())
}

/// Temporary files are for their owner alone; a flow may be read by others, as an editor would write it.
#[cfg(unix)]
fn readable_by_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> io::Result<()> {
    Ok(())
}

/// Makes renamed files survive a power failure; where folders cannot be synced, the system does it by itself.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder) {
        Ok(folder) if cfg!(unix) => folder.sync_all(),
        Ok(_) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
