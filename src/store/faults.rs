//! Commits that fail on purpose, and an order of events that repeats itself, for the simulator and for tests.

use super::dialect::DbError;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering},
};
use tokio::sync::{Notify, oneshot};

/// Given to `Options::faults`. Each count is used up by the next groups.
#[derive(Debug, Default)]
pub struct Faults {
    refuse: AtomicU32,
    lose: AtomicU32,
    full: AtomicBool,
    /// Commits until the process dies, and one; 0: it lives.
    dies: AtomicU32,
    after: AtomicBool,
    dead: AtomicBool,
    died: Notify,
    /// Of the next commit: who hears that it waits, and until when it does.
    hold: Mutex<Option<(oneshot::Sender<()>, oneshot::Receiver<()>)>>,
    /// What decides who runs first; `None`: the threads do.
    order: Option<AtomicU64>,
}

/// A commit that waits for its test.
pub struct Held {
    reached: oneshot::Receiver<()>,
    go: oneshot::Sender<()>,
}

impl Held {
    /// Waits until the commit is about to happen, lets `meanwhile` happen, and then the commit.
    pub async fn until(self, meanwhile: impl FnOnce()) {
        // A store that is gone commits nothing more.
        let _ = self.reached.await;
        meanwhile();
        let _ = self.go.send(());
    }
}

impl Faults {
    /// SQLite works in step with the thread that asks it, and `seed` decides who goes before whom: on a
    /// runtime of one thread the same seed gives the same order. For SQLite only.
    pub fn in_step(seed: u64) -> Faults {
        Faults { order: Some(AtomicU64::new(seed)), ..Faults::default() }
    }

    pub fn is_in_step(&self) -> bool {
        self.order.is_some()
    }

    /// Lets other tasks run before, as many rounds as chance decides. Does nothing when threads decide.
    pub async fn others_first(&self) {
        let Some(order) = &self.order else { return };
        // An odd multiplier and increment walk through all states; the upper bits are the better ones.
        let step = |state: u64| state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let state = order.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |state| Some(step(state)));
        let throw = state.unwrap_or_default() >> 59;
        // Mostly at once, at times so late that a whole turn fits in between.
        for _ in 0..throw.saturating_sub(16) {
            tokio::task::yield_now().await;
        }
    }

    /// The next `n` commits do not happen; their owners hear `Unknown`.
    pub fn fail_next_commits(&self, n: u32) {
        self.refuse.fetch_add(n, Ordering::SeqCst);
    }

    /// The next `n` commits happen, but their owners hear `Unknown`.
    pub fn lose_next_answers(&self, n: u32) {
        self.lose.fetch_add(n, Ordering::SeqCst);
    }

    /// From now on nothing fits on the disk: no commit happens, until `free_disk`.
    pub fn fill_disk(&self) {
        self.full.store(true, Ordering::SeqCst);
    }

    pub fn free_disk(&self) {
        self.full.store(false, Ordering::SeqCst);
    }

    pub(super) fn has_full_disk(&self) -> bool {
        self.full.load(Ordering::SeqCst)
    }

    /// What SQLite says of one.
    pub(super) fn full_disk() -> DbError {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL), None).into()
    }

    /// The next commit waits for what is given back, as on a slow disk.
    pub fn hold_next_commit(&self) -> Held {
        let ((tell, reached), (go, wait)) = (oneshot::channel(), oneshot::channel());
        *self.hold.lock().unwrap_or_else(PoisonError::into_inner) = Some((tell, wait));
        Held { reached, go }
    }

    pub(super) async fn wait(&self) {
        let held = self.hold.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((tell, wait)) = held {
            let _ = tell.send(());
            let _ = wait.await;
        }
    }

    /// The process dies at a commit after `n` more of them: `after` it, or before, so that it does not
    /// happen. Nobody hears anything any more; `died` returns.
    pub fn die_at_commit(&self, n: u32, after: bool) {
        self.after.store(after, Ordering::SeqCst);
        self.dies.store(n + 1, Ordering::SeqCst);
    }

    /// Nothing fails any more that was to fail.
    pub fn heal(&self) {
        self.refuse.store(0, Ordering::SeqCst);
        self.lose.store(0, Ordering::SeqCst);
        self.dies.store(0, Ordering::SeqCst);
        self.free_disk();
    }

    /// It dies now.
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

    /// Asked before each commit and after it: whoever dies here never returns.
    pub(super) async fn survive(&self, after: bool) {
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

    pub(super) fn takes_commit(&self) -> bool {
        take(&self.refuse)
    }

    pub(super) fn takes_answer(&self) -> bool {
        take(&self.lose)
    }
}

fn take(count: &AtomicU32) -> bool {
    count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}
