//! Computes the coverage of tests: the steps, branches and triggers that no test has taken.

use crate::{
    base::{
        ids::{FlowName, StepId},
        place::Place,
    },
    flow::{Flow, FlowSet, definition::NodeIx},
    lane::state::TurnSeen,
    model::effect::{Effect, StepExit},
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The steps, branches and triggers taken so far.
#[derive(Debug, Clone, Default)]
pub(super) struct CoverageTally {
    steps: BTreeSet<(FlowName, StepId, StepExit)>,
    starts: BTreeSet<(FlowName, String)>,
}

/// The coverage of flows.
#[derive(Debug, Default)]
pub struct Coverage {
    pub flows: Vec<FlowCoverage>,
}

#[derive(Debug)]
pub struct FlowCoverage {
    pub flow: String,
    /// Its file.
    pub path: String,
    pub counts: Counts,
    /// In the order of the file.
    pub missing: Vec<Missing>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub steps: Part,
    pub branches: Part,
    pub triggers: Part,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    pub taken: usize,
    pub all: usize,
}

/// A step, branch or trigger that was never taken.
#[derive(Debug)]
pub struct Missing {
    pub place: Place,
    /// `None`: a trigger.
    pub step: Option<StepId>,
    /// The key of the branch as a drawing names it, empty for the way to the next step; `None`: the whole step.
    pub way: Option<String>,
    pub what: String,
}

impl CoverageTally {
    pub fn take(&mut self, turn: &TurnSeen) {
        for trod in &turn.passage.steps {
            self.steps.insert((trod.flow.clone(), trod.step.clone(), trod.way));
        }
        for effect in &turn.effects {
            if let Effect::RunBegan { flow, trigger, .. } = effect {
                self.starts.insert((flow.clone(), trigger.clone()));
            }
        }
    }

    pub fn join(&mut self, other: CoverageTally) {
        self.steps.extend(other.steps);
        self.starts.extend(other.starts);
    }

    /// The coverage of all flows of a set, or of some.
    pub fn of(&self, set: &FlowSet, only: &[&FlowName]) -> Coverage {
        let mut flows: Vec<FlowCoverage> = set
            .flows
            .values()
            .filter(|flow| only.is_empty() || only.contains(&&flow.name))
            .map(|flow| self.of_flow(flow))
            .collect();
        if only.is_empty() && !set.bot.flow.nodes.is_empty() {
            flows.push(self.of_flow(&set.bot.flow));
        }
        Coverage { flows }
    }

    fn of_flow(&self, flow: &Flow) -> FlowCoverage {
        let seen = |ix: NodeIx, ways: &[StepExit]| {
            let node = flow.node(ix);
            ways.iter().any(|way| self.steps.contains(&(flow.name.clone(), node.id.clone(), *way)))
        };
        let reached = |ix: NodeIx| seen(ix, &[StepExit::Taken, StepExit::Fell, StepExit::Guarded]);
        let mut counts = Counts::default();
        let mut missing = Vec::new();
        for trigger in &flow.triggers {
            let began = self.starts.contains(&(flow.name.clone(), trigger.key.clone()));
            counts.triggers.count(began);
            if !began {
                let what = format!("nothing started it by `{}`", trigger.key);
                missing.push(Missing { place: trigger.place.clone(), step: None, way: None, what });
            }
        }
        // The steps of a branch that was never taken are not listed separately.
        let mut told: BTreeSet<NodeIx> = BTreeSet::new();
        for at in 0..flow.nodes.len() {
            let ix = NodeIx(u32::try_from(at).unwrap_or(u32::MAX));
            let node = flow.node(ix);
            let run = seen(ix, &[StepExit::Taken, StepExit::Fell]);
            counts.steps.count(run);
            let silent = told.contains(&ix);
            let mut miss = |place: &Place, way: Option<String>, what: String| {
                missing.push(Missing { place: place.clone(), step: Some(node.id.clone()), way, what });
            };
            if !run && !silent && !branches_into(flow, ix) {
                miss(&node.place, None, format!("`{}` was never taken", name(node)));
                told.extend(followers(flow, ix));
            }
            if node.guard.is_some() {
                let passed = seen(ix, &[StepExit::Guarded]);
                counts.branches.count(passed);
                if !passed && reached(ix) {
                    miss(&node.place, Some(String::new()), "its `if` always held".to_owned());
                }
            }
            for (label, body) in &node.outline.bodies {
                let Some(entry) = body.0.filter(|entry| Some(*entry) != node.next) else { continue };
                let taken = reached(entry);
                counts.branches.count(taken);
                if !taken && run {
                    let way = label.split_whitespace().collect::<Vec<_>>().join(" ");
                    miss(&flow.node(entry).place, Some(way), format!("`{label}` of `{}` was never taken", name(node)));
                }
                if !taken {
                    told.extend(within(flow, entry, node.next));
                }
            }
            if let Some(words) = fall(flow, ix) {
                let fell = seen(ix, &[StepExit::Fell]);
                counts.branches.count(fell);
                if !fell && run {
                    miss(&node.place, Some(String::new()), words.to_owned());
                }
            }
        }
        missing.sort_by_key(|one| (one.place.path().to_owned(), one.place.range().start));
        let path = flow.place.path().to_owned();
        let flow =
            if flow.name.as_str() == "_bot" { "defaults of `_bot.yaml`".to_owned() } else { flow.name.to_string() };
        FlowCoverage { flow, path, counts, missing }
    }
}

/// The meaning of a branching step that takes none of its branches; `None` if it always takes one.
fn fall(flow: &Flow, ix: NodeIx) -> Option<&'static str> {
    let node = flow.node(ix);
    let has = |wanted: &str| {
        node.outline.bodies.iter().any(|(label, body)| label == wanted && body.0.is_some() && body.0 != node.next)
    };
    match node.outline.verb {
        "if" if !has("else") => Some("the condition always held"),
        "if" if !has("then") => Some("the condition never held"),
        "switch" if !has("else") => Some("the value was always one of the cases"),
        _ => None,
    }
}

