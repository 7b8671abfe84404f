//! Flows whose last runs all failed: paused with one alarm, until a new version goes live (language.md 7).

use crate::base::{ids::FlowName, limits::FAILED_RUNS_MAX};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub struct FlowHealth(Mutex<State>);

#[derive(Default)]
struct State {
    /// Failed runs of each flow since the last one that did not fail.
    failed: HashMap<FlowName, u32>,
    /// Replaced as a whole, so that a turn holds it without the lock.
    paused: Arc<BTreeSet<FlowName>>,
}

impl FlowHealth {
    /// A run ended. True: that was one too many, and the flow is paused from now on.
    pub fn ended(&self, flow: &FlowName, failed: bool) -> bool {
        let mut state = self.state();
        if !failed {
            if !state.failed.is_empty() {
                state.failed.remove(flow);
            }
            return false;
        }
        let count = state.failed.entry(flow.clone()).or_default();
        *count += 1;
        *count == FAILED_RUNS_MAX && self::pause(&mut state, flow)
    }

    /// As it was stored before a restart.
    pub fn pause(&self, flow: &FlowName) {
        pause(&mut self.state(), flow);
    }

    /// New files went live: everybody gets a new chance. Gives back who was paused.
    pub fn mended(&self) -> Arc<BTreeSet<FlowName>> {
        std::mem::take(&mut *self.state()).paused
    }

    pub fn paused(&self) -> Arc<BTreeSet<FlowName>> {
        Arc::clone(&self.state().paused)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pause(state: &mut State, flow: &FlowName) -> bool {
    let mut paused = BTreeSet::clone(&state.paused);
    let new = paused.insert(flow.clone());
    state.paused = Arc::new(paused);
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_failures_in_a_row_pause_a_flow_once() {
        let health = FlowHealth::default();
        let flow = FlowName::from("booking");
        let failing = |n: u32| (0..n).filter(|_| health.ended(&flow, true)).count();
        assert_eq!(failing(FAILED_RUNS_MAX - 1), 0);
        health.ended(&flow, false);
        assert_eq!(failing(FAILED_RUNS_MAX), 1);
        assert!(health.paused().contains(&flow));
        assert_eq!(failing(5), 0);
        assert_eq!(health.mended().len(), 1);
        assert!(health.paused().is_empty());
    }
}
