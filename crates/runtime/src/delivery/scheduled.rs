//! Checks and cancels scheduled messages of programs and people.

use crate::{
    base::ids::{ConversationId, OutboundId},
    delivery::Delivery,
    lane::{error::LaneError, rows, state::LaneState},
    model::effect::Origin,
    store::{
        WriteSet,
        tables::outbound::{self, SendState},
    },
};
use std::sync::Arc;

impl Delivery {
    pub(crate) async fn take_back_in_lane(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
    ) -> Result<bool, LaneError> {
        let conversation = &mut lane.conversations[index];
        let Some(place) = conversation.outbox.iter().position(|pending| pending.id == id) else { return Ok(false) };
        let pending = &conversation.outbox[place];
        // A run may wait for its own messages; no run waits for those of a program or a person.
        if !pending.can_be_dropped() || !matches!(pending.draft.origin, Origin::Api | Origin::Person) {
            return Ok(false);
        }
        let mut set = WriteSet::of(lane.contact.id.0);
        rows::gone(&mut set, conversation.sender, id, SendState::Dropped, None);
        self.store.commit(set).await?;
        conversation.outbox.remove(place);
        Ok(true)
    }

    /// The number of scheduled messages of a conversation.
    pub async fn planned_count(&self, conversation: ConversationId) -> anyhow::Result<i64> {
        Ok(outbound::planned_count(&self.store, conversation).await?)
    }
}
