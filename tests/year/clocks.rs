//! Computes local times for the oracle: time zones of people, quiet hours, and fires. Written independently and
//! simply, from the calendar and the laws, so that it shares no bug with the tested code.

use super::bot::Weekly;
use jiff::{
    ToSpan,
    civil::{Date, DateTime, Weekday},
    tz::{AmbiguousOffset, TimeZone},
};
use transom::base::time::{Span, Time};

/// A country: the prefix of its numbers, and its possible time zones.
#[derive(Debug)]
pub struct Country {
    pub code: &'static str,
    pub prefix: &'static str,
    zones: &'static [&'static str],
}

pub const COUNTRIES: [Country; 12] = [
    Country { code: "ES", prefix: "346001", zones: &["Europe/Madrid"] },
    Country {
        code: "US",
        prefix: "141555",
        zones: &[
            "America/New_York",
            "America/Chicago",
            "America/Denver",
            "America/Phoenix",
            "America/Los_Angeles",
            "America/Anchorage",
            "Pacific/Honolulu",
        ],
    },
    Country { code: "CO", prefix: "573001", zones: &["America/Bogota"] },
    Country { code: "ZA", prefix: "278201", zones: &["Africa/Johannesburg"] },
    Country { code: "KR", prefix: "821001", zones: &["Asia/Seoul"] },
    Country {
        code: "BR",
        prefix: "551181",
        zones: &["America/Sao_Paulo", "America/Noronha", "America/Manaus", "America/Rio_Branco"],
    },
    Country {
        code: "AU",
        prefix: "614001",
        zones: &["Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin", "Australia/Perth"],
    },
    Country { code: "EG", prefix: "201001", zones: &["Africa/Cairo"] },
    Country { code: "CL", prefix: "569001", zones: &["America/Santiago"] },
    Country { code: "NZ", prefix: "642101", zones: &["Pacific/Auckland"] },
    Country { code: "GB", prefix: "447701", zones: &["Europe/London"] },
    Country { code: "IN", prefix: "919801", zones: &["Asia/Kolkata"] },
];

/// The places that people move to, with the country whose law applies.
pub const PLACES: [(&str, &str); 8] = [
    ("Europe/Madrid", "ES"),
    ("America/New_York", "US"),
    ("America/Chicago", "US"),
    ("America/Bogota", "CO"),
    ("Africa/Johannesburg", "ZA"),
    ("Australia/Lord_Howe", ""),
    ("Asia/Kathmandu", ""),
    ("Pacific/Chatham", ""),
];

/// The bot's time zone.
const HOME: &str = "Europe/Madrid";

/// A person's known location.
#[derive(Debug, Clone)]
pub struct Home {
    pub country: &'static Country,
    /// The place where they say that they live.
    pub zone: Option<(&'static str, &'static str)>,
}

impl Home {
    /// The one time zone by which schedules count.
    pub fn clock(&self) -> TimeZone {
        let own = self.zone.map(|(zone, _)| zone);
        let name = own.unwrap_or(match self.country.zones {
            [one] => one,
            _ => HOME,
        });
        zone_named(name)
    }

    /// True if a message would disturb the person: in one of their time zones the author's quiet hours or a law forbid
    /// it. `advertising`: a message that ignores the author's hours must still obey the law.
    pub fn is_night(&self, at: Time, ignores: bool, advertising: bool) -> bool {
        if ignores && !advertising {
            return false;
        }
        let zones: Vec<&str> = match self.zone {
            Some((zone, _)) => vec![zone],
            None => self.country.zones.to_vec(),
        };
        let countries = [self.country.code, self.zone.map_or("", |(_, code)| code)];
        zones.iter().any(|zone| {
            let local = local(at, &zone_named(zone));
            let hour = local.hour();
            let by_author = !ignores && !(8..21).contains(&hour);
            by_author || countries.iter().any(|code| !is_lawful(code, zone, local.date().weekday(), hour))
        })
    }

    /// The first time from `at` on outside quiet hours. All quiet hours begin and end at a quarter of an hour.
    pub fn morning(&self, at: Time, ignores: bool, advertising: bool) -> Time {
        const QUARTER: i64 = 15 * 60_000;
        let mut moment = at;
        while self.is_night(moment, ignores, advertising) {
            moment = Time((moment.0 / QUARTER + 1) * QUARTER);
        }
        moment
    }

