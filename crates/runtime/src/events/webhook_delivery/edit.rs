//! Creates, changes and deletes webhook subscriptions: from the configuration at the start, by the API at any time.

use super::sign::new_secret;
use crate::{
    base::{
        ids::AccountName,
        limits::{SUBSCRIPTIONS_MAX, WEBHOOK_SECRET_OVERLAP},
        secret::Secret,
        time::Time,
    },
    events::webhook_delivery::WebhookDelivery,
    store::{
        CommitError, WriteSet,
        encryption::{SecretColumn, StoredSecret},
        tables::{
            dead_letter,
            delivery::{self, AttemptState, DeliveriesOf, Delivery, Redelivery},
            event::{self, WantedKinds},
            meta,
            subscription::{self, Filter, RemovedSubscription, Subscription},
        },
    },
};
use anyhow::Context;
use std::{collections::HashSet, sync::atomic::Ordering};

/// The `meta` key in which an older database has the first event that `notify.url` was not posted.
const NOTIFY_AFTER: &str = "notify_after";

#[derive(Debug, Clone)]
pub struct NewSubscription {
    pub name: String,
    /// `None`: events of all accounts.
    pub account: Option<AccountName>,
    pub url: String,
    pub filter: Filter,
}

/// A change of a subscription; `None`: unchanged.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    pub name: Option<String>,
    pub url: Option<String>,
    pub filter: Option<Filter>,
    /// False pauses it, true resumes it.
    pub active: Option<bool>,
}

impl WebhookDelivery {
    pub(super) fn has_subscriptions(&self) -> bool {
        self.subscribed.load(Ordering::SeqCst)
    }

    /// Updates the configured subscriptions from the configuration, and deletes those that it no longer has.
    pub(crate) async fn recall_subscriptions(&self, now: Time) -> anyhow::Result<()> {
        let known = subscription::all(&self.store).await.context("reading subscriptions")?;
        let mut set = WriteSet::new();
        let mut kept = HashSet::new();
        for wanted in &self.config.webhooks.to {
            let there = known.iter().find(|row| row.configured && row.name == wanted.name);
            let mut row = match there {
                Some(row) => row.clone(),
                None => Subscription {
                    id: self.store.next_id(),
                    name: wanted.name.clone(),
                    configured: true,
                    account: None,
                    url: wanted.url.clone(),
                    secret: StoredSecret::default(),
                    old_secret: None,
                    filter: Filter::default(),
                    paused: None,
                    resumed_at: now,
                    heard_at: None,
                    after: self.first_after(&wanted.name).await?,
                    created_at: now,
                },
            };
            if row.url != wanted.url {
                // The operator has changed the address and wants it tried.
                (row.paused, row.resumed_at) = (None, now);
            }
            row.url = wanted.url.clone();
            row.account = wanted.account.clone();
            row.filter = Filter { types: wanted.types.clone(), senders: wanted.senders.clone() };
            kept.insert(row.id);
            set.push(&subscription::SAVE, &row);
        }
        for row in known.iter().filter(|row| row.configured && !kept.contains(&row.id)) {
            remove(&mut set, row.id, now);
        }
        self.store.commit(set).await.context("storing the subscriptions of the configuration")?;
        self.hear().await
    }

    /// From now on, or from the first event that an older version of the program had not posted.
    async fn first_after(&self, name: &str) -> anyhow::Result<i64> {
        if name == crate::config::NOTIFY {
            let before = meta::find(&self.store, NOTIFY_AFTER).await?;
            if let Some(after) = before.and_then(|text| text.parse().ok()) {
                return Ok(after);
            }
        }
        Ok(event::ends(&self.store).await?.1)
    }

    /// Lets the events that subscriptions want be written from now on, before anything relies on them.
    pub(crate) async fn hear(&self) -> anyhow::Result<()> {
        let all = subscription::all(&self.store).await.context("reading subscriptions")?;
        self.subscribed.store(!all.is_empty(), Ordering::SeqCst);
        let wanted = all.iter().map(|row| wanted(&row.filter)).fold(WantedKinds::NOTHING, WantedKinds::and);
        self.events.wanted_by_subscriptions(wanted);
        Ok(())
    }

    /// Creates a subscription, and gives its secret, which is never shown again. `None` if the limit is reached.
    pub async fn subscribe(&self, new: NewSubscription) -> anyhow::Result<Option<(Subscription, Secret)>> {
        let _one = self.subscription_lock.lock().await;
        let known = subscription::all(&self.store).await?;
        let own = known.iter().filter(|row| !row.configured && row.account == new.account);
        if own.count() >= SUBSCRIPTIONS_MAX {
            return Ok(None);
        }
        let now = self.clock.now();
        let secret = new_secret().map_err(no_random)?;
        // First let events be written, then read the end of the log, so that none is lost between.
        self.events.wanted_by_subscriptions(self.events.wanted_so_far().and(wanted(&new.filter)));
        let id = self.store.next_id();
        let row = Subscription {
            id,
            name: new.name,
            configured: false,
            account: new.account,
            url: new.url,
            secret: self.encrypted(subscription::SECRET, id, &secret)?,
            old_secret: None,
            filter: new.filter,
            paused: None,
            resumed_at: now,
            heard_at: None,
            after: event::ends(&self.store).await?.1,
            created_at: now,
        };
        let mut set = WriteSet::new();
        set.push(&subscription::SAVE, &row);
        self.store.commit(set).await.context("storing a subscription")?;
        self.hear().await?;
        self.forget(row.id);
        Ok(Some((row, secret)))
    }

