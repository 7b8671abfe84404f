//! `POST /meta/whatsapp/{version}/{phone_number_id}/messages`: sends a message in Meta's form, or marks one as read.

use super::{
    GraphError, GraphParams,
    content::{self, Fields, needed, text},
    number_of,
};
use crate::{
    base::{
        limits::{NAME_CHARS_MAX, PHONE_CHARS_MAX, PROVIDER_ID_BYTES_MAX},
        phone,
    },
    model::{
        content::Content,
        inbound::{Alias, AliasKind},
    },
    runtime::config::Sender,
    store::tables::{alias, contact, conversation, inbound},
    web::{
        dialects::{
            kapso::{envelope::AuthenticatedRequest, files, uuid},
            sending::{self, ClosedWindow, KnownRecipient, Order, Recipient, Refused, Sent},
        },
        idempotency,
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub async fn send(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    match crate::web::dialects::kapso::envelope::admitted(web, request).await {
        Ok(asked) => handle(asked, names.get(0)).await.unwrap_or_else(GraphError::into_response),
        Err(refusal) => GraphError::from(refusal).into_response(),
    }
}

async fn handle(asked: AuthenticatedRequest, id: &str) -> Result<Response, GraphError> {
    let sender = number_of(&asked, id)?.clone();
    let body = asked.object(&[]).map_err(GraphError::from)?;
    if body.get("messaging_product").and_then(Json::as_str) != Some("whatsapp") {
        return Err(GraphError::parameter("The parameter messaging_product must be whatsapp"));
    }
    if body.get("status").is_some_and(|status| !status.is_null()) {
        return read(&asked, &sender, &body).await;
    }
    if body.get("recipient_type").and_then(Json::as_str).is_some_and(|kind| kind != "individual") {
        return Err(GraphError::parameter("The parameter recipient_type must be individual"));
    }
    if body.get("context").is_some_and(|context| !context.is_null()) {
        return Err(GraphError::parameter("A message that quotes another (context) is not sent from here"));
    }
    let content = content::content(&body, &asked.web.app.templates.catalogue.list(sender.id))?;
    if content.media().is_some_and(|media| media.upload_id().is_some()) && !sender.carries().uploads {
        return Err(GraphError::parameter("The platform of this number takes files by their link alone"));
    }
    let input = text(&body, "to", PHONE_CHARS_MAX)?;
    let user = text(&body, "recipient", NAME_CHARS_MAX)?;
    let recipient = recipient(&asked, &sender, input.as_deref(), user.as_deref()).await?;
    let conversation = recipient.known.as_ref().and_then(|known| known.conversation.as_ref());
    // Check the file's URL only for a message that may be sent.
    if let Content::Media { media, .. } = &content
        && media.upload_id().is_none()
        && ClosedWindow::of(conversation).window.is_open(asked.web.app.clock.now())
    {
        let why = |refusal: crate::web::dialects::kapso::Refusal| refusal.words;
        let wrong = |why: String| GraphError::new(StatusCode::BAD_REQUEST, (131_053, "Media upload error"), why);
        files::check(&asked.web, media).await.map_err(why).map_err(wrong)?;
    }
    let shown = Shown { input: input.or(user).unwrap_or_default(), phone: recipient.phone.clone() };
    let path = format!("graph/{}/messages", sender.id);
    let AuthenticatedRequest { web, headers, body, .. } = asked;
    let order = Order { sender, recipient, content, headers, path, body: body.to_vec() };
    let words = move |outcome: Result<Sent, Refused>| match outcome {
        Ok(sent) => (StatusCode::OK, shown.sent(&sent)),
        Err(refused) => {
            let fault = GraphError::from(refused);
            (fault.status, fault.body())
        }
    };
    let answered = sending::once(web, order, words).await;
    let response = idempotency::json(answered.status, &answered.body);
    Ok(if answered.replayed { idempotency::replayed(response) } else { response })
}

/// The parts of the request that the answer repeats.
struct Shown {
    input: String,
    phone: String,
}

impl Shown {
    fn sent(&self, sent: &Sent) -> Json {
        // Until the platform has answered, the message has our id, here and in the lists.
        let id = sent.provider_id.clone().unwrap_or_else(|| uuid(sent.id.0));
        let mut contact = json!({"input": self.input});
        if !self.phone.is_empty() {
            contact["wa_id"] = self.phone.trim_start_matches('+').into();
        }
        json!({"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": id}]})
    }
}

/// The recipient by phone, which has priority, or by the platform's user id.
async fn recipient(
    asked: &AuthenticatedRequest,
    sender: &Sender,
    to: Option<&str>,
    user: Option<&str>,
) -> Result<Recipient, GraphError> {
    if let Some(to) = to {
        let phone = phone::strict(to.trim()).or_else(|| phone::strict(&format!("+{}", to.trim())));
        let phone = phone.or_else(|| phone::lenient(to, None));
        let phone =
            phone.ok_or_else(|| GraphError::parameter("The parameter to is no phone number with its country code"))?;
        return Ok(sending::recipient(&asked.web, sender, phone, None).await?);
    }
    let user = user.ok_or_else(|| GraphError::parameter("The parameter to is required"))?;
    let store = &asked.web.app.store;
    let names = [Alias { kind: AliasKind::Bsuid, value: user.trim().to_owned() }];
    let found = alias::find(store, &sender.account, &names).await.map_err(|error| GraphError::bug(&error))?;
    let nobody = || {
        let why = "Nobody with this user id has written to this number: give the phone number in `to`";
        GraphError::new(StatusCode::BAD_REQUEST, (131_026, "Message undeliverable"), why)
    };
    let id = found.ok_or_else(nobody)?;
    let row = contact::find(store, id).await.map_err(|error| GraphError::bug(&error))?.ok_or_else(nobody)?;
    let conversation = conversation::between(store, id, sender.id).await.map_err(|error| GraphError::bug(&error))?;
    let conversation = Some(conversation.ok_or_else(nobody)?);
    let known = KnownRecipient { contact: id, opted_out: row.opted_out.is_some(), conversation };
    Ok(Recipient { phone: String::new(), name: None, known: Some(known) })
}

/// `{status: read, message_id, typing_indicator}`: marks the customer's message as read.
async fn read(asked: &AuthenticatedRequest, sender: &Sender, body: &Fields) -> Result<Response, GraphError> {
    if body.get("status").and_then(Json::as_str) != Some("read") {
        return Err(GraphError::parameter("The parameter status must be read"));
    }
    content::only(body, "", &["messaging_product", "status", "message_id", "typing_indicator"])?;
    let id = needed(body, "message_id", "message_id", PROVIDER_ID_BYTES_MAX)?;
    let typing = body.get("typing_indicator").is_some_and(|typing| !typing.is_null());
    let row = inbound::by_provider(&asked.web.app.store, sender.id, &id.as_str().into()).await;
    let row = row.map_err(|error| GraphError::bug(&error))?;
    row.ok_or_else(|| GraphError::unknown(&id))?;
    asked
        .web
        .app
        .read_receipts
        .mark_read(sender.id, id.as_str().into(), typing)
        .await
        .map_err(|trouble| GraphError::new(StatusCode::BAD_GATEWAY, (131_016, "Service unavailable"), trouble.text))?;
    Ok(idempotency::json(StatusCode::OK, &json!({"success": true})))
}
