//! Runs a lane for each contact: processes its messages, timers and results one at a time, in order.
//!
//! An idle lane costs a map entry and no task. The first job starts a task that runs until the queue is empty; the
//! lane's state stays in memory for the next time.

use crate::base::{
    ids::ContactId,
    limits::{LANES_KEPT_MAX, LANES_RUNNING_MAX},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

const PARTS: usize = 64;

/// `W`: a job. `S`: the state of a lane between jobs.
pub struct Lanes<W, S> {
    parts: Vec<Mutex<HashMap<ContactId, Lane<W, S>>>>,
    /// Running lanes, plus external work that will come back to one.
    busy: AtomicUsize,
    idle: Notify,
    /// Running lanes.
    running: AtomicUsize,
    rest: Notify,
}

struct Lane<W, S> {
    line: VecDeque<W>,
    running: bool,
    /// True if it had work since idle lanes were last removed.
    used: bool,
    /// Boxed, because the map has room for more lanes than there are.
    state: Option<Box<S>>,
}

impl<W, S> Lane<W, S> {
    fn is_at_work(&self) -> bool {
        self.running || !self.line.is_empty()
    }
}

impl<W, S> Default for Lanes<W, S> {
    fn default() -> Self {
        Lanes {
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
            busy: AtomicUsize::new(0),
            idle: Notify::new(),
            running: AtomicUsize::new(0),
            rest: Notify::new(),
        }
    }
}

impl<W, S> Lanes<W, S> {
    /// Queues a job for the contact. True if no task runs the lane: the caller must start one.
    #[must_use]
    pub fn push(&self, contact: ContactId, work: W) -> bool {
        let mut part = self.part(contact);
        let lane = part.entry(contact).or_insert_with(|| Lane {
            line: VecDeque::new(),
            running: false,
            used: true,
            state: None,
        });
        lane.line.push_back(work);
        if lane.running {
            return false;
        }
        lane.running = true;
        self.running.fetch_add(1, Ordering::SeqCst);
        self.enter();
        true
    }

    /// The number of queued jobs of a contact.
    pub fn waiting(&self, contact: ContactId) -> usize {
        self.part(contact).get(&contact).map_or(0, |lane| lane.line.len())
    }

    /// The number of lanes in memory, and of their queued jobs.
    pub fn count(&self) -> (usize, usize) {
        let parts = self.parts.iter().map(|part| {
            let part = part.lock().unwrap_or_else(PoisonError::into_inner);
            (part.len(), part.values().map(|lane| lane.line.len()).sum::<usize>())
        });
        parts.fold((0, 0), |(lanes, work), (more, waiting)| (lanes + more, work + waiting))
    }

    /// True if the maximum number of lanes is running.
    pub fn is_full(&self) -> bool {
        self.running.load(Ordering::SeqCst) >= LANES_RUNNING_MAX
    }

    /// Removes contacts without work since the last call and for which `waits` is false; they are loaded again when
    /// needed.
    pub fn forget_idle(&self, waits: impl Fn(&S) -> bool) {
        for part in &self.parts {
            let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
            part.retain(|_, lane| {
                let stays = lane.is_at_work() || lane.used || lane.state.as_deref().is_some_and(&waits);
                lane.used = false;
                stays
            });
            // Shrink the maps after a flood, too.
            if part.capacity() > 4 * part.len().max(16) {
                part.shrink_to_fit();
            }
        }
    }

    /// Takes the lane's state, for the task that runs it.
    pub fn take_state(&self, contact: ContactId) -> Option<S> {
        self.part(contact).get_mut(&contact)?.state.take().map(|state| *state)
    }

    /// The next job; without one the lane stops, and its state is kept if `settles` tells that it is worth keeping. If too many states are
    /// in memory, those for which `waits` is false are removed; above twice that number, all idle ones.
    pub fn next(
        &self,
        contact: ContactId,
        state: &mut Option<S>,
        settles: impl FnOnce(&mut S) -> bool,
        waits: impl Fn(&S) -> bool,
    ) -> Option<W> {
        let mut part = self.part(contact);
        let (crowded, overcrowded) = (part.len() > LANES_KEPT_MAX / PARTS, part.len() > 2 * LANES_KEPT_MAX / PARTS);
        let lane = part.get_mut(&contact)?;
        if let Some(work) = lane.line.pop_front() {
            return Some(work);
        }
        lane.running = false;
        lane.used = true;
        lane.line = VecDeque::new();
        lane.state = state.take().and_then(|mut state| settles(&mut state).then(|| Box::new(state)));
        if lane.state.is_none() {
            part.remove(&contact);
        }
        if crowded {
            // Removed states are loaded again when needed.
            part.retain(|_, lane| lane.is_at_work() || !overcrowded && lane.state.as_deref().is_some_and(&waits));
        }
        drop(part);
        self.running.fetch_sub(1, Ordering::SeqCst);
        self.rest.notify_waiters();
        self.leave();
        None
    }

    /// True if the lane has work or is working.
    pub fn is_active(&self, contact: ContactId) -> bool {
        self.part(contact).get(&contact).is_some_and(|lane| lane.running)
    }

    /// Reads the state of an idle lane; `None` if it is running, or not in memory.
    pub fn peek<T>(&self, contact: ContactId, ask: impl FnOnce(&S) -> T) -> Option<T> {
        self.part(contact).get(&contact)?.state.as_deref().map(ask)
    }

    /// True if the lane's contact is in memory, working or not.
    pub fn is_known(&self, contact: ContactId) -> bool {
        self.part(contact).get(&contact).is_some_and(|lane| lane.running || lane.state.is_some())
    }

    /// Begins external work (a send, a call) that will come back to a lane.
    pub fn enter(&self) {
        self.busy.fetch_add(1, Ordering::SeqCst);
    }

    pub fn leave(&self) {
        if self.busy.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.idle.notify_waiters();
        }
    }

    pub fn busy(&self) -> usize {
        self.busy.load(Ordering::SeqCst)
    }

    /// Returns when no lane and no external work is running.
    pub async fn settled(&self) {
        none_left(&self.busy, &self.idle).await;
    }

    /// Returns when none of these contacts' lanes is running; external work may still be.
    pub async fn rested(&self, contacts: &[ContactId]) {
        loop {
            let told = self.rest.notified();
            tokio::pin!(told);
            told.as_mut().enable();
            if !contacts.iter().any(|contact| self.is_active(*contact)) {
                return;
            }
            told.await;
        }
    }

    fn part(&self, contact: ContactId) -> MutexGuard<'_, HashMap<ContactId, Lane<W, S>>> {
        let index = usize::try_from(contact.0.rem_euclid(PARTS as i64)).unwrap_or(0);
        self.parts[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn none_left(count: &AtomicUsize, told: &Notify) {
    loop {
        let told = told.notified();
        tokio::pin!(told);
        told.as_mut().enable();
        if count.load(Ordering::SeqCst) == 0 {
            return;
        }
        told.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: ContactId = ContactId(7);

    #[test]
    fn a_lane_is_started_once_and_works_in_order() {
        let lanes: Lanes<u8, &str> = Lanes::default();
        assert!(lanes.push(ADA, 1));
        assert!(!lanes.push(ADA, 2));
        let mut state = lanes.take_state(ADA);
        let keeps = |_: &mut &str| true;
        assert_eq!(lanes.next(ADA, &mut state, keeps, |_| false), Some(1));
        assert_eq!(lanes.next(ADA, &mut state, keeps, |_| false), Some(2));
        state = Some("remembered");
        assert_eq!(lanes.next(ADA, &mut state, keeps, |_| false), None);
        assert_eq!(lanes.busy(), 0);
        assert!(lanes.push(ADA, 3));
        assert_eq!(lanes.take_state(ADA), Some("remembered"));
    }

    #[test]
    fn what_is_not_worth_it_leaves_no_lane_behind() {
        let lanes: Lanes<u8, &str> = Lanes::default();
        assert!(lanes.push(ADA, 1));
        let mut state = Some("a start began here, and nobody wrote");
        assert_eq!(lanes.next(ADA, &mut state, |_| false, |_| false), Some(1));
        assert_eq!(lanes.next(ADA, &mut state, |_| false, |_| false), None);
        assert_eq!((lanes.count(), lanes.is_known(ADA)), ((0, 0), false));
    }

    #[test]
    fn who_is_idle_for_two_sweeps_is_forgotten() {
        let lanes: Lanes<u8, &str> = Lanes::default();
        let waits = |state: &&str| *state == "an unsent message";
        let late = ContactId(9);
        assert!(lanes.push(late, 1));
        let mut unsent = Some("an unsent message");
        while lanes.next(late, &mut unsent, |_| true, waits).is_some() {}
        for contact in [ADA, ContactId(8)] {
            assert!(lanes.push(contact, 1));
            let mut state = Some("remembered");
            while lanes.next(contact, &mut state, |_| true, |_| false).is_some() {}
        }
        lanes.forget_idle(waits);
        assert!(lanes.is_known(ADA), "something was done since the sweep before");
        assert!(lanes.push(ADA, 2));
        lanes.forget_idle(waits);
        assert_eq!((lanes.is_known(ADA), lanes.is_known(ContactId(8))), (true, false));
        let mut state = Some("remembered");
        while lanes.next(ADA, &mut state, |_| true, waits).is_some() {}
        lanes.forget_idle(waits);
        lanes.forget_idle(waits);
        assert_eq!((lanes.is_known(ADA), lanes.is_known(late)), (false, true));
    }

    #[test]
    fn who_waits_for_something_is_forgotten_last() {
        let lanes: Lanes<u8, bool> = Lanes::default();
        let add = |numbers: std::ops::Range<i64>, waits: bool| {
            for contact in numbers.map(ContactId) {
                assert!(lanes.push(contact, 1));
                let mut state = Some(waits);
                while lanes.next(contact, &mut state, |_| true, |waits| *waits).is_some() {}
            }
        };
        let max = i64::try_from(LANES_KEPT_MAX).unwrap();
        add(0..100, true);
        add(100..3 * max, false);
        assert!((0..100).all(|n| lanes.is_known(ContactId(n))));
        assert!(lanes.count().0 <= LANES_KEPT_MAX + PARTS + 100, "{:?}", lanes.count());
        add(3 * max..6 * max, true);
        assert!(lanes.count().0 <= 2 * (LANES_KEPT_MAX + PARTS), "{:?}", lanes.count());
    }

    #[test]
    fn so_many_lanes_work_at_once() {
        let lanes: Lanes<u8, ()> = Lanes::default();
        let last = i64::try_from(LANES_RUNNING_MAX).unwrap();
        for n in 1..last {
            assert!(lanes.push(ContactId(n), 1));
        }
        assert!(!lanes.is_full());
        assert!(lanes.push(ContactId(last), 1));
        assert!(lanes.is_full());
        let mut state = None;
        while lanes.next(ADA, &mut state, |()| true, |()| false).is_some() {}
        assert!(!lanes.is_full());
    }

    #[tokio::test]
    async fn settled_waits_for_running_lanes_and_work_outside() {
        let lanes: Lanes<u8, ()> = Lanes::default();
        assert!(lanes.push(ADA, 1));
        lanes.enter();
        let mut state = lanes.take_state(ADA);
        while lanes.next(ADA, &mut state, |()| true, |()| false).is_some() {}
        assert_eq!(lanes.busy(), 1);
        lanes.rested(&[ADA]).await;
        lanes.leave();
        lanes.settled().await;
    }
}
