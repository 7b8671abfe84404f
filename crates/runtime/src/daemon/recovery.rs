//! Loads unfinished work from the database: at the start, and by a sweep every minute. There is no other recovery
//! path.

use super::app::App;
use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId, OutboundId},
        limits::{
            DUE_READ_MAX, INBOUND_ATTEMPTS_MAX, PAGE_ROWS_MAX, RECOVERY_SLICE, SWEEP_AGE, SWEEP_EVERY, WAKE_HORIZON,
        },
        time::Time,
    },
    lane::{
        outbox,
        state::{LaneState, LaneTask},
    },
    model::event::{ConsentWord, Reason},
    store::{
        WriteSet,
        tables::{inbound, outbound, session},
    },
};
use std::{collections::BTreeSet, sync::Arc};

impl App {
    /// Resumes the work of an earlier process: unhandled messages, sends, running calls, due timers.
    pub async fn recover(self: &Arc<Self>) -> anyhow::Result<()> {
        let now = self.clock.now();
        let until = match self.ingest.earlier_messages.until() {
            Some(until) => until,
            None => self.expect_earlier_messages().await?,
        };
        let messages = self.recover_inbound(until).await?;
        let sends = self.recover_outbound(now).await?;
        let waiting = self.recover_waiting().await?;
        self.starts.take_back_kept().await?;
        self.load_due(now).await?;
        if messages + sends + waiting > 0 {
            tracing::info!(
                messages,
                sends,
                waiting,
                "Took up {messages} messages, {sends} sends and {waiting} waiting runs that the last process left unfinished"
            );
        }
        Ok(())
    }

    /// Counts the unhandled messages of an earlier process. Before messages are accepted beside the recovery this must
    /// have been called: newer messages of the same contacts then wait for the earlier ones.
    pub async fn expect_earlier_messages(&self) -> anyhow::Result<Time> {
        let until = self.clock.now();
        self.ingest.earlier_messages.expect(until, inbound::waiting(&self.store, until).await?);
        Ok(until)
    }

    /// Takes back the attempts that this process counted and that its orderly end cuts short.
    pub(crate) async fn forgive_attempts(&self) -> anyhow::Result<()> {
        let begun = self.ingest.earlier_messages.take_begun();
        if !begun.is_empty() {
            let mut set = WriteSet::new();
            for id in begun {
                set.push(&inbound::LOWER, &inbound::Raise { id });
            }
            self.store.commit(set).await?;
        }
        Ok(())
    }

    /// Resumes unhandled messages in slices, oldest first. The attempts of a slice are counted before it runs; a
    /// message with an earlier attempt runs without others of them, so that a poisonous one does not stop these; after
    /// `INBOUND_ATTEMPTS_MAX` attempts it is dead-lettered. Waits for the turns only, and not for a slow provider or
    /// server.
    async fn recover_inbound(self: &Arc<Self>, until: Time) -> anyhow::Result<usize> {
        let mut after = InboundId(0);
        let mut taken = 0;
        loop {
            let slice = inbound::unhandled(&self.store, after, until, RECOVERY_SLICE).await?;
            let Some(last) = slice.last() else { break };
            after = last.id;
            let (fresh, tried): (Vec<_>, Vec<_>) = slice.into_iter().partition(|row| row.attempts == 0);
            taken += fresh.len() + tried.len();
            // First, because of one contact's messages the tried ones are older.
            for row in tried {
                let attempts = row.attempts;
                if attempts >= INBOUND_ATTEMPTS_MAX {
                    let why = format!("it was taken up {attempts} times and the process ended each time");
                    self.runner.dead_letter_inbound(row.id, row.conversation_id, row.sender_id, &why).await?;
                    self.earlier_message_is_done(row.contact_id);
                    continue;
                }
                let mut set = WriteSet::new();
                set.push(&inbound::RAISE, &inbound::Raise { id: row.id });
                self.store.commit(set).await?;
                self.ingest.earlier_messages.begin(std::iter::once(row.id));
                self.take_up_all(vec![row]).await;
            }
            let mut set = WriteSet::new();
            for row in &fresh {
                set.push(&inbound::RAISE, &inbound::Raise { id: row.id });
            }
            self.store.commit(set).await?;
            self.ingest.earlier_messages.begin(fresh.iter().map(|row| row.id));
            self.take_up_all(fresh).await;
        }
        for contact in self.ingest.earlier_messages.end() {
            self.hand_newer(contact);
        }
        Ok(taken)
    }

    /// Hands these messages to their lanes, and returns after their turns.
    async fn take_up_all(self: &Arc<Self>, rows: Vec<inbound::Recorded>) {
        let contacts: Vec<ContactId> = rows.iter().map(|row| row.contact_id).collect();
        for row in rows {
            self.take_up(row);
        }
        self.queue.lanes.rested(&contacts).await;
        for contact in contacts {
            self.earlier_message_is_done(contact);
        }
    }

    /// Counts one earlier message of the contact as handled. After the last one the newer ones follow.
    fn earlier_message_is_done(self: &Arc<Self>, contact: ContactId) {
        if self.ingest.earlier_messages.taken(contact) {
            self.hand_newer(contact);
        }
    }

