//! `/v1/senders`: the numbers of an account, and whether each may send now.

use super::page::{Page, decode};
use crate::{
    base::{
        body_fields::{At, Id},
        ids::SenderId,
        limits::PHONE_CHARS_MAX,
        phone,
    },
    channel::checkup::Grade,
    runtime::{
        config::Sender,
        health::checkup::{Checkup, Test},
        process::metrics::SENDER_STATES,
    },
    web::{
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request,
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, sync::Arc};

/// A number of the configuration, and whether it may send now.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Sender")]
pub struct SenderShown<'a> {
    id: i64,
    account: &'a str,
    name: &'a str,
    /// `meta`, `twilio`, `kapso`, `waplify`, `autocalls`, `chatwoot` or `sandbox`.
    provider: &'static str,
    /// E.164.
    phone: &'a str,
    /// It speaks where nobody says which.
    default: bool,
    /// Of contacts whose own is unknown.
    language: Option<&'a str>,
    /// `paused`: the platform told it to stop, or its token is wrong; `degraded`: its platform does not answer.
    #[schemars(extend("enum" = SENDER_STATES))]
    state: &'static str,
    paused_until: Option<At>,
    /// It may answer, and send no templates.
    templates_paused_until: Option<At>,
    /// The provider's code and words.
    why: Option<String>,
    /// How many it has.
    templates: usize,
}

/// The whole body may be left out.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct HealthCheck {
    /// E.164: the recipient of a test message, if they have written to this sender within the last 24 hours.
    #[schemars(length(min = 1, max = PHONE_CHARS_MAX))]
    test_recipient: Option<String>,
}

/// Whether a sender works.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SenderHealth<'a> {
    sender: i64,
    /// `unhealthy`: one check is `bad`; `degraded`: one is `poor`.
    #[schemars(extend("enum" = ["healthy", "degraded", "unhealthy"]))]
    status: &'static str,
    checked_at: At,
    /// By name: `token`, `number`, `quality`, `sending`, `limit` and `subscription` are the words of the platform, where
    /// it can be asked; `online`, `webhook`, `outbound` and `rate` were seen here; `test_message` is its result.
    checks: BTreeMap<&'a str, SenderCheck<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct SenderCheck<'a> {
    #[schemars(extend("enum" = ["good", "unknown", "poor", "bad"]))]
    result: Id<Grade>,
    /// A sentence, with advice.
    detail: &'a str,
    /// The platform's answers, for programs.
    facts: Json,
}

/// `GET /v1/senders?limit=&cursor=`: in the order of the configuration.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery, caller: Caller) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let from = page.cursor.as_deref().map(decode::<usize>).transpose()?.unwrap_or(0);
    let own: Vec<&Sender> = web.app.senders.all().iter().filter(|sender| caller.owns(&sender.account)).collect();
    let data = own.iter().skip(from).take(page.size()).map(|sender| SenderShown::of(&web, sender)).collect();
    let next = from.saturating_add(page.size());
    Ok(respond(StatusCode::OK, &page.listed(data, Some(next).filter(|next| *next < own.len()))))
}

/// `GET /v1/senders/{id}`.
pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let id = id.parse().ok().map(SenderId);
    let sender = id.and_then(|id| caller.sender(&web, id));
    let sender = sender.ok_or_else(|| Problem::not_found("There is no such sender."))?;
    Ok(respond(StatusCode::OK, &SenderShown::of(&web, sender)))
}

/// `POST /v1/senders/{id}/resume`: lets a stopped sender send again; operator only.
pub async fn resume(State(web): State<Arc<Web>>, Path(id): Path<String>) -> ApiResult {
    let id = id.parse().ok().map(SenderId);
    let sender = id.and_then(|id| web.app.senders.get(id));
    let sender = sender.ok_or_else(|| Problem::not_found("There is no such sender."))?;
    web.app.health.resume_sender(sender.id).await.map_err(|error| Problem::bug(&error))?;
    Ok(respond(StatusCode::OK, &SenderShown::of(&web, sender)))
}

/// `POST /v1/senders/{id}/health-check`: checks a sender; the body is `{test_recipient}` or empty.
pub async fn health_check(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let id = id.parse().ok().map(SenderId);
    let sender = id.and_then(|id| caller.sender(&web, id)).cloned();
    let sender = sender.ok_or_else(|| Problem::not_found("There is no such sender."))?;
    let (HealthCheck { test_recipient }, mut errors) = request::parse_any(&bytes)?;
    let phone = test_recipient.as_deref().and_then(phone::strict);
    if test_recipient.is_some() && phone.is_none() {
        errors.wrong("test_recipient", "`test_recipient` must be in E.164 format, like `+14155551234`.");
    }
    errors.finish()?;
    let asking = Arc::clone(&web);
    let path = format!("senders/{}/health-check", sender.id);
    once(web, sender.account.clone(), parts.headers, path, bytes, move |again| async move {
        let test = phone.map(|phone| Test { message: again.message, phone });
        let took_effect = test.is_some();
        let checkup = asking.app.checkup.checkup(&sender, test).await.map_err(|error| Problem::bug(&error))?;
        Ok(Answer { status: StatusCode::OK, body: to_json(&SenderHealth::of(&sender, &checkup)), took_effect })
    })
    .await
}

impl<'a> SenderHealth<'a> {
    fn of(sender: &Sender, checkup: &'a Checkup) -> SenderHealth<'a> {
        let checks = checkup.checks.iter().map(|check| {
            (check.name, SenderCheck { result: Id(check.grade), detail: &check.text, facts: json!(check.details) })
        });
        SenderHealth {
            sender: sender.id.0,
            status: checkup.status().as_str(),
            checked_at: At(checkup.at),
            checks: checks.collect(),
        }
    }
}

impl<'a> SenderShown<'a> {
    fn of(web: &Web, sender: &'a Sender) -> SenderShown<'a> {
        let now = web.app.clock.now();
        let health = &web.app.health.paused_senders;
        let standing = web.app.health.standing_of(sender.id, now);
        SenderShown {
            id: sender.id.0,
            account: sender.account.as_str(),
            name: &sender.name,
            provider: sender.provider(),
            phone: &sender.phone,
            default: sender.default,
            language: sender.language.as_deref(),
            state: standing.state,
            paused_until: health.paused_until(sender.id, false, now).map(At),
            templates_paused_until: health.paused_until(sender.id, true, now).map(At),
            why: standing.why,
            templates: web.app.templates.catalogue.list(sender.id).len(),
        }
    }
}
