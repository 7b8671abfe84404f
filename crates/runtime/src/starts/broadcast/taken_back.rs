//! Cancels the unsent messages of stopped broadcasts: those that wait for the end of quiet hours, a template or their
//! sender.

use crate::{
    base::{ids::OutboundId, limits::RESTING_BATCH},
    lane::state::LaneTask,
    starts::Starts,
    store::tables::broadcast,
};
use anyhow::Context;
use std::sync::Arc;

impl Starts {
    /// Cancels for all stopped broadcasts; also runs at the start, because a process may have died before it was
    /// finished.
    pub(crate) async fn take_back_kept(self: &Arc<Self>) -> anyhow::Result<()> {
        let mut after = OutboundId(0);
        loop {
            let kept = broadcast::kept(&self.store, after, RESTING_BATCH).await;
            let kept = kept.context("reading what stopped broadcasts keep")?;
            let Some(last) = kept.last() else { return Ok(()) };
            after = last.id;
            for one in kept {
                self.queue.push(one.contact, LaneTask::CallOff { conversation: one.conversation, run: one.run });
            }
        }
    }
}
