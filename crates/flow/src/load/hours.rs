//! Parses the time zone and opening hours: `hours: {support: {open: {mon-fri: ["09:00-14:00"]}, holidays:
//! [2026-12-25]}}`.

use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        fix::Fix,
        place::Place,
        time,
        yaml::Entry,
    },
    model::{hours::OpeningHours, schedule::weekday_of},
};
use jiff::{Zoned, civil::Time, tz::TimeZone};
use std::collections::BTreeSet;

/// The `timezone` of `_bot.yaml`; UTC without one.
pub fn zone(fields: &mut Fields<'_>) -> TimeZone {
    let Some(name) = fields.opt_text("timezone") else { return TimeZone::UTC };
    match TimeZone::get(name) {
        Ok(zone) => zone,
        Err(_) => {
            if let Some(node) = fields.node("timezone") {
                fields.wrong(node, "E211", format!("there is no time zone `{name}`; {}", time::zone_meant(name)));
            }
            TimeZone::UTC
        }
    }
}

/// Parses one entry of `hours`, in the bot's zone; invalid parts get a finding and are left out. `language` is the
/// bot's, in which its author may have named a day.
pub fn parse(entry: &Entry, zone: &TimeZone, language: &str, findings: &Findings) -> OpeningHours {
    let mut hours = OpeningHours { zone: zone.clone(), week: Default::default(), holidays: BTreeSet::new() };
    if let Some(text) = entry.value.text().filter(|_| !entry.value.is_broken()) {
        let message = format!("hours `{}` need their days, and this is the text `{text}`", entry.key.text);
        let times = span(text).map_or("09:00-14:00", |_| text);
        let finding = Diagnostic::error("E201", &entry.value.place, message);
        findings.push(finding.help(format!("write `{{open: {{mon-fri: \"{times}\"}}}}`")));
        return hours;
    }
    let mut fields = Fields::new(&entry.value, format!("hours `{}`", entry.key.text), findings).at(&entry.key.place);
    for day in fields.map("open") {
        let Some(range) = weekdays(&day.key.text) else {
            let message = format!("`{}` is no weekday", day.key.text);
            let finding = Diagnostic::error("E210", &day.key.place, message);
            let meant = days_meant(&day.key.text, language);
            let fix =
                meant.as_ref().map(|meant| Fix::replace(format!("write `{meant}`"), &day.key.place, meant).guess());
            let help = meant.map(|meant| format!("write `{meant}`")).unwrap_or_else(|| {
                "write `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun` or a range such as `mon-fri`".to_owned()
            });
            findings.push(finding.help(help).fix_if(fix));
            continue;
        };
        for item in day.value.one_or_many() {
            match item.text().and_then(span) {
                Some(times) => {
                    let meets = |known: &(u16, u16)| known.0 < times.1 && times.0 < known.1;
                    if range.iter().any(|day| hours.week[*day].iter().any(meets)) {
                        let message = format!("of {} some of these hours are written already", day.key.text);
                        let finding = Diagnostic::error("E210", &item.place, message);
                        findings.push(
                            finding.help("write each hour of a day once; a day on its own stands outside of the range"),
                        );
                    }
                    range.iter().for_each(|day| hours.week[*day].push(times));
                }
                None => {
                    let closed = |text: &&str| matches!(text.to_lowercase().as_str(), "closed" | "none" | "no" | "off");
                    let closed = item.text().filter(closed).map(|_| "a day without hours is closed: take the line out");
                    let help = closed.map(str::to_owned).or_else(|| item.text().and_then(meant));
                    let help = help.unwrap_or_else(|| "write it like \"09:00-14:00\"".to_owned());
                    let message = format!("hours are written like \"09:00-14:00\", and this is {}", item.describe());
                    fields.wrong(item, "E210", format!("{message}; {help}"));
                }
            }
        }
    }
    hours.week.iter_mut().for_each(|day| day.sort());
    for item in fields.list("holidays") {
        match item.text().and_then(|text| text.parse().ok()) {
            Some(date) => {
                hours.holidays.insert(date);
            }
            None => {
                let message = format!("a holiday is written like 2026-12-25, and this is {}", item.describe());
                let parts =
                    item.text().unwrap_or_default().split(['/', '.']).map(str::parse).collect::<Result<Vec<u16>, _>>();
                // In `25/12/2026` the order is clear; if both numbers are below 13, it is not known which is the month.
                let help = match parts.unwrap_or_default()[..] {
                    [day @ 13..=31, month @ 1..=12, year] | [month @ 1..=12, day @ 13..=31, year] if year > 999 => {
                        format!("write {year}-{month:02}-{day:02}")
                    }
                    _ => "write year, month and day: 2026-12-25".to_owned(),
                };
                fields.wrong(item, "E210", format!("{message}; {help}"));
            }
        }
    }
    let days: Vec<&Place> =
        fields.unread().filter(|entry| weekdays(&entry.key.text).is_some()).map(|entry| &entry.key.place).collect();
    fields.finish();
    findings.amend(
        |finding| finding.code == "E203" && days.contains(&&finding.place),
        |finding| finding.help("the days stand under `open:`, such as `open: {mon-fri: \"09:00-14:00\"}`"),
    );
    hours
}

