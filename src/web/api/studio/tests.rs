//! `POST /v1/studio/tests`: runs tests with unsaved texts.

use super::{bytes, edits, play::problem};
use crate::{
    base::limits::{BOT_PATH_BYTES_MAX, NAME_CHARS_MAX},
    runtime::testbench::TestsRequest,
    web::{idempotency::json, input::Input, problem::ApiResult, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use std::sync::Arc;

/// Each case with its result, and the coverage.
pub async fn tests(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let mut input = Input::verbatim(&bytes(body).await?)?;
    let mut request = TestsRequest { edits: edits(&mut input), ..TestsRequest::default() };
    input.inside("only", |only| {
        request.path = only.opt_text("path", BOT_PATH_BYTES_MAX);
        request.name = only.opt_text("name", NAME_CHARS_MAX);
        request.flow = only.opt_text("flow", NAME_CHARS_MAX);
    });
    input.finish()?;
    let run = web.plays.tests(request).await.map_err(problem)?;
    Ok(json(StatusCode::OK, &run))
}
