//! Plays many cases side by side: on so many threads, and no longer than somebody waits for them.

use crate::base::{
    clock::{Clock, SystemClock},
    time::{Span, Time},
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::{Semaphore, watch};
use tracing::dispatcher;

/// The threads for a number of cases, and when to stop.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    threads: usize,
    ends_at: Option<Time>,
    /// Closed when nobody waits for the result any more.
    asker: Option<watch::Receiver<()>>,
    /// The places of other plays: a further thread takes one for each case, as long as nobody waits for it.
    spare: Option<Arc<Semaphore>>,
}

impl Pace {
    /// On all cores, as long as it takes.
    pub fn whole_machine() -> Pace {
        Pace { threads: cores(), ends_at: None, asker: None, spare: None }
    }

    /// On one thread, and on a second one while there is a place in `spare`; for so long, and while `asker` is open.
    pub fn limited(time: Span, asker: watch::Receiver<()>, spare: Arc<Semaphore>) -> Pace {
        let spare = (cores() > 1).then_some(spare);
        Pace { threads: 1, ends_at: Some(SystemClock.now() + time), asker: Some(asker), spare }
    }

    pub fn is_over(&self) -> bool {
        self.is_left() || self.ends_at.is_some_and(|at| SystemClock.now() >= at)
    }

    /// True if nobody waits for the result any more.
    pub fn is_left(&self) -> bool {
        self.asker.as_ref().is_some_and(|asker| asker.has_changed().is_err())
    }

    /// Returns when the time is over or nobody waits any more.
    pub async fn over(&self) {
        let time = async {
            match self.ends_at {
                Some(at) => tokio::time::sleep((at - SystemClock.now()).max(Span::ZERO).to_std()).await,
                None => std::future::pending().await,
            }
        };
        let left = async {
            match self.asker.clone() {
                Some(mut asker) => while asker.changed().await.is_ok() {},
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = time => {}
            () = left => {}
        }
    }

    /// Plays on an event loop of its own; `None` if the time is over before.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> std::io::Result<Option<T>> {
        let event_loop = event_loop()?;
        let done = event_loop.block_on(async {
            tokio::select! {
                done = work => Some(done),
                () = self.over() => None,
            }
        });
        if done.is_none() {
            // The rest of a play that was cut off is not waited for.
            event_loop.shutdown_background();
        }
        Ok(done)
    }

    /// Does `count` pieces of work; gives the results in order, `None` for those that were not begun in time.
    pub fn side_by_side<T: Send>(&self, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<Option<T>> {
        let next = AtomicUsize::new(0);
        let done: Vec<Mutex<Option<T>>> = (0..count).map(|_| Mutex::default()).collect();
        // The log of this thread is also that of the others.
        let log = dispatcher::get_default(Clone::clone);
        // False: nothing is left.
        let work_one = || {
            let index = next.fetch_add(1, Ordering::SeqCst);
            let Some(slot) = done.get(index) else { return false };
            let result = work(index);
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            true
        };
        let work_off = || while !self.is_over() && work_one() {};
        let work_beside = || {
            while let (false, Some(Ok(_place))) = (self.is_over(), self.spare.as_ref().map(|spare| spare.try_acquire()))
            {
                if !work_one() {
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.threads.min(count) {
                scope.spawn(|| dispatcher::with_default(&log, work_off));
            }
            if self.spare.is_some() && count > self.threads {
                scope.spawn(|| dispatcher::with_default(&log, work_beside));
            }
        });
        done.into_iter().map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Each thread plays one case at a time.
pub(super) fn event_loop() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, thread};

    /// The threads that worked, while so many places were free.
    fn threads_with(places: usize) -> usize {
        let (_waits, asker) = watch::channel(());
        let pace = Pace { spare: Some(Arc::new(Semaphore::new(places))), ..Pace::whole_machine() };
        let pace = Pace { threads: 1, asker: Some(asker), ..pace };
        let seen = Mutex::new(BTreeSet::new());
        // Longer than the start of a thread takes.
        let work = |index: usize| {
            seen.lock().unwrap().insert(format!("{:?}", thread::current().id()));
            thread::park_timeout(Span(20).to_std());
            index
        };
        let done = pace.side_by_side(40, work);
        assert_eq!(done, (0..40).map(Some).collect::<Vec<_>>(), "each piece of work once, in order");
        seen.into_inner().unwrap().len()
    }

    #[test]
    fn a_second_thread_helps_while_nobody_else_needs_its_place() {
        assert_eq!((threads_with(1), threads_with(0)), (2, 1));
    }

    #[test]
    fn a_place_is_given_back_after_each_piece_of_work_if_somebody_waits_for_it() {
        let spare = Arc::new(Semaphore::new(1));
        let (_waits, asker) = watch::channel(());
        let pace = Pace { threads: 1, ends_at: None, asker: Some(asker), spare: Some(Arc::clone(&spare)) };
        let event_loop = event_loop().unwrap();
        thread::scope(|scope| {
            let played = scope.spawn(|| pace.side_by_side(200, |_| thread::park_timeout(Span(10).to_std())));
            // The second thread holds it by now; the waiting play comes before its next piece of work.
            thread::park_timeout(Span(50).to_std());
            let place =
                event_loop.block_on(async { tokio::time::timeout(Span::seconds(5).to_std(), spare.acquire()).await });
            assert!(place.is_ok() && !played.is_finished());
            drop(place);
            assert_eq!(played.join().unwrap().len(), 200);
        });
    }
}
