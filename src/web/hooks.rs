//! `POST /hooks/{name}`: stores an event of another system about a contact, then answers. Flows run later, in a lane.

use super::{
    admission::missing_scope,
    auth::{self, Caller},
    idempotency::respond,
    problem::Problem,
    server::{
        body::{self, BadBody},
        listener::Peer,
        local_origin::is_local,
    },
    state::Web,
};
use crate::{
    base::{body_fields::Phone, ids::FlowName, limits::HOOK_BODY_BYTES_MAX},
    model::scope::Scope,
    runtime::ingest::webhook_triggers::{AcceptedRequest, Authentication, HookRequest, RefusedRequest},
};
use axum::{
    extract::{ConnectInfo, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize, JsonSchema)]
pub struct HookTaken {
    hook: String,
    /// The phone number that it is about.
    contact: Option<Phone<String>>,
    /// The flows that it starts.
    flows: Vec<HookFlow>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct HookFlow {
    flow: FlowName,
    /// `repeated`: the same request was here before.
    #[schemars(extend("enum" = ["recorded", "repeated", "unknown_contact", "unusable"]))]
    state: &'static str,
    /// Why it is unusable.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    detail: Option<String>,
}

pub async fn take(
    State(web): State<Arc<Web>>,
    Path(name): Path<String>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = match body::read(body, HOOK_BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(bad) => {
            web.app.metrics.webhook("hooks", bad.as_str());
            return closing(bad);
        }
    };
    let (vouched, lacked) = match authenticate(&web, peer, &parts.headers).await {
        Ok(vouched) => vouched,
        Err(problem) => return problem.into_response(),
    };
    let hook = HookRequest { name: &name, headers: &parts.headers, body: &bytes, vouched };
    match web.app.ingest.take_hook(&hook).await {
        Ok(taken) => respond(StatusCode::ACCEPTED, &told(name, taken)),
        Err(RefusedRequest::Unproven) if lacked.is_some() => missing_scope(lacked.unwrap_or_default()).into_response(),
        Err(refusal) => problem(&name, refusal).into_response(),
    }
}

/// The caller, and the sentence for a key that lacks the scope: the flow's `verify` may still admit it.
async fn authenticate(
    web: &Web,
    peer: std::net::SocketAddr,
    headers: &HeaderMap,
) -> Result<(Authentication, Option<String>), Problem> {
    if web.sandbox_is_open && is_local(peer, headers) {
        return Ok((Authentication::Operator, None));
    }
    let Some(caller) = auth::caller(web, headers).await? else { return Ok((Authentication::Nobody, None)) };
    let lacked = caller.lacks(Scope::Send);
    let vouched = match caller {
        _ if lacked.is_some() => Authentication::Nobody,
        // A hook reads keys alone.
        Caller::Operator | Caller::Person(_) => Authentication::Operator,
        Caller::Account(key) => Authentication::Account(key.account),
    };
    Ok((vouched, lacked))
}

fn told(hook: String, taken: AcceptedRequest) -> HookTaken {
    let as_it_is = |flow, state| HookFlow { flow, state, detail: None };
    let starts = taken.starts.into_iter();
    let starts = starts.map(|(flow, new)| as_it_is(flow, if new { "recorded" } else { "repeated" }));
    let strangers = taken.strangers.into_iter().map(|flow| as_it_is(flow, "unknown_contact"));
    let refused = taken.refused.into_iter();
    let refused = refused.map(|(flow, why)| HookFlow { flow, state: "unusable", detail: Some(why) });
    let flows = starts.chain(strangers).chain(refused).collect();
    HookTaken { hook, contact: taken.phone.map(Phone), flows }
}

fn problem(name: &str, refusal: RefusedRequest) -> Problem {
    match refusal {
        RefusedRequest::Unknown => Problem::not_found(format!("No flow has a webhook `{name}`.")),
        RefusedRequest::Unproven => Problem::new(
            StatusCode::UNAUTHORIZED,
            "unproven",
            "The request does not show what the flow's `verify` asks for; without `verify` it needs an API key as \
             `Authorization: Bearer <key>`.",
        ),
        RefusedRequest::Unusable { why, letter } => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unusable_body",
            format!("The body cannot be used: {why}. It is kept as dead letter {letter}."),
        ),
        RefusedRequest::NotStored(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "A request to a hook could not be recorded, and was answered with 503: the caller may send it again"
            );
            let mut problem =
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_recorded", "Not recorded; please send it again.");
            problem.retry_after_s = Some(1);
            problem
        }
    }
}

/// An error response that closes the connection: it cannot be reused if a body was not read to its end.
fn closing(bad: BadBody) -> Response {
    let mut response = bad.problem(HOOK_BODY_BYTES_MAX).into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
