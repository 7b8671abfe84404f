//! Tracks paused flows: paused with an alarm because their last runs all failed, until a new version goes live
//! (language.md 7); or by an operator, until the operator resumes them.

use crate::{
    base::{ids::FlowName, limits::FAILED_RUNS_MAX},
    model::pauses::{Paused, Pauses},
    starts::Starts,
    store::{
        CommitError, WriteSet,
        tables::flow_state::{self, FlowPauses, FlowState},
    },
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
pub struct FlowHealth(Mutex<State>);

#[derive(Default)]
struct State {
    /// Consecutive failed runs of each flow.
    failed: HashMap<FlowName, u32>,
    /// Replaced as a whole, so that a turn can hold it without the lock.
    paused: Arc<Paused>,
}

impl FlowHealth {
    /// Counts a run's end. True if this failure was one too many: the flow is now paused.
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

    /// Restores the stored state after a restart.
    pub fn recall(&self, paused: Paused) {
        self.state().paused = Arc::new(paused);
    }

    /// After new files went live: resumes failed flows. Gives the flows that were paused.
    pub fn mended(&self) -> BTreeSet<FlowName> {
        let mut state = self.state();
        state.failed.clear();
        match state.paused.failing.is_empty() {
            true => BTreeSet::new(),
            false => std::mem::take(&mut Arc::make_mut(&mut state.paused).failing),
        }
    }

    pub fn paused(&self) -> Arc<Paused> {
        Arc::clone(&self.state().paused)
    }

    /// Sets an operator's pauses. Resuming a flow also clears its failures.
    fn set_by_hand(&self, flow: &FlowName, pauses: Pauses) {
        let mut state = self.state();
        if pauses.open().is_none() {
            state.failed.remove(flow);
        }
        let paused = Arc::make_mut(&mut state.paused);
        if pauses.open().is_none() {
            paused.failing.remove(flow);
        }
        paused.by_hand.insert(flow.clone(), pauses);
    }

    /// Records that a broadcast was stopped: none of its starts begins from now on.
    pub fn cancel_broadcast(&self, broadcast: i64) {
        Arc::make_mut(&mut self.state().paused).called_off.insert(broadcast);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Starts {
    /// Pauses or resumes a flow for an operator, stored first. False if it is already so.
    pub async fn turn_flow(&self, flow: &FlowName, pause: bool) -> Result<bool, CommitError> {
        let _one = self.flow_pause_lock.lock().await;
        let now = self.clock.now();
        let paused = self.flow_health.paused();
        if paused.holds(flow) == pause && (!pause || paused.by_hand(flow).is_some()) {
            return Ok(false);
        }
        let mut pauses = paused.by_hand.get(flow).cloned().unwrap_or_default();
        if pause {
            pauses.begin(now)
        } else {
            pauses.end(now)
        };
        let mut set = WriteSet::new();
        set.push(&flow_state::SET_PAUSES, &FlowPauses { flow: flow.clone(), pauses: pauses.clone() });
        if !pause {
            let row = FlowState { flow: flow.clone(), paused_at: None, reason: None, since_run: 0 };
            set.push(&flow_state::SET, &row);
        }
        self.store.commit(set).await?;
        self.flow_health.set_by_hand(flow, pauses);
        tracing::info!(flow.name = %flow, "Flow {flow} {}", if pause { "stands still" } else { "goes on" });
        Ok(true)
    }
}

fn pause(state: &mut State, flow: &FlowName) -> bool {
    Arc::make_mut(&mut state.paused).failing.insert(flow.clone())
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
        assert!(health.paused().holds(&flow));
        assert_eq!(failing(5), 0);
        assert_eq!(health.mended().len(), 1);
        assert!(!health.paused().holds(&flow));
    }
}
