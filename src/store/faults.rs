//! Commits that fail on purpose, for the simulator and for tests of everything that writes.

use std::sync::atomic::{AtomicU32, Ordering};

/// Given to `Options::faults`. Each count is used up by the next groups.
#[derive(Debug, Default)]
pub struct Faults {
    refuse: AtomicU32,
    lose: AtomicU32,
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
