//! Ends a run whose broadcast was stopped.

use crate::{
    lane::{
        error::LaneError,
        outbox::{QueuedMessage, QueuedState, SendAnswer},
        rows,
        state::LaneState,
    },
    model::{effect::Origin, event::Event},
    store::{WriteSet, tables::outbound::SendState},
    turns::Runner,
};
use std::sync::Arc;

impl Runner {
    /// Cancels the unrequested, unsent messages of a run, and ends the run. Answers to the contact are still sent.
    pub(crate) async fn take_back_run(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        run: u32,
    ) -> Result<(), LaneError> {
        if !lane.conversations[index].outbox.iter().any(|pending| is_kept(pending, run)) {
            return Ok(());
        }
        if lane.conversations[index].session.runs.iter().any(|open| open.number == run) {
            let set = WriteSet::of(lane.contact.id.0);
            self.take_own_turn(lane, index, Event::Stop { run }, set).await?;
        }
        let mut set = WriteSet::of(lane.contact.id.0);
        let conversation = &mut lane.conversations[index];
        while let Some(place) = conversation.outbox.iter().position(|pending| is_kept(pending, run)) {
            let mut pending = conversation.outbox.remove(place);
            rows::gone(&mut set, conversation.sender, pending.id, SendState::Dropped, None);
            pending.answer(&SendAnswer::failed("called_off", "its broadcast was stopped", None));
        }
        if !set.is_empty() {
            self.store.commit(set).await?;
        }
        self.go_on(lane, index).await
    }
}

fn is_kept(pending: &QueuedMessage, run: u32) -> bool {
    let unasked = pending.draft.asked_for.is_none() && pending.draft.origin == Origin::Flow;
    pending.draft.run == Some(run) && unasked && pending.state == QueuedState::Queued
}
