//! Joins the states that arrive at a step, and widens the age of the contact's last message in loops.

use super::{
    Spot,
    state::{By, State, States, Trail},
    window_age::ANY,
};
use crate::{
    base::{
        limits::{LINT_GROWTHS_MAX, LINT_WAYS_MAX},
        time::Span,
    },
    definition::{Flow, NodeIx},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// The states at one step.
#[derive(Default)]
pub struct Slot {
    pub states: States,
    growths: u32,
}

/// Adds a state to those at the step `to`; notes the step in `todo` if they have changed.
pub fn arrive<'a>(
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
        let grows = slot.growths;
        if grows > LINT_WAYS_MAX || grows > LINT_GROWTHS_MAX && state.trail.comes_round() {
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

/// The address of a flow identifies it: it is compared often, and names are long.
fn address(flow: &Flow) -> usize {
    std::ptr::from_ref(flow) as usize
}
