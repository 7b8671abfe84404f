//! Goes over the due deliveries of a subscription: the earliest of each conversation, several at the same time. A slow
//! receiver holds up its own conversations and no others.

use super::{PassCounts, WebhookDelivery};
use crate::{
    base::{
        limits::{WEBHOOK_AT_ONCE, WEBHOOK_LOOK_EVERY, WEBHOOK_PASS},
        time::Time,
    },
    process::panic_guard::caught,
    store::{
        WriteSet,
        tables::{
            delivery::{self, Delivery},
            subscription::{self, AcceptedDelivery, Subscription},
        },
    },
};
use anyhow::Context;
use std::{collections::HashSet, pin::pin, sync::Arc};
use tokio::task::JoinSet;

/// The two directions of a subscription. Each has its own passes, so that a file that a person sends from Chatwoot does
/// not wait for a Chatwoot that takes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Events, to the receiver.
    Events,
    /// Messages with files, from Chatwoot to customers.
    Answers,
}

/// How long a pass goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Until what was due at its begin is posted: for clocks that are moved by hand.
    Posted,
    /// While posts are slow, it also takes up what has become due in other conversations.
    Idle,
}

/// Posts that are running, each with the place of its delivery.
type UnderWay = JoinSet<(i64, anyhow::Result<PassCounts>)>;

impl WebhookDelivery {
    pub(super) async fn begin_passes(self: &Arc<Self>) -> anyhow::Result<()> {
        if !self.has_subscriptions() {
            return Ok(());
        }
        let now = self.clock.now();
        for subscription in subscription::all(&self.store).await.context("reading subscriptions")? {
            if subscription.paused.is_some() {
                continue;
            }
            if self.chatwoot(&subscription).is_some() {
                self.begin_pass(Line::Answers, subscription.clone(), now);
            }
            self.begin_pass(Line::Events, subscription, now);
        }
        Ok(())
    }

    fn begin_pass(self: &Arc<Self>, line: Line, subscription: Subscription, now: Time) {
        let id = subscription.id;
        // Ids of subscriptions are above 0.
        let key = if line == Line::Events { id } else { -id };
        let Some(limit) = self.passes.begin(key, now) else { return };
        let posts = Arc::clone(self);
        tokio::spawn(async move {
            let passed = match caught(pin!(posts.pass(line, subscription, now, limit, Until::Idle))).await {
                Ok(Ok(passed)) => passed,
                Ok(Err(error)) => {
                    tracing::error!(
                        webhook.id = id,
                        "Events could not be posted to webhook {id}, and are tried again: {error:#}"
                    );
                    PassCounts { retried: 1, ..PassCounts::default() }
                }
                Err(panic) => {
                    tracing::error!(
                        webhook.id = id,
                        "Posting to webhook {id} panicked, which is a bug of ours; its events are tried again: {panic}"
                    );
                    PassCounts { retried: 1, ..PassCounts::default() }
                }
            };
            let now = posts.clock.now();
            // A file that cannot be had says nothing about the next one: only a receiver of events gets a rest.
            let counted = match line {
                Line::Events => passed,
                Line::Answers => PassCounts { retried: 0, given_up: 0, ..passed },
            };
            if posts.passes.end(key, counted, now) && line == Line::Events {
                posts.hurry(id, now).await;
            }
            if passed.taken > 0 {
                posts.kick();
            }
        });
    }

    /// One pass over every subscription, even if it pauses: for clocks that are moved by hand.
    pub async fn post_due(self: &Arc<Self>, now: Time) -> anyhow::Result<PassCounts> {
        let mut all = PassCounts::default();
        if !self.has_subscriptions() {
            return Ok(all);
        }
        for subscription in subscription::all(&self.store).await.context("reading subscriptions")? {
            if subscription.paused.is_some() {
                continue;
            }
            if self.chatwoot(&subscription).is_some() {
                all.add(self.pass(Line::Answers, subscription.clone(), now, WEBHOOK_PASS, Until::Posted).await?);
            }
            all.add(self.pass(Line::Events, subscription, now, WEBHOOK_PASS, Until::Posted).await?);
        }
        Ok(all)
    }

