//! Implements both parts of Kapso's newer API: its Meta proxy (`/meta/whatsapp/{version}/…`), which its SDK calls, and
//! its platform API (`/platform/v1/whatsapp/…`) for numbers, messages, conversations and contacts.

mod card;
mod content;
mod fault;
mod file;
mod history;
mod lists;
mod multipart;
mod numbers;
mod people;
mod send;
mod shown;
mod template;
mod templates;

pub use fault::GraphError;
pub use file::{bytes, delete, describe, upload};
pub use lists::{
    conversation, conversation_of, conversations, conversations_of, end, end_of, message, message_of, messages,
    messages_of,
};
pub use numbers::{number, numbers};
pub use people::{change, change_of, contact, contact_of, contacts, contacts_of};
pub use send::send;
pub use templates::{template, templates};

use super::{
    Refusal,
    envelope::{self, AuthenticatedRequest},
};
use crate::{
    runtime::config::Sender,
    web::{idempotency::json, state::Web},
};
use axum::{
    extract::{FromRequestParts, RawPathParams, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::Value as Json;
use std::{convert::Infallible, sync::Arc};

/// The path parameters without the version. A parameter that is not UTF-8 becomes empty, which matches nothing.
pub struct GraphParams(Vec<String>);

impl GraphParams {
    fn get(&self, place: usize) -> &str {
        self.0.get(place).map(String::as_str).unwrap_or_default()
    }
}

impl GraphParams {
    fn last(&self) -> &str {
        self.0.last().map(String::as_str).unwrap_or_default()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for GraphParams {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let all = RawPathParams::from_request_parts(parts, state).await;
        let named = |all: RawPathParams| {
            let own = all.iter().filter(|(name, _)| *name != "version");
            own.map(|(_, value)| value.to_owned()).collect()
        };
        Ok(GraphParams(all.map(named).unwrap_or_default()))
    }
}

/// Answers a request of the proxy; errors have the form of the Graph API.
async fn answered<W>(web: Arc<Web>, request: Request, work: impl FnOnce(AuthenticatedRequest) -> W) -> Response
where
    W: Future<Output = Result<Json, GraphError>>,
{
    let answer = match envelope::admitted(web, request).await {
        Ok(asked) => work(asked).await,
        Err(refusal) => Err(GraphError::from(refusal)),
    };
    match answer {
        Ok(body) => json(StatusCode::OK, &body),
        Err(fault) => fault.into_response(),
    }
}

/// Answers a request of the platform API; errors are a sentence.
async fn told<W>(web: Arc<Web>, request: Request, work: impl FnOnce(AuthenticatedRequest) -> W) -> Response
where
    W: Future<Output = Result<Json, GraphError>>,
{
    envelope::answered(web, request, |asked| async move {
        let body = work(asked).await.map_err(Refusal::from)?;
        Ok(envelope::good(StatusCode::OK, &body))
    })
    .await
}

/// The number with this id, which may be the platform's or ours.
fn number_of<'a>(asked: &'a AuthenticatedRequest, id: &str) -> Result<&'a Sender, GraphError> {
    let own = asked.web.app.senders.all().iter().filter(|sender| asked.caller.owns(&sender.account));
    own.into_iter().find(|sender| sender.is_called(id)).ok_or_else(|| GraphError::unknown(id))
}

/// The id by which clients address a number: the platform's if there is one, else ours.
fn called(sender: &Sender) -> String {
    sender.platform_id().map_or_else(|| sender.id.to_string(), str::to_owned)
}

/// The id of the number's business account if the platform has such accounts; else the number's own id.
fn business_of(sender: &Sender) -> String {
    sender.business_id().map_or_else(|| sender.id.to_string(), str::to_owned)
}
