//! Removes the parts of a conversation on which the engine failed, without running any step.

use super::turn::Turn;
use crate::{
    engine::{
        question::{answering, form},
        routing::{handover, queue, suggestion},
    },
    model::{
        effect::{Effect, EndedRun, RunEnd},
        session::{Part, Waiting},
    },
};

/// Does as little as possible, so that the failure does not occur again.
pub fn take_out(turn: &mut Turn<'_>, parts: &[Part]) {
    let runs = turn.session.runs.len();
    let mut lost = false;
    for part in parts {
        match part {
            Part::Run(number) => take_run_out(turn, *number),
            Part::Queue => queue::drop_queue(turn),
            Part::Person => {
                turn.session.person = None;
                let waits = |waiting: &Waiting| matches!(waiting, Waiting::Person { .. });
                let waiting = turn.session.runs.iter().filter(|run| waits(&run.waiting)).map(|run| run.number);
                for number in waiting.collect::<Vec<_>>() {
                    take_run_out(turn, number);
                }
            }
            Part::Timed => turn.session.timed.iter_mut().for_each(|timed| timed.done = true),
            Part::Welcome => turn.session.welcome = None,
            Part::Suggestion => suggestion::broken(turn),
            Part::Messages => lost |= turn.session.drop_messages(),
        }
    }
    if turn.session.runs.len() < runs {
        handover::needs_person(turn, "a mistake in Transom ended a flow");
    } else if lost {
        handover::needs_person(turn, "a mistake in Transom kept messages from being answered");
    }
}

fn take_run_out(turn: &mut Turn<'_>, number: u32) {
    let Some(place) = turn.session.runs.iter().position(|run| run.number == number) else { return };
    let mut gone = turn.session.runs.remove(place);
    if let Some(answering) = gone.answering.take() {
        form::form_answered(turn, answering, RunEnd::Failed);
    }
    if let Waiting::Question(question) = &gone.waiting {
        answering::drop_question(turn, number, question);
    }
    for counted in turn.session.counted.iter_mut().filter(|counted| counted.run == number) {
        counted.ended = true;
    }
    if let Some(person) = turn.session.person.as_mut().filter(|person| person.run == Some(number)) {
        (person.run, person.step) = (None, None);
    }
    turn.passage.ended.push(EndedRun { run: number, vars: Default::default() });
    turn.effects.push(Effect::RunEnded { run: number, end: RunEnd::Failed, why: None });
    turn.note(Some(number), None, format!("the run of `{}` is over: the engine broke over it", gone.flow));
}
