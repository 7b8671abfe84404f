//! Computes quiet hours: when an unasked message may be sent again, by the author's rule and by law.

use super::legal_hours::{self, LegalHours};
use crate::base::{
    limits::{QUIET_LOOK_EVERY, QUIET_ROUNDS_MAX},
    time::{Span, Time},
};
use jiff::{civil, tz::TimeZone};

/// The hours of the contact's local time in which no unasked message is sent; the range may pass midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    pub from: civil::Time,
    pub to: civil::Time,
    /// True: the law of the contact's country applies too (`law: true`).
    pub law: bool,
}

/// The possible places of a contact.
#[derive(Debug, Clone, Default)]
pub struct PossibleZones {
    /// All time zones that the contact may be in.
    pub zones: Vec<TimeZone>,
    /// The countries of the contact's number and of its zone.
    pub countries: Vec<&'static str>,
}

impl QuietHours {
    /// The first moment from `now` on that is quiet in none of the zones; `None`: `now` itself is allowed. Without a
    /// zone nothing is quiet. If no moment suits all zones (half a world apart, or a law without any allowed hour), the
    /// first end of a quiet time.
    pub fn allowed_at(&self, now: Time, place: &PossibleZones) -> Option<Time> {
        first_allowed(now, &self.nights(place, true))
    }

    /// As `allowed_at`, by the law alone: for messages that the author allows at any hour.
    pub fn lawful_at(&self, now: Time, place: &PossibleZones) -> Option<Time> {
        first_allowed(now, &self.nights(place, false))
    }

    /// The last moment after `now` and before `until` that is not quiet, for messages that must leave before `until`
    /// (`window_closing`); `None` if all of that time is quiet.
    pub fn allowed_before(&self, now: Time, until: Time, place: &PossibleZones) -> Option<Time> {
        let nights = self.nights(place, true);
        let mut at = until;
        for _ in 0..QUIET_ROUNDS_MAX {
            if at < now {
                return None;
            }
            match nights.iter().find_map(|night| night.start_if_quiet(at)) {
                Some(start) => at = start,
                None => return Some(at),
            }
        }
        None
    }

    /// The quiet times from `from` to `until`, without a part before `from`. One that is shorter than
    /// `QUIET_LOOK_EVERY` may be missing.
    pub fn quiet_times(&self, from: Time, until: Time, place: &PossibleZones) -> Vec<(Time, Time)> {
        let nights = self.nights(place, true);
        let (mut found, mut at) = (Vec::new(), from);
        while at < until {
            let Some(end) = first_allowed(at, &nights) else {
                at = at + QUIET_LOOK_EVERY;
                continue;
            };
            let begins = self.allowed_before(from, at, place).map_or(from, |allowed| allowed + Span::millis(1));
            found.push((begins, end));
            at = end;
        }
        found
    }

    fn nights<'a>(&'a self, place: &'a PossibleZones, with_own: bool) -> Vec<Night<'a>> {
        let own = place.zones.iter().filter(|_| with_own && self.from != self.to);
        let mut nights: Vec<Night<'_>> = own.map(|zone| Night::Own(self, zone)).collect();
        if self.law {
            for law in legal_hours::of(&place.countries) {
                let zones = place.zones.iter().filter(|zone| law.counts_in(zone.iana_name()));
                nights.extend(zones.map(|zone| Night::Law(law, zone)));
            }
        }
        nights
    }

    fn quiet(&self, clock: civil::Time) -> bool {
        if self.from < self.to { clock >= self.from && clock < self.to } else { clock >= self.from || clock < self.to }
    }
}

/// One rule in one zone.
enum Night<'a> {
    Own(&'a QuietHours, &'a TimeZone),
    Law(&'static LegalHours, &'a TimeZone),
}