    /// Queues new events, then posts what is due: the earliest delivery of each conversation.
    async fn pass(
        self: &Arc<Self>,
        line: Line,
        mut subscription: Subscription,
        now: Time,
        limit: i64,
        until: Until,
    ) -> anyhow::Result<PassCounts> {
        let due = self.due(line, &mut subscription, now, limit).await?;
        let mut shared = Arc::new(subscription);
        let mut passed = PassCounts::default();
        if self.calls.is_mocked() {
            // In an author's test and in the simulator everything runs in one order.
            for row in due {
                passed.add(self.post(&shared, row, now).await?);
            }
            return self.heard(&shared, passed, now).await;
        }
        let mut left = limit - i64::try_from(due.len()).unwrap_or(limit);
        let (mut under_way, mut busy) = (UnderWay::new(), HashSet::new());
        for row in due {
            if under_way.len() >= WEBHOOK_AT_ONCE {
                ended(under_way.join_next().await, &mut busy, &mut passed)?;
            }
            self.begin_post(&mut under_way, &mut busy, &shared, row, now);
        }
        while !under_way.is_empty() {
            let next = tokio::time::timeout(WEBHOOK_LOOK_EVERY.to_std(), under_way.join_next());
            match next.await {
                Ok(done) => {
                    let before = passed.taken;
                    ended(done, &mut busy, &mut passed)?;
                    left += i64::try_from(passed.taken - before).unwrap_or(0);
                }
                Err(_) if until == Until::Posted => {}
                Err(_) => {
                    // The receiver is slow with these; the others of other conversations go on meanwhile.
                    let Some(mut known) = subscription::find(&self.store, shared.id).await? else { continue };
                    let now = self.clock.now();
                    let places = WEBHOOK_AT_ONCE.saturating_sub(under_way.len());
                    if known.paused.is_some() || places == 0 || left <= 0 {
                        continue;
                    }
                    let running = i64::try_from(busy.len()).unwrap_or(limit);
                    let due = self.due(line, &mut known, now, left.min(limit) + running).await?;
                    shared = Arc::new(known);
                    let others = due.into_iter().filter(|row| !busy.contains(&row.place)).take(places);
                    for row in others.collect::<Vec<_>>() {
                        left -= 1;
                        self.begin_post(&mut under_way, &mut busy, &shared, row, now);
                    }
                }
            }
        }
        self.heard(&shared, passed, now.max(self.clock.now())).await
    }

    async fn due(
        &self,
        line: Line,
        subscription: &mut Subscription,
        now: Time,
        limit: i64,
    ) -> anyhow::Result<Vec<Delivery>> {
        let due = match line {
            Line::Events => {
                while self.take_events(subscription, now).await? {}
                delivery::due(&self.store, subscription.id, now, limit).await
            }
            Line::Answers => delivery::answers_due(&self.store, subscription.id, now, limit).await,
        };
        due.context("reading what is due")
    }

    fn begin_post(
        self: &Arc<Self>,
        under_way: &mut UnderWay,
        busy: &mut HashSet<i64>,
        subscription: &Arc<Subscription>,
        row: Delivery,
        now: Time,
    ) {
        busy.insert(row.place);
        let (posts, subscription) = (Arc::clone(self), Arc::clone(subscription));
        under_way.spawn(async move { (row.place, posts.post(&subscription, row, now).await) });
    }

    /// Records that the receiver has taken something.
    async fn heard(&self, subscription: &Subscription, passed: PassCounts, now: Time) -> anyhow::Result<PassCounts> {
        if passed.taken > 0 {
            let mut set = WriteSet::new();
            set.push(&subscription::HEARD, &AcceptedDelivery { id: subscription.id, at: now });
            self.store.commit(set).await.context("recording that a webhook was taken")?;
        }
        Ok(passed)
    }
}

/// Counts a post that has ended, and frees its place.
fn ended(
    done: Option<Result<(i64, anyhow::Result<PassCounts>), tokio::task::JoinError>>,
    busy: &mut HashSet<i64>,
    passed: &mut PassCounts,
) -> anyhow::Result<()> {
    let Some(done) = done else { return Ok(()) };
    let (place, counts) = done.context("a post")?;
    busy.remove(&place);
    passed.add(counts?);
    Ok(())
}
