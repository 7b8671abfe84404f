//! Spreads messages that waited for the same end of quiet hours: contacts follow one another at a pace, with random
//! delays.

use super::fire_pace::Pace;
use crate::base::{
    ids::{ContactId, SenderId},
    limits::{MORNING_JITTER_EACH, MORNING_JITTER_MAX, QUIET_HOURS_SPREAD_KEPT_MAX},
    time::{Span, Time},
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// The number of waiting contacts for each end of quiet hours at each sender. In memory: a postponed message has its
/// time in its row, and a restart begins a new queue, which the sender's rate keeps in order.
#[derive(Default)]
pub struct QuietHoursSpread(Mutex<BTreeMap<(Time, SenderId), i64>>);

impl QuietHoursSpread {
    /// The time for a contact whose quiet hours end at `end`. The first contact does not wait; each further one gets a
    /// delay that depends on its id.
    pub fn place(&self, end: Time, contact: ContactId, (sender, pace): (SenderId, Pace)) -> Time {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = lines.entry((end, sender)).or_insert(0);
        let at = moment(end, *before, contact, pace);
        *before += 1;
        while lines.len() > QUIET_HOURS_SPREAD_KEPT_MAX {
            lines.pop_first();
        }
        at
    }
}

/// The time behind `before` others: at an even pace, plus a random delay that grows with their number.
fn moment(end: Time, before: i64, contact: ContactId, pace: Pace) -> Time {
    let jitter = Span(MORNING_JITTER_EACH.0.saturating_mul(before)).min(MORNING_JITTER_MAX);
    let moved = i64::try_from(scattered(contact.0.unsigned_abs()) % (jitter.0.unsigned_abs() + 1)).unwrap_or(0);
    pace.slot(end, before) + Span(moved)
}

/// Spreads neighbouring ids (the finaliser of SplitMix64).
fn scattered(id: u64) -> u64 {
    let mut mixed = id.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::limits::QUIET_HOURS_SPREAD_GAP, model::schedule::AtMost};

    const END: Time = Time(1_800_000_000_000);

    fn by(sender: i64, gap: Span) -> (SenderId, Pace) {
        (SenderId(sender), Pace::written(AtMost::new(1, gap)))
    }

    #[test]
    fn whoever_is_alone_waits_for_nobody() {
        assert_eq!(QuietHoursSpread::default().place(END, ContactId(7), by(1, QUIET_HOURS_SPREAD_GAP)), END);
    }

    #[test]
    fn each_sender_has_a_line_of_its_own_at_its_own_pace() {
        let spread = QuietHoursSpread::default();
        let last = |sender, gap| (0..600).map(|id| spread.place(END, ContactId(id), by(sender, gap))).max().unwrap();
        let (quick, slow) = (last(1, QUIET_HOURS_SPREAD_GAP), last(2, Span::seconds(2)));
        assert!(quick - END <= Span::seconds(30) + MORNING_JITTER_MAX, "{:?}", quick - END);
        assert!(slow - END >= Span::seconds(2 * 599), "{:?}", slow - END);
    }

    #[test]
    fn no_minute_gets_more_than_its_pace() {
        let spread = QuietHoursSpread::default();
        let people = 20_000;
        let mut moments: Vec<Time> =
            (0..people).map(|id| spread.place(END, ContactId(id), by(1, QUIET_HOURS_SPREAD_GAP))).collect();
        moments.sort_unstable();
        assert!(moments[0] >= END);
        let last = END + Span(QUIET_HOURS_SPREAD_GAP.0 * people) + MORNING_JITTER_MAX;
        assert!(moments.iter().all(|at| *at <= last));
        let pace = Span::minutes(1).0 / QUIET_HOURS_SPREAD_GAP.0;
        for minute in 0..40 {
            let from = END + Span::minutes(minute);
            let in_it = moments.iter().filter(|at| **at >= from && **at < from + Span::minutes(1)).count();
            assert!(in_it as i64 <= pace + pace / 5, "{in_it} in minute {minute}");
        }
    }

    #[test]
    fn the_moment_is_the_contacts_own() {
        let line = |ids: &[i64]| {
            let spread = QuietHoursSpread::default();
            ids.iter().map(|id| spread.place(END, ContactId(*id), by(1, QUIET_HOURS_SPREAD_GAP))).collect::<Vec<_>>()
        };
        assert_eq!(line(&[1, 2, 3, 4]), line(&[1, 2, 3, 4]));
        assert_ne!(line(&[1, 2, 3, 4])[3], line(&[1, 2, 3, 5])[3]);
    }

    #[test]
    fn old_mornings_are_forgotten() {
        let spread = QuietHoursSpread::default();
        for day in 0..(QUIET_HOURS_SPREAD_KEPT_MAX as i64 + 5) {
            spread.place(END + Span::days(day), ContactId(1), by(1, QUIET_HOURS_SPREAD_GAP));
        }
        assert_eq!(spread.0.lock().unwrap().len(), QUIET_HOURS_SPREAD_KEPT_MAX);
    }
}
