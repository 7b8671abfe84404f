//! Receives providers' webhooks: stores the body, then answers. Flows run later, in a lane.

use super::{
    admission::missing_scope,
    auth::{self, Caller},
    not_found::no_such_method,
    problem::Problem,
    server::{
        body::{self, BadBody},
        listener::Peer,
        local_origin::is_local,
    },
    state::Web,
};
use crate::{
    base::{
        clock::Stopwatch,
        ids::SenderId,
        limits::{WEBHOOK_ANSWER_WITHIN, WEBHOOK_BODY_BYTES_MAX},
    },
    channel::{
        Provider, RawRequest, Rejected,
        spans::{Part, Role, Span},
        wire::{Direction, Exchange, Written},
    },
    model::scope::Scope,
    runtime::{ingest::accept::NotAccepted, process::metrics::in_seconds},
};
use axum::{
    body::Bytes,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use std::{net::SocketAddr, sync::Arc};

/// The provider and sender in a webhook's path.
#[derive(Debug, PartialEq)]
pub struct Address<'p> {
    kind: &'p str,
    /// `None`: the path that all senders of a provider share.
    sender: Option<&'p str>,
}

/// Parses `/webhooks/{provider}` and `/webhooks/{provider}/{sender_id}`; `None` for another path.
pub fn address(path: &str) -> Option<Address<'_>> {
    let mut parts = path.strip_prefix("/webhooks/")?.split('/');
    let (kind, sender) = (parts.next()?, parts.next());
    let plain = parts.next().is_none() && !kind.is_empty() && sender != Some("");
    plain.then_some(Address { kind, sender })
}

/// The handler for the list of routes.
pub async fn routed(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    answer(&web, peer, request).await
}

/// Answers `GET|POST` of such a path.
pub async fn answer(web: &Web, peer: SocketAddr, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let Some(address) = address(&path) else { return Problem::not_found("There is no such webhook.").into_response() };
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        let mut refused = no_such_method(request.method().clone(), request.uri().clone()).await;
        // The router, which would add this header, is bypassed.
        refused.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET,HEAD,POST"));
        return refused;
    }
    match address.sender.map(str::parse).transpose() {
        Ok(id) => take(web, address.kind, id.map(SenderId), peer, request).await,
        Err(_) => Problem::not_found("There is no such sender.").into_response(),
    }
}

async fn take(web: &Web, kind: &str, sender: Option<SenderId>, peer: SocketAddr, request: Request) -> Response {
    let app = &web.app;
    let Some(provider) = app.senders.providers.get(kind) else {
        return Problem::not_found("There is no such provider.").into_response();
    };
    let (began, started) = (app.clock.now(), Stopwatch::start());
    let (parts, body) = request.into_parts();
    let bytes = match body::read(body, WEBHOOK_BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(bad) => {
            app.metrics.webhook(provider.kind(), bad.as_str());
            return closing(bad);
        }
    };
    let whole = app.clock.now();
    let response = heard(web, provider.as_ref(), sender, peer, &parts, &bytes).await;
    app.metrics.webhook_seconds.observe(in_seconds(app.clock.now() - whole));
    if let Some(Traces { of, messages }) = response.extensions().get() {
        for (n, trace) in of.iter().copied().enumerate() {
            // A webhook with a status belongs to the trace of its message, which began before.
            let of_status = n >= *messages;
            app.spans.record(trace, || Span {
                trace,
                part: if of_status { Part::Leaf(app.spans.fresh()) } else { Part::Root },
                parent: of_status.then_some(Part::Root),
                role: Role::Server,
                name: "webhook".into(),
                began,
                took: started.elapsed(),
                error: None,
                attributes: vec![
                    ("transom.provider", provider.kind().into()),
                    ("http.response.status_code", i64::from(response.status().as_u16()).into()),
                ],
            });
        }
    }
    // An accepted webhook is in the database, and one that could not be stored is logged with its body. All others are
    // unauthenticated, so the log limits them.
    let (is_taken, is_known) =
        (response.status() == StatusCode::OK, response.status() == StatusCode::SERVICE_UNAVAILABLE);
    if let Some(wire) = &web.wire
        && (is_taken || is_known || web.strangers.may_be_written(began))
    {
        wire.record(Exchange {
            at: began,
            direction: Direction::In,
            sender,
            traces: response.extensions().get::<Traces>().map(|traces| traces.of.clone()).unwrap_or_default(),
            method: if parts.method == Method::POST { "POST" } else { "GET" },
            url: parts.uri.path().to_owned(),
            answer: Ok(response.status().as_u16()),
            took_ms: u64::try_from((app.clock.now() - began).0).unwrap_or(0),
            request: if is_known { Written::Shape(bytes.to_vec()) } else { Written::Length(bytes.len()) },
            response: Vec::new(),
        });
    }
    response
}

/// The trace ids of a webhook: first those of its new messages, then those of the messages that its statuses are about.
#[derive(Clone)]
struct Traces {
    of: Vec<i64>,
    messages: usize,
}

