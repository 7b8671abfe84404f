//! Says one sentence of the author when the model thinks for long, once before each reply.

use super::{Agent, listen::agent_of, state};
use crate::{
    base::{
        blank::is_blank,
        limits::{AGENT_PATIENCE_MAX, AGENT_PATIENCE_MIN},
        time::Span,
    },
    definition::Role,
    engine::{
        timers,
        turn::{Here, Saying, Turn},
    },
    load::{
        spec::{FieldKind, FieldSpec},
        step_fields::StepFields,
    },
    model::{content::Content, effect::IfClosed},
    text::Text,
};

pub struct Patience {
    /// Counted from the first question to the model about a message.
    pub after: Span,
    pub say: Text,
}

pub(super) const PATIENCE: FieldKind = FieldKind::Record(&[
    FieldSpec::required("after", FieldKind::Duration, "How long the model may think before: `8s`."),
    FieldSpec::required("say", FieldKind::Text, "The sentence: `One moment…`."),
]);

pub(super) fn read_patience(fields: &mut StepFields<'_, '_>) -> Option<Patience> {
    let node = fields.node("patience")?;
    let mut keys = fields.below(node, "patience");
    let (written, say) = (keys.required("after"), keys.required("say"));
    let after = keys.opt_duration("after");
    keys.finish();
    if let (Some(node), Some(_)) =
        (written, after.filter(|after| !(AGENT_PATIENCE_MIN..=AGENT_PATIENCE_MAX).contains(after)))
    {
        let message =
            format!("the sentence comes after {AGENT_PATIENCE_MIN} to {AGENT_PATIENCE_MAX}; write `after: 8s`");
        fields.wrong(node, "E529", message);
    }
    let say = fields.said_of(say?, "`say` of `patience`");
    fields.sentence(Role::Other, &say);
    Some(Patience { after: after?, say })
}

impl Agent {
    /// Begins to count with the first question about a message.
    pub(super) fn begin_patience(&self, turn: &mut Turn<'_>, here: Here<'_>) {
        let Some(patience) = self.patience.as_ref().filter(|_| !Agent::is_drafting(turn, here)) else { return };
        let at = turn.now() + patience.after;
        state::with(turn, here.run, |agent| {
            if !agent.patience_said {
                agent.patience_at.get_or_insert(at);
            }
        });
    }

    /// A mock has played an answer that takes so long, and no time has passed: the sentence is said as it would have been.
    pub(super) fn patience_in_mocked_time(&self, turn: &mut Turn<'_>, here: Here<'_>, took: Span) {
        let waits = state::of(turn, here.run).and_then(|agent| agent.patience_at).is_some_and(|at| turn.now() < at);
        if waits && self.patience.as_ref().is_some_and(|patience| took >= patience.after) {
            say_patience(turn, here.run);
        }
    }
}

/// Says the sentence that is due, unless nothing may be said now: it comes later in no case.
pub fn say_patience(turn: &mut Turn<'_>, run: u32) {
    let Some((here, agent)) = agent_of(turn, run) else { return };
    state::with(turn, run, |agent| (agent.patience_at, agent.patience_said) = (None, true));
    let Some(patience) = &agent.patience else { return };
    if timers::must_be_silent(turn, run) || turn.opted_out.is_some() || !turn.world.window.is_safe(turn.now()) {
        return turn.note_at(here, "the model thinks for long, and nothing may be said meanwhile");
    }
    match turn.sentence(here, &patience.say, &[]) {
        Ok(body) if !is_blank(&body) => {
            turn.note_at(here, "the model thinks for long: the customer is told so");
            let content = Content::Text { body };
            turn.say(here, Saying { content, if_closed: Some(IfClosed::Skip), question: false, tells: false });
        }
        Ok(_) => {}
        Err(failure) => turn.note_at(here, failure.text),
    }
}
