//! Serves HTTP: webhooks, the native API, the dialects, probes. `routes` lists every endpoint; the router is built
//! from that list.
//!
//! Handlers authenticate and validate; `runtime` does everything else.

pub mod access_matrix;
pub mod account_places;
pub mod admin;
pub mod admission;
pub mod api;
pub mod audit;
pub mod auth;
pub mod chatwoot;
pub mod dialects;
pub mod etag;
pub mod forms;
pub mod hooks;
pub mod idempotency;
pub mod masks;
pub mod mcp;
pub mod not_found;
pub mod openapi;
pub mod parameters;
pub mod path_params;
pub mod people;
pub mod problem;
pub mod refusal_log;
pub mod request;
pub mod routes;
pub mod schema;
pub mod server;
pub mod standby;
pub mod state;
pub mod studio;
pub mod webhooks;

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, header},
    middleware::{self, Next},
    response::Response,
    routing::MethodRouter,
};
use percent_encoding::percent_decode_str;
use routes::Route;
use server::listener::Peer;
use state::Web;
use std::{pin::pin, sync::Arc};
use tower_service::Service as _;

/// Lets browsers ask by https alone for a year (RFC 6797), where the daemon itself speaks TLS.
const ALWAYS_TLS: &str = "max-age=31536000";

/// Answers a request. Answers contain names, numbers, texts and secrets, and a refused request may name them, too: no
/// proxy and no browser may cache an answer that does not allow it itself.
pub async fn answer(web: &Web, router: &Router, peer: Peer, request: Request) -> Response {
    // Browsers keep this for a name and all its ports: on `localhost` it would hit other programs.
    let is_strict = web.tls.is_some() && !server::local_origin::is_for_loopback(request.headers());
    let mut response = uncached(found(web, router, peer, request).await);
    if is_strict {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(ALWAYS_TLS));
    }
    response
}

/// Forbids to cache an answer that says nothing about it.
fn uncached(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Providers' webhooks bypass the router, whose layers would be a measurable part of their cost; everything else is one
/// of its routes.
async fn found(web: &Web, router: &Router, peer: Peer, mut request: Request) -> Response {
    if webhooks::address(request.uri().path()).is_some() {
        return server::panic_guard::answered(pin!(webhooks::answer(web, peer.0, request)), || "/webhooks/{provider}")
            .await;
    }
    // The router would refuse it with a text of its own; the dialects check their paths themselves.
    let path = request.uri().path();
    if !path.starts_with("/api/") && percent_decode_str(path).decode_utf8().is_err() {
        return not_found::no_such_path(request.uri().clone()).await;
    }
    let (path, shows_key) = (path.to_owned(), refusal_log::shows_key(request.headers()));
    let compresses = path.starts_with("/v1/") && server::encoding::takes(request.headers(), "gzip");
    request.extensions_mut().insert(ConnectInfo(peer));
    // Boxed, because it is the rarer case: otherwise every connection would reserve memory for the larger of the two
    // futures.
    let response = match Box::pin(router.clone().call(request)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    refusal_log::look(web, peer.0.ip(), &path, shows_key, response.status());
    if compresses {
        return Box::pin(server::encoding::compressed(response)).await;
    }
    response
}

pub fn router(web: Arc<Web>) -> Router {
    let empty = Router::new();
    routes::all()
        .flat_map(|route| std::iter::once(&route.path).chain(route.also).map(move |path| (*path, route)))
        .fold(empty, |router, (path, route)| router.route(path, taken(route, &web)))
        .fallback(studio::page::at_root)
        .method_not_allowed_fallback(not_found::no_such_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&web), server::panic_guard::away))
        .layer(middleware::from_fn(server::panic_guard::catch))
        .with_state(web)
}

fn taken(route: &'static Route, web: &Arc<Web>) -> MethodRouter<Arc<Web>> {
    let mut take = route.method_router();
    if parameters::are_checked(route) {
        let check = move |request: Request, next: Next| parameters::check(route, request, next);
        take = take.route_layer(middleware::from_fn(check));
    }
    if route.is_dialect() {
        let name = move |request: Request, next: Next| admission::name_scope(route, request, next);
        take = take.route_layer(middleware::from_fn(name));
    }
    // The layer that is added last is asked first: a stranger learns nothing of the parameters.
    if admission::is_checked(route) {
        let check = move |web: State<Arc<Web>>, peer: ConnectInfo<Peer>, request: Request, next: Next| {
            admission::check(route, web, peer, request, next)
        };
        take = take.route_layer(middleware::from_fn_with_state(Arc::clone(web), check));
    }
    take
}
