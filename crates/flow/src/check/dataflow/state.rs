//! Defines the known state at one point of a flow; paths that fill different variables have different states.

use super::{
    types::{Kinds, KnownValue, ValueType},
    window_age::{ANY, Age},
};
use crate::{
    base::{
        ids::{FlowName, StepId},
        limits::LINT_STATES_MAX,
        place::Place,
        time::Span,
    },
    definition::Flow,
};
use std::{collections::BTreeSet, rc::Rc, sync::Arc};

#[derive(Debug, Clone)]
pub struct State {
    pub age: Age,
    /// By the index of the name in `Flow::names`.
    pub vars: Rc<Vec<ValueType>>,
    /// Parts of views that certainly exist: `contact.next_visit`.
    pub facts: Rc<BTreeSet<String>>,
    /// The template that was sent since the contact's last message.
    pub templated: Option<Place>,
    /// The hand-off whose `out_of_hours` steps run; behind them the person has the conversation.
    pub handing: Option<Rc<(FlowName, StepId)>>,
    /// True in steps of an error: the flow ends behind them, also within a called block.
    pub ending: bool,
    /// True if the flow has ended, possibly within a called block.
    pub over: bool,
    /// The value that the last called block returned.
    pub gives: ValueType,
    /// The latest end of the surrounding `call`s, as an age: the time since the contact's last message before the call.
    pub cut_at: Span,
    /// The same without calls of blocks of its own flow, which a jump out of the flow leaves.
    pub flow_cut_at: Span,
    /// The path that led to the age.
    pub trail: Arc<Trail>,
    /// True if the walk has not continued from here since the last change.
    pub fresh: bool,
}

/// One link of a path: its cause, and the link before it.
#[derive(Debug)]
pub struct Trail {
    pub place: Place,
    pub by: By,
    pub before: Option<Arc<Trail>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum By {
    /// A trigger.
    Start(Age),
    /// The contact writes: the window opens again.
    Answer,
    /// Time passes at this step.
    Waited(Span, Span),
    /// Nobody answers here for this time.
    Late(Span, Span),
    /// The called flow is ended after this time.
    TimeUp(Span, Span),
    /// A loop begins another round.
    Loop,
    /// A `start` step starts the flow after this time.
    Begun(Span, Span),
}

impl State {
    /// True if the states differ only in their paths.
    pub fn says_the_same(&self, other: &State) -> bool {
        let cuts = (self.cut_at, self.flow_cut_at) == (other.cut_at, other.flow_cut_at);
        cuts && self.same_way(other)
            && (self.age, &self.vars, &self.facts, &self.templated, &self.gives)
                == (other.age, &other.vars, &other.facts, &other.templated, &other.gives)
    }

    /// True if the states end in the same places.
    fn same_way(&self, other: &State) -> bool {
        (&self.handing, self.ending, self.over) == (&other.handing, other.ending, other.over)
    }

    /// The state at the end of a flow or a called block, if `is_end`.
    #[must_use]
    pub fn at_end(mut self, is_end: bool) -> State {
        self.over |= is_end && self.ending;
        self
    }

    pub fn new(flow: &Flow, age: Age, place: &Place) -> State {
        let trail = Trail { place: place.clone(), by: By::Start(age), before: None };
        State {
            age,
            vars: Rc::new(vec![ValueType::UNSET; flow.names.len()]),
            facts: Rc::default(),
            templated: None,
            handing: None,
            ending: false,
            over: false,
            gives: ValueType::UNSET,
            cut_at: ANY,
            flow_cut_at: ANY,
            trail: Arc::new(trail),
            fresh: true,
        }
    }

    /// The state in a flow that a step starts in the state `before`.
    pub fn begun(flow: &Flow, age: Age, place: &Place, later: (Span, Span), before: &State) -> State {
        let by = By::Begun(later.0, later.1);
        let trail = Trail { place: place.clone(), by, before: Some(before.trail.clone()) };
        State { trail: Arc::new(trail), ..State::new(flow, age, &flow.place) }
    }

