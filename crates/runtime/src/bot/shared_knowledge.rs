//! Keeps the knowledge of the newest version, which versions that differ in their flows alone share.

use crate::{
    flow::{FlowSet, knowledge::Knowledge},
    process::long_work::blocking,
};
use std::sync::{Arc, Mutex, PoisonError};

/// The knowledge of the newest version without errors.
#[derive(Default)]
pub(super) struct SharedKnowledge(Mutex<Option<Arc<Knowledge>>>);

impl SharedKnowledge {
    /// Makes the knowledge of a set ready for searches. If it is that of the version before, the set gets that one: texts
    /// and index of the largest take some tens of megabytes.
    pub fn share(&self, set: &mut FlowSet) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match last.as_ref().filter(|last| last.is_same(&set.knowledge)) {
            Some(last) => set.knowledge = Arc::clone(last),
            None => *last = Some(Arc::clone(&set.knowledge)),
        }
        drop(last);
        blocking(|| set.knowledge.prepare());
    }
}
