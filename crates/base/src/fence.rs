//! Says whether this process may still act for its database: whether the server has confirmed the session that holds
//! the locks within the last seconds.
//!
//! The server ends the session of a process that is stopped or cut off, and another daemon then takes its work over.
//! A process that is woken later knows nothing of that. It must find out before it puts anything on the wire.

use crate::{
    clock::{Clock, Stopwatch, SystemClock},
    limits::FENCE_PROOF_MAX,
    time::Time,
};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// The newest proof of the session, and whether the session is lost for ever.
#[derive(Debug)]
pub struct Fence {
    /// False on SQLite, where the lock on the file lasts as long as the process.
    is_needed: bool,
    began: Stopwatch,
    /// When the server was asked that answered last: milliseconds since `began`, and on the machine's clock. A suspended
    /// machine may stop the first, and a correction of the time moves the second.
    elapsed: AtomicI64,
    at: AtomicI64,
    closed: AtomicBool,
}

/// The time at which the server is asked. It may end the session only some seconds after that.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    elapsed: i64,
    at: Time,
}

impl Fence {
    /// A fence that stays open.
    pub fn open() -> Fence {
        Fence::new(false)
    }

    /// A fence that is shut until the first proof, and open for `FENCE_PROOF_MAX` after each.
    pub fn of_session() -> Fence {
        Fence::new(true)
    }

    fn new(is_needed: bool) -> Fence {
        let (elapsed, at) = (AtomicI64::new(-FENCE_PROOF_MAX.0), AtomicI64::new(0));
        Fence { is_needed, began: Stopwatch::start(), elapsed, at, closed: AtomicBool::new(false) }
    }

    /// To be called before the server is asked.
    pub fn asks(&self) -> Asked {
        let elapsed = i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX);
        Asked { elapsed, at: SystemClock.now() }
    }

    /// The server has answered in the session that holds the locks.
    pub fn is_proven(&self, asked: Asked) {
        self.elapsed.store(asked.elapsed, Ordering::SeqCst);
        self.at.store(asked.at.0, Ordering::SeqCst);
    }

    /// The session is lost: another daemon may take over at once. Shut until the next proof, in a new session.
    pub fn is_unproven(&self) {
        self.elapsed.store(-FENCE_PROOF_MAX.0, Ordering::SeqCst);
    }

    /// Another daemon has taken over: the fence never opens again.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    /// True if this process may act now. False: it may act after the next proof, unless the fence is closed.
    pub fn is_open(&self) -> bool {
        if !self.is_needed {
            return true;
        }
        let now = self.asks();
        !self.is_closed()
            && now.elapsed - self.elapsed.load(Ordering::SeqCst) < FENCE_PROOF_MAX.0
            && now.at.0 - self.at.load(Ordering::SeqCst) < FENCE_PROOF_MAX.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_counts_for_five_seconds_on_both_clocks() {
        let fence = Fence::of_session();
        assert!(!fence.is_open(), "nothing is proven yet");
        let now = fence.asks();
        let ago = |elapsed: i64, at: i64| Asked { elapsed: now.elapsed - elapsed, at: Time(now.at.0 - at) };
        let limit = FENCE_PROOF_MAX.0;
        for (asked, is_open) in [
            (ago(limit - 1_000, 0), true),
            (ago(limit, 0), false),
            (ago(0, limit - 1_000), true),
            (ago(0, limit), false),
            // The machine's clock was set back.
            (ago(0, -60_000), true),
        ] {
            fence.is_proven(asked);
            assert_eq!(fence.is_open(), is_open, "{asked:?} at {now:?}");
        }
        fence.is_proven(fence.asks());
        assert!(fence.is_open());
        fence.is_unproven();
        assert!(!fence.is_open(), "the session is lost, whatever was proven in it");
        fence.is_proven(fence.asks());
        assert!(fence.is_open(), "the next session counts");
    }

    #[test]
    fn a_closed_fence_opens_no_more_and_one_that_is_not_needed_never_closes_by_time() {
        let fence = Fence::of_session();
        fence.close();
        fence.is_proven(fence.asks());
        assert!(!fence.is_open() && fence.is_closed());
        let fence = Fence::open();
        fence.is_proven(Asked { elapsed: -FENCE_PROOF_MAX.0, at: Time(0) });
        assert!(fence.is_open());
    }
}
