//! Says in a test which messages did not leave, and why.

use super::{
    Stop,
    seen::{Refusal, describe},
    world::World,
};
use crate::{
    base::{ids::OutboundId, limits::TEST_OUTBOUND_READ},
    model::event::Reason,
    store::tables::outbound::{self, Outbound, SendState},
};
use std::collections::BTreeSet;

/// The unsent messages that the transcript names already.
#[derive(Default)]
pub(super) struct UnsentTold {
    refused: BTreeSet<OutboundId>,
    /// Messages that wait, with the reason: a message that is tried again for the same reason is named once.
    waiting: BTreeSet<(OutboundId, Reason)>,
}

impl World<'_> {
    /// Writes the messages that will not leave, and those that wait for a reason, into the transcript.
    pub async fn look_at_unsent(&mut self) -> Result<(), Stop> {
        let rows = outbound::of(&self.app.store, self.conversation, OutboundId(i64::MAX), TEST_OUTBOUND_READ).await?;
        for row in rows.into_iter().rev() {
            let reason = row.reason.as_deref().and_then(|word| Reason::ALL.into_iter().find(|r| r.as_str() == word));
            match (row.state, reason) {
                (SendState::Skipped, Some(reason)) if self.unsent.refused.insert(row.id) => {
                    let flow = row.draft.flow.as_ref().map(ToString::to_string).unwrap_or_default();
                    self.tell('!', format!("not sent ({}): {}", reason.as_str(), describe(&row.draft.content)));
                    self.refusals.push(Refusal { flow, why: reason.as_str() });
                }
                (SendState::Queued | SendState::Held, Some(reason)) if self.unsent.waiting.insert((row.id, reason)) => {
                    let why = self.why_unsent(&row);
                    self.tell('!', format!("{why}: {}", describe(&row.draft.content)));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Unsent messages with the reason: the usual answer to "why does it say nothing?".
    pub(super) async fn waiting_messages(&self) -> Result<String, Stop> {
        let rows = outbound::unfinished_of(&self.app.store, self.conversation, TEST_OUTBOUND_READ).await?;
        let told = rows.iter().map(|row| format!("\n\"{}\" {}", describe(&row.draft.content), self.why_unsent(row)));
        Ok(told.collect())
    }

    /// The reason why a message has not left yet.
    pub(super) fn why_unsent(&self, row: &Outbound) -> String {
        let until = row.not_before.or(row.hold_until).map(|at| {
            let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(self.zone.clone());
            at.strftime(" until %a %-d %b %H:%M").to_string()
        });
        let until = until.unwrap_or_default();
        let reason = row.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        match row.state {
            SendState::Held => format!("is held for the customer's next message{until}{reason}"),
            SendState::Unknown => "was sent, and nobody knows whether it arrived".to_owned(),
            _ => format!("waits{until}{reason}"),
        }
    }
}
