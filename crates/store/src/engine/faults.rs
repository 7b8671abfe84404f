//! Injects failing commits and a repeatable order of tasks, for the simulator and for tests.

use super::dialect::DbError;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};
use tokio::sync::{Notify, oneshot};

/// Given to `Options::faults`. The next groups use up each count.
#[derive(Debug, Default)]
pub struct InjectedFaults {
    refuse: AtomicU32,
    lose: AtomicU32,
    full: AtomicBool,
    /// The number of commits until the process dies, plus one; 0: it does not die.
    dies: AtomicU32,
    after: AtomicBool,
    dead: AtomicBool,
    died: Notify,
    /// For the next commit: the channel that reports that it waits, and the channel that lets it go on.
    hold: Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>,
    /// The state of the random generator that orders tasks; `None`: the threads decide.
    order: Option<AtomicU64>,
}

/// A commit that waits for its test to go on.
pub struct HeldCommit {
    reached: oneshot::Receiver<()>,
    go: oneshot::Sender<()>,
}

impl HeldCommit {
    /// Waits until the commit is about to run, calls `meanwhile`, then lets the commit run.
    pub async fn until(self, meanwhile: impl FnOnce()) {
        // A closed store runs no more commits.
        let _ = self.reached.await;
        meanwhile();
        let _ = self.go.send(());
    }
}

impl InjectedFaults {
    /// Runs SQLite in step with the calling thread; `seed` decides the order of tasks: on a runtime of one thread the
    /// same seed gives the same order. For SQLite only.
    pub fn in_step(seed: u64) -> InjectedFaults {
        InjectedFaults { order: Some(AtomicU64::new(seed)), ..InjectedFaults::default() }
    }

    pub fn is_in_step(&self) -> bool {
        self.order.is_some()
    }

    /// Yields to other tasks for a random number of rounds. Does nothing if the threads decide the order.
    pub async fn others_first(&self) {
        let Some(order) = &self.order else { return };
        // A linear congruential generator; its upper bits are the more random ones.
        let step = |state: u64| state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let state = order.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |state| Some(step(state)));
        let throw = state.unwrap_or_default() >> 59;
        // Usually no round, sometimes so many that another turn fits in between.
        for _ in 0..throw.saturating_sub(16) {
            tokio::task::yield_now().await;
        }
    }

    /// The next `n` commits do not run; their owners get `Unknown`.
    pub fn fail_next_commits(&self, n: u32) {
        self.refuse.fetch_add(n, Ordering::SeqCst);
    }

    /// The next `n` commits run, but their owners get `Unknown`.
    pub fn lose_next_answers(&self, n: u32) {
        self.lose.fetch_add(n, Ordering::SeqCst);
    }

    /// From now on the disk is full and no commit runs, until `free_disk`.
    pub fn fill_disk(&self) {
        self.full.store(true, Ordering::SeqCst);
    }

    pub fn free_disk(&self) {
        self.full.store(false, Ordering::SeqCst);
    }

    pub(crate) fn has_full_disk(&self) -> bool {
        self.full.load(Ordering::SeqCst)
    }

    /// The error that SQLite gives for a full disk.
    pub(crate) fn full_disk() -> DbError {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None).into()
    }

    /// The next commit waits for the returned `Held`, as on a slow disk.
    pub fn hold_next_commit(&self) -> HeldCommit {
        let ((tell, reached), (go, wait)) = (oneshot::channel(), oneshot::channel());
        *self.hold.lock().unwrap_or_else(PoisonError::into_inner) = Some((tell, wait));
        HeldCommit { reached, go }
    }

    pub(crate) async fn wait(&self) {
        let held = self.hold.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((tell, wait)) = held {
            let _ = tell.send(());
            let _ = wait.await;
        }
    }

    /// The process dies at the commit after the next `n`: after that commit (`after`), or before it, so that it does
    /// not run. No owner gets an answer any more; `died` returns.
    pub fn die_at_commit(&self, n: u32, after: bool) {
        self.after.store(after, Ordering::SeqCst);
        self.dies.store(n + 1, Ordering::SeqCst);
    }

    /// Clears all faults that have not happened yet.
    pub fn heal(&self) {
        self.refuse.store(0, Ordering::SeqCst);
        self.lose.store(0, Ordering::SeqCst);
        self.dies.store(0, Ordering::SeqCst);
        self.free_disk();
    }

    /// The process dies now.
    pub fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
        self.died.notify_waiters();
    }

    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    /// Returns when the process has died.
    pub async fn died(&self) {
        loop {
            let died = self.died.notified();
            tokio::pin!(died);
            died.as_mut().enable();
            if self.is_dead() {
                return;
            }
            died.await;
        }
    }

    /// Called before and after each commit: if the process dies here, it never returns.
    pub(crate) async fn survive(&self, after: bool) {
        if !self.is_dead() {
            if self.dies.load(Ordering::SeqCst) == 0 || self.after.load(Ordering::SeqCst) != after {
                return;
            }
            if self.dies.fetch_sub(1, Ordering::SeqCst) > 1 {
                return;
            }
            self.die();
        }
        std::future::pending().await
    }

    pub(crate) fn takes_commit(&self) -> bool {
        take(&self.refuse)
    }

    pub(crate) fn takes_answer(&self) -> bool {
        take(&self.lose)
    }
}

fn take(count: &AtomicU32) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}
