//! Posts to `notify.url`, so that nobody waits for a person who was never told: signed, retried, from rows.

use super::{calls::Calls, config, metrics::Metrics};
use crate::{
    base::{
        clock::Clock,
        limits::{NOTIFY_AT_ONCE, NOTIFY_BACKOFF_MAX, NOTIFY_GIVE_UP, NOTIFY_LOOK_EVERY, NOTIFY_TIMEOUT},
        secret::Secret,
        time::{Span, Time},
    },
    channel::{call::Caller, guard::Guard},
    model::effect::{CallBody, HttpCall},
    store::{Store, WriteSet, notification},
};
use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;
use tokio::sync::{Notify, watch};

/// The header with the seconds since 1970 at which a post was signed.
pub const TIMESTAMP_HEADER: &str = "x-transom-timestamp";
/// The header with `sha256=` and the signature in hex.
pub const SIGNATURE_HEADER: &str = "x-transom-signature";

/// Delivers the rows of `notification`. Without `notify.url` it does nothing.
pub struct Notifier {
    post: Option<Post>,
    wake: Notify,
    metrics: Metrics,
}

struct Post {
    caller: Caller,
    url: String,
    secret: Secret,
}

/// What one pass did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Passed {
    pub taken: usize,
    pub retried: usize,
    pub given_up: usize,
}

impl Notifier {
    /// Fails only when TLS cannot be set up.
    pub fn new(to: Option<&config::Notify>, metrics: Metrics) -> Result<Notifier, reqwest::Error> {
        let post = match to {
            // The address is the operator's own: a desk in a private network is the usual case.
            Some(to) => Some(Post {
                caller: Caller::new(Guard::new(everywhere()))?,
                url: to.url.clone(),
                secret: to.secret.clone(),
            }),
            None => None,
        };
        Ok(Notifier { post, wake: Notify::new(), metrics })
    }

    /// A row was written: look now.
    pub fn kick(&self) {
        self.wake.notify_one();
    }

    /// Posts what is due, again and again, until `stop`.
    pub async fn drive(&self, store: &Store, calls: &Calls, clock: &dyn Clock, mut stop: watch::Receiver<bool>) {
        if self.post.is_none() {
            return;
        }
        loop {
            if let Err(error) = self.post_due(store, calls, clock.now()).await {
                tracing::error!("Notifications cannot be delivered now and will be later: {error:#}");
            }
            tokio::select! {
                _ = stop.changed() => return,
                () = self.wake.notified() => {}
                // A kick comes before its commit at times; the rows have the last word.
                () = tokio::time::sleep(NOTIFY_LOOK_EVERY.to_std()) => {}
            }
        }
    }

    /// One pass over what is due at `now`. Ends early when the receiver does not answer at all: the
    /// others would only wait for the same time-out. Where `calls` are played, these are too.
    pub async fn post_due(&self, store: &Store, calls: &Calls, now: Time) -> anyhow::Result<Passed> {
        let mut passed = Passed::default();
        let Some(post) = &self.post else { return Ok(passed) };
        let due = notification::due(store, now, NOTIFY_AT_ONCE).await.context("reading what is due")?;
        for row in due {
            let tried = post.once(&row, calls, now).await;
            let attempts = row.attempts + 1;
            let late = now - row.at >= NOTIFY_GIVE_UP;
            let (result, done_at) = match tried {
                Ok(()) => ("ok", Some(now)),
                Err(_) if late => ("given_up", Some(now)),
                Err(_) => ("retry", None),
            };
            match result {
                "ok" => passed.taken += 1,
                "retry" => passed.retried += 1,
                _ => {
                    passed.given_up += 1;
                    tracing::error!(
                        kind = row.kind,
                        attempt = attempts,
                        "Nobody took notification {} in a day",
                        row.id
                    );
                }
            }
            self.metrics.notification(result);
            let next_at = now + backoff(attempts);
            let mut set = WriteSet::new();
            set.push(&notification::TRIED, &notification::Tried { id: row.id, attempts, next_at, done_at });
            store.commit(set).await.context("recording a notification")?;
            if let Err(refused) = tried {
                tracing::warn!(
                    kind = row.kind,
                    attempt = attempts,
                    reason = refused.word(),
                    "Notification {} was not taken",
                    row.id
                );
                if matches!(refused, Refused::Silent) {
                    break;
                }
            }
        }
        Ok(passed)
    }
}

/// Why a post counts as not taken.
enum Refused {
    /// Any answer but 2xx.
    Status,
    /// None at all.
    Silent,
}

impl Refused {
    fn word(&self) -> &'static str {
        match self {
            Refused::Status => "status",
            Refused::Silent => "no_answer",
        }
    }
}

impl Post {
    async fn once(&self, row: &notification::Notification, calls: &Calls, now: Time) -> Result<(), Refused> {
        let body = body(row);
        let timestamp = now.0.div_euclid(1_000);
        let call = HttpCall {
            run: 0,
            call: 0,
            attempt: row.attempts + 1,
            method: "POST".into(),
            url: self.url.clone(),
            headers: BTreeMap::from([
                (TIMESTAMP_HEADER.to_owned(), timestamp.to_string()),
                (SIGNATURE_HEADER.to_owned(), sign(&self.secret, timestamp, &body.to_string())),
            ]),
            query: Vec::new(),
            body: Some(CallBody::Json(body)),
            timeout: NOTIFY_TIMEOUT,
            key: Some(row.id.to_string()),
        };
        let answer = match calls.is_mocked() {
            true => calls.perform(&call, None).await.result,
            false => self.caller.call(&call, &BTreeMap::new()).await,
        };
        match answer {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            Ok(_) => Err(Refused::Status),
            Err(_) => Err(Refused::Silent),
        }
    }
}

/// `sha256=` and the hex of HMAC-SHA256 over timestamp, dot and body. With the timestamp inside, an old
/// post cannot be played again later.
pub fn sign(secret: &Secret, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{timestamp}.{body}").as_bytes());
    mac.finalize().into_bytes().iter().fold("sha256=".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// Before the try after `attempts`: 5 s, 20 s, 80 s … at most an hour.
pub fn backoff(attempts: u32) -> Span {
    let seconds = 5_i64.saturating_mul(4_i64.saturating_pow(attempts.saturating_sub(1)));
    Span::seconds(seconds.min(NOTIFY_BACKOFF_MAX.0 / 1_000))
}

/// The row's own data with its number, kind and time.
fn body(row: &notification::Notification) -> serde_json::Value {
    let mut body = clean(&row.data);
    body["id"] = row.id.into();
    body["kind"] = row.kind.as_str().into();
    let at = jiff::Timestamp::from_millisecond(row.at.0).map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
    body["at"] = at.unwrap_or_default().into();
    body
}

// The client takes this letter for the mark of a secret; in a summary it comes from a customer.
fn clean(json: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value as Json;
    match json {
        Json::String(text) => Json::String(text.replace('\u{E000}', "\u{FFFD}")),
        Json::Array(items) => items.iter().map(clean).collect(),
        Json::Object(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), clean(value))).collect()),
        other => other.clone(),
    }
}

fn everywhere() -> [ipnet::IpNet; 2] {
    ["0.0.0.0/0", "::/0"].map(|net| net.parse().expect("a network of our own is valid"))
}

#[cfg(test)]
mod tests;
