//! Writes changed files into the bot's folder, all of them or none, and makes them live as one version.

mod replace;

pub use replace::undo_unfinished;

use super::{
    bot_path::{BotPath, Found},
    preview::JudgedFiles,
    reload::ReloadResult,
    source_files::{FOLDERS, FolderError},
};
use crate::{
    base::{diagnostic::Diagnostic, ids::VersionId},
    daemon::app::App,
    process::long_work::blocking,
    store::ReadError,
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt, fs, io, path::Path, sync::Arc};

/// One changed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub path: BotPath,
    /// The new text; `None` deletes the file.
    pub text: Option<String>,
    /// The tag of the text that the change is based on; `None`: there must be no such file.
    pub etag: Option<String>,
}

/// The conditions of a publication.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PublishConditions {
    /// Files with errors are written, too.
    pub with_errors: bool,
    /// The `seen` of the preview that was decided upon; nothing is written if it would show something else now.
    pub seen: Option<String>,
}

/// The result of a publication.
#[derive(Debug)]
pub struct Published {
    /// The version that is live with these files; `None` if they have errors, or cannot go live yet.
    pub version: Option<VersionId>,
    /// Why files without errors are not live yet: the end of a sentence. The daemon tries again by itself.
    pub delayed: Option<String>,
    /// The tags of the written files; `None` for those that were deleted.
    pub etags: BTreeMap<String, Option<String>>,
    /// The findings of all files.
    pub findings: Vec<Diagnostic>,
}

/// The reason why nothing was written.
#[derive(Debug)]
pub enum NotPublished {
    /// These files are not as the changes say.
    Changed(Vec<String>),
    /// The files would have errors.
    Errors(Vec<Diagnostic>),
    /// A preview would not show the same any more.
    OtherPreview,
    /// This file cannot be written, and why: the end of a sentence.
    Unusable {
        path: String,
        why: String,
    },
    /// The folder cannot be written.
    ReadOnly,
    Folder(FolderError),
    Read(ReadError),
    Io(io::Error),
}

impl NotPublished {
    fn of(error: io::Error) -> NotPublished {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => NotPublished::ReadOnly,
            _ => NotPublished::Io(error),
        }
    }
}

impl App {
    /// Writes these changes, and makes the files live if they have no errors. With errors nothing is written, unless
    /// that is wished; then the version before stays live.
    pub async fn publish_files(
        self: &Arc<Self>,
        changes: Vec<Change>,
        conditions: &PublishConditions,
    ) -> Result<Published, NotPublished> {
        // Nobody reads the folder while half of the files is written.
        let _alone = self.reloader.folder_lock().lock().await;
        let folder = &self.config.bot;
        blocking(|| look(folder, &changes))?;
        let texts = changes.iter().map(|change| (change.path.as_str().to_owned(), change.text.clone())).collect();
        let judged = self.judge_files(&texts).await.map_err(NotPublished::Folder)?;
        if !conditions.with_errors && judged.findings.iter().any(Diagnostic::is_error) {
            return Err(NotPublished::Errors(judged.findings));
        }
        if let Some(seen) = &conditions.seen {
            self.compare_preview(&judged, seen).await?;
        }
        blocking(|| write_files(folder, &changes))?;
        // From here on the files are written, whatever happens.
        let news = self.reloader.read_and_offer(&self.store, folder, self.clock.now()).await;
        let tag = |change: &Change| {
            (change.path.as_str().to_owned(), change.text.as_deref().map(|text| tag(text.as_bytes())))
        };
        let etags = changes.iter().map(tag).collect();
        let ReloadResult { live, findings } = match news {
            Ok(news) => news,
            Err(error) => {
                tracing::warn!("The published files cannot go live now, and will be tried again: {error}");
                let delayed = Some(error.to_string());
                return Ok(Published { version: None, delayed, etags, findings: judged.findings });
            }
        };
        let good = !findings.iter().any(Diagnostic::is_error);
        self.take_news(ReloadResult { live, findings: findings.clone() });
        self.reloader.tell_of_look();
        Ok(Published { version: good.then(|| self.live.get().version), delayed: None, etags, findings })
    }

