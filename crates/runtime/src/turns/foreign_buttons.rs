//! Accepts taps on our buttons whose token does not fit the conversation.
//!
//! A token is valid only in its own conversation, so that nobody can answer or consent with another person's button.
//! Two kinds are converted here: tokens of the old form, which contain no conversation, if the button was shown in
//! this one; and tokens of a contact that was joined to this one.

use crate::{
    base::{
        ids::{ContactId, ConversationId, OutboundId, SenderId},
        limits::SHOWN_LOOKED_AT_MAX,
    },
    flow::engine::question::button_token::Token,
    lane::{error::LaneError, state::RecordedMessage},
    model::inbound::InboundKind,
    store::tables::{
        contact, conversation,
        outbound::{self, Outbound, SendState},
    },
    turns::Runner,
};

/// A number that no run has: the button's question was asked in another conversation.
const NO_RUN: u32 = u32::MAX;

impl Runner {
    /// The message with its button's token converted for this conversation, if that is allowed.
    pub(crate) async fn with_own_button(
        &self,
        mut recorded: RecordedMessage,
        contact: ContactId,
    ) -> Result<RecordedMessage, LaneError> {
        let InboundKind::Button { id, .. } = &recorded.message.kind else { return Ok(recorded) };
        let Some(token) = Token::read(id, &self.token_key) else { return Ok(recorded) };
        let here = recorded.conversation;
        let made_out = match token.of {
            Some(of) if of == here => return Ok(recorded),
            Some(of) if self.was_sent_to_them(of, contact, recorded.sender).await? => {
                Token { of: Some(here), run: NO_RUN, ..token }
            }
            None if self.was_shown(&recorded, id).await? => Token { of: Some(here), ..token },
            Some(_) | None => {
                tracing::warn!(contact.id = %contact, "Contact {contact} sent the id of a button that was never shown to them; it is taken as an unknown button");
                return Ok(recorded);
            }
        };
        if let InboundKind::Button { id, .. } = &mut recorded.message.kind {
            *id = made_out.sign(&self.token_key);
        }
        Ok(recorded)
    }

    /// The token in a tapped button's id, if it is ours and of this conversation.
    pub(crate) fn token_of(&self, id: &str, conversation: ConversationId) -> Option<Token> {
        Token::read(id, &self.token_key).filter(|token| token.of == Some(conversation))
    }

    /// True if our message in this conversation shows the button.
    async fn was_shown(&self, recorded: &RecordedMessage, id: &str) -> Result<bool, LaneError> {
        let answered = match &recorded.message.reply_to {
            Some(provider_id) => outbound::by_provider(&self.store, recorded.sender, provider_id).await?,
            None => None,
        };
        let here = recorded.conversation;
        if answered.is_some_and(|row| row.conversation_id == here && self.shows(&row, id)) {
            return Ok(true);
        }
        Ok(self.carrier(here, id).await?.is_some())
    }

    /// True if the conversation belonged to a contact at the same sender that was joined to this one.
    async fn was_sent_to_them(
        &self,
        of: ConversationId,
        contact: ContactId,
        sender: SenderId,
    ) -> Result<bool, LaneError> {
        let Some(row) = conversation::find(&self.store, of).await?.filter(|row| row.sender_id == sender) else {
            return Ok(false);
        };
        let going_on = contact::going_on(&self.store, row.contact_id).await?;
        Ok(going_on.is_some_and(|going_on| going_on.id == contact))
    }

    /// Our newest sent message of a conversation that shows the button with this id.
    pub(crate) async fn carrier(&self, of: ConversationId, id: &str) -> Result<Option<Outbound>, LaneError> {
        let newest = outbound::of(&self.store, of, OutboundId(i64::MAX), SHOWN_LOOKED_AT_MAX).await?;
        Ok(newest.into_iter().find(|row| has_left(row) && self.shows(row, id)))
    }

    /// True if the message shows this button.
    pub(crate) fn shows(&self, row: &Outbound, id: &str) -> bool {
        let token = Token::read(id, &self.token_key);
        let same = |shown: &str| {
            let like = || Token::read(shown, &self.token_key).zip(token.as_ref()).is_some_and(|(a, b)| a.is_like(b));
            shown == id || like()
        };
        row.sent_as.as_ref().unwrap_or(&row.draft.content).tappables().into_iter().any(|(id, _)| same(id))
    }
}

pub(crate) fn has_left(row: &Outbound) -> bool {
    match row.state {
        SendState::Sending | SendState::Sent | SendState::Delivered | SendState::Read | SendState::Unknown => true,
        SendState::Queued | SendState::Failed | SendState::Held | SendState::Dropped | SendState::Skipped => false,
    }
}
