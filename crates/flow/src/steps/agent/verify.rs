//! Asks a second model whether the sources support a reply, before the contact reads it.

use super::{Agent, guard, question::Again, state};
use crate::{
    base::limits::MODEL_CALL_TIMEOUT_DEFAULT,
    engine::turn::{Here, Next, StepFailure, Turn},
    model::{
        effect::{ModelCall, ModelReply},
        event::CallError,
        session::Unsaid,
    },
    steps::{
        ground::verify::{Judge, Judged, REPAIRS_MAX, Verdict, question, read, unsupported},
        llm::{mask, park, repair},
    },
};

impl Agent {
    /// Says a reply that the guards have let pass, or first asks the second model about it. `again` tells how often the
    /// first model was asked for it.
    pub(super) fn verified<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>, unsaid: Unsaid) -> Next {
        let Some(model) = &self.ground.verify else { return self.say_unsaid(turn, here, unsaid) };
        let left = match self.may_ask(turn, here) {
            Ok(left) => left,
            Err(next) => return next,
        };
        let judged = Judged { text: &unsaid.text, options: &unsaid.options, known: guard::known(self, turn, here) };
        let judge = Judge {
            model,
            number: state::count_call(turn, here.run),
            timeout: MODEL_CALL_TIMEOUT_DEFAULT,
            cost_max: left,
        };
        let call = question(turn, here, judged, &judge);
        turn.note_at(here, format!("asks the model `{model}` whether the sources support the reply"));
        state::with(turn, here.run, |agent| agent.unsaid = Some(Unsaid { call: call.call, ..unsaid }));
        park(turn, call)
    }

    /// The reply that this question of the second model is about.
    pub(super) fn unsaid_of(turn: &Turn<'_>, here: Here<'_>, call: &ModelCall) -> Option<Unsaid> {
        state::of(turn, here.run)?.unsaid.clone().filter(|unsaid| unsaid.call == call.call)
    }

    /// The second model has answered. Without its *yes* nothing is said, whatever the reason.
    pub(super) fn verdict<'a>(
        &self,
        turn: &mut Turn<'a>,
        here: Here<'a>,
        (call, unsaid): (ModelCall, Unsaid),
        result: Result<ModelReply, CallError>,
    ) -> Next {
        let failed = |code: &str, text: &str| {
            Next::Fail(StepFailure::new(code, format!("the reply could not be verified: {text}")))
        };
        let reply = match result {
            Ok(reply) => reply,
            Err(error) => return failed(&error.code, &error.text),
        };
        if self.book(turn, here, &reply) {
            return self.listen(turn, here);
        }
        match reply.answer.and_then(|answer| read(mask::show_in(answer, &call.masked))) {
            Ok(Verdict::Supported) => {
                turn.note_at(here, "the sources support the reply");
                self.say_unsaid(turn, here, unsaid)
            }
            Ok(Verdict::Unsupported(sentence)) => {
                let error = unsupported(&unsaid.text, &unsaid.options, sentence);
                if unsaid.repairs >= super::answer::REPAIRS_MAX {
                    return Next::Fail(StepFailure::new(error.kind.as_str(), error.text));
                }
                turn.note_at(here, format!("`{}`: {}; asked again with this reason", error.kind.as_str(), error.text));
                self.ask(turn, here, Some(Again { repairs: unsaid.repairs + 1, why: error.text }))
            }
            Err(error) if error.kind.is_of_answer() && call.repairs < REPAIRS_MAX => repair(turn, here, call, &error),
            Err(error) if error.is_above_limit_of_step() => self.limit(turn, here, error.text),
            Err(error) => failed(error.kind.as_str(), &error.text),
        }
    }
}
