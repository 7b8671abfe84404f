//! `POST /v1/studio/map`: draws a flow with unsaved texts.

use super::{UnsavedFiles, bytes, edits, with_findings};
use crate::{
    base::{body_fields::Text, diagnostic::Diagnostic, limits::NAME_CHARS_MAX},
    flow::{
        self,
        tools::drawing::{draw_page, steps},
    },
    runtime::{
        bot::source_files::{self, BotFiles},
        process::long_work::blocking,
    },
    web::{
        api::bot::versions,
        idempotency::respond,
        problem::{ApiResult, Problem},
        request,
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

#[derive(Debug, Deserialize, JsonSchema)]
pub struct MapOf {
    /// Its name.
    flow: Text<NAME_CHARS_MAX>,
    files: Option<UnsavedFiles>,
    /// Draw the flow of this version, in place of `files`.
    version: Option<i64>,
    /// The names of blocks of which only the head is drawn.
    folded: Option<Vec<Text<NAME_CHARS_MAX>>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct FlowMap {
    /// Without styles. `data-step` on steps, `data-from` and `data-way` on lines, `data-go` on signs, `data-block` on
    /// heads of blocks.
    svg: String,
    /// In the order of the file.
    steps: Vec<MapStep>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct MapStep {
    id: String,
    path: String,
    /// From 1.
    line: usize,
    verb: &'static str,
    words: String,
    /// The blocks in whose drawing it stands, the outermost first.
    blocks: Vec<String>,
}

/// The drawing, and the steps with their places. Errors of other files do not matter.
pub async fn map(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let (asked, mut errors) = request::verbatim::<MapOf>(&bytes(body).await?)?;
    let MapOf { flow: Text(name), files, version, folded } = asked;
    let edits = edits(&mut errors, files);
    let folded = folded.into_iter().flatten().map(|Text(block)| block).collect();
    if version.is_some() && !edits.is_empty() && errors.is_clean() {
        errors.wrong("version", "A version is drawn as it was: leave `files` out.");
    }
    errors.finish()?;
    if let Some(version) = version {
        let stored = versions::found(&web, &version.to_string()).await?;
        let drawn = blocking(|| drawing(&BotFiles::from_stored(&stored.files), &name, &folded))?;
        return Ok(respond(StatusCode::OK, &drawn));
    }
    let folder = web.app.config.bot.clone();
    let drawn = blocking(|| {
        let files = source_files::read(&folder)
            .map_err(|error| with_findings(Problem::conflict("not_readable", error.to_string()), &[]))?;
        drawing(&files.with_changes(&edits), &name, &folded)
    })?;
    Ok(respond(StatusCode::OK, &drawn))
}

fn drawing(files: &BotFiles, name: &str, folded: &BTreeSet<String>) -> Result<FlowMap, Problem> {
    let (set, findings) = flow::parse_set(&files.files);
    let path = format!("flows/{name}.yaml");
    let is_own = |finding: &&Diagnostic| finding.place.path() == path && finding.is_error();
    let own: Vec<Diagnostic> = findings.iter().chain(&files.findings).filter(is_own).cloned().collect();
    // Of a file that is no YAML only a part is understood: its drawing would be taken for the whole.
    let is_broken = own.iter().any(|finding| matches!(finding.code, "E100" | "E101" | "E102"));
    let Some(flow) = set.named(name).filter(|_| !is_broken) else {
        let why = match own.is_empty() {
            true => format!("There is no flow `{name}`."),
            false => format!("The flow `{name}` cannot be read."),
        };
        return Err(with_findings(Problem::conflict("not_readable", why), &own));
    };
    let steps = steps(&set, flow).into_iter().map(|step| MapStep {
        path: step.place.path().to_owned(),
        line: step.place.line(),
        id: step.id,
        verb: step.verb,
        words: step.words,
        blocks: step.blocks,
    });
    Ok(FlowMap { steps: steps.collect(), svg: draw_page(&set, flow, folded) })
}
