//! Plays many cases side by side: on so many threads, and no longer than somebody waits for them.

use crate::base::{
    clock::{Clock, SystemClock},
    time::{Span, Time},
};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::watch;
use tracing::dispatcher;

/// The threads for a number of cases, and when to stop.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    threads: usize,
    ends_at: Option<Time>,
    /// Closed when nobody waits for the result any more.
    asker: Option<watch::Receiver<()>>,
}

impl Pace {
    /// On all cores, as long as it takes.
    pub fn whole_machine() -> Pace {
        Pace { threads: std::thread::available_parallelism().map_or(1, usize::from), ends_at: None, asker: None }
    }

    /// On one thread, for so long, and while `asker` is open.
    pub fn limited(time: Span, asker: watch::Receiver<()>) -> Pace {
        Pace { threads: 1, ends_at: Some(SystemClock.now() + time), asker: Some(asker) }
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
        let work_off = || {
            while !self.is_over() {
                let index = next.fetch_add(1, Ordering::SeqCst);
                let Some(slot) = done.get(index) else { return };
                let result = work(index);
                *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.threads.min(count) {
                scope.spawn(|| dispatcher::with_default(&log, work_off));
            }
        });
        done.into_iter().map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}

/// Each thread plays one case at a time.
pub(super) fn event_loop() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
