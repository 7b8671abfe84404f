//! `POST /v1/studio/wander`: lets random customers loose on unsaved flows.

use super::{UnsavedFiles, bytes, edits, play::problem};
use crate::{
    base::limits::WANDER_CUSTOMERS_MAX,
    runtime::testbench::Walks,
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
pub struct RandomCustomers {
    files: Option<UnsavedFiles>,
    /// 20, unless it is said.
    #[schemars(range(min = 1, max = WANDER_CUSTOMERS_MAX))]
    customers: Option<i64>,
    /// The same seed finds the same. 1, unless it is said.
    #[schemars(range(min = 0))]
    seed: Option<i64>,
}

const CUSTOMERS_DEFAULT: i64 = 20;

/// The problems that they meet, each as a talk.
pub async fn wander(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let (RandomCustomers { files, customers, seed }, mut errors) = request::verbatim(&bytes(body).await?)?;
    let edits = edits(&mut errors, files);
    errors.finish()?;
    let count = usize::try_from(customers.unwrap_or(CUSTOMERS_DEFAULT)).unwrap_or(0);
    let walks = Walks { count, seed: seed.unwrap_or(1).unsigned_abs() };
    let wandered = web.plays.wander(edits, walks).await.map_err(problem)?;
    Ok(respond(StatusCode::OK, &wandered))
}