/// Parses `09:00`, also without the leading zero.
pub fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// Rewrites `10am`, `2:30 pm` for the 24-hour clock.
pub fn twelve(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (time, later) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(time), _) => (time, 0),
        (_, Some(time)) => (time, 12),
        _ => return None,
    };
    let (hour, minute) = time.trim().split_once(':').unwrap_or((time.trim(), "00"));
    let hour: u8 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    let shown = format!("{:02}:{minute}", hour % 12 + later);
    clock(&shown).map(|_| shown)
}

/// The next moment with this local time.
pub fn next_clock(now: &Zoned, clock: Time) -> Option<Zoned> {
    let zone = now.time_zone().clone();
    let today = now.date().to_datetime(clock).to_zoned(zone.clone()).ok().filter(|at| at > now);
    today.or_else(|| now.date().tomorrow().ok()?.to_datetime(clock).to_zoned(zone).ok())
}

/// The weekdays of `mon-fri`, counted from Monday; `fri-mon` goes over the weekend.
fn weekdays(text: &str) -> Option<Vec<usize>> {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let day = |name: &str| NAMES.iter().position(|known| *known == name.trim().to_lowercase());
    let mut all = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            None => all.push(day(part)?),
            Some((from, to)) => {
                let (from, to) = (day(from)?, day(to)?);
                all.extend((0..=(to + 7 - from) % 7).map(|ahead| (from + ahead) % 7));
            }
        }
    }
    Some(all)
}

/// The days as they are written here, for long names and those of other languages: `sat` for `Samstag`.
fn days_meant(text: &str, language: &str) -> Option<String> {
    match text.trim().to_lowercase().as_str() {
        "weekdays" | "weekday" | "workdays" | "laborables" | "werktags" => return Some("mon-fri".to_owned()),
        "weekend" | "weekends" => return Some("sat-sun".to_owned()),
        "daily" | "everyday" | "every day" | "all" | "always" => return Some("mon-sun".to_owned()),
        _ => {}
    }
    let day = |name: &str| weekday_of(name.trim(), language).map(|name| name[..3].to_owned());
    let parts = text.split(',').map(|part| {
        let days: Option<Vec<String>> = part.split(['-', '–']).map(day).collect();
        days.filter(|days| days.len() <= 2).map(|days| days.join("-"))
    });
    parts.collect::<Option<Vec<String>>>().map(|parts| parts.join(","))
}

/// Parses a range in minutes after midnight; `24:00` ends the day.
fn span(text: &str) -> Option<(u16, u16)> {
    let minutes = |time: Time| u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
    let (from, to) = text.split_once('-')?;
    let from = minutes(clock(from)?);
    let to = if to.trim() == "24:00" { 24 * 60 } else { minutes(clock(to)?) };
    (from < to).then_some((from, to))
}

