//! Finds files that look like flows, tests or translations and are not read: with another ending, or in another folder.

use super::FOLDERS;
use crate::base::{
    diagnostic::Diagnostic,
    place::{Place, SourceFile},
    test_paths::is_of_tests,
};
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

/// Folders of other products for tests; here they stand beside the flows.
const OF_TESTS: [&str; 2] = ["tests", "test"];

/// How many bytes of a file are looked at, whether it is one of a bot.
const LOOKED_AT_BYTES: usize = 4096;

/// One finding for each such file, in the order of their names.
pub(super) fn files(folder: &Path) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for home in FOLDERS.iter().filter(|home| home.extensions == ["yaml"]).map(|home| home.name) {
        for (file, path) in listed(&folder.join(home), "") {
            if path.is_dir() {
                // A folder with flows of its own is another bot.
                let inner = if path.join("flows").is_dir() { Vec::new() } else { listed(&path, &format!("{file}/")) };
                let inner = inner.into_iter().filter(|(_, path)| path.is_file());
                found.extend(inner.filter(|(_, path)| has_ending(path, "yaml")).map(|(file, _)| deeper(home, &file)));
            } else {
                found.extend(misnamed(home, &file, &path));
            }
        }
    }
    for other in OF_TESTS {
        let yaml = |(file, path): &&(String, PathBuf)| is_of_tests(file) && has_ending(path, "yaml");
        for (file, _) in listed(&folder.join(other), "").iter().filter(yaml) {
            let name = format!("{other}/{file}");
            let message = format!("`{name}` is not read: tests stand beside the flows");
            found.push(warning(&name, message, format!("put it there: `flows/{file}`")));
        }
    }
    found
}

/// The finding for `flows/vets/b.yaml`.
fn deeper(home: &str, file: &str) -> Diagnostic {
    let name = format!("{home}/{file}");
    let message = format!("`{name}` is not read: only files right in `{home}` are");
    let help = match (home, file.split_once('/')) {
        ("locales", Some((language, _))) => {
            format!("a language has one file: write its translations into `locales/{language}.yaml`")
        }
        (_, inner) => format!("put it there: `{home}/{}`", inner.map_or(file, |(_, inner)| inner)),
    };
    warning(&name, message, help)
}

/// The finding for `flows/hello.yml` and `flows/hello.txt`.
fn misnamed(home: &str, file: &str, path: &Path) -> Option<Diagnostic> {
    let ending = path.extension().and_then(OsStr::to_str)?;
    let is_yaml = ending != "yaml" && (ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml"));
    let is_text = ["txt", "text", "json", "md"].iter().any(|other| ending.eq_ignore_ascii_case(other));
    let is_ours = is_yaml || is_text && is_of_a_bot(path);
    if !is_ours {
        return None;
    }
    let name = format!("{home}/{file}");
    let stem = file.strip_suffix(ending).unwrap_or(file).trim_end_matches('.');
    let stem = stem.strip_suffix(".yaml").unwrap_or(stem);
    let message = format!("`{name}` is not read: only `.yaml` files are");
    Some(warning(&name, message, format!("rename it to `{home}/{stem}.yaml`")))
}

/// True if a line of the text begins as a flow, a test or a translation does.
fn is_of_a_bot(path: &Path) -> bool {
    let Ok(text) = fs::read(path) else { return false };
    let text = String::from_utf8_lossy(&text[..text.len().min(LOOKED_AT_BYTES)]).into_owned();
    text.lines().any(|line| ["flow: ", "tests: ", "evals: ", "locale: "].iter().any(|key| line.starts_with(key)))
}

fn warning(name: &str, message: String, help: String) -> Diagnostic {
    Diagnostic::warning("W913", &Place::start_of(&SourceFile::new(name, "")), message).help(help)
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|known| known == ending)
}

/// The files and folders of a folder by name, sorted, each with `before` before its name; without hidden ones.
fn listed(folder: &Path, before: &str) -> Vec<(String, PathBuf)> {
    let Ok(listing) = fs::read_dir(folder) else { return Vec::new() };
    let named = |path: PathBuf| Some((path.file_name()?.to_str()?.to_owned(), path));
    let all = listing.filter_map(Result::ok).filter_map(|entry| named(entry.path()));
    let mut all: Vec<(String, PathBuf)> =
        all.filter(|(name, _)| !name.starts_with('.')).map(|(name, path)| (format!("{before}{name}"), path)).collect();
    all.sort();
    all
}
