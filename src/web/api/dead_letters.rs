//! `POST /v1/dead-letters/{id}/replay`: tries again what could not be handled.

use super::keys::operator;
use crate::{
    runtime::replay::Replayed,
    web::{
        idempotency::json,
        problem::{Answered, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub async fn replay(State(web): State<Arc<Web>>, Path(id): Path<String>, headers: HeaderMap) -> Answered {
    Ok(json(StatusCode::OK, &replayed(&web, &id, &headers).await?))
}

async fn replayed(web: &Web, id: &str, headers: &HeaderMap) -> Result<Json, Problem> {
    operator(web, headers).await?;
    let none = || Problem::not_found("There is no such dead letter.");
    let id: i64 = id.parse().map_err(|_| none())?;
    match web.app.replay(id).await.map_err(|error| Problem::bug(&error))? {
        Replayed::Done => Ok(json!({"id": id, "replayed": true})),
        Replayed::Missing => Err(none()),
        Replayed::Before => Err(Problem::conflict("replayed_before", "It was replayed already.")),
        Replayed::Impossible(why) => Err(Problem::conflict("not_replayable", why)),
    }
}
