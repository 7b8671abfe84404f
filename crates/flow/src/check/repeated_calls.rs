//! Checks for requests that are made twice by mistake: a POST that books something, and a path that leads back to it.
//!
//! Three mistakes have the same effect for the customer. In the first one, a step after the request fails, and its
//! `on_error` jumps to before the request. In the second one, a `go` leaves a called block for steps that the caller
//! runs as well: a `go` does not leave the call, so both run them. In the third one, such a `go` leads to a request of
//! its own, and the caller makes the same one behind the call.

mod bookings;
mod elsewhere;
mod twins;

use self::bookings::{Bookings, called_flow};
use super::control_flow::{Way, in_frame, target, ways};
use crate::{
    FlowSet,
    base::diagnostic::{Diagnostic, Findings},
    definition::{Body, Flow, Node, NodeIx, Target},
    text::Text,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

pub fn check(set: &FlowSet, findings: &Findings) {
    let bookings = Bookings::new(set);
    for flow in set.flows.values() {
        let all = flow.nodes.iter().enumerate();
        let booking: Vec<Booking<'_>> =
            all.filter_map(|(at, node)| Some(Booking { at, request: bookings.of(node)? })).collect();
        let calls = flow.nodes.iter().any(|node| called_flow(node).is_some());
        if booking.is_empty() && !calls {
            continue;
        }
        let map = Map::new(set, flow);
        let mut told: BTreeSet<usize> = BTreeSet::new();
        for goal in &booking {
            let fails_itself = bookings.fails_behind(&flow.nodes[goal.at]);
            map.failed_later(goal, fails_itself, &mut told, findings);
            map.left_by_go(goal, &mut told, findings);
        }
        map.left_by_go_of_a_flow(set, &bookings, findings);
        map.made_by_both(set, &mut told, findings);
    }
}

/// A step that makes something new, and the request that does it: itself, or one in another flow.
struct Booking<'a> {
    at: usize,
    request: &'a Node,
}

/// True if the step waits for the customer or a person: the steps behind it are intended.
fn asks(set: &FlowSet, node: &Node) -> bool {
    match node.outline.verb {
        "ask" | "handoff" | "agent" => true,
        "wait" => node.outline.yaml.get("wait").is_some_and(|value| value.text() == Some("reply")),
        "call" => node.outline.entered().and_then(|name| set.flow(name)).is_some_and(|called| called.asks),
        _ => false,
    }
}

/// True for the branch of a time-out, of an error, or of an invalid answer.
fn is_trouble(by: &str) -> bool {
    matches!(by, "on_error" | "on_timeout" | "on_fail" | "on_undelivered" | "out_of_hours" | "on_limit")
}

/// The branches of one flow, by the index of its steps.
struct Map<'a> {
    flow: &'a Flow,
    ways: Vec<Vec<Way<'a>>>,
    /// The first step of the block that a `call` runs.
    called: Vec<Option<usize>>,
    asks: Vec<bool>,
    /// For each step, the calls whose block contains it.
    callers: Vec<Vec<usize>>,
    /// Steps of an `on_error`: the flow ends behind them.
    ending: BTreeSet<usize>,
}

