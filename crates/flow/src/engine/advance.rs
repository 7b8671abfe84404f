//! Runs the pure engine: takes one event, returns the next session and the effects.

use super::turn::{Emitted, Turn};
use crate::{
    base::limits::{SESSION_BYTES_MAX, STEPS_PER_TURN_MAX, TURNS_BY_ITSELF_MAX},
    engine::{
        contact_changes, drive,
        message::delivery_outcome,
        quarantine,
        question::form,
        routing::{case, events, handover, hearing, opt_out, queue, route, starts, suggestion},
        timers, version_change, window_timers,
    },
    model::{
        effect::Outcome,
        event::{Event, FlowEvent},
        session::{ArrivedMessage, Session, Waiting},
    },
    steps::{agent, start},
    world::{Versions, World},
};

/// Moves a conversation by one event. The same inputs give the same outcome, byte for byte. It never fails: errors
/// become steps of `on_error`, dead letters and lines of the trace.
pub fn advance(versions: &Versions, session: Session, event: Event, world: &World<'_>) -> Outcome {
    let mut turn = Turn::new(versions, session, world);
    match event {
        Event::Broken { parts } => quarantine::take_out(&mut turn, &parts),
        event => move_by(&mut turn, event),
    }
    turn.session.turn += 1;
    let contact = turn.contact_changed.then_some(turn.contact);
    Outcome { session: turn.session, contact, effects: turn.effects, trace: turn.trace, passage: turn.passage }
}

fn move_by(turn: &mut Turn<'_>, event: Event) {
    end_lost_runs(turn);
    version_change::move_runs(turn);
    let by_itself = matches!(event, Event::Delivery { .. } | Event::Returned { .. });
    happen(turn, event);
    count_turns(turn, by_itself);
    settle(turn);
    keep_within_size(turn);
}

fn happen(turn: &mut Turn<'_>, event: Event) {
    match event {
        Event::Received { id, message, reply_to, word } => {
            hearing::received(turn, ArrivedMessage { id, message, reply_to, word, unheard: false });
            window_timers::plan_timed(turn);
        }
        Event::Tick => timers::tick(turn),
        Event::Start(start) => starts::start(turn, start),
        Event::Emitted { name, data, depth } => {
            let what = FlowEvent::Event { name, data };
            turn.emitted.push_back(Emitted { what, depth: depth + 1, overheard: false });
        }
        Event::Overheard { what, depth } => turn.emitted.push_back(Emitted { what, depth, overheard: true }),
        Event::Changed(patch) => contact_changes::changed(turn, *patch),
        Event::Published => window_timers::plan_timed(turn),
        Event::Returned { run, call, result } => timers::returned(turn, run, call, result),
        Event::Restarted => timers::restarted(turn),
        Event::Delivery { message, fate } => delivery_outcome::delivery(turn, message, &fate),
        Event::PersonWrote { agent } => handover::person_wrote(turn, agent),
        Event::TakenOver { agent } => handover::taken_over(turn, agent),
        Event::SuggestionDiscarded { number } => suggestion::discard(turn, number),
        Event::Snoozed { until } => case::snooze(turn, until),
        Event::GivenOut { team, agent } => case::give_out(turn, &team, agent),
        Event::HandedBack { agent } => handover::hand_back(turn, agent),
        Event::Closed => handover::close(turn),
        Event::Broken { parts } => quarantine::take_out(turn, &parts),
        Event::Left => handover::leave(turn),
        Event::Joined(joined) => handover::join(turn, *joined),
        Event::Preference { given, by } => opt_out::preference(turn, given, &by),
        Event::Assigned { team, agent } => handover::assign(turn, team, agent),
        Event::FormAsked(asked) => form::form_asked(turn, *asked),
        Event::Stop { run } => drive::stop_because(turn, run, "by_hand"),
        Event::Resume { run } => timers::end_wait(turn, run),
    }
}

/// Ends a run whose step no longer exists, because its version was lost: nobody could ever answer it.
fn end_lost_runs(turn: &mut Turn<'_>) {
    for run in handover::all_runs(turn) {
        if turn.here(run).is_none() {
            drive::give_up(turn, run, "the step it stood at is no longer there");
        }
    }
}

/// Counts the turns in which only a run's own messages and calls moved it. Such a run could continue over any
/// number of turns, which the limit on steps within one turn does not stop.
fn count_turns(turn: &mut Turn<'_>, by_itself: bool) {
    let mut moved: Vec<u32> = turn.passage.steps.iter().map(|trod| trod.run).collect();
    moved.sort_unstable();
    moved.dedup();
    for number in moved {
        let Some(run) = turn.run_mut(number) else { continue };
        run.by_itself = if by_itself { run.by_itself + 1 } else { 0 };
        if run.by_itself > TURNS_BY_ITSELF_MAX {
            let text = "turns that nothing moved but its own messages and calls: is there an endless loop?";
            drive::give_up(turn, number, &format!("more than {TURNS_BY_ITSELF_MAX} {text}"));
        }
    }
}

/// Ends the largest run, with an error, if the conversation is too large for its row.
fn keep_within_size(turn: &mut Turn<'_>) {
    if turn.session.estimated_bytes() > SESSION_BYTES_MAX {
        suggestion::forget(turn);
    }
    while turn.session.estimated_bytes() > SESSION_BYTES_MAX {
        let Some(run) = turn.session.runs.iter().max_by_key(|run| run.estimated_bytes()).map(|run| run.number) else {
            queue::drop_queue(turn);
            turn.session.drop_messages();
            return;
        };
        drive::give_up(turn, run, "the conversation holds more than a session may: is a list growing without end?");
    }
}

/// Continues everything that the event made possible, until nothing moves: waiting messages, runs that waited until
/// they may write, events of flows, queued starts. If the fuel is used up, the rest continues with the next event.
fn settle(turn: &mut Turn<'_>) {
    for _ in 0..STEPS_PER_TURN_MAX {
        let moved = route::judge_waiting(turn)
            || hearing::go_on(turn)
            || events::hand_round(turn)
            || start::begin_started(turn)
            || timers::run_postponed(turn)
            || agent::think_on(turn)
            || queue::run_queue(turn);
        if !moved {
            break;
        }
    }
    debug_assert!(
        turn.session.runs.iter().all(|run| run.waiting != Waiting::Ready),
        "no run is left in the middle of a step"
    );
}
