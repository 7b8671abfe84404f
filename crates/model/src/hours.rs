//! Computes with opening hours: open or closed, the next opening, and spans of open time.

use crate::base::{
    limits::OPENING_DAYS_MAX,
    time::{Span, Time},
};
use jiff::{civil::Date, tz::TimeZone};
use std::collections::BTreeSet;

/// Opening hours by weekday in one time zone. A range that ends before it begins continues after midnight.
#[derive(Debug, Clone, PartialEq)]
pub struct OpeningHours {
    pub zone: TimeZone,
    /// The ranges of each day, from Monday, in minutes after midnight, `(540, 840)`; 1440 is midnight at the end of the
    /// day.
    pub week: [Vec<(u16, u16)>; 7],
    pub holidays: BTreeSet<Date>,
}

impl OpeningHours {
    /// Always open: for a team without opening hours.
    pub fn always() -> Self {
        OpeningHours { zone: TimeZone::UTC, week: std::array::from_fn(|_| vec![(0, 1440)]), holidays: BTreeSet::new() }
    }

    pub fn is_open(&self, now: Time) -> bool {
        self.current(now).is_some()
    }

    /// The next opening; `now` itself if open. `None`: never within a year.
    pub fn opens_at(&self, now: Time) -> Option<Time> {
        if self.is_open(now) {
            return Some(now);
        }
        self.openings(now).map(|(from, _)| from).find(|from| *from > now)
    }

    /// The end of the current opening, or if closed, of the next one. `None`: never within a year.
    pub fn closes_at(&self, now: Time) -> Option<Time> {
        let opening = self.current(now).or_else(|| self.openings(now).find(|(from, _)| *from > now))?;
        // Adjoining ranges (until 24:00, from 00:00) are one opening.
        let mut end = opening.1;
        for (from, to) in self.openings(now) {
            if from <= end && to > end {
                end = to;
            }
        }
        Some(end)
    }

    /// The time after `now` at which `span` of open time has passed. `None`: there is not enough open time within a
    /// year.
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

    /// True if there is an opening on this day.
    pub fn opens_on(&self, day: Date) -> bool {
        !self.holidays.contains(&day) && !self.ranges(day).is_empty()
    }

    /// The times of this day, with the local time, at which an appointment of this `length` can begin: every `every`
    /// from the start of each opening, and finished before it closes. At most `most + 1` of them.
    pub fn slots(&self, day: Date, every: Span, length: Span, most: usize) -> Vec<(Time, jiff::civil::Time)> {
        let mut found: Vec<(Time, jiff::civil::Time)> = Vec::new();
        let (Some(begins), Some(ends)) = (self.instant(day, 0), self.instant(day, 1440)) else { return found };
        if every <= Span::ZERO {
            return found;
        }
        // An opening of the previous day may last past midnight; adjoining ranges are one opening.
        let openings: Vec<(Time, Time)> =
            self.openings(begins).take_while(|(from, _)| *from <= ends + length).collect();
        for (from, to) in &openings {
            let mut closes = *to;
            for (next, until) in &openings {
                if *next <= closes && *until > closes {
                    closes = *until;
                }
            }
            // The first time on this day, in steps from the start of the opening.
            let passed = (begins - *from).0.max(0);
            let mut at = *from + Span((passed + every.0 - 1) / every.0 * every.0);
            while at < *to && at < ends && at + length <= closes && found.len() <= most {
                let zoned = jiff::Timestamp::from_millisecond(at.0).map(|at| at.to_zoned(self.zone.clone()));
                if let Ok(zoned) = zoned
                    && zoned.date() == day
                {
                    found.push((at, zoned.time()));
                }
                at = at + every;
            }
        }
        found.sort_unstable_by_key(|(at, _)| *at);
        // The hour that autumn repeats shows the same local times twice; the first of each two counts.
        let mut shown = BTreeSet::new();
        found.retain(|(_, clock)| shown.insert(*clock));
        found
    }

