//! Catches panics around every handler: the request gets a 500, and other requests and connections continue.

use crate::{
    runtime::process::panic_guard::caught,
    web::{problem::Problem, state::Web},
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{pin::pin, sync::Arc};

/// Turns 500 into 503 while the database is unreachable, because that is the cause and a retry may succeed soon.
pub async fn away(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let native = request.uri().path().starts_with("/v1/");
    let store = &web.app.store;
    let lost_before = store.lost_reads();
    let mut response = next.run(request).await;
    let is_away = || store.trouble().is_some() || store.lost_reads() != lost_before;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !is_away() {
        return response;
    }
    if native {
        let detail = "The database takes no requests now; ask again soon.";
        let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "database_away", detail);
        problem.retry_after_s = Some(1);
        return problem.into_response();
    }
    // The dialects have error bodies of their own.
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// The outermost layer of the router.
pub async fn catch(request: Request, next: Next) -> Response {
    // The matched route, never the path: a path may contain data from outside.
    let route = request.extensions().get::<MatchedPath>().cloned();
    answered(pin!(next.run(request)), || route.as_ref().map_or("", MatchedPath::as_str)).await
}

/// The answer of a handler, even if it panics; `route` names it in the log.
pub async fn answered<'r>(
    handler: impl Future<Output = Response> + Unpin,
    route: impl FnOnce() -> &'r str,
) -> Response {
    match caught(handler).await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(url.path = route(), "A request panicked: {panic}");
            Problem::bug(&"a panic, logged before").into_response()
        }
    }
}
