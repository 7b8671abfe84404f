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
mod look;
pub mod memo;
mod refine;
mod starts;
pub mod state;
pub mod ty;
mod views;

use super::ways::{Spot, step_ways, target};
use crate::{
    base::{
        diagnostic::Findings,
        ids::FlowName,
        limits::{CALL_DEPTH_MAX, LINT_GROWTHS_MAX, LINT_STATES_MAX},
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
use judge::Judge;
pub use memo::Memo;
use memo::{Begin, Piece};
use refine::refine;
pub use starts::first_age;
use starts::{begun, given, start, stopped};
use state::{By, State, States, Trail};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use ty::Ty;

/// One message of a flow.
#[derive(Clone)]
pub struct Sent {
    pub verb: &'static str,
    pub place: Place,
    pub age: Age,
    pub trail: Arc<Trail>,
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

/// Each flow that something starts: whether its messages can ever find the window closed.
pub type Needs = BTreeMap<FlowName, Need>;

/// Walks everything that `memo` does not know yet, and says what there is to say.
pub fn walk(set: &FlowSet, memo: &mut Memo, findings: &Findings) -> Needs {
    memo.renew(set);
    let mut walk = Walk { set, memo, found: Found::default(), under_way: BTreeSet::new(), depth: 0 };
    let mut needs = Needs::new();
    let mut roots: BTreeSet<Begin> = BTreeSet::new();
    for flow in set.flows.values().filter(|flow| !flow.triggers.is_empty()) {
        let begin = Begin::Triggers(flow.name.clone());
        let starts = || flow.triggers.iter().map(|trigger| start(set, flow, trigger)).collect();
        needs.insert(flow.name.clone(), walk.root(&begin, flow, flow.entry, starts));
        roots.insert(begin);
    }
    // Flows that only others start, at the time they do it; what nobody starts is looked at as if just asked for.
    let mut called = walk.memo.called(roots.iter());
    let mut begun = begun(set);
    for flow in set.flows.values().filter(|flow| flow.triggers.is_empty()) {
        let ages = begun.remove(flow.name.as_str());
        if ages.is_none() && called.contains(&flow.name) {
            continue;
        }
        let age = ages.unwrap_or(Age::NOW);
        let begin = Begin::Given(flow.name.clone(), age);
        let starts = || vec![given(flow, State::new(flow, age, &flow.place))];
        let need = walk.root(&begin, flow, flow.entry, starts);
        if ages.is_some() {
            needs.insert(flow.name.clone(), need);
        }
        called.extend(walk.memo.called(std::iter::once(&begin)));
        roots.insert(begin);
    }
    for flow in set.flows.values() {
        let Some(Body(entry)) = flow.on_stop else { continue };
        let begin = Begin::Stop(flow.name.clone());
        let need = walk.root(&begin, flow, entry, || vec![stopped(flow)]);
        if let Some(known) = needs.get_mut(&flow.name) {
            *known = need.max(*known);
        }
        roots.insert(begin);
    }
    for (name, block) in &set.bot.flow.blocks {
        let begin = Begin::Bot(name.clone());
        walk.root(&begin, &set.bot.flow, block.entry, || vec![State::new(&set.bot.flow, Age::NOW, &block.place)]);
        roots.insert(begin);
    }
    memo.findings(&roots, findings);
    needs
}

struct Walk<'a, 'm> {
    set: &'a FlowSet,
    memo: &'m mut Memo,
    found: Found,
    /// Calls that are being walked: one that comes back to itself is not walked for ever.
    under_way: BTreeSet<Begin>,
    depth: usize,
}

/// What the walk that is under way has found so far.
#[derive(Default)]
struct Found {
    judge: Judge,
    need: Need,
    through: BTreeSet<FlowName>,
    calls: BTreeSet<Begin>,
    /// Called blocks by their first step: the states they were entered with, and those at their ends (`None`: that
    /// walk is under way).
    blocks: HashMap<(usize, NodeIx), Vec<Called>>,
}

/// What a block was entered with, and what its ends have.
type Called = (State, Option<Vec<State>>);

#[derive(Default)]
struct Slot {
    states: States,
    growths: u32,
}

impl<'a> Walk<'a, '_> {
    /// A walk that no other one begins, unless it is known.
    fn root(
        &mut self,
        begin: &Begin,
        flow: &'a Flow,
        entry: Option<NodeIx>,
        starts: impl FnOnce() -> Vec<State>,
    ) -> Need {
        if self.memo.is_whole(begin) {
            return self.memo.pieces[begin].need;
        }
        self.found = Found::default();
        self.piece(begin, flow, entry, &starts()).need
    }

    /// Walks from one beginning to all its ends, and keeps what it found apart from what surrounds it.
    fn piece(&mut self, begin: &Begin, flow: &'a Flow, entry: Option<NodeIx>, starts: &[State]) -> Arc<Piece> {
        let told = self.found.through.clone();
        let around = std::mem::take(&mut self.found);
        self.found.through.insert(flow.name.clone());
        let ends = self.frame(flow, entry, starts);
        let found = std::mem::replace(&mut self.found, around);
        let piece = Arc::new(Piece {
            serial: self.memo.next_serial(),
            judge: found.judge,
            need: found.need,
            end: ends.iter().map(|state| state.age).reduce(Age::join),
            through: found.through,
            told,
            calls: found.calls,
        });
        self.memo.pieces.insert(begin.clone(), piece.clone());
        piece
    }

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
            let Some(((at, ix), slot)) = slots.get_mut(&key) else { continue };
            let (at, ix) = (*at, *ix);
            let fresh = slot.states.0.iter_mut().filter_map(|state| {
                let went_on = !std::mem::replace(&mut state.fresh, false);
                (!went_on).then(|| state.clone())
            });
            let states: Vec<State> = fresh.collect();
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
        for ((at, _), _) in &all {
            if !std::ptr::eq(*at, flow) && !self.found.through.contains(&at.name) {
                self.found.through.insert(at.name.clone());
            }
        }
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
                if !self.found.through.contains(&flow.name) {
                    self.found.through.insert(flow.name.clone());
                }
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
                self.block(flow, entry, state)
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

    /// The states at the end of a called block of the same flow. Each is walked once with each state: blocks that call
    /// one another several times would else be walked as often as there are ways through them.
    fn block(&mut self, flow: &'a Flow, entry: NodeIx, state: &State) -> Vec<State> {
        let key = (std::ptr::from_ref(flow) as usize, entry);
        let known = self.found.blocks.entry(key).or_default();
        let state = if known.len() < LINT_STATES_MAX {
            state.clone()
        } else {
            State { age: Age::ANY, vars: vec![Ty::ANY; state.vars.len()].into(), ..state.clone() }
        };
        if let Some((_, ends)) = known.iter().find(|(with, _)| with.says_the_same(&state)) {
            return ends.clone().unwrap_or_else(|| vec![State { age: Age::ANY, ..state }]);
        }
        let place = known.len();
        known.push((state.clone(), None));
        let ends = self.frame(flow, Some(entry), std::slice::from_ref(&state));
        if let Some((_, slot)) = self.found.blocks.get_mut(&key).and_then(|known| known.get_mut(place)) {
            *slot = Some(ends.clone());
        }
        ends
    }

    /// The age at the end of a called flow; `None`: it never comes back.
    fn flow_end(&mut self, flow: &'a Flow, entry: NodeIx, state: &State) -> Option<Age> {
        let begin = Begin::Call(flow.name.clone(), state.age);
        if self.under_way.contains(&begin) {
            return Some(Age::ANY);
        }
        let piece = if self.memo.is_whole(&begin) {
            self.memo.pieces[&begin].clone()
        } else {
            self.under_way.insert(begin.clone());
            let inner = given(flow, State::new(flow, state.age, &flow.place));
            let inner = State { trail: state.trail.clone(), ..inner };
            let piece = self.piece(&begin, flow, Some(entry), &[inner]);
            self.under_way.remove(&begin);
            piece
        };
        self.found.need = self.found.need.max(piece.need);
        self.found.through.extend(piece.through.iter().cloned());
        self.found.calls.insert(begin);
        piece.end
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
                    state.fresh = true;
                    let place = to.0.node(to.1).place.clone();
                    state.trail = Arc::new(Trail { place, by: By::Loop, before: Some(state.trail.clone()) });
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
