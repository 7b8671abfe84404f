//! Reading unfinished work back from its rows: at the start, and by a sweep each minute. There is no
//! second recovery path.

use super::{
    app::App,
    inbound::opens_window,
    lane::{LaneState, Recorded, Work},
    outbox,
};
use crate::{
    base::{
        ids::{ConversationId, InboundId, OutboundId},
        limits::{DUE_READ_MAX, INBOUND_ATTEMPTS_MAX, PAGE_ROWS_MAX, RECOVERY_SLICE, SWEEP_AGE, WAKE_HORIZON},
        time::Time,
    },
    model::event::{ConsentWord, Reason},
    store::{WriteSet, inbound, outbound, session},
};
use std::{collections::BTreeSet, sync::Arc};

impl App {
    /// Takes up what a former process left: unhandled messages, sends, calls under way, due timers.
    pub async fn recover(self: &Arc<Self>) -> anyhow::Result<()> {
        let now = self.clock.now();
        let messages = self.recover_inbound(now).await?;
        let sends = self.recover_outbound(now).await?;
        let waiting = self.recover_waiting().await?;
        self.take_back_kept().await?;
        self.load_due(now).await?;
        if messages + sends + waiting > 0 {
            tracing::info!(
                messages,
                sends,
                waiting,
                "Took up {messages} messages, {sends} sends and {waiting} waiting runs that a former process left"
            );
        }
        Ok(())
    }

    /// Unhandled messages in slices, oldest first. A slice's tries are counted before it runs; who has
    /// one already runs alone, so that a poisonous message takes no other down; a third one is buried.
    /// Only the turns are waited for: a slow provider or shop must not keep the daemon from its webhooks.
    async fn recover_inbound(self: &Arc<Self>, until: Time) -> anyhow::Result<usize> {
        let mut after = InboundId(0);
        let mut taken = 0;
        loop {
            let slice = inbound::unhandled(&self.store, after, until, RECOVERY_SLICE).await?;
            let Some(last) = slice.last() else { return Ok(taken) };
            after = last.id;
            let (fresh, tried): (Vec<_>, Vec<_>) = slice.into_iter().partition(|row| row.attempts == 0);
            taken += fresh.len() + tried.len();
            // First: what was tried is older than what was not, where both are of one contact.
            for row in tried {
                let attempts = row.attempts;
                if attempts >= INBOUND_ATTEMPTS_MAX {
                    let why = format!("it was taken up {attempts} times and the process ended each time");
                    self.bury(row.id, row.conversation_id, row.sender_id, &why).await?;
                    continue;
                }
                let mut set = WriteSet::new();
                set.push(&inbound::RAISE, &inbound::Raise { id: row.id });
                self.store.commit(set).await?;
                self.take_up(row);
                self.lanes.at_rest().await;
            }
            let mut set = WriteSet::new();
            for row in &fresh {
                set.push(&inbound::RAISE, &inbound::Raise { id: row.id });
            }
            self.store.commit(set).await?;
            for row in fresh {
                self.take_up(row);
            }
            self.lanes.at_rest().await;
        }
    }

    async fn recover_outbound(self: &Arc<Self>, until: Time) -> anyhow::Result<usize> {
        let mut after = (ConversationId(0), OutboundId(0));
        let mut taken = 0;
        loop {
            let slice = outbound::unfinished(&self.store, after, until, RECOVERY_SLICE).await?;
            let Some(last) = slice.last() else { return Ok(taken) };
            after = (last.conversation_id, last.id);
            let mut contacts = BTreeSet::new();
            for row in &slice {
                taken += 1;
                // What waits for a later moment is found by `load_due` when that is near.
                let later = row.not_before.or(row.hold_until).is_some_and(|at| at > until + WAKE_HORIZON)
                    && !outbox::is_asked_anew(row.reason.as_deref().and_then(Reason::named));
                if !later {
                    contacts.insert(row.contact_id);
                }
            }
            for contact in contacts {
                self.push(contact, Work::Wake);
            }
        }
    }

