//! Handles starts that are queued for a busy conversation, and refused ones.

use super::choose::OutOfReach;
use crate::{
    base::limits::QUEUED_STARTS_MAX,
    engine::turn::{Here, Turn},
    model::{
        effect::{Effect, is_start_key},
        event::{Reason, Start},
        session::Queued,
    },
};

impl Turn<'_> {
    pub(crate) fn queue(&mut self, start: Start) {
        let scheduled = |trigger: &str| trigger.starts_with("schedule ") || trigger.starts_with("date ");
        if scheduled(&start.trigger) {
            // Only the newest of a flow's scheduled starts waits.
            let (older, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.session.queue)
                .into_iter()
                .partition(|queued| queued.start.flow == start.flow && scheduled(&queued.start.trigger));
            self.session.queue = kept;
            older.iter().for_each(|queued| self.refuse(&queued.start, Reason::Busy));
        }
        if self.session.queue.len() >= QUEUED_STARTS_MAX {
            return self.refuse(&start, Reason::Busy);
        }
        let since = self.now();
        let until = since + self.live().bot.defaults.queue_for;
        self.note(None, None, format!("`{}` waits until the conversation is free", start.flow));
        let (id, flow, trigger) = (start.id, start.flow.clone(), start.trigger.clone());
        self.effects.push(Effect::Started { id, flow, trigger, refused: None, queued: true });
        self.session.queue.push(Queued { start, since, until });
    }

    /// Leaves out a flow that nothing can start here. For a draft's own triggers, a contact who is no tester is not
    /// selected; a start of the draft by its name (a step, the API) is refused, and so are all starts of a paused flow.
    pub fn leave_out(&mut self, by: Option<Here<'_>>, start: &Start, why: OutOfReach) {
        let (run, step) = (by.map(|here| here.run), by.map(|here| &here.node.id));
        let words = why.words(self.world.sender.name);
        self.note(run, step, format!("`{}` does not start: {words}", start.flow));
        let by_name = start.trigger == "api" || is_start_key(&start.trigger);
        match why {
            OutOfReach::Failing | OutOfReach::Paused => self.refused(start, Reason::Paused),
            OutOfReach::Draft if by_name => self.refused(start, Reason::Draft),
            OutOfReach::Draft | OutOfReach::Sender => {
                self.effects.push(Effect::StartDropped { id: start.id, flow: start.flow.clone() });
            }
        }
    }

    pub fn refuse(&mut self, start: &Start, reason: Reason) {
        self.note(None, None, format!("`{}` does not start: {}", start.flow, reason.as_str()));
        self.refused(start, reason);
    }

    fn refused(&mut self, start: &Start, reason: Reason) {
        self.effects.push(Effect::Started {
            id: start.id,
            flow: start.flow.clone(),
            trigger: start.trigger.clone(),
            refused: Some(reason),
            queued: false,
        });
    }

    /// Refuses all queued starts; the row of each one gets the result.
    pub fn drop_queue(&mut self) {
        for Queued { start, .. } in std::mem::take(&mut self.session.queue) {
            self.note(None, None, format!("`{}` does not begin: what waited in line is dropped", start.flow));
            self.effects.push(Effect::StartDropped { id: start.id, flow: start.flow });
        }
    }

    fn drop_called_off(&mut self) {
        let paused = self.world.paused;
        let (off, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut self.session.queue)
            .into_iter()
            .partition(|queued| paused.cancels(&queued.start.trigger));
        self.session.queue = kept;
        for Queued { start, .. } in off {
            self.note(None, None, format!("`{}` does not begin: its broadcast was stopped", start.flow));
            self.effects.push(Effect::StartDropped { id: start.id, flow: start.flow });
        }
    }

    /// Removes cancelled starts and those that waited too long; the first of the others begins if the conversation is
    /// free.
    pub fn run_queue(&mut self) -> bool {
        self.drop_called_off();
        let now = self.now();
        let (over, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.session.queue).into_iter().partition(|queued| queued.until <= now);
        self.session.queue = kept;
        let reason = self.busy().unwrap_or(Reason::Busy);
        over.iter().for_each(|queued| self.refuse(&queued.start, reason));
        if self.session.queue.is_empty() || self.busy().is_some() || self.opted_out.is_some() {
            return false;
        }
        let first = self.session.queue.remove(0);
        self.start(first.start);
        true
    }
}
