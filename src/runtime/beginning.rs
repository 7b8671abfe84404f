//! Starts that were handed to their lanes: none twice, and so many at a time that whoever talks finds room beside them.

use crate::base::{ids::StartId, limits::STARTS_UNDER_WAY_MAX};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

#[derive(Default)]
pub struct Beginning {
    under_way: Mutex<HashSet<StartId>>,
    left: Notify,
    /// A start was planned that begins soon: whoever waits for the next slot looks again.
    planned: Notify,
}

/// A start that its lane has and nobody else. It is free again when the last of these is dropped, whatever happened
/// to the lane.
pub struct Held {
    all: Arc<Beginning>,
    id: StartId,
}

impl Beginning {
    /// `None`: it is under way already.
    pub fn hold(self: &Arc<Self>, id: StartId) -> Option<Arc<Held>> {
        self.set().insert(id).then(|| Arc::new(Held { all: Arc::clone(self), id }))
    }

    /// Waits until fewer are under way than may be.
    pub async fn room(&self) {
        loop {
            let left = self.left.notified();
            if self.set().len() < STARTS_UNDER_WAY_MAX {
                return;
            }
            left.await;
        }
    }

    /// Wakes whoever waits for the next slot.
    pub fn look(&self) {
        self.planned.notify_one();
    }

    pub async fn looked_for(&self) {
        self.planned.notified().await;
    }

    fn set(&self) -> MutexGuard<'_, HashSet<StartId>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.set().remove(&self.id);
        self.all.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{pin::pin, task::Poll};

    #[test]
    fn a_start_is_held_once_until_all_of_its_work_is_gone() {
        let all = Arc::new(Beginning::default());
        let held = all.hold(StartId(7)).unwrap();
        let again = Arc::clone(&held);
        drop(held);
        assert!(all.hold(StartId(7)).is_none());
        drop(again);
        assert!(all.hold(StartId(7)).is_some());
    }

    #[tokio::test]
    async fn no_more_than_the_most_begin_at_once() {
        let all = Arc::new(Beginning::default());
        let mut held = Vec::new();
        for id in 0..STARTS_UNDER_WAY_MAX as i64 {
            all.room().await;
            held.extend(all.hold(StartId(id)));
        }
        let mut room = pin!(all.room());
        let waits = std::future::poll_fn(|context| Poll::Ready(room.as_mut().poll(context).is_pending())).await;
        assert!(waits, "{} are under way", held.len());
        held.pop();
        room.await;
    }
}
