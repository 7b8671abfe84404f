//! Counts the work of the writer since the start, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug, Default)]
pub(crate) struct WriteStats {
    groups: AtomicU64,
    sets: AtomicU64,
    lost: AtomicU64,
}

/// The groups that the writer has sent to the database, and the write-sets in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupStats {
    pub groups: u64,
    pub sets: u64,
    /// Groups that failed: a full disk, a lost connection.
    pub lost: u64,
}

impl WriteStats {
    /// Counts one more group of `sets` write-sets.
    pub fn add(&self, sets: usize) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.sets.fetch_add(sets as u64, Ordering::Relaxed);
    }

    /// Counts one lost group.
    pub fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub fn read(&self) -> GroupStats {
        let now = |number: &AtomicU64| number.load(Ordering::Relaxed);
        GroupStats { groups: now(&self.groups), sets: now(&self.sets), lost: now(&self.lost) }
    }
}
