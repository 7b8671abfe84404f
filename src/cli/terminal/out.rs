//! Prints the results of commands: as text for people, or with `--json` as one document for programs.

use crate::cli::{Failure, Outcome};
use serde_json::{Map, Value as Json};
use std::sync::OnceLock;

/// Set once, from the arguments; a command prints in one of the two ways.
static AS_JSON: OnceLock<bool> = OnceLock::new();

pub fn choose(json: bool) {
    let _ = AS_JSON.set(json);
}

pub fn is_json() -> bool {
    AS_JSON.get().copied().unwrap_or(false)
}

/// Prints the document. Failures go to standard error and into the exit code, as without `--json`.
pub fn document(value: &Json) {
    println!("{value:#}");
}

/// Prints the document, or the text for people.
pub fn either(value: impl FnOnce() -> Json, people: impl FnOnce()) {
    if is_json() { document(&value()) } else { people() }
}

/// Refuses `--json` for a command that prints no data, so that no program waits for a document.
pub fn refuse_json(command: &str) -> Outcome {
    match is_json() {
        true => Err(Failure::Usage(format!("`transom {command}` prints no data, so `--json` means nothing there"))),
        false => Ok(()),
    }
}

/// The rows of a table as objects with their headings as keys; an empty cell is `null`, and counts are numbers.
pub fn rows(headings: &[&str], rows: &[Vec<String>]) -> Json {
    let keys: Vec<String> = headings.iter().map(|heading| key(heading)).collect();
    let object = |row: &Vec<String>| -> Json {
        let cells = keys.iter().zip(row).map(|(key, cell)| (key.clone(), value(key, cell)));
        Json::Object(cells.collect::<Map<_, _>>())
    };
    rows.iter().map(object).collect()
}

/// The columns with numbers; all others are texts, even if a text looks like a number.
const NUMBERS: &[&str] = &[
    "id",
    "sender",
    "event",
    "message",
    "waiting",
    "tries",
    "runs",
    "contacts",
    "line",
    "translated",
    "outdated",
    "missing",
];

fn value(key: &str, cell: &str) -> Json {
    match (cell.is_empty(), NUMBERS.contains(&key), cell.parse::<i64>()) {
        (true, ..) => Json::Null,
        (false, true, Ok(number)) => number.into(),
        (false, ..) => cell.into(),
    }
}

fn key(heading: &str) -> String {
    let words: Vec<String> =
        heading.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_is_an_object_by_its_headings() {
        let row = ["7", "007", "", "a b"].map(str::to_owned).to_vec();
        assert_eq!(
            rows(&["id", "name", "last taken", "fire (local minute)"], &[row]),
            json!([{"id": 7, "name": "007", "last_taken": null, "fire_local_minute": "a b"}])
        );
    }
}
