//! Messages that do not arrive, one after the other: what answers each of them with the next comes to an end.

use super::turn::Turn;
use crate::{
    base::limits::{LOST_IN_A_ROW_MAX, LOST_SPAN},
    model::{
        effect::{Effect, RunEnd},
        event::Fate,
        session::Lost,
    },
};

/// It does not reach the contact, and nothing about that will change.
pub fn is_lost(fate: &Fate) -> bool {
    match fate {
        Fate::Failed { .. } | Fate::Refused { .. } | Fate::Expired => true,
        Fate::Accepted { .. }
        | Fate::Held { .. }
        | Fate::Postponed { .. }
        | Fate::Unknown
        | Fate::Delivered
        | Fate::Read => false,
    }
}

impl Turn<'_> {
    /// Counts one that a run waited for. When there are too many within the hour the run ends in place of going on:
    /// its next message would be refused like those before it, turn after turn, and each may cost money.
    pub fn lost_too_many(&mut self, run: u32) -> bool {
        let now = self.now();
        let lost = self.session.lost.get_or_insert(Lost { since: now, count: 0 });
        if now - lost.since >= LOST_SPAN {
            *lost = Lost { since: now, count: 0 };
        }
        lost.count = lost.count.saturating_add(1);
        if lost.count < LOST_IN_A_ROW_MAX {
            return false;
        }
        let is_first = lost.count == LOST_IN_A_ROW_MAX;
        let flow = self.run(run).map(|run| run.flow.to_string()).unwrap_or_default();
        let text = format!(
            "{LOST_IN_A_ROW_MAX} messages in a row have not arrived within {LOST_SPAN}: the run of `{flow}` ends here; \
             does it answer each of them with another one?"
        );
        let step = self.here(run).map(|here| here.node.id.clone());
        self.note(Some(run), step.as_ref(), text.clone());
        if is_first {
            self.effects.push(Effect::Alarm { kind: "lost_in_a_row".into(), text });
        }
        self.end_run(run, RunEnd::Undelivered);
        true
    }
}
