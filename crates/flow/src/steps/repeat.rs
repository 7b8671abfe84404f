//! Implements `repeat`: the same steps for each item of a list, or while a condition is true.

use super::StepKind;
use crate::{
    base::{
        diagnostic::Diagnostic,
        limits::{REPEAT_ROUNDS_DEFAULT, REPEAT_ROUNDS_MAX},
        yaml::Node,
    },
    definition::Body,
    engine::{
        turn::{Here, Next, StepFailure, Turn},
        variables,
    },
    load::{
        parse::variables,
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::StepFields,
    },
    model::{session::Loop, value::Value},
    script::{Code, view},
};
use std::collections::BTreeSet;

pub struct Repeat {
    /// `None`: could not be parsed.
    pub over: Option<RepeatOver>,
    /// Returns to this step at its end.
    pub body: Body,
}

pub enum RepeatOver {
    /// `{for: NAME, in: LIST}`.
    Items { name: String, list: Code },
    /// `{while: CONDITION, max: N}`.
    While { condition: Code, most: u32 },
}

const OVER: FieldKind = FieldKind::Either(&[
    FieldKind::Record(&[
        FieldSpec::required(
            "for",
            FieldKind::Variable,
            "The variable for the item of a round; afterwards it is as before.",
        ),
        FieldSpec::required("in", FieldKind::Code, "The list."),
    ]),
    FieldKind::Record(&[
        FieldSpec::required("while", FieldKind::Code, "Asked before each round."),
        FieldSpec::default("max", FieldKind::Whole, "100", "Rounds at most."),
    ]),
]);

impl StepKind for Repeat {
    const SPEC: Spec = Spec {
        name: "repeat",
        summary: "Does the same steps for each item of a list, or while a condition holds.",
        fields: &[
            FieldSpec::required(
                "repeat",
                OVER,
                "`{for: NAME, in: LIST}`, where NAME is the variable for the item, or `{while: CONDITION, max: 100}`. \
                 LIST and CONDITION are Rhai; after `max` rounds the flow goes on behind the loop.",
            ),
            FieldSpec::required("do", FieldKind::Steps, "The steps of one round. `go` leaves the loop, as `end` does."),
        ],
        example: "repeat: {for: tag, in: contact.tags}\ndo:\n  - log: ${tag}",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let over = fields.required("repeat").and_then(|_| read_over(fields));
        if let Some(RepeatOver::While { condition, .. }) = &over {
            never_changes(fields, condition);
        }
        let body = fields.loop_steps("do");
        if body.is_none() && fields.has("do") {
            let finding = Diagnostic::error("E250", &fields.place(), "this `repeat` does nothing");
            fields.report(finding.help("write the steps of one round under `do:`"));
        } else if body.is_none() {
            fields.required("do");
        }
        Repeat { over, body: body.unwrap_or(fields.next()) }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let round = match &self.over {
            None => Ok(None),
            Some(RepeatOver::Items { name, list }) => next_item(turn, here, name, list),
            Some(RepeatOver::While { condition, most }) => once_more(turn, here, condition, *most),
        };
        match round {
            Ok(Some(round)) => {
                turn.note_at(here, format!("round {round}"));
                Next::Body(self.body)
            }
            Ok(None) => Next::Continue,
            Err(failure) => {
                leave_loop(turn, here);
                Next::Fail(failure)
            }
        }
    }
}

/// The number of the next round, with its item in the variable; `None`: there are no more items.
fn next_item(turn: &mut Turn<'_>, here: Here<'_>, name: &str, list: &Code) -> Result<Option<u32>, StepFailure> {
    if in_loop(turn, here).is_none() {
        let mut rest = match turn.eval(here, list, &[])? {
            Value::List(items) => items,
            Value::Nothing => Vec::new(),
            _ => return Err(StepFailure::new("type", "`in` takes a list")),
        };
        rest.reverse();
        let before = variables::vars(turn, here.run).and_then(|vars| vars.get(name)).cloned().unwrap_or_default();
        enter_loop(turn, here, Loop { step: here.node.id.clone(), round: 0, rest, before });
    }
    let Some(state) = in_loop(turn, here) else { return Ok(None) };
    state.round += 1;
    match (state.rest.pop(), state.round) {
        (Some(item), round) => {
            variables::keep(turn, here.run, Some(name), item);
            Ok(Some(round))
        }
        (None, _) => {
            let before = leave_loop(turn, here).map(|left| left.before).unwrap_or_default();
            variables::keep(turn, here.run, Some(name), before);
            Ok(None)
        }
    }
}

fn once_more(turn: &mut Turn<'_>, here: Here<'_>, condition: &Code, most: u32) -> Result<Option<u32>, StepFailure> {
    let rounds = in_loop(turn, here).map_or(0, |state| state.round);
    if !turn.holds(here, condition, &[])? {
        leave_loop(turn, here);
        return Ok(None);
    }
    if rounds >= most {
        turn.note_at(here, format!("its condition still holds after {most} rounds: it goes on behind the loop"));
        leave_loop(turn, here);
        return Ok(None);
    }
    match in_loop(turn, here) {
        Some(state) => state.round += 1,
        None => {
            let state = Loop { step: here.node.id.clone(), round: 1, rest: Vec::new(), before: Value::Nothing };
            enter_loop(turn, here, state);
        }
    }
    Ok(Some(rounds + 1))
}

