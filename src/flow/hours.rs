//! Opening hours: `hours: {support: {open: {mon-fri: ["09:00-14:00"]}, holidays: [2026-12-25]}}`.

use crate::base::{
    diagnostic::{Diagnostic, Findings},
    fields::Fields,
    yaml::Entry,
};
use jiff::{
    Zoned,
    civil::{Date, Time},
};
use std::collections::BTreeSet;

/// The weekly hours of a team or shop, in the bot's zone.
#[derive(Debug, Clone, Default)]
pub struct Hours {
    /// By weekday from Monday: from and to; `to` may be 24:00, which is the next midnight.
    pub days: [Vec<(Time, Option<Time>)>; 7],
    pub holidays: BTreeSet<Date>,
}

/// What `hours.NAME` shows at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct HoursNow {
    pub open: bool,
    /// The next opening; while open, the one after this.
    pub opens_at: Option<Zoned>,
    /// The next closing, if it is open now.
    pub closes_at: Option<Zoned>,
}

/// How many days ahead the next opening is looked for: a long holiday, not for ever.
const DAYS_AHEAD: i32 = 60;

impl Hours {
    /// At `now`, which is in the zone of the hours.
    pub fn at(&self, now: &Zoned) -> HoursNow {
        let mut state = HoursNow { open: false, opens_at: None, closes_at: None };
        for ahead in 0..DAYS_AHEAD {
            let Ok(date) = now.date().checked_add(jiff::Span::new().days(ahead)) else { break };
            if self.holidays.contains(&date) {
                continue;
            }
            for (from, to) in &self.days[date.weekday().to_monday_zero_offset() as usize] {
                let Ok(opens) = date.to_datetime(*from).to_zoned(now.time_zone().clone()) else { continue };
                let closing = match to {
                    Some(to) => Some(date.to_datetime(*to)),
                    None => date.tomorrow().ok().map(|next| next.to_datetime(Time::midnight())),
                };
                let Some(closes) = closing.and_then(|at| at.to_zoned(now.time_zone().clone()).ok()) else { continue };
                if opens <= *now && *now < closes {
                    state.open = true;
                    state.closes_at = Some(closes);
                } else if opens > *now && state.opens_at.is_none() {
                    state.opens_at = Some(opens);
                }
            }
            if state.opens_at.is_some() {
                break;
            }
        }
        state
    }

    pub fn parse(entry: &Entry, findings: &Findings) -> Hours {
        let mut hours = Hours::default();
        let mut fields =
            Fields::new(&entry.value, format!("hours `{}`", entry.key.text), findings).at(&entry.key.place);
        for day in fields.map("open") {
            let Some(range) = weekdays(&day.key.text) else {
                let message = format!("`{}` is no weekday", day.key.text);
                let finding = Diagnostic::error("E210", &day.key.place, message);
                findings.push(
                    finding.help("write `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun` or a range such as `mon-fri`"),
                );
                continue;
            };
            for item in day.value.one_or_many() {
                match item.text().and_then(span) {
                    Some(times) => range.iter().for_each(|day| hours.days[*day].push(times)),
                    None => fields.wrong(
                        item,
                        "E210",
                        format!("hours are written like \"09:00-14:00\", and this is {}", item.describe()),
                    ),
                }
            }
        }
        hours.days.iter_mut().for_each(|day| day.sort());
        for item in fields.list("holidays") {
            match item.text().and_then(|text| text.parse().ok()) {
                Some(date) => {
                    hours.holidays.insert(date);
                }
                None => fields.wrong(
                    item,
                    "E210",
                    format!("a holiday is written like 2026-12-25, and this is {}", item.describe()),
                ),
            }
        }
        fields.finish();
        hours
    }
}

/// `mon-fri` as numbers from Monday; `fri-mon` goes over the weekend.
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

fn span(text: &str) -> Option<(Time, Option<Time>)> {
    let (from, to) = text.split_once('-')?;
    let from: Time = clock(from)?;
    if to.trim() == "24:00" {
        return Some((from, None));
    }
    let to = clock(to)?;
    (from < to).then_some((from, Some(to)))
}

/// `09:00`, also without the leading zero.
pub fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{place::SourceFile, yaml};

    fn shop() -> Hours {
        let text = "shop:\n  open: {mon-fri: [\"09:00-14:00\", \"16:00-18:00\"], sat: [\"10:00-13:00\"]}\n  holidays: [2026-12-25]\n";
        let findings = Findings::default();
        let node = yaml::load(&SourceFile::new("a.yaml", text), &findings).unwrap();
        let hours = Hours::parse(node.entry("shop").unwrap(), &findings);
        assert_eq!(findings.into_sorted(), []);
        hours
    }

    fn at(text: &str) -> (bool, String) {
        let now: Zoned = format!("{text}[Europe/Madrid]").parse().unwrap();
        let state = shop().at(&now);
        (state.open, state.opens_at.map(|at| at.strftime("%a %H:%M").to_string()).unwrap_or_default())
    }

    #[test]
    fn hours_know_when_they_open_next() {
        assert_eq!(at("2026-11-20T10:00:00"), (true, "Fri 16:00".into()));
        assert_eq!(at("2026-11-20T15:00:00"), (false, "Fri 16:00".into()));
        assert_eq!(at("2026-11-21T20:00:00"), (false, "Mon 09:00".into()));
    }

    #[test]
    fn a_holiday_is_closed() {
        assert_eq!(at("2026-12-25T10:00:00"), (false, "Sat 10:00".into()));
    }
}
