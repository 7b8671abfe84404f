//! `/v1/senders`: the numbers of an account, and whether each may send now.

use super::page::{Page, decode};
use crate::{
    base::{ids::SenderId, limits::PHONE_CHARS_MAX, phone, time::iso},
    runtime::{
        config::Sender,
        health::checkup::{Checkup, Test},
    },
    web::{
        auth::Caller,
        idempotency::{Answer, json, once},
        input::{self, Input},
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// `GET /v1/senders?limit=&cursor=`: in the order of the configuration.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let from = page.cursor.as_deref().map(decode::<usize>).transpose()?.unwrap_or(0);
    let own: Vec<&Sender> = web.app.senders.all().iter().filter(|sender| caller.owns(&sender.account)).collect();
    let data: Vec<Json> = own.iter().skip(from).take(page.size()).map(|sender| described(&web, sender)).collect();
    let next = from.saturating_add(page.size());
    Ok(json(StatusCode::OK, &page.body(data, Some(next).filter(|next| *next < own.len()))))
}

/// `GET /v1/senders/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let id = id.parse().ok().map(SenderId);
    let sender = id.and_then(|id| caller.sender(&web, id));
    let sender = sender.ok_or_else(|| Problem::not_found("There is no such sender."))?;
    Ok(json(StatusCode::OK, &described(&web, sender)))
}

/// `POST /v1/senders/{id}/resume`: lets a stopped sender send again; operator only.
pub async fn resume(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let id = id.parse().ok().map(SenderId);
    let sender = id.and_then(|id| web.app.senders.get(id));
    let sender = sender.ok_or_else(|| Problem::not_found("There is no such sender."))?;
    web.app.health.resume_sender(sender.id).await.map_err(|error| Problem::bug(&error))?;
    Ok(json(StatusCode::OK, &described(&web, sender)))
}

/// `POST /v1/senders/{id}/health-check`: checks a sender; the body is `{test_recipient}` or empty.
pub async fn health_check(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = input::bytes(body).await?;
    let id = id.parse().ok().map(SenderId);
    let sender = id.and_then(|id| caller.sender(&web, id)).cloned();
    let sender = sender.ok_or_else(|| Problem::not_found("There is no such sender."))?;
    let mut input = Input::parse(if bytes.is_empty() { b"{}" } else { &bytes })?;
    let recipient = input.opt_text("test_recipient", PHONE_CHARS_MAX);
    let phone = recipient.as_deref().and_then(phone::strict);
    if recipient.is_some() && phone.is_none() {
        input.wrong("test_recipient", "`test_recipient` must be in E.164 format, like `+14155551234`.");
    }
    input.finish()?;
    let asking = Arc::clone(&web);
    let path = format!("senders/{}/health-check", sender.id);
    once(web, sender.account.clone(), parts.headers, path, bytes, move |again| async move {
        let test = phone.map(|phone| Test { message: again.message, phone });
        let took_effect = test.is_some();
        let checkup = asking.app.checkup.checkup(&sender, test).await.map_err(|error| Problem::bug(&error))?;
        Ok(Answer { status: StatusCode::OK, body: examined(&sender, &checkup), took_effect })
    })
    .await
}

fn examined(sender: &Sender, checkup: &Checkup) -> Json {
    let checks = checkup.checks.iter().map(|check| {
        (check.name.to_owned(), json!({"result": check.grade, "detail": check.text, "facts": check.details}))
    });
    json!({
        "sender": sender.id,
        "status": checkup.status().as_str(),
        "checked_at": iso(checkup.at),
        "checks": checks.collect::<Map<String, Json>>(),
    })
}

fn described(web: &Web, sender: &Sender) -> Json {
    let now = web.app.clock.now();
    let health = &web.app.health.paused_senders;
    let standing = web.app.health.standing_of(sender.id, now);
    json!({
        "id": sender.id,
        "account": sender.account,
        "name": sender.name,
        "provider": sender.provider(),
        "phone": sender.phone,
        "default": sender.default,
        "language": sender.language,
        "state": standing.state,
        "paused_until": health.paused_until(sender.id, false, now).map(iso),
        "templates_paused_until": health.paused_until(sender.id, true, now).map(iso),
        "why": standing.why,
        "templates": web.app.templates.catalogue.list(sender.id).len(),
    })
}
