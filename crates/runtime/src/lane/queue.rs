//! Takes in the work of all contacts, and wakes the lanes that do it.

use super::{
    admission::Admission,
    backlog::Backlog,
    form_requests::Forms,
    lanes::Lanes,
    state::{LaneState, LaneTask},
};
use crate::{
    base::{clock::Clock, ids::ContactId, limits::LANE_LINE_MAX},
    process::{Process, timers::Timers},
    store::Store,
};
use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
};

/// Runs the lane of a contact until its queue is empty.
type RunLane = Box<dyn Fn(ContactId) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// The way into every lane. All rooms put work in; only the runner, which is given at the start, takes it out, so that
/// no room has to know it.
pub struct Queue {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Store,
    pub(crate) lanes: Lanes<LaneTask, LaneState>,
    pub(crate) timers: Timers,
    /// Contacts with recorded messages in no queue: their lane first reads these from the database.
    pub(crate) backlog: Backlog,
    /// Contacts whose messages wait for a free lane.
    pub(crate) admission: Admission,
    pub(crate) forms: Forms,
    run: OnceLock<RunLane>,
}

/// Counts external work as running while this value lives.
pub(crate) struct RunningGuard(Arc<Queue>);

impl Queue {
    pub(crate) fn new(process: &Process) -> Self {
        let Process { clock, store, .. } = process.clone();
        Queue {
            clock,
            store,
            lanes: Lanes::default(),
            timers: Timers::default(),
            backlog: Backlog::default(),
            admission: Admission::default(),
            forms: Forms::default(),
            run: OnceLock::new(),
        }
    }

    /// Gives the runner, once, before there is any work.
    pub(crate) fn is_run_by(&self, run: RunLane) {
        assert!(self.run.set(run).is_ok(), "the lanes have two runners");
    }

    /// Counts external work that will come back to a lane as running until the value is dropped.
    pub(crate) fn begin(self: &Arc<Self>) -> RunningGuard {
        self.lanes.enter();
        RunningGuard(Arc::clone(self))
    }

    /// Waits until no lane, send or call is running.
    pub async fn settled(&self) {
        self.lanes.settled().await;
    }

    /// Queues a job for a contact and starts the lane if it is not running. If the queue is full, a message stays in
    /// the database until the lane reads it.
    pub fn push(&self, contact: ContactId, work: LaneTask) {
        if matches!(work, LaneTask::Inbound(_)) && self.lanes.waiting(contact) >= LANE_LINE_MAX {
            self.backlog.add(contact);
            // The lane may have ended in the meantime.
            self.timers.wake(contact, self.clock.now());
            return;
        }
        if matches!(work, LaneTask::Inbound(_)) && self.lanes.is_full() && !self.lanes.is_active(contact) {
            // It is read from the database, in order, when another lane ends.
            if self.backlog.add(contact) {
                self.admission.wait(contact);
            }
            return;
        }
        if self.lanes.push(contact, work) {
            tokio::spawn(self.run(contact));
        }
    }

    /// As `push`, for a task without other work: it runs the lane itself.
    pub(crate) async fn push_and_run(&self, contact: ContactId, work: LaneTask) {
        if self.lanes.push(contact, work) {
            self.run(contact).await;
        }
    }

    fn run(&self, contact: ContactId) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.run.get().expect("the runner is given before there is work")(contact)
    }
}

impl Drop for RunningGuard {
    fn drop(&mut self) {
        self.0.lanes.leave();
    }
}
