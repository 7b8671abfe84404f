//! `POST /v1/studio/tests`: runs tests with unsaved texts.

use super::{UnsavedFiles, bytes, edits, play::problem};
use crate::{
    base::{
        body_fields::Text,
        limits::{BOT_PATH_BYTES_MAX, NAME_CHARS_MAX},
    },
    runtime::testbench::TestsRequest,
    web::{idempotency::respond, problem::ApiResult, request, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize, JsonSchema)]
pub struct TestsWish {
    files: Option<UnsavedFiles>,
    /// Without it all tests of the folder run.
    only: Option<TestsOnly>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
struct TestsOnly {
    /// The path of a test file.
    path: Option<Text<BOT_PATH_BYTES_MAX>>,
    /// The name of a case.
    name: Option<Text<NAME_CHARS_MAX>>,
    /// The tests of this flow.
    flow: Option<Text<NAME_CHARS_MAX>>,
}

/// Each case with its result, and the coverage.
pub async fn tests(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let (TestsWish { files, only }, mut errors) = request::verbatim(&bytes(body).await?)?;
    let edits = edits(&mut errors, files);
    errors.finish()?;
    let TestsOnly { path, name, flow } = only.unwrap_or_default();
    let request = TestsRequest {
        edits,
        path: path.map(|Text(path)| path),
        name: name.map(|Text(name)| name),
        flow: flow.map(|Text(flow)| flow),
    };
    let run = web.plays.tests(request).await.map_err(problem)?;
    Ok(respond(StatusCode::OK, &run))
}
