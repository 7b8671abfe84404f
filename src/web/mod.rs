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
pub mod openapi;
pub mod problem;
pub mod routes;
pub mod serve;
pub mod state;
pub mod webhooks;

use axum::{Router, http::StatusCode, middleware};
use problem::Problem;
use state::Web;
use std::sync::Arc;

pub fn router(web: Arc<Web>) -> Router {
    let empty = Router::new();
    routes::all()
        .fold(empty, |router, route| router.route(route.path, (route.take)()))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(middleware::from_fn(guard::catch))
        .with_state(web)
}

async fn no_such_path() -> Problem {
    Problem::not_found("There is nothing at this address.")
}

async fn no_such_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method.")
}