    pub fn var(&self, flow: &Flow, name: &str) -> Option<&ValueType> {
        let at = flow.names.binary_search_by(|known| known.as_str().cmp(name)).ok()?;
        self.vars.get(at)
    }

    #[must_use]
    pub fn with(mut self, flow: &Flow, name: &str, ty: ValueType) -> State {
        if let Ok(at) = flow.names.binary_search_by(|known| known.as_str().cmp(name))
            && self.vars.get(at).is_some_and(|known| *known != ty)
        {
            Rc::make_mut(&mut self.vars)[at] = ty;
        }
        // The parts of its earlier value say nothing of those of this one.
        let is_part = |path: &String| path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        if self.facts.iter().any(is_part) {
            Rc::make_mut(&mut self.facts).retain(|path| !is_part(path));
        }
        self
    }

    /// The state behind a step that cannot be read: it may have been written to fill each variable that is empty.
    #[must_use]
    pub fn perhaps_filled(mut self) -> State {
        if self.vars.iter().any(|ty| ty.kinds.meets(Kinds::UNSET)) {
            let vars = Rc::make_mut(&mut self.vars);
            vars.iter_mut().filter(|ty| ty.kinds.meets(Kinds::UNSET)).for_each(|ty| *ty = ValueType::ANY);
        }
        self
    }

    /// Records that a part of a view exists, or that this is no longer known.
    #[must_use]
    pub fn fact(mut self, path: &str, there: bool) -> State {
        if self.facts.contains(path) != there {
            let facts = Rc::make_mut(&mut self.facts);
            if there {
                facts.insert(path.to_owned())
            } else {
                facts.remove(path)
            };
        }
        self
    }

    /// The state after an error: `error` exists with all its parts, and the flow ends behind the steps of the error.
    #[must_use]
    pub fn caught(self) -> State {
        let parts = ["error.code", "error.text", "error.step"];
        let state = parts.into_iter().fold(self, |state, part| state.fact(part, true));
        State { ending: true, ..state }
    }

    /// The state after a message of the contact.
    #[must_use]
    pub fn answered(mut self, place: &Place) -> State {
        self.age = Age::NOW;
        self.templated = None;
        self.trail = Arc::new(Trail { place: place.clone(), by: By::Answer, before: None });
        self
    }

    /// The state after time has passed at a step.
    #[must_use]
    pub fn aged(self, age: Age, place: &Place, least: Span, most: Span) -> State {
        self.passed(age, place, By::Waited(least, most))
    }

    /// As `aged`, with the cause.
    #[must_use]
    pub fn passed(mut self, age: Age, place: &Place, by: By) -> State {
        self.age = age;
        let before = Some(self.trail.clone());
        self.trail = Arc::new(Trail { place: place.clone(), by, before });
        self
    }

    /// The state if the surrounding calls have not reached their time limits. `None`: they have.
    #[must_use]
    pub fn in_time(mut self) -> Option<State> {
        if self.age.least > self.cut_at {
            return None;
        }
        self.age.most = self.age.most.min(self.cut_at);
        Some(self)
    }

    /// True if the states can be joined: they may differ in age and values, but not in which variables are filled. An
    /// unknown number covers all numbers.
    fn alike(&self, other: &State) -> bool {
        let number = |ty: &ValueType| if let KnownValue::Whole(number) = ty.known { Some(number) } else { None };
        let same = |a: &ValueType, b: &ValueType| a.looks_like(b) && (number(a).is_none() || number(a) == number(b));
        self.same_way(other)
            && self.gives.looks_like(&other.gives)
            && (Rc::ptr_eq(&self.vars, &other.vars)
                || self.vars.len() == other.vars.len()
                    && self.vars.iter().zip(other.vars.iter()).all(|(a, b)| same(a, b)))
    }