impl Night<'_> {
    fn end_if_quiet(&self, at: Time) -> Option<Time> {
        let (end, zone) = match self {
            Night::Own(hours, zone) => {
                let local = zoned(at, zone)?;
                if !hours.quiet(local.time()) {
                    return None;
                }
                let day = local.date();
                let day = if local.time() >= hours.to { day.tomorrow().ok()? } else { day };
                (day.to_datetime(hours.to), zone)
            }
            Night::Law(law, zone) => {
                let local = zoned(at, zone)?;
                if is_lawful(law, &local) {
                    return None;
                }
                let mut day = local.date();
                let today = law.open(day.weekday()).filter(|(from, _)| local.time() < *from);
                let mut open = today.map(|(from, _)| from);
                for _ in 0..DAYS_OF_WEEK {
                    if open.is_some() {
                        break;
                    }
                    day = day.tomorrow().ok()?;
                    open = law.open(day.weekday()).map(|(from, _)| from);
                }
                (day.to_datetime(open?), zone)
            }
        };
        // In a daylight saving gap the end moves later, and in a repeated hour the second one counts, so that a message
        // is never too early.
        let end = zone.to_ambiguous_zoned(end).later().ok()?;
        let end = Time(end.timestamp().as_millisecond());
        (end > at).then_some(end)
    }

    /// One millisecond before the beginning of the quiet time that contains `at`; `None` if `at` is not quiet.
    fn start_if_quiet(&self, at: Time) -> Option<Time> {
        let (start, zone) = match self {
            Night::Own(hours, zone) => {
                let local = zoned(at, zone)?;
                if !hours.quiet(local.time()) {
                    return None;
                }
                let day = local.date();
                let day = if local.time() < hours.from { day.yesterday().ok()? } else { day };
                (day.to_datetime(hours.from), zone)
            }
            Night::Law(law, zone) => {
                let local = zoned(at, zone)?;
                if is_lawful(law, &local) {
                    return None;
                }
                let mut day = local.date();
                let today = law.open(day.weekday()).filter(|(_, to)| local.time() >= *to);
                let mut close = today.map(|(_, to)| to);
                for _ in 0..DAYS_OF_WEEK {
                    if close.is_some() {
                        break;
                    }
                    day = day.yesterday().ok()?;
                    close = law.open(day.weekday()).map(|(_, to)| to);
                }
                (day.to_datetime(close?), zone)
            }
        };
        let start = zone.to_ambiguous_zoned(start).earlier().ok()?;
        Some(Time(start.timestamp().as_millisecond() - 1))
    }
}

const DAYS_OF_WEEK: usize = 7;

fn is_lawful(law: &LegalHours, local: &jiff::Zoned) -> bool {
    law.open(local.date().weekday()).is_some_and(|(from, to)| (from..to).contains(&local.time()))
}

