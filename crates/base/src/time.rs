//! Defines instants and durations in whole milliseconds, as the database stores them.

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    ops::{Add, Sub},
};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(pub i64);

/// A duration in milliseconds; may be negative (`offset: -1d`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Span {
    pub const ZERO: Span = Span(0);

    /// The length that somebody means who writes it in words: `6 months`, `2 weeks`, `180d`.
    pub fn meant(text: &str) -> Option<Span> {
        Span::parse(text).ok().or_else(|| Span::parse(&in_words(text)?).ok())
    }

    /// The span as an expression writes it, `days(2)`; `None` for one that is no number of minutes.
    pub fn as_call(self) -> Option<String> {
        let units = [("days", Span::days(1)), ("hours", Span::hours(1)), ("minutes", Span::minutes(1))];
        let (unit, each) = units.into_iter().find(|(_, each)| self.0 > 0 && self.0 % each.0 == 0)?;
        Some(format!("{unit}({})", self.0 / each.0))
    }

    pub const fn millis(n: i64) -> Span {
        Span(n)
    }
    pub const fn seconds(n: i64) -> Span {
        Span(n * 1_000)
    }
    pub const fn minutes(n: i64) -> Span {
        Span(n * 60_000)
    }
    pub const fn hours(n: i64) -> Span {
        Span(n * 3_600_000)
    }
    pub const fn days(n: i64) -> Span {
        Span(n * 86_400_000)
    }
    /// Parses `2h`, `30m`, `90s`, `500ms`, `1d`, `2w`, `-1d`, `1h30m`. The error says what to write.
    pub fn parse(text: &str) -> Result<Span, String> {
        let wrong = || match in_words(text) {
            Some(meant) => format!("`{text}` is no length of time; write `{meant}`"),
            None => format!("`{text}` is no length of time; write it like `30s`, `15m`, `2h`, `1d` or `1h30m`"),
        };
        let (sign, mut rest) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.trim()),
        };
        let (mut total, mut last_unit) = (0i64, i64::MAX);
        if rest.is_empty() {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let count: i64 = rest[..digits].parse().map_err(|_| wrong())?;
            rest = &rest[digits..];
            let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let unit = match &rest[..letters] {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                "d" => 86_400_000,
                "w" => 604_800_000,
                _ => return Err(wrong()),
            };
            // Units must descend, each once: `1h30m`, never `30m1h`.
            if unit >= last_unit {
                return Err(wrong());
            }
            last_unit = unit;
            total = count.checked_mul(unit).and_then(|part| total.checked_add(part)).ok_or_else(wrong)?;
            rest = &rest[letters..];
        }
        Ok(Span(sign * total))
    }

    /// For the standard library's timers; a negative length counts as zero.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }
}

const BEFORE: [&str; 6] = [" before", " earlier", " antes", " avant", " vorher", " davor"];
const AFTER: [&str; 7] = [" after", " later", " después", " despues", " depois", " après", " danach"];

