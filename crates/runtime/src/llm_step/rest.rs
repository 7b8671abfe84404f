//! Lets a model rest that failed several times in a row, so that nobody waits for it.

use crate::base::{
    limits::{MODEL_FAILURES_MAX, MODEL_FAILURES_WITHIN, MODEL_REST},
    time::Time,
};
use std::collections::VecDeque;

#[derive(Debug, Default)]
pub(super) struct Rest {
    failed: VecDeque<Time>,
    until: Option<Time>,
}

impl Rest {
    /// The time until which nobody asks.
    pub fn until(&self, now: Time) -> Option<Time> {
        self.until.filter(|until| *until > now)
    }

    /// Counts an outcome; true if the rest begins with it.
    pub fn note(&mut self, is_up: bool, now: Time) -> bool {
        if is_up {
            *self = Rest::default();
            return false;
        }
        self.failed.push_back(now);
        self.failed.retain(|at| *at + MODEL_FAILURES_WITHIN > now);
        let rests = self.failed.len() >= MODEL_FAILURES_MAX;
        if rests {
            self.failed.clear();
            self.until = Some(now + MODEL_REST);
        }
        rests
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::Span;

    #[test]
    fn a_model_rests_after_so_many_failures_within_the_time() {
        let (mut rest, start) = (Rest::default(), Time(1_000_000));
        for failure in 1..MODEL_FAILURES_MAX {
            assert!(!rest.note(false, start), "failure {failure}");
        }
        assert!(rest.note(false, start));
        assert_eq!(rest.until(start), Some(start + MODEL_REST));
        assert_eq!(rest.until(start + MODEL_REST), None);
    }

    #[test]
    fn an_answer_and_an_old_failure_do_not_count() {
        let (mut rest, start) = (Rest::default(), Time(1_000_000));
        for _ in 1..MODEL_FAILURES_MAX {
            rest.note(false, start);
        }
        assert!(!rest.note(false, start + MODEL_FAILURES_WITHIN));
        rest.note(true, start);
        for _ in 1..MODEL_FAILURES_MAX {
            assert!(!rest.note(false, start + Span(1)));
        }
    }
}