/// The correction for hours that are not a range: `10-14`, several at once, or over midnight.
fn meant(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([',', ';', '/']).flat_map(|part| part.split(" and ")).collect();
    if parts.len() > 1 {
        let all: Option<Vec<String>> =
            parts.into_iter().map(|part| from_and_to(part).map(|(from, to)| format!("\"{from}-{to}\""))).collect();
        return Some(format!("several are a list: write [{}]", all?.join(", ")));
    }
    let (from, to) = from_and_to(text)?;
    Some(match span(&format!("{from}-{to}")) {
        Some(_) => format!("write \"{from}-{to}\""),
        None => format!("a night is two parts: \"{from}-24:00\" on this day, and \"00:00-{to}\" on the next"),
    })
}

/// Splits `9-14`, `9:00 - 14:00` into two times.
fn from_and_to(text: &str) -> Option<(String, String)> {
    let (from, to) = text.split_once('-')?;
    let clocked = |text: &str| match text.trim() {
        hour if hour.parse::<u8>().is_ok_and(|hour| hour <= 24) => Some(format!("{hour:0>2}:00")),
        time => clock(time).map(|time| time.strftime("%H:%M").to_string()),
    };
    Some((clocked(from)?, clocked(to)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{place::SourceFile, yaml};

    fn read(text: &str) -> (OpeningHours, usize) {
        let findings = Findings::default();
        let node = yaml::load(&SourceFile::new("a.yaml", text), &findings).unwrap();
        let hours = parse(node.entry("shop").unwrap(), &TimeZone::UTC, "en", &findings);
        (hours, findings.into_sorted().len())
    }

    #[test]
    fn hours_are_minutes_of_each_weekday() {
        let open = "{mon-tue: [\"16:00-24:00\", \"9:00-14:00\"], sun: \"10:00-13:30\"}";
        let (hours, findings) = read(&format!("shop:\n  open: {open}\n  holidays: [2026-12-25]\n"));
        assert_eq!(findings, 0);
        assert_eq!((&hours.week[0], &hours.week[1]), (&vec![(540, 840), (960, 1440)], &vec![(540, 840), (960, 1440)]));
        assert_eq!((&hours.week[2], &hours.week[6]), (&vec![], &vec![(600, 810)]));
        assert!(hours.holidays.contains(&jiff::civil::date(2026, 12, 25)));
    }

    #[test]
    fn a_range_of_days_goes_over_the_weekend() {
        assert_eq!(weekdays("sat-mon"), Some(vec![5, 6, 0]));
        assert_eq!(weekdays("mon, wed"), Some(vec![0, 2]));
        assert_eq!(weekdays("someday"), None);
    }

    #[test]
    fn several_hours_in_one_text_are_told_as_the_list_that_they_are() {
        let list = "several are a list: write [\"09:00-14:00\", \"16:00-19:00\"]";
        for text in ["9:00-14:00, 16:00-19:00", "9-14 and 16-19", "09:00-14:00 / 16:00-19:00"] {
            assert_eq!(meant(text).as_deref(), Some(list), "{text}");
        }
        assert_eq!(meant("9-14, later"), None);
    }

    #[test]
    fn days_beside_open_are_told_where_they_stand() {
        let findings = Findings::default();
        let node = yaml::load(&SourceFile::new("a.yaml", "shop:\n  mon-fri: \"9:00-14:00\"\n"), &findings).unwrap();
        parse(node.entry("shop").unwrap(), &TimeZone::UTC, "en", &findings);
        let found: Vec<String> = findings.into_sorted().iter().map(ToString::to_string).collect();
        assert!(found.len() == 1 && found[0].contains("the days stand under `open:`"), "{found:#?}");
    }

    #[test]
    fn what_is_wrong_is_reported_and_left_out() {
        let (hours, findings) =
            read("shop:\n  open: {mon: [\"18:00-09:00\", \"09:00-10:00\"], day: \"09:00-10:00\"}\n");
        assert_eq!((findings, &hours.week[0]), (2, &vec![(540, 600)]));
    }
}
