//! The walk over all paths of all flows, with what is known at each step: how long ago the contact wrote, and
//! what each variable can be.
//!
//! Every trigger is a start. A step's states are joined until nothing changes, loops widen to *any time*, calls
//! are walked in place. Then each step is looked at once with all that can be true there.

pub mod age;
mod calls;
pub mod course;
pub mod exprs;
pub mod judge;
mod refine;
mod starts;
pub mod state;
pub mod ty;
mod views;

use super::ways::{Spot, step_ways, target};
use crate::{
    base::{
        limits::{CALL_DEPTH_MAX, LINT_GROWTHS_MAX},
        place::Place,
        time::Span,
        yaml,
    },
    flow::{
        FlowSet,
        definition::{Body, Flow, Node, NodeIx, Target},
    },
};
use age::{ANY, Age};
use exprs::{Eval, Use};
use judge::Judge;
use refine::refine;
pub use starts::first_age;
use starts::{begun, given, start};
use state::{By, State, States, Trail};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};
use ty::Ty;

/// What the walk found.
pub struct Walked<'a> {
    pub judge: Judge,
    /// Messages, by file and place, with the widest age.
    pub sends: BTreeMap<(String, usize), Sent<'a>>,
    /// Each flow that something starts: whether its messages can ever find the window closed.
    pub needs: BTreeMap<&'a str, Need>,
}

/// One message of a flow.
pub struct Sent<'a> {
    pub node: &'a Node,
    pub place: Place,
    pub age: Age,
    pub trail: Rc<Trail>,
    /// It says what to do when the window is closed.
    pub covered: bool,
}

/// Whether a flow needs templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Need {
    /// All its messages find the window open, whatever happens.
    #[default]
    Never,
    /// Some can find it closed.
    Sometimes,
}

/// Walks everything.
pub fn walk(set: &FlowSet) -> Walked<'_> {
    let mut walk = Walk {
        set,
        walked: Walked { judge: Judge::default(), sends: BTreeMap::new(), needs: BTreeMap::new() },
        known: HashMap::new(),
        need: Need::Never,
        depth: 0,
    };
    for flow in set.flows.values() {
        let starts: Vec<State> = flow.triggers.iter().map(|trigger| start(set, flow, trigger)).collect();
        if !starts.is_empty() {
            walk.need = Need::Never;
            walk.frame(flow, flow.entry, &starts);
            walk.walked.needs.insert(flow.name.as_str(), walk.need);
        }
    }
    // Flows that only others start, at the time they do it; what nobody starts is looked at as if just asked for.
    let mut begun = begun(set);
    for flow in set.flows.values().filter(|flow| flow.triggers.is_empty()) {
        let visited = walk.known.keys().any(|(known, _)| *known == address(flow));
        let ages = begun.remove(flow.name.as_str());
        if ages.is_none() && visited {
            continue;
        }
        let state = given(flow, State::new(flow, ages.unwrap_or(Age::NOW), &flow.place));
        walk.need = Need::Never;
        walk.frame(flow, flow.entry, &[state]);
        if ages.is_some() {
            walk.walked.needs.insert(flow.name.as_str(), walk.need);
        }
    }
    for block in set.bot.flow.blocks.values() {
        let state = State::new(&set.bot.flow, Age::NOW, &block.place);
        walk.frame(&set.bot.flow, block.entry, &[state]);
    }
    walk.walked
}

struct Walk<'a> {
    set: &'a FlowSet,
    walked: Walked<'a>,
    /// What a called flow ends with, by the age that it was called with.
    known: HashMap<(usize, Age), (Option<Age>, Need)>,
    /// Of the frames that are under way.
    need: Need,
    depth: usize,
}

#[derive(Default)]
struct Slot {
    states: States,
    growths: u32,
}

