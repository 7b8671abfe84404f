//! `POST /forms/{sender_id}`: gives an open form (a WhatsApp Flow) its next screen, computed by a flow.
//!
//! developers.facebook.com/docs/whatsapp/flows/guides/implementingyourflowendpoint

use super::{problem::Problem, server::body, state::Web, webhooks};
use crate::{
    base::{
        ids::{ConversationId, SenderId},
        limits::FORM_BODY_BYTES_MAX,
    },
    channel::{
        HeaderMap,
        meta::sealed::DecryptedRequest,
        signature::{Claimed, Key},
        untrusted_json,
    },
    flow::load::stock_phrases::Phrase,
    model::{
        form::{self, FormAnswer, FormScreenRequest},
        scope::Scope,
        value::Value,
    },
    runtime::config::{Access, Sender},
    store::tables::conversation,
};
use axum::{
    extract::{ConnectInfo, Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Makes Meta's client fetch our public key again and repeat the request.
const KEY_CHANGED: u16 = 421;
/// Makes the client say that the form is no longer valid, and disable its button.
const TOKEN_OVER: u16 = 427;
/// Makes the client show an error of its own; so does `NOT_SIGNED`.
const FAILED: u16 = 502;
const NOT_SIGNED: u16 = 432;

const SIGNATURE: &str = "x-hub-signature-256";
const METRIC: &str = "forms";
/// The length of a client's error code in the log.
const CODE_CHARS_MAX: usize = 64;

pub async fn take(
    State(web): State<Arc<Web>>,
    Path(sender): Path<String>,
    ConnectInfo(super::server::listener::Peer(peer)): ConnectInfo<super::server::listener::Peer>,
    request: Request,
) -> Response {
    let sender = sender.parse().ok().and_then(|id| web.app.config.sender(SenderId(id)));
    let Some(sender) = sender else { return Problem::not_found("There is no such sender.").into_response() };
    let (parts, body) = request.into_parts();
    let bytes = match body::read(body, FORM_BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(bad) => {
            web.app.metrics.webhook(METRIC, bad.as_str());
            let mut response = bad.problem(FORM_BODY_BYTES_MAX).into_response();
            // The connection cannot be reused if a body was not read to its end.
            response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
            return response;
        }
    };
    match &sender.access {
        Access::Meta(meta) if !meta.form_keys.is_empty() => {
            let claimed = parts.headers.get(SIGNATURE).and_then(|value| value.to_str().ok()).and_then(Claimed::parse);
            let signed = claimed.is_some_and(|claimed| {
                meta.app_secrets.iter().any(|secret| Key::new(secret.clone()).verifies(&bytes, &claimed))
            });
            if !signed {
                web.app.metrics.webhook(METRIC, "unauthorized");
                return plain(NOT_SIGNED, "The signature does not match the body.".into());
            }
            let Some(opened) = meta.form_keys.iter().find_map(|key| key.open(&bytes).ok()) else {
                web.app.metrics.webhook(METRIC, "not_opened");
                tracing::warn!(sender.id = %sender.id, "A form of sender {} cannot be decrypted: it is encrypted for another key than `form_key`, or was not made by WhatsApp; the answer 421 lets WhatsApp fetch the current key", sender.id);
                return plain(KEY_CHANGED, "This cannot be decrypted with our key.".into());
            };
            sealed(answer(&web, sender, &opened.request).await, &opened)
        }
        Access::Sandbox => match sandbox(&web, sender.id, peer, &parts.headers).await {
            true => open(answer(&web, sender, &serde_json::from_slice(&bytes).unwrap_or_default()).await),
            false => Problem::unauthorized().into_response(),
        },
        _ => Problem::not_found("This sender has no `form_key`.").into_response(),
    }
}

async fn sandbox(web: &Web, sender: SenderId, peer: std::net::SocketAddr, headers: &HeaderMap) -> bool {
    let caller = Box::pin(webhooks::sandbox_user(web, Some(sender), peer, headers)).await;
    caller.is_some_and(|caller| caller.has(Scope::Flows))
}

/// The result for a form: an answer, or an error status with its body.
type FormResult = Result<Json, (u16, Json)>;

fn sealed(answered: FormResult, opened: &DecryptedRequest) -> Response {
    match answered {
        Ok(answer) => plain(200, opened.seal(&answer)),
        Err((status, answer)) => plain(status, opened.seal(&answer)),
    }
}

/// For the sandbox: the answer unencrypted.
fn open(answered: FormResult) -> Response {
    let (status, answer) = answered.map_or_else(|refused| refused, |answer| (200, answer));
    plain(status, answer.to_string())
}

fn plain(status: u16, body: String) -> Response {
    let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (status_of(status), text, body).into_response()
}

fn status_of(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn answer(web: &Web, sender: &Sender, request: &Json) -> FormResult {
    let text = |key: &str| untrusted_json::text(request, key).unwrap_or_default();
    if text("action") == "ping" {
        web.app.metrics.webhook(METRIC, "ping");
        return Ok(json!({"data": {"status": "active"}}));
    }
    // A form that opens or goes back may bring no data: none, `null` and an empty text are data without a field.
    let data = request.get("data").filter(|data| !data.is_null() && *data != "").cloned().unwrap_or_else(|| json!({}));
    if let Some(error) = data.get("error") {
        // The client reports that it could not use our last answer. Its text may quote a person's input.
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ' ');
        let code: String = error.as_str().unwrap_or_default().chars().filter(plain).take(CODE_CHARS_MAX).collect();
        web.app.metrics.webhook(METRIC, "client_error");
        tracing::warn!(sender.id = %sender.id, error.code = code, "WhatsApp could not use the last answer to a form of sender {}: {code}", sender.id);
        return Ok(json!({"data": {"acknowledged": true}}));
    }
    let asked = FormScreenRequest {
        id: web.app.store.next_id(),
        token: text("flow_token"),
        action: text("action"),
        screen: text("screen"),
        data: Value::from_json(&data),
    };
    let over = || {
        let live = web.app.live.get();
        let set = &live.set;
        let words = set.phrase(sender.language.as_deref().unwrap_or(&set.bot.language), Phrase::FormOver).to_owned();
        (TOKEN_OVER, json!({"error_msg": words}))
    };
    let Some((conversation, _)) = form::read_token(&asked.token) else { return Err(over()) };
    let found = match conversation::find(&web.app.store, ConversationId(conversation)).await {
        Ok(found) => found.filter(|found| found.sender_id == sender.id),
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "A form could not be answered, because its conversation could not be read"
            );
            return Err((FAILED, json!({})));
        }
    };
    let Some(found) = found else { return Err(over()) };
    let told = web.app.queue.ask_form(found.contact_id, found.id, asked.clone()).await;
    match told {
        Some(FormAnswer::Returned(value)) => form::next_screen(&value, &asked).map_err(|why| {
            web.app.metrics.webhook(METRIC, "unusable");
            tracing::warn!(conversation.id = %found.id, "The flow gave a form no screen to show: {why}");
            (FAILED, json!({}))
        }),
        Some(FormAnswer::Gone) => Err(over()),
        Some(FormAnswer::Failed) | None => {
            let (result, why) = match told {
                None => ("late", "the flow did not answer in time"),
                Some(_) => ("failed", "a step of its flow failed; the line before this one names it"),
            };
            web.app.metrics.webhook(METRIC, result);
            tracing::warn!(conversation.id = %found.id, "A form of conversation {} got no screen: {why}", found.id);
            Err((FAILED, json!({})))
        }
    }
}
