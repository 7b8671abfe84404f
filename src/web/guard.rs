//! Around every handler: a panic becomes a 500, and the connection and everybody else's go on.

use super::problem::Problem;
use crate::runtime::catch::caught;
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::pin::pin;

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
