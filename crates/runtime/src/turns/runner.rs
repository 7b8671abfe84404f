//! Runs a lane's task: does one job after the other until the queue is empty.

use super::Runner;
use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId, SenderId},
        limits::{INBOUND_ATTEMPTS_MAX, LANE_RETRY, LANE_TRIES_MAX, RECOVERY_SLICE, WAKE_HORIZON},
        time::Span,
    },
    lane::{
        error::LaneError,
        outbox::{QueuedMessage, QueuedState, RateStage},
        state::{LaneState, LaneTask, RecordedMessage},
    },
    model::event::ConsentWord,
    process::panic_guard::caught,
    store::{WriteSet, tables::inbound},
};
use std::{collections::BTreeSet, pin::pin, sync::Arc};

/// A job that was not done. `again`: the database is the cause, and nobody would bring the job again.
pub(crate) struct NotDone {
    pub error: anyhow::Error,
    pub again: Option<LaneTask>,
}

impl From<anyhow::Error> for NotDone {
    fn from(error: anyhow::Error) -> Self {
        NotDone { error, again: None }
    }
}

impl Runner {
    /// Runs the lane until its queue is empty, then the lanes of contacts that waited for a free one.
    pub(crate) async fn run_lane(self: Arc<Self>, contact: ContactId) {
        let mut next = Some(contact);
        while let Some(contact) = next {
            self.empty_lane(contact).await;
            next = loop {
                match self.queue.admission.next() {
                    // It is already running: it reads its messages from the database itself.
                    Some(waiting) if !self.queue.lanes.push(waiting, LaneTask::Wake) => {}
                    other => break other,
                }
            };
        }
    }

    async fn empty_lane(self: &Arc<Self>, contact: ContactId) {
        let mut state = self.queue.lanes.take_state(contact);
        // Messages that are also in the queue, and were already read from the database.
        let mut taken = BTreeSet::new();
        while let Some(work) = self.queue.lanes.next(contact, &mut state, LaneState::settle, LaneState::waits) {
            if self.delivery.unstored.holds(contact) && !Box::pin(self.take_unstored(contact, &mut state)).await {
                self.put_off(contact, &mut state, work);
                continue;
            }
            if self.queue.backlog.is_ready(contact, self.clock.now()) {
                Box::pin(self.catch_up(contact, &mut state, &mut taken)).await;
            }
            let done = caught(pin!(self.work(contact, &mut state, work, &taken))).await;
            let failed = match done {
                Ok(Ok(())) => false,
                // If the database fails several times, the cause is outside the program.
                Ok(Err(error)) => {
                    self.metrics.database_errors.inc();
                    self.note_failed_work(contact, &error);
                    true
                }
                Err(panic) => {
                    self.metrics.bug("lane");
                    tracing::error!(contact.id = %contact, "Work of contact {contact} panicked, which is a bug of ours; what is unfinished is read again from the database: {panic}");
                    true
                }
            };
            if failed {
                // Memory and database may differ: the database is right.
                self.forget(&mut state);
                self.queue.timers.wake(contact, self.clock.now() + LANE_RETRY);
            }
            if let Some(lane) = state.as_mut() {
                self.arm(lane);
            }
        }
    }

    /// Handles a job that comes while earlier work of the contact could not be stored.
    fn put_off(&self, contact: ContactId, state: &mut Option<LaneState>, work: LaneTask) {
        match work {
            LaneTask::Forget => self.forget(state),
            // The retry of the earlier work has set a time.
            LaneTask::Wake => {}
            LaneTask::Inbound(_) => drop(self.queue.backlog.add(contact)),
            // A job whose sender waits for an answer is dropped: the sender gets an error.
            work => {
                if let Some(again) = work.once_more() {
                    self.delivery.unstored.keep(contact, again);
                }
            }
        }
    }

    /// Drops the state, because memory and database may differ. Gives back unused slots of the rate limits: otherwise
    /// a conversation that is retried every second would use up the rate for minutes.
    pub(crate) fn forget(&self, state: &mut Option<LaneState>) {
        let Some(lane) = state.take() else { return };
        for conversation in &lane.conversations {
            let taken =
                |pending: &&QueuedMessage| pending.state == QueuedState::Queued && pending.place == RateStage::Taken;
            for _ in conversation.outbox.iter().filter(taken) {
                self.policy.give_place_back(conversation.sender, lane.contact.id);
            }
        }
    }

    /// Sets the timer for the lane's next due time. A later time is loaded from the database when it is near.
    fn arm(&self, lane: &mut LaneState) {
        let now = self.clock.now();
        match lane.due_at() {
            Some(at) if at <= now + WAKE_HORIZON && lane.armed != Some(at) => {
                lane.armed = Some(at);
                self.queue.timers.wake(lane.contact.id, at);
            }
            Some(_) => {}
            None => lane.armed = None,
        }
    }