async fn heard(
    web: &Web,
    provider: &dyn Provider,
    sender: Option<SenderId>,
    peer: SocketAddr,
    parts: &Parts,
    bytes: &Bytes,
) -> Response {
    let app = &web.app;
    let kind = provider.kind();
    // The sandbox signs nothing, so its requests need a key or must come from this machine.
    let vouches = match kind {
        SANDBOX => Box::pin(sandbox_user(web, sender, peer, &parts.headers)).await,
        _ => Some(Caller::Operator),
    };
    let Some(vouches) = vouches else {
        app.metrics.webhook(kind, "unauthorized");
        return Problem::unauthorized().into_response();
    };
    if let Some(why) = vouches.lacks(Scope::Flows) {
        app.metrics.webhook(kind, "unauthorized");
        return missing_scope(why).into_response();
    }
    let raw = RawRequest {
        method: parts.method.as_str(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body: bytes,
        now: app.clock.now(),
        sender,
    };
    if let Some(reply) = provider.handshake(&raw) {
        let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        app.metrics.webhook(kind, if status.is_success() { "handshake" } else { "bad_handshake" });
        let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
        return (status, plain, reply.body).into_response();
    }
    let only = match &vouches {
        Caller::Account(key) => Some(&key.account),
        Caller::Operator | Caller::Person(_) => None,
    };
    if kind == SANDBOX && parts.method != Method::POST {
        return Problem::not_found("The sandbox takes messages by POST; nobody verifies its address.").into_response();
    }
    // A late commit is completed nevertheless: the repeated webhook then finds its messages recorded.
    let accepted = tokio::time::timeout(WEBHOOK_ANSWER_WITHIN.to_std(), app.ingest.accept_of(kind, &raw, only)).await;
    let late = |_| Err(NotAccepted::NotStored(anyhow::anyhow!("the database did not take it in time")));
    match accepted.unwrap_or_else(late) {
        Ok(counts) => {
            let mut response = match provider.thanks() {
                Some((kind, body)) => (StatusCode::OK, [(header::CONTENT_TYPE, kind)], body).into_response(),
                None => StatusCode::OK.into_response(),
            };
            for id in &counts.traces {
                tracing::debug!(trace.id = id, provider = kind, "A webhook told of {id}");
            }
            response.extensions_mut().insert(Traces { messages: counts.recorded, of: counts.traces });
            response
        }
        Err(NotAccepted::UnknownProvider) => Problem::not_found("There is no such provider.").into_response(),
        Err(NotAccepted::Rejected(rejected)) => refusal(rejected).into_response(),
        Err(NotAccepted::NotStored(error)) => {
            if let Some(more) = app.log_limiter.ask("webhook", app.clock.now()) {
                tracing::error!(
                    provider = kind,
                    more = more.count(),
                    error = format!("{error:#}"),
                    "A webhook of {kind} could not be recorded, and was answered with 503: the platform sends it again{more}"
                );
            }
            // With 503 the provider repeats the webhook, so nothing is lost.
            let mut problem =
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_recorded", "Not recorded; please send it again.");
            problem.retry_after_s = Some(1);
            problem.into_response()
        }
    }
}

/// Authenticates a sandbox user: a key of the sender's account, or, without a configuration file, any client on this
/// machine.
pub async fn sandbox_user(
    web: &Web,
    sender: Option<SenderId>,
    peer: SocketAddr,
    headers: &HeaderMap,
) -> Option<Caller> {
    if web.sandbox_is_open && is_local(peer, headers) {
        return Some(Caller::Operator);
    }
    let caller = auth::caller(web, headers).await.ok().flatten()?;
    sender.is_none_or(|sender| caller.sender(web, sender).is_some()).then_some(caller)
}

const SANDBOX: &str = "sandbox";

fn refusal(rejected: Rejected) -> Problem {
    match rejected {
        Rejected::BadSignature => Problem::new(
            StatusCode::UNAUTHORIZED,
            "bad_signature",
            "The signature does not match the body under any secret of this address.",
        ),
        Rejected::UnknownSender => Problem::not_found("There is no such sender."),
    }
}

/// An error response that closes the connection: it cannot be reused if a body was not read to its end.
fn closing(bad: BadBody) -> Response {
    let mut response = bad.problem(WEBHOOK_BODY_BYTES_MAX).into_response();
    response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_told_by_its_path() {
        assert_eq!(address("/webhooks/meta"), Some(Address { kind: "meta", sender: None }));
        assert_eq!(address("/webhooks/sandbox/12"), Some(Address { kind: "sandbox", sender: Some("12") }));
        for other in
            ["/webhooks", "/webhooks/", "/webhooks//", "/webhooks/meta/", "/webhooks/meta/1/2", "/hooks/meta", "/"]
        {
            assert_eq!(address(other), None, "{other}");
        }
    }
}