/// True if the step is the first of a branch: then the branch is listed instead.
fn branches_into(flow: &Flow, ix: NodeIx) -> bool {
    flow.nodes.iter().any(|node| node.outline.bodies.iter().any(|(_, body)| body.0 == Some(ix) && body.0 != node.next))
}

/// The steps of a body, including nested ones; `end` is the step after it.
fn within(flow: &Flow, entry: NodeIx, end: Option<NodeIx>) -> BTreeSet<NodeIx> {
    let mut all = BTreeSet::new();
    let mut todo = vec![entry];
    while let Some(ix) = todo.pop() {
        if Some(ix) == end || !all.insert(ix) {
            continue;
        }
        let node = flow.node(ix);
        todo.extend(node.outline.bodies.iter().filter_map(|(_, body)| body.0));
        todo.extend(node.next);
    }
    all
}

/// A step and those that follow it in its list.
fn followers(flow: &Flow, ix: NodeIx) -> BTreeSet<NodeIx> {
    within(flow, ix, None)
}

/// A step in reports: its verb and the first words of its text.
fn name(node: &crate::flow::definition::Node) -> String {
    const CHARS: usize = 40;
    let value = node.outline.yaml.get(node.outline.verb).and_then(|node| node.text()).unwrap_or_default();
    let line = value.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(CHARS).collect();
    let dots = if cut.len() < value.trim_end().len() { "…" } else { "" };
    format!("{}: {cut}{dots}", node.outline.verb).trim_end_matches(": ").to_owned()
}

impl Part {
    fn count(&mut self, taken: bool) {
        self.all += 1;
        self.taken += usize::from(taken);
    }

    fn add(self, other: Part) -> Part {
        Part { taken: self.taken + other.taken, all: self.all + other.all }
    }
}

impl Counts {
    fn whole(self) -> Part {
        self.steps.add(self.branches).add(self.triggers)
    }

    /// Steps, branches and triggers together, rounded down: 100 means all.
    pub fn percent(self) -> usize {
        let Part { taken, all } = self.whole();
        (taken * 100).checked_div(all).unwrap_or(100)
    }

    fn to_json(self) -> Json {
        let part = |part: Part| json!({"taken": part.taken, "all": part.all});
        json!({"steps": part(self.steps), "branches": part(self.branches), "triggers": part(self.triggers)})
    }
}

impl Coverage {
    pub fn counts(&self) -> Counts {
        self.flows.iter().fold(Counts::default(), |sum, flow| Counts {
            steps: sum.steps.add(flow.counts.steps),
            branches: sum.branches.add(flow.counts.branches),
            triggers: sum.triggers.add(flow.counts.triggers),
        })
    }

    pub fn to_json(&self) -> Json {
        let flows: Vec<Json> = self
            .flows
            .iter()
            .map(|flow| {
                let missing: Vec<Json> = flow
                    .missing
                    .iter()
                    .map(|one| {
                        let place = &one.place;
                        json!({"file": place.path(), "line": place.line(), "column": place.column(), "what": one.what})
                    })
                    .collect();
                let mut json = json!({"flow": flow.flow, "percent": flow.counts.percent(), "missing": missing});
                json["counts"] = flow.counts.to_json();
                json
            })
            .collect();
        json!({"percent": self.counts().percent(), "counts": self.counts().to_json(), "flows": flows})
    }

    /// For people: a line for each flow, and below it the missing parts.
    pub fn text(&self) -> String {
        let counts = self.counts();
        let part = |part: Part, word: &str| format!("{} of {} {word}", part.taken, part.all);
        let mut text = String::new();
        let width = self.flows.iter().map(|flow| flow.flow.chars().count()).max().unwrap_or(0);
        for flow in &self.flows {
            text.push_str(format!("{:>4} %  {:<width$}", flow.counts.percent(), flow.flow).trim_end());
            text.push('\n');
            let mut by_line: BTreeMap<(String, usize), Vec<&str>> = BTreeMap::new();
            for one in &flow.missing {
                by_line.entry((one.place.path().to_owned(), one.place.line())).or_default().push(&one.what);
            }
            for ((path, line), what) in by_line {
                text.push_str(&format!("          {path}:{line}: {}\n", what.join("; ")));
            }
        }
        text.push_str(&format!(
            "coverage {} %: {}, {}, {}\n",
            counts.percent(),
            part(counts.steps, "steps"),
            part(counts.branches, "branches"),
            part(counts.triggers, "triggers")
        ));
        text
    }
}
