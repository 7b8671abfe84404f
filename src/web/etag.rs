//! Implements `ETag` and `If-Match`: an editing client names the state that it has seen.

use super::problem::Problem;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// A short digest of the state, in quotation marks as HTTP requires.
pub fn of(body: &Json) -> String {
    let digest = Sha256::digest(body.to_string().as_bytes());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// The answer with the body's `etag` also as a header.
pub fn tagged(status: StatusCode, body: &Json) -> Response {
    let mut response = super::idempotency::json(status, body);
    if let Some(Ok(tag)) = body["etag"].as_str().map(HeaderValue::from_str) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Checks the request's `If-Match`, if there is one, against the current state.
pub fn expected(headers: &HeaderMap, body: &Json) -> Result<(), Problem> {
    let Some(wanted) = headers.get(header::IF_MATCH) else { return Ok(()) };
    let now = body["etag"].as_str().unwrap_or_default();
    let wanted = wanted.to_str().unwrap_or_default();
    if wanted.trim() == "*" || wanted.split(',').any(|one| one.trim() == now) {
        return Ok(());
    }
    let why = "It was changed since you read it; read it again and decide anew.";
    Err(Problem::new(StatusCode::PRECONDITION_FAILED, "changed_meanwhile", why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asks(wanted: &str) -> bool {
        let headers = HeaderMap::from_iter([(header::IF_MATCH, wanted.parse().unwrap())]);
        expected(&headers, &json!({"etag": "\"a1\""})).is_ok()
    }

    #[test]
    fn only_the_state_that_was_seen_may_be_changed() {
        assert!(asks("\"a1\"") && asks("\"b2\", \"a1\"") && asks("*"));
        assert!(!asks("\"b2\"") && !asks("a1"));
        assert!(expected(&HeaderMap::new(), &json!({})).is_ok());
    }

    #[test]
    fn every_difference_is_another_state() {
        assert_ne!(of(&json!({"a": 1})), of(&json!({"a": 2})));
    }
}
