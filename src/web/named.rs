//! What an address names, as the dialects read it: whatever stands there, the answer is the dialect's own.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use std::convert::Infallible;

/// The value in the path. What is no text is nothing, which nobody is called; axum itself would answer in plain words
/// of its own.
pub struct Named(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let all = RawPathParams::from_request_parts(parts, state).await;
        let last = all.ok().and_then(|all| all.iter().last().map(|(_, value)| value.to_owned()));
        Ok(Named(last.unwrap_or_default()))
    }
}