    /// The last time from `now` to `until` outside quiet hours.
    pub fn before_night(&self, now: Time, until: Time) -> Option<Time> {
        const QUARTER: i64 = 15 * 60_000;
        if !self.is_night(until, false, false) {
            return Some(until);
        }
        let mut edge = Time(until.0 / QUARTER * QUARTER);
        while edge > now {
            let before = Time(edge.0 - 1);
            if !self.is_night(before, false, false) {
                return Some(before);
            }
            edge = Time(edge.0 - QUARTER);
        }
        None
    }
}

/// True if advertising may be sent in this hour, by the laws that the bot obeys.
fn is_lawful(country: &str, zone: &str, day: Weekday, hour: i8) -> bool {
    let sunday = day == Weekday::Sunday;
    let saturday = day == Weekday::Saturday;
    let (from, to) = match (country, zone) {
        // Connecticut and Florida.
        ("US", "America/New_York") => (9, 20),
        // Texas, and Florida and Oklahoma in the evening.
        ("US", "America/Chicago") => (if sunday { 12 } else { 9 }, 20),
        ("US", "America/Denver") => (if sunday { 12 } else { 9 }, 21),
        ("US", _) => (8, 21),
        ("CO", _) if sunday => (0, 0),
        ("CO", _) if saturday => (8, 15),
        ("CO", _) => (7, 19),
        ("ZA", _) if sunday => (0, 0),
        ("ZA", _) if saturday => (9, 13),
        ("ZA", _) => (8, 20),
        ("KR", _) => (8, 21),
        _ => (0, 24),
    };
    (from..to).contains(&hour)
}

/// The fires of a schedule after one time and up to another, in a time zone.
pub fn fires(of: &Weekly, zone: &TimeZone, after: Time, until: Time) -> Vec<Time> {
    let mut day = local(after, zone).date().yesterday().unwrap();
    let last = local(until, zone).date().tomorrow().unwrap();
    let mut found = Vec::new();
    while day <= last {
        let weekday = day.weekday().to_monday_zero_offset();
        let meant = of.days.is_empty() || of.days.contains(&weekday);
        if meant && of.of_month.is_none_or(|number| day.day() == number) {
            found.push(instant(day.at(of.hour, of.minute, 0, 0), zone));
        }
        day = day.tomorrow().unwrap();
    }
    found.retain(|at| *at > after && *at <= until);
    found
}

/// The instant of a local time. A time that spring skips comes right after the gap; a time that autumn repeats, at its
/// first occurrence.
fn instant(local: DateTime, zone: &TimeZone) -> Time {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let at = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => ambiguous.earlier().unwrap(),
        AmbiguousOffset::Gap { .. } => zone.following(ambiguous.earlier().unwrap()).next().unwrap().timestamp(),
    };
    Time(at.as_millisecond())
}

/// The day before a time, at this time of day, in the person's time zone.
pub fn day_before(at: Time, hour: i8, minute: i8, zone: &TimeZone) -> Time {
    let day: Date = local(at, zone).date().checked_sub(1.day()).unwrap();
    let zoned = zone.to_ambiguous_zoned(day.at(hour, minute, 0, 0)).compatible().unwrap();
    Time(zoned.timestamp().as_millisecond())
}

/// This many hours later as a flow counts: whole days keep the time of day in the bot's zone.
pub fn later(at: Time, hours: i64) -> Time {
    if hours % 24 != 0 {
        return at + Span::hours(hours);
    }
    let zoned = jiff::Timestamp::from_millisecond(at.0).unwrap().to_zoned(zone_named(HOME));
    Time(zoned.checked_add(jiff::Span::new().days(hours / 24)).unwrap().timestamp().as_millisecond())
}

/// The time for the report of a failure.
pub fn shown(at: Time) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap().to_string()
}

fn local(at: Time, zone: &TimeZone) -> DateTime {
    zone.to_datetime(jiff::Timestamp::from_millisecond(at.0).unwrap())
}

/// Loads each zone once, because a year needs it often.
fn zone_named(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}
