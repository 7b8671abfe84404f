//! Lists messages and conversations of a number, or of all numbers of a key.

use super::{
    GraphError, GraphParams, answered, content,
    history::{self, Cursor, HistoryFilter, Row, Shower},
    number_of, shown, told,
};
use crate::{
    base::{
        ids::{ConversationId, InboundId, OutboundId},
        limits::{KAPSO_ACTIVE, PAGES_READ_MAX},
        phone, query,
        time::Time,
    },
    model::event::Event,
    runtime::config::Sender,
    store::tables::{
        conversation::{self, Conversation},
        inbound, outbound,
    },
    web::{
        dialects::kapso::{envelope::AuthenticatedRequest, from_uuid},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `GET /meta/whatsapp/{version}/{phone_number_id}/messages`.
pub async fn messages(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let sender = number_of(&asked, names.get(0))?;
        history::page(&asked, Some(sender), &HistoryFilter::read(&asked.query)?).await
    })
    .await
}

/// `GET /platform/v1/whatsapp/messages`.
pub async fn messages_of(State(web): State<Arc<Web>>, request: Request) -> Response {
    told(web, request, |asked| async move {
        let sender = named(&asked)?;
        let mut wanted = HistoryFilter::read(&asked.query)?;
        if let Some(given) = query::value(&asked.query, "phone_number").filter(|given: &String| !given.is_empty()) {
            let Some(row) = with(&asked, sender, &given).await?.into_iter().next() else {
                return Ok(json!({"data": [], "paging": Cursor::paging(None)}));
            };
            wanted.conversation = Some(row.id);
        }
        history::page(&asked, sender, &wanted).await
    })
    .await
}

/// `GET /meta/whatsapp/{version}/{phone_number_id}/messages/{message_id}`.
pub async fn message(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let sender = number_of(&asked, names.get(0))?;
        let found = one(&asked, Some(sender), names.get(1)).await?;
        Ok(shown::selected(found, query::value(&asked.query, "fields").as_deref()))
    })
    .await
}

/// `GET /platform/v1/whatsapp/messages/{message_id}`.
pub async fn message_of(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    told(web, request, |asked| async move { Ok(json!({"data": one(&asked, None, names.get(0)).await?})) }).await
}

/// One message by the platform's id or ours.
async fn one(asked: &AuthenticatedRequest, only: Option<&Sender>, id: &str) -> Result<Json, GraphError> {
    let store = &asked.web.app.store;
    let bug = |error: &dyn std::fmt::Display| GraphError::bug(error);
    let mut found = None;
    if let Some(own) = from_uuid(id) {
        found = outbound::find(store, OutboundId(own))
            .await
            .map_err(|error| bug(&error))?
            .map(|row| Row::Out(Box::new(row)));
        if found.is_none() {
            found = inbound::find(store, InboundId(own))
                .await
                .map_err(|error| bug(&error))?
                .map(|row| Row::In(Box::new(row)));
        }
    }
    let own = asked.web.app.senders.all().iter().filter(|sender| asked.caller.owns(&sender.account));
    for sender in own.filter(|sender| only.is_none_or(|only| only.id == sender.id)) {
        if found.is_some() {
            break;
        }
        let theirs = inbound::by_provider(store, sender.id, &id.into()).await.map_err(|error| bug(&error))?;
        found = theirs.map(|row| Row::In(Box::new(row)));
        if found.is_none() {
            let ours = outbound::by_provider(store, sender.id, &id.into()).await.map_err(|error| bug(&error))?;
            found = ours.map(|row| Row::Out(Box::new(row)));
        }
    }
    let row = found.ok_or_else(|| GraphError::missing("Message"))?;
    Shower::new(asked).show(&row, only).await?.ok_or_else(|| GraphError::missing("Message"))
}

/// `GET /meta/whatsapp/{version}/{phone_number_id}/conversations`.
pub async fn conversations(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let sender = number_of(&asked, names.get(0))?;
        listed(&asked, Some(sender)).await
    })
    .await
}

/// `GET /platform/v1/whatsapp/conversations`.
pub async fn conversations_of(State(web): State<Arc<Web>>, request: Request) -> Response {
    told(web, request, |asked| async move { listed(&asked, named(&asked)?).await }).await
}

/// `GET /meta/whatsapp/{version}/conversations/{conversation_id}`.
pub async fn conversation(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let row = owned(&asked, names.last()).await?;
        Ok(json!({"data": described(&asked, &row, None).await?}))
    })
    .await
}

/// `GET /platform/v1/whatsapp/conversations/{conversation_id}`.
pub async fn conversation_of(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    told(web, request, |asked| async move {
        let row = owned(&asked, names.get(0)).await?;
        Ok(json!({"data": described(&asked, &row, None).await?}))
    })
    .await
}

/// `PATCH /meta/whatsapp/{version}/conversations/{conversation_id}`: closes the conversation and ends its runs.
pub async fn end(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move { ended(&asked, names.last()).await }).await
}

/// `PATCH /platform/v1/whatsapp/conversations/{conversation_id}`.
pub async fn end_of(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    told(web, request, |asked| async move { ended(&asked, names.get(0)).await }).await
}

async fn ended(asked: &AuthenticatedRequest, id: &str) -> Result<Json, GraphError> {
    let row = owned(asked, id).await?;
    let body = asked.object(&["whatsapp_conversation"]).map_err(GraphError::from)?;
    content::only(&body, "", &["status"])?;
    let status = body.get("status").and_then(Json::as_str).unwrap_or_default();
    match status {
        "ended" => {
            let done = asked.web.app.queue.happen(row.contact_id, row.id, Event::Closed).await;
            done.map_err(|error| GraphError::bug(&error))?;
        }
        // No action: the next message activates it.
        "active" => {}
        _ => return Err(GraphError::parameter("status must be active or ended")),
    }
    Ok(json!({"data": described(asked, &row, Some(status == "active")).await?}))
}

