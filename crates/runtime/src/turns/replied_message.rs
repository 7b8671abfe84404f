//! Finds the message of ours to which a contact's message replies.

use crate::{
    base::ids::ProviderId,
    lane::{
        error::LaneError,
        outbox::{QueuedMessage, QueuedState},
        state::RecordedMessage,
    },
    model::{inbound::InboundKind, session::Session},
    store::tables::outbound,
    turns::Runner,
};

impl Runner {
    /// The number of our message that this one replies to. The tokens of our buttons are more exact.
    pub(super) async fn replies_to(
        &self,
        recorded: &RecordedMessage,
        session: &Session,
    ) -> Result<Option<u32>, LaneError> {
        let Some(provider_id) = &recorded.message.reply_to else { return Ok(None) };
        if let InboundKind::Button { id, .. } = &recorded.message.kind
            && let Some(token) = self.token_of(id, recorded.conversation)
        {
            // Our button's token names its question; the message matters only if that question was answered and asked
            // again.
            let last = session.answered_last.as_ref();
            if !last.is_some_and(|last| token.run == last.run && token.is_of(&last.step)) {
                return Ok(None);
            }
        }
        self.number_of(recorded, provider_id).await
    }

    /// The number of our message whose button was tapped, if it matters: while a message's result is unknown.
    pub(super) async fn doubtful_tap(
        &self,
        recorded: &RecordedMessage,
        outbox: &[QueuedMessage],
    ) -> Result<Option<u32>, LaneError> {
        let doubtful = outbox.iter().any(|pending| matches!(pending.state, QueuedState::Unknown { .. }));
        match &recorded.message.reply_to {
            Some(provider_id) if doubtful => self.number_of(recorded, provider_id).await,
            _ => Ok(None),
        }
    }

    async fn number_of(&self, recorded: &RecordedMessage, provider_id: &ProviderId) -> Result<Option<u32>, LaneError> {
        let row = outbound::by_provider(&self.store, recorded.sender, provider_id).await?;
        Ok(row.filter(|row| row.conversation_id == recorded.conversation).map(|row| row.draft.number))
    }
}
