//! `GET /api/user/whatsapp/session-status`: tells whether the window to a person is open.

use super::{
    KEYS, Refusal, bug, caller, e164, fitting,
    rules::{Input, Rules},
    sender, session,
};
use crate::{
    base::{limits::NAME_CHARS_MAX, query, time::iso},
    model::window::Window,
    store::tables::contact,
    web::{
        dialects::{ordered, sending},
        parameters::Misfits,
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub async fn session_status(
    State(web): State<Arc<Web>>,
    wrong: Misfits,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    match handle(&web, request, wrong, &query.unwrap_or_default()).await {
        Ok(body) => ordered::response(StatusCode::OK, &body, KEYS),
        Err(refusal) => refusal.into_response(),
    }
}

async fn handle(web: &Web, request: Request, wrong: Misfits, query: &str) -> Result<Json, Refusal> {
    let caller = caller(web, &request.into_parts().0).await?;
    fitting(wrong.into_inner())?;
    let input = Input::from_query(query::pairs(query));
    let mut rules = Rules::default();
    let sender_id = rules.integer(&input, "sender_id");
    let phone = rules.string(&input, "recipient_phone", NAME_CHARS_MAX);
    rules.finish().map_err(Refusal::Invalid)?;
    let (Some(sender_id), Some(phone)) = (sender_id, phone) else {
        return Err(bug(&"a required field is neither there nor missing"));
    };
    let phone = e164(&plus(&phone))?;
    let sender = sender(web, &caller, sender_id, Refusal::SenderNotFoundShort)?;
    let recipient = sending::recipient(web, sender, phone, None).await.map_err(|_| Refusal::Internal)?;
    let Some((known, conversation)) =
        recipient.known.and_then(|mut known| known.conversation.take().map(|conversation| (known, conversation)))
    else {
        return Ok(json!({
            "success": true,
            "has_conversation": false,
            "session_status": session::no_conversation(),
        }));
    };
    let contact = contact::find(&web.app.store, known.contact).await.map_err(|error| bug(&error))?;
    Ok(json!({
        "success": true,
        "has_conversation": true,
        "conversation_id": conversation.id.0,
        "customer_name": contact.and_then(|contact| contact.data.name),
        "last_customer_message_at": conversation.last_inbound_at.map(iso),
        "session_status": session::status(Window { opened_at: conversation.opened_at }, web.app.clock.now()),
    }))
}

/// A `+` that was not encoded arrives as a blank, a common mistake.
fn plus(phone: &str) -> String {
    match phone.strip_prefix(' ') {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => format!("+{digits}"),
        _ => phone.to_owned(),
    }
}
