//! Commits that fail on purpose, for the simulator and for tests of everything that writes.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tokio::sync::Notify;

/// Given to `Options::faults`. Each count is used up by the next groups.
#[derive(Debug, Default)]
pub struct Faults {
    refuse: AtomicU32,
    lose: AtomicU32,
    /// Commits until the process dies, and one; 0: it lives.
    dies: AtomicU32,
    after: AtomicBool,
    dead: AtomicBool,
    died: Notify,
}

impl Faults {
    /// The next `n` commits do not happen; their owners hear `Unknown`.
    pub fn fail_next_commits(&self, n: u32) {
        self.refuse.fetch_add(n, Ordering::SeqCst);
    }

    /// The next `n` commits happen, but their owners hear `Unknown`.
    pub fn lose_next_answers(&self, n: u32) {
        self.lose.fetch_add(n, Ordering::SeqCst);
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
