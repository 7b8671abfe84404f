//! Limits the requests of a key per minute; every answer contains the rest.

use crate::base::{
    limits::{WAPLIFY_KEYS_MAX, WAPLIFY_REQUESTS_MAX, WAPLIFY_WINDOW},
    time::Time,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The current minute of each key with requests in it. Only valid keys are counted.
#[derive(Default)]
pub struct Rates(Mutex<HashMap<String, Count>>);

#[derive(Debug, Clone, Copy)]
struct Count {
    began: Time,
    asked: u32,
}

/// The rest of a key's minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemainingQuota {
    pub requests: u32,
    /// When the next minute begins.
    pub resets_at: Time,
    /// True if this request exceeds the limit.
    pub is_over: bool,
}

impl RemainingQuota {
    /// Whole seconds until the next minute, rounded up: a client that waits that long is admitted.
    pub fn wait_s(&self, now: Time) -> u64 {
        u64::try_from((self.resets_at - now).0).unwrap_or(0).div_ceil(1_000).max(1)
    }
}

impl Rates {
    /// Counts a request of a key; a refused one is not counted.
    pub fn take(&self, key: &str, now: Time) -> RemainingQuota {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_present = |count: &Count| (count.began..count.began + WAPLIFY_WINDOW).contains(&now);
        if counts.len() >= WAPLIFY_KEYS_MAX && !counts.contains_key(key) {
            counts.retain(|_, count| is_present(count));
        }
        let fresh = Count { began: Time(now.0 - now.0.rem_euclid(WAPLIFY_WINDOW.0)), asked: 0 };
        let count = counts.entry(key.to_owned()).or_insert(fresh);
        if !is_present(count) {
            *count = fresh;
        }
        let is_over = count.asked >= WAPLIFY_REQUESTS_MAX;
        if !is_over {
            count.asked += 1;
        }
        RemainingQuota {
            requests: WAPLIFY_REQUESTS_MAX - count.asked,
            resets_at: count.began + WAPLIFY_WINDOW,
            is_over,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundredth_request_of_a_minute_passes_and_the_next_waits() {
        let rates = Rates::default();
        let now = Time(1_771_929_010_500);
        for n in 1..=WAPLIFY_REQUESTS_MAX {
            let left = rates.take("a", now);
            assert_eq!((left.is_over, left.requests), (false, WAPLIFY_REQUESTS_MAX - n));
        }
        let over = rates.take("a", now);
        assert_eq!((over.is_over, over.requests, over.wait_s(now)), (true, 0, 50));
        assert!(!rates.take("b", now).is_over, "another key is not held up");
        assert!(!rates.take("a", over.resets_at).is_over);
    }

    #[test]
    fn keys_of_past_minutes_are_forgotten() {
        let rates = Rates::default();
        let now = Time(1_771_929_000_000);
        for n in 0..WAPLIFY_KEYS_MAX {
            rates.take(&n.to_string(), now);
        }
        rates.take("late", now + WAPLIFY_WINDOW);
        assert_eq!(rates.0.lock().unwrap().len(), 1);
    }
}
