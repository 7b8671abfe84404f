//! Parses times in tests: `2026-03-28T13:00 Europe/Madrid`, `Tue 09:59`, `2026-12-02`.

use jiff::{
    Zoned,
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

/// The target of `advance_to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    At(DateTime),
    /// The next such weekday after now, at this time.
    Weekday(Weekday, Time),
    /// The next moment with this local time.
    Clock(Time),
}

impl Moment {
    /// Parses `Tue 09:59`, `Tuesday`, `2026-12-02T13:59`, `2026-12-02`, `13:59`. Without a time it is midnight.
    pub fn parse(text: &str) -> Option<Moment> {
        let text = text.trim();
        if let Some(time) = clock(text) {
            return Some(Moment::Clock(time));
        }
        let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match weekday(first) {
            Some(day) if rest.is_empty() => Some(Moment::Weekday(day, Time::midnight())),
            Some(day) => clock(rest.trim()).map(|time| Moment::Weekday(day, time)),
            None => civil(text).map(Moment::At),
        }
    }

    /// The moment in the zone of `now`. A time that the clock change skips comes right after the gap; of a repeated one
    /// the first counts. `None`: it has passed.
    pub fn after(self, now: &Zoned) -> Option<Zoned> {
        let zoned = |civil: DateTime| civil.to_zoned(now.time_zone().clone()).ok();
        match self {
            Moment::At(civil) => zoned(civil).filter(|at| at >= now),
            Moment::Weekday(day, time) => next_days(now.date())
                .filter(|date| date.weekday() == day)
                .find_map(|date| zoned(date.to_datetime(time)).filter(|at| at > now)),
            Moment::Clock(time) => {
                next_days(now.date()).find_map(|date| zoned(date.to_datetime(time)).filter(|at| at > now))
            }
        }
    }
}

/// The format in a test.
impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Moment::At(civil) => write!(f, "{}", civil.strftime("%Y-%m-%dT%H:%M")),
            Moment::Weekday(day, time) => {
                let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
                let day = days.get(usize::from(day.to_monday_zero_offset().unsigned_abs())).unwrap_or(&"Mon");
                write!(f, "{day} {}", time.strftime("%H:%M"))
            }
            Moment::Clock(time) => write!(f, "{}", time.strftime("%H:%M")),
        }
    }
}

/// Parses `2026-03-28T13:00 Europe/Madrid`; without a zone it is in `zone`.
pub fn now(text: &str, zone: &TimeZone) -> Result<Zoned, String> {
    let text = text.trim();
    let wrong =
        || format!("`{text}` is no moment; write it like `2026-03-28T13:00` or `2026-03-28T13:00 Europe/Madrid`");
    let (when, named) = match text.rsplit_once(char::is_whitespace) {
        Some((when, name)) if clock(name).is_none() => {
            (when, Some(TimeZone::get(name).map_err(|_| format!("there is no time zone `{name}`"))?))
        }
        _ => (text, None),
    };
    let civil = civil(when).ok_or_else(wrong)?;
    civil.to_zoned(named.unwrap_or_else(|| zone.clone())).map_err(|_| wrong())
}

/// Today and the next eight days: a weekday's time may not exist on a day with a clock change.
fn next_days(today: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(today), |date| date.tomorrow().ok()).take(9)
}

fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    // jiff accepts more than that: offsets and zones in brackets, which would be lost silently.
    if text.contains(['[', 'Z', '+']) {
        return None;
    }
    match text.split_once(char::is_whitespace) {
        Some((day, time)) => Some(day.parse::<Date>().ok()?.to_datetime(clock(time.trim())?)),
        None => text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(DateTime::from)),
    }
}

fn clock(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

fn weekday(text: &str) -> Option<Weekday> {
    let text = text.to_lowercase();
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let index = days.iter().position(|day| *day == text || day[..3] == text)?;
    Weekday::from_monday_zero_offset(i8::try_from(index).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(now_text: &str, moment: &str) -> Option<String> {
        let now = now(now_text, &TimeZone::UTC).unwrap();
        let moment = Moment::parse(moment).unwrap_or_else(|| panic!("`{moment}` is read"));
        moment.after(&now).map(|at| at.strftime("%a %Y-%m-%dT%H:%M%z").to_string())
    }

    #[test]
    fn a_weekday_is_the_next_one_on_the_clock_of_now_over_a_change_of_clocks() {
        let friday = "2026-03-27T09:00 Europe/Madrid";
        assert_eq!(from(friday, "Tue 09:59").as_deref(), Some("Tue 2026-03-31T09:59+0200"));
        assert_eq!(from(friday, "Fri 09:01").as_deref(), Some("Fri 2026-03-27T09:01+0100"), "later today");
        assert_eq!(from(friday, "Friday 09:00").as_deref(), Some("Fri 2026-04-03T09:00+0200"), "now is not next");
        assert_eq!(from(friday, "Sun").as_deref(), Some("Sun 2026-03-29T00:00+0100"));
        // 02:30 does not exist on that Sunday.
        assert_eq!(from(friday, "Sun 02:30").as_deref(), Some("Sun 2026-03-29T03:30+0200"));
        assert_eq!(from("2026-10-24T20:00 Europe/Madrid", "Sun 02:30").as_deref(), Some("Sun 2026-10-25T02:30+0200"));
    }

    #[test]
    fn a_date_is_on_the_clock_of_now_and_never_in_the_past() {
        let now = "2026-12-01T10:00 America/New_York";
        assert_eq!(from(now, "2026-12-02T13:59").as_deref(), Some("Wed 2026-12-02T13:59-0500"));
        assert_eq!(from(now, "2026-12-02 13:59").as_deref(), Some("Wed 2026-12-02T13:59-0500"));
        assert_eq!(from(now, "2026-12-02").as_deref(), Some("Wed 2026-12-02T00:00-0500"));
        assert_eq!(from(now, "9:30").as_deref(), Some("Wed 2026-12-02T09:30-0500"));
        assert_eq!(from(now, "2026-12-01T09:59"), None);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "Tue 25:00", "Tues 09:00", "tomorrow", "2026-13-01", "2026-12-02T10:00Z", "Tue 09:00 CET"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
        assert!(now("2026-03-28T13:00 Europe/Madird", &TimeZone::UTC).unwrap_err().contains("no time zone"));
        assert!(now("13:00", &TimeZone::UTC).unwrap_err().contains("write it like"));
        assert_eq!(now("2026-03-28 13:00", &TimeZone::UTC).unwrap().to_string(), "2026-03-28T13:00:00+00:00[UTC]");
    }
}
