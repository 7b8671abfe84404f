//! `/v1/studio`: draws and plays flows with texts that are not saved yet, for the studio.

pub mod bad_day;
pub mod map;
pub mod play;
pub mod replay;
pub mod tests;
pub mod wander;

use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{BOT_FILES_MAX, STUDIO_BODY_BYTES_MAX},
    },
    runtime::{bot::bot_path::BotPath, testbench::Edits},
    web::{
        problem::{Problem, ProblemDetail},
        request::{Change, FieldErrors, pointer_part},
        server::body,
    },
};
use axum::body::{Body, Bytes};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The new text of each unsaved file, by path; `null`: it is deleted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub struct UnsavedFiles(#[schemars(with = "BTreeMap<String, Change<String>>")] pub Map<String, Json>);

pub(super) async fn bytes(body: Body) -> Result<Bytes, Problem> {
    body::read(body, STUDIO_BODY_BYTES_MAX).await.map_err(|bad| bad.problem(STUDIO_BODY_BYTES_MAX))
}

/// The texts that lie over the folder's files.
pub(super) fn edits(errors: &mut FieldErrors, files: Option<UnsavedFiles>) -> Edits {
    let UnsavedFiles(files) = files.unwrap_or_default();
    if files.len() > BOT_FILES_MAX {
        errors.wrong("files", format!("`files` names at most {BOT_FILES_MAX} files."));
        return Edits::new();
    }
    let mut edits = Edits::new();
    for (path, text) in files {
        let part = pointer_part(&path);
        let text = match text {
            Json::String(text) => Some(text),
            Json::Null => None,
            _ => {
                errors.wrong(&format!("files/{part}"), "A file is a text, or `null` for one that is deleted.");
                continue;
            }
        };
        // Nothing is written, so the file may have any name.
        match BotPath::existing(&path) {
            Ok(path) => {
                edits.insert(path.as_str().to_owned(), text);
            }
            Err(why) => errors.wrong(&format!("files/{part}"), format!("This is no file of a bot: {why}.")),
        }
    }
    edits
}

pub(super) fn with_findings(problem: Problem, findings: &[Diagnostic]) -> Problem {
    problem.with(ProblemDetail { findings: Some(findings.to_vec()), ..ProblemDetail::default() })
}
