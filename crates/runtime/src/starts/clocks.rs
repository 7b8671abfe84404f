//! Finds the clocks by which starts are due, and writes their times.

use crate::{base::time::Time, flow, model::contact::Contact};
use jiff::tz::TimeZone;

/// The time zone of this name, in which contacts are grouped; the bot's own for those without one.
pub(crate) fn zone_named(name: &str, bot: &TimeZone) -> TimeZone {
    TimeZone::get(name).ok().filter(|_| !name.is_empty()).unwrap_or_else(|| bot.clone())
}

/// The time zone of a contact: its own, that of its number, else the bot's.
pub(crate) fn zone_of(contact: &Contact, bot: &TimeZone) -> TimeZone {
    flow::zone_of(contact.data.zone.as_deref(), contact.data.phone.as_deref(), bot)
}

pub(crate) fn name_of(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

/// A time on the clock of a zone: `2026-03-28T10:00`.
pub(crate) fn local(at: Time, zone: &TimeZone) -> String {
    let at = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(zone.clone());
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}
