//! Loads an outbox from its rows.

use crate::{
    base::{
        ids::OutboundId,
        limits::{HOLD_DEFAULT, UNKNOWN_AFTER},
    },
    delivery::Delivery,
    lane::{
        error::LaneError,
        outbox::{self, NudgeState, QueuedMessage, QueuedState, SendAnswer},
        rows,
        state::LaneState,
    },
    model::{
        content::Content,
        effect::IfClosed,
        event::{DeliveryOutcome, Reason},
    },
    store::{
        ReadError, WriteSet,
        tables::{
            conversation::Conversation,
            outbound::{self, Outbound, SendState},
        },
    },
};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Delivery {
    /// Restores a message from its row. A row in `sending` becomes unknown, because no answer was recorded.
    pub(crate) fn restore(&self, row: outbound::Outbound) -> QueuedMessage {
        let mut pending = QueuedMessage::new(row.id, Arc::new(row.draft), row.created_at);
        let after = self.senders.get(row.sender_id).map_or(UNKNOWN_AFTER, |sender| sender.unknown_after);
        pending.attempt = row.attempt;
        pending.attempted_at = row.attempted_at;
        pending.waits_for = row.reason.as_deref().and_then(Reason::named);
        // Waits for a sender or a template depend on what this process knows of them.
        pending.not_before = row.not_before.filter(|_| !outbox::is_asked_anew(pending.waits_for));
        pending.planned_again = row.planned_again_at.is_some();
        if row.provider_id.is_some() {
            // A status failed one attempt, and it is sent again: another status may still report its delivery.
            self.statuses.unknown_sends.add(row.id);
        }
        // A message keeps its place while it waits for a rate, a back-off or a stopped sender, and loses it for every
        // other reason.
        pending.in_order = row.reason.as_deref().is_none_or(|reason| reason == Reason::SenderDown.as_str());
        pending.direct = row.sent_as.as_ref().is_some_and(|content| !content.is_template());
        pending.direct_refused = pending.direct && self.health.refused_direct(row.sender_id, row.error_code.as_deref());
        let template = |content| if let Content::Template(template) = content { Some(template) } else { None };
        pending.sent_as = row.sent_as.and_then(template);
        pending.state = match row.state {
            SendState::Held => QueuedState::Held { until: row.hold_until.unwrap_or(row.created_at + HOLD_DEFAULT) },
            SendState::Sending | SendState::Unknown => {
                // Counted from the attempt or from this daemon's start, whichever is later (product.md).
                let since = row.attempted_at.unwrap_or(self.started_at).max(self.started_at);
                self.statuses.unknown_sends.add(row.id);
                let until = since + after;
                pending.interrupted = row.state == SendState::Sending || row.hold_until != Some(until);
                QueuedState::Unknown { until }
            }
            SendState::Queued
            | SendState::Sent
            | SendState::Delivered
            | SendState::Read
            | SendState::Failed
            | SendState::Dropped
            | SendState::Skipped => QueuedState::Queued,
        };
        pending
    }

    /// `dead-letters replay` of an unknown send: sends it again. Gives a receiver for the result; `None` if there is
    /// nothing to send.
    pub(crate) async fn resend(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
    ) -> Result<Option<oneshot::Receiver<SendAnswer>>, LaneError> {
        let conversation = &mut lane.conversations[index];
        if !conversation.outbox.iter().any(|pending| pending.id == id) {
            let row = outbound::find(&self.store, id).await?;
            let Some(row) = row.filter(|row| row.state == outbound::SendState::Unknown) else { return Ok(None) };
            let pending = self.restore(row);
            let conversation = &mut lane.conversations[index];
            conversation.outbox.push(pending);
            conversation.outbox.sort_by_key(|pending| pending.id);
        }
        let conversation = &mut lane.conversations[index];
        let Some(pending) = conversation.outbox.iter_mut().find(|pending| pending.id == id) else { return Ok(None) };
        if !matches!(pending.state, QueuedState::Unknown { .. }) {
            return Ok(None);
        }
        pending.state = QueuedState::Queued;
        pending.not_before = None;
        pending.in_order = false;
        let (waiter, sent) = oneshot::channel();
        pending.waiters.push(waiter);
        let mut set = WriteSet::of(lane.contact.id.0);
        rows::mark(&mut set, conversation.sender, pending, None, None);
        // A status of the first attempt may still come, and its lane must get it.
        self.statuses.unknown_sends.add(id);
        self.store.commit(set).await?;
        Ok(Some(sent))
    }

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
