//! Decides, before the handler of a native route, who calls and whether the route is open to that caller. Handlers take
//! the `Caller` as an argument and ask nothing more.

use super::{
    auth::{self, Caller},
    problem::Problem,
    routes::{AllowedCallers, Route, Verb},
    server::{
        listener::Peer,
        local_origin::{RequestOrigin, origin_of},
    },
    state::Web,
    studio::access::closed,
    webhooks::sandbox_user,
};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{net::SocketAddr, sync::Arc};

/// The effect of a request. A page of another site can make a browser send any request, so those that change
/// something must show that our own page sent them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// It writes, runs something, or opens a connection that does.
    Acts,
}

/// The native API and the metrics are checked here. Dialects have errors of their own, providers sign, and hooks have
/// their own proofs.
pub fn is_checked(route: &Route) -> bool {
    match route.who {
        AllowedCallers::Account | AllowedCallers::Operator | AllowedCallers::Sandbox | AllowedCallers::Studio => {
            !route.is_dialect()
        }
        AllowedCallers::Anyone | AllowedCallers::Provider | AllowedCallers::Hook => false,
    }
}

/// The middleware around the handlers of a route.
pub async fn check(
    route: &'static Route,
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    match admitted(route, &web, peer, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admitted(route: &Route, web: &Web, peer: SocketAddr, headers: &HeaderMap) -> Result<Caller, Problem> {
    if route.who == AllowedCallers::Sandbox
        && let Some(caller) = sandbox_user(web, None, peer, headers).await
    {
        return Ok(caller);
    }
    // Programs read the metrics, and bring a key.
    if !route.path.starts_with("/v1/") && !headers.contains_key(header::AUTHORIZATION) {
        return Err(Problem::unauthorized());
    }
    let caller = caller(web, peer, headers, effect(route)).await?;
    match (route.who, &caller) {
        (AllowedCallers::Operator | AllowedCallers::Studio, Caller::Account(_)) => Err(operator_only()),
        _ => Ok(caller),
    }
}

/// The caller of a native route: of the key, if the request has one, else of the studio's page.
pub async fn caller(web: &Web, peer: SocketAddr, headers: &HeaderMap, effect: Effect) -> Result<Caller, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        return auth::caller(web, headers).await?.ok_or_else(Problem::unauthorized);
    }
    if closed(web, peer, headers).is_some() {
        return Err(Problem::unauthorized());
    }
    match (origin_of(headers), effect) {
        (RequestOrigin::Same, _) | (RequestOrigin::Unknown, Effect::Reads) => Ok(Caller::Operator),
        (RequestOrigin::Foreign, _) | (RequestOrigin::Unknown, Effect::Acts) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "Only the studio's own page may ask this without a key: the request must carry its `Origin`, or \
             `Sec-Fetch-Site: same-origin`.",
        )),
    }
}

fn effect(route: &Route) -> Effect {
    let opens_socket = route.answers.iter().any(|answer| answer.status == StatusCode::SWITCHING_PROTOCOLS.as_u16());
    if route.verb == Verb::Get && !opens_socket { Effect::Reads } else { Effect::Acts }
}

fn operator_only() -> Problem {
    let why = "Only the `transom` command on the daemon's own machine may do this.";
    Problem::new(StatusCode::FORBIDDEN, "operator_only", why)
}

/// The caller that `check` has admitted.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.ok_or_else(|| Problem::bug(&"a handler asks for the caller of a route that admits anybody"))
    }
}
