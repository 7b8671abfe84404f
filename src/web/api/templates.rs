//! `POST /v1/templates/pull`: reads the catalogue of each real sender from its provider.

use super::keys::operator;
use crate::web::{
    idempotency::json,
    problem::{Answered, Problem},
    state::Web,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub async fn pull(State(web): State<Arc<Web>>, headers: HeaderMap) -> Answered {
    Ok(json(StatusCode::OK, &pulled(&web, &headers).await?))
}

async fn pulled(web: &Web, headers: &HeaderMap) -> Result<Json, Problem> {
    operator(web, headers).await?;
    let mut data = Vec::new();
    for sender in web.app.senders.all().iter().filter(|sender| !sender.is_sandbox()) {
        data.push(match web.app.pull_templates(sender.id).await {
            Ok(pulled) => {
                json!({"sender": sender.id, "name": sender.name, "templates": pulled.listed, "gone": pulled.gone})
            }
            Err(why) => json!({"sender": sender.id, "name": sender.name, "error": format!("{why:#}")}),
        });
    }
    Ok(json!({"data": data}))
}
