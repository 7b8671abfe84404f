//! Buttons of ours that come back from where the engine does not expect them.
//!
//! A token counts in the conversation that it was made for, so that nobody can answer or agree with the button of
//! another person. Two kinds are made to fit here: those of the old form, which do not say their conversation, if the
//! button was truly shown in this one; and those of a contact who turned out to be this one.

use super::{app::App, lane::Recorded, lane_error::LaneError};
use crate::{
    base::{
        ids::{ContactId, ConversationId, OutboundId, SenderId},
        limits::SHOWN_LOOKED_AT_MAX,
    },
    flow::token::Token,
    model::inbound::InboundKind,
    store::{
        contact, conversation,
        outbound::{self, Outbound, SendState},
    },
};

/// No run has it: what the button asked was asked in another conversation.
const NO_RUN: u32 = u32::MAX;

impl App {
    /// The message with its button's token made out for this conversation, where it is entitled to that.
    pub(super) async fn with_own_button(
        &self,
        mut recorded: Recorded,
        contact: ContactId,
    ) -> Result<Recorded, LaneError> {
        let InboundKind::Button { id, .. } = &recorded.message.kind else { return Ok(recorded) };
        let Some(token) = Token::read(id, &self.token_key) else { return Ok(recorded) };
        let here = recorded.conversation;
        let made_out = match token.of {
            Some(of) if of == here => return Ok(recorded),
            Some(of) if self.was_theirs(of, contact, recorded.sender).await? => {
                Token { of: Some(here), run: NO_RUN, ..token }
            }
            None if self.was_shown(&recorded, id).await? => Token { of: Some(here), ..token },
            Some(_) | None => {
                tracing::warn!(contact.id = %contact, "A button came back that was never shown to contact {contact}");
                return Ok(recorded);
            }
        };
        if let InboundKind::Button { id, .. } = &mut recorded.message.kind {
            *id = made_out.sign(&self.token_key);
        }
        Ok(recorded)
    }

    /// What the id of a tapped button says, if it is ours and of this conversation.
    pub(super) fn token_of(&self, id: &str, conversation: ConversationId) -> Option<Token> {
        Token::read(id, &self.token_key).filter(|token| token.of == Some(conversation))
    }

    /// A message of ours in this conversation shows the button.
    async fn was_shown(&self, recorded: &Recorded, id: &str) -> Result<bool, LaneError> {
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

    /// The conversation was that of somebody at the same sender who was joined to this contact.
    async fn was_theirs(&self, of: ConversationId, contact: ContactId, sender: SenderId) -> Result<bool, LaneError> {
        let Some(row) = conversation::find(&self.store, of).await?.filter(|row| row.sender_id == sender) else {
            return Ok(false);
        };
        let going_on = contact::going_on(&self.store, row.contact_id).await?;
        Ok(going_on.is_some_and(|going_on| going_on.id == contact))
    }

    /// Our newest message of a conversation that left and shows the button with this id.
    pub(super) async fn carrier(&self, of: ConversationId, id: &str) -> Result<Option<Outbound>, LaneError> {
        let newest = outbound::of(&self.store, of, OutboundId(i64::MAX), SHOWN_LOOKED_AT_MAX).await?;
        Ok(newest.into_iter().find(|row| has_left(row) && self.shows(row, id)))
    }

    /// The message shows this button.
    pub(super) fn shows(&self, row: &Outbound, id: &str) -> bool {
        let token = Token::read(id, &self.token_key);
        let same = |shown: &str| {
            let like = || Token::read(shown, &self.token_key).zip(token.as_ref()).is_some_and(|(a, b)| a.is_like(b));
            shown == id || like()
        };
        row.sent_as.as_ref().unwrap_or(&row.draft.content).tappable_ids().into_iter().any(same)
    }
}

pub(super) fn has_left(row: &Outbound) -> bool {
    match row.state {
        SendState::Sending | SendState::Sent | SendState::Delivered | SendState::Read | SendState::Unknown => true,
        SendState::Queued | SendState::Failed | SendState::Held | SendState::Dropped | SendState::Skipped => false,
    }
}
