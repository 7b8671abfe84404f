//! `GET /v1/sandbox/{sender_id}/messages`: the messages on a sandbox customer's phone.

use crate::{
    base::{
        ids::{ConversationId, OutboundId, SenderId},
        limits::PAGE_MAX,
        phone, query,
    },
    runtime::{config::Sender, events::event_json::OutgoingMessage},
    store::tables::{conversation, outbound},
    web::{
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct SandboxMessages {
    /// `null`: this number has not written yet.
    conversation_id: Option<ConversationId>,
    /// Oldest first.
    data: Vec<OutgoingMessage>,
}

/// The messages with an id above `after`, oldest first; a caller who may post to the sandbox may read it.
pub async fn messages(
    State(web): State<Arc<Web>>,
    Path(sender): Path<String>,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> ApiResult {
    let id = sender.parse().map(SenderId).ok();
    let sender = id.and_then(|id| caller.sender(&web, id)).filter(|sender| sender.is_sandbox());
    let sender = sender.ok_or_else(|| Problem::not_found("There is no such sandbox sender."))?;
    Ok(respond(StatusCode::OK, &read(&web, sender, &query.unwrap_or_default()).await?))
}

async fn read(web: &Web, sender: &Sender, text: &str) -> Result<SandboxMessages, Problem> {
    let given = query::value(text, "phone").unwrap_or_default();
    let phone = phone::strict(given.trim()).or_else(|| phone::strict(&format!("+{}", given.trim())));
    let Some(phone) = phone else {
        let why = "`phone` must be in E.164 format, like `+14155551234`.".to_owned();
        return Err(Problem::invalid(vec![("/phone".to_owned(), why)]));
    };
    let after: i64 = query::value(text, "after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let store = &web.app.store;
    let bug = |error: &dyn std::fmt::Display| Problem::bug(error);
    let contact = web.app.contacts.contact_by_phone(&sender.account, &phone).await.map_err(|error| bug(&error))?;
    let Some(contact) = contact else { return Ok(SandboxMessages::default()) };
    let row = conversation::between(store, contact, sender.id).await.map_err(|error| bug(&error))?;
    let Some(row) = row else { return Ok(SandboxMessages::default()) };
    let newest = outbound::of(store, row.id, OutboundId(i64::MAX), PAGE_MAX).await.map_err(|error| bug(&error))?;
    let data = newest.into_iter().rev().filter(|row| row.id.0 > after).map(OutgoingMessage::of).collect();
    Ok(SandboxMessages { conversation_id: Some(row.id), data })
}