    /// True if the same variables are filled, with any values.
    fn as_filled(&self, other: &State) -> bool {
        let sign =
            |ty: &ValueType| (ty.kinds.meets(Kinds::ALL), ty.kinds.meets(Kinds::UNSET), ty.kinds.meets(Kinds::NOTHING));
        self.same_way(other) && self.vars.iter().zip(other.vars.iter()).all(|(a, b)| sign(a) == sign(b))
    }

    /// Joins another state into this one; returns the changes.
    fn absorb(&mut self, other: &State) -> Change {
        let mut change = Change::default();
        if other.age.most > self.age.most {
            self.trail = other.trail.clone();
        }
        self.cut_at = self.cut_at.max(other.cut_at);
        self.flow_cut_at = self.flow_cut_at.max(other.flow_cut_at);
        let age = self.age.join(other.age);
        if age != self.age {
            self.age = age;
            change.age = true;
        }
        if !Rc::ptr_eq(&self.facts, &other.facts) && !self.facts.is_subset(&other.facts) {
            self.facts = Rc::new(self.facts.intersection(&other.facts).cloned().collect());
            change.vars = true;
        }
        if self.gives != other.gives {
            let joined = self.gives.join(&other.gives);
            change.vars |= joined != self.gives;
            self.gives = joined;
        }
        if self.templated.is_none() && other.templated.is_some() {
            self.templated.clone_from(&other.templated);
            change.vars = true;
        }
        if !Rc::ptr_eq(&self.vars, &other.vars) {
            let joined: Vec<ValueType> = self.vars.iter().zip(other.vars.iter()).map(|(a, b)| a.join(b)).collect();
            if joined != *self.vars {
                self.vars = Rc::new(joined);
                change.vars = true;
            }
        }
        self.fresh |= change.age || change.vars;
        change
    }
}

/// The changes by a join.
#[derive(Debug, Default, Clone, Copy)]
pub struct Change {
    pub age: bool,
    pub vars: bool,
}

/// The states at one point.
#[derive(Debug, Default, Clone)]
pub struct States(pub Vec<State>);

impl States {
    /// Joins another state into them.
    pub fn add(&mut self, state: &State) -> Change {
        if let Some(known) = self.0.iter_mut().find(|known| known.alike(state)) {
            return known.absorb(state);
        }
        let mut state = State { fresh: true, ..state.clone() };
        // A state that the new one covers is removed.
        self.0.retain(|known| {
            let covered = state.alike(known);
            if covered {
                state.absorb(known);
            }
            !covered
        });
        self.0.push(state);
        for apart in [State::as_filled as fn(&State, &State) -> bool, State::same_way] {
            if self.0.len() > LINT_STATES_MAX {
                let mut kept: Vec<State> = Vec::new();
                for state in self.0.drain(..) {
                    match kept.iter_mut().find(|known| apart(known, &state)) {
                        Some(known) => drop(known.absorb(&state)),
                        None => kept.push(state),
                    }
                }
                self.0 = kept;
            }
        }
        Change { age: false, vars: true }
    }
}

/// Drops the links one after the other: a flow with ten thousand waits has a long path, and recursion could overflow
/// the stack.
impl Drop for Trail {
    fn drop(&mut self) {
        let mut next = self.before.take();
        while let Some(mut trail) = next.and_then(Arc::into_inner) {
            next = trail.before.take();
        }
    }
}

impl Trail {
    /// True if time passes twice at one place since the contact wrote: only then can a loop make a message later
    /// without limit. If each round asks a question, many rounds are no later than one.
    pub fn comes_round(&self) -> bool {
        let mut seen = BTreeSet::new();
        let mut at = Some(self);
        while let Some(link) = at {
            if !seen.insert((link.place.path(), link.place.range().start)) {
                return true;
            }
            at = link.before.as_deref();
        }
        false
    }

    /// All links from the beginning.
    pub fn links(&self) -> Vec<&Trail> {
        let mut all = vec![self];
        let mut at = self;
        while let Some(before) = &at.before {
            all.push(before);
            at = before;
        }
        all.reverse();
        all
    }
}
