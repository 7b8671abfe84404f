//! Quiet hours: when an unasked message may go out again.

use crate::base::{limits::QUIET_ROUNDS_MAX, time::Time};
use jiff::{civil, tz::TimeZone};

/// From when to when nobody is disturbed, on the contact's clock; may pass midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    pub from: civil::Time,
    pub to: civil::Time,
}

impl QuietHours {
    /// The first moment from `now` on that is quiet in none of the zones; `None`: `now` itself is
    /// allowed. No zone: nothing is quiet. Where no moment pleases all (zones half a world apart),
    /// the end in the first zone.
    pub fn allowed_at(&self, now: Time, zones: &[TimeZone]) -> Option<Time> {
        if self.from == self.to {
            return None;
        }
        let mut at = now;
        for _ in 0..QUIET_ROUNDS_MAX {
            match zones.iter().find_map(|zone| self.end_if_quiet(at, zone)) {
                Some(end) => at = end,
                None => return (at > now).then_some(at),
            }
        }
        zones.first().and_then(|zone| self.end_if_quiet(now, zone))
    }

    /// The last moment before `until` and after `now` that is not quiet, for what must go out before
    /// (`window_closing`); `None` when all of it is quiet.
    pub fn allowed_before(&self, now: Time, until: Time, zones: &[TimeZone]) -> Option<Time> {
        let mut at = until;
        for _ in 0..QUIET_ROUNDS_MAX {
            if at < now {
                return None;
            }
            match zones.iter().find_map(|zone| self.start_if_quiet(at, zone)) {
                Some(start) => at = start,
                None => return Some(at),
            }
        }
        None
    }

    fn quiet(&self, clock: civil::Time) -> bool {
        if self.from < self.to { clock >= self.from && clock < self.to } else { clock >= self.from || clock < self.to }
    }

    fn end_if_quiet(&self, at: Time, zone: &TimeZone) -> Option<Time> {
        let local = zoned(at, zone)?;
        if !self.quiet(local.time()) {
            return None;
        }
        let mut day = local.date();
        if local.time() >= self.to {
            day = day.tomorrow().ok()?;
        }
        // A gap moves the end later, a repeated hour takes its second pass: never too early.
        let end = day.to_datetime(self.to);
        let end = zone.to_ambiguous_zoned(end).later().ok()?;
        let end = Time(end.timestamp().as_millisecond());
        (end > at).then_some(end)
    }

    /// A millisecond before the quiet time that `at` lies in began.
    fn start_if_quiet(&self, at: Time, zone: &TimeZone) -> Option<Time> {
        let local = zoned(at, zone)?;
        if !self.quiet(local.time()) {
            return None;
        }
        let mut day = local.date();
        if local.time() < self.from {
            day = day.yesterday().ok()?;
        }
        let start = zone.to_ambiguous_zoned(day.to_datetime(self.from)).earlier().ok()?;
        Some(Time(start.timestamp().as_millisecond() - 1))
    }
}

fn zoned(at: Time, zone: &TimeZone) -> Option<jiff::Zoned> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|t| t.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    const NIGHT: QuietHours = QuietHours { from: time(21, 0, 0, 0), to: time(8, 0, 0, 0) };

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn at(text: &str) -> Time {
        Time(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn night_waits_for_the_morning() {
        let madrid = [zone("Europe/Madrid")];
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T12:00Z"), &madrid), None);
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T19:59:59Z"), &madrid), None);
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T20:00Z"), &madrid), Some(at("2026-11-22T07:00Z")));
        assert_eq!(NIGHT.allowed_at(at("2026-11-22T06:59Z"), &madrid), Some(at("2026-11-22T07:00Z")));
        assert_eq!(NIGHT.allowed_at(at("2026-11-22T07:00Z"), &madrid), None);
    }

    #[test]
    fn summer_time_moves_the_morning() {
        let madrid = [zone("Europe/Madrid")];
        assert_eq!(NIGHT.allowed_at(at("2026-03-28T22:00Z"), &madrid), Some(at("2026-03-29T06:00Z")));
    }

    #[test]
    fn an_end_in_the_gap_comes_after_it() {
        let until = QuietHours { from: time(21, 0, 0, 0), to: time(2, 30, 0, 0) };
        // New York, 2026-03-08: 02:30 does not exist, 03:30 is 07:30Z.
        assert_eq!(
            until.allowed_at(at("2026-03-08T05:00Z"), &[zone("America/New_York")]),
            Some(at("2026-03-08T07:30Z"))
        );
    }

    #[test]
    fn several_zones_must_all_be_awake() {
        let us: Vec<_> = crate::base::phone::zones("+1415").iter().map(|z| zone(z)).collect();
        // 12:00Z is 07:00 in New York; Honolulu wakes at 18:00Z.
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T12:00Z"), &us), Some(at("2026-11-21T18:00Z")));
        // 02:30Z: New York sleeps from 02:00Z on, so all wait for Honolulu's next morning.
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T02:30Z"), &us), Some(at("2026-11-21T18:00Z")));
    }

    #[test]
    fn zones_that_never_agree_end_somewhere() {
        let apart = [zone("Pacific/Kiritimati"), zone("Pacific/Niue"), zone("Europe/London")];
        let narrow = QuietHours { from: time(10, 0, 0, 0), to: time(8, 0, 0, 0) };
        let found = narrow.allowed_at(at("2026-11-21T12:00Z"), &apart);
        assert!(found.is_some());
    }

    #[test]
    fn what_must_be_early_comes_before_the_night() {
        let madrid = [zone("Europe/Madrid")];
        let before = NIGHT.allowed_before(at("2026-11-21T12:00Z"), at("2026-11-22T01:00Z"), &madrid);
        assert_eq!(before, Some(Time(at("2026-11-21T20:00Z").0 - 1)));
        assert_eq!(NIGHT.allowed_before(at("2026-11-21T21:00Z"), at("2026-11-22T01:00Z"), &madrid), None);
    }

    proptest::proptest! {
        #[test]
        fn the_moment_found_is_never_quiet(ms in 1_700_000_000_000_i64..1_900_000_000_000, which in 0_usize..6) {
            let names = ["Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut"];
            let zones = [zone(names[which])];
            if let Some(end) = NIGHT.allowed_at(Time(ms), &zones) {
                proptest::prop_assert!(end > Time(ms));
                proptest::prop_assert_eq!(NIGHT.allowed_at(end, &zones), None);
                proptest::prop_assert!(end.0 - ms <= 12 * 3_600_000);
            } else {
                let local = zoned(Time(ms), &zones[0]).unwrap().time();
                proptest::prop_assert!(local >= NIGHT.to && local < NIGHT.from);
            }
        }
    }
}
