//! Posts events to webhook subscriptions: signed, in order within a conversation, repeated until they are accepted.
//! All state is in the database, so a crash loses no event; receivers recognise a repetition by its id.

pub mod chatwoot;
mod edit;
mod pass;
mod passes;
mod sign;
mod span;
mod take_events;
mod wire;

use super::Events;
use crate::{
    base::{
        clock::Clock,
        limits::{
            CHATWOOT_FILES_AT_ONCE, WEBHOOK_BACKOFF_MAX, WEBHOOK_GIVE_UP, WEBHOOK_LOOK_EVERY, WEBHOOK_RETRY_AFTER_MAX,
        },
        time::{Span, Time},
    },
    channel::{call::FlowClient, guard::Guard, spans::Spans},
    config::Config,
    http_step::calls::Calls,
    process::{Process, log_limit::LogLimiter, metrics::Metrics},
    store::{
        Store, WriteSet,
        tables::{
            delivery::{self, AttemptState, Delivery, Tried},
            subscription::{self, Paused, Subscription},
        },
    },
};
use anyhow::Context;
use chatwoot::Ways;
pub use edit::{Edit, NewSubscription};
use passes::Passes;
pub use sign::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use std::sync::{Arc, atomic::AtomicBool};
use tokio::sync::{Notify, Semaphore, watch};
use wire::Outcome;

/// Posts the deliveries of subscriptions.
pub struct WebhookDelivery {
    /// For addresses in the configuration, which are often in a private network.
    ours: FlowClient,
    /// For addresses given by API: public ones, and those that `webhooks.allow_private` allows.
    guarded: FlowClient,
    passes: Passes,
    wake: Notify,
    /// True if there are subscriptions at all.
    subscribed: AtomicBool,
    /// Serializes changes of subscriptions.
    subscription_lock: tokio::sync::Mutex<()>,
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    store: Store,
    metrics: Metrics,
    log_limiter: Arc<LogLimiter>,
    /// In an author's test posts are mocked as calls of `http` steps are.
    calls: Arc<Calls>,
    events: Arc<Events>,
    spans: Spans,
    /// Ids of traces are derived by it.
    token_key: Arc<[u8]>,
    chatwoot: Ways,
    /// For files on their way to or from Chatwoot, which are in memory.
    chatwoot_places: Semaphore,
}

/// The counts of a pass over one or all subscriptions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PassCounts {
    pub taken: usize,
    pub retried: usize,
    pub given_up: usize,
}

impl WebhookDelivery {
    /// Fails only if TLS cannot be set up.
    pub(crate) fn new(
        process: &Process,
        calls: &Arc<Calls>,
        events: &Arc<Events>,
        chatwoot: Ways,
    ) -> Result<Self, reqwest::Error> {
        let Process { config, clock, store, metrics, log_limiter, spans, token_key, .. } = process.clone();
        let guard = Guard::new(config.webhooks.allow_private.iter().copied()).named("webhooks.allow_private");
        Ok(WebhookDelivery {
            ours: FlowClient::new(Guard::new(everywhere()))?.behind(store.fence()).without_redirects(),
            guarded: FlowClient::new(guard)?.behind(store.fence()),
            passes: Passes::default(),
            wake: Notify::new(),
            subscribed: AtomicBool::new(false),
            subscription_lock: tokio::sync::Mutex::default(),
            config,
            clock,
            store,
            metrics,
            log_limiter,
            calls: Arc::clone(calls),
            events: Arc::clone(events),
            spans,
            token_key,
            chatwoot,
            chatwoot_places: Semaphore::new(CHATWOOT_FILES_AT_ONCE),
        })
    }

    /// Wakes the loop: a subscription was created or resumed, or a delivery was requested again.
    pub fn kick(&self) {
        self.wake.notify_one();
    }

    /// Checks an address given by API, as far as the address itself shows.
    pub fn may_reach(&self, url: &str) -> Result<(), String> {
        self.guarded.may_reach(url)
    }

    /// An operator has changed its address, state or secret: ends its pause.
    fn forget(&self, id: i64) {
        self.passes.forget(id);
        self.kick();
    }
}

impl WebhookDelivery {
    /// Posts due deliveries until `stop`. Each subscription has its own pass, so that one without an answer does not
    /// delay others.
    pub async fn drive_posts(self: &Arc<Self>, mut stop: watch::Receiver<bool>) {
        loop {
            if let Err(error) = self.begin_passes().await {
                self.log_limiter.complain(
                    "posts",
                    "Webhooks could not be posted, and are tried again",
                    &error,
                    self.clock.now(),
                );
            }
            let looks = self.has_subscriptions();
            tokio::select! {
                _ = stop.changed() => return,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(WEBHOOK_LOOK_EVERY.to_std()), if looks => {}
            }
        }
    }

