//! Stores the variables of a run, and the texts of its answers.

use super::turn::{Here, Seen, Turn};
use crate::{
    engine::views,
    model::{session::Frame, value::Value},
    script::TEXT_OF,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// True if the run is inside a called block.
pub fn in_block(turn: &Turn<'_>, run: u32) -> bool {
    turn.run(run).and_then(|run| run.frames.last()).is_some_and(|frame| frame.vars.is_none())
}

/// The variables of a run's innermost flow.
pub fn vars<'t>(turn: &'t Turn<'_>, run: u32) -> Option<&'t BTreeMap<String, Value>> {
    turn.run(run)?.frames.iter().rev().find_map(|frame| frame.vars.as_ref())
}

pub fn vars_mut<'t>(turn: &'t mut Turn<'_>, run: u32) -> Option<&'t mut BTreeMap<String, Value>> {
    turn.run_mut(run)?.frames.iter_mut().rev().find_map(|frame| frame.vars.as_mut())
}

/// The only coming day among the variables of the flow: a time that the flow asks for belongs to this day.
pub fn day_of_flow(turn: &Turn<'_>, here: Here<'_>) -> Option<Date> {
    let today = views::local_now(turn, here.set).date();
    let day = |value: &Value| match value {
        Value::Date(day) => Some(*day),
        Value::DateTime(at) => Some(at.date()),
        _ => None,
    };
    let coming = vars(turn, here.run)?.values().filter_map(day).filter(|day| *day >= today);
    let days: BTreeSet<Date> = coming.collect();
    if days.len() == 1 { days.first().copied() } else { None }
}

/// Stores a value in the variable that a step fills, if it fills one.
pub fn keep(turn: &mut Turn<'_>, run: u32, name: Option<&str>, value: Value) {
    let Some(name) = name else { return };
    if let Some(frame) = flow_frame(turn, run)
        && let Some(vars) = &mut frame.vars
    {
        vars.insert(name.to_owned(), value);
        frame.texts.remove(name);
    }
}

/// Stores an answer, with the full text of the message.
pub fn keep_answer(turn: &mut Turn<'_>, run: u32, name: Option<&str>, value: Value, said: Option<&str>) {
    let text = said.filter(|said| value != Value::text(*said)).map(str::to_owned);
    keep(turn, run, name, value);
    if let (Some(name), Some(text), Some(frame)) = (name, text, flow_frame(turn, run)) {
        frame.texts.insert(name.to_owned(), text);
    }
}

/// The frame with the variables of a run's innermost flow.
fn flow_frame<'t>(turn: &'t mut Turn<'_>, run: u32) -> Option<&'t mut Frame> {
    turn.run_mut(run)?.frames.iter_mut().rev().find(|frame| frame.vars.is_some())
}

/// The text of an answer, `size.text`. For the answer that a `check` tests, the text of that message.
pub fn text_of(turn: &Turn<'_>, here: Here<'_>, seen: &Seen<'_>, name: &str) -> Option<Value> {
    let asked = format!("{TEXT_OF}{name}");
    if let Some((_, text)) = seen.extra.iter().find(|(extra, _)| *extra == asked) {
        return Some(text.clone());
    }
    let frame = turn.run(here.run)?.frames.iter().rev().find(|frame| frame.vars.is_some())?;
    match (frame.texts.get(name), frame.vars.as_ref()?.get(name)) {
        (Some(text), _) => Some(Value::text(text.as_str())),
        (None, Some(text @ Value::Text(_))) => Some(text.clone()),
        (None, _) => None,
    }
}