    /// Runs that wait for a call or for the fate of a message: who would have told them may be dead. And what a join
    /// that was cut off left marked under the name of who is gone.
    async fn recover_waiting(self: &Arc<Self>) -> anyhow::Result<usize> {
        for contact in session::left_behind(&self.store).await? {
            self.push(contact, Work::Wake);
        }
        let mut after = ConversationId(0);
        let mut taken = 0;
        loop {
            let slice = session::calling(&self.store, after, RECOVERY_SLICE).await?;
            let Some(last) = slice.last() else { return Ok(taken) };
            after = last.conversation_id;
            taken += slice.len();
            for due in slice {
                self.push(due.contact_id, Work::Wake);
            }
        }
    }

    /// Puts what falls due within the horizon into the timers.
    pub(super) async fn load_due(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        let until = now + WAKE_HORIZON;
        for due in session::due(&self.store, until, DUE_READ_MAX).await? {
            self.timers.wake(due.contact_id, due.due_at.unwrap_or(now));
        }
        for (contact, at) in outbound::due(&self.store, until, DUE_READ_MAX).await? {
            // A lane in memory knows the order: what its row calls due may stand behind another message.
            let own = self.lanes.peek(contact, LaneState::due_at);
            if let Some(at) = own.unwrap_or(Some(at)) {
                self.timers.wake(contact, at);
            }
        }
        Ok(())
    }

    /// Picks up what has been unhandled, queued or due for over a minute and is in no lane: our bug, counted.
    pub(super) async fn sweep(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        let until = now - SWEEP_AGE;
        let mut after = InboundId(0);
        loop {
            let slice = inbound::unhandled(&self.store, after, until, PAGE_ROWS_MAX).await?;
            let Some(last) = slice.last() else { break };
            after = last.id;
            for row in slice {
                // A lane that is behind has set the time itself.
                if !self.lanes.is_active(row.contact_id) && self.behind.add(row.contact_id) {
                    self.metrics.bug("sweep_inbound");
                    tracing::error!(inbound.id = %row.id, "Message {} was in no lane", row.id);
                    self.push(row.contact_id, Work::Wake);
                }
            }
        }
        for contact in outbound::stuck(&self.store, until, RECOVERY_SLICE).await? {
            // In memory, its lane has set the time itself (a slot of the rate, a paused sender). Whoever is woken in this
            // very moment does not stand still yet.
            let stands_still =
                |lane: &LaneState| lane.conversations.iter().any(|of| outbox::stands_still(&of.outbox, until));
            if !self.lanes.is_known(contact) || self.lanes.peek(contact, stands_still) == Some(true) {
                self.metrics.bug("sweep_outbound");
                tracing::error!(contact.id = %contact, "Messages of contact {contact} stood still");
                self.push(contact, Work::Forget);
                self.push(contact, Work::Wake);
            }
        }
        for due in session::due(&self.store, until, RECOVERY_SLICE).await? {
            if !self.lanes.is_active(due.contact_id) {
                self.metrics.bug("sweep_session");
                self.push(due.contact_id, Work::Forget);
                self.push(due.contact_id, Work::Wake);
            }
        }
        Ok(())
    }

    pub(super) fn take_up(self: &Arc<Self>, row: inbound::Recorded) {
        let contact = row.contact_id;
        if row.data.word == Some(ConsentWord::Stop) {
            self.stops.add(contact, row.id);
        }
        let recorded = self.recorded(row);
        self.push(contact, Work::Inbound(Box::new(recorded)));
    }

    pub(super) fn recorded(&self, row: inbound::Recorded) -> Recorded {
        let opens = self.senders.get(row.sender_id).is_some_and(|of| opens_window(&row.data.message.kind, of));
        Recorded {
            id: row.id,
            conversation: row.conversation_id,
            sender: row.sender_id,
            message: row.data.message,
            word: row.data.word,
            opens,
            recorded_at: row.received_at,
            fresh: None,
        }
    }
}
