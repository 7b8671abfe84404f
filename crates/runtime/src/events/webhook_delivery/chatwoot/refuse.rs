//! Keeps a message that a person has written in Chatwoot and that cannot go to the customer, with the reason.

use super::{AFTER_ANSWER, REFUSED, api::Trouble};
use crate::{
    base::{
        ids::{AccountName, ContactId},
        time::Time,
    },
    events::webhook_delivery::WebhookDelivery,
    store::{
        WriteSet,
        tables::{
            chatwoot_message::{self, ChatwootMessage, Refusal},
            delivery::{self, AttemptState, Delivery},
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
        let of = self.subscription_of(account).await?;
        let mut set = WriteSet::new();
        set.push(&chatwoot_message::INSERT, message);
        // Our answer makes Chatwoot mark it with words of its own, and ours must come after them.
        let telling = self.telling(of.id, Some(contact), message, now);
        set.push(&delivery::INSERT, &Delivery { next_at: now + AFTER_ANSWER, ..telling });
        self.store.commit(set).await.context("recording a refusal")?;
        Ok(())
    }

    /// As `refuse_in_chatwoot`, for a message that was stored to be sent.
    pub(super) async fn refuse_later(
        &self,
        row: &Delivery,
        message: &ChatwootMessage,
        why: String,
        now: Time,
    ) -> Result<(), Trouble> {
        let mut set = WriteSet::new();
        let (conversation_id, theirs) = (message.conversation_id, message.theirs);
        set.push(&chatwoot_message::REFUSE, &Refusal { conversation_id, theirs, refused: why });
        set.push(&delivery::INSERT, &self.telling(row.subscription_id, row.contact_id, message, now));
        self.store.commit(set).await?;
        self.kick();
        Ok(())
    }

    /// A person has deleted a message in Chatwoot: it is not sent if it still waits for its files.
    pub async fn forget_in_chatwoot(&self, message: &ChatwootMessage) -> anyhow::Result<()> {
        let mut set = WriteSet::new();
        let refused = "It was deleted in Chatwoot.".to_owned();
        let (conversation_id, theirs) = (message.conversation_id, message.theirs);
        set.push(&chatwoot_message::REFUSE, &Refusal { conversation_id, theirs, refused });
        self.store.commit(set).await.context("recording that a message was deleted")?;
        Ok(())
    }

    fn telling(
        &self,
        subscription_id: i64,
        contact_id: Option<ContactId>,
        message: &ChatwootMessage,
        now: Time,
    ) -> Delivery {
        Delivery {
            id: self.store.next_id(),
            subscription_id,
            // The numbers of events are above 0.
            event_id: -message.id,
            kind: REFUSED.to_owned(),
            at: now,
            place: message.conversation_id.0,
            contact_id,
            body: json!({ "message_id": message.id }).to_string(),
            state: AttemptState::Pending,
            attempts: 0,
            since: now,
            next_at: now,
            tried_at: None,
            status: None,
            trouble: None,
        }
    }
}
