//! Turns events of the log into deliveries: each event that a subscription wants becomes one row, once.

use crate::{
    base::{
        ids::AccountName,
        limits::{EVENTS_READ_MAX, WEBHOOK_WAITING_MAX},
        time::Time,
    },
    events::webhook_delivery::{WebhookDelivery, chatwoot::AFTER_ANSWER},
    store::{
        CommitError, WriteSet,
        tables::{
            delivery::{self, AttemptState, Delivery},
            event::{self, Event},
            subscription::{self, ReadPosition, Subscription},
        },
    },
};
use anyhow::Context;

impl WebhookDelivery {
    /// Queues new events for a subscription: the rows and its position in the log are one commit, so that a crash
    /// neither loses nor repeats an event. True if there may be more.
    pub(super) async fn take_events(&self, subscription: &mut Subscription, now: Time) -> anyhow::Result<bool> {
        let store = &self.store;
        let events = event::after(store, subscription.after, EVENTS_READ_MAX).await.context("reading the log")?;
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(false) };
        if delivery::waiting(store, subscription.id).await? >= WEBHOOK_WAITING_MAX {
            // Leave the rest in the event log, which is kept for as long as a delivery is tried.
            return Ok(false);
        }
        if first.id > subscription.after + 1 {
            self.look_for_a_gap(subscription).await?;
        }
        let mut set = WriteSet::new();
        for event in &events {
            if self.is_wanted(subscription, event).await? {
                set.push(&delivery::INSERT, &self.delivery(subscription, event, now).await?);
            }
        }
        let advanced = ReadPosition { id: subscription.id, after: last.id };
        set.push(&subscription::ADVANCED, &advanced);
        match store.commit(set).await {
            Ok(_) => subscription.after = last.id,
            // The subscription was deleted in the meantime.
            Err(CommitError::Stale { .. }) => return Ok(false),
            Err(error) => return Err(error).context("taking up events"),
        }
        Ok(i64::try_from(events.len()).is_ok_and(|count| count == EVENTS_READ_MAX))
    }

    /// If it was paused for longer than the event log is kept, reports that events were lost.
    async fn look_for_a_gap(&self, subscription: &Subscription) -> anyhow::Result<()> {
        let (first, _) = event::ends(&self.store).await?;
        if subscription.after > 0 && first > subscription.after + 1 {
            self.metrics.alarm("webhook_gap");
            tracing::error!(
                webhook.id = subscription.id,
                "Webhook {} was paused for longer than events are kept: some were never posted",
                subscription.id
            );
        }
        Ok(())
    }

    async fn is_wanted(&self, subscription: &Subscription, event: &Event) -> anyhow::Result<bool> {
        let filter = &subscription.filter;
        let kind = filter.types.is_empty() || filter.types.contains(&event.kind);
        // A filter by sender keeps events without a sender (consent belongs to the contact).
        let sender = filter.senders.is_empty() || event.sender_id.is_none_or(|id| filter.senders.contains(&id));
        if !kind || !sender {
            return Ok(false);
        }
        match &subscription.account {
            None => Ok(true),
            Some(own) => {
                let account: Option<AccountName> = self.events.account_of(event).await?;
                Ok(account.is_some_and(|account| account == *own))
            }
        }
    }

    /// Builds and stores the body, so that each repetition has the same bytes.
    async fn delivery(&self, subscription: &Subscription, event: &Event, now: Time) -> anyhow::Result<Delivery> {
        let place = match (event.conversation_id, event.contact_id) {
            (Some(conversation), _) => conversation.0,
            (None, Some(contact)) => -contact.0,
            (None, None) => 0,
        };
        let is_refusal = event.kind == "message.status" && event.word == "failed";
        let waits = is_refusal && self.chatwoot(subscription).is_some();
        Ok(Delivery {
            id: self.store.next_id(),
            subscription_id: subscription.id,
            event_id: event.id,
            kind: event.kind.clone(),
            at: event.at,
            place,
            contact_id: event.contact_id,
            body: self.events.told(event).await?.to_string(),
            state: AttemptState::Pending,
            attempts: 0,
            since: now,
            next_at: if waits { now + AFTER_ANSWER } else { now },
            tried_at: None,
            status: None,
            trouble: None,
        })
    }
}
