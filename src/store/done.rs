//! How much the writer has done since it began, for the numbers that the daemon shows.

use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug, Default)]
pub(super) struct Done {
    groups: AtomicU64,
    sets: AtomicU64,
    lost: AtomicU64,
}

/// Groups that the writer has taken to the database, and the write-sets in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    pub groups: u64,
    pub sets: u64,
    /// Groups that the database did not take: a full disk, a connection that broke.
    pub lost: u64,
}

impl Done {
    /// One more group, of so many write-sets.
    pub fn add(&self, sets: usize) {
        self.groups.fetch_add(1, Ordering::Relaxed);
        self.sets.fetch_add(sets as u64, Ordering::Relaxed);
    }

    /// One of them was lost.
    pub fn lose(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub fn read(&self) -> Written {
        let now = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Written { groups: now(&self.groups), sets: now(&self.sets), lost: now(&self.lost) }
    }
}
