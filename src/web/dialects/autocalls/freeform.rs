//! `POST /api/user/whatsapp/send-freeform`: a text inside the window (seeds 000 and 001).

use super::{
    Refusal, begin, bug, e164,
    rules::{Input, Rules},
    send::{self, Kind},
    sender,
};
use crate::{
    base::limits::{NAME_CHARS_MAX, TEXT_CHARS_MAX},
    model::content::Content,
    web::{
        dialects::sending::{self, Order},
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

pub async fn freeform(State(web): State<Arc<Web>>, request: Request) -> Response {
    handle(web, request).await.unwrap_or_else(Refusal::into_response)
}

async fn handle(web: Arc<Web>, request: Request) -> Result<Response, Refusal> {
    let (headers, body, caller) = begin(&web, request).await?;
    let input = Input::from_body(&headers, &body);
    let mut rules = Rules::default();
    let sender_id = rules.integer(&input, "sender_id");
    let phone = rules.string(&input, "recipient_phone", NAME_CHARS_MAX);
    let message = rules.string(&input, "message", TEXT_CHARS_MAX);
    rules.only(&input, &["sender_id", "recipient_phone", "message"]);
    rules.finish().map_err(Refusal::Invalid)?;
    let (Some(sender_id), Some(phone), Some(text)) = (sender_id, phone, message) else {
        return Err(bug(&"a required field is neither there nor missing"));
    };
    let phone = e164(&phone)?;
    let sender = sender(&web, &caller, sender_id, Refusal::SenderNotFound)?;
    let sender = sender.clone();
    let recipient = sending::recipient(&web, &sender, phone, None).await.map_err(|_| Refusal::Internal)?;
    let content = Content::Text { body: text };
    let path = "autocalls/send-freeform".to_owned();
    let order = Order { sender, recipient, content, headers, path, body: body.to_vec() };
    Ok(send::once(web, Kind::Freeform, order).await)
}
