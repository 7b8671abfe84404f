//! An outbox back from its rows.

use super::{
    app::App,
    outbox::{Nudged, Pending, PendingState},
};
use crate::{
    base::ids::ConversationId,
    model::effect::IfClosed,
    store::{
        ReadError,
        outbound::{self, Outbound, SendState},
    },
};

impl App {
    /// What has not left yet of a conversation, with what its rows do not say themselves.
    pub(super) async fn outbox_of(
        &self,
        conversation: ConversationId,
        rows: Vec<Outbound>,
    ) -> Result<Vec<Pending>, ReadError> {
        // An unknown one without a moment is listed already: nothing waits for it any more.
        let listed = |row: &Outbound| row.state == SendState::Unknown && row.hold_until.is_none();
        let mut outbox = Vec::new();
        for row in rows.into_iter().filter(|row| !listed(row)) {
            let mut pending = self.revive(row);
            pending.nudged = self.nudge_of(conversation, &pending).await?;
            outbox.push(pending);
        }
        Ok(outbox)
    }

    /// The row of a nudge stands beside that of its message.
    async fn nudge_of(&self, conversation: ConversationId, pending: &Pending) -> Result<Nudged, ReadError> {
        let may_have_one = matches!(pending.draft.if_closed, Some(IfClosed::Nudge { .. })) && !pending.draft.nudge;
        if !may_have_one {
            return Ok(Nudged::No);
        }
        let nudge = outbound::after(&self.store, conversation, pending.draft.number, pending.id).await?;
        let kept = matches!(pending.state, PendingState::Held { .. });
        Ok(match nudge.filter(|row| row.draft.nudge).map(|row| row.state) {
            None | Some(SendState::Failed | SendState::Skipped | SendState::Dropped) => Nudged::No,
            Some(_) if kept => Nudged::Out,
            Some(_) => Nudged::Answered,
        })
    }
}