    /// Posts one delivery once; the result is stored before the next of its conversation may be posted.
    async fn post(&self, subscription: &Subscription, row: Delivery, now: Time) -> anyhow::Result<PassCounts> {
        let outcome = match (self.chatwoot(subscription), self.agent_bot(subscription)) {
            (Some(inbox), _) if row.kind == delivery::ANSWER => self.answer(inbox, &row, now).await,
            (Some(inbox), _) => self.show(inbox, subscription, &row, now).await,
            (None, Some(inbox)) => self.hand_over(&inbox, &row).await,
            (None, None) => self.ask(subscription, &row, now).await,
        };
        let attempts = row.attempts + 1;
        let late = now - row.since.max(subscription.resumed_at) >= WEBHOOK_GIVE_UP;
        let mut passed = PassCounts::default();
        let mut set = WriteSet::new();
        let mut tried = Tried {
            id: row.id,
            state: AttemptState::Pending,
            attempts,
            next_at: now + jittered(backoff(attempts), row.id, attempts),
            tried_at: now,
            since: row.since,
            status: None,
            trouble: None,
        };
        let mut pause = None;
        match outcome {
            Outcome::Taken(status) => {
                (tried.state, tried.status) = (AttemptState::Done, Some(u32::from(status)));
                passed.taken = 1;
            }
            Outcome::Unwanted => {
                (tried.status, tried.trouble) = (Some(410), Some("gone".to_owned()));
                pause = Some("The receiver answered 410: it wants no more.".to_owned());
                passed.retried = 1;
            }
            Outcome::Refused { status, trouble, why, after } => {
                if let Some(after) = after {
                    tried.next_at = tried.next_at.max(now + after.min(WEBHOOK_RETRY_AFTER_MAX));
                }
                tried.status = status.map(u32::from);
                // A receiver that is away fails with every event.
                if let Some(more) = self.log_limiter.ask_of("webhook", subscription.id, now) {
                    tracing::warn!(
                        webhook.id = subscription.id,
                        kind = row.kind,
                        attempt = attempts,
                        reason = trouble,
                        status,
                        more = more.count(),
                        "Webhook {} did not take event {}: {}{more}",
                        subscription.id,
                        row.event_id,
                        why.as_ref().unwrap_or(&trouble)
                    );
                }
                if late {
                    tried.state = AttemptState::Dead;
                    passed.given_up = 1;
                    self.dead_letter_delivery(&mut set, subscription, &row, &trouble, now);
                    if subscription.heard_at.is_none_or(|heard| heard < row.since) {
                        let last = status.map_or(trouble.clone(), |status| format!("the answer {status}"));
                        pause = Some(format!("Nothing was taken for three days; the last time: {last}."));
                    }
                } else if trouble != chatwoot::FILE {
                    passed.retried = 1;
                }
                if matches!(status, Some(401 | 403)) && self.chatwoot(subscription).is_some() {
                    self.tell_of_token(&mut set, subscription, now);
                }
                tried.trouble = Some(trouble);
            }
        }
        let result = match (passed.taken, passed.given_up) {
            (1, _) => "ok",
            (_, 1) => "given_up",
            _ => "retry",
        };
        self.metrics.notification(result);
        set.push(&delivery::TRIED, &tried);
        if let Some(why) = pause {
            self.pause_subscription(&mut set, subscription, why, now);
        }
        self.store.commit(set).await.context("recording a post")?;
        Ok(passed)
    }

    fn dead_letter_delivery(&self, set: &mut WriteSet, of: &Subscription, row: &Delivery, trouble: &str, now: Time) {
        let reason = format!("Nobody took event {} (`{}`) in three days: {trouble}.", row.event_id, row.kind);
        let data = serde_json::json!({ "delivery_id": row.id, "webhook_id": of.id, "event_id": row.event_id });
        self.events.dead_letter_with(set, row.id, "webhook", None, &reason, data, now);
    }

    fn pause_subscription(&self, set: &mut WriteSet, of: &Subscription, why: String, now: Time) {
        self.metrics.alarm("webhook_paused");
        tracing::error!(webhook.id = of.id, "Webhook {} is paused until somebody resumes it", of.id);
        let data = serde_json::json!({ "alarm": "webhook_paused", "webhook_id": of.id, "name": of.name, "text": why });
        self.events.notify(set, "alarm", data, now);
        set.replace(&subscription::PAUSED, &Paused { id: of.id, at: now, why });
    }

    /// The receiver accepts posts again: makes all waiting deliveries due.
    async fn hurry(&self, id: i64, now: Time) {
        let mut set = WriteSet::new();
        set.push(&delivery::HURRY, &delivery::DeliveriesOf { subscription_id: id, at: now });
        if let Err(error) = self.store.commit(set).await {
            tracing::warn!(error = %error, webhook.id = id, "Webhook {id} takes posts again; its waiting events could not be made due at once, and go at their planned times");
        }
    }
}

impl PassCounts {
    fn add(&mut self, other: PassCounts) {
        self.taken += other.taken;
        self.retried += other.retried;
        self.given_up += other.given_up;
    }
}

/// The pause before the attempt after `attempts`: 5 s, 20 s, 80 s … at most an hour.
pub fn backoff(attempts: u32) -> Span {
    let seconds = 5_i64.saturating_mul(4_i64.saturating_pow(attempts.saturating_sub(1)));
    Span::seconds(seconds.min(WEBHOOK_BACKOFF_MAX.0 / 1_000))
}

/// Adds up to a fifth, different for each row, so that deliveries which failed together are not repeated together.
fn jittered(span: Span, id: i64, attempts: u32) -> Span {
    let mixed = id.wrapping_mul(0x9E37_79B9).wrapping_add(i64::from(attempts).wrapping_mul(0x85EB_CA6B));
    Span(span.0 + span.0 / 5 * mixed.rem_euclid(1_000) / 1_000)
}

fn everywhere() -> [ipnet::IpNet; 2] {
    ["0.0.0.0/0", "::/0"].map(|net| net.parse().expect("a network of our own is valid"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour_and_are_not_all_the_same() {
        let pauses: Vec<i64> = (1..=8).map(|attempts| backoff(attempts).0 / 1_000).collect();
        assert_eq!(pauses, [5, 20, 80, 320, 1_280, 3_600, 3_600, 3_600]);
        assert_eq!(backoff(u32::MAX), WEBHOOK_BACKOFF_MAX);
        let spread: std::collections::HashSet<i64> = (0..100).map(|id| jittered(Span::hours(1), id, 3).0).collect();
        assert!(spread.len() > 50 && spread.iter().all(|ms| (3_600_000..=4_320_000).contains(ms)), "{spread:?}");
    }
}
