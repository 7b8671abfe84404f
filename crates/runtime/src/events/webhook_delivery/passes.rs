//! Tracks the running passes over subscriptions, and the pauses of those that accept nothing.

use super::{PassCounts, backoff};
use crate::base::{
    limits::{WEBHOOK_PASS, WEBHOOK_REST_MAX},
    time::Time,
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Subscriptions with a running pass, and the pauses of those that accept nothing.
#[derive(Default)]
pub(super) struct Passes(Mutex<HashMap<i64, Rest>>);

#[derive(Debug, Clone, Copy, Default)]
struct Rest {
    busy: bool,
    /// Consecutive passes in which nothing was accepted.
    failures: u32,
    until: Option<Time>,
}

impl Passes {
    /// Begins a pass over the subscription, if none is running and it does not pause; gives the number of posts.
    pub(super) fn begin(&self, id: i64, now: Time) -> Option<i64> {
        let mut at_work = self.at_work();
        let rest = at_work.entry(id).or_default();
        if rest.busy || rest.until.is_some_and(|until| until > now) {
            return None;
        }
        rest.busy = true;
        // If the last pass was not accepted, try one post first.
        Some(if rest.failures > 0 { 1 } else { WEBHOOK_PASS })
    }

    /// Ends a pass. True if the receiver accepts posts again.
    pub(super) fn end(&self, id: i64, passed: PassCounts, now: Time) -> bool {
        let mut at_work = self.at_work();
        let rest = at_work.entry(id).or_default();
        let before = rest.failures;
        rest.busy = false;
        if passed.taken > 0 {
            (rest.failures, rest.until) = (0, None);
            return before > 0;
        }
        if passed != PassCounts::default() {
            rest.failures = before.saturating_add(1);
            rest.until = Some(now + backoff(rest.failures).min(WEBHOOK_REST_MAX));
        }
        false
    }

    /// Ends the pause of a subscription; a running pass stays the only one.
    pub(super) fn forget(&self, id: i64) {
        if let Some(rest) = self.at_work().get_mut(&id) {
            (rest.failures, rest.until) = (0, None);
        }
    }

    fn at_work(&self) -> MutexGuard<'_, HashMap<i64, Rest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Span;

    #[test]
    fn one_that_takes_nothing_is_asked_with_one_post_after_a_rest() {
        let posts = Passes::default();
        let now = Time(1_790_000_000_000);
        let (failed, taken) =
            (PassCounts { retried: 3, ..PassCounts::default() }, PassCounts { taken: 1, ..PassCounts::default() });
        assert_eq!(posts.begin(1, now), Some(WEBHOOK_PASS));
        assert_eq!(posts.begin(1, now), None, "one pass at a time");
        assert!(!posts.end(1, failed, now));
        assert_eq!((posts.begin(1, now), posts.begin(2, now)), (None, Some(WEBHOOK_PASS)));
        assert_eq!(posts.begin(1, now + Span::seconds(5)), Some(1));
        assert!(posts.end(1, taken, now), "what waits may hurry");
        assert_eq!(posts.begin(1, now), Some(WEBHOOK_PASS));
    }
}
