//! Handles the common part of every request of this dialect: API key, rate limit, request id, and their headers.

use super::{
    ERROR_KEYS, KEYS,
    rate::RemainingQuota,
    refusal::{Refusal, RefusalEndpoint, bug},
};
use crate::{
    base::{
        ids::AccountName,
        limits::{API_BODY_BYTES_MAX, WAPLIFY_REQUESTS_MAX},
        time::Time,
    },
    web::{
        admission::NeededScope,
        auth::{self, Caller},
        dialects::{ordered, sending::ClientAnswer},
        idempotency,
        parameters::{Misfit, MisfitCause, Misfits},
        server::body::{self, BadBody},
        state::Web,
    },
};
use axum::{
    body::Bytes,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// An authenticated request.
pub struct AuthenticatedRequest {
    pub web: Arc<Web>,
    pub account: AccountName,
    pub request_id: String,
    pub headers: HeaderMap,
    /// The part after `?`, still encoded.
    pub query: String,
    pub body: Bytes,
}

/// A successful answer.
pub fn good(status: StatusCode, body: Json) -> ClientAnswer {
    ClientAnswer { status, body, replayed: false, retry_after_s: None }
}

/// Authenticates a request of the endpoint `at` and answers it with `work`, or with an error.
pub async fn answered<W>(
    web: Arc<Web>,
    request: Request,
    at: RefusalEndpoint,
    work: impl FnOnce(AuthenticatedRequest) -> W,
) -> Response
where
    W: Future<Output = Result<ClientAnswer, Refusal>>,
{
    let (parts, body) = request.into_parts();
    let now = web.app.clock.now();
    let id = request_id(&parts.headers);
    let wrong: Vec<Json> = Misfits::of(&parts.extensions).iter().map(misfit).collect();
    let (left, outcome) = match admitted(&web, &parts, at, now).await {
        Err(refusal) => (None, Err(refusal)),
        Ok((_, left)) if left.is_over => (Some(left), Err(Refusal::TooMany)),
        Ok((_, left)) if !wrong.is_empty() => (Some(left), Err(Refusal::Invalid(wrong))),
        Ok((account, left)) => {
            let query = parts.uri.query().unwrap_or_default().to_owned();
            let outcome = match bytes(body).await {
                Ok(body) => {
                    let (web, request_id) = (Arc::clone(&web), id.clone());
                    work(AuthenticatedRequest { web, account, request_id, headers: parts.headers, query, body }).await
                }
                Err(refusal) => Err(refusal),
            };
            (Some(left), outcome)
        }
    };
    let mut response = match outcome {
        Ok(answered) => {
            let keys = if answered.status.is_success() { KEYS } else { ERROR_KEYS };
            let mut response = ordered::response(answered.status, &answered.body, keys);
            if let Some(seconds) = answered.retry_after_s {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            if answered.replayed { idempotency::replayed(response) } else { response }
        }
        Err(refusal) => ordered::response(refusal.status(), &refusal.body(&id, now), ERROR_KEYS),
    };
    tell(response.headers_mut(), &id, left, now);
    response
}

/// A wrong parameter in pydantic's form.
fn misfit(Misfit { name, why }: &Misfit) -> Json {
    let (kind, words) = match why {
        MisfitCause::Unknown(_) => ("extra_forbidden", "Extra inputs are not permitted".to_owned()),
        MisfitCause::Empty => ("string_too_short", "String should have at least 1 character".to_owned()),
        MisfitCause::Repeated => ("value_error", "Value error, the parameter stands twice".to_owned()),
        MisfitCause::Value(words) => ("value_error", format!("Value error, the parameter {words}")),
    };
    json!({"type": kind, "loc": ["query", name], "msg": words})
}

/// The account of the key, and the rest of its rate limit.
async fn admitted(
    web: &Web,
    request: &Parts,
    at: RefusalEndpoint,
    now: Time,
) -> Result<(AccountName, RemainingQuota), Refusal> {
    let shown = auth::bearer(&request.headers).ok_or(Refusal::Unauthorized)?;
    let failed = |problem| if auth::is_expired(&problem) { Refusal::Unauthorized } else { Refusal::Internal };
    let caller = auth::of_key(web, shown).await.map_err(failed)?.ok_or(Refusal::Unauthorized)?;
    if let Some(why) = NeededScope::lacked(&request.extensions, &caller) {
        return Err(Refusal::Forbidden { why, at });
    }
    let account = match caller {
        Caller::Account(key) => key.account,
        // The operator acts for the first account: this dialect cannot name one.
        Caller::Operator | Caller::Person(_) => web
            .app
            .config
            .accounts
            .first()
            .map(|account| account.name.clone())
            .ok_or_else(|| bug(&"the configuration has no account"))?,
    };
    Ok((account, web.waplify.take(&auth::hash(shown), now)))
}

async fn bytes(body: axum::body::Body) -> Result<Bytes, Refusal> {
    body::read(body, API_BODY_BYTES_MAX).await.map_err(|bad| match bad {
        BadBody::TooLarge => Refusal::TooLarge,
        BadBody::TooSlow | BadBody::Crowded | BadBody::Broken => Refusal::BadBody { status: bad.status() },
    })
}

fn tell(headers: &mut HeaderMap, id: &str, left: Option<RemainingQuota>, now: Time) {
    let mut put = |name: &'static str, value: HeaderValue| {
        headers.insert(HeaderName::from_static(name), value);
    };
    put("api-version", HeaderValue::from_static("v1"));
    if let Ok(id) = HeaderValue::from_str(id) {
        put("x-request-id", id);
    }
    let Some(left) = left else { return };
    put("x-ratelimit-limit", HeaderValue::from(WAPLIFY_REQUESTS_MAX));
    put("x-ratelimit-remaining", HeaderValue::from(left.requests));
    put("x-ratelimit-reset", HeaderValue::from(left.resets_at.0.div_euclid(1_000)));
    if left.is_over {
        put("retry-after", HeaderValue::from(left.wait_s(now)));
    }
}

/// The client's own id if it is a UUID of version 4, else a new one. For tracing only: repeating it does not make a
/// request idempotent.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get("x-request-id").and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(given) = given.filter(|text| is_uuid_4(text)) {
        return given.to_owned();
    }
    let mut bytes = [0_u8; 16];
    if getrandom::fill(&mut bytes).is_err() {
        tracing::warn!("The system gives no random bytes: the id of a request is not its own");
    }
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn is_uuid_4(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
        && groups[2].starts_with('4')
        && groups[3].starts_with(['8', '9', 'a', 'b', 'A', 'B'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_id_comes_back_if_it_is_a_uuid_of_version_4() {
        let id = |given: &str| {
            let headers = HeaderMap::from_iter([(HeaderName::from_static("x-request-id"), given.parse().unwrap())]);
            request_id(&headers)
        };
        let own = "550e8400-e29b-41d4-a716-446655440000";
        assert_eq!(id(own), own);
        for other in ["1", "550e8400-e29b-11d4-a716-446655440000", "550e8400-e29b-41d4-c716-446655440000"] {
            assert!(is_uuid_4(&id(other)) && id(other) != other, "{other}");
        }
        assert_ne!(request_id(&HeaderMap::new()), request_id(&HeaderMap::new()));
    }
}
