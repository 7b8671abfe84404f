//! Handles statuses that came before the answer to their send: the store joins them with the answer, and this file
//! passes them on to lanes.

use crate::{
    base::limits::PROVIDER_TEXT_CHARS_MAX,
    delivery::statuses::Statuses,
    model::inbound::{DeliveryState, StatusError, StatusUpdate},
    store::{
        Committed,
        tables::outbound::{self, StatusChange},
    },
};
use std::sync::Arc;

impl Statuses {
    /// Passes on the early statuses in a commit that contains the answer to a send.
    pub(crate) fn report_identified(self: &Arc<Self>, committed: &Committed) {
        let moved = outbound::moved_early(committed);
        if moved.is_empty() {
            return;
        }
        let app = Arc::clone(self);
        let under_way = self.queue.begin();
        tokio::spawn(async move {
            let _until = under_way;
            for moved in moved {
                if let Err(error) = app.tell_of(&moved).await {
                    app.metrics.database_errors.inc();
                    tracing::warn!(
                        outbound.id = %moved.id,
                        "A status of message {} is stored, but its run and subscribers were not told: {error:#}", moved.id
                    );
                }
            }
        });
    }

    async fn tell_of(self: &Arc<Self>, moved: &StatusChange) -> anyhow::Result<()> {
        let Some(row) = outbound::find(&self.store, moved.id).await? else { return Ok(()) };
        let Some(provider_id) = row.provider_id else { return Ok(()) };
        let now = self.clock.now();
        let at = match moved.state {
            DeliveryState::Sent => row.accepted_at,
            DeliveryState::Delivered => row.delivered_at,
            DeliveryState::Read => row.read_at,
            DeliveryState::Failed => row.failed_at,
        };
        let error = (moved.state == DeliveryState::Failed).then(|| StatusError {
            code: row.error_code.and_then(|code| code.parse().ok()).unwrap_or(0),
            text: row.error_text.unwrap_or_default().chars().take(PROVIDER_TEXT_CHARS_MAX).collect(),
        });
        // Prices are not stored with early statuses: a platform that reports prices also sends our ids.
        let update =
            StatusUpdate { provider_id, ours: None, state: moved.state, at: at.unwrap_or(now), error, price: None };
        if matches!(moved.state, DeliveryState::Delivered | DeliveryState::Read) {
            self.metrics.message(row.sender_id, moved.state.as_str());
            self.billing.settle_arrived(&[(moved.id, &update)], now).await?;
        }
        if moved.state == DeliveryState::Failed || moved.tells && moved.state != DeliveryState::Sent {
            let message = (moved.id, moved.number);
            self.pass_on(moved.contact_id, moved.conversation_id, message, moved.tells, &update);
        }
        Ok(())
    }
}
