//! Walks over all paths of all flows, with the known state at each step: the age of the contact's last message, and the
//! possible values of each variable.
//!
//! Every trigger is a start. The states of a step are joined until nothing changes, the age in loops is widened to *any
//! time*, and calls are walked in place. Then each step is checked once with all its states.

mod answer_text;
mod answers;
mod arithmetic;
mod assignable;
mod blanks;
pub mod bounds;
mod called;
mod calls;
mod closures;
mod compare;
mod counts;
mod dates;
mod divisors;
pub mod exprs;
mod groups;
mod impossible;
mod inspect;
mod kept;
mod keys;
mod known_words;
mod lists;
mod maps;
pub mod memo;
mod onward;
mod parts;
mod paths;
mod patterns;
mod prices;
mod refine;
pub mod report;
mod slot;
mod starts;
pub mod state;
mod sums;
mod time_arithmetic;
pub mod transfer;
mod triggered;
pub mod types;
mod views;
pub mod window_age;

use super::control_flow::{Spot, step_ways};
use crate::{
    FlowSet,
    base::{cancel::Cancellation, diagnostic::Findings, ids::FlowName, limits::CALL_DEPTH_MAX, place::Place, yaml},
    definition::{Body, Flow, Node, NodeIx},
};
use groups::Jumps;
pub use memo::Memo;
use memo::{Piece, WalkStart};
use refine::refine;
use report::Judge;
use slot::{Slot, arrive};
pub use starts::first_age;
use starts::{begun, given, start, stopped};
use state::{State, States, Trail};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
    sync::Arc,
};
use types::ValueType;
use window_age::Age;

/// One message of a flow.
#[derive(Clone)]
pub struct Sent {
    pub verb: &'static str,
    pub place: Place,
    pub age: Age,
    pub trail: Arc<Trail>,
    /// True if it has an `if_closed`.
    pub covered: bool,
}

/// Whether a flow needs templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Need {
    /// All its messages always find the window open.
    #[default]
    Never,
    /// Some messages can find it closed.
    Sometimes,
}

/// For each flow that something starts, whether its messages can find the window closed.
pub type Needs = BTreeMap<FlowName, Need>;

/// Walks everything that `memo` does not know yet, and reports the findings. After a cancelled walk `memo` is of no use.
pub fn walk(set: &FlowSet, memo: &mut Memo, findings: &Findings, cancel: &Cancellation) -> Needs {
    memo.renew(set);
    let mut walk = Walk {
        set,
        memo,
        found: WalkResults::default(),
        under_way: BTreeSet::new(),
        depth: 0,
        begun: BTreeMap::new(),
        cancel,
    };
    let mut needs = Needs::new();
    let mut roots: BTreeSet<WalkStart> = BTreeSet::new();
    let jumps = Jumps::of(set);
    for group in jumps.groups(set) {
        let begin = WalkStart::Triggers(group.iter().map(|flow| flow.name.clone()).collect());
        let starts = || {
            let mut all: Vec<Begin<'_>> = Vec::new();
            for flow in &group {
                all.extend(flow.triggers.iter().map(|trigger| (*flow, flow.entry, start(set, flow, trigger))));
            }
            all
        };
        let piece = walk.root(&begin, &group, starts);
        for flow in &group {
            let late = jumps.reached_from(flow).any(|name| piece.late.contains(name));
            needs.insert(flow.name.clone(), if late { Need::Sometimes } else { Need::Never });
        }
        roots.insert(begin);
    }
    // Flows that only others start are walked at the age of that start; a flow that nothing starts is walked as if the
    // contact had just asked for it.
    let mut led_to = walk.memo.passed(roots.iter());
    for flow in set.flows.values().filter(|flow| flow.triggers.is_empty()) {
        if led_to.contains(&flow.name) {
            continue;
        }
        let begin = WalkStart::Given(flow.name.clone(), Age::NOW);
        let starts = || vec![(&**flow, flow.entry, given(flow, State::new(flow, Age::NOW, &flow.place)))];
        walk.root(&begin, &[flow], starts);
        led_to.extend(walk.memo.passed(std::iter::once(&begin)));
        roots.insert(begin);
    }
    for flow in set.flows.values() {
        let Some(Body(entry)) = flow.on_stop else { continue };
        let begin = WalkStart::Stop(flow.name.clone());
        let need = walk.root(&begin, &[flow], || vec![(&**flow, entry, stopped(flow))]).need();
        if let Some(known) = needs.get_mut(&flow.name) {
            *known = need.max(*known);
        }
        roots.insert(begin);
    }
    for (name, block) in &set.bot.flow.blocks {
        let begin = WalkStart::Bot(name.clone());
        let flow = &set.bot.flow;
        walk.root(&begin, &[flow], || vec![(flow, block.entry, State::new(flow, Age::NOW, &block.place))]);
        roots.insert(begin);
    }
    for (begin, need) in memo.led_to(roots.iter()) {
        if let WalkStart::Given(name, _) = begin {
            let known = needs.entry(name).or_default();
            *known = need.max(*known);
        }
    }
    memo.findings(&roots, findings);
    needs
}

