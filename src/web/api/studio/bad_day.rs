//! `POST /v1/studio/bad-day`: plays a talk against everything that can go wrong.

use super::{
    bytes,
    play::{problem, talk},
};
use crate::web::{idempotency::json, input::Input, problem::ApiResult, state::Web};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use std::sync::Arc;

/// Each misfortune at each act of the talk, with its end.
pub async fn bad_day(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let mut input = Input::verbatim(&bytes(body).await?)?;
    let request = talk(&mut input);
    input.finish()?;
    let endured = web.plays.bad_day(request).await.map_err(problem)?;
    Ok(json(StatusCode::OK, &endured))
}
