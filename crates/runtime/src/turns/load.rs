//! Loads the state of a lane from the database.

use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId},
        limits::OUTBOX_READ_MAX,
    },
    delivery::restore::fate_of,
    lane::{
        error::LaneError,
        state::{Conversation, LaneState, RecordedMessage},
    },
    model::{contact::Contact, event::Event, window::Window},
    store::{
        ReadError,
        tables::{
            contact, conversation, inbound, once,
            outbound::{self, SendState},
            session,
        },
    },
    turns::Runner,
};
use std::{collections::BTreeSet, sync::atomic::Ordering};

impl Runner {
    /// The lane of a contact that this message has just created: nothing needs to be loaded.
    pub(crate) fn fresh_lane(&self, contact: Contact, recorded: &RecordedMessage) -> LaneState {
        let conversation = Conversation::new(recorded.conversation, recorded.sender);
        let (conversations, once) = (vec![conversation], BTreeSet::new());
        LaneState { contact, conversations, once, armed: None, heard: true, refused: None }
    }

    /// Loads a contact and all its conversations. `None` if there is no such contact.
    pub(crate) async fn load_lane(&self, contact: ContactId) -> anyhow::Result<Option<LaneState>> {
        let Some(mut contact) = contact::find(&self.store, contact).await? else { return Ok(None) };
        let mut conversations = Vec::new();
        for row in conversation::of(&self.store, contact.id).await? {
            contact.data.last_message_at = contact.data.last_message_at.max(row.last_inbound_at);
            conversations.push(self.load_conversation(row).await?);
        }
        let once = match self.once_used.load(Ordering::Relaxed) {
            true => once::of(&self.store, contact.id).await?.into_iter().collect(),
            false => BTreeSet::new(),
        };
        Ok(Some(LaneState { contact, conversations, once, armed: None, heard: false, refused: None }))
    }

    /// The index of a conversation in the lane; a new one is loaded.
    pub(crate) async fn conversation_index(
        &self,
        lane: &mut LaneState,
        id: ConversationId,
    ) -> Result<usize, LaneError> {
        if let Some(index) = lane.conversations.iter().position(|conversation| conversation.id == id) {
            return Ok(index);
        }
        let row = conversation::find(&self.store, id).await?;
        let row = row.ok_or_else(|| LaneError::Reload(format!("conversation {id} does not exist")))?;
        lane.conversations.push(Box::pin(self.load_conversation(row)).await?);
        Ok(lane.conversations.len() - 1)
    }

    async fn load_conversation(&self, row: conversation::Conversation) -> Result<Conversation, ReadError> {
        let session = session::find(&self.store, row.id).await?.map(|stored| stored.session).unwrap_or_default();
        let taken = self.delivery.unstored.taken(row.id);
        let mut rows = outbound::unfinished_of(&self.store, row.id, OUTBOX_READ_MAX).await?;
        rows.retain(|row| taken.iter().all(|(id, _)| *id != row.id));
        let mut missed = Vec::new();
        for number in session.awaits() {
            if let Some(row) = outbound::by_number(&self.store, row.id, number).await?
                && let Some(fate) = fate_of(&row)
            {
                missed.push(Event::Delivery { message: number, fate });
            }
        }
        let accepted_turn = match rows.iter().find(|row| matches!(row.state, SendState::Sending | SendState::Unknown)) {
            Some(unknown) => outbound::accepted_turn(&self.store, row.id, unknown.id).await?,
            None => None,
        };
        let outbox = self.delivery.outbox_of(&row, rows).await?;
        let has_numbers =
            self.senders.provider_of(row.sender_id).is_some_and(|provider| provider.has_numbers(row.sender_id));
        let newest = match has_numbers {
            true => inbound::of(&self.store, row.id, InboundId(i64::MAX), 1).await?.pop(),
            false => None,
        };
        Ok(Conversation {
            number: newest.and_then(|newest| newest.data.message.number).map(String::into_boxed_str),
            window: Window { opened_at: row.opened_at },
            last_inbound_at: row.last_inbound_at,
            session,
            accepted_turn: accepted_turn.max(taken.iter().map(|(_, turn)| *turn).max()),
            outbox,
            missed,
            ..Conversation::new(row.id, row.sender_id)
        })
    }
}
