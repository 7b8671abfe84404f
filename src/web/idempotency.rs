//! Implements `Idempotency-Key`: a request repeated with its key has no second effect and gets the first answer.
//!
//! A key and the id of the message it will send are stored before anything happens. After a crash the row names the
//! message, and the message table shows whether it was queued, so that a repeated request need not guess.

use super::{
    problem::{ApiResult, Problem},
    state::Web,
};
use crate::{
    base::{
        ids::{AccountName, OutboundId},
        limits::{IDEMPOTENCY_KEY_CHARS_MAX, IDEMPOTENCY_WAIT},
        secret::Secret,
    },
    store::{WriteSet, tables::idempotency},
};
use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OwnedMutexGuard;

/// The answer of a handler, and whether the request had an effect that must not be repeated.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Json,
    pub took_effect: bool,
}

/// A request that may be processed.
pub struct AdmittedRequest {
    /// The id for a message that this request sends.
    pub message: OutboundId,
    /// True if an earlier request with this key was interrupted by a crash: the message may already exist.
    pub is_again: bool,
    row: Option<Row>,
}

struct Row {
    claim: idempotency::Claim,
    // One request per key at a time; the others wait for this lock.
    _turn: OwnedMutexGuard<()>,
}

/// The keys whose first request is still running.
#[derive(Default)]
pub struct InFlight(Mutex<HashMap<(AccountName, String), RunningRequest>>);

/// Held by the running request.
type RunningRequest = Arc<tokio::sync::Mutex<()>>;

/// Begins the request of this key; `Err` if it was already answered or must be refused.
pub async fn begin(
    web: &Web,
    account: &AccountName,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
) -> Result<AdmittedRequest, Refused> {
    let fresh = || OutboundId(web.app.store.next_id());
    let Some(value) = headers.get(&IDEMPOTENCY_KEY) else {
        return Ok(AdmittedRequest { message: fresh(), is_again: false, row: None });
    };
    let key = value.to_str().unwrap_or_default().trim().to_owned();
    if key.is_empty() || key.chars().count() > IDEMPOTENCY_KEY_CHARS_MAX {
        return Err(Refused::BadKey);
    }
    let Some(turn) = web.in_flight.turn(account, &key).await else { return Err(Refused::Busy) };
    let claim = idempotency::Claim {
        account: account.clone(),
        request_hash: fingerprint(path, body),
        message_id: fresh(),
        created_at: web.app.clock.now(),
        key,
    };
    let failed = |error: &dyn std::fmt::Display| Refused::Problem(Problem::bug(error));
    let known = idempotency::find(&web.app.store, account, &claim.key).await.map_err(|error| failed(&error))?;
    match known {
        None => {
            let mut set = WriteSet::default();
            set.push(&idempotency::CLAIM, &claim);
            web.app.store.commit(set).await.map_err(|error| failed(&error))?;
            Ok(AdmittedRequest { message: claim.message_id, is_again: false, row: Some(Row { claim, _turn: turn }) })
        }
        Some(known) if known.request_hash != claim.request_hash => Err(Refused::OtherBody),
        Some(idempotency::StoredRequest { answer: Some((status, body)), message_id, secret, .. }) => {
            let mut body = serde_json::from_str(&body).unwrap_or(Json::Null);
            if let (Some(fields), Some(id), false) = (body.as_object_mut(), message_id, secret.is_empty()) {
                let secret = web.app.store.keyring().decrypt(idempotency::SECRET, id, &secret);
                let secret = secret.map_err(|error| failed(&error))?;
                fields.insert(SECRET.to_owned(), secret.expose().into());
            }
            Err(Refused::Before(StatusCode::from_u16(status).unwrap_or(StatusCode::OK), body))
        }
        Some(known) => {
            let message = known.message_id.unwrap_or(claim.message_id);
            // The row keeps its id, for which a secret in the answer is encrypted.
            let claim = idempotency::Claim { message_id: message, ..claim };
            Ok(AdmittedRequest { message, is_again: true, row: Some(Row { claim, _turn: turn }) })
        }
    }
}

