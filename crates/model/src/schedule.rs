//! Computes when a `schedule` trigger fires, and how often something may happen (`at_most`).

mod disorder;
mod fields;
mod meant;
mod names;
mod words;

use crate::base::time::{Span, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Five fields of cron, or days and times in words. The schedule fires at least once.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// A schedule in words may need several patterns: `daily 9:00, 13:30`.
    crons: Vec<cron::Cron>,
    /// The schedule as a sentence: `Every Tuesday at 10:00.`
    said: String,
    /// The cron fields, if it was written in fields.
    fields: Option<String>,
}

/// One fire: the moment, and its local minute, for which a contact is started only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fire {
    pub at: Time,
    /// `2026-03-08T03:00`, in the schedule's zone.
    pub minute: String,
}

/// The reason why a text is not a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub message: String,
    /// A sentence that explains the syntax.
    pub help: Option<String>,
    /// The corrected text as it was most likely meant.
    pub instead: Option<String>,
    /// True if the text cannot mean anything else.
    pub sure: bool,
}

impl Wrong {
    fn new(message: impl Into<String>) -> Self {
        Wrong { message: message.into(), help: None, instead: None, sure: false }
    }
}

impl Schedule {
    /// Parses five fields, also with names (`MON-FRI`), or words: `first monday 8:30`. A pattern that never fires (31
    /// February) is refused. `language` is the bot's own: names of days must be English, and for names of other
    /// languages the finding suggests the English one.
    pub fn parse(text: &str, language: &str) -> Result<Self, Wrong> {
        if is_cron(text) {
            let cron = fields::read(text, language)?;
            let said = cron.describe();
            return Ok(Schedule { crons: vec![cron], said, fields: Some(text.to_owned()) });
        }
        let said = words::read(text, language)?;
        // Each word was understood, so a pattern that is refused names a day that no month has.
        let never = |_| Wrong {
            help: Some("write a day that this month has; the last one of each month is `last day 9:00`".to_owned()),
            ..Wrong::new(format!("`{}` never comes", text.trim()))
        };
        let crons = said.patterns.iter().map(|pattern| fields::read(pattern, language).map_err(never));
        Ok(Schedule { crons: crons.collect::<Result<_, _>>()?, said: said.words, fields: None })
    }

    /// The next fire after `after` in the zone. A minute that the spring change skips fires right after the gap; one
    /// that autumn repeats fires once (crates.md 4).
    pub fn next(&self, after: Time, zone: &TimeZone) -> Option<Fire> {
        let start = jiff::Timestamp::from_millisecond(after.0).ok()?.to_zoned(zone.clone());
        let fires = self.crons.iter().filter_map(|cron| cron.find_next_occurrence(&start, false).ok());
        let next = fires.min_by_key(jiff::Zoned::timestamp)?;
        Some(Fire { at: Time(next.timestamp().as_millisecond()), minute: local_minute(&next) })
    }

    /// Fires after `after` up to and including `until`, in order.
    pub fn between<'a>(&'a self, after: Time, until: Time, zone: &'a TimeZone) -> impl Iterator<Item = Fire> + 'a {
        std::iter::successors(self.next(after, zone), move |fire| self.next(fire.at, zone))
            .take_while(move |fire| fire.at <= until)
    }

    /// The schedule as a sentence: `Every Tuesday at 10:00.`; for cron fields `At 10:00, on Tuesday.`
    pub fn describe(&self) -> &str {
        &self.said
    }

    /// An unexpected effect of the fields, in words, and a replacement.
    pub fn odd(&self) -> Option<(String, String)> {
        fields::odd(self.fields.as_deref()?)
    }

    /// The longest time between two fires, within a calendar of 28 years, after which the weekdays of all dates repeat.
    pub fn longest_pause(&self) -> Span {
        let (mut at, end) = (SOME_DAY, SOME_DAY + Span::days(28 * 366));
        let mut longest = Span::ZERO;
        // A pattern with this many fires in a row has no long pause.
        for _ in 0..FIRES_LOOKED_AT {
            let Some(fire) = self.next(at, &TimeZone::UTC).filter(|fire| fire.at < end) else {
                return longest.max(end - at);
            };
            if at > SOME_DAY {
                longest = longest.max(fire.at - at);
            }
            at = fire.at;
        }
        longest
    }

