//! Limits log lines that one outage would repeat a thousand times: each is written once a minute, with the number left
//! out.

use crate::base::{limits::SELDOM_EVERY, time::Time};
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

/// Remembers, by line and subject, the time of the last line and the number left out since.
#[derive(Default)]
pub struct LogLimiter(Mutex<HashMap<LineOf, (Time, u64)>>);

/// The name of a line and the id of its subject, 0 if the line has none.
type LineOf = (&'static str, i64);

/// The number of lines that were left out since the last one; displays as the end of a sentence, and as nothing for 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut(pub u64);

impl LogLimiter {
    /// Logs the failure of a part of the daemon, at most once a minute.
    pub fn complain(&self, name: &'static str, what: &str, error: &anyhow::Error, now: Time) {
        if let Some(more) = self.ask(name, now) {
            tracing::error!(more = more.count(), "{what}: {error:#}{more}");
        }
    }

    /// `Some` if the line with this name may be written now, with the number left out since the last one.
    pub fn ask(&self, name: &'static str, now: Time) -> Option<LeftOut> {
        self.ask_of(name, 0, now)
    }

    /// As `ask`, for lines that are counted by their subject, such as a sender.
    pub fn ask_of(&self, name: &'static str, subject: i64, now: Time) -> Option<LeftOut> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match lines.get_mut(&(name, subject)) {
            // A clock that was set back suppresses nothing.
            Some((last, left_out)) if (*last..*last + SELDOM_EVERY).contains(&now) => {
                *left_out += 1;
                None
            }
            Some((last, left_out)) => {
                *last = now;
                Some(LeftOut(std::mem::take(left_out)))
            }
            None => {
                lines.insert((name, subject), (now, 0));
                Some(LeftOut(0))
            }
        }
    }
}

impl LeftOut {
    /// For a field of the line; `None` for 0, so that a line without any has no such field.
    pub fn count(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str(" (1 more line like this was left out since the last one)"),
            more => write!(f, " ({more} more lines like this were left out since the last one)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_once_a_minute_with_what_was_left_out() {
        let seldom = LogLimiter::default();
        let at = |seconds: i64| Time(1_790_000_000_000 + seconds * 1_000);
        assert_eq!(seldom.ask("a", at(0)), Some(LeftOut(0)));
        assert_eq!((seldom.ask("a", at(1)), seldom.ask("a", at(59))), (None, None));
        assert_eq!(seldom.ask("b", at(59)), Some(LeftOut(0)));
        assert_eq!(seldom.ask("a", at(60)), Some(LeftOut(2)));
        assert_eq!(seldom.ask("a", at(10)), Some(LeftOut(0)), "the clock was set back");
    }

    #[test]
    fn lines_about_two_senders_are_counted_apart() {
        let seldom = LogLimiter::default();
        let now = Time(1_790_000_000_000);
        assert_eq!((seldom.ask_of("a", 12, now), seldom.ask_of("a", 13, now)), (Some(LeftOut(0)), Some(LeftOut(0))));
        assert_eq!(seldom.ask_of("a", 12, now), None);
        let later = now + SELDOM_EVERY;
        assert_eq!(seldom.ask_of("a", 12, later), Some(LeftOut(1)));
        assert_eq!(seldom.ask_of("a", 13, later), Some(LeftOut(0)));
    }

    #[test]
    fn the_number_left_out_is_said_in_words() {
        let said = |more: u64| format!("It failed{}", LeftOut(more));
        assert_eq!((said(0).as_str(), LeftOut(0).count()), ("It failed", None));
        assert_eq!(said(1), "It failed (1 more line like this was left out since the last one)");
        assert_eq!(said(9964), "It failed (9964 more lines like this were left out since the last one)");
    }
}
