//! Around every handler: a panic becomes a 500, and the connection and everybody else's go on.

use super::problem::Problem;
use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    any::Any,
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// The outermost layer of the router.
pub async fn catch(request: Request, next: Next) -> Response {
    // The matched route, never the path: a path may hold what somebody outside chose.
    let route = request.extensions().get::<MatchedPath>().cloned();
    caught(next.run(request), || route.as_ref().map_or("", MatchedPath::as_str)).await
}

/// The answer of a handler; `route` says which one it is.
pub async fn caught<'r>(handler: impl Future<Output = Response>, route: impl FnOnce() -> &'r str) -> Response {
    match settled(handler).await {
        Ok(response) => response,
        Err(panic) => {
            tracing::error!(url.path = route(), "A request panicked: {}", text_of(panic.as_ref()));
            Problem::bug(&"a panic, logged before").into_response()
        }
    }
}

async fn settled<T>(work: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut work = pin!(work);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_caught_with_its_words() {
        let panic = settled(async { panic!("boom {}", 1) }).await.unwrap_err();
        assert_eq!(text_of(panic.as_ref()), "boom 1");
        assert_eq!(settled(async { 7 }).await.unwrap(), 7);
    }
}
