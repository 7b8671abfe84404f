//! Runs turns whose scripts work for long, a few at a time and beside the workers, so that other conversations go on.

use crate::{
    base::{
        limits::{LONG_TURNS_AT_ONCE_MAX, SHORT_TURN_OPERATIONS_MAX},
        time::Time,
    },
    bot::live::Current,
    flow::{self, Versions, World, script},
    lane::state::LaneState,
    model::{
        effect::{Outcome, TalkEntry},
        event::Event,
        session::Session,
    },
    process::long_work::blocking,
    turns::Runner,
};
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Semaphore;

pub struct LongTurns {
    /// True if any turn of this process was long: before that, no turn is tried for its length.
    known: AtomicBool,
    permits: Semaphore,
}

impl Default for LongTurns {
    fn default() -> Self {
        LongTurns { known: AtomicBool::new(false), permits: Semaphore::new(LONG_TURNS_AT_ONCE_MAX) }
    }
}

impl Runner {
    /// Asks the engine for the outcome of an event. `Err` is the text of a panic.
    ///
    /// A turn that wants more than `SHORT_TURN_OPERATIONS_MAX` operations is begun again when it has its place among the
    /// long ones: the engine is pure, so that its outcome is the same.
    #[expect(clippy::too_many_arguments, reason = "what the engine reads, and where it lies")]
    pub(crate) async fn outcome_of(
        &self,
        live: &Current,
        lane: &LaneState,
        index: usize,
        now: Time,
        versions: &Versions,
        session: Session,
        event: Event,
        talk: &[TalkEntry],
    ) -> Result<Outcome, String> {
        let long = &self.long_turns;
        if !long.known.load(Ordering::Relaxed) {
            let advance = || {
                self.ask_engine(live, lane, index, now, |world| {
                    flow::advance(versions, session, event, &World { talk, ..*world })
                })
            };
            let (outcome, spent) = script::with_fuel(u64::MAX, advance);
            if spent > SHORT_TURN_OPERATIONS_MAX {
                long.known.store(true, Ordering::Relaxed);
            }
            return outcome;
        }
        let (first, told) = (session.clone(), event.clone());
        let short = self.ask_engine(live, lane, index, now, |world| {
            script::within(SHORT_TURN_OPERATIONS_MAX, || {
                flow::advance(versions, first, told, &World { talk, ..*world })
            })
        })?;
        if let Some(outcome) = short {
            return Ok(outcome);
        }
        let _permit = long.permits.acquire().await;
        blocking(|| {
            self.ask_engine(live, lane, index, now, |world| {
                flow::advance(versions, session, event, &World { talk, ..*world })
            })
        })
    }
}
