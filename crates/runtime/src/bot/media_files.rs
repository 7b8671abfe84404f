//! Lists and finds the files in the bot's folder `files/`, which flows send.

use crate::{
    base::limits::{OWN_FILES_DEPTH_MAX, OWN_FILES_MAX},
    flow::load::media::check_path,
    model::content::FILES,
};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Each file's path in the bot's folder (`files/menu.pdf`), with its size in bytes. Hidden files and links that lead
/// out of the folder are left out; `None` if there are more than `OWN_FILES_MAX`.
pub fn list(bot: &Path) -> Option<BTreeMap<String, u64>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![(FILES.to_owned(), 1)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = fs::read_dir(bot.join(&folder)) else { continue };
        for entry in entries.flatten() {
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
            let path = format!("{folder}/{name}");
            if check_path(&path).is_err() {
                continue;
            }
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() && depth < OWN_FILES_DEPTH_MAX {
                folders.push((path, depth + 1));
                continue;
            }
            let about = if kind.is_symlink() { find(bot, &path).map(|(_, about)| about) } else { entry.metadata() };
            if let Some(about) = about.ok().filter(fs::Metadata::is_file) {
                found.insert(path, about.len());
                if found.len() > OWN_FILES_MAX {
                    return None;
                }
            }
        }
    }
    Some(found)
}

/// The location of a file, and its metadata. A link may lead to another place in the folder, but not out of it.
pub fn find(bot: &Path, path: &str) -> io::Result<(PathBuf, fs::Metadata)> {
    let missing = |why: &str| io::Error::new(io::ErrorKind::NotFound, why.to_owned());
    check_path(path).map_err(missing)?;
    let below = path.strip_prefix(FILES).map(|rest| rest.trim_start_matches('/'));
    let below = below.ok_or_else(|| missing("it is not in the folder `files`"))?;
    let folder = fs::canonicalize(bot.join(FILES))?;
    let file = fs::canonicalize(folder.join(below))?;
    if !file.starts_with(&folder) {
        return Err(missing("it leads out of the folder `files`"));
    }
    let about = fs::metadata(&file)?;
    match about.is_file() {
        true => Ok((file, about)),
        false => Err(missing("it is no file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bot(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for path in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "12345").unwrap();
        }
        folder
    }

    #[test]
    fn files_are_known_by_their_paths_and_what_is_hidden_is_none() {
        let bot = bot(&["files/menu.pdf", "files/May 2026/a.jpg", "files/.env", "files/.git/x", "flows/a.yaml"]);
        let all = list(bot.path()).unwrap();
        assert_eq!(all, BTreeMap::from([("files/May 2026/a.jpg".into(), 5), ("files/menu.pdf".into(), 5)]));
        assert_eq!(list(&bot.path().join("nowhere")).unwrap(), BTreeMap::new());
    }

    #[test]
    fn nothing_outside_of_the_folder_is_found() {
        let bot = bot(&["files/menu.pdf", "secret.txt"]);
        std::os::unix::fs::symlink("../secret.txt", bot.path().join("files/link.txt")).unwrap();
        std::os::unix::fs::symlink("menu.pdf", bot.path().join("files/same.pdf")).unwrap();
        let is_found = |path: &str| find(bot.path(), path).is_ok();
        assert!(is_found("files/menu.pdf") && is_found("files/same.pdf"));
        for path in ["files/link.txt", "files/../secret.txt", "secret.txt", "files", "files/", "/etc/passwd", "flows/a"]
        {
            assert!(!is_found(path), "{path}");
        }
        assert!(!list(bot.path()).unwrap().contains_key("files/link.txt"));
    }

    #[test]
    fn of_more_files_than_the_limit_nobody_says_which_there_are() {
        let bot = bot(&[]);
        fs::create_dir(bot.path().join("files")).unwrap();
        for n in 0..OWN_FILES_MAX {
            fs::write(bot.path().join(format!("files/{n}.txt")), "").unwrap();
        }
        assert_eq!(list(bot.path()).unwrap().len(), OWN_FILES_MAX);
        fs::write(bot.path().join("files/more.txt"), "").unwrap();
        assert_eq!(list(bot.path()), None);
    }

    #[test]
    fn folders_are_looked_into_as_deep_as_the_limit() {
        let folder = |depth: usize| format!("files{}", "/a".repeat(depth - 1));
        let bot = bot(&[
            &format!("{}/in.txt", folder(OWN_FILES_DEPTH_MAX)),
            &format!("{}/out.txt", folder(OWN_FILES_DEPTH_MAX + 1)),
        ]);
        let all: Vec<String> = list(bot.path()).unwrap().into_keys().collect();
        assert_eq!(all, [format!("{}/in.txt", folder(OWN_FILES_DEPTH_MAX))]);
    }
}
