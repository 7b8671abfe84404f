//! Hands due starts to their lanes: none twice, and a limited number at a time, so that contacts' messages are
//! processed beside them.

use crate::{
    base::{
        clock::Clock,
        ids::{ContactId, StartId},
        limits::{BEGIN_EVERY, BEGIN_LOOK, START_SLICE, STARTS_UNDER_WAY_MAX},
        time::Time,
    },
    lane::{queue::Queue, state::LaneTask},
    process::{Process, log_limit::LogLimiter},
    store::{
        Store, WriteSet,
        tables::start::{self, Decided, StartState},
    },
};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

#[derive(Default)]
pub struct StartSlots {
    under_way: Mutex<HashSet<StartId>>,
    left: Notify,
    /// Signals a newly planned start, for the loop that waits for the next slot.
    planned: Notify,
}

/// A start that was handed to its lane. It is released when the last of these is dropped, whatever happened to the
/// lane.
pub struct StartPermit {
    all: Arc<StartSlots>,
    id: StartId,
}

impl StartSlots {
    /// `None` if it was already handed over.
    pub fn hold(self: &Arc<Self>, id: StartId) -> Option<Arc<StartPermit>> {
        self.set().insert(id).then(|| Arc::new(StartPermit { all: Arc::clone(self), id }))
    }

    /// Waits until another start may be handed over.
    pub async fn room(&self) {
        loop {
            let left = self.left.notified();
            if self.set().len() < STARTS_UNDER_WAY_MAX {
                return;
            }
            left.await;
        }
    }

    /// Wakes the loop that waits for the next slot.
    pub fn look(&self) {
        self.planned.notify_one();
    }

    pub async fn looked_for(&self) {
        self.planned.notified().await;
    }

    fn set(&self) -> MutexGuard<'_, HashSet<StartId>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands due starts to their lanes.
pub struct DueStarts {
    clock: Arc<dyn Clock>,
    store: Store,
    log_limiter: Arc<LogLimiter>,
    /// Planned starts that were handed to their lanes.
    pub(crate) start_slots: Arc<StartSlots>,
    queue: Arc<Queue>,
}

impl DueStarts {
    pub(crate) fn new(process: &Process, queue: &Arc<Queue>) -> Self {
        let Process { clock, store, log_limiter, .. } = process.clone();
        DueStarts { clock, store, log_limiter, start_slots: Arc::default(), queue: Arc::clone(queue) }
    }
}

impl DueStarts {
    /// Records that a start was planned for this time.
    pub(crate) fn expect_start(&self, contact: ContactId, slot_at: Time) {
        let now = self.clock.now();
        if slot_at <= now {
            // For a clock that is moved by hand: shows that there is still something to do.
            self.queue.timers.wake(contact, slot_at);
        }
        if slot_at <= now + BEGIN_LOOK {
            self.start_slots.look();
        }
    }

    /// Hands due starts to their lanes. `paced`: limits how many lanes have at the same time, and returns when all
    /// were handed over.
    pub(crate) async fn begin_starts(self: &Arc<Self>, now: Time, paced: bool) -> anyhow::Result<()> {
        let store = self.store.aside();
        let mut after = (Time(i64::MIN), StartId(0));
        loop {
            let slice = start::due(&store, after, now, START_SLICE).await?;
            let Some(last) = slice.last() else { return Ok(()) };
            after = (last.slot_at, last.id);
            let full = slice.len() as i64 == START_SLICE;
            for row in slice {
                if paced {
                    self.start_slots.room().await;
                }
                if let Some(held) = self.start_slots.hold(row.id) {
                    self.queue.push(row.contact_id, LaneTask::Begin(Box::new(row), held));
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Hands starts over at their slots until `stop`.
    pub async fn drive_starts(self: Arc<Self>, mut stop: tokio::sync::watch::Receiver<bool>) {
        let store = self.store.aside();
        let mut pause = BEGIN_EVERY;
        loop {
            tokio::select! {
                _ = stop.changed() => return,
                () = self.start_slots.looked_for() => {}
                () = tokio::time::sleep(pause.to_std()) => {}
            }
            let now = self.clock.now();
            let begun = tokio::select! {
                _ = stop.changed() => return,
                begun = self.begin_starts(now, true) => begun,
            };
            if let Err(error) = begun {
                self.log_limiter.complain(
                    "starts",
                    "Planned starts could not begin, and are tried again",
                    &error,
                    self.clock.now(),
                );
            }
            let next = start::next_slot(&store, now).await.ok().flatten();
            pause = next.map_or(BEGIN_LOOK, |at| at - self.clock.now()).clamp(BEGIN_EVERY, BEGIN_LOOK);
        }
    }

    /// Supersedes a start whose contact does not exist.
    pub(crate) async fn drop_start(&self, id: StartId) -> anyhow::Result<()> {
        let (state, ended_at) = (StartState::Superseded, Some(self.clock.now()));
        let mut set = WriteSet::new();
        set.push(&start::DECIDED, &Decided { id, state, reason: None, slot_at: None, ended_at });
        self.store.commit(set).await?;
        Ok(())
    }
}

impl Drop for StartPermit {
    fn drop(&mut self) {
        self.all.set().remove(&self.id);
        self.all.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{pin::pin, task::Poll};

    #[test]
    fn a_start_is_held_once_until_all_of_its_work_is_gone() {
        let all = Arc::new(StartSlots::default());
        let held = all.hold(StartId(7)).unwrap();
        let again = Arc::clone(&held);
        drop(held);
        assert!(all.hold(StartId(7)).is_none());
        drop(again);
        assert!(all.hold(StartId(7)).is_some());
    }

    #[tokio::test]
    async fn no_more_than_the_most_begin_at_once() {
        let all = Arc::new(StartSlots::default());
        let mut held = Vec::new();
        for id in 0..STARTS_UNDER_WAY_MAX as i64 {
            all.room().await;
            held.extend(all.hold(StartId(id)));
        }
        let mut room = pin!(all.room());
        let waits = std::future::poll_fn(|context| Poll::Ready(room.as_mut().poll(context).is_pending())).await;
        assert!(waits, "{} are under way", held.len());
        held.pop();
        room.await;
    }
}