/// Our form of a duration in words, for the advice: `2 hours`, `30 Minuten`.
fn in_words(text: &str) -> Option<String> {
    let text = text.trim();
    // `-1 day`, `1 day before`, `1 día antes`, `vor 1 Tag`.
    let earlier = BEFORE.iter().find_map(|word| text.strip_suffix(word)).or_else(|| text.strip_prefix("vor "));
    let (sign, plain) = match text.strip_prefix('-').or(earlier) {
        Some(rest) => ("-", rest.trim()),
        None => ("", AFTER.iter().find_map(|word| text.strip_suffix(word)).unwrap_or(text).trim()),
    };
    let digits = plain.find(|c: char| !c.is_ascii_digit()).filter(|digits| *digits > 0)?;
    // `1h30` is how French clocks write it.
    if let Some((hours, minutes)) = plain.split_once(['h', 'H'])
        && [hours, minutes].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Some(format!("{sign}{hours}h{minutes}m"));
    }
    let (each, unit) = match plain[digits..].trim().to_lowercase().as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" | "sekunde" | "sekunden" | "segundo" | "segundos" => (1, "s"),
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "minuto" | "minutos" => (1, "m"),
        "h" | "hr" | "hrs" | "hour" | "hours" | "stunde" | "stunden" | "hora" | "horas" | "heure" | "heures" => {
            (1, "h")
        }
        "d" | "day" | "days" | "tag" | "tage" | "dia" | "dias" | "día" | "días" | "j" | "jour" | "jours" | "giorno"
        | "giorni" => (1, "d"),
        "w" | "week" | "weeks" | "woche" | "wochen" | "semana" | "semanas" | "semaine" | "semaines" => (1, "w"),
        // No month and no year is as long as the next: these are the usual ones.
        "month" | "months" | "monat" | "monate" | "monaten" | "mes" | "meses" | "mois" | "mese" | "mesi" => (30, "d"),
        "y" | "year" | "years" | "jahr" | "jahre" | "jahren" | "año" | "años" | "an" | "ans" | "ano" | "anos" => {
            (365, "d")
        }
        _ => return None,
    };
    let count = match each {
        1 => plain[..digits].to_owned(),
        each => plain[..digits].parse::<i64>().ok()?.checked_mul(each)?.to_string(),
    };
    let meant = format!("{sign}{count}{unit}");
    // The text is spelt right, but the number is too large.
    (meant != text).then_some(meant)
}

