//! Answers assistants in the Model Context Protocol over HTTP: `POST /mcp`, a message in a request.
//!
//! `protocol` reads messages and forms answers, also for `transom mcp`; `mirrored_headers` compares headers with the
//! body; `tools` lists what an assistant may ask of a
//! running daemon. Nothing is remembered between two requests, so that any daemon of a set answers each of them.

mod mirrored_headers;
pub mod protocol;
mod tools;

use super::{
    auth::Caller,
    idempotency::respond,
    problem::Problem,
    request,
    server::{
        listener::Peer,
        local_origin::{RequestOrigin, origin_of},
    },
    state::Web,
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use protocol::Request as Message;
use serde_json::Value as Json;
use std::sync::Arc;
use tools::DaemonTools;

const VERSION_HEADER: &str = "mcp-protocol-version";

/// `POST /mcp`: one message of an assistant. A request is answered with JSON, a notification with 202.
pub async fn answer(
    State(web): State<Arc<Web>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    caller: Caller,
    request: Request,
) -> Result<Response, Problem> {
    of_own_page_or_none(&web, request.headers())?;
    if let Some(refusal) = other_version(request.headers()) {
        return Ok(respond(StatusCode::BAD_REQUEST, &refusal));
    }
    let (parts, body) = request.into_parts();
    let body = request::bytes(body).await?;
    if let Some(refusal) = mirrored_headers::mismatch(&parts.headers, &body) {
        return Ok(respond(StatusCode::BAD_REQUEST, &refusal));
    }
    let tools = DaemonTools { web: &web, caller: &caller };
    Ok(match protocol::read(&body, &tools) {
        // No call outlives its request: whoever gives it up ends the request.
        Message::Nothing | Message::Cancel(_) => StatusCode::ACCEPTED.into_response(),
        Message::Answer(answer) if protocol::is_unreadable(&answer) => respond(StatusCode::BAD_REQUEST, &answer),
        Message::Answer(answer) => respond(StatusCode::OK, &answer),
        Message::NoSuchMethod(answer) => respond(StatusCode::NOT_FOUND, &answer),
        Message::Call(call) => {
            let done = tools::run(&web, peer, &caller, call.tool, &call.arguments).await;
            respond(StatusCode::OK, &call.answered(&done))
        }
    })
}

/// The specification asks servers to refuse pages of other sites (*Transports*, "Security Warning").
fn of_own_page_or_none(web: &Web, headers: &HeaderMap) -> Result<(), Problem> {
    match origin_of(headers, web.app.config.public_url.as_deref(), web.tls.is_some()) {
        RequestOrigin::Same | RequestOrigin::Unknown => Ok(()),
        RequestOrigin::Foreign => {
            let why = "A page of another site may not ask this.";
            Err(Problem::new(StatusCode::FORBIDDEN, "foreign_origin", why))
        }
    }
}

/// The refusal of a version that is not spoken here. Clients of 2025-03-26 and before send no version.
fn other_version(headers: &HeaderMap) -> Option<Json> {
    let version = headers.get(VERSION_HEADER)?.to_str().unwrap_or_default();
    (!protocol::is_supported(version)).then(|| protocol::unsupported(None, version))
}
