//! Finds the bot around the tests or evals that a command names.

use crate::cli::Failure;
use std::path::{Path, PathBuf};

/// The common folder of all paths, and the selected files in it, which end with `ending`; empty: all.
pub fn split_all(paths: &[PathBuf], ending: &str) -> Result<(PathBuf, Vec<String>), Failure> {
    let mut all = paths.iter().map(|path| split(path, ending));
    let (folder, first) = all.next().unwrap_or_else(|| split(Path::new("."), ending))?;
    let mut only: Vec<String> = first.into_iter().collect();
    let same = |other: &Path| other == folder || other.canonicalize().ok() == folder.canonicalize().ok();
    for next in all {
        let (other, file) = next?;
        if !same(&other) {
            return Err(Failure::Usage("these tests belong to several bots; run one bot at a time".to_owned()));
        }
        match file {
            Some(file) if !only.is_empty() => only.push(file),
            // One path is the whole folder.
            _ => only.clear(),
        }
    }
    Ok((folder, only))
}

/// Splits `…/flows/x.test.yaml` into the folder above `flows` and the test `flows/x.test.yaml`.
pub fn split(path: &Path, ending: &str) -> Result<(PathBuf, Option<String>), Failure> {
    if path.is_dir() {
        return Ok((path.to_owned(), None));
    }
    let usage = |why: &str| Failure::Usage(format!("`{}` {why}", path.display()));
    if !path.exists() {
        // The same failure as of `check` and `serve`: the usage is right, but the folder does not exist.
        return Err(Failure::Failed(format!("`{}` does not exist", path.display())));
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let flows = path.canonicalize().ok().and_then(|path| path.parent().map(Path::to_owned));
    let bot = flows.filter(|flows| flows.ends_with("flows")).and_then(|flows| flows.parent().map(Path::to_owned));
    match bot {
        Some(bot) if name.ends_with(ending) => Ok((bot, Some(format!("flows/{name}")))),
        _ => Err(usage(&format!("is neither the folder of a bot nor a `flows/NAME{ending}` in one"))),
    }
}