impl AdmittedRequest {
    /// Stores the answer for the next request with this key. A request without an effect is deleted, so that it can be
    /// repeated with the same key after the error is fixed.
    pub async fn finish(self, web: &Web, answer: Answer) -> Answer {
        let Some(row) = self.row else { return answer };
        let mut set = WriteSet::default();
        if answer.took_effect {
            let (account, key) = (row.claim.account, row.claim.key);
            let status = answer.status.as_u16();
            let (body, secret) = parted(&answer.body);
            let sealed = web.app.store.keyring().encrypt(idempotency::SECRET, row.claim.message_id, &secret);
            match sealed {
                Ok(secret) => {
                    let finished = idempotency::FinishedRequest { account, key, status, body, secret };
                    set.push(&idempotency::ANSWER, &finished);
                }
                // The row stays without an answer, and no secret is stored in plain text.
                Err(error) => tracing::warn!(error = %error, "{NOT_STORED}"),
            }
        } else {
            set.push(&idempotency::RELEASE, &row.claim);
        }
        if let Err(error) = web.app.store.commit(set).await {
            // The row stays without an answer: the next request looks at the message.
            tracing::warn!(error = %error, "{NOT_STORED}");
        }
        answer
    }
}

const NOT_STORED: &str =
    "The answer to a request with an idempotency key could not be stored; a repeated request looks at its message";

/// The field of an answer that is stored apart, because it may be encrypted.
const SECRET: &str = "secret";

/// The answer without its secret, and the secret; empty: it has none.
fn parted(body: &Json) -> (String, Secret) {
    let Some(secret) = body.get(SECRET).and_then(Json::as_str) else { return (body.to_string(), Secret::default()) };
    let (secret, mut rest) = (Secret::new(secret), body.clone());
    if let Some(fields) = rest.as_object_mut() {
        fields.remove(SECRET);
    }
    (rest.to_string(), secret)
}

/// The reason why a request with a key is not processed.
#[derive(Debug)]
pub enum Refused {
    /// It was answered before: repeat this answer.
    Before(StatusCode, Json),
    /// The key was used for another request.
    OtherBody,
    /// The first request with this key is still running.
    Busy,
    BadKey,
    Problem(Problem),
}

impl Refused {
    /// As a response of the native API.
    pub fn respond(self) -> Response {
        match self {
            Refused::Before(status, body) => replayed(native(status, &body)),
            other => other.problem().into_response(),
        }
    }

    /// As a problem of the native API; the dialects have their own errors. Not called for `Before`.
    pub fn problem(self) -> Problem {
        match self {
            Refused::Problem(problem) => problem,
            Refused::OtherBody => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "This Idempotency-Key was used for another request.",
            ),
            Refused::BadKey => Problem::new(
                StatusCode::BAD_REQUEST,
                "bad_idempotency_key",
                format!("An Idempotency-Key is a text of 1 to {IDEMPOTENCY_KEY_CHARS_MAX} characters."),
            ),
            Refused::Busy | Refused::Before(..) => Problem {
                retry_after_s: Some(1),
                ..Problem::conflict(
                    "in_progress",
                    "The first request with this Idempotency-Key is still being answered.",
                )
            },
        }
    }
}

/// Runs a native request once per key, in a task of its own, so that a disconnected client cannot interrupt it.
pub async fn once<W>(
    web: Arc<Web>,
    account: AccountName,
    headers: HeaderMap,
    path: String,
    body: Bytes,
    work: impl FnOnce(IdempotencyContext) -> W + Send + 'static,
) -> ApiResult
where
    W: Future<Output = Result<Answer, Problem>> + Send,
{
    let task = tokio::spawn(async move {
        let begun = match begin(&web, &account, &headers, &path, &body).await {
            Ok(begun) => begun,
            Err(refused) => return refused.respond(),
        };
        let again = IdempotencyContext { message: begun.message, cut_off: begun.is_again };
        match work(again).await {
            Ok(answer) => {
                let answer = begun.finish(&web, answer).await;
                native(answer.status, &answer.body)
            }
            // It is unknown whether the request had an effect: the row stays, and the next request finds out.
            Err(problem) if problem.status == StatusCode::INTERNAL_SERVER_ERROR || problem.code == OUTCOME_UNKNOWN => {
                problem.into_response()
            }
            Err(problem) => {
                let nothing = Answer { status: problem.status, body: Json::Null, took_effect: false };
                begun.finish(&web, nothing).await;
                problem.into_response()
            }
        }
    });
    task.await.map_err(|panic| Problem::bug(&panic))
}

