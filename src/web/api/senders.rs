//! `/v1/senders`: the numbers of an account, and whether each may send now.

use super::page::{Page, decode};
use crate::{
    base::{ids::SenderId, time::iso},
    runtime::config::Sender,
    web::{
        auth,
        idempotency::json,
        problem::{Answered, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /v1/senders?limit=&cursor=`: in the order of the configuration.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Answered {
    let caller = auth::required(&web, &headers).await?;
    let page = Page::read(&query.unwrap_or_default())?;
    let from = page.cursor.as_deref().map(decode::<usize>).transpose()?.unwrap_or(0);
    let own: Vec<&Sender> = web.app.senders.all().iter().filter(|sender| caller.owns(&sender.account)).collect();
    let data: Vec<Json> = own.iter().skip(from).take(page.size()).map(|sender| described(&web, sender)).collect();
    let next = from.saturating_add(page.size());
    Ok(json(StatusCode::OK, &page.body(data, Some(next).filter(|next| *next < own.len()))))
}

/// `GET /v1/senders/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, headers: HeaderMap) -> Answered {
    let caller = auth::required(&web, &headers).await?;
    let id = id.parse().ok().map(SenderId);
    let sender = id.and_then(|id| caller.sender(&web, id));
    let sender = sender.ok_or_else(|| Problem::not_found("There is no such sender."))?;
    Ok(json(StatusCode::OK, &described(&web, sender)))
}

fn described(web: &Web, sender: &Sender) -> Json {
    let now = web.app.clock.now();
    let health = &web.app.health;
    let pause = health.of(sender.id, now);
    json!({
        "id": sender.id,
        "account": sender.account,
        "name": sender.name,
        "provider": sender.provider(),
        "phone": sender.phone,
        "default": sender.default,
        "language": sender.language,
        "state": if pause.is_some() { "paused" } else { "online" },
        "paused_until": health.paused_until(sender.id, false, now).map(iso),
        "templates_paused_until": health.paused_until(sender.id, true, now).map(iso),
        "why": pause.map(|pause| pause.why),
        "templates": web.app.catalogue.list(sender.id).len(),
    })
}