struct Walk<'a, 'm> {
    set: &'a FlowSet,
    memo: &'m mut Memo,
    found: WalkResults,
    /// Calls that are being walked, so that a recursive call ends.
    under_way: BTreeSet<WalkStart>,
    depth: usize,
    /// The flows of `start` steps, to be walked after the current walk.
    begun: BTreeMap<WalkStart, StartedFlow<'a>>,
    cancel: &'m Cancellation,
}

/// The first step of a flow or block, with the state there; `None`: it has no steps.
type Begin<'a> = (&'a Flow, Option<NodeIx>, State);

struct StartedFlow<'a> {
    flow: &'a Flow,
    state: State,
    told: BTreeSet<FlowName>,
}

/// The results of the current walk.
#[derive(Default)]
struct WalkResults {
    judge: Judge,
    late: BTreeSet<FlowName>,
    through: BTreeSet<FlowName>,
    /// The flows that led to this walk.
    told: BTreeSet<FlowName>,
    calls: BTreeSet<WalkStart>,
    /// Called blocks by their first step: their first states, and the states at their ends (`None`: still being
    /// walked).
    blocks: HashMap<(usize, NodeIx), Vec<BlockStates>>,
}

/// The first state of a block, and the states at its ends.
type BlockStates = (State, Option<Vec<State>>);

