//! Reads the times of a query: `since`, `until`, `from`, `to`.

use crate::{
    base::{query, time::Time},
    web::problem::Problem,
};
use jiff::{civil::Date, tz::TimeZone};

/// The time in this parameter: a moment with its zone, or a day, which begins at midnight in `zone`.
pub fn moment(text: &str, name: &str, zone: &TimeZone) -> Result<Option<Time>, Problem> {
    let Some(given) = query::value(text, name).filter(|given| !given.is_empty()) else { return Ok(None) };
    // A client that writes `+02:00` into an address without escaping it sends a blank.
    let stamp = given.replace(' ', "+").parse::<jiff::Timestamp>().ok();
    let day = || given.parse::<Date>().ok()?.to_zoned(zone.clone()).ok();
    let at = stamp.or_else(|| day().map(|day| day.timestamp()));
    at.map(|at| Some(Time(at.as_millisecond()))).ok_or_else(|| {
        let why = format!("`{name}` is a moment with its zone, as `2026-11-24T10:00:00Z`, or a day, as `2026-11-24`.");
        Problem::invalid(vec![(format!("/{name}"), why)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_the_bots_zone() {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let read = |text: &str| moment(text, "since", &zone).ok().flatten().map(|at| at.0 / 1_000);
        assert_eq!(read("since=2026-11-24"), Some(1_795_474_800));
        assert_eq!(read("since=2026-11-24T00:00:00%2B01:00"), Some(1_795_474_800));
        assert_eq!(read("since=2026-11-24T00:00:00+01:00"), Some(1_795_474_800));
        assert_eq!(read("since=2026-11-23T23:00:00Z"), Some(1_795_474_800));
        assert_eq!(read("until=x"), None);
        assert!(moment("since=soon", "since", &zone).is_err());
    }
}