fn first_allowed(now: Time, nights: &[Night<'_>]) -> Option<Time> {
    let mut at = now;
    for _ in 0..QUIET_ROUNDS_MAX {
        match nights.iter().find_map(|night| night.end_if_quiet(at)) {
            Some(end) => at = end,
            None => return (at > now).then_some(at),
        }
    }
    nights.iter().find_map(|night| night.end_if_quiet(now))
}

fn zoned(at: Time, zone: &TimeZone) -> Option<jiff::Zoned> {
    jiff::Timestamp::from_millisecond(at.0).ok().map(|t| t.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    const NIGHT: QuietHours = QuietHours { from: time(21, 0, 0, 0), to: time(8, 0, 0, 0), law: false };

    fn place(zones: &[&str], countries: &[&'static str]) -> PossibleZones {
        let zones = zones.iter().map(|name| TimeZone::get(name).unwrap()).collect();
        PossibleZones { zones, countries: countries.to_vec() }
    }

    fn at(text: &str) -> Time {
        Time(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn night_waits_for_the_morning() {
        let madrid = place(&["Europe/Madrid"], &[]);
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T12:00Z"), &madrid), None);
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T19:59:59Z"), &madrid), None);
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T20:00Z"), &madrid), Some(at("2026-11-22T07:00Z")));
        assert_eq!(NIGHT.allowed_at(at("2026-11-22T06:59Z"), &madrid), Some(at("2026-11-22T07:00Z")));
        assert_eq!(NIGHT.allowed_at(at("2026-11-22T07:00Z"), &madrid), None);
    }

    #[test]
    fn the_quiet_times_of_some_days_follow_each_other() {
        let madrid = place(&["Europe/Madrid"], &[]);
        let (noon, night) = (at("2026-11-21T11:00Z"), at("2026-11-21T23:30Z"));
        let until = at("2026-11-23T11:00Z");
        let first = (at("2026-11-21T20:00Z"), at("2026-11-22T07:00Z"));
        let second = (at("2026-11-22T20:00Z"), at("2026-11-23T07:00Z"));
        assert_eq!(NIGHT.quiet_times(noon, until, &madrid), [first, second]);
        assert_eq!(NIGHT.quiet_times(night, until, &madrid), [(night, first.1), second]);
        assert_eq!(NIGHT.quiet_times(noon, until, &place(&[], &[])), []);
    }

    #[test]
    fn summer_time_moves_the_morning() {
        let madrid = place(&["Europe/Madrid"], &[]);
        assert_eq!(NIGHT.allowed_at(at("2026-03-28T22:00Z"), &madrid), Some(at("2026-03-29T06:00Z")));
    }

    #[test]
    fn an_end_in_the_gap_comes_after_it() {
        let until = QuietHours { from: time(21, 0, 0, 0), to: time(2, 30, 0, 0), law: false };
        // New York, 2026-03-08: 02:30 does not exist, 03:30 is 07:30Z.
        assert_eq!(
            until.allowed_at(at("2026-03-08T05:00Z"), &place(&["America/New_York"], &[])),
            Some(at("2026-03-08T07:30Z"))
        );
    }

    #[test]
    fn several_zones_must_all_be_awake() {
        let us = place(crate::base::phone::zones("+1415"), &[]);
        // 12:00Z is 07:00 in New York; the quiet time of Honolulu ends at 18:00Z.
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T12:00Z"), &us), Some(at("2026-11-21T18:00Z")));
        // 02:30Z: the quiet time of New York begins at 02:00Z, so the message waits until the next morning in Honolulu.
        assert_eq!(NIGHT.allowed_at(at("2026-11-21T02:30Z"), &us), Some(at("2026-11-21T18:00Z")));
    }

    #[test]
    fn zones_that_never_agree_end_somewhere() {
        let apart = place(&["Pacific/Kiritimati", "Pacific/Niue", "Europe/London"], &[]);
        let narrow = QuietHours { from: time(10, 0, 0, 0), to: time(8, 0, 0, 0), law: false };
        let found = narrow.allowed_at(at("2026-11-21T12:00Z"), &apart);
        assert!(found.is_some());
    }

    #[test]
    fn what_must_be_early_comes_before_the_night() {
        let madrid = place(&["Europe/Madrid"], &[]);
        let before = NIGHT.allowed_before(at("2026-11-21T12:00Z"), at("2026-11-22T01:00Z"), &madrid);
        assert_eq!(before, Some(Time(at("2026-11-21T20:00Z").0 - 1)));
        assert_eq!(NIGHT.allowed_before(at("2026-11-21T21:00Z"), at("2026-11-22T01:00Z"), &madrid), None);
    }

    /// Each row: the deciding rule, the country, the zone, the moment in UTC, and the first allowed moment.
    #[test]
    fn the_law_of_the_country_counts_beside_the_authors_hours() {
        let law = QuietHours { law: true, ..NIGHT };
        let (bogota, joburg, seoul) = ("America/Bogota", "Africa/Johannesburg", "Asia/Seoul");
        let all: &[(&str, &str, &str, &str, Option<&str>)] = &[
            // From 8 to 21, which the author's hours already contain.
            ("47 CFR 64.1200", "US", "America/Los_Angeles", "2026-11-21T16:00Z", None),
            ("47 CFR 64.1200", "US", "America/Los_Angeles", "2026-11-22T04:59Z", None),
            ("47 CFR 64.1200", "US", "America/Los_Angeles", "2026-11-22T05:00Z", Some("2026-11-22T16:00Z")),
            // 9 to 20; Florida (8 to 20) has the same zone.
            ("Connecticut", "US", "America/New_York", "2026-11-21T13:30Z", Some("2026-11-21T14:00Z")),
            ("Connecticut", "US", "America/New_York", "2026-11-22T00:59Z", None),
            ("Florida", "US", "America/New_York", "2026-11-22T01:00Z", Some("2026-11-22T14:00Z")),
            // On Sunday from noon.
            ("Texas", "US", "America/Chicago", "2026-11-22T15:00Z", Some("2026-11-22T18:00Z")),
            ("Texas", "US", "America/Denver", "2026-11-22T16:00Z", Some("2026-11-22T19:00Z")),
            // Until 20, and Texas opens at 9.
            ("Oklahoma", "US", "America/Chicago", "2026-11-24T02:00Z", Some("2026-11-24T15:00Z")),
            // None on Sunday, on Saturday until 15.
            ("Ley 2300", "CO", bogota, "2026-11-20T23:59Z", None),
            ("Ley 2300", "CO", bogota, "2026-11-21T00:00Z", Some("2026-11-21T13:00Z")),
            ("Ley 2300", "CO", bogota, "2026-11-21T20:00Z", Some("2026-11-23T13:00Z")),
            // Saturday 9 to 13, none on Sunday.
            ("Consumer Protection Act", "ZA", joburg, "2026-11-21T06:30Z", Some("2026-11-21T07:00Z")),
            ("Consumer Protection Act", "ZA", joburg, "2026-11-21T11:00Z", Some("2026-11-23T06:00Z")),
            // None from 21 to 8.
            ("Network Act", "KR", seoul, "2026-11-21T11:59Z", None),
            ("Network Act", "KR", seoul, "2026-11-21T12:00Z", Some("2026-11-21T23:00Z")),
            // No law is known: only the author's hours count.
            ("", "ES", "Europe/Madrid", "2026-11-22T12:00Z", None),
        ];
        for law in legal_hours::LAWS {
            assert!(all.iter().any(|row| !row.0.is_empty() && law.source.starts_with(row.0)), "{}", law.source);
        }
        for (source, country, zone, now, expected) in all {
            let place = place(&[zone], &[country]);
            let found = law.allowed_at(at(now), &place);
            assert_eq!(found, expected.map(at), "{source}, {country} {zone} {now}");
            assert!(NIGHT.allowed_at(at(now), &place) <= found, "the law never shortens the author's hours");
        }
    }

    #[test]
    fn what_ignores_the_authors_hours_still_obeys_the_law() {
        let law = QuietHours { law: true, ..NIGHT };
        let bogota = place(&["America/Bogota"], &["CO"]);
        let sunday = at("2026-11-22T15:00Z");
        assert_eq!(law.lawful_at(sunday, &bogota), Some(at("2026-11-23T12:00Z")), "7:00, not the author's 8:00");
        assert_eq!(NIGHT.lawful_at(sunday, &bogota), None);
        let madrid = place(&["Europe/Madrid"], &["ES"]);
        assert_eq!(law.lawful_at(at("2026-11-22T02:00Z"), &madrid), None);
    }

    #[test]
    fn what_must_be_early_comes_before_a_day_that_the_law_keeps_free() {
        let law = QuietHours { law: true, ..NIGHT };
        let bogota = place(&["America/Bogota"], &["CO"]);
        let before = law.allowed_before(at("2026-11-21T14:00Z"), at("2026-11-22T18:00Z"), &bogota);
        assert_eq!(before, Some(Time(at("2026-11-21T20:00Z").0 - 1)));
    }

    proptest::proptest! {
        #[test]
        fn the_moment_found_is_never_quiet(ms in 1_700_000_000_000_i64..1_900_000_000_000, which in 0_usize..10) {
            let names = ["Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo",
                "America/Havana", "America/Santiago", "Pacific/Chatham"];
            let place = place(&[names[which]], &[]);
            if let Some(end) = NIGHT.allowed_at(Time(ms), &place) {
                proptest::prop_assert!(end > Time(ms));
                proptest::prop_assert_eq!(NIGHT.allowed_at(end, &place), None);
                proptest::prop_assert!(end.0 - ms <= 12 * 3_600_000);
            } else {
                let local = zoned(Time(ms), &place.zones[0]).unwrap().time();
                proptest::prop_assert!(local >= NIGHT.to && local < NIGHT.from);
            }
        }
    }
}