    async fn work(
        self: &Arc<Self>,
        contact: ContactId,
        state: &mut Option<LaneState>,
        work: LaneTask,
        taken: &BTreeSet<InboundId>,
    ) -> anyhow::Result<()> {
        match work {
            LaneTask::Forget => self.forget(state),
            LaneTask::Inbound(recorded) => {
                // A message that could not be read now stays in the database, behind earlier ones.
                if !taken.contains(&recorded.id) && !self.queue.backlog.holds(contact) {
                    let done = caught(pin!(self.take_inbound(contact, state, *recorded))).await;
                    return self.or_behind(contact, done);
                }
            }
            other => {
                if let Err(NotDone { error, again }) = self.take_again(contact, state, other).await {
                    let lost = again.is_some_and(|again| !self.delivery.unstored.keep(contact, again));
                    return Err(if lost { error.context("too much is left undone") } else { error });
                }
            }
        }
        Ok(())
    }

    /// Leaves a message that could not be processed in the database, and the contact's later ones behind it.
    fn or_behind(&self, contact: ContactId, done: Result<anyhow::Result<()>, String>) -> anyhow::Result<()> {
        let failed = match done {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(panic) => {
                self.metrics.bug("lane");
                anyhow::anyhow!("a panic: {panic}")
            }
        };
        self.queue.backlog.add(contact);
        Err(failed)
    }

    /// Processes the contact's recorded messages that are in no queue, oldest first. Their attempts are counted before
    /// each, as in recovery; a message that cannot be processed leaves the rest for later.
    async fn catch_up(
        self: &Arc<Self>,
        contact: ContactId,
        state: &mut Option<LaneState>,
        taken: &mut BTreeSet<InboundId>,
    ) {
        if !self.store.is_connected() {
            self.queue.timers.wake(contact, self.clock.now() + LANE_RETRY);
            return;
        }
        self.queue.backlog.remove(contact);
        let mut tries = 0;
        let done = caught(pin!(self.read_back(contact, state, taken, &mut tries))).await;
        if let Err(error) = self.or_behind(contact, done) {
            self.forget(state);
            self.metrics.database_errors.inc();
            self.note_late_messages(contact, &error);
            // 1 s, 8 s, 64 s: a short outage of the database must not turn a message into poison.
            let until = self.clock.now() + Span::seconds(8_i64.pow(tries.min(2)));
            self.queue.backlog.rest(contact, until);
            self.queue.timers.wake(contact, until);
        }
    }

    async fn read_back(
        self: &Arc<Self>,
        contact: ContactId,
        state: &mut Option<LaneState>,
        taken: &mut BTreeSet<InboundId>,
        tries: &mut u32,
    ) -> anyhow::Result<()> {
        let mut after = InboundId(0);
        loop {
            let slice = inbound::unhandled_of(&self.store, contact, after, RECOVERY_SLICE).await?;
            let Some(last) = slice.last() else { return Ok(()) };
            after = last.id;
            for row in slice {
                *tries = u32::try_from(row.attempts).unwrap_or(u32::MAX);
                taken.insert(row.id);
                let attempts = row.attempts;
                let recorded = self.recorded(row);
                if attempts >= INBOUND_ATTEMPTS_MAX {
                    let RecordedMessage { id, conversation, sender, .. } = recorded;
                    self.dead_letter_inbound(id, conversation, sender, "it could not be handled in three tries")
                        .await?;
                    continue;
                }
                let mut set = WriteSet::new();
                set.push(&inbound::RAISE, &inbound::Raise { id: recorded.id });
                self.store.commit(set).await?;
                if recorded.word == Some(ConsentWord::Stop) {
                    self.contacts.opt_outs.add(contact, recorded.id);
                }
                self.take_inbound(contact, state, recorded).await?;
            }
        }
    }

