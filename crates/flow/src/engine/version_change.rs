//! Implements `on_update`: handles running conversations whose flow has changed.

use super::{
    routing::{choose::RoutedMessage, starts::NewRun},
    turn::{Seen, Turn},
};
use crate::{
    base::yaml,
    definition::{Flow, FlowSet, Node, OnUpdate},
    engine::{
        drive,
        routing::{handover, starts},
    },
    model::{
        effect::{Effect, RunEnd},
        session::{Frame, Run, Waiting},
        value::Value,
    },
    query::version_diff::same_in_reach,
    steps::Step,
};
use std::collections::BTreeMap;

/// The effect of a new version on a run of an older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    /// It finishes on its version.
    Finishes,
    /// It continues on the new version at its next event.
    Moves,
    /// It begins again on the new version at its next event.
    Restarts,
}

/// The effect on a run of `old` when `live` goes live; its flow in `live` decides.
pub fn becomes(live: &FlowSet, old: &FlowSet, run: &Run) -> Becomes {
    let Some(flow) = live.flow(&run.flow) else { return Becomes::Finishes };
    let on_its_way_out = run.stopped || run.expired || run.handing.is_some() || run.confirms_stop;
    match flow.on_update {
        OnUpdate::Finish => Becomes::Finishes,
        OnUpdate::Move | OnUpdate::Restart if on_its_way_out => Becomes::Finishes,
        // If only other flows changed, the run must not restart.
        OnUpdate::Restart
            if can_restart(flow, run) && !same_in_reach(old, live, run.frames.iter().map(|frame| &frame.flow)) =>
        {
            Becomes::Restarts
        }
        OnUpdate::Move | OnUpdate::Restart if can_move(live, old, run) => Becomes::Moves,
        OnUpdate::Move | OnUpdate::Restart => Becomes::Finishes,
    }
}

/// Moves runs of older versions to the live one, if their flow allows it and their position still exists.
pub fn move_runs(turn: &mut Turn<'_>) {
    for number in handover::all_runs(turn) {
        if fate_of(turn, number) != Some(Becomes::Moves) {
            continue;
        }
        let (live, version) = (turn.live(), turn.versions.live_id());
        let fresh: Vec<BTreeMap<String, Value>> = match turn.run(number) {
            Some(run) => run.frames.iter().map(|frame| new_vars(turn, live, frame)).collect(),
            None => continue,
        };
        if let Some(run) = turn.run_mut(number) {
            run.version = version;
            for (frame, fresh) in run.frames.iter_mut().zip(fresh) {
                if let Some(vars) = &mut frame.vars {
                    vars.extend(fresh);
                }
            }
        }
        turn.note(Some(number), None, "goes on with the new version of its flow: its question is unchanged");
        turn.effects.push(Effect::RunMoved { run: number, version });
    }
}

/// True if the run has an older version, and its flow begins again at the next event.
pub fn must_restart(turn: &Turn<'_>, number: u32) -> bool {
    fate_of(turn, number) == Some(Becomes::Restarts)
}

/// Starts the run again at the top of the new version, with the same start.
pub fn restart_run(turn: &mut Turn<'_>, number: u32, heard: Option<&RoutedMessage<'_>>) {
    let Some(run) = turn.run(number).cloned() else { return };
    let live = turn.live();
    let Some(flow) = live.flow(&run.flow) else { return };
    turn.note(Some(number), None, "its flow has changed and says `on_update: restart`");
    let first = run.frames.first().and_then(|frame| frame.vars.clone()).unwrap_or_default();
    let declared = |name: &String| flow.inputs.iter().any(|field| field.name == *name);
    if let Some(run) = turn.run_mut(number) {
        run.aside_of = None;
    }
    // It is the same start: its count for `at_most` continues with the new run.
    let begun = turn.session.last_run + 1;
    for counted in turn.session.counted.iter_mut().filter(|counted| counted.run == number) {
        counted.run = begun;
    }
    drive::end_run(turn, number, RunEnd::Restarted);
    let began = starts::begin(
        turn,
        flow,
        NewRun {
            trigger: run.trigger,
            inputs: first.into_iter().filter(|(name, _)| declared(name)).collect(),
            event: run.event,
            msg: heard.map_or(run.msg, |heard| heard.view.clone()),
            handoff: run.handoff,
            asked_for: heard.map(|heard| heard.message.at),
            aside_of: run.aside_of,
            depth: run.depth,
            written: None,
            start: None,
            confirms_stop: false,
        },
    );
    if began.is_none() {
        turn.session.counted.iter_mut().filter(|counted| counted.run == begun).for_each(|counted| counted.ended = true);
        drive::give_back_starts(turn);
    }
}

fn fate_of(turn: &Turn<'_>, number: u32) -> Option<Becomes> {
    let run = turn.run(number).filter(|run| run.version != turn.versions.live_id())?;
    Some(becomes(turn.live(), turn.versions.get(run.version)?, run))
}

/// The first values of variables that the new version has and the frame does not.
fn new_vars(turn: &Turn<'_>, live: &FlowSet, frame: &Frame) -> BTreeMap<String, Value> {
    let (Some(flow), Some(vars)) = (live.any_flow(&frame.flow), &frame.vars) else { return BTreeMap::new() };
    let nothing = Value::Nothing;
    let seen = Seen { vars: Some(vars), event: &nothing, msg: &nothing, handoff: &nothing, error: None, extra: &[] };
    let missing = flow.vars.iter().filter(|(name, _)| !vars.contains_key(*name));
    missing
        .filter_map(|(name, data)| Some((name.clone(), turn.in_scope(live, &seen, |scope| data.eval(scope)).ok()?)))
        .collect()
}

