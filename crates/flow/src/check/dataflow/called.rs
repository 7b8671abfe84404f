//! Computes the states after calls: blocks are walked in place, flows in a walk of their own.

use super::{
    Walk,
    memo::WalkStart,
    starts::given,
    state::{By, State},
    transfer::late,
    types::{Kinds, KnownValue, ValueType},
    window_age::{ANY, Age},
};
use crate::{
    FlowSet,
    base::{
        limits::{LINT_BLOCK_STATES_MAX, LINT_STATES_MAX},
        time::Span,
        yaml,
    },
    check::{
        call_values::may_give,
        control_flow::{target, ways},
    },
    definition::{Flow, Node, NodeIx, Target},
};
use std::collections::BTreeSet;

impl<'a> Walk<'a, '_> {
    /// The states after a `call` that returns, and those at ends of the flow within the called block (`over`).
    pub(super) fn called(&mut self, flow: &'a Flow, node: &'a Node, state: &State) -> Vec<State> {
        let (outer, ending) = (state.cut_at, state.ending);
        let within = State { handing: None, ending: false, ..state.clone() };
        let within = match node.outline.yaml.get("timeout") {
            Some(_) => State { cut_at: outer.min(self.call_over(flow, node, state).age.most), ..within },
            None => within,
        };
        let back = self.back_from(flow, node, &within).into_iter().filter_map(State::in_time);
        let called = node.outline.entered().map(|called| self.set.flow(called));
        // Without `returns` the type comes from the ends of the called flow, as in a block.
        let declared = called.filter(|called| called.is_none_or(|called| !called.returns.is_empty()));
        let of_flow = declared.map(|called| called.map_or(ValueType::ANY, |called| returned(self.set, called)));
        let back = back.map(|mut state| {
            let gives = std::mem::replace(&mut state.gives, ValueType::UNSET);
            if state.over {
                return State { gives, ..state };
            }
            let state = State { cut_at: outer, ending, ..state };
            match node.outline.fills.as_deref() {
                // W617 at the `as` already reports that no path returns a value, so reading it gets no second finding.
                Some(name) if gives == ValueType::UNSET && !may_give(self.set, flow, node) => {
                    state.with(flow, name, ValueType::NOTHING)
                }
                Some(name) => state.with(flow, name, of_flow.clone().unwrap_or(gives)),
                None => state,
            }
        });
        back.collect()
    }

    /// The state when the time limit of a `call` has passed. A question in the called flow may have been answered
    /// before.
    pub(super) fn call_over(&self, flow: &Flow, node: &Node, state: &State) -> State {
        if node.outline.yaml.get("timeout").is_none() {
            // The missing `timeout` has a finding of its own.
            return state.clone();
        }
        let over = late(flow, node, state);
        let asks = target(self.set, flow, node).flatten().is_some_and(|(called, _)| called.asks);
        let (least, most) = match over.trail.by {
            By::Late(least, most) => (least, most),
            _ => (Span::ZERO, ANY),
        };
        let age = if asks { Age { least: Span::ZERO, ..over.age } } else { over.age };
        let place = over.trail.place.clone();
        state.clone().passed(age, &place, By::TimeUp(if asks { Span::ZERO } else { least }, most))
    }

    fn back_from(&mut self, flow: &'a Flow, node: &'a Node, state: &State) -> Vec<State> {
        match target(self.set, flow, node) {
            Some(Some((other, entry)))
                if std::ptr::eq(other, flow) && !matches!(node.outline.target, Some(Target::Flow(_))) =>
            {
                self.block(flow, entry, state)
            }
            Some(Some((other, entry))) => {
                let Some((age, gives)) = self.flow_end(flow, other, entry, state) else { return Vec::new() };
                let after = if age == state.age {
                    state.clone()
                } else if age.most < state.age.most {
                    // The called flow asked a question, so the window was opened again.
                    State { age, ..state.clone().answered(&node.place) }
                } else {
                    let less = |a: Span, b: Span| if a == ANY { ANY } else { Span((a.0 - b.0).max(0)) };
                    let (least, most) = (less(age.least, state.age.least), less(age.most, state.age.most));
                    state.clone().aged(age, &node.place, least, most)
                };
                // If one path ends without `return`, it is unknown here whether the value exists.
                let sure = gives.iter().all(|gives| !gives.may_miss()) && always_returns(self.set, other);
                let there = |ty: &&ValueType| sure || !ty.only_missing();
                let given = |ty: &ValueType| if sure { ty.clone() } else { ty.present().or(Kinds::ANY) };
                let mut all: Vec<ValueType> = gives.iter().filter(there).map(given).collect();
                if all.is_empty() {
                    all.push(ValueType::ANY);
                }
                all.into_iter().map(|gives| State { gives, ..after.clone() }).collect()
            }
            Some(None) => vec![state.clone()],
            None => vec![State { gives: ValueType::ANY, ..state.clone() }],
        }
    }

    /// The states at the end of a called block of the same flow. Each block is walked once with each state: otherwise
    /// blocks that call one another would be walked as often as there are paths through them.
    fn block(&mut self, flow: &'a Flow, entry: NodeIx, state: &State) -> Vec<State> {
        let key = (std::ptr::from_ref(flow) as usize, entry);
        let known = self.found.blocks.entry(key).or_default();
        // Above the first limit, states no longer differ by the values of variables; above the second one, not by the
        // age either.
        let vague = || vec![ValueType::ANY; state.vars.len()].into();
        let (tells_values, tells_time) = (known.len() < LINT_STATES_MAX, known.len() < LINT_BLOCK_STATES_MAX);
        let state = State {
            age: if tells_time { state.age } else { Age::ANY },
            vars: if tells_values { state.vars.clone() } else { vague() },
            ..state.clone()
        };
        if let Some((_, ends)) = known.iter().find(|(with, _)| with.says_the_same(&state)) {
            return ends.clone().unwrap_or_else(|| vec![State { age: Age::ANY, gives: ValueType::ANY, ..state }]);
        }
        let place = known.len();
        known.push((state.clone(), None));
        let ends = self.frame(flow, Some(entry), std::slice::from_ref(&state));
        if let Some((_, slot)) = self.found.blocks.get_mut(&key).and_then(|known| known.get_mut(place)) {
            *slot = Some(ends.clone());
        }
        ends
    }

    /// The age at the end of a flow that `caller` calls, and the values that it returns; `None`: it never returns.
    fn flow_end(
        &mut self,
        caller: &'a Flow,
        flow: &'a Flow,
        entry: NodeIx,
        state: &State,
    ) -> Option<(Age, Vec<ValueType>)> {
        let begin = WalkStart::Call(flow.name.clone(), state.age, state.cut_at);
        if self.under_way.contains(&begin) {
            return Some((Age::ANY, vec![ValueType::ANY]));
        }
        let piece = if self.memo.is_whole_but(&begin, |begin| self.begun.contains_key(begin)) {
            self.memo.pieces[&begin].clone()
        } else {
            self.under_way.insert(begin.clone());
            let inner = given(flow, State::new(flow, state.age, &flow.place));
            let inner = State { trail: state.trail.clone(), cut_at: state.cut_at, flow_cut_at: state.cut_at, ..inner };
            let piece = self.piece(&begin, &[flow], vec![((flow, entry), inner)]);
            self.under_way.remove(&begin);
            piece
        };
        if !piece.late.is_empty() {
            self.found.late.insert(caller.name.clone());
        }
        self.found.through.extend(piece.through.iter().cloned());
        self.found.calls.insert(begin);
        piece.end.map(|age| (age, piece.gives.clone()))
    }
}

