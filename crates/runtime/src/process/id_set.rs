//! Implements a set of ids in memory that lanes and webhooks share.

use std::{
    collections::HashSet,
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

pub struct IdSet<T>(Mutex<HashSet<T>>);

impl<T> Default for IdSet<T> {
    fn default() -> Self {
        IdSet(Mutex::default())
    }
}

impl<T: Hash + Eq> IdSet<T> {
    /// True if it was not in the set.
    pub fn add(&self, id: T) -> bool {
        self.set().insert(id)
    }

    pub fn remove(&self, id: T) {
        let mut set = self.set();
        if !set.is_empty() {
            set.remove(&id);
        }
    }

    pub fn holds(&self, id: T) -> bool {
        let set = self.set();
        !set.is_empty() && set.contains(&id)
    }

    fn set(&self) -> MutexGuard<'_, HashSet<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_set_once() {
        let marks = IdSet::default();
        assert!(marks.add(1) && !marks.add(1) && marks.holds(1));
        marks.remove(1);
        assert!(!marks.holds(1));
    }
}
