//! Finds gaps in messages: expressions without a value, in whose place nothing stands.
//!
//! The checker reports those that it can see. The answer of a server may lack a part on one day only, so a gap is also
//! noted in the trace, and random customers report it.

use crate::{
    base::ids::StepId,
    engine::turn::{Here, StepFailure, Turn},
    model::{effect::TextGap, value::Value},
    script::Code,
    text::Text,
};
use std::cell::RefCell;

/// The expressions without a value in texts that were composed, with their steps, until the message is sent.
pub type OpenGaps = RefCell<Vec<(StepId, String)>>;

/// The text with its values; remembers the expressions without a value.
pub fn compose(turn: &Turn<'_>, here: Here<'_>, text: &Text, extra: &[(&str, Value)]) -> Result<String, StepFailure> {
    if let Some(plain) = text.as_plain() {
        return Ok(plain.to_owned());
    }
    let gap = |code: &Code| turn.gaps.borrow_mut().push((here.node.id.clone(), code.source().to_owned()));
    turn.seen(here.run, extra, |turn, seen| turn.in_scope_at(Ok(here), seen, |scope| text.render_with(scope, gap)))
}

/// Notes the gaps of the step's message, which is sent now.
pub fn note(turn: &mut Turn<'_>, here: Here<'_>) {
    let mut codes: Vec<String> = Vec::new();
    for (step, code) in turn.gaps.take() {
        if step == here.node.id && !codes.contains(&code) {
            codes.push(code);
        }
    }
    for code in codes {
        turn.note_at(here, format!("`{code}` has no value: nothing stands in its place in the message"));
        let (flow, step) = (here.flow.name.clone(), here.node.id.clone());
        turn.passage.gaps.push(TextGap { flow, step, code });
    }
}
