//! `GET /v1/audit`: what people and commands did.

use crate::{
    base::time::iso,
    store::tables::audit::{self, AuditEntry},
    web::{api::page::Page, idempotency::json, problem::ApiResult, state::Web},
};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
};
use serde_json::json;
use std::{future::ready, sync::Arc};

/// Newest first.
pub async fn list(State(web): State<Arc<Web>>, RawQuery(query): RawQuery) -> ApiResult {
    let page = Page::read(&query.unwrap_or_default())?;
    let body = page.gather(
        |cursor: Option<i64>| audit::page(&web.app.store, cursor.unwrap_or(i64::MAX), page.limit),
        |row: AuditEntry| {
            let shown = json!({
                "id": row.id, "at": iso(row.at), "person": row.person, "by": row.means, "action": row.action,
                "subject": row.subject, "detail": row.detail,
            });
            ready(Ok((row.id, Some(shown))))
        },
    );
    Ok(json(StatusCode::OK, &body.await?))
}
