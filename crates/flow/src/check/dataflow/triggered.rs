//! Checks the code of triggers, which runs before they start or stop a flow: `if`, the audience of `to`, `once_per`.

use super::{
    Walk,
    exprs::Use,
    starts::{asked, stopped},
    state::State,
    window_age::Age,
};
use crate::{
    definition::{Flow, WrittenTrigger},
    script::Code,
};

impl<'a> Walk<'a, '_> {
    /// Checks the conditions of a flow's triggers, with the same types as in steps.
    pub(super) fn triggers(&mut self, flow: &'a Flow) {
        for trigger in &flow.triggers {
            let state = asked(self.set, flow, trigger);
            self.trigger(flow, trigger, &state);
        }
        for trigger in &flow.stop_when {
            self.trigger(flow, trigger, &stopped(flow));
        }
    }

    fn trigger(&mut self, flow: &'a Flow, trigger: &'a WrittenTrigger, state: &State) {
        // An audience is evaluated for each contact, before there is a run.
        let nobody = State::new(flow, Age::ANY, &trigger.place);
        let of_audience = |code: &Code| {
            let to = trigger.outline.yaml.get("to");
            to.is_some_and(|to| to.place.range().contains(&code.place().range().start))
        };
        let guard = trigger.guard.as_ref().map(|guard| guard.place());
        for code in &trigger.outline.codes {
            let to = of_audience(code);
            let ty = self.code(flow, if to { &nobody } else { state }, code, Use::Asked);
            if to || guard.as_ref() == Some(&code.place()) {
                self.condition(code, &ty);
            }
        }
    }
}
