//! Gives the handlers of all routes one type. axum wraps a handler in half a dozen generic types, and for each of them
//! the compiler proves anew that the handler's whole future may be sent to another thread: for two hundred routes that
//! took half of the time for which the first build waited for the analysis of this crate.

use crate::web::state::Web;
use axum::{extract::Request, handler::Handler, response::Response};
use std::{fmt, pin::Pin, sync::Arc};

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A handler of a request. Its clones share the handler.
#[derive(Clone)]
pub struct AnyHandler(Arc<dyn Fn(Request, Arc<Web>) -> Answering + Send + Sync>);

/// Hides the handler's own type: a function with axum's extractors as its parameters.
pub fn handler<H, T>(handler: H) -> AnyHandler
where
    H: Handler<T, Arc<Web>, Future = Answering> + Sync,
{
    AnyHandler(Arc::new(move |request, web| handler.clone().call(request, web)))
}

impl Handler<(), Arc<Web>> for AnyHandler {
    type Future = Answering;

    fn call(self, request: Request, web: Arc<Web>) -> Answering {
        (self.0)(request, web)
    }
}

impl fmt::Debug for AnyHandler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyHandler")
    }
}
