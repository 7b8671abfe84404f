//! Reads the bytes of an export as JSON, within limits, and finds values in it.

use crate::base::limits::{IMPORT_FILE_BYTES_MAX, IMPORT_FILES_MAX};
use serde_json::Value;
use std::{fs::File, io::Read, path::Path};

/// One file of the other product.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file's name without its ending, for a bot that has no name of its own.
    pub name: String,
    pub text: String,
}

impl Source {
    /// The text as JSON. serde_json refuses what is nested more than 128 deep.
    pub fn json(&self) -> Result<Value, String> {
        serde_json::from_str(&self.text).map_err(|error| format!("`{}` is no JSON: {error}", self.name))
    }
}

/// Reads all files; the error is one sentence.
pub fn read(paths: &[std::path::PathBuf]) -> Result<Vec<Source>, String> {
    if paths.len() > IMPORT_FILES_MAX {
        return Err(format!("at most {IMPORT_FILES_MAX} files are imported at once"));
    }
    paths.iter().map(|path| one(path)).collect()
}

fn one(path: &Path) -> Result<Source, String> {
    let shown = path.display();
    let cannot = |error: std::io::Error| format!("cannot read `{shown}`: {error}");
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| file.take(IMPORT_FILE_BYTES_MAX + 1).read_to_end(&mut bytes)).map_err(cannot)?;
    if bytes.len() as u64 > IMPORT_FILE_BYTES_MAX {
        return Err(format!("`{shown}` is larger than {} MiB", IMPORT_FILE_BYTES_MAX / 1024 / 1024));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("`{shown}` is no UTF-8 text"))?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    // Kapso calls each workflow's file alike, in a folder of its name.
    let named = path.parent().filter(|_| path.file_stem().is_some_and(|stem| stem == "definition"));
    let named = named.and_then(Path::file_name).or_else(|| path.file_stem());
    let name = named.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Source { name, text })
}

/// The value at `a.b.c`; null where there is none.
pub fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, key| value.get(key).unwrap_or(&Value::Null))
}

/// The text at a path; numbers count as their digits.
pub fn text(value: &Value, path: &str) -> String {
    match at(value, path) {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

/// The text at a path, if it has any.
pub fn some_text(value: &Value, path: &str) -> Option<String> {
    Some(text(value, path)).filter(|text| !text.trim().is_empty())
}

pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    at(value, path).as_array().map_or(&[], Vec::as_slice)
}

pub fn is_true(value: &Value, path: &str) -> bool {
    at(value, path).as_bool().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_files_than_the_limit_are_refused_before_any_is_read() {
        let paths = |count| vec![std::path::PathBuf::from("nowhere.json"); count];
        assert!(read(&paths(IMPORT_FILES_MAX)).unwrap_err().starts_with("cannot read"));
        assert!(read(&paths(IMPORT_FILES_MAX + 1)).unwrap_err().starts_with("at most"));
    }
}