/// The values at these ends: those with the same keys are joined, and all of them if they are many.
pub fn given_at(ends: &[State]) -> Vec<ValueType> {
    let mut all: Vec<ValueType> = Vec::new();
    for gives in ends.iter().map(|state| &state.gives) {
        match all.iter_mut().find(|known| known.looks_like(gives)) {
            Some(known) => *known = known.join(gives),
            None => all.push(gives.clone()),
        }
    }
    if all.len() > GIVEN_MAX { all.into_iter().reduce(|all, one| all.join(&one)).into_iter().collect() } else { all }
}

/// With more different values of a called flow they become one.
const GIVEN_MAX: usize = 8;

/// The type of the value that a called flow returns: a map of the declared values, if there are any. If one path ends
/// without `return`, it is unknown here whether the map exists.
fn returned(set: &FlowSet, called: &Flow) -> ValueType {
    if called.returns.is_empty() {
        return ValueType::ANY;
    }
    let kinds = if always_returns(set, called) { Kinds::MAP } else { Kinds::ANY };
    ValueType { kinds, known: KnownValue::Returned(called.name.clone()) }
}

/// True if every path of the flow returns a value.
fn always_returns(set: &FlowSet, flow: &Flow) -> bool {
    let (mut seen, mut todo) = (BTreeSet::new(), vec![flow.entry]);
    while let Some(ix) = todo.pop() {
        let Some(ix) = ix else { return false };
        if !seen.insert(ix) {
            continue;
        }
        let node = flow.node(ix);
        let gives = node.outline.yaml.get("return").is_some_and(|value| !value.is_null())
            || node.outline.yaml.get("end").and_then(yaml::Node::text) == Some("all");
        if matches!(node.outline.verb, "end" | "return") && !gives {
            return false;
        }
        for way in ways(set, flow, node) {
            match way.to {
                Some((other, _)) if !std::ptr::eq(other, flow) => return false,
                to => todo.push(to.map(|(_, ix)| ix)),
            }
        }
    }
    // The steps of the flow's `on_error` end the flow without a value.
    flow.on_error.is_none()
}