    async fn compare_preview(&self, judged: &JudgedFiles, seen: &str) -> Result<(), NotPublished> {
        let (now, _) = self.foresee(judged).await.map_err(NotPublished::Read)?;
        if now == seen { Ok(()) } else { Err(NotPublished::OtherPreview) }
    }
}

/// Writes these changes into the folder of a bot that no daemon has to make live, all of them or none.
pub fn write_files(folder: &Path, changes: &[Change]) -> Result<(), NotPublished> {
    look(folder, changes)?;
    replace::replace(folder, changes, || look(folder, changes), &|from, to| fs::rename(from, to))
}

/// A short digest of a file's content, as HTTP writes an `ETag`.
pub fn tag(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// True if files can be written into the folders of the bot. A folder that is not there yet does not count.
pub fn is_writable(folder: &Path) -> bool {
    let homes = FOLDERS.iter().map(|home| folder.join(home.name));
    homes.into_iter().all(|home| may_write(&home).unwrap_or(!home.ends_with("flows")))
}

/// Asks the system instead of writing something, because each change of the folder wakes those who watch it. `None`:
/// there is no such folder.
#[cfg(unix)]
fn may_write(folder: &Path) -> Option<bool> {
    use rustix::{
        fs::{Access, access},
        io::Errno,
    };
    match access(folder, Access::WRITE_OK | Access::EXEC_OK) {
        Err(Errno::NOENT) => None,
        asked => Some(asked.is_ok()),
    }
}

#[cfg(not(unix))]
fn may_write(folder: &Path) -> Option<bool> {
    fs::metadata(folder).ok().map(|about| !about.permissions().readonly())
}

/// An error if a file is not as its change says, or cannot be written.
fn look(folder: &Path, changes: &[Change]) -> Result<(), NotPublished> {
    let mut changed = Vec::new();
    for change in changes {
        let path = change.path.as_str();
        let unusable = |why: &str| NotPublished::Unusable { path: path.to_owned(), why: why.to_owned() };
        let content = match change.path.find(folder).map_err(NotPublished::Io)? {
            Found::Link => return Err(unusable("it is a link, or lies behind one; change the file that it leads to")),
            Found::Other => return Err(unusable("it is no file")),
            Found::Nothing => None,
            Found::File => Some(fs::read(folder.join(path)).map_err(NotPublished::Io)?),
        };
        if content.as_deref().map(tag) != change.etag {
            changed.push(path.to_owned());
        }
    }
    if !changed.is_empty() {
        return Err(NotPublished::Changed(changed));
    }
    for change in changes.iter().filter(|change| change.text.is_some() && change.etag.is_none()) {
        if let Some(other) = alike(folder, &change.path, changes).map_err(NotPublished::Io)? {
            let why = format!("`{other}` differs only in capital letters, and some systems take both for one file");
            return Err(NotPublished::Unusable { path: change.path.as_str().to_owned(), why });
        }
    }
    Ok(())
}

/// Another file or folder, present after the changes, whose name differs from a new one only in capital letters.
fn alike(folder: &Path, new: &BotPath, changes: &[Change]) -> io::Result<Option<String>> {
    let stays = |path: &str| !changes.iter().any(|change| change.path.as_str() == path && change.text.is_none());
    let others = changes.iter().map(|change| change.path.as_str()).filter(|path| *path != new.as_str());
    // `knowledge/FAQ/a.md` beside `knowledge/faq/b.md`: each folder of the path is compared, too.
    let parts: Vec<usize> = new.as_str().match_indices('/').map(|(at, _)| at).chain([new.as_str().len()]).collect();
    for window in parts.windows(2) {
        let (above, own) = (&new.as_str()[..window[0]], &new.as_str()[..window[1]]);
        let mut names: Vec<String> = match fs::read_dir(folder.join(above)) {
            Ok(entries) => entries
                .map(|entry| Ok(format!("{above}/{}", entry?.file_name().to_string_lossy())))
                .collect::<io::Result<_>>()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let depth = own.matches('/').count();
        names.extend(others.clone().map(|other| other.split('/').take(depth + 1).collect::<Vec<_>>().join("/")));
        let is_alike = |other: &&String| **other != own && other.to_lowercase() == own.to_lowercase() && stays(other);
        if let Some(other) = names.iter().find(is_alike) {
            return Ok(Some(other.clone()));
        }
    }
    Ok(None)
}

impl fmt::Display for NotPublished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPublished::Changed(paths) => write!(f, "changed meanwhile: {}", quoted(paths)),
            NotPublished::Errors(_) => f.write_str("the files would have errors"),
            NotPublished::OtherPreview => f.write_str("the preview would show something else now"),
            NotPublished::Unusable { path, why } => write!(f, "`{path}` cannot be written: {why}"),
            NotPublished::ReadOnly => f.write_str("the bot's folder cannot be written by the daemon's user"),
            NotPublished::Folder(error) => write!(f, "{error}"),
            NotPublished::Read(error) => write!(f, "the conversations cannot be read: {error}"),
            NotPublished::Io(error) => write!(f, "the files cannot be written: {error}"),
        }
    }
}