    /// The times of the next fires on the clock of `zone`, from a fixed day on: so many, or those of eight years.
    pub fn sample(&self, zone: &TimeZone, most: usize) -> Vec<Time> {
        let end = SOME_DAY + Span::days(8 * 366);
        let after = |at: &Time| Some(self.next(*at, zone)?.at).filter(|at| *at < end);
        std::iter::successors(after(&SOME_DAY), after).take(most).collect()
    }
}

/// The first of January 2026, 00:00 UTC.
const SOME_DAY: Time = Time(1_767_225_600_000);
const FIRES_LOOKED_AT: usize = 40;

/// True if the schedule is written in cron fields; a time in words has a colon.
fn is_cron(text: &str) -> bool {
    let of_figures = |field: &str| field.chars().all(|c| c.is_ascii_digit() || "*,/-?".contains(c));
    !text.contains(':') && text.split_whitespace().next().is_none_or(of_figures)
}

fn local_minute(at: &jiff::Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// A maximum number within a span of time: `1/30d`, `30/1h`. The span slides; it does not begin at midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtMost {
    pub count: u32,
    pub per: Span,
}

impl AtMost {
    pub const fn new(count: u32, per: Span) -> Self {
        AtMost { count, per }
    }

    /// Parses `1/30d`, or `20/s`, where the unit alone means one of it; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, per) = text.split_once('/')?;
        let (count, per) = (count.trim().parse().ok()?, per.trim());
        let bare = per.starts_with(|c: char| c.is_ascii_alphabetic());
        let per = if bare { Span::parse(&format!("1{per}")) } else { Span::parse(per) }.ok()?;
        (count > 0 && per > Span::ZERO).then_some(AtMost { count, per })
    }

    /// True if one more at `now` is too many after those at `stamps` (in any order).
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

