//! Provides the current time; it is the only source. All other code takes `now` as an argument.

use super::time::Time;
use std::sync::atomic::{AtomicI64, Ordering};

/// The source of the current time: the machine, or a test that sets it.
pub trait Clock: Send + Sync {
    fn now(&self) -> Time;
}

/// Measures how long work takes. Nothing that is decided depends on it but the end of work that takes too long.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    pub fn start() -> Self {
        Stopwatch(std::time::Instant::now())
    }

    pub fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> Time {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Time(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// A clock that moves only when it is set: for the sandbox, tests and the simulator.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    pub fn new(now: Time) -> Self {
        ManualClock(AtomicI64::new(now.0))
    }

    /// Sets the time to `now`; never moves backwards.
    pub fn set(&self, now: Time) {
        self.0.fetch_max(now.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(self.0.load(Ordering::SeqCst))
    }
}
