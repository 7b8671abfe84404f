//! Opening hours: open or not, when next, and counting time only while open.

use crate::base::{
    limits::OPENING_DAYS_MAX,
    time::{Span, Time},
};
use jiff::{civil::Date, tz::TimeZone};
use std::collections::BTreeSet;

/// Hours by weekday in one zone. A range that ends before it begins goes on after midnight.
#[derive(Debug, Clone, PartialEq)]
pub struct OpeningHours {
    pub zone: TimeZone,
    /// From Monday; each day's ranges in minutes after midnight, `(540, 840)`; 1440 is midnight at the end.
    pub week: [Vec<(u16, u16)>; 7],
    pub holidays: BTreeSet<Date>,
}

impl OpeningHours {
    /// For a team without hours.
    pub fn always() -> Self {
        OpeningHours { zone: TimeZone::UTC, week: std::array::from_fn(|_| vec![(0, 1440)]), holidays: BTreeSet::new() }
    }

    pub fn is_open(&self, now: Time) -> bool {
        self.current(now).is_some()
    }

    /// When it opens next; `now` itself when it is open. `None`: never within a year.
    pub fn opens_at(&self, now: Time) -> Option<Time> {
        if self.is_open(now) {
            return Some(now);
        }
        self.openings(now).map(|(from, _)| from).find(|from| *from > now)
    }

    /// When the present opening ends, or, while closed, the next one. `None`: never within a year.
    pub fn closes_at(&self, now: Time) -> Option<Time> {
        let opening = self.current(now).or_else(|| self.openings(now).find(|(from, _)| *from > now))?;
        // Ranges that touch (until 24:00, from 00:00) are one opening.
        let mut end = opening.1;
        for (from, to) in self.openings(now) {
            if from <= end && to > end {
                end = to;
            }
        }
        Some(end)
    }

    /// `span` after `now`, counting open time only. `None`: it never opens long enough within a year.
    pub fn after_open_time(&self, now: Time, span: Span) -> Option<Time> {
        let (mut left, mut done_until) = (span.0, now);
        for (from, to) in self.openings(now) {
            let from = from.max(done_until);
            if to <= from {
                continue;
            }
            if (to - from).0 >= left {
                return Some(from + Span(left));
            }
            left -= (to - from).0;
            done_until = to;
        }
        None
    }

    fn current(&self, now: Time) -> Option<(Time, Time)> {
        self.openings(now).take_while(|(from, _)| *from <= now).find(|(_, to)| now < *to)
    }

    /// Openings in order of their beginning, from yesterday's on.
    fn openings(&self, now: Time) -> impl Iterator<Item = (Time, Time)> + '_ {
        let today = jiff::Timestamp::from_millisecond(now.0).map(|t| t.to_zoned(self.zone.clone()).date());
        let first = today.and_then(|d| d.yesterday()).ok();
        let days = std::iter::successors(first, |d| d.tomorrow().ok()).take(OPENING_DAYS_MAX);
        days.filter(|day| !self.holidays.contains(day)).flat_map(move |day| {
            let ranges = &self.week[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)];
            ranges.iter().filter_map(move |(from, to)| {
                let to = if to <= from { to + 1440 } else { *to };
                Some((self.instant(day, *from)?, self.instant(day, to)?))
            })
        })
    }

    fn instant(&self, day: Date, minute: u16) -> Option<Time> {
        let day = if minute >= 1440 { day.tomorrow().ok()? } else { day };
        let minute = minute % 1440;
        let clock =
            jiff::civil::Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()?;
        let zoned = self.zone.to_ambiguous_zoned(day.to_datetime(clock)).compatible().ok()?;
        Some(Time(zoned.timestamp().as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn support() -> OpeningHours {
        let mut week: [Vec<(u16, u16)>; 7] = std::array::from_fn(|_| vec![(9 * 60, 14 * 60), (16 * 60, 18 * 60)]);
        week[5] = vec![(600, 780)];
        week[6] = vec![];
        let holidays = [jiff::civil::date(2026, 12, 25)].into();
        OpeningHours { zone: TimeZone::get("Europe/Madrid").unwrap(), week, holidays }
    }

    fn at(text: &str) -> Time {
        Time(format!("{text}[Europe/Madrid]").parse::<jiff::Zoned>().unwrap().timestamp().as_millisecond())
    }

    #[test]
    fn open_between_the_hours_only() {
        let hours = support();
        for (when, open) in [
            ("2026-11-20T09:00", true),
            ("2026-11-20T13:59", true),
            ("2026-11-20T14:00", false),
            ("2026-11-20T16:00", true),
            ("2026-11-21T10:00", true),
            ("2026-11-22T10:00", false),
            ("2026-12-25T10:00", false),
        ] {
            assert_eq!(hours.is_open(at(when)), open, "{when}");
        }
    }

    #[test]
    fn the_next_opening_skips_sundays_and_holidays() {
        let hours = support();
        assert_eq!(hours.opens_at(at("2026-11-21T14:00")), Some(at("2026-11-23T09:00")));
        assert_eq!(hours.opens_at(at("2026-12-24T19:00")), Some(at("2026-12-26T10:00")));
        assert_eq!(hours.opens_at(at("2026-11-20T10:00")), Some(at("2026-11-20T10:00")));
        assert_eq!(hours.closes_at(at("2026-11-20T10:00")), Some(at("2026-11-20T14:00")));
        assert_eq!(hours.closes_at(at("2026-11-20T15:00")), Some(at("2026-11-20T18:00")));
    }

    #[test]
    fn team_time_stands_still_while_closed() {
        let hours = support();
        assert_eq!(hours.after_open_time(at("2026-11-20T13:50"), Span::minutes(15)), Some(at("2026-11-20T16:05")));
        assert_eq!(hours.after_open_time(at("2026-11-21T12:50"), Span::minutes(15)), Some(at("2026-11-23T09:05")));
        assert_eq!(hours.after_open_time(at("2026-11-20T09:00"), Span::minutes(15)), Some(at("2026-11-20T09:15")));
    }

    #[test]
    fn a_night_bar_is_open_after_midnight() {
        let hours = OpeningHours { week: std::array::from_fn(|_| vec![(22 * 60, 2 * 60)]), ..support() };
        assert!(hours.is_open(at("2026-11-21T01:30")) && !hours.is_open(at("2026-11-21T02:00")));
        assert_eq!(hours.closes_at(at("2026-11-21T23:00")), Some(at("2026-11-22T02:00")));
    }

    #[test]
    fn who_never_closes_and_who_never_opens() {
        let always = OpeningHours::always();
        assert!(always.is_open(at("2026-11-21T23:59")));
        assert_eq!(always.after_open_time(at("2026-11-21T23:59"), Span::days(2)), Some(at("2026-11-23T23:59")));
        let never = OpeningHours { week: Default::default(), ..support() };
        assert_eq!((never.opens_at(at("2026-11-21T10:00")), never.closes_at(at("2026-11-21T10:00"))), (None, None));
    }
}
