//! Sends one post, signed, and classifies the answer.

use super::sign::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use crate::{
    base::{
        clock::Stopwatch,
        limits::WEBHOOK_TIMEOUT,
        secret::Secret,
        time::{Span, Time},
    },
    channel::{call::Post, traceparent::TRACEPARENT},
    events::webhook_delivery::WebhookDelivery,
    model::{
        effect::{CallBody, HttpCall},
        event::CallError,
    },
    store::{
        encryption::DecryptError,
        tables::{
            delivery::Delivery,
            subscription::{self, Subscription},
        },
    },
};
use std::collections::BTreeMap;

/// The receiver's answer.
pub(super) enum Outcome {
    Taken(u16),
    /// Any answer but 2xx, or none; with the receiver's `Retry-After`.
    Refused {
        status: Option<u16>,
        trouble: String,
        /// A sentence for the log.
        why: Option<String>,
        after: Option<Span>,
    },
    /// 410: the receiver wants no more posts.
    Unwanted,
}

impl Outcome {
    fn unanswered(CallError { code, text }: CallError) -> Outcome {
        Outcome::Refused { status: None, trouble: code, why: Some(text), after: None }
    }
}

impl WebhookDelivery {
    pub(super) async fn ask(&self, subscription: &Subscription, row: &Delivery, now: Time) -> Outcome {
        let (id, timestamp) = (row.event_id.to_string(), now.0.div_euclid(1_000));
        let secrets = match self.secrets_of(subscription, now) {
            Ok(secrets) => secrets,
            // Nothing is posted without its signature.
            Err(why) => {
                return Outcome::Refused { status: None, trouble: "secret".to_owned(), why: Some(why), after: None };
            }
        };
        let mut headers = vec![
            (ID_HEADER, id.clone()),
            (TIMESTAMP_HEADER, timestamp.to_string()),
            (SIGNATURE_HEADER, sign(&secrets, &id, timestamp, &row.body)),
        ];
        if self.calls.is_mocked() {
            return self.play(subscription, row, &id, headers).await;
        }
        let span = self.span_of(row).await;
        headers.extend(span.and_then(|span| self.traceparent_of(span)).map(|header| (TRACEPARENT, header)));
        let (began, started) = (self.clock.now(), Stopwatch::start());
        let outcome = self.wire(subscription, row, &headers).await;
        if let Some(span) = span {
            self.tell_of_post(span, (&subscription.url, row), &outcome, (began, started));
        }
        outcome
    }

    async fn wire(&self, subscription: &Subscription, row: &Delivery, headers: &[(&str, String)]) -> Outcome {
        let way = if subscription.configured { &self.ours } else { &self.guarded };
        let post = Post { url: &subscription.url, headers, body: &row.body, timeout: WEBHOOK_TIMEOUT };
        match way.post(post).await {
            Ok(answer) if (200..300).contains(&answer.status) => Outcome::Taken(answer.status),
            Ok(answer) if answer.status == 410 => Outcome::Unwanted,
            Ok(answer) => Outcome::Refused {
                status: Some(answer.status),
                trouble: "status".to_owned(),
                why: None,
                after: answer.retry_after,
            },
            Err(error) => Outcome::unanswered(error),
        }
    }

    /// Where calls are mocked, posts are mocked, too.
    async fn play(&self, of: &Subscription, row: &Delivery, id: &str, headers: Vec<(&str, String)>) -> Outcome {
        let body = serde_json::from_str(&row.body).unwrap_or_default();
        let call = HttpCall {
            run: 0,
            call: 0,
            attempt: row.attempts + 1,
            method: "POST".into(),
            url: of.url.clone(),
            headers: headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect::<BTreeMap<_, _>>(),
            query: Vec::new(),
            body: Some(CallBody::Json(body)),
            timeout: WEBHOOK_TIMEOUT,
            key: Some(id.to_owned()),
        };
        match self.calls.perform(&call, None).await.result {
            Ok(answer) if (200..300).contains(&answer.status) => Outcome::Taken(answer.status),
            Ok(answer) => {
                Outcome::Refused { status: Some(answer.status), trouble: "status".to_owned(), why: None, after: None }
            }
            Err(error) => Outcome::unanswered(error),
        }
    }

    /// The secrets that sign now: the newest, and for a while the previous one.
    fn secrets_of(&self, subscription: &Subscription, now: Time) -> Result<Vec<Secret>, String> {
        if subscription.configured {
            return Ok(self.config.webhooks.secrets(&subscription.name));
        }
        if subscription.secret.is_empty() {
            return Err("it has no secret; `POST /v1/webhooks/{id}/rotate-secret` makes one".to_owned());
        }
        let (keyring, id) = (self.store.keyring(), subscription.id);
        let old = subscription.old_secret.iter().filter(|(_, until)| *until > now);
        let old = old.map(|(secret, _)| keyring.decrypt(subscription::OLD_SECRET, id, secret));
        let newest = keyring.decrypt(subscription::SECRET, id, &subscription.secret);
        let secrets: Result<Vec<Secret>, DecryptError> = std::iter::once(newest).chain(old).collect();
        secrets.map_err(|why| format!("its secret in the database cannot be decrypted: {why}"))
    }
}
