//! Extracts the last path parameter for the dialects, whose handlers answer invalid ones themselves.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use std::convert::Infallible;

/// The last path parameter. One that is not UTF-8 becomes empty, which matches nothing; axum would answer with a text
/// of its own.
pub struct LastParam(pub String);

impl<S: Send + Sync> FromRequestParts<S> for LastParam {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let all = RawPathParams::from_request_parts(parts, state).await;
        let last = all.ok().and_then(|all| all.iter().last().map(|(_, value)| value.to_owned()));
        Ok(LastParam(last.unwrap_or_default()))
    }
}
