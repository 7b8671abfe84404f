//! Begins the starts that requests to hooks have planned.

use super::{Begun, Starts};
use crate::{
    base::time::Time,
    flow::HookTable,
    lane::{error::LaneError, state::LaneState},
    model::event::{Reason, Start},
    store::tables::start::PlannedStart,
};
use std::sync::Arc;

impl Starts {
    /// Begins the start of a request, however late: it was promised.
    pub(crate) async fn begin_by_hook(
        self: &Arc<Self>,
        lane: &mut LaneState,
        table: &HookTable<'_>,
        row: PlannedStart,
        now: Time,
    ) -> Result<Option<Begun>, LaneError> {
        let id = row.id;
        let Some(sender) = self.sender_for(lane, table.flow) else {
            self.refuse_start(lane, &row, false, Reason::SenderDown, now).await?;
            return Ok(None);
        };
        let read = |key: &str| row.data.get(key).cloned().unwrap_or_default();
        let start = Start {
            id: Some(id),
            flow: row.flow.clone(),
            trigger: row.trigger_key.clone(),
            inputs: serde_json::from_value(read("inputs")).unwrap_or_default(),
            event: serde_json::from_value(read("event")).unwrap_or_default(),
            at: row.slot_at,
            depth: 0,
        };
        Ok(Some(Begun { sender, start }))
    }
}
