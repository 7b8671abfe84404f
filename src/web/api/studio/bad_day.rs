//! `POST /v1/studio/bad-day`: plays a talk against everything that can go wrong.

use super::{
    bytes,
    play::{Talk, problem},
};
use crate::web::{idempotency::respond, problem::ApiResult, request, state::Web};
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use std::sync::Arc;

/// Each misfortune at each act of the talk, with its end.
pub async fn bad_day(State(web): State<Arc<Web>>, request: Request) -> ApiResult {
    let body = request.into_body();
    let (talk, errors) = request::verbatim::<Talk>(&bytes(body).await?)?;
    let endured = web.plays.bad_day(talk.play(errors)?).await.map_err(problem)?;
    Ok(respond(StatusCode::OK, &endured))
}