/// The variable of a `repeat`, also as far as it can be seen in one that is written wrongly.
pub(crate) fn variable(over: &Node) -> Option<&str> {
    if over.map().is_some() {
        return over.get("for")?.text();
    }
    let written = over.place.text();
    let name = written.split_once("for:").map_or(written, |(_, rest)| rest);
    let name = name.trim().split([',', ' ', '}', '\n']).next().unwrap_or_default();
    crate::script::valid_name(name).is_ok().then_some(name)
}

/// Reports `while: n < 3` if no step of a round fills `n`: the same steps would run a hundred times.
fn never_changes(fields: &mut StepFields<'_, '_>, condition: &Code) {
    let names = &condition.uses().names;
    let bounded = fields.node("repeat").is_some_and(|node| node.get("max").is_some());
    let Some(body) = fields.node("do").filter(|_| !bounded && !names.is_empty()) else { return };
    // Views change by themselves, and a called part may fill any variable.
    let own = names.iter().all(|name| view(name).is_none()) && !condition.source().contains("()");
    let leaves = |verb: &str| has_key(body, verb);
    if !own || ["go", "end", "return", "call", "handoff"].into_iter().any(leaves) {
        return;
    }
    let mut filled = BTreeSet::new();
    variables(body, &mut filled);
    if names.is_disjoint(&filled) {
        let named: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let named = named.join(" or ");
        let message = format!("no step of a round changes {named}, so this goes on for {REPEAT_ROUNDS_DEFAULT} rounds");
        let finding = Diagnostic::warning("W608", &condition.place(), message);
        let first = names.iter().next().map_or("", String::as_str);
        fields.report(finding.help(format!(
            "change it under `do:`, such as `- set: {{{first}: \"${{{first} + 1}}\"}}`, or say how often with `max`"
        )));
    }
}

fn has_key(node: &Node, key: &str) -> bool {
    node.text() == Some(key)
        || node.list().is_some_and(|items| items.iter().any(|item| has_key(item, key)))
        || node
            .map()
            .is_some_and(|entries| entries.iter().any(|entry| entry.key.text == key || has_key(&entry.value, key)))
}

fn read_over(fields: &mut StepFields<'_, '_>) -> Option<RepeatOver> {
    const WRITE: &str =
        "`repeat` takes a list or a condition; write `{for: NAME, in: LIST}` or `{while: CONDITION, max: 100}`";
    let node = fields.node("repeat")?;
    let counted = node.text().or_else(|| ["times", "count"].into_iter().find_map(|key| node.get(key)?.text()));
    if let Some(times) = counted.and_then(|text| text.trim().parse::<u32>().ok()) {
        let message = format!("`repeat` takes a list or a condition; so often is `{{while: \"true\", max: {times}}}`");
        fields.wrong(node, "E250", message);
        return None;
    }
    if node.map().is_none() {
        let list = fields.node("in").or_else(|| fields.node("each")).and_then(Node::text);
        let name = node.text().or_else(|| fields.node("for")?.text()).unwrap_or("NAME");
        match list {
            Some(list) if !node.is_broken() => {
                let list = list.trim().trim_start_matches("${").trim_end_matches('}');
                let finding = Diagnostic::error("E250", &node.place, "`repeat` takes a list or a condition");
                fields.report(finding.help(format!("write `repeat: {{for: {name}, in: {list}}}`")));
            }
            _ => fields.wrong(node, "E250", WRITE),
        }
        fields.know(&["for", "in", "each", "while", "max"]);
        return None;
    }
    let mut keys = fields.below(node, "repeat");
    let (name, list, condition) = (keys.node("for"), keys.node("in"), keys.node("while"));
    let most = keys.whole("max", REPEAT_ROUNDS_DEFAULT, 1..=REPEAT_ROUNDS_MAX);
    // The list is unknown, so the other keys get no findings.
    if (name.is_some() && list.is_some()) != condition.is_some() {
        keys.finish();
    }
    match (name, list, condition) {
        (Some(name), Some(list), None) => {
            let written = name.text().unwrap_or_default();
            // `item` is the usual name in lists of options and is allowed here too.
            if written != "item" {
                fields.check_name(name, written);
            }
            Some(RepeatOver::Items { name: written.to_owned(), list: fields.code_of(list) })
        }
        (None, None, Some(condition)) => Some(RepeatOver::While {
            condition: fields.code_of(condition),
            most: u32::try_from(most).unwrap_or(u32::MAX),
        }),
        _ => {
            fields.wrong(node, "E250", WRITE);
            None
        }
    }
}

/// The loops of a frame: each lasts from its first round until it ends, or a jump leaves it.
/// The running loop of this step.
pub fn in_loop<'t>(turn: &'t mut Turn<'_>, here: Here<'_>) -> Option<&'t mut Loop> {
    let frame = turn.run_mut(here.run)?.frames.last_mut()?;
    frame.loops.last_mut().filter(|state| state.step == here.node.id)
}

fn enter_loop(turn: &mut Turn<'_>, here: Here<'_>, state: Loop) {
    if let Some(frame) = turn.run_mut(here.run).and_then(|run| run.frames.last_mut()) {
        frame.loops.push(state);
    }
}

fn leave_loop(turn: &mut Turn<'_>, here: Here<'_>) -> Option<Loop> {
    let frame = turn.run_mut(here.run)?.frames.last_mut()?;
    let own = frame.loops.last().is_some_and(|state| state.step == here.node.id);
    if own { frame.loops.pop() } else { None }
}
