//! HTTP: webhooks in, the API of both kinds, probes. The whole router stands in this file.
//!
//! Handlers check who asks and what; everything that happens is done by `runtime`.

pub mod api;
pub mod auth;
pub mod body;
pub mod guard;
pub mod hooks;
pub mod idempotency;
pub mod input;
pub mod listen;
pub mod local;
pub mod problem;
pub mod serve;
pub mod state;
pub mod webhooks;

use api::{autocalls, conversations, dead_letters, events, keys, messages, probes, runs, sandbox, templates};
use axum::{
    Router,
    http::StatusCode,
    middleware,
    routing::{delete, get, post},
};
use problem::Problem;
use state::Web;
use std::sync::Arc;

pub fn router(web: Arc<Web>) -> Router {
    Router::new()
        // Webhooks of providers: bytes in, recorded, answered.
        .route("/webhooks/{provider}", get(webhooks::shared).post(webhooks::shared))
        .route("/webhooks/{provider}/{sender_id}", get(webhooks::of_sender).post(webhooks::of_sender))
        .route("/hooks/{name}", post(hooks::take))
        // The dialect of Autocalls: `/api/…` belongs to the dialects alone.
        .route("/api/user/whatsapp/send-freeform", post(autocalls::freeform))
        .route("/api/user/whatsapp/send", post(autocalls::template))
        .route("/api/user/whatsapp/session-status", get(autocalls::session_status))
        // The native API.
        .route("/v1/runs", post(runs::start))
        .route("/v1/events", post(events::emit))
        .route("/v1/conversations", get(conversations::list))
        .route("/v1/conversations/{id}", get(conversations::show))
        .route("/v1/conversations/{id}/messages", get(messages::list).post(messages::send))
        .route("/v1/conversations/{id}/take-over", post(conversations::take_over))
        .route("/v1/conversations/{id}/hand-back", post(conversations::hand_back))
        .route("/v1/conversations/{id}/close", post(conversations::close))
        .route("/v1/sandbox/{sender_id}/messages", get(sandbox::messages))
        // For the commands of this machine's operator.
        .route("/v1/keys", post(keys::create))
        .route("/v1/keys/{id}", delete(keys::revoke))
        .route("/v1/dead-letters/{id}/replay", post(dead_letters::replay))
        .route("/v1/templates/pull", post(templates::pull))
        // For whoever watches the daemon.
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/metrics", get(probes::metrics))
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