    fn ranges(&self, day: Date) -> &[(u16, u16)] {
        &self.week[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0)]
    }

    fn current(&self, now: Time) -> Option<(Time, Time)> {
        self.openings(now).take_while(|(from, _)| *from <= now).find(|(_, to)| now < *to)
    }

    /// The openings in order of their beginning, from yesterday's on.
    fn openings(&self, now: Time) -> impl Iterator<Item = (Time, Time)> + '_ {
        let today = jiff::Timestamp::from_millisecond(now.0).map(|t| t.to_zoned(self.zone.clone()).date());
        let first = today.and_then(|d| d.yesterday()).ok();
        let days = std::iter::successors(first, |d| d.tomorrow().ok()).take(OPENING_DAYS_MAX);
        days.filter(|day| !self.holidays.contains(day)).flat_map(move |day| {
            self.ranges(day).iter().filter_map(move |(from, to)| {
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

    fn slots(hours: &OpeningHours, day: &str, every: i64, length: i64) -> Vec<String> {
        let all = hours.slots(day.parse().unwrap(), Span::minutes(every), Span::minutes(length), 1000);
        all.into_iter().map(|(_, clock)| clock.strftime("%H:%M").to_string()).collect()
    }

    #[test]
    fn slots_lie_within_the_hours_of_the_day() {
        let hours = support();
        let friday = slots(&hours, "2026-11-20", 60, 60);
        assert_eq!(friday, ["09:00", "10:00", "11:00", "12:00", "13:00", "16:00", "17:00"]);
        assert_eq!(slots(&hours, "2026-11-21", 60, 90), ["10:00", "11:00"]);
        assert_eq!(slots(&hours, "2026-11-21", 45, 45), ["10:00", "10:45", "11:30", "12:15"]);
        assert!(slots(&hours, "2026-11-22", 30, 30).is_empty() && slots(&hours, "2026-12-25", 30, 30).is_empty());
        assert!(slots(&hours, "2026-11-20", 0, 30).is_empty());
        assert!(hours.opens_on(jiff::civil::date(2026, 11, 20)) && !hours.opens_on(jiff::civil::date(2026, 12, 25)));
    }

    #[test]
    fn slots_know_the_days_on_which_clocks_change() {
        let night = OpeningHours { week: std::array::from_fn(|_| vec![(60, 240)]), ..support() };
        assert_eq!(slots(&night, "2026-03-29", 30, 30), ["01:00", "01:30", "03:00", "03:30"]);
        assert_eq!(slots(&night, "2026-10-25", 60, 60), ["01:00", "02:00", "03:00"]);
        assert_eq!(slots(&night, "2026-03-28", 60, 60), ["01:00", "02:00", "03:00"]);
    }

    #[test]
    fn slots_of_a_night_stand_on_the_day_of_their_date() {
        let bar = OpeningHours { week: std::array::from_fn(|_| vec![(22 * 60, 120)]), ..support() };
        assert_eq!(slots(&bar, "2026-11-20", 60, 60), ["00:00", "01:00", "22:00", "23:00"]);
        assert_eq!(slots(&bar, "2026-11-20", 60, 120), ["00:00", "22:00", "23:00"]);
        // These hours are written as two ranges: until 24:00, and from 00:00.
        let written = OpeningHours { week: std::array::from_fn(|_| vec![(0, 120), (22 * 60, 1440)]), ..support() };
        assert_eq!(slots(&written, "2026-11-20", 60, 120), ["00:00", "22:00", "23:00"]);
        assert_eq!(slots(&written, "2026-11-20", 45, 45), ["00:00", "00:45", "22:00", "22:45", "23:30"]);
    }

    #[test]
    fn slots_end_at_their_number() {
        let hours = support();
        let day = jiff::civil::date(2026, 11, 20);
        assert_eq!(hours.slots(day, Span::minutes(1), Span::minutes(1), 10).len(), 11);
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
