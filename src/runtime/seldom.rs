//! Limits log lines that one outage would repeat a thousand times: each is written once a minute, with the number left
//! out.

use crate::base::{limits::SELDOM_EVERY, time::Time};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

#[derive(Default)]
pub struct Seldom(Mutex<HashMap<&'static str, (Time, u64)>>);

impl Seldom {
    /// `Some` if the line with this name may be written now, with the number left out since the last one.
    pub fn ask(&self, name: &'static str, now: Time) -> Option<u64> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match lines.get_mut(name) {
            // A clock that was set back suppresses nothing.
            Some((last, left_out)) if (*last..*last + SELDOM_EVERY).contains(&now) => {
                *left_out += 1;
                None
            }
            Some((last, left_out)) => {
                *last = now;
                Some(std::mem::take(left_out))
            }
            None => {
                lines.insert(name, (now, 0));
                Some(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_once_a_minute_with_what_was_left_out() {
        let seldom = Seldom::default();
        let at = |seconds: i64| Time(1_790_000_000_000 + seconds * 1_000);
        assert_eq!(seldom.ask("a", at(0)), Some(0));
        assert_eq!((seldom.ask("a", at(1)), seldom.ask("a", at(59))), (None, None));
        assert_eq!(seldom.ask("b", at(59)), Some(0));
        assert_eq!(seldom.ask("a", at(60)), Some(2));
        assert_eq!(seldom.ask("a", at(10)), Some(0), "the clock was set back");
    }
}
