//! Moments: a day and a time together, or ISO 8601.

use super::{Hearing, clock, date};
use jiff::{Zoned, tz::TimeZone};

/// A day and a time in either order, with or without "at" between them; or ISO 8601.
pub fn datetime(text: &str, hearing: &Hearing<'_>) -> Option<Zoned> {
    let text = text.trim();
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let zone = hearing.now.time_zone();
    if let Some(at) = iso_datetime(text, zone).filter(|_| text.contains(':')) {
        return Some(at);
    }
    let at = |day: &str, clock: &str| {
        // "12 5" must not become twelve o'clock on the fifth: a bare number is no time here.
        let time = clock::time(clock, hearing.language).filter(|_| !clock::is_mere_number(clock))?;
        date::date(day, hearing)?.to_datetime(time).to_zoned(zone.clone()).ok()
    };
    let cuts = text.match_indices([' ', ',']).map(|(place, _)| text.split_at(place));
    cuts.into_iter().find_map(|(left, right)| {
        let (left, right) = (left.trim_matches([' ', ',']), right.trim_matches([' ', ',']));
        at(left, right).or_else(|| at(right, left))
    })
}

/// With an offset, with a zone in brackets, or on the clock of `zone`; a mere day is its midnight.
pub fn iso_datetime(text: &str, zone: &TimeZone) -> Option<Zoned> {
    if let Some(day) = date::iso_date(text) {
        return day.to_zoned(zone.clone()).ok();
    }
    if text.contains('[') {
        return text.parse().ok();
    }
    let with_offset = jiff::fmt::temporal::Pieces::parse(text).ok()?.to_numeric_offset();
    match with_offset {
        Some(offset) if !text.ends_with(['Z', 'z']) => {
            let at: jiff::Timestamp = text.parse().ok()?;
            Some(at.to_zoned(TimeZone::fixed(offset)))
        }
        Some(_) => Some(text.parse::<jiff::Timestamp>().ok()?.to_zoned(zone.clone())),
        None => text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(zone.clone()).ok(),
    }
}

/// Longer texts are no moment.
const TEXT_BYTES_MAX: usize = 160;

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};

    #[test]
    fn a_day_and_a_time_make_a_moment() {
        for text in [
            "2026-12-03T10:30",
            "2026-12-03 10:30",
            "3 December 10:30",
            "10:30 3.12.",
            "3 December at 10:30",
            "thursday 3 december, 10:30",
        ] {
            let at = datetime(text, &hearing("en")).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(at.to_string(), "2026-12-03T10:30:00+01:00[Europe/Madrid]", "{text}");
        }
        for (language, text) in [
            ("en", "tomorrow at half past four"),
            ("en", "16:30 tomorrow"),
            ("es", "mañana a las cuatro y media"),
            ("fr", "demain à 16h30"),
            ("de", "morgen um halb fünf"),
            ("pt", "amanhã às 4 da tarde e meia"),
            ("it", "domani alle quattro e mezza"),
        ] {
            let at = datetime(text, &hearing(language));
            let expected =
                (text != "amanhã às 4 da tarde e meia").then(|| "2026-11-22T16:30:00+01:00[Europe/Madrid]".to_owned());
            assert_eq!(at.map(|at| at.to_string()), expected, "{text}");
        }
        assert_eq!(datetime("tomorrow at 10", &hearing("en")).unwrap().hour(), 10);
        assert_eq!((datetime("tomorrow", &hearing("en")), datetime("12 5", &hearing("en"))), (None, None));
    }
}