    /// Does a job that nobody would bring again (the answer to a send or call, a status), and repeats it if its commit
    /// failed. Doing it twice is harmless, because the rows or the session show it.
    pub(crate) async fn take_again(
        self: &Arc<Self>,
        contact: ContactId,
        state: &mut Option<LaneState>,
        work: LaneTask,
    ) -> Result<(), NotDone> {
        let mut left = Some(work);
        let mut reloaded = false;
        for attempt in 1.. {
            let Some(work) = left.take() else { break };
            left = work.once_more();
            let unrepeatable = left.is_none();
            if state.is_none() {
                match Box::pin(self.lane_of(contact)).await {
                    Ok(lane) => *state = lane,
                    Err(error) => return Err(NotDone { error, again: left }),
                }
            }
            let Some(lane) = state.as_mut() else {
                self.metrics.bug("nobody");
                if let LaneTask::Begin(start, _held) = work {
                    // Otherwise it would be handed over again and again.
                    self.due_starts.drop_start(start.id).await?;
                }
                return Err(anyhow::anyhow!("there is work for contact {contact}, who does not exist").into());
            };
            // The database may refuse a follow-up of the job for other reasons.
            let is_own = matches!(work, LaneTask::Wake | LaneTask::Returned(_) | LaneTask::Begin(..));
            let done = self.take_other(lane, work).await;
            lane.refused = None;
            match done {
                Err(LaneError::Poison(why)) if is_own && left.is_some() && attempt == 1 => {
                    tracing::error!(contact.id = %contact, "The database refuses what a run of contact {contact} wants to store; the run is ended and listed as a dead letter: {why}");
                    *state = self.lane_of(contact).await?;
                    if let Some(lane) = state.as_mut() {
                        lane.refused = Some(why);
                    }
                }
                Err(LaneError::Reload(why)) if left.is_some() => {
                    self.forget(state);
                    reloaded = true;
                    // While the database takes nothing, further attempts only use up slots.
                    if attempt >= LANE_TRIES_MAX || !self.store.is_connected() {
                        return Err(NotDone { error: anyhow::anyhow!("{why}"), again: left });
                    }
                    self.note_repeated_work(contact, attempt, &why);
                }
                done => {
                    if reloaded || unrepeatable && matches!(done, Err(LaneError::Reload(_))) {
                        // Find work that the lost commit has started or sent.
                        self.queue.timers.wake(contact, self.clock.now());
                    }
                    return done.map_err(|error| anyhow::anyhow!("{error}").into());
                }
            }
        }
        Ok(())
    }

    /// Processes a message, and repeats it if its commit failed; after that it is read from its row.
    async fn take_inbound(
        self: &Arc<Self>,
        contact: ContactId,
        state: &mut Option<LaneState>,
        mut recorded: RecordedMessage,
    ) -> anyhow::Result<()> {
        if let (None, Some(fresh)) = (&state, recorded.fresh.take()) {
            *state = Some(self.fresh_lane(*fresh, &recorded));
        }
        for attempt in 1..=LANE_TRIES_MAX {
            if state.is_none() {
                *state = Box::pin(self.lane_of(contact)).await?;
            }
            let Some(lane) = state.as_mut() else {
                self.metrics.bug("nobody");
                anyhow::bail!("message {} is of contact {contact}, who does not exist", recorded.id);
            };
            if let Some(to) = lane.contact.data.joined_to {
                return Box::pin(self.hand_on(to, recorded)).await;
            }
            let (id, conversation, sender) = (recorded.id, recorded.conversation, recorded.sender);
            match self.inbound_turn(lane, recorded).await {
                Ok(()) => return Ok(()),
                Err(LaneError::Reload(why)) => {
                    self.forget(state);
                    self.note_repeated_message(id, attempt, &why);
                    let row = inbound::find(&self.store, id).await?;
                    // Find work that the lost commit has started.
                    let handled = row.as_ref().is_none_or(|row| row.handled_at.is_some());
                    let rest = if self.store.is_connected() { Span::ZERO } else { LANE_RETRY };
                    self.queue.timers.wake(contact, self.clock.now() + rest);
                    match row.filter(|_| !handled) {
                        None => return Ok(()),
                        Some(_) if !self.store.is_connected() => {
                            anyhow::bail!("message {id} cannot be stored now; it is read back later")
                        }
                        Some(row) => recorded = self.recorded(row),
                    }
                }
                Err(LaneError::Poison(why) | LaneError::Broken(why)) => {
                    *state = None;
                    return Box::pin(self.dead_letter_inbound(id, conversation, sender, &why)).await;
                }
            }
        }
        anyhow::bail!("message {} could not be stored in {LANE_TRIES_MAX} tries; it is read back later", recorded.id)
    }

    /// Dead-letters a message that no turn can process, and continues with the contact's next one.
    pub(crate) async fn dead_letter_inbound(
        &self,
        id: InboundId,
        conversation: ConversationId,
        sender: SenderId,
        why: &str,
    ) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut set = WriteSet::new();
        crate::lane::rows::handled(&mut set, id, now);
        let data = serde_json::json!({ "inbound_id": id, "conversation_id": conversation });
        self.events.dead_letter(&mut set, "poison", Some(sender), why, data, now);
        self.store.commit(set).await?;
        Ok(())
    }
}
