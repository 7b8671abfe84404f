//! Serves the probes and metrics on the `admin:` listener: the public three endpoints, complete and without a key.

use super::{api::probes, not_found, server::panic_guard, state::Web, uncached};
use axum::{Router, extract::Request, middleware, response::Response, routing::get};
use std::sync::Arc;
use tower_service::Service as _;

pub fn router(web: Arc<Web>) -> Router {
    Router::new()
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz_whole))
        .route("/metrics", get(probes::metrics))
        .fallback(not_found::no_such_path)
        .method_not_allowed_fallback(not_found::no_such_method)
        .layer(middleware::from_fn(panic_guard::catch))
        .with_state(web)
}

pub async fn answer(router: &Router, request: Request) -> Response {
    match router.clone().call(request).await {
        Ok(response) => uncached(response),
        Err(never) => match never {},
    }
}
