//! The task that runs a lane: takes one piece of work after the other until the line is empty.

use super::{
    app::App,
    catch::caught,
    lane::{LaneError, LaneState, Recorded, TurnAnswer, Work},
    outbox, rows,
};
use crate::{
    base::{
        ids::{ContactId, OutboundId},
        limits::LANE_TRIES_MAX,
        time::Time,
    },
    model::{
        event::{ConsentWord, Event},
        inbound::InboundKind,
    },
    store::WriteSet,
};
use std::sync::Arc;

impl App {
    /// Puts work into a contact's line and starts the lane if nobody works there.
    pub fn push(self: &Arc<Self>, contact: ContactId, work: Work) {
        if self.lanes.push(contact, work) {
            let app = Arc::clone(self);
            tokio::spawn(async move { app.run_lane(contact).await });
        }
    }

    async fn run_lane(self: Arc<Self>, contact: ContactId) {
        let mut state = self.lanes.take_state(contact);
        while let Some(work) = self.lanes.next(contact, &mut state) {
            let done = caught(self.work(contact, &mut state, work)).await;
            match done {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    // Memory and rows may differ: the rows are right.
                    state = None;
                    tracing::error!(contact.id = %contact, "A lane starts again from its rows: {error:#}");
                }
                Err(panic) => {
                    state = None;
                    tracing::error!(contact.id = %contact, "A lane panicked and starts again from its rows: {panic}");
                }
            }
            if let Some(at) = state.as_ref().and_then(LaneState::due_at) {
                self.timers.wake(contact, at);
            }
        }
    }

    async fn work(self: &Arc<Self>, contact: ContactId, state: &mut Option<LaneState>, work: Work) -> anyhow::Result<()> {
        if matches!(work, Work::Forget) {
            *state = None;
        }
        if state.is_none() {
            *state = self.load_lane(contact).await?;
        }
        let Some(lane) = state.as_mut() else {
            tracing::error!(contact.id = %contact, "There is work for contact {contact}, who does not exist");
            return Ok(());
        };
        match work {
            Work::Inbound(recorded) => self.take_inbound(state, *recorded).await,
            other => match self.take_other(lane, other).await {
                Ok(()) => Ok(()),
                Err(error) => {
                    *state = None;
                    Err(anyhow::anyhow!("{error:?}"))
                }
            },
        }
    }

    /// A message is tried again when its commit did not come about; after that it waits for the sweep.
    async fn take_inbound(self: &Arc<Self>, state: &mut Option<LaneState>, recorded: Recorded) -> anyhow::Result<()> {
        let contact = recorded_contact(state);
        for attempt in 1..=LANE_TRIES_MAX {
            if state.is_none() {
                *state = self.load_lane(contact).await?;
            }
            let Some(lane) = state.as_mut() else { return Ok(()) };
            match self.inbound_turn(lane, recorded.clone()).await {
                Ok(()) => return Ok(()),
                Err(LaneError::Reload(why)) => {
                    *state = None;
                    tracing::warn!(inbound.id = %recorded.id, attempt, "Message {} is taken again: {why}", recorded.id);
                    if self.already_handled(recorded.id).await? {
                        return Ok(());
                    }
                }
                Err(LaneError::Poison(why)) => {
                    *state = None;
                    return self.bury(&recorded, contact, &why).await;
                }
            }
        }
        anyhow::bail!("message {} could not be stored in {LANE_TRIES_MAX} tries; the sweep takes it up", recorded.id)
    }
}

fn recorded_contact(state: &Option<LaneState>) -> ContactId {
    state.as_ref().map_or(ContactId(0), |lane| lane.contact.id)
}