/// The English name of a weekday, for its name in English or another language: `saturday` for `Samstag`, `sa`.
pub fn weekday_of(name: &str, language: &str) -> Option<&'static str> {
    let english = names::english(name, names::NameOf::Weekday);
    english.or_else(|| names::foreign(name, names::NameOf::Weekday, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fires(pattern: &str, zone: &str, after: &str, hours: i64) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let after: jiff::Timestamp =
            after.parse::<jiff::civil::DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
        let after = Time(after.as_millisecond());
        Schedule::parse(pattern, "en")
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
            assert!(Schedule::parse(good, "en").is_ok(), "{good}");
        }
        for bad in ["", "0 9 * *", "0 0 9 * * MON", "61 * * * *", "0 9 31 2 *", "@daily", "TZ=UTC 0 9 * * *"] {
            assert!(Schedule::parse(bad, "en").is_err(), "{bad}");
        }
        assert!(Schedule::parse("0 9 * *", "en").unwrap_err().message.contains("five fields"));
        for (six, which) in
            [("0 0 9 * * MON", "the first one out, the seconds"), ("0 9 * * MON 2027", "the last one out, the year")]
        {
            let message = Schedule::parse(six, "en").unwrap_err().message;
            assert!(message.ends_with(which), "{message}");
        }
    }

    #[test]
    fn words_fire_as_their_fields_do() {
        let both = |words: &str, fields: &str| {
            let of = |text: &str| fires(text, "Europe/Madrid", "2026-03-01T00:00", 24 * 60);
            assert_eq!(of(words), of(fields), "{words}");
            assert!(!of(words).is_empty());
        };
        both("tuesday 10:00", "0 10 * * TUE");
        both("last friday 17:00", "0 17 * * FRIL");
        both("first and third monday 8:30", "30 8 * * MON#1,MON#3");
        both("last day 9:00", "0 9 L * *");
        both("daily 2:30", "30 2 * * *");
        assert_eq!(fires("daily 9:00, 13:30", "UTC", "2026-11-21T00:00", 24), ["21 09:00+0000", "21 13:30+0000"]);
        assert_eq!(fires("29 february 9:00", "UTC", "2026-01-01T00:00", 24 * 365 * 3), ["29 09:00+0000"]);
        assert!(Schedule::parse("31 february 9:00", "en").unwrap_err().message.contains("never comes"));
    }

    #[test]
    fn a_name_in_the_wrong_field_is_no_figure() {
        let wrong = |pattern: &str, language: &str| Schedule::parse(pattern, language).unwrap_err();
        let mar = wrong("0 10 * * MAR", "en");
        assert!(mar.message.contains("`MAR` is a month (March)"), "{}", mar.message);
        assert_eq!(mar.instead.as_deref(), Some("0 10 * * TUE"));
        assert!(!mar.sure);
        for (pattern, instead) in [
            ("0 10 * TUE *", "0 10 * * TUE"),
            ("0 10 * * JAN", "0 10 * JAN *"),
            ("0 10 * * JUE", "0 10 * * THU"),
            ("0 10 * * LUN-VIE", "0 10 * * MON-FRI"),
            ("0 10 * * Tuesday", "0 10 * * TUE"),
            ("0 10 * * SEG,QUA", "0 10 * * MON,WED"),
            ("0 10 * * Mo-Fr", "0 10 * * MON-FRI"),
            ("0 10 1 ENE *", "0 10 1 JAN *"),
            ("0 10 * MIE *", "0 10 * * WED"),
            ("0 10 * * VIEL", "0 10 * * FRIL"),
        ] {
            assert_eq!(wrong(pattern, "en").instead.as_deref(), Some(instead), "{pattern}");
            assert!(Schedule::parse(instead, "en").is_ok(), "{instead}");
        }
        let minute = wrong("MON 10 * * *", "en");
        assert_eq!(minute.instead.as_deref(), Some("0 10 * * MON"));
        assert!(wrong("0 MON * * *", "en").help.unwrap().contains("fifth field"));
        assert!(wrong("0 10 * MAR TUES", "en").sure);
    }

    #[test]
    fn how_rare_a_schedule_is() {
        let pause = |text: &str| Schedule::parse(text, "en").unwrap().longest_pause();
        assert_eq!(pause("0 9 * * *"), Span::days(1));
        assert_eq!(pause("24 december 9:00"), Span::days(366));
        assert_eq!(pause("29 february 9:00"), Span::days(4 * 365 + 1));
        assert!(pause("0 9 31 * *") < Span::days(63));
    }

    #[test]
    fn a_rule_that_is_hard_to_see_is_told() {
        let odd = |text: &str| Schedule::parse(text, "en").unwrap().odd();
        assert!(odd("0 9 13 * FRI").unwrap().1.contains("`0 9 13 * +FRI`"));
        assert!(odd("0 10 * 2 *").unwrap().1.contains("`0 10 * * TUE`"));
        assert!(odd("0 9 31 * *").unwrap().1.contains("`0 9 L * *`"));
        for text in ["0 9 13 * +FRI", "0 10 * FEB *", "0 9 28 * *", "0 9 31 12 *", "0 9 * * *", "31st 9:00"] {
            assert_eq!(odd(text), None, "{text}");
        }
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

    /// Zones with a change of half an hour, without a change, with a change at midnight (Beirut, Cairo, Havana,
    /// Santiago), with odd offsets, and with a summer time that is interrupted in Ramadan (Casablanca).
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

    /// A daily time fires exactly once on each day of a year, never early, and late only on the day of a gap.
    #[test]
    fn a_daily_time_comes_once_a_day_for_a_year_in_ten_zones() {
        for zone_name in ZONES {
            let zone = TimeZone::get(zone_name).unwrap();
            let start = jiff::civil::date(2026, 1, 1).to_zoned(zone.clone()).unwrap();
            let from = Time(start.timestamp().as_millisecond() - 1);
            let end = jiff::civil::date(2027, 1, 1).to_zoned(zone.clone()).unwrap();
            let end = Time(end.timestamp().as_millisecond() - 1);
            for (hour, minute) in [(0, 0), (0, 30), (1, 45), (2, 0), (2, 15), (2, 50), (3, 0), (23, 30)] {
                let schedule = Schedule::parse(&format!("{minute} {hour} * * *"), "en").unwrap();
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