/// The number in the query parameter `phone_number_id`.
pub fn named(asked: &AuthenticatedRequest) -> Result<Option<&Sender>, GraphError> {
    let given = query::value(&asked.query, "phone_number_id").filter(|given: &String| !given.is_empty());
    given.map(|id| number_of(asked, &id)).transpose()
}

async fn owned(asked: &AuthenticatedRequest, id: &str) -> Result<Conversation, GraphError> {
    let none = || GraphError::missing("Conversation");
    let id = from_uuid(id).map(ConversationId).ok_or_else(none)?;
    let row = conversation::find(&asked.web.app.store, id).await.map_err(|error| GraphError::bug(&error))?;
    row.filter(|row| asked.caller.sender(&asked.web, row.sender_id).is_some()).ok_or_else(none)
}

/// The conversations with the contact that has this phone number.
async fn with(
    asked: &AuthenticatedRequest,
    only: Option<&Sender>,
    given: &str,
) -> Result<Vec<Conversation>, GraphError> {
    let given = given.trim();
    let phone = phone::strict(given).or_else(|| phone::strict(&format!("+{given}")));
    let phone = phone.ok_or_else(|| GraphError::parameter("phone_number must be a number with its country code"))?;
    let app = &asked.web.app;
    let mut rows = Vec::new();
    for account in app.config.accounts.iter().filter(|account| asked.caller.owns(&account.name)) {
        let known =
            app.contacts.contact_by_phone(&account.name, &phone).await.map_err(|error| GraphError::bug(&error))?;
        if let Some(contact) = known {
            rows.extend(conversation::of(&app.store, contact).await.map_err(|error| GraphError::bug(&error))?);
        }
    }
    rows.retain(|row| {
        asked.caller.sender(&asked.web, row.sender_id).is_some() && only.is_none_or(|only| only.id == row.sender_id)
    });
    Ok(rows)
}

fn is_active(asked: &AuthenticatedRequest, row: &Conversation) -> bool {
    let newest = row.last_inbound_at.max(row.last_outbound_at);
    newest.is_some_and(|at| asked.web.app.clock.now() - at <= KAPSO_ACTIVE)
}

async fn described(asked: &AuthenticatedRequest, row: &Conversation, active: Option<bool>) -> Result<Json, GraphError> {
    let last = history::rows(asked, Some(row.id), i64::MAX, 1).await?.into_iter().next();
    let mut shower = Shower::new(asked);
    let last = match last {
        Some(last) => shower.show(&last, None).await?,
        None => None,
    };
    let none = || GraphError::missing("Conversation");
    let sender = asked.caller.sender(&asked.web, row.sender_id).ok_or_else(none)?;
    let contact = shower.person(row.contact_id).await?.ok_or_else(none)?;
    let around = shown::MessageContext { sender, contact, media_url: None };
    let active = active.unwrap_or_else(|| is_active(asked, row));
    Ok(shown::conversation(row, &around, last.as_ref(), active))
}

async fn listed(asked: &AuthenticatedRequest, only: Option<&Sender>) -> Result<Json, GraphError> {
    let value = |name: &str| query::value(&asked.query, name).filter(|value: &String| !value.is_empty());
    let page = Cursor::read(&asked.query)?;
    let status = value("status");
    if status.as_deref().is_some_and(|status| !matches!(status, "active" | "ended")) {
        return Err(GraphError::parameter("The parameter status must be active or ended"));
    }
    let since = history::moment(&asked.query, "last_active_since")?;
    let until = history::moment(&asked.query, "last_active_until")?;
    let fields = value("fields");
    let fits = |row: &Conversation| {
        let newest = row.last_inbound_at.max(row.last_outbound_at).unwrap_or(row.created_at);
        let active = if is_active(asked, row) { "active" } else { "ended" };
        status.as_deref().is_none_or(|status| status == active)
            && since.is_none_or(|since: Time| newest >= since)
            && until.is_none_or(|until: Time| newest <= until)
    };
    let mut data = Vec::new();
    if let Some(given) = value("phone_number") {
        for row in with(asked, only, &given).await?.iter().filter(|row| fits(row)) {
            data.push(shown::selected(described(asked, row, None).await?, fields.as_deref()));
        }
        return Ok(json!({"data": data, "paging": Cursor::paging(None)}));
    }
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let mut before = page.after.unwrap_or(i64::MAX);
    for _ in 0..PAGES_READ_MAX {
        let rows = conversation::page(&asked.web.app.store, ConversationId(before), limit).await;
        let rows = rows.map_err(|error| GraphError::bug(&error))?;
        let all = rows.len() < page.limit;
        for row in rows {
            before = row.id.0;
            let own = asked.caller.sender(&asked.web, row.sender_id).is_some();
            if own && only.is_none_or(|only| only.id == row.sender_id) && fits(&row) {
                data.push(shown::selected(described(asked, &row, None).await?, fields.as_deref()));
            }
            if data.len() == page.limit {
                return Ok(json!({"data": data, "paging": Cursor::paging(Some(before))}));
            }
        }
        if all {
            return Ok(json!({"data": data, "paging": Cursor::paging(None)}));
        }
    }
    Ok(json!({"data": data, "paging": Cursor::paging(Some(before))}))
}
