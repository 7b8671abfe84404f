//! Lists the files of `knowledge/`, which may lie in folders of their own.

use super::{BotFolder, unreadable};
use crate::base::{
    diagnostic::Diagnostic,
    limits::BOT_FILES_MAX,
    place::{Place, SourceFile},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Endings of files that people keep papers in, and that are not read.
const OTHER_PAPERS: [&str; 8] = ["pdf", "html", "htm", "docx", "doc", "odt", "xlsx", "rtf"];

/// The path of each file with its place on the disk, by the folder's endings. Hidden files are left out; a link out of
/// the folder and a file that lies too deep are findings.
pub(super) fn list(bot: &Path, home: &BotFolder, findings: &mut Vec<Diagnostic>) -> Vec<(String, PathBuf)> {
    let (mut all, first) = (Vec::new(), findings.len());
    // No folder: no knowledge. The present folder has an empty path, to which a name can be joined all the same.
    let Ok(real) = fs::canonicalize(bot.join(home.name)) else { return all };
    let mut open = vec![(home.name.to_owned(), 1)];
    while let Some((folder, depth)) = open.pop() {
        let entries = match fs::read_dir(bot.join(&folder)) {
            Ok(entries) => entries,
            Err(error) => {
                findings.push(unreadable(&folder, &error.to_string()));
                continue;
            }
        };
        for entry in entries.flatten() {
            let Some(name) = entry.file_name().to_str().map(str::to_owned).filter(|name| !name.starts_with('.')) else {
                continue;
            };
            let path = format!("{folder}/{name}");
            let place = entry.path();
            // A folder behind a link could contain itself.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                match depth < home.depth {
                    true => open.push((path, depth + 1)),
                    false => findings.push(too_deep(&path, home.depth)),
                }
                continue;
            }
            let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
            if !home.extensions.contains(&ending) {
                findings.extend(unread(&path, ending));
                continue;
            }
            // As Kubernetes mounts a ConfigMap, a file is a link to another place in the folder.
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            if is_link && !fs::canonicalize(&place).is_ok_and(|target| target.starts_with(&real)) {
                findings.push(unreadable(&path, "it is a link that leads out of the folder, or to nothing"));
                continue;
            }
            if place.is_file() {
                all.push((path, place));
            }
            // More are a finding of the caller; a folder that somebody mounted by mistake is not listed to its end.
            if all.len() > BOT_FILES_MAX {
                return all;
            }
        }
    }
    // A system lists a folder in an order of its own.
    all.sort();
    findings[first..].sort_by(|a, b| a.place.path().cmp(b.place.path()));
    all
}

fn too_deep(path: &str, depth: usize) -> Diagnostic {
    let message = format!("`{path}` is not read: files of knowledge lie at most {depth} folders deep");
    Diagnostic::warning("W913", &Place::start_of(&SourceFile::new(path, "")), message).help("move its files further up")
}

/// A finding for a file of another form, or with an ending in other letters.
fn unread(path: &str, ending: &str) -> Option<Diagnostic> {
    let lower = ending.to_lowercase();
    let help = if OTHER_PAPERS.contains(&lower.as_str()) {
        "save it as Markdown or text, or move it to another folder".to_owned()
    } else if ["md", "markdown", "txt", "csv"].contains(&lower.as_str()) {
        let instead = if lower == "markdown" { "md" } else { lower.as_str() };
        format!("rename it to `{}.{instead}`", path.trim_end_matches(ending).trim_end_matches('.'))
    } else {
        return None;
    };
    let message = format!("`{path}` is not read: knowledge is in files `.md`, `.txt` and `.csv`");
    Some(Diagnostic::warning("W913", &Place::start_of(&SourceFile::new(path, "")), message).help(help))
}
