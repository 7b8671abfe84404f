//! HTTP: webhooks in, the API of both kinds, probes. `routes` lists all of it; the router is made from that list.
//!
//! Handlers check who asks and what; everything that happens is done by `runtime`.

pub mod api;
pub mod auth;
pub mod body;
pub mod etag;
pub mod guard;
pub mod hooks;
pub mod idempotency;
pub mod input;
pub mod listen;
pub mod local;
pub mod named;
pub mod nowhere;
pub mod openapi;
pub mod problem;
pub mod routes;
pub mod serve;
pub mod state;
pub mod timed;
pub mod webhooks;

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    middleware,
    response::{IntoResponse, Response},
};
use listen::Peer;
use percent_encoding::percent_decode_str;
use state::Web;
use std::{pin::pin, sync::Arc};
use tower_service::Service as _;

/// Answers a request. Webhooks of providers (bytes in, recorded, answered) pass by the router, whose layers would be a
/// measurable part of what they cost; everything else is one of its routes.
pub async fn answer(web: &Web, router: &Router, peer: Peer, mut request: Request) -> Response {
    if webhooks::address(request.uri().path()).is_some() {
        return guard::answered(pin!(webhooks::answer(web, peer.0, request)), || "/webhooks/{provider}").await;
    }
    // The router would refuse it in words of its own; the dialects look at their addresses themselves.
    let path = request.uri().path();
    if !path.starts_with("/api/") && percent_decode_str(path).decode_utf8().is_err() {
        return nowhere::problem().into_response();
    }
    request.extensions_mut().insert(ConnectInfo(peer));
    // In a box, as what is rare: the connection holds room for whichever of the two is larger.
    match Box::pin(router.clone().call(request)).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

pub fn router(web: Arc<Web>) -> Router {
    let empty = Router::new();
    routes::all()
        .flat_map(|route| std::iter::once(&route.path).chain(route.also).map(move |path| (*path, route)))
        .fold(empty, |router, (path, route)| router.route(path, (route.take)()))
        .fallback(nowhere::no_such_path)
        .method_not_allowed_fallback(nowhere::no_such_method)
        .layer(middleware::from_fn(guard::catch))
        .with_state(web)
}
