//! Removes the parts of a conversation on which the engine failed, without running any step.

use super::turn::Turn;
use crate::model::{
    effect::{Effect, EndedRun, RunEnd},
    session::{Part, Waiting},
};

impl Turn<'_> {
    /// Does as little as possible, so that the failure does not occur again.
    pub fn take_out(&mut self, parts: &[Part]) {
        let runs = self.session.runs.len();
        for part in parts {
            match part {
                Part::Run(number) => self.take_run_out(*number),
                Part::Queue => self.drop_queue(),
                Part::Person => {
                    self.session.person = None;
                    let waits = |waiting: &Waiting| matches!(waiting, Waiting::Person { .. });
                    let waiting = self.session.runs.iter().filter(|run| waits(&run.waiting)).map(|run| run.number);
                    for number in waiting.collect::<Vec<_>>() {
                        self.take_run_out(number);
                    }
                }
                Part::Timed => self.session.timed.iter_mut().for_each(|timed| timed.done = true),
                Part::Welcome => self.session.welcome = None,
                Part::Messages => self.session.waiting_messages.clear(),
            }
        }
        if self.session.runs.len() < runs {
            self.needs_person("a mistake in Transom ended a flow");
        }
    }

    fn take_run_out(&mut self, number: u32) {
        let Some(place) = self.session.runs.iter().position(|run| run.number == number) else { return };
        let mut gone = self.session.runs.remove(place);
        if let Some(answering) = gone.answering.take() {
            self.form_answered(answering, RunEnd::Failed);
        }
        if let Waiting::Question(question) = &gone.waiting {
            self.drop_question(number, question);
        }
        for counted in self.session.counted.iter_mut().filter(|counted| counted.run == number) {
            counted.ended = true;
        }
        if let Some(person) = self.session.person.as_mut().filter(|person| person.run == Some(number)) {
            (person.run, person.step) = (None, None);
        }
        self.passage.ended.push(EndedRun { run: number, vars: Default::default() });
        self.effects.push(Effect::RunEnded { run: number, end: RunEnd::Failed, why: None });
        self.note(Some(number), None, format!("the run of `{}` is over: the engine broke over it", gone.flow));
    }
}
