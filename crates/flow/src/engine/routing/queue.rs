//! Handles starts that are queued for a busy conversation, and refused ones.

use super::choose::OutOfReach;
use crate::{
    base::limits::QUEUED_STARTS_MAX,
    engine::{
        routing::starts,
        turn::{Here, Turn},
    },
    model::{
        effect::{Effect, is_start_key},
        event::{Reason, Start},
        session::Queued,
    },
};

pub(crate) fn add(turn: &mut Turn<'_>, start: Start) {
    let scheduled = |trigger: &str| trigger.starts_with("schedule ") || trigger.starts_with("date ");
    if scheduled(&start.trigger) {
        // Only the newest of a flow's scheduled starts waits.
        let (older, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut turn.session.queue)
            .into_iter()
            .partition(|queued| queued.start.flow == start.flow && scheduled(&queued.start.trigger));
        turn.session.queue = kept;
        older.iter().for_each(|queued| refuse(turn, &queued.start, Reason::Busy));
    }
    if turn.session.queue.len() >= QUEUED_STARTS_MAX {
        return refuse(turn, &start, Reason::Busy);
    }
    let since = turn.now();
    let until = since + turn.live().bot.defaults.queue_for;
    turn.note(None, None, format!("`{}` waits until the conversation is free", start.flow));
    let (id, flow, trigger) = (start.id, start.flow.clone(), start.trigger.clone());
    turn.effects.push(Effect::Started { id, flow, trigger, refused: None, queued: true });
    turn.session.queue.push(Queued { start, since, until });
}

/// Leaves out a flow that nothing can start here. For a draft's own triggers, a contact who is no tester is not
/// selected; a start of the draft by its name (a step, the API) is refused, and so are all starts of a paused flow.
pub fn leave_out(turn: &mut Turn<'_>, by: Option<Here<'_>>, start: &Start, why: OutOfReach) {
    let (run, step) = (by.map(|here| here.run), by.map(|here| &here.node.id));
    let words = why.words(turn.world.sender.name);
    turn.note(run, step, format!("`{}` does not start: {words}", start.flow));
    let by_name = start.trigger == "api" || is_start_key(&start.trigger);
    match why {
        OutOfReach::Failing | OutOfReach::Paused => refused(turn, start, Reason::Paused),
        OutOfReach::Draft if by_name => refused(turn, start, Reason::Draft),
        OutOfReach::Draft | OutOfReach::Sender => {
            turn.effects.push(Effect::StartDropped { id: start.id, flow: start.flow.clone() });
        }
    }
}

pub fn refuse(turn: &mut Turn<'_>, start: &Start, reason: Reason) {
    turn.note(None, None, format!("`{}` does not start: {}", start.flow, reason.as_str()));
    refused(turn, start, reason);
}

fn refused(turn: &mut Turn<'_>, start: &Start, reason: Reason) {
    turn.effects.push(Effect::Started {
        id: start.id,
        flow: start.flow.clone(),
        trigger: start.trigger.clone(),
        refused: Some(reason),
        queued: false,
    });
}

/// Refuses all queued starts; the row of each one gets the result.
pub fn drop_queue(turn: &mut Turn<'_>) {
    for Queued { start, .. } in std::mem::take(&mut turn.session.queue) {
        turn.note(None, None, format!("`{}` does not begin: what waited in line is dropped", start.flow));
        turn.effects.push(Effect::StartDropped { id: start.id, flow: start.flow });
    }
}

fn drop_called_off(turn: &mut Turn<'_>) {
    let paused = turn.world.paused;
    let (off, kept): (Vec<_>, Vec<_>) =
        std::mem::take(&mut turn.session.queue).into_iter().partition(|queued| paused.cancels(&queued.start.trigger));
    turn.session.queue = kept;
    for Queued { start, .. } in off {
        turn.note(None, None, format!("`{}` does not begin: its broadcast was stopped", start.flow));
        turn.effects.push(Effect::StartDropped { id: start.id, flow: start.flow });
    }
}

/// Removes cancelled starts and those that waited too long; the first of the others begins if the conversation is
/// free.
pub fn run_queue(turn: &mut Turn<'_>) -> bool {
    drop_called_off(turn);
    let now = turn.now();
    let (over, kept): (Vec<_>, Vec<_>) =
        std::mem::take(&mut turn.session.queue).into_iter().partition(|queued| queued.until <= now);
    turn.session.queue = kept;
    let reason = starts::busy(turn).unwrap_or(Reason::Busy);
    over.iter().for_each(|queued| refuse(turn, &queued.start, reason));
    if turn.session.queue.is_empty() || starts::busy(turn).is_some() || turn.opted_out.is_some() {
        return false;
    }
    let first = turn.session.queue.remove(0);
    starts::start(turn, first.start);
    true
}