impl<'a> Walk<'a> {
    /// Walks from a step with some states to all ends of the flow (or called block); gives the states there.
    fn frame(&mut self, flow: &'a Flow, entry: Option<NodeIx>, starts: &[State]) -> Vec<State> {
        let Some(entry) = entry else { return starts.to_vec() };
        if self.depth >= CALL_DEPTH_MAX {
            return starts.iter().map(|state| State { age: Age::ANY, ..state.clone() }).collect();
        }
        self.depth += 1;
        let mut slots: HashMap<(usize, NodeIx), (Spot<'a>, Slot)> = HashMap::new();
        let mut ends = States::default();
        let mut todo: BTreeSet<(usize, NodeIx)> = BTreeSet::new();
        for state in starts {
            arrive(&mut slots, &mut todo, (flow, entry), state);
        }
        while let Some(key) = todo.pop_first() {
            let Some(((at, ix), slot)) = slots.get(&key) else { continue };
            let (at, ix, states) = (*at, *ix, slot.states.0.clone());
            for state in &states {
                for (to, after) in self.step(at, at.node(ix), state) {
                    match to {
                        Some(to) => arrive(&mut slots, &mut todo, to, &after),
                        None => {
                            ends.add(&after);
                        }
                    }
                }
            }
        }
        let mut all: Vec<(Spot<'a>, Slot)> = slots.into_values().collect();
        all.sort_by_key(|((flow, ix), _)| (flow.place.path().to_owned(), *ix));
        for ((at, ix), slot) in &all {
            for state in &slot.states.0 {
                self.look(at, at.node(*ix), state);
            }
        }
        self.depth -= 1;
        ends.0
    }

    /// Where a step leads with one state, and with what.
    fn step(&mut self, flow: &'a Flow, node: &'a Node, state: &State) -> Vec<(Option<Spot<'a>>, State)> {
        let set = self.set;
        let mut leads = Vec::new();
        let mut states = vec![state.clone()];
        if let Some(guard) = node.guard.as_ref().and_then(|guard| guard.single()) {
            states = refine(set, flow, state, guard, true);
            let over = refine(set, flow, state, guard, false);
            leads.extend(over.into_iter().map(|state| (node.next.map(|ix| (flow, ix)), state)));
        } else if node.guard.is_some() {
            leads.push((node.next.map(|ix| (flow, ix)), state.clone()));
        }
        for state in &states {
            if node.outline.verb == "end" {
                if node.outline.yaml.get("end").and_then(yaml::Node::text) != Some("all") {
                    leads.push((None, state.clone()));
                }
                continue;
            }
            for way in step_ways(set, flow, node) {
                let afters = match node.outline.verb {
                    "call" if way.by.is_empty() => self.called(flow, node, state),
                    _ => course::along(set, flow, node, way.by, state),
                };
                for mut after in afters {
                    if let Some((other, _)) = way.to
                        && !std::ptr::eq(other, flow)
                    {
                        // A jump to another flow carries nothing.
                        let fresh = given(other, State::new(other, after.age, &other.place));
                        after = State { vars: fresh.vars, ..after };
                    }
                    leads.push((way.to, after));
                }
            }
            if let (Some(Body(to)), true) = (flow.on_error, fails(node)) {
                leads.push((to.map(|ix| (flow, ix)), state.clone()));
            }
        }
        leads
    }

    /// Behind a `call` that came back.
    fn called(&mut self, flow: &'a Flow, node: &'a Node, state: &State) -> Vec<State> {
        let back = match target(self.set, flow, node) {
            Some(Some((other, entry)))
                if std::ptr::eq(other, flow) && !matches!(node.outline.target, Some(Target::Flow(_))) =>
            {
                self.frame(flow, Some(entry), std::slice::from_ref(state))
            }
            Some(Some((other, entry))) => match self.flow_end(other, entry, state) {
                Some(age) if age == state.age => vec![state.clone()],
                // It asked: the window opened anew in there.
                Some(age) if age.most < state.age.most => vec![State { age, ..state.clone().answered(&node.place) }],
                Some(age) => {
                    let less = |a: Span, b: Span| if a == ANY { ANY } else { Span((a.0 - b.0).max(0)) };
                    let (least, most) = (less(age.least, state.age.least), less(age.most, state.age.most));
                    vec![state.clone().aged(age, &node.place, least, most)]
                }
                None => Vec::new(),
            },
            Some(None) | None => vec![state.clone()],
        };
        let name = node.outline.fills.as_deref();
        back.into_iter()
            .map(|state| match name {
                Some(name) => state.with(flow, name, Ty::ANY),
                None => state,
            })
            .collect()
    }

    /// The age at the end of a called flow; `None`: it never comes back.
    fn flow_end(&mut self, flow: &'a Flow, entry: NodeIx, state: &State) -> Option<Age> {
        let key = (address(flow), state.age);
        if let Some((known, need)) = self.known.get(&key) {
            self.need = self.need.max(*need);
            return *known;
        }
        // A call that comes back to itself finds this instead of walking for ever.
        self.known.insert(key, (Some(Age::ANY), Need::Never));
        let inner = given(flow, State::new(flow, state.age, &flow.place));
        let inner = State { trail: state.trail.clone(), ..inner };
        let before = std::mem::take(&mut self.need);
        let ends = self.frame(flow, Some(entry), &[inner]);
        let end = ends.iter().map(|state| state.age).reduce(Age::join);
        self.known.insert(key, (end, self.need));
        self.need = self.need.max(before);
        end
    }

    /// All that can be said about a step in one of its states.
    fn look(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let set = self.set;
        let mut states = vec![state.clone()];
        if let Some(guard) = &node.guard {
            self.code(flow, state, guard, Use::Asked);
            if let Some(guard) = guard.single() {
                states = refine(set, flow, state, guard, true);
            }
        }
        for state in &states {
            self.codes(flow, node, state);
            let written = &node.outline.yaml;
            // A reaction to what is past the window is left out, not refused.
            if matches!(node.outline.verb, "say" | "ask") {
                let place = &node.place;
                self.send(node, place, state, written.get("if_closed").is_some());
            }
            if node.outline.verb == "template" {
                self.need = Need::Sometimes;
            }
            for reminder in written.get("remind").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many) {
                let after = course::span(reminder.get("after")).unwrap_or(Span::ZERO);
                let then = state.clone().aged(state.age.later(after, after), &reminder.place, after, after);
                self.send(node, &reminder.place, &then, reminder.get("if_closed").is_some());
            }
            let expires = node.outline.verb == "ask" || written.get("wait").and_then(yaml::Node::text) == Some("reply");
            if let (true, None, Some(Body(body))) = (expires, written.get("on_timeout"), flow.on_expire) {
                let late = course::late(flow, node, state);
                self.frame(flow, body, &[late]);
            }
        }
    }

    fn codes(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let outline = &node.outline;
        let guard = node.guard.as_ref().map(|guard| guard.place());
        let mut seen: Vec<Place> = guard.into_iter().collect();
        for text in &outline.texts {
            let shown = text.sole().is_none() || matches!(outline.verb, "say" | "ask" | "template" | "react");
            for code in text.codes() {
                seen.push(code.place());
                self.code(flow, state, code, if shown { Use::Shown } else { Use::Asked });
            }
        }
        for code in &outline.codes {
            let place = code.place();
            if seen.contains(&place) {
                continue;
            }
            let check =
                outline.yaml.get("check").is_some_and(|check| check.place.range().contains(&place.range().start));
            match (check, &outline.fills) {
                (true, Some(name)) => {
                    let answered = state.clone().with(flow, name, course::answer(&outline.yaml, ""));
                    self.code(flow, &answered, code, Use::Asked);
                }
                _ => self.code(flow, state, code, Use::Asked),
            }
        }
    }

    fn code(&mut self, flow: &'a Flow, state: &State, code: &crate::flow::script::Code, how: Use) {
        let mut eval =
            Eval { set: self.set, flow, state, code, judge: Some(&mut self.walked.judge), locals: Vec::new() };
        eval.value(how);
    }

    fn send(&mut self, node: &'a Node, place: &Place, state: &State, covered: bool) {
        if state.age.crosses() {
            self.need = Need::Sometimes;
        }
        let key = (place.path().to_owned(), place.range().start);
        let fresh = || Sent { node, place: place.clone(), age: state.age, trail: state.trail.clone(), covered };
        let sent = self.walked.sends.entry(key).or_insert_with(fresh);
        if state.age.most > sent.age.most {
            sent.trail = state.trail.clone();
        }
        sent.age = sent.age.join(state.age);
    }
}

fn arrive<'a>(
    slots: &mut HashMap<(usize, NodeIx), (Spot<'a>, Slot)>,
    todo: &mut BTreeSet<(usize, NodeIx)>,
    to: Spot<'a>,
    state: &State,
) {
    let key = (address(to.0), to.1);
    let (_, slot) = slots.entry(key).or_insert_with(|| (to, Slot::default()));
    let first = slot.states.0.is_empty();
    let change = slot.states.add(state);
    if change.age && !first {
        slot.growths += 1;
        if slot.growths > LINT_GROWTHS_MAX {
            for state in &mut slot.states.0 {
                if state.age.most != ANY && state.age.most > Span::ZERO {
                    state.age.most = ANY;
                    let place = to.0.node(to.1).place.clone();
                    state.trail = Rc::new(Trail { place, by: By::Loop, before: Some(state.trail.clone()) });
                }
            }
        }
    }
    if first || change.age || change.vars {
        todo.insert(key);
    }
}

/// Flows are told apart by where they lie: names are long, and these are asked for often.
fn address(flow: &Flow) -> usize {
    std::ptr::from_ref(flow) as usize
}

/// The step may take the flow's `on_error`, having none of its own.
fn fails(node: &Node) -> bool {
    node.on_error.is_none() && matches!(node.outline.verb, "http" | "script" | "llm" | "agent" | "call" | "ask")
}
