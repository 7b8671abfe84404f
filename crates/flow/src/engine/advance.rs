//! Runs the pure engine: takes one event, returns the next session and the effects.

use super::turn::{Emitted, Turn};
use crate::{
    base::limits::{SESSION_BYTES_MAX, STEPS_PER_TURN_MAX, TURNS_BY_ITSELF_MAX},
    model::{
        effect::Outcome,
        event::{Event, FlowEvent},
        session::{Session, Waiting},
    },
    world::{Versions, World},
};

/// Moves a conversation by one event. The same inputs give the same outcome, byte for byte. It never fails: errors
/// become steps of `on_error`, dead letters and lines of the trace.
pub fn advance(versions: &Versions, session: Session, event: Event, world: &World<'_>) -> Outcome {
    let mut turn = Turn::new(versions, session, world);
    match event {
        Event::Broken { parts } => turn.take_out(&parts),
        event => turn.move_by(event),
    }
    turn.session.turn += 1;
    let contact = turn.contact_changed.then_some(turn.contact);
    Outcome { session: turn.session, contact, effects: turn.effects, trace: turn.trace, passage: turn.passage }
}

impl Turn<'_> {
    fn move_by(&mut self, event: Event) {
        self.end_lost_runs();
        self.move_runs();
        let by_itself = matches!(event, Event::Delivery { .. } | Event::Returned { .. });
        self.happen(event);
        self.count_turns(by_itself);
        self.settle();
        self.keep_within_size();
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Received { id, message, reply_to, word } => {
                self.received(id, message, reply_to, word);
                self.plan_timed();
            }
            Event::Tick => self.tick(),
            Event::Start(start) => self.start(start),
            Event::Emitted { name, data, depth } => {
                let what = FlowEvent::Event { name, data };
                self.emitted.push_back(Emitted { what, depth: depth + 1, overheard: false });
            }
            Event::Overheard { what, depth } => self.emitted.push_back(Emitted { what, depth, overheard: true }),
            Event::Changed(patch) => self.changed(*patch),
            Event::Published => self.plan_timed(),
            Event::Returned { run, call, result } => self.returned(run, call, result),
            Event::Restarted => self.restarted(),
            Event::Delivery { message, fate } => self.delivery(message, &fate),
            Event::PersonWrote { agent } => self.person_wrote(agent),
            Event::HandedBack { agent } => self.hand_back(agent),
            Event::Closed => self.close(),
            Event::Broken { parts } => self.take_out(&parts),
            Event::Left => self.leave(),
            Event::Joined(joined) => self.join(*joined),
            Event::Preference { given, by } => self.preference(given, &by),
            Event::Assigned { team, agent } => self.assign(team, agent),
            Event::FormAsked(asked) => self.form_asked(*asked),
            Event::Stop { run } => self.stop_because(run, "by_hand"),
            Event::Resume { run } => self.end_wait(run),
        }
    }

    /// Ends a run whose step no longer exists, because its version was lost: nobody could ever answer it.
    fn end_lost_runs(&mut self) {
        for run in self.all_runs() {
            if self.here(run).is_none() {
                self.give_up(run, "the step it stood at is no longer there");
            }
        }
    }

    /// Counts the turns in which only a run's own messages and calls moved it. Such a run could continue over any
    /// number of turns, which the limit on steps within one turn does not stop.
    fn count_turns(&mut self, by_itself: bool) {
        let mut moved: Vec<u32> = self.passage.steps.iter().map(|trod| trod.run).collect();
        moved.sort_unstable();
        moved.dedup();
        for number in moved {
            let Some(run) = self.run_mut(number) else { continue };
            run.by_itself = if by_itself { run.by_itself + 1 } else { 0 };
            if run.by_itself > TURNS_BY_ITSELF_MAX {
                let text = "turns that nothing moved but its own messages and calls: is there an endless loop?";
                self.give_up(number, &format!("more than {TURNS_BY_ITSELF_MAX} {text}"));
            }
        }
    }

    /// Ends the largest run, with an error, if the conversation is too large for its row.
    fn keep_within_size(&mut self) {
        while self.session.estimated_bytes() > SESSION_BYTES_MAX {
            let Some(run) = self.session.runs.iter().max_by_key(|run| run.estimated_bytes()).map(|run| run.number)
            else {
                self.drop_queue();
                self.session.waiting_messages.clear();
                return;
            };
            self.give_up(run, "the conversation holds more than a session may: is a list growing without end?");
        }
    }

    /// Continues everything that the event made possible, until nothing moves: waiting messages, runs that waited until
    /// they may write, events of flows, queued starts. If the fuel is used up, the rest continues with the next event.
    fn settle(&mut self) {
        for _ in 0..STEPS_PER_TURN_MAX {
            let moved = self.judge_waiting()
                || self.hand_round()
                || self.begin_started()
                || self.run_postponed()
                || self.run_queue();
            if !moved {
                break;
            }
        }
        debug_assert!(
            self.session.runs.iter().all(|run| run.waiting != Waiting::Ready),
            "no run is left in the middle of a step"
        );
    }
}