    /// Lets the contact's lane read the messages that waited for its earlier ones.
    fn hand_newer(self: &Arc<Self>, contact: ContactId) {
        self.queue.backlog.add(contact);
        self.queue.push(contact, LaneTask::Wake);
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
                // `load_due` finds work with a later time when that is near.
                let later = row.not_before.or(row.hold_until).is_some_and(|at| at > until + WAKE_HORIZON)
                    && !outbox::is_asked_anew(row.reason.as_deref().and_then(Reason::named));
                if !later {
                    contacts.insert(row.contact_id);
                }
            }
            for contact in contacts {
                self.queue.push(contact, LaneTask::Wake);
            }
        }
    }

    /// Wakes runs that wait for a call or for the result of a message, because the process that would report it may
    /// have died. Also passes on the marks that an interrupted join left under the old contact.
    async fn recover_waiting(self: &Arc<Self>) -> anyhow::Result<usize> {
        for contact in session::left_behind(&self.store).await? {
            self.queue.push(contact, LaneTask::Wake);
        }
        let mut after = ConversationId(0);
        let mut taken = 0;
        loop {
            let slice = session::calling(&self.store, after, RECOVERY_SLICE).await?;
            let Some(last) = slice.last() else { return Ok(taken) };
            after = last.conversation_id;
            taken += slice.len();
            for due in slice {
                self.queue.push(due.contact_id, LaneTask::Wake);
            }
        }
    }

    /// Puts rows that are due within the horizon into the timers.
    pub(crate) async fn load_due(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        let until = now + WAKE_HORIZON;
        for due in session::due(&self.store, until, DUE_READ_MAX).await? {
            self.queue.timers.wake(due.contact_id, due.due_at.unwrap_or(now));
        }
        for (contact, at) in outbound::due(&self.store, until, DUE_READ_MAX).await? {
            // A lane in memory knows the order: the due row may have to wait for another message.
            let own = self.queue.lanes.peek(contact, LaneState::due_at);
            if let Some(at) = own.unwrap_or(Some(at)) {
                self.queue.timers.wake(contact, at);
            }
        }
        Ok(())
    }

    /// Resumes work that has been unhandled, queued or due for over a minute and is in no lane. It is counted as our
    /// bug, unless the database was away meanwhile: then lanes may have given up what they could not store.
    pub(crate) async fn sweep(self: &Arc<Self>, now: Time) -> anyhow::Result<()> {
        if !self.store.is_connected() {
            return Ok(());
        }
        let until = now - SWEEP_AGE;
        let by_outage = self.store.was_lost_within(SWEEP_AGE + SWEEP_EVERY);
        let mut after = InboundId(0);
        loop {
            let slice = inbound::unhandled(&self.store, after, until, PAGE_ROWS_MAX).await?;
            let Some(last) = slice.last() else { break };
            after = last.id;
            for row in slice {
                // The lane has set a time to read its messages itself.
                if !self.queue.lanes.is_active(row.contact_id) && self.queue.backlog.add(row.contact_id) {
                    if !by_outage {
                        self.metrics.bug("sweep_inbound");
                        tracing::error!(inbound.id = %row.id, "Message {} was not handled for a minute, which is a bug of ours; it is handled now", row.id);
                    }
                    self.queue.push(row.contact_id, LaneTask::Wake);
                }
            }
        }
        for contact in outbound::stuck(&self.store, until, RECOVERY_SLICE).await? {
            // A lane in memory has set the time itself (a slot of the rate, a paused sender). A lane that is being
            // woken at this moment does not count as stuck yet.
            let stands_still =
                |lane: &LaneState| lane.conversations.iter().any(|of| outbox::stands_still(&of.outbox, until));
            if !self.queue.lanes.is_known(contact) || self.queue.lanes.peek(contact, stands_still) == Some(true) {
                if !by_outage {
                    self.metrics.bug("sweep_outbound");
                    tracing::error!(contact.id = %contact, "Messages to contact {contact} were not sent for a minute, which is a bug of ours; they are sent now");
                }
                self.queue.push(contact, LaneTask::Forget);
                self.queue.push(contact, LaneTask::Wake);
            }
        }
        for due in session::due(&self.store, until, RECOVERY_SLICE).await? {
            if !self.queue.lanes.is_active(due.contact_id) {
                if !by_outage {
                    self.metrics.bug("sweep_session");
                }
                self.queue.push(due.contact_id, LaneTask::Forget);
                self.queue.push(due.contact_id, LaneTask::Wake);
            }
        }
        Ok(())
    }

    pub(crate) fn take_up(self: &Arc<Self>, row: inbound::Recorded) {
        let contact = row.contact_id;
        if row.data.word == Some(ConsentWord::Stop) {
            self.contacts.opt_outs.add(contact, row.id);
        }
        let recorded = self.runner.recorded(row);
        self.queue.push(contact, LaneTask::Inbound(Box::new(recorded)));
    }
}
