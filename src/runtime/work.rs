//! The task that runs a lane: takes one piece of work after the other until the line is empty.

use super::{
    app::App,
    catch::caught,
    lane::{LaneError, LaneState, Recorded, Work},
};
use crate::{
    base::{
        ids::ContactId,
        limits::{LANE_RETRY, LANE_TRIES_MAX, WAKE_HORIZON},
    },
    store::{WriteSet, inbound},
};
use std::sync::Arc;

impl App {
    /// Puts work into a contact's line and starts the lane if nobody works there.
    pub fn push(self: &Arc<Self>, contact: ContactId, work: Work) {
        if self.lanes.push(contact, work) {
            // In a box of its own: a task is moved several times while it is made and ended, and this one is large.
            tokio::spawn(Box::pin(Arc::clone(self).run_lane(contact)));
        }
    }

    /// The same for a task that has nothing else to do: it runs the lane itself.
    pub(super) async fn push_and_run(self: Arc<Self>, contact: ContactId, work: Work) {
        if self.lanes.push(contact, work) {
            Box::pin(self.run_lane(contact)).await;
        }
    }

    async fn run_lane(self: Arc<Self>, contact: ContactId) {
        let mut state = self.lanes.take_state(contact);
        while let Some(work) = self.lanes.next(contact, &mut state) {
            let done = caught(self.work(contact, &mut state, work)).await;
            let failed = match done {
                Ok(Ok(())) => None,
                // A database that does not take it in several tries is the world's doing.
                Ok(Err(error)) => {
                    self.metrics.database_errors.inc();
                    Some(error)
                }
                Err(panic) => {
                    self.metrics.bug("lane");
                    Some(anyhow::anyhow!("a panic: {panic}"))
                }
            };
            if let Some(error) = failed {
                // Memory and rows may differ: the rows are right.
                state = None;
                tracing::error!(contact.id = %contact, "A lane starts again from its rows: {error:#}");
                self.timers.wake(contact, self.clock.now() + LANE_RETRY);
            }
            if let Some(lane) = state.as_mut() {
                self.arm(lane);
            }
        }
    }

    /// Sees to it that the lane is woken when something falls due. What is further away is read from
    /// its row when its time is near.
    fn arm(&self, lane: &mut LaneState) {
        let now = self.clock.now();
        match lane.due_at() {
            Some(at) if at <= now + WAKE_HORIZON && lane.armed != Some(at) => {
                lane.armed = Some(at);
                self.timers.wake(lane.contact.id, at);
            }
            Some(_) => {}
            None => lane.armed = None,
        }
    }

    async fn work(
        self: &Arc<Self>,
        contact: ContactId,
        state: &mut Option<LaneState>,
        work: Work,
    ) -> anyhow::Result<()> {
        if matches!(work, Work::Forget) {
            *state = None;
            return Ok(());
        }
        match work {
            Work::Inbound(recorded) => self.take_inbound(contact, state, *recorded).await,
            other => self.take_again(contact, state, other).await,
        }
    }

    /// What nobody would bring a second time (the answer to a send or call, a status) is tried again when
    /// its commit did not come about. Taking it twice does no harm: its rows or the session know it then.
    async fn take_again(
        self: &Arc<Self>,
        contact: ContactId,
        state: &mut Option<LaneState>,
        work: Work,
    ) -> anyhow::Result<()> {
        let mut left = Some(work);
        for attempt in 1.. {
            let Some(work) = left.take() else { break };
            if attempt < LANE_TRIES_MAX {
                left = work.once_more();
            }
            if state.is_none() {
                *state = self.lane_of(contact).await?;
            }
            let Some(lane) = state.as_mut() else {
                self.metrics.bug("nobody");
                anyhow::bail!("there is work for contact {contact}, who does not exist");
            };
            match self.take_other(lane, work).await {
                Err(LaneError::Reload(why)) if left.is_some() => {
                    *state = None;
                    tracing::warn!(contact.id = %contact, attempt, "Work of a lane is taken again: {why}");
                    // What the lost commit was to start is looked for afterwards.
                    self.timers.wake(contact, self.clock.now());
                }
                done => return done.map_err(|error| anyhow::anyhow!("{error}")),
            }
        }
        Ok(())
    }

    /// A message is tried again when its commit did not come about; after that the sweep takes it up.
    async fn take_inbound(
        self: &Arc<Self>,
        contact: ContactId,
        state: &mut Option<LaneState>,
        mut recorded: Recorded,
    ) -> anyhow::Result<()> {
        if let (None, Some(fresh)) = (&state, recorded.fresh.take()) {
            *state = Some(self.fresh_lane(*fresh, &recorded));
        }
        for attempt in 1..=LANE_TRIES_MAX {
            if state.is_none() {
                *state = self.lane_of(contact).await?;
            }
            let Some(lane) = state.as_mut() else {
                self.metrics.bug("nobody");
                anyhow::bail!("message {} is of contact {contact}, who does not exist", recorded.id);
            };
            if let Some(to) = lane.contact.data.joined_to {
                return self.hand_on(to, recorded).await;
            }
            match self.inbound_turn(lane, &recorded).await {
                Ok(()) => return Ok(()),
                Err(LaneError::Reload(why)) => {
                    *state = None;
                    tracing::warn!(inbound.id = %recorded.id, attempt, "Message {} is taken again: {why}", recorded.id);
                    let row = inbound::find(&self.store, recorded.id).await?;
                    // What the lost commit was to start is looked for afterwards.
                    self.timers.wake(contact, self.clock.now());
                    if row.is_none_or(|row| row.handled_at.is_some()) {
                        return Ok(());
                    }
                }
                Err(LaneError::Poison(why)) => {
                    *state = None;
                    return self.bury(&recorded, &why).await;
                }
            }
        }
        anyhow::bail!("message {} could not be stored in {LANE_TRIES_MAX} tries; the sweep takes it up", recorded.id)
    }

    /// A message that no turn can take is listed, and the contact's next one goes on.
    pub(super) async fn bury(&self, recorded: &Recorded, why: &str) -> anyhow::Result<()> {
        let now = self.clock.now();
        let mut set = WriteSet::new();
        super::rows::handled(&mut set, recorded.id, now);
        let data = serde_json::json!({ "inbound_id": recorded.id, "conversation_id": recorded.conversation });
        self.dead_letter(&mut set, "poison", Some(recorded.sender), why, data, now);
        self.store.commit(set).await?;
        self.notifier.kick();
        Ok(())
    }
}
