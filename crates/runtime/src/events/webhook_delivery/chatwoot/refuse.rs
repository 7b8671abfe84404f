//! Keeps a message that a person has written in Chatwoot and that cannot go to the customer, with the reason.

use super::{AFTER_ANSWER, REFUSED};
use crate::{
    base::{
        ids::{AccountName, ContactId},
        time::Time,
    },
    config::CHATWOOT,
    events::webhook_delivery::WebhookDelivery,
    store::{
        WriteSet,
        tables::{
            chatwoot_message::{self, ChatwootMessage},
            delivery::{self, AttemptState, Delivery},
            subscription,
        },
    },
};
use anyhow::Context;
use serde_json::json;

impl WebhookDelivery {
    /// Stores the refusal, and in the same commit the request that tells it to the person.
    pub async fn refuse_in_chatwoot(
        &self,
        account: &AccountName,
        contact: ContactId,
        message: &ChatwootMessage,
        now: Time,
    ) -> anyhow::Result<()> {
        let name = format!("{CHATWOOT}{account}");
        let all = subscription::all(&self.store).await.context("reading subscriptions")?;
        let of = all.iter().find(|row| row.configured && row.name == name).context("the inbox has no subscription")?;
        let mut set = WriteSet::new();
        set.push(&chatwoot_message::INSERT, message);
        set.push(
            &delivery::INSERT,
            &Delivery {
                id: self.store.next_id(),
                subscription_id: of.id,
                // The numbers of events are above 0.
                event_id: -message.id,
                kind: REFUSED.to_owned(),
                at: now,
                place: message.conversation_id.0,
                contact_id: Some(contact),
                body: json!({ "message_id": message.id }).to_string(),
                state: AttemptState::Pending,
                attempts: 0,
                since: now,
                next_at: now + AFTER_ANSWER,
                tried_at: None,
                status: None,
                trouble: None,
            },
        );
        self.store.commit(set).await.context("recording a refusal")?;
        Ok(())
    }
}
