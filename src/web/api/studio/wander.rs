//! `POST /v1/studio/wander`: lets random customers loose on unsaved flows.

use super::{bytes, edits, play::problem};
use crate::{
    base::limits::WANDER_CUSTOMERS_MAX,
    runtime::testbench::Walks,
    web::{idempotency::json, input::Input, problem::ApiResult, state::Web},
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use std::sync::Arc;

const CUSTOMERS_DEFAULT: i64 = 20;

/// The problems that they meet, each as a talk.
pub async fn wander(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let mut input = Input::verbatim(&bytes(body).await?)?;
    let edits = edits(&mut input);
    let customers = input.opt_whole("customers").unwrap_or(CUSTOMERS_DEFAULT);
    let seed = input.opt_whole("seed").unwrap_or(1);
    if !(1..=WANDER_CUSTOMERS_MAX).contains(&customers) {
        input.wrong("customers", format!("`customers` is a number from 1 to {WANDER_CUSTOMERS_MAX}."));
    }
    if seed < 0 {
        input.wrong("seed", "`seed` is a number from 0.");
    }
    input.finish()?;
    let walks = Walks { count: usize::try_from(customers).unwrap_or(0), seed: seed.unsigned_abs() };
    let wandered = web.plays.wander(edits, walks).await.map_err(problem)?;
    Ok(json(StatusCode::OK, &wandered))
}