impl<'a> Walk<'a, '_> {
    /// Starts a walk that no other one starts, unless its result is known.
    fn root(&mut self, begin: &WalkStart, flows: &[&'a Flow], starts: impl FnOnce() -> Vec<Begin<'a>>) -> Arc<Piece> {
        if self.memo.is_whole(begin) {
            return self.memo.pieces[begin].clone();
        }
        self.found = WalkResults::default();
        let with_steps = |(flow, entry, state): Begin<'a>| Some(((flow, entry?), state));
        let piece = self.piece(begin, flows, starts().into_iter().filter_map(with_steps).collect());
        while let Some((begin, begun)) = self.begun.pop_first() {
            if !self.memo.pieces.contains_key(&begin) {
                self.found = WalkResults { told: begun.told, ..WalkResults::default() };
                let start = begun.flow.entry.map(|entry| ((begun.flow, entry), begun.state));
                self.piece(&begin, &[begun.flow], start.into_iter().collect());
            }
        }
        piece
    }

    /// Records the flow of a `start` step: it is walked separately, and belongs to this walk.
    fn begin(&mut self, flow: &'a Flow, node: &'a Node, state: &State) {
        let Some((other, state)) = begun(self.set, flow, node, state) else { return };
        let begin = WalkStart::Given(other.name.clone(), state.age);
        if self.found.calls.insert(begin.clone()) {
            let told = self.found.through.union(&self.found.told).cloned().collect();
            self.begun.entry(begin).or_insert(StartedFlow { flow: other, state, told });
        }
    }

    /// Walks from one beginning to all its ends, and keeps its results separate from the surrounding walk.
    fn piece(&mut self, begin: &WalkStart, flows: &[&'a Flow], starts: Vec<(Spot<'a>, State)>) -> Arc<Piece> {
        let told: BTreeSet<FlowName> = self.found.through.union(&self.found.told).cloned().collect();
        let around = std::mem::take(&mut self.found);
        self.found.told.clone_from(&told);
        self.found.through.extend(flows.iter().map(|flow| flow.name.clone()));
        if matches!(begin, WalkStart::Triggers(_) | WalkStart::Given(..) | WalkStart::Call(..)) {
            flows.iter().for_each(|flow| self.triggers(flow));
        }
        let ends = self.frame_from(starts);
        let found = std::mem::replace(&mut self.found, around);
        let piece = Arc::new(Piece {
            serial: self.memo.next_serial(),
            judge: found.judge,
            late: found.late,
            end: ends.iter().map(|state| state.age).reduce(Age::join),
            gives: called::given_at(&ends),
            through: found.through,
            told,
            calls: found.calls,
        });
        self.memo.pieces.insert(begin.clone(), piece.clone());
        piece
    }

    /// Walks from a step with some states to all ends of the flow or called block; returns the states there.
    fn frame(&mut self, flow: &'a Flow, entry: Option<NodeIx>, starts: &[State]) -> Vec<State> {
        let Some(entry) = entry else { return starts.to_vec() };
        self.frame_from(starts.iter().map(|state| ((flow, entry), state.clone())).collect())
    }

    /// As `frame`, from several steps at once.
    fn frame_from(&mut self, starts: Vec<(Spot<'a>, State)>) -> Vec<State> {
        if self.depth >= CALL_DEPTH_MAX {
            let vague = |(_, state)| State { age: Age::ANY, gives: ValueType::ANY, ..state };
            return starts.into_iter().map(vague).collect();
        }
        self.depth += 1;
        let mut slots: HashMap<(usize, NodeIx), (Spot<'a>, Slot)> = HashMap::new();
        let mut ends = States::default();
        let mut todo: BTreeSet<(usize, NodeIx)> = BTreeSet::new();
        for (spot, state) in &starts {
            arrive(&mut slots, &mut todo, *spot, state);
        }
        while let Some(key) = todo.pop_first() {
            if self.cancel.is_cancelled() {
                break;
            }
            let Some(((at, ix), slot)) = slots.get_mut(&key) else { continue };
            let (at, ix) = (*at, *ix);
            let fresh = slot.states.0.iter_mut().filter_map(|state| {
                let went_on = !std::mem::replace(&mut state.fresh, false);
                (!went_on).then(|| state.clone())
            });
            let states: Vec<State> = fresh.collect();
            for state in &states {
                for (to, after) in self.step(at, at.node(ix), state) {
                    let Some(after) = after.in_time() else { continue };
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
            if !self.found.through.contains(&at.name) {
                self.found.through.insert(at.name.clone());
            }
        }
        all.sort_by_key(|((flow, ix), _)| (flow.place.path().to_owned(), *ix));
        for ((at, ix), slot) in &all {
            if self.cancel.is_cancelled() {
                break;
            }
            for state in &slot.states.0 {
                self.look(at, at.node(*ix), state);
            }
        }
        self.depth -= 1;
        ends.0
    }

    /// The next steps for one state, each with its state.
    fn step(&mut self, flow: &'a Flow, node: &'a Node, state: &State) -> Vec<(Option<Spot<'a>>, State)> {
        let set = self.set;
        let mut leads = Vec::new();
        let mut states = vec![state.clone()];
        if let Some(guard) = node.guard.as_ref().and_then(|guard| guard.single()) {
            states = refine(flow, state, guard, true);
            for over in refine(flow, state, guard, false) {
                self.onward(flow, node, over, &mut leads);
            }
        } else if node.guard.is_some() {
            self.onward(flow, node, state.clone(), &mut leads);
        }
        for state in &states {
            if matches!(node.outline.verb, "end" | "return") {
                match node.outline.yaml.get("end").and_then(yaml::Node::text) {
                    Some("all") => {}
                    _ if state.handing.is_some() => leads.extend(self.handed(state.clone())),
                    _ => leads.push((None, parts::left(set, flow, node, state))),
                }
                continue;
            }
            for way in step_ways(set, flow, node) {
                if !self.found.through.contains(&flow.name) {
                    self.found.through.insert(flow.name.clone());
                }
                let mut handing = state.handing.clone();
                let mut afters = match node.outline.verb {
                    "call" if way.by.is_empty() => {
                        let back = self.called(flow, node, state);
                        if handing.is_some() {
                            // The end of a called part is also the end of these steps.
                            let back = back.into_iter().map(|state| State { handing: handing.clone(), ..state });
                            leads.extend(back.flat_map(|state| self.handed(state)));
                            continue;
                        }
                        // An end of the flow in a called block has no next step here.
                        let (over, back): (Vec<State>, _) = back.into_iter().partition(|state| state.over);
                        leads.extend(over.into_iter().map(|state| (None, state)));
                        back
                    }
                    "call" if way.by == "on_timeout" => vec![self.call_over(flow, node, state)],
                    _ => transfer::along(set, flow, node, way.by, state),
                };
                if way.by == "out_of_hours" {
                    handing = Some(Rc::new((flow.name.clone(), node.id.clone())));
                }
                afters.iter_mut().for_each(|after| after.handing.clone_from(&handing));
                for mut after in afters {
                    if let Some((other, _)) = way.to
                        && !std::ptr::eq(other, flow)
                    {
                        // A jump to another flow takes no variables with it.
                        let fresh = given(other, State::new(other, after.age, &other.place));
                        after = State { vars: fresh.vars, cut_at: after.flow_cut_at, ending: true, ..after };
                    } else if node.outline.verb == "go" {
                        // From here on, errors are handled again, and a called block returns.
                        after.ending = false;
                    }
                    match way.to {
                        None if after.handing.is_some() => leads.extend(self.handed(after)),
                        to => leads.push((to, after.at_end(to.is_none()))),
                    }
                }
            }
            if let (Some(Body(to)), true) = (flow.on_error, fails(node)) {
                let failed = transfer::along(set, flow, node, "on_error", state);
                let failed = failed.into_iter().map(|state| State { cut_at: state.flow_cut_at, ..state });
                leads.extend(failed.map(|state| (to.map(|ix| (flow, ix)), state.at_end(to.is_none()))));
            }
        }
        leads
    }
}

/// True if a failure of the step runs the flow's `on_error`, because the step has none.
fn fails(node: &Node) -> bool {
    node.on_error.is_none() && matches!(node.outline.verb, "http" | "script" | "llm" | "agent" | "call" | "ask")
}