impl Add<Span> for Time {
    type Output = Time;
    fn add(self, span: Span) -> Time {
        Time(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Time {
    type Output = Time;
    fn sub(self, span: Span) -> Time {
        Time(self.0.saturating_sub(span.0))
    }
}

impl Sub<Time> for Time {
    type Output = Span;
    fn sub(self, earlier: Time) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Span;
    fn sub(self, other: Span) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// In the author's form: `1h30m`, `-1d`, `0s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut rest = self.0.unsigned_abs();
        for (unit, name) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")] {
            if rest >= unit {
                write!(f, "{}{name}", rest / unit)?;
                rest %= unit;
            }
        }
        Ok(())
    }
}

/// `2026-02-25T10:30:00+00:00`: the form in both APIs and in the original specification.
pub fn iso(time: Time) -> String {
    let second = time.0.div_euclid(1_000);
    jiff::Timestamp::from_second(second)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
}

/// `2026-06-15T10:00:00Z`: the form that Waplify and Kapso use.
pub fn iso_z(time: Time) -> String {
    iso(time).replace("+00:00", "Z")
}

/// A length in its two largest units, for people: `3 d 4 h`, `25 h`, `90 min`, `40 s`.
pub fn rounded(length: Span) -> String {
    let minutes = length.0 / 60_000;
    match (minutes / 1_440, minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => format!("{} s", length.0 / 1_000),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, 0, _) => format!("{days} d"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// The advice for a name that is no time zone: the zones of a city (`Berlin`) or the form of a name.
pub fn zone_meant(name: &str) -> String {
    let plain = |text: &str| text.to_lowercase().replace([' ', '-'], "_");
    let city = plain(name.rsplit('/').next().unwrap_or(name).trim());
    let known = jiff::tz::db().available();
    let of_city = known.filter(|zone| {
        // `Etc/GMT+1` is one hour west of Greenwich, and whoever writes `GMT+1` means east.
        if zone.as_str().starts_with("Etc/") {
            return false;
        }
        let place = zone.as_str().split_once('/').map(|(_, place)| plain(place));
        place.is_some_and(|place| place == city || place.ends_with(&format!("/{city}")))
    });
    let zones: Vec<String> = of_city.map(|zone| format!("`{}`", zone.as_str())).take(ZONES_SHOWN_MAX).collect();
    let has_offset = city.len() > 3 && ["gmt", "utc"].iter().any(|clock| city.starts_with(clock));
    if let Some((_, zone)) = OTHER_CITIES.iter().find(|(name, _)| *name == city) {
        return format!("write `{zone}`");
    }
    if has_offset {
        return "write a place like `Europe/Madrid`, whose clock knows summer and winter".to_owned();
    }
    if zones.is_empty() { "write it like `Europe/Madrid`".to_owned() } else { format!("write {}", zones.join(" or ")) }
}

/// Cities by their own names, and large ones whose zone has the name of another city.
const OTHER_CITIES: [(&str, &str); 28] = [
    ("roma", "Europe/Rome"),
    ("milano", "Europe/Rome"),
    ("milan", "Europe/Rome"),
    ("napoli", "Europe/Rome"),
    ("torino", "Europe/Rome"),
    ("barcelona", "Europe/Madrid"),
    ("sevilla", "Europe/Madrid"),
    ("valencia", "Europe/Madrid"),
    ("lisboa", "Europe/Lisbon"),
    ("porto", "Europe/Lisbon"),
    ("wien", "Europe/Vienna"),
    ("münchen", "Europe/Berlin"),
    ("munich", "Europe/Berlin"),
    ("hamburg", "Europe/Berlin"),
    ("frankfurt", "Europe/Berlin"),
    ("köln", "Europe/Berlin"),
    ("lyon", "Europe/Paris"),
    ("marseille", "Europe/Paris"),
    ("genève", "Europe/Zurich"),
    ("geneva", "Europe/Zurich"),
    ("zürich", "Europe/Zurich"),
    ("bruxelles", "Europe/Brussels"),
    ("praha", "Europe/Prague"),
    ("warszawa", "Europe/Warsaw"),
    ("brasília", "America/Sao_Paulo"),
    ("rio_de_janeiro", "America/Sao_Paulo"),
    ("são_paulo", "America/Sao_Paulo"),
    ("ciudad_de_méxico", "America/Mexico_City"),
];

/// The zones of one city that are offered.
const ZONES_SHOWN_MAX: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_reads_and_prints_as_written() {
        for text in ["2h", "30m", "1d", "90s", "500ms", "-1d", "1h30m"] {
            let span = Span::parse(text).unwrap();
            assert_eq!(Span::parse(&span.to_string()).unwrap(), span);
        }
        assert_eq!(Span::parse("1h30m").unwrap(), Span::minutes(90));
        assert_eq!(Span::parse("-1d").unwrap(), Span::days(-1));
        assert_eq!(Span::minutes(90).to_string(), "1h30m");
    }

    #[test]
    fn what_is_no_length_says_what_to_write() {
        for text in ["", "2", "h", "2 hours", "30m1h", "1h1h", "-", "99999999999999999999d", "9999999999999999d"] {
            assert!(Span::parse(text).unwrap_err().contains("`2h`"), "{text}");
        }
    }

    #[test]
    fn a_city_by_its_own_name_has_a_zone() {
        for (name, zone) in [("Europe/Roma", "Rome"), ("Europe/Milano", "Rome"), ("Wien", "Vienna")] {
            assert_eq!(zone_meant(name), format!("write `Europe/{zone}`"));
        }
        for (_, zone) in OTHER_CITIES {
            assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{zone}");
        }
    }

    #[test]
    fn lengths_of_time_are_short() {
        let said = [(40, "40 s"), (60, "1 min"), (5_400, "1 h 30 min"), (90_000, "1 d 1 h"), (86_400, "1 d")];
        for (seconds, text) in said {
            assert_eq!(rounded(Span::seconds(seconds)), text);
        }
    }

    #[test]
    fn a_city_leads_to_its_zone() {
        for (name, meant) in [
            ("Berlin", "write `Europe/Berlin`"),
            ("berlin", "write `Europe/Berlin`"),
            ("Europe/buenos aires", "write `America/Argentina/Buenos_Aires` or `America/Buenos_Aires`"),
            ("Spain", "write it like `Europe/Madrid`"),
            ("", "write it like `Europe/Madrid`"),
            ("GMT+1", "write a place like `Europe/Madrid`, whose clock knows summer and winter"),
            ("UTC-3", "write a place like `Europe/Madrid`, whose clock knows summer and winter"),
        ] {
            assert_eq!(zone_meant(name), meant, "{name}");
        }
    }
}
