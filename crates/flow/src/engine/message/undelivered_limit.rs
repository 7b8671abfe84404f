//! Stops runs that answer each failed message with the next one.

use crate::{
    base::limits::{LOST_IN_A_ROW_MAX, LOST_SPAN},
    engine::{drive, turn::Turn},
    model::{
        effect::{Effect, RunEnd},
        event::DeliveryOutcome,
        session::UndeliveredCount,
    },
};

/// True if the message will never reach the contact.
pub fn is_lost(fate: &DeliveryOutcome) -> bool {
    match fate {
        DeliveryOutcome::Failed { .. } | DeliveryOutcome::Refused { .. } | DeliveryOutcome::Expired => true,
        DeliveryOutcome::Accepted { .. }
        | DeliveryOutcome::Held { .. }
        | DeliveryOutcome::Postponed { .. }
        | DeliveryOutcome::Unknown
        | DeliveryOutcome::Delivered
        | DeliveryOutcome::Read => false,
    }
}

/// Counts a failed message that a run waited for. If there are too many within an hour, the run ends: its next
/// message would probably be refused too, and each may cost money.
pub fn lost_too_many(turn: &mut Turn<'_>, run: u32) -> bool {
    let now = turn.now();
    let lost = turn.session.lost.get_or_insert(UndeliveredCount { since: now, count: 0 });
    if now - lost.since >= LOST_SPAN {
        *lost = UndeliveredCount { since: now, count: 0 };
    }
    lost.count = lost.count.saturating_add(1);
    if lost.count < LOST_IN_A_ROW_MAX {
        return false;
    }
    let is_first = lost.count == LOST_IN_A_ROW_MAX;
    let flow = turn.run(run).map(|run| run.flow.to_string()).unwrap_or_default();
    let text = format!(
        "{LOST_IN_A_ROW_MAX} messages in a row have not arrived within {LOST_SPAN}: the run of `{flow}` ends here; \
         does it answer each of them with another one?"
    );
    let step = turn.here(run).map(|here| here.node.id.clone());
    turn.note(Some(run), step.as_ref(), text.clone());
    if is_first {
        turn.effects.push(Effect::Alarm { kind: "lost_in_a_row".into(), text });
    }
    drive::end_run(turn, run, RunEnd::Undelivered);
    true
}
