//! Around every handler: a panic becomes a 500, and the connection and everybody else's go on.

use super::{problem::Problem, state::Web};
use crate::runtime::catch::caught;
use axum::{
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{pin::pin, sync::Arc};

/// A request that failed because the database is away failed for no reason of ours: whoever asks again soon is answered.
pub async fn away(State(web): State<Arc<Web>>, request: Request, next: Next) -> Response {
    let native = request.uri().path().starts_with("/v1/");
    let mut response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || web.app.store.trouble().is_none() {
        return response;
    }
    if native {
        let detail = "The database takes no requests now; ask again soon.";
        let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "database_away", detail);
        problem.retry_after_s = Some(1);
        return problem.into_response();
    }
    // The dialects have words of their own.
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// The outermost layer of the router.
pub async fn catch(request: Request, next: Next) -> Response {
    // The matched route, never the path: a path may hold what somebody outside chose.
    let route = request.extensions().get::<MatchedPath>().cloned();
    answered(pin!(next.run(request)), || route.as_ref().map_or("", MatchedPath::as_str)).await
}

/// The answer of a handler, whatever happens in it; `route` says which one it is.
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
