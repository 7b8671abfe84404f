//! `GET /v1/audit`: what people and commands did.

use crate::{
    base::body_fields::{At, Id},
    store::tables::audit::{self, AuditEntry, Means},
    web::{api::page::Page, idempotency::respond, problem::ApiResult, state::Web},
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;
use std::{future::ready, sync::Arc};

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditEntry")]
pub struct AuditShown {
    id: i64,
    at: At,
    /// Their name at that time; `null`: nobody was signed in.
    person: Option<String>,
    /// `command`: `transom` on the daemon's own machine; `page`: the studio there, where nobody signs in.
    #[schemars(extend("enum" = ["person", "command", "page", "key"]))]
    by: Id<Means>,
    /// The `operationId` of the request; also `wrong_password`.
    action: String,
    /// The object of the action: ids and names of the request's path.
    subject: Option<String>,
    /// An object. It names no customer.
    detail: Json,
}

/// Newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let body = page.gather(
        |cursor: Option<i64>| audit::page(&web.app.store, cursor.unwrap_or(i64::MAX), page.limit),
        |row: AuditEntry| {
            let shown = AuditShown {
                id: row.id,
                at: At(row.at),
                person: row.person,
                by: Id(row.means),
                action: row.action,
                subject: row.subject,
                detail: row.detail,
            };
            ready(Ok((row.id, Some(shown))))
        },
    );
    Ok(respond(StatusCode::OK, &body.await?))
}