/// True if every position of the run exists in both versions, and its waiting question is the same.
fn can_move(live: &FlowSet, old: &FlowSet, run: &Run) -> bool {
    // A running call, or a message with an awaited outcome, belongs to the old step.
    if matches!(run.waiting, Waiting::Call(_) | Waiting::Fate { .. } | Waiting::Ready) {
        return false;
    }
    let last = run.frames.len().saturating_sub(1);
    run.frames.iter().enumerate().all(|(place, frame)| {
        let (Some(new_flow), Some(old_flow)) = (live.any_flow(&frame.flow), old.any_flow(&frame.flow)) else {
            return false;
        };
        let Some(at) = &frame.at else { return true };
        let node = |flow: &'_ Flow| flow.find(at).map(|ix| ix.0 as usize);
        let (Some(new), Some(old)) = (node(new_flow), node(old_flow)) else { return false };
        let (new, old) = (&new_flow.nodes[new], &old_flow.nodes[old]);
        let same_step = if place < last { same_call(new, old) } else { same_question(new, old) };
        same_step && same_loops(new_flow, new, old_flow, old, frame)
    })
}

/// True if the run is in this flow itself, and its inputs are enough for the new version.
fn can_restart(flow: &Flow, run: &Run) -> bool {
    let Some(first) = run.frames.first().filter(|first| first.flow == flow.name) else { return false };
    let given = |name: &String| first.vars.as_ref().is_some_and(|vars| vars.contains_key(name));
    flow.inputs.iter().all(|field| field.optional || field.default.is_some() || given(&field.name))
}

/// True if the running loops of the frame are around the step in both versions.
fn same_loops(new_flow: &Flow, new: &Node, old_flow: &Flow, old: &Node, frame: &Frame) -> bool {
    let (new, old) = (loops_around(new_flow, new), loops_around(old_flow, old));
    let over = |node: &Node| node.outline.yaml.get("repeat").cloned();
    new.len() == frame.loops.len()
        && new.iter().zip(&frame.loops).all(|(node, state)| node.id == state.step)
        && new.len() == old.len()
        && new.iter().zip(&old).all(|(new, old)| match (over(new), over(old)) {
            (Some(new), Some(old)) => same(&new, &old, false),
            _ => false,
        })
}

/// The outermost first.
fn loops_around<'f>(flow: &'f Flow, node: &Node) -> Vec<&'f Node> {
    let at = node.place.range().start;
    let around = |other: &&Node| {
        other.outline.verb == "repeat" && other.id != node.id && other.outline.yaml.place.range().contains(&at)
    };
    let mut found: Vec<&Node> = flow.nodes.iter().filter(around).collect();
    found.sort_by_key(|node| node.outline.yaml.place.range().start);
    found
}

/// True if the time limits are equal: the end is already computed, and would fit neither version.
fn same_call(new: &Node, old: &Node) -> bool {
    let same_time = match (new.outline.yaml.get("timeout"), old.outline.yaml.get("timeout")) {
        (Some(new), Some(old)) => same(new, old, false),
        (new, old) => new.is_none() && old.is_none(),
    };
    new.outline.target.is_some()
        && new.outline.target == old.outline.target
        && new.outline.fills == old.outline.fills
        && same_time
}

/// True if the text, the options, the type and the check are the same; the steps behind the answer may differ.
fn same_question(new: &Node, old: &Node) -> bool {
    if new.outline.verb != old.outline.verb || matches!(new.step, Step::Unreadable) {
        return false;
    }
    let (Some(new), Some(old)) = (new.outline.yaml.map(), old.outline.yaml.map()) else { return false };
    let keys = |entries: &[yaml::Entry]| -> Vec<String> {
        let mut keys: Vec<String> = entries.iter().map(|entry| entry.key.text.clone()).collect();
        keys.retain(|key| !AFTERWARDS.contains(&key.as_str()));
        keys.sort();
        keys
    };
    let value = |entries: &'_ [yaml::Entry], key: &str| entries.iter().position(|entry| entry.key.text == key);
    keys(new) == keys(old)
        && keys(new).iter().all(|key| match (value(new, key), value(old, key)) {
            (Some(a), Some(b)) => same(&new[a].value, &old[b].value, key == "options"),
            _ => false,
        })
}

/// Keys for the steps after the answer, or without one.
const AFTERWARDS: [&str; 11] = [
    "on_timeout",
    "on_error",
    "on_fail",
    "on_undelivered",
    "other",
    "remind",
    "invalid",
    "unclear",
    "note",
    "id",
    "do",
];

/// True for the same YAML. Of an option only the shown parts count, not its steps.
fn same(a: &yaml::Node, b: &yaml::Node, option: bool) -> bool {
    use yaml::Kind::{List, Map, Null, Scalar};
    match (&a.kind, &b.kind) {
        (Null, Null) => true,
        (Scalar(a), Scalar(b)) => a.text == b.text,
        (List(a), List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, option)),
        (Map(a), Map(b)) => {
            // `title: steps` is an option by its key alone.
            let short = |entries: &[yaml::Entry]| {
                option && entries.len() == 1 && !matches!(entries[0].key.text.as_str(), "id" | "title" | "each")
            };
            let shown = |entries: &[yaml::Entry]| -> Vec<usize> {
                let does = |entry: &yaml::Entry| option && entry.key.text == "do";
                (0..entries.len()).filter(|at| !does(&entries[*at])).collect()
            };
            let (left, right) = (shown(a), shown(b));
            left.len() == right.len()
                && left.iter().zip(&right).all(|(x, y)| {
                    let (x, y) = (&a[*x], &b[*y]);
                    x.key.text == y.key.text && (short(a) || same(&x.value, &y.value, option))
                })
        }
        _ => false,
    }
}
