//! Three of four webhooks are statuses: one set-based update for all of them, and no lane unless
//! somebody there waits for one.

use super::{app::App, lane::Work};
use crate::{
    base::ids::SenderId,
    model::inbound::{DeliveryState, StatusUpdate},
    store::{WriteSet, outbound},
};
use std::sync::Arc;

impl App {
    pub(super) async fn take_statuses(
        self: &Arc<Self>,
        statuses: Vec<(SenderId, StatusUpdate)>,
    ) -> anyhow::Result<()> {
        if statuses.is_empty() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut set = WriteSet::new();
        for (sender, status) in &statuses {
            outbound::status(&mut set, *sender, status, now);
            self.metrics.message(*sender, status.state.as_str());
        }
        let committed = self.store.commit(set).await?;
        for moved in outbound::moved(&committed) {
            let waited_for = moved.tells && moved.state != DeliveryState::Sent;
            if waited_for || moved.state == DeliveryState::Failed || self.watched.holds(moved.id) {
                let update = statuses
                    .iter()
                    .find(|(_, status)| status.ours == Some(moved.id) && status.state == moved.state)
                    .or_else(|| statuses.iter().find(|(_, status)| status.state == moved.state))
                    .map(|(_, status)| status.clone());
                let Some(update) = update else { continue };
                let work = Work::Status {
                    conversation: moved.conversation_id,
                    id: moved.id,
                    number: moved.number,
                    tells: moved.tells,
                    update: Box::new(update),
                };
                self.push(moved.contact_id, work);
            }
        }
        Ok(())
    }
}