/// The idempotency data for the handler.
#[derive(Debug, Clone, Copy)]
pub struct IdempotencyContext {
    /// The id for the message that it sends, if any.
    pub message: OutboundId,
    /// True if an earlier request was interrupted by a crash: its effect may already exist.
    pub cut_off: bool,
}

/// The code for a request whose first attempt was interrupted: every repetition gets it, for as long as the key is
/// stored.
const OUTCOME_UNKNOWN: &str = "outcome_unknown";

/// For requests whose effect cannot be found afterwards.
pub fn outcome_unknown() -> Problem {
    Problem::conflict(
        OUTCOME_UNKNOWN,
        "The first request with this Idempotency-Key was cut off; look whether it took effect before you use a new key.",
    )
}

/// Marks a response as the repeated first answer.
pub fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert(REPLAYED.clone(), HeaderValue::from_static("true"));
    response
}

/// An answer of the native API with this body.
pub fn respond<T: Serialize>(status: StatusCode, body: &T) -> Response {
    json(status, &to_json(body))
}

/// The body as a value, whose fields come in the order of the alphabet.
pub fn to_json<T: Serialize>(body: &T) -> Json {
    serde_json::to_value(body).expect("the keys of a body are texts")
}

pub fn json(status: StatusCode, body: &Json) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// An answer of the native API; it may be an error although the request had an effect, such as a message that the
/// provider refused.
fn native(status: StatusCode, body: &Json) -> Response {
    let mut response = json(status, body);
    if status.is_client_error() || status.is_server_error() {
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
static REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

impl InFlight {
    /// Waits until no other request with this key is running, for at most `IDEMPOTENCY_WAIT`.
    pub async fn turn(&self, account: &AccountName, key: &str) -> Option<OwnedMutexGuard<()>> {
        let lock = {
            let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // A request that waits or runs also holds a reference to its lock.
            keys.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(keys.entry((account.clone(), key.to_owned())).or_default())
        };
        tokio::time::timeout(IDEMPOTENCY_WAIT.to_std(), lock.lock_owned()).await.ok()
    }
}

/// A hash of the request, independent of the spacing and order of its JSON.
fn fingerprint(path: &str, body: &[u8]) -> String {
    let canonical = serde_json::from_slice::<Json>(body).map(|json| json.to_string().into_bytes());
    let mut hasher = Sha256::new();
    hasher.update(path.as_bytes());
    hasher.update([0]);
    hasher.update(canonical.as_deref().unwrap_or(body));
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_the_same_however_it_is_spaced() {
        assert_eq!(fingerprint("/a", br#"{"a": 1, "b": 2}"#), fingerprint("/a", br#"{"b":2,"a":1}"#));
        assert_ne!(fingerprint("/a", b"{}"), fingerprint("/b", b"{}"));
        assert_ne!(fingerprint("/a", br#"{"a": 1}"#), fingerprint("/a", br#"{"a": 2}"#));
    }

    #[tokio::test]
    async fn one_request_per_key_at_a_time() {
        let keys = InFlight::default();
        let account = AccountName::from("acme");
        let first = keys.turn(&account, "k").await.unwrap();
        assert!(keys.turn(&account, "other").await.is_some());
        let second = keys.turn(&account, "k");
        tokio::pin!(second);
        tokio::select! {
            biased;
            _ = &mut second => panic!("two at a time"),
            () = std::future::ready(()) => {}
        }
        drop(first);
        assert!(second.await.is_some());
    }
}
