//! Loads an outbox from its rows.

use super::outbox::{NudgeState, QueuedMessage, QueuedState};
use crate::{
    daemon::app::App,
    model::{
        content::Content,
        effect::IfClosed,
        event::{DeliveryOutcome, Reason},
    },
    store::{
        ReadError,
        tables::{
            conversation::Conversation,
            outbound::{self, Outbound, SendState},
        },
    },
};

impl App {
    /// The unsent messages of a conversation, with data that their rows do not have themselves.
    pub(crate) async fn outbox_of(
        &self,
        conversation: &Conversation,
        rows: Vec<Outbound>,
    ) -> Result<Vec<QueuedMessage>, ReadError> {
        // An unknown message without a time is already listed: nothing waits for it.
        let listed = |row: &Outbound| row.state == SendState::Unknown && row.hold_until.is_none();
        let mut outbox = Vec::new();
        for row in rows.into_iter().filter(|row| !listed(row)) {
            let mut pending = self.restore(row);
            pending.nudged = self.nudge_of(conversation, &pending).await?;
            outbox.push(pending);
        }
        Ok(outbox)
    }

    /// The nudge's row is stored beside its message's.
    async fn nudge_of(&self, conversation: &Conversation, pending: &QueuedMessage) -> Result<NudgeState, ReadError> {
        let may_have_one = matches!(pending.draft.if_closed, Some(IfClosed::Nudge { .. })) && !pending.draft.nudge;
        if !may_have_one {
            return Ok(NudgeState::No);
        }
        let found = outbound::after(&self.store, conversation.id, pending.draft.number, pending.id).await?;
        let gone = |state| matches!(state, SendState::Failed | SendState::Skipped | SendState::Dropped);
        let Some(nudge) = found.filter(|row| row.draft.nudge && !gone(row.state)) else { return Ok(NudgeState::No) };
        let kept = matches!(pending.state, QueuedState::Held { .. });
        let heard = conversation.last_inbound_at.is_some_and(|at| nudge.accepted_at.is_some_and(|left| left < at));
        // A contact who has written and whose conversation is with a person has answered it, although the message is
        // held again.
        Ok(if kept && !heard { NudgeState::Out } else { NudgeState::Answered })
    }
}

/// The result of a message that was sent or never will be; `None` while it is open.
pub(crate) fn fate_of(row: &Outbound) -> Option<DeliveryOutcome> {
    let (as_template, ttl, words) = match &row.sent_as {
        Some(Content::Template(template)) => (true, template.ttl, template.words()),
        Some(_) | None => (false, None, Vec::new()),
    };
    match row.state {
        SendState::Sent | SendState::Delivered | SendState::Read => {
            // A status has whole seconds: by itself it could be earlier than its own attempt.
            let at = row.accepted_at.max(row.attempted_at).unwrap_or(row.created_at);
            Some(DeliveryOutcome::Accepted { at, as_template, nudge: row.draft.nudge, ttl, words })
        }
        SendState::Failed => {
            let (code, text) = (row.error_code.clone(), row.error_text.clone());
            Some(DeliveryOutcome::Failed { code: code.unwrap_or_default(), text: text.unwrap_or_default() })
        }
        SendState::Dropped => Some(DeliveryOutcome::Expired),
        SendState::Skipped => {
            let reason = row.reason.as_deref().and_then(Reason::named).unwrap_or(Reason::WindowClosed);
            Some(DeliveryOutcome::Refused { reason })
        }
        SendState::Queued | SendState::Sending | SendState::Held | SendState::Unknown => None,
    }
}