    /// `None` if it does not exist.
    pub async fn edit_subscription(&self, id: i64, edit: Edit) -> anyhow::Result<Option<Subscription>> {
        let _one = self.subscription_lock.lock().await;
        let now = self.clock.now();
        let Some(mut row) = subscription::find(&self.store, id).await? else { return Ok(None) };
        row.name = edit.name.unwrap_or(row.name);
        row.url = edit.url.unwrap_or(row.url);
        row.filter = edit.filter.unwrap_or(row.filter);
        let mut set = WriteSet::new();
        match (edit.active, &row.paused) {
            (Some(true), Some(_)) => {
                (row.paused, row.resumed_at) = (None, now);
                set.push(&delivery::HURRY, &DeliveriesOf { subscription_id: id, at: now });
            }
            (Some(false), None) => row.paused = Some((now, "It was paused by hand.".to_owned())),
            (Some(_) | None, _) => {}
        }
        set.push(&subscription::SAVE, &row);
        self.events.wanted_by_subscriptions(self.events.wanted_so_far().and(wanted(&row.filter)));
        self.store.commit(set).await.context("changing a subscription")?;
        self.hear().await?;
        self.forget(id);
        Ok(Some(row))
    }

    /// Creates a new secret; the old one also signs for 24 hours.
    pub async fn rotate_secret(&self, id: i64) -> anyhow::Result<Option<(Subscription, Secret)>> {
        let _one = self.subscription_lock.lock().await;
        let Some(mut row) = subscription::find(&self.store, id).await? else { return Ok(None) };
        let secret = new_secret().map_err(no_random)?;
        let until = self.clock.now() + WEBHOOK_SECRET_OVERLAP;
        row.old_secret = match self.store.keyring().decrypt(subscription::SECRET, id, &row.secret) {
            // It was lost with its key: an empty secret would sign nevertheless.
            Ok(old) if old.is_empty() => None,
            Ok(old) => Some((self.encrypted(subscription::OLD_SECRET, id, &old)?, until)),
            Err(why) => {
                tracing::warn!(
                    webhook.id = id,
                    "The secret before cannot be decrypted, so webhook {id} signs by the new one alone from now on: {why}"
                );
                None
            }
        };
        row.secret = self.encrypted(subscription::SECRET, id, &secret)?;
        let mut set = WriteSet::new();
        set.push(&subscription::SAVE, &row);
        self.store.commit(set).await.context("storing a secret")?;
        self.forget(id);
        Ok(Some((row, secret)))
    }

    /// The secret as the column of this row holds it.
    fn encrypted(&self, column: SecretColumn, id: i64, secret: &Secret) -> anyhow::Result<StoredSecret> {
        self.store.keyring().encrypt(column, id, secret).map_err(no_random)
    }

    /// Deletes a subscription and its waiting deliveries. False if it does not exist.
    pub async fn unsubscribe(&self, id: i64) -> anyhow::Result<bool> {
        let _one = self.subscription_lock.lock().await;
        let mut set = WriteSet::new();
        remove(&mut set, id, self.clock.now());
        match self.store.commit(set).await {
            Ok(_) => {
                self.hear().await?;
                Ok(true)
            }
            Err(CommitError::Stale { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Posts a delivery again, even if it was accepted before: the same bytes under the same id. `None` if it is no
    /// longer stored.
    pub async fn redeliver(&self, id: i64) -> anyhow::Result<Option<Delivery>> {
        let now = self.clock.now();
        let Some(row) = delivery::find(&self.store, id).await? else { return Ok(None) };
        let mut set = WriteSet::new();
        set.push(&delivery::AGAIN, &Redelivery { id, at: now });
        let letter = dead_letter::find(&self.store, id).await?;
        if letter.is_some_and(|letter| letter.replayed_at.is_none()) {
            set.push(&dead_letter::REPLAYED, &dead_letter::Replayed { id, at: now });
            self.metrics.dead_letter("webhook", -1);
        }
        match self.store.commit(set).await {
            Ok(_) => {
                self.forget(row.subscription_id);
                Ok(Some(Delivery { state: AttemptState::Pending, attempts: 0, since: now, next_at: now, ..row }))
            }
            Err(CommitError::Stale { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn no_random(error: getrandom::Error) -> anyhow::Error {
    anyhow::anyhow!("no random bytes: {error}")
}

fn wanted(filter: &Filter) -> WantedKinds {
    match filter.types.is_empty() {
        true => WantedKinds::ALL,
        false => WantedKinds::of(filter.types.iter().map(String::as_str)),
    }
}

fn remove(set: &mut WriteSet, id: i64, now: Time) {
    set.push(&subscription::DELETE, &RemovedSubscription { id });
    set.push(&delivery::DROP, &DeliveriesOf { subscription_id: id, at: now });
}