impl std::error::Error for NotPublished {}

fn quoted(paths: &[String]) -> String {
    paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn bot(files: &[(&str, &str)]) -> tempfile::TempDir {
        let bot = tempfile::tempdir().unwrap();
        fs::create_dir(bot.path().join("flows")).unwrap();
        for (path, text) in files {
            fs::write(bot.path().join(path), text).unwrap();
        }
        bot
    }

    pub(super) fn change(path: &str, text: Option<&str>, before: Option<&str>) -> Change {
        let path = BotPath::parse(path).unwrap();
        Change { path, text: text.map(str::to_owned), etag: before.map(|text| tag(text.as_bytes())) }
    }

    pub(super) fn texts(bot: &Path) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for folder in ["flows", "scripts", "locales"] {
            for entry in fs::read_dir(bot.join(folder)).into_iter().flatten() {
                let path = entry.unwrap().path();
                let name = format!("{folder}/{}", path.file_name().unwrap().to_str().unwrap());
                all.insert(name, fs::read_to_string(path).unwrap());
            }
        }
        all
    }

    fn publish(bot: &Path, changes: &[Change]) -> Result<(), NotPublished> {
        look(bot, changes)?;
        replace::replace(bot, changes, || look(bot, changes), &|from, to| fs::rename(from, to))
    }

    #[test]
    fn files_are_changed_made_and_removed_and_nothing_is_left_beside() {
        let bot = bot(&[("flows/a.yaml", "a"), ("flows/b.yaml", "b")]);
        let changes = [
            change("flows/a.yaml", Some("A"), Some("a")),
            change("flows/b.yaml", None, Some("b")),
            change("scripts/c.rhai", Some("C"), None),
        ];
        publish(bot.path(), &changes).unwrap();
        let expected = [("flows/a.yaml", "A"), ("scripts/c.rhai", "C")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(texts(bot.path()), expected.into());
    }

    #[test]
    fn a_file_that_is_not_as_it_was_seen_stops_all() {
        let bot = bot(&[("flows/a.yaml", "a"), ("flows/b.yaml", "b")]);
        let before = texts(bot.path());
        let changes = [
            change("flows/a.yaml", Some("A"), Some("a")),
            change("flows/b.yaml", Some("B"), Some("another")),
            change("flows/c.yaml", None, Some("c")),
            change("flows/d.yaml", Some("D"), None),
        ];
        match publish(bot.path(), &changes) {
            Err(NotPublished::Changed(paths)) => assert_eq!(paths, ["flows/b.yaml", "flows/c.yaml"]),
            other => panic!("{other:?}"),
        }
        match publish(bot.path(), &[change("flows/a.yaml", Some("A"), None)]) {
            Err(NotPublished::Changed(paths)) => assert_eq!(paths, ["flows/a.yaml"]),
            other => panic!("{other:?}"),
        }
        assert_eq!(texts(bot.path()), before);
    }

    #[test]
    fn a_file_that_another_program_writes_during_the_check_is_not_overwritten() {
        let bot = bot(&[("flows/a.yaml", "a"), ("flows/b.yaml", "b")]);
        let changes = [change("flows/a.yaml", Some("A"), Some("a")), change("flows/b.yaml", Some("B"), Some("b"))];
        let written_meanwhile = || {
            fs::write(bot.path().join("flows/b.yaml"), "of another hand").unwrap();
            look(bot.path(), &changes)
        };
        match replace::replace(bot.path(), &changes, written_meanwhile, &|from, to| fs::rename(from, to)) {
            Err(NotPublished::Changed(paths)) => assert_eq!(paths, ["flows/b.yaml"]),
            other => panic!("{other:?}"),
        }
        let expected = [("flows/a.yaml", "a"), ("flows/b.yaml", "of another hand")];
        assert_eq!(texts(bot.path()), expected.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
    }

    #[test]
    fn asking_whether_the_folder_can_be_written_writes_nothing() {
        let bot = bot(&[("flows/a.yaml", "a")]);
        let time = || fs::metadata(bot.path().join("flows")).unwrap().modified().unwrap();
        let before = time();
        assert!(is_writable(bot.path()));
        assert_eq!(time(), before);
        // A folder that is no folder cannot be written.
        fs::write(bot.path().join("scripts"), "").unwrap();
        assert!(!is_writable(bot.path()));
    }

    #[test]
    fn a_failure_in_the_middle_leaves_the_files_as_they_were() {
        let bot = bot(&[("flows/a.yaml", "a"), ("flows/b.yaml", "b"), ("flows/d.yaml", "d")]);
        let before_all = texts(bot.path());
        let changes = [
            change("flows/a.yaml", Some("A"), Some("a")),
            change("flows/b.yaml", None, Some("b")),
            change("flows/c.yaml", Some("C"), None),
            change("flows/d.yaml", Some("D"), Some("d")),
        ];
        let fails_last = |from: &Path, to: &Path| match to.ends_with("d.yaml") {
            true => Err(io::Error::other("the disk is gone")),
            false => fs::rename(from, to),
        };
        assert!(replace::replace(bot.path(), &changes, || Ok(()), &fails_last).is_err());
        assert_eq!(texts(bot.path()), before_all);
    }

    #[test]
    fn a_name_that_differs_only_in_capitals_is_refused() {
        let bot = bot(&[("flows/menu.yaml", "a")]);
        let refused = |changes: &[Change]| match publish(bot.path(), changes) {
            Err(NotPublished::Unusable { why, .. }) => assert!(why.contains("capital letters"), "{why}"),
            other => panic!("{other:?}"),
        };
        refused(&[change("flows/Menu.yaml", Some("b"), None)]);
        refused(&[change("flows/x.yaml", Some("b"), None), change("flows/X.yaml", Some("b"), None)]);
        let two = |a: &str, b: &str| [change(a, Some("a"), None), change(b, Some("b"), None)];
        refused(&two("knowledge/faq/a.md", "knowledge/FAQ/b.md"));
        // Only whole names are compared.
        publish(bot.path(), &two("knowledge/faq/a.md", "knowledge/FAQs.md")).unwrap();
        // The old name goes at the same time.
        publish(bot.path(), &[change("flows/menu.yaml", None, Some("a")), change("flows/Menu.yaml", Some("b"), None)])
            .unwrap();
        assert!(texts(bot.path()).contains_key("flows/Menu.yaml"));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_written_and_rights_are_kept() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let bot = bot(&[("flows/a.yaml", "a"), ("secret", "s")]);
        symlink(bot.path().join("secret"), bot.path().join("flows/l.yaml")).unwrap();
        assert!(matches!(
            publish(bot.path(), &[change("flows/l.yaml", Some("x"), Some("s"))]),
            Err(NotPublished::Unusable { .. })
        ));
        assert_eq!(fs::read_to_string(bot.path().join("secret")).unwrap(), "s");
        let place = bot.path().join("flows/a.yaml");
        fs::set_permissions(&place, fs::Permissions::from_mode(0o600)).unwrap();
        publish(bot.path(), &[change("flows/a.yaml", Some("A"), Some("a")), change("flows/n.yaml", Some("N"), None)])
            .unwrap();
        let mode = |path: &str| fs::metadata(bot.path().join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("flows/a.yaml"), mode("flows/n.yaml")), (0o600, 0o644));
    }
}