impl<'a> Map<'a> {
    fn new(set: &'a FlowSet, flow: &'a Flow) -> Map<'a> {
        let called: Vec<Option<usize>> = flow.nodes.iter().map(|node| block_of(set, flow, node)).collect();
        let mut callers = vec![Vec::new(); flow.nodes.len()];
        let mut frames: BTreeMap<usize, BTreeSet<NodeIx>> = BTreeMap::new();
        for (call, entry) in called.iter().enumerate() {
            let Some(entry) = entry else { continue };
            let frame = frames.entry(*entry).or_insert_with(|| in_frame(set, flow, [number(*entry)]));
            frame.iter().for_each(|ix| callers[ix.0 as usize].push(call));
        }
        let mut map = Map {
            flow,
            ways: flow.nodes.iter().map(|node| ways(set, flow, node)).collect(),
            called,
            asks: flow.nodes.iter().map(|node| asks(set, node)).collect(),
            callers,
            ending: BTreeSet::new(),
        };
        let faults = map.ways.iter().flatten().filter(|way| way.by == "on_error");
        let starts: Vec<usize> = faults.filter_map(|way| map.place(way)).chain(first(flow.on_error)).collect();
        map.ending = map.without_jumps(starts);
        map
    }

    fn place(&self, way: &Way<'_>) -> Option<usize> {
        way.to.filter(|(other, _)| std::ptr::eq(*other, self.flow)).map(|(_, ix)| ix.0 as usize)
    }

    fn verb(&self, at: usize) -> &'static str {
        self.flow.nodes[at].outline.verb
    }

    /// The steps that follow these without a `go`.
    fn without_jumps(&self, starts: Vec<usize>) -> BTreeSet<usize> {
        let (mut seen, mut todo) = (BTreeSet::new(), starts);
        while let Some(at) = todo.pop() {
            if seen.insert(at) && self.verb(at) != "go" {
                todo.extend(self.ways[at].iter().filter_map(|way| self.place(way)));
            }
        }
        seen
    }

    /// True if a called block can end behind this step, so that its caller continues.
    fn comes_back(&self, at: usize, trouble: bool) -> bool {
        let ends = |way: &Way<'_>| way.to.is_none() && (trouble || !is_trouble(way.by));
        self.verb(at) == "return" || !self.ending.contains(&at) && self.ways[at].iter().any(ends)
    }

    /// The next steps: of the same row, of the called block, and behind the call of the step's own block. `trouble`:
    /// includes the branches of failures.
    fn next(&self, at: usize, trouble: bool) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        if let Some(entry) = self.called[at] {
            all.push(entry);
            all.extend(self.ways[at].iter().filter(|way| trouble && is_trouble(way.by)).filter_map(|w| self.place(w)));
        } else {
            let own = self.ways[at].iter().filter(|way| trouble || !is_trouble(way.by));
            all.extend(own.filter_map(|way| self.place(way)));
        }
        if self.comes_back(at, trouble) {
            self.behind(at, &mut BTreeSet::new(), &mut all);
        }
        all
    }

    /// Collects the steps behind the calls whose block contains a step.
    fn behind(&self, at: usize, seen: &mut BTreeSet<usize>, all: &mut Vec<usize>) {
        for call in &self.callers[at] {
            if !seen.insert(*call) {
                continue;
            }
            for way in self.ways[*call].iter().filter(|way| way.by.is_empty()) {
                match way.to {
                    None => self.behind(*call, seen, all),
                    Some(_) => all.extend(self.place(way)),
                }
            }
        }
    }

    /// For each step, whether it leads to `goal` without a question to anybody.
    fn unasked_to(&self, goal: usize) -> Vec<bool> {
        self.leads_unasked(goal, |at| self.asks[at])
    }

    /// As `unasked_to`, through the questions whose answers are values of the request: who answers them once more does
    /// not know that it was done.
    fn for_values_to(&self, goal: usize) -> Vec<bool> {
        let request = &self.flow.nodes[goal].outline;
        let codes = || request.codes.iter().chain(request.texts.iter().flat_map(Text::codes));
        let reads = |name: &str| codes().any(|code| code.uses().names.iter().any(|read| read == name));
        let for_value =
            |at: usize| self.verb(at) == "ask" && self.flow.nodes[at].outline.fills.as_deref().is_some_and(reads);
        self.leads_unasked(goal, |at| self.asks[at] && !for_value(at))
    }

    fn leads_unasked(&self, goal: usize, asks: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); self.ways.len()];
        for at in (0..self.ways.len()).filter(|at| !asks(*at)) {
            self.next(at, true).into_iter().for_each(|to| back[to].push(at));
        }
        let (mut can, mut todo) = (vec![false; self.ways.len()], vec![goal]);
        while let Some(at) = todo.pop() {
            if !std::mem::replace(&mut can[at], true) {
                todo.extend(&back[at]);
            }
        }
        can
    }

    /// For each step, whether it leads to the end of the flow or of a called block without passing `goal`, if nothing
    /// fails.
    fn past(&self, goal: usize) -> Vec<bool> {
        let mut past = vec![false; self.ways.len()];
        loop {
            let mut changed = false;
            for at in (0..past.len()).rev() {
                let within = self.called[at].is_none_or(|entry| past[entry]);
                if past[at] || at == goal || !within {
                    continue;
                }
                let mut on = self.ways[at].iter().filter(|way| !is_trouble(way.by)).peekable();
                let ends = on.peek().is_none();
                past[at] = ends || on.any(|way| self.place(way).is_none_or(|to| past[to]));
                changed |= past[at];
            }
            if !changed {
                return past;
            }
        }
    }

    /// The steps that run after this one succeeds, before anybody is asked.
    fn after(&self, at: usize) -> BTreeSet<usize> {
        let (mut seen, mut todo) = (BTreeSet::new(), self.next(at, false));
        while let Some(next) = todo.pop() {
            if next != at && seen.insert(next) && !self.asks[next] {
                todo.extend(self.next(next, false));
            }
        }
        seen
    }

    /// The first steps of the handlers of a step's failure.
    fn on_error(&self, at: usize) -> Vec<usize> {
        let own = |at: usize| {
            let way = self.ways[at].iter().find(|way| way.by == "on_error");
            way.map(|way| self.place(way))
        };
        if let Some(own) = own(at) {
            return own.into_iter().collect();
        }
        if !matches!(self.verb(at), "http" | "script" | "call") {
            return Vec::new();
        }
        let mut all: Vec<usize> = self.callers[at].iter().filter_map(|call| own(*call)).flatten().collect();
        if self.callers[at].iter().all(|call| own(*call).is_none()) {
            all.extend(first(self.flow.on_error));
        }
        all
    }

    /// Reports a step after the request whose failure handler leads to the request again.
    /// `fails_itself`: so can the step, behind the request that another flow makes.
    fn failed_later(&self, booking: &Booking<'_>, fails_itself: bool, told: &mut BTreeSet<usize>, findings: &Findings) {
        let goal = booking.at;
        let (unasked, past) = (self.unasked_to(goal), self.past(goal));
        let for_values = self.for_values_to(goal);
        for later in self.after(goal).into_iter().chain(fails_itself.then_some(goal)) {
            let late = self.ways[later].iter().filter(|way| is_trouble(way.by) && way.by != "on_error");
            let late = late.filter_map(|way| self.place(way)).filter(|start| unasked[*start]);
            let leads = |start: &usize| unasked[*start] || for_values[*start] || !past[*start];
            let fails = self.on_error(later).into_iter().filter(leads);
            for start in fails.chain(late) {
                let Some(jump) = self.jump(start, goal) else { continue };
                if told.insert(jump) {
                    findings.push(self.again(booking, later, jump));
                }
            }
        }
    }

    /// The first `go` on the shortest path.
    fn jump(&self, start: usize, goal: usize) -> Option<usize> {
        let mut before: BTreeMap<usize, usize> = BTreeMap::from([(start, start)]);
        let mut todo = VecDeque::from([start]);
        while let Some(at) = todo.pop_front() {
            if at == goal {
                break;
            }
            for to in self.next(at, true) {
                if let std::collections::btree_map::Entry::Vacant(free) = before.entry(to) {
                    free.insert(at);
                    todo.push_back(to);
                }
            }
        }
        let (mut at, mut found) = (goal, None);
        loop {
            let from = *before.get(&at)?;
            if self.verb(at) == "go" || from == at && found.is_none() {
                found = Some(at);
            }
            if from == at {
                return found;
            }
            at = from;
        }
    }

    fn again(&self, booking: &Booking<'_>, later: usize, jump: usize) -> Diagnostic {
        let (goal, later) = (&self.flow.nodes[booking.at], &self.flow.nodes[later]);
        let message = format!("this leads back to `{}`, which was done already: it is done twice", named(goal));
        let finding = Diagnostic::warning("W616", &self.flow.nodes[jump].place, message);
        let finding =
            finding.label(&booking.request.place, "done here").label(&later.place, "what goes wrong after it");
        finding.help(match self.callers[jump].is_empty() {
            true => "go to a step behind the request, take back what it made, or hand off to a person",
            false => {
                "leave the block with `- return: {ok: false}` and let its caller decide, or go to a step behind \
                 the request"
            }
        })
    }

    /// Reports a `go` that leaves a called block for steps that the caller runs as well.
    fn left_by_go(&self, booking: &Booking<'_>, told: &mut BTreeSet<usize>, findings: &Findings) {
        let goal = booking.at;
        let calls: Vec<usize> = self.callers[goal].clone();
        if calls.is_empty() || !self.comes_back_after(goal) {
            return;
        }
        let (unasked, past) = (self.unasked_to(goal), self.past(goal));
        let trouble: Vec<usize> =
            self.ways.iter().flatten().filter(|way| is_trouble(way.by)).filter_map(|way| self.place(way)).collect();
        let trouble = self.without_jumps(trouble);
        for call in calls {
            let on: Vec<usize> =
                self.ways[call].iter().filter(|w| w.by.is_empty()).filter_map(|w| self.place(w)).collect();
            let certain = on.iter().any(|at| !past[*at] && self.leads(*at, goal));
            let possible = on.iter().any(|at| unasked[*at]);
            for jump in (0..self.ways.len()).filter(|at| self.verb(*at) == "go" && self.callers[*at].contains(&call)) {
                let meant = certain || possible && trouble.contains(&jump);
                let to = self.ways[jump].iter().find_map(|way| self.place(way));
                let leaves = to.is_some_and(|to| Some(to) != self.called[call] && self.leads(to, goal));
                if meant && leaves && told.insert(jump) {
                    findings.push(self.both(goal, call, jump));
                }
            }
        }
    }

    fn both(&self, goal: usize, call: usize, jump: usize) -> Diagnostic {
        let goal = &self.flow.nodes[goal];
        let message = format!(
            "this leaves the block and not its call: behind it the caller goes on, and `{}` is done twice",
            named(goal)
        );
        let finding = Diagnostic::warning("W616", &self.flow.nodes[jump].place, message);
        let finding = finding.label(&goal.place, "done twice").label(&self.flow.nodes[call].place, "the call");
        finding.help("write `- return` instead: the step below the `call` is next")
    }

    /// True if a path leads from one step to the other within the flow.
    fn leads(&self, from: usize, goal: usize) -> bool {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
        while let Some(at) = todo.pop() {
            if at == goal {
                return true;
            }
            if seen.insert(at) {
                todo.extend(self.called[at]);
                todo.extend(self.ways[at].iter().filter_map(|way| self.place(way)));
            }
        }
        false
    }

    /// True if the block of the request can end after the request succeeds.
    fn comes_back_after(&self, goal: usize) -> bool {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![goal]);
        while let Some(at) = todo.pop() {
            if self.comes_back(at, false) {
                return true;
            }
            if seen.insert(at) {
                todo.extend(self.ways[at].iter().filter(|way| !is_trouble(way.by)).filter_map(|way| self.place(way)));
            }
        }
        false
    }
}

/// The first step of the block of this flow that a `call` runs.
fn block_of(set: &FlowSet, flow: &Flow, node: &Node) -> Option<usize> {
    let is_block = matches!(node.outline.target, Some(Target::Block { .. } | Target::Top));
    let (_, ix) = (node.outline.verb == "call" && is_block).then(|| target(set, flow, node).flatten()).flatten()?;
    Some(ix.0 as usize)
}

fn first(body: Option<Body>) -> Option<usize> {
    body.and_then(|Body(ix)| ix).map(|ix| ix.0 as usize)
}

fn number(at: usize) -> NodeIx {
    NodeIx(u32::try_from(at).unwrap_or(u32::MAX))
}

/// The step as written: `http: POST …`, `call: book`.
fn named(node: &Node) -> String {
    let verb = node.outline.verb;
    let written = node.outline.yaml.get(verb).and_then(|value| value.text()).unwrap_or_default();
    format!("{verb}: {written}")
}
