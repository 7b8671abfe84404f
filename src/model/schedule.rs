//! When a `schedule` trigger fires, and how often something may happen (`at_most`).

use crate::base::time::{Span, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A five-field cron pattern that can fire at all.
#[derive(Debug, Clone)]
pub struct Schedule(cron::Cron);

/// One fire: the instant, and the wall-clock minute by which a contact gets it only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fire {
    pub at: Time,
    /// `2026-03-08T03:00`, on the clock of the zone.
    pub minute: String,
}

impl Schedule {
    /// Five fields, also with names (`MON-FRI`); a pattern that never comes (31 February) is refused.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        let written: Vec<&str> = pattern.split_whitespace().collect();
        if written.len() != 5 {
            let seconds = written.len() == 6;
            let more = if seconds { ": leave the first one out, the seconds" } else { "" };
            return Err(format!(
                "a schedule has five fields (minute hour day month weekday), and `{pattern}` has {}{more}",
                written.len()
            ));
        }
        let cron: cron::Cron = pattern.parse().map_err(|_| match wrong_field(&written) {
            Some((text, what, takes)) => format!("`{text}` is no {what}: it takes {takes}"),
            None => format!("`{pattern}` is no schedule"),
        })?;
        let start = jiff::civil::date(2026, 1, 1).to_zoned(TimeZone::UTC).map_err(|e| e.to_string())?;
        cron.find_next_occurrence(&start, true).map_err(|_| format!("`{pattern}` never comes"))?;
        Ok(Schedule(cron))
    }

    /// The next fire after `after` on the clock of `zone`. A minute that the spring change leaves out
    /// comes right after the gap; one that autumn repeats comes once (crates.md 4).
    pub fn next(&self, after: Time, zone: &TimeZone) -> Option<Fire> {
        let start = jiff::Timestamp::from_millisecond(after.0).ok()?.to_zoned(zone.clone());
        let next = self.0.find_next_occurrence(&start, false).ok()?;
        Some(Fire { at: Time(next.timestamp().as_millisecond()), minute: local_minute(&next) })
    }

    /// Fires after `after` up to and including `until`, in order.
    pub fn between<'a>(&'a self, after: Time, until: Time, zone: &'a TimeZone) -> impl Iterator<Item = Fire> + 'a {
        std::iter::successors(self.next(after, zone), move |fire| self.next(fire.at, zone))
            .take_while(move |fire| fire.at <= until)
    }

    /// `At 10:00, on Tuesday.`
    pub fn describe(&self) -> String {
        self.0.describe()
    }
}

/// The first field that stands for nothing alone, with its name and what it takes.
fn wrong_field<'p>(written: &[&'p str]) -> Option<(&'p str, &'static str, &'static str)> {
    const FIELDS: [(&str, &str); 5] = [
        ("minute", "0 to 59"),
        ("hour", "0 to 23"),
        ("day of the month", "1 to 31"),
        ("month", "1 to 12, or `JAN` to `DEC`"),
        ("weekday", "`MON` to `SUN`, or 0 to 7"),
    ];
    written.iter().zip(FIELDS).enumerate().find_map(|(number, (text, (what, takes)))| {
        let mut alone = ["*"; 5];
        alone[number] = *text;
        alone.join(" ").parse::<cron::Cron>().is_err().then_some((*text, what, takes))
    })
}

fn local_minute(at: &jiff::Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// So many within so long: `1/30d`, `30/1h`. Days are sliding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtMost {
    pub count: u32,
    pub per: Span,
}

impl AtMost {
    pub const fn new(count: u32, per: Span) -> Self {
        AtMost { count, per }
    }

    /// `1/30d`, or `20/s`, where a bare unit is one of it; `None` when it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, per) = text.split_once('/')?;
        let (count, per) = (count.trim().parse().ok()?, per.trim());
        let bare = per.starts_with(|c: char| c.is_ascii_alphabetic());
        let per = if bare { Span::parse(&format!("1{per}")) } else { Span::parse(per) }.ok()?;
        (count > 0 && per > Span::ZERO).then_some(AtMost { count, per })
    }

    /// Whether one more at `now` is too many after those at `stamps` (in any order).
    pub fn reached(&self, stamps: &[Time], now: Time) -> bool {
        let recent = stamps.iter().filter(|at| now - **at < self.per).count();
        recent >= self.count as usize
    }
}

