//! `/v1/webhooks/{id}/deliveries`: the result of each post to a subscription.

use super::subscriptions::owned;
use crate::{
    base::{
        body_fields::{At, Id},
        ids::AccountName,
        query,
    },
    store::tables::delivery::{self, AttemptState, Delivery},
    web::{
        api::page::Page,
        auth::Caller,
        idempotency::{Answer, once, respond, to_json},
        problem::{ApiResult, Problem},
        request::{self, no_body},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, Request, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::sync::Arc;

/// One event on its way to a webhook.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Delivery")]
pub struct DeliveryShown {
    id: i64,
    /// `webhook-id` of its posts: the same at each repetition.
    event_id: i64,
    #[serde(rename = "type")]
    kind: String,
    /// When it happened.
    at: At,
    /// `dead`: nobody took it for 3 days.
    #[schemars(extend("enum" = ["pending", "done", "dead"]))]
    state: Id<AttemptState>,
    /// Since it was queued or asked for again.
    attempts: u32,
    /// When it is posted next.
    next_at: Option<At>,
    tried_at: Option<At>,
    /// The last answer; `null`: there was none.
    status: Option<u32>,
    /// `status`, `timeout`, `unreachable`, `blocked`, `gone`, …
    trouble: Option<String>,
    /// The posted text, word for word.
    body: Json,
}

/// `GET /v1/webhooks/{id}/deliveries?state=&limit=&cursor=`: newest first.
pub async fn list(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let row = owned(&web, &caller, &id).await?;
    let text = query.unwrap_or_default();
    let page = Page::read(&text)?;
    let state = query::value(&text, "state").filter(|state| !state.is_empty());
    let (store, state) = (&web.app.store, state.as_deref());
    let body = page
        .gather(
            |cursor: Option<i64>| delivery::page(store, row.id, cursor.unwrap_or(i64::MAX), page.limit),
            |row: Delivery| async move {
                let fits = state.is_none_or(|state| state == row.state.as_str());
                Ok((row.id, fits.then(|| DeliveryShown::of(row))))
            },
        )
        .await?;
    Ok(respond(StatusCode::OK, &body))
}

/// `POST /v1/webhooks/{id}/deliveries/{delivery}/redeliver`: posts the same bytes again under the same id.
pub async fn redeliver(
    State(web): State<Arc<Web>>,
    Path((id, delivery)): Path<(String, String)>,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let bytes = request::bytes(body).await?;
    let row = owned(&web, &caller, &id).await?;
    no_body(&bytes)?;
    let gone =
        || Problem::not_found("There is no such delivery; those that were taken are kept for as long as traces.");
    let delivery: i64 = delivery.parse().map_err(|_| gone())?;
    let there = delivery::find(&web.app.store, delivery).await.map_err(|error| Problem::bug(&error))?;
    there.filter(|there| there.subscription_id == row.id).ok_or_else(gone)?;
    let asking = Arc::clone(&web);
    let path = format!("webhooks/{}/deliveries/{delivery}/redeliver", row.id);
    let account = row.account.unwrap_or_else(|| AccountName::from(""));
    once(web, account, parts.headers, path, bytes, move |_| async move {
        // A repeated request is harmless: the receiver recognises the delivery by its id.
        let again = asking.app.webhooks.redeliver(delivery).await.map_err(|error| Problem::bug(&error))?;
        let again = again.ok_or_else(gone)?;
        Ok(Answer { status: StatusCode::ACCEPTED, body: to_json(&DeliveryShown::of(again)), took_effect: true })
    })
    .await
}

impl DeliveryShown {
    fn of(row: Delivery) -> DeliveryShown {
        DeliveryShown {
            id: row.id,
            event_id: row.event_id,
            kind: row.kind,
            at: At(row.at),
            next_at: (row.state == AttemptState::Pending).then_some(At(row.next_at)),
            state: Id(row.state),
            attempts: row.attempts,
            tried_at: row.tried_at.map(At),
            status: row.status,
            trouble: row.trouble,
            body: serde_json::from_str(&row.body).unwrap_or_default(),
        }
    }
}