impl std::fmt::Display for AtMost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let units = [(Span::days(1).0, "d"), (Span::hours(1).0, "h"), (Span::minutes(1).0, "m"), (1000, "s")];
        let (size, name) = units.into_iter().find(|(size, _)| self.per.0 % size == 0).unwrap_or((1, "ms"));
        write!(f, "{}/{}{name}", self.count, self.per.0 / size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fires(pattern: &str, zone: &str, after: &str, hours: i64) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let after: jiff::Timestamp =
            after.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
        let after = Time(after.as_millisecond());
        Schedule::parse(pattern)
            .unwrap()
            .between(after, after + Span::hours(hours), &zone)
            .map(|f| {
                let at = jiff::Timestamp::from_millisecond(f.at.0).unwrap().to_zoned(zone.clone());
                assert_eq!(at.strftime("%Y-%m-%dT%H:%M").to_string(), f.minute);
                at.strftime("%d %H:%M%z").to_string()
            })
            .collect()
    }

    #[test]
    fn clock_changes_are_as_measured() {
        assert_eq!(fires("30 2 * * *", "America/New_York", "2026-03-07T23:00", 30), ["08 03:00-0400", "09 02:30-0400"]);
        assert_eq!(fires("30 1 * * *", "America/New_York", "2026-10-31T23:00", 12), ["01 01:30-0400"]);
        assert_eq!(fires("0 2 * * *", "Australia/Lord_Howe", "2026-10-03T23:00", 8), ["04 02:30+1100"]);
        assert_eq!(fires("0 0 * * *", "Asia/Beirut", "2026-03-28T20:00", 8), ["29 01:00+0300"]);
        assert_eq!(
            fires("0 * * * *", "America/New_York", "2026-11-01T00:30", 3),
            ["01 01:00-0400", "01 01:00-0500", "01 02:00-0500"]
        );
    }

    #[test]
    fn five_fields_and_no_impossible_days() {
        for good in ["0 9 * * 1-5", "0 9 * * MON-FRI", "*/15 8-18 * * *", "0 10 * * TUE"] {
            assert!(Schedule::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "0 9 * *", "0 0 9 * * MON", "61 * * * *", "0 9 31 2 *", "@daily", "TZ=UTC 0 9 * * *"] {
            assert!(Schedule::parse(bad).is_err(), "{bad}");
        }
        assert!(Schedule::parse("0 9 * *").unwrap_err().contains("five fields"));
    }

    #[test]
    fn one_is_monday() {
        assert_eq!(fires("0 9 * * 1", "UTC", "2026-11-21T00:00", 24 * 4), ["23 09:00+0000"]);
    }

    #[test]
    fn at_most_slides() {
        let cap = AtMost::parse("2/1d").unwrap();
        let (hour, now) = (Span::hours(1), Time(1_000_000_000));
        assert!(!cap.reached(&[now - hour], now));
        assert!(cap.reached(&[now - hour, now - Span::hours(23)], now));
        assert!(!cap.reached(&[now - hour, now - Span::hours(24)], now));
        for (text, count, per) in [
            ("1/30d", 1, Span::days(30)),
            ("30/1h", 30, Span::hours(1)),
            ("3/7d", 3, Span::days(7)),
            ("5/s", 5, Span::seconds(1)),
        ] {
            assert_eq!(AtMost::parse(text), Some(AtMost::new(count, per)), "{text}");
        }
        for bad in ["", "1", "x/1d", "1/0d", "1/d1", "1/99999999999999999d", "-1/1d"] {
            assert_eq!(AtMost::parse(bad), None, "{bad}");
        }
        assert_eq!(AtMost::parse("30/60m").unwrap().to_string(), "30/1h");
    }

    /// Half an hour of change, none, one at midnight (Beirut, Cairo, Havana, Santiago), odd offsets, a summer time that
    /// rests in Ramadan (Casablanca).
    const ZONES: [&str; 10] = [
        "America/New_York",
        "Europe/Madrid",
        "Australia/Lord_Howe",
        "Asia/Beirut",
        "Africa/Cairo",
        "America/Havana",
        "America/Santiago",
        "Pacific/Chatham",
        "Asia/Kathmandu",
        "Africa/Casablanca",
    ];

    /// A daily time comes exactly once on each day of a year; never before its minute, and late only on the day of a gap.
    #[test]
    fn a_daily_time_comes_once_a_day_for_a_year_in_ten_zones() {
        for zone_name in ZONES {
            let zone = TimeZone::get(zone_name).unwrap();
            let start = jiff::civil::date(2026, 1, 1).to_zoned(zone.clone()).unwrap();
            let from = Time(start.timestamp().as_millisecond() - 1);
            let end = jiff::civil::date(2027, 1, 1).to_zoned(zone.clone()).unwrap();
            let end = Time(end.timestamp().as_millisecond() - 1);
            for (hour, minute) in [(0, 0), (0, 30), (1, 45), (2, 0), (2, 15), (2, 50), (3, 0), (23, 30)] {
                let schedule = Schedule::parse(&format!("{minute} {hour} * * *")).unwrap();
                let all: Vec<_> = schedule.between(from, end, &zone).collect();
                assert_eq!(all.len(), 365, "{zone_name} {hour}:{minute}");
                let mut day = jiff::civil::date(2026, 1, 1);
                for fire in all {
                    let at = jiff::Timestamp::from_millisecond(fire.at.0).unwrap().to_zoned(zone.clone());
                    assert_eq!(at.date(), day, "{zone_name} {hour}:{minute}");
                    let meant = day.at(hour, minute, 0, 0);
                    if at.datetime() != meant {
                        let gap = zone.to_ambiguous_timestamp(meant).offset();
                        let gap = matches!(gap, jiff::tz::AmbiguousOffset::Gap { .. });
                        assert!(gap && at.datetime() > meant, "{at} instead of {meant}");
                    }
                    day = day.tomorrow().unwrap();
                }
            }
        }
    }
}
