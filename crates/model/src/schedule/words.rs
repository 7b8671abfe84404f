//! Parses schedules in words: `tuesday 10:00`, `weekdays 9:00 and 17:00`, `first monday 8:30`, `24 december 10:00`.
//!
//! Days stand before times.

use super::{
    Wrong,
    fields::ordinal,
    meant::{explain, one_day, own_times, two_meanings},
    names::{self, MONTHS, NameOf, WEEKDAYS},
};
use crate::base::limits::SCHEDULE_PARTS_MAX;

/// A schedule that was understood: its cron patterns, and its sentence.
pub struct ScheduleWords {
    pub patterns: Vec<String>,
    pub words: String,
}

/// One item of the days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    Every,
    /// A day of the week, from Monday.
    Week(usize),
    /// The first to fifth weekday of a month; `None`: the last one.
    Nth(Option<usize>, usize),
    /// A day of the month; `None`: the last one.
    Month(Option<u8>),
    /// A day and a month, counted from January.
    Year(u8, usize),
}

/// Hour and minute.
type Clock = (u8, u8);

/// Words without influence on the day.
pub const FILLERS: [&str; 7] = ["every", "each", "on", "the", "at", "of", "month"];
/// The word for the last one of a month.
pub const LAST: &str = "last";

/// Parses days and times; `language` is the bot's own, for names that are not English.
pub fn read(text: &str, language: &str) -> Result<ScheduleWords, Wrong> {
    let said = tokens(text);
    if let Some(wrong) = two_meanings(&said).or_else(|| one_day(&said)).or_else(|| own_times(&said)) {
        return Err(wrong);
    }
    match parse(&said) {
        Ok(said) => Ok(said),
        Err(WordsFault::Said(wrong)) => Err(*wrong),
        Err(WordsFault::Word(word)) => Err(explain(text, &word, language)),
    }
}

pub enum WordsFault {
    /// This word is unknown, or a word is missing behind it.
    Word(String),
    Said(Box<Wrong>),
}

fn said(message: impl Into<String>) -> WordsFault {
    WordsFault::Said(Box::new(Wrong::new(message)))
}

pub fn tokens(text: &str) -> Vec<String> {
    let spaced = text.to_lowercase().replace(['–', '—'], "-").replace(',', " , ").replace('&', " and ");
    spaced.split_whitespace().map(str::to_owned).collect()
}

pub fn parse(tokens: &[String]) -> Result<ScheduleWords, WordsFault> {
    let names_month = tokens.iter().any(|token| token == "month");
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).filter(|token| !FILLERS.contains(token)).collect();
    let times_at = tokens.iter().position(|token| token.contains(':'));
    let (days, times) = tokens.split_at(times_at.unwrap_or(tokens.len()));
    let clocks = read_times(times)?;
    let days = read_days(days)?;
    let weekday = days.iter().find_map(|day| if let Day::Week(day) = day { Some(WEEKDAYS[*day]) } else { None });
    if let (true, Some(day)) = (names_month, weekday) {
        let help =
            format!("write which one, such as `first {day} 10:00` or `last {day} 10:00`; `{day} 10:00` is each one");
        let message = format!("a month has several {day}s");
        return Err(WordsFault::Said(Box::new(Wrong { help: Some(help), ..Wrong::new(message) })));
    }
    if clocks.is_empty() {
        return Err(WordsFault::Word(String::new()));
    }
    let patterns = patterns(&days, &clocks);
    if patterns.len() > SCHEDULE_PARTS_MAX {
        return Err(said(format!(
            "this is {} schedules in one, and at most {SCHEDULE_PARTS_MAX} are; write several triggers",
            patterns.len()
        )));
    }
    Ok(ScheduleWords { patterns, words: describe(&days, &clocks) })
}

fn read_times(tokens: &[&str]) -> Result<Vec<Clock>, WordsFault> {
    let mut clocks = Vec::new();
    for token in tokens {
        if is_joint(token) {
            continue;
        }
        let clock = clock(token).ok_or_else(|| match token.contains(':') && !token.ends_with('m') {
            true => said(format!("`{token}` is no time of day; write hours and minutes, 0:00 to 23:59")),
            false => WordsFault::Word((*token).to_owned()),
        })?;
        if !clocks.contains(&clock) {
            clocks.push(clock);
        }
    }
    clocks.sort_unstable();
    Ok(clocks)
}

/// Parses `9:00`, `17:30`.
pub fn clock(token: &str) -> Option<Clock> {
    let (hour, minute) = token.split_once(':')?;
    let digits = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    let clock: Clock = (hour.parse().ok()?, minute.parse().ok()?);
    (clock.0 < 24 && clock.1 < 60).then_some(clock)
}

pub fn is_joint(token: &str) -> bool {
    matches!(token, "," | "and")
}

fn read_days(tokens: &[&str]) -> Result<Vec<Day>, WordsFault> {
    let mut items: Vec<Vec<&str>> = Vec::new();
    for group in tokens.split(|token| is_joint(token)).filter(|group| !group.is_empty()) {
        items.push(group.to_vec());
    }
    let mut days = Vec::new();
    // In `first and third monday`, the first ordinal belongs to the weekday behind it; in `day 1 and 15`, `15` belongs
    // to the `day` before it.
    for (number, item) in items.iter().enumerate() {
        let behind = items[number + 1..].iter().find(|item| item.len() > 1).and_then(|item| item.last());
        let before = items[..number].iter().any(|item| item.first() == Some(&"day"));
        read_item(item, behind.copied(), before, &mut days)?;
    }
    if days.is_empty() {
        return Err(WordsFault::Word(tokens.first().map(|token| (*token).to_owned()).unwrap_or_default()));
    }
    let mut once = Vec::new();
    days.into_iter().for_each(|day| {
        if !once.contains(&day) {
            once.push(day);
        }
    });
    Ok(once)
}

fn read_item(
    item: &[&str],
    weekday_behind: Option<&str>,
    of_month: bool,
    days: &mut Vec<Day>,
) -> Result<(), WordsFault> {
    let refuse = |word: &str| WordsFault::Word(word.to_owned());
    match *item {
        ["daily" | "day" | "days"] => days.push(Day::Every),
        ["weekdays" | "weekday"] => days.extend((0..5).map(Day::Week)),
        ["weekends" | "weekend"] => days.extend((5..7).map(Day::Week)),
        ["day", LAST] | [LAST, "day"] => days.push(Day::Month(None)),
        ["day", number] => days.push(Day::Month(Some(day_number(number).ok_or_else(|| refuse(number))?))),
        [from, "to" | "-" | "through", to] => days.extend(range(from, to).ok_or_else(|| refuse(from))?),
        [one] => {
            let range = one.split_once('-').and_then(|(from, to)| range(from, to));
            let nth = || nth(one).and_then(|nth| Some((nth, weekday(weekday_behind?)?)));
            if let Some(number) = weekday(one) {
                days.push(Day::Week(number));
            } else if let Some(range) = range {
                days.extend(range);
            } else if let Some((nth, weekday)) = nth() {
                days.push(Day::Nth(nth, weekday));
            } else if let Some(day) = ordinal_figure(one).or_else(|| day_number(one).filter(|_| of_month)) {
                days.push(Day::Month(Some(day)));
            } else {
                return Err(refuse(one));
            }
        }
        [first, "day"] => days.push(Day::Month(Some(ordinal_figure(first).ok_or_else(|| refuse(first))?))),
        [first, second] => {
            let of_year = |day: &str, month: &str| {
                Some(Day::Year(ordinal_figure(day).or_else(|| day_number(day))?, month_of(month)?))
            };
            let of_week = || Some(Day::Nth(nth(first)?, weekday(second)?));
            let day = of_week().or_else(|| of_year(first, second)).or_else(|| of_year(second, first));
            days.push(day.ok_or_else(|| refuse(unknown(item)))?);
        }
        _ => return Err(refuse(unknown(item))),
    }
    Ok(())
}

/// The first word without meaning in a schedule, else the last word.
fn unknown<'t>(item: &[&'t str]) -> &'t str {
    let means = |token: &str| {
        let several = matches!(token, "weekdays" | "weekday" | "weekends" | "weekend" | "daily" | "day" | "days");
        let named = several || weekday(token).is_some() || month_of(token).is_some();
        named || nth(token).is_some() || day_number(token).is_some() || ordinal_figure(token).is_some()
    };
    item.iter().find(|token| !means(token)).or(item.last()).copied().unwrap_or_default()
}

/// Parses `first` to `fifth`, `1st` to `5th`, `last`.
fn nth(token: &str) -> Option<Option<usize>> {
    if token == LAST {
        return Some(None);
    }
    let word = (1..=5).find(|number| ordinal(*number) == token);
    word.or_else(|| ordinal_figure(token).map(usize::from).filter(|number| *number <= 5)).map(Some)
}

/// Parses `1st`, `22nd`.
pub fn ordinal_figure(token: &str) -> Option<u8> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| token.strip_suffix(end))?;
    day_number(digits)
}

pub fn day_number(token: &str) -> Option<u8> {
    token.parse().ok().filter(|number| (1..=31).contains(number))
}

pub fn weekday(token: &str) -> Option<usize> {
    let name = names::english(token, NameOf::Weekday)?;
    WEEKDAYS.iter().position(|known| *known == name)
}

pub fn month_of(token: &str) -> Option<usize> {
    let name = names::english(token, NameOf::Month)?;
    MONTHS.iter().position(|known| *known == name)
}

/// The days of a range; `friday to monday` goes over the weekend.
fn range(from: &str, to: &str) -> Option<Vec<Day>> {
    let (from, to) = (weekday(from)?, weekday(to)?);
    Some((0..=(to + 7 - from) % 7).map(|ahead| Day::Week((from + ahead) % 7)).collect())
}

/// The cron patterns: one for each minute and each kind of day.
fn patterns(days: &[Day], clocks: &[Clock]) -> Vec<String> {
    let mut minutes: Vec<(u8, Vec<String>)> = Vec::new();
    for (hour, minute) in clocks {
        match minutes.iter_mut().find(|(known, _)| known == minute) {
            Some((_, hours)) => hours.push(hour.to_string()),
            None => minutes.push((*minute, vec![hour.to_string()])),
        }
    }
    let short = |number: &usize| names::short(WEEKDAYS[*number]);
    let all = |part: &dyn Fn(&Day) -> Option<String>| {
        let parts: Vec<String> = days.iter().filter_map(part).collect();
        (!parts.is_empty()).then(|| parts.join(","))
    };
    let week = all(&|day| match day {
        Day::Week(number) => Some(short(number)),
        Day::Nth(Some(nth), number) => Some(format!("{}#{nth}", short(number))),
        Day::Nth(None, number) => Some(format!("{}L", short(number))),
        Day::Every | Day::Month(_) | Day::Year(..) => None,
    });
    let month = all(&|day| match day {
        Day::Month(day) => Some(day.map_or_else(|| "L".to_owned(), |day| day.to_string())),
        Day::Every | Day::Week(_) | Day::Nth(..) | Day::Year(..) => None,
    });
    let every = days.contains(&Day::Every).then(|| "* * *".to_owned());
    let year = days.iter().filter_map(|day| match day {
        Day::Year(day, month) => Some(format!("{day} {} *", month + 1)),
        Day::Every | Day::Week(_) | Day::Nth(..) | Day::Month(_) => None,
    });
    let week = week.map(|week| format!("* * {week}"));
    let month = month.map(|month| format!("{month} * *"));
    let rests: Vec<String> = every.into_iter().chain(week).chain(month).chain(year).collect();
    let of = |rest: &String| {
        minutes.iter().map(|(minute, hours)| format!("{minute} {} {rest}", hours.join(","))).collect::<Vec<_>>()
    };
    rests.iter().flat_map(of).collect()
}

fn describe(days: &[Day], clocks: &[Clock]) -> String {
    let week: Vec<usize> = days
        .iter()
        .filter_map(|day| match day {
            Day::Week(number) => Some(*number),
            Day::Every | Day::Nth(..) | Day::Month(_) | Day::Year(..) => None,
        })
        .collect();
    let mut parts = Vec::new();
    let named = |number: &usize| names::capital(WEEKDAYS[*number]);
    match week.as_slice() {
        [] => {}
        [0, 1, 2, 3, 4] => parts.push("from Monday to Friday".to_owned()),
        [0, 1, 2, 3, 4, 5, 6] => parts.push("every day".to_owned()),
        [one] => parts.push(format!("every {}", named(one))),
        several => parts.push(format!("on {}", list(several.iter().map(named)))),
    }
    parts.extend(days.iter().filter_map(|day| match day {
        Day::Every => Some("every day".to_owned()),
        Day::Week(_) => None,
        Day::Nth(nth, number) => Some(format!("on the {} {} of the month", nth.map_or(LAST, ordinal), named(number))),
        Day::Month(Some(day)) => Some(format!("on day {day} of the month")),
        Day::Month(None) => Some("on the last day of the month".to_owned()),
        Day::Year(day, month) => Some(format!("on {day} {}", names::capital(MONTHS[*month]))),
    }));
    let clocks = list(clocks.iter().map(|(hour, minute)| format!("{hour:02}:{minute:02}")));
    let text = format!("{} at {clocks}.", list(parts));
    names::capital(&text)
}

fn list(items: impl IntoIterator<Item = String>) -> String {
    let mut items: Vec<String> = items.into_iter().collect();
    let last = items.pop().unwrap_or_default();
    if items.is_empty() { last } else { format!("{} and {last}", items.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::{super::fields, *};

    fn crons(text: &str) -> Vec<String> {
        read(text, "en").unwrap_or_else(|wrong| panic!("{text}: {}", wrong.message)).patterns
    }

    fn meant(text: &str) -> Option<String> {
        read(text, "en").err().and_then(|wrong| wrong.instead)
    }

    #[test]
    fn days_and_times_in_words_are_cron() {
        for (text, pattern) in [
            ("tuesday 10:00", "0 10 * * TUE"),
            ("Every Tuesday at 10:00", "0 10 * * TUE"),
            ("tuesdays 10:00", "0 10 * * TUE"),
            ("weekdays 9:00", "0 9 * * MON,TUE,WED,THU,FRI"),
            ("weekends 11:00", "0 11 * * SAT,SUN"),
            ("daily 9:00", "0 9 * * *"),
            ("every day 09:05", "5 9 * * *"),
            ("monday and thursday 18:00", "0 18 * * MON,THU"),
            ("mon, wed, fri 18:00", "0 18 * * MON,WED,FRI"),
            ("monday to wednesday 9:00", "0 9 * * MON,TUE,WED"),
            ("sat-mon 9:00", "0 9 * * SAT,SUN,MON"),
            ("first monday 8:30", "30 8 * * MON#1"),
            ("the first and third monday of the month 8:30", "30 8 * * MON#1,MON#3"),
            ("2nd tuesday 8:30", "30 8 * * TUE#2"),
            ("last friday 17:00", "0 17 * * FRIL"),
            ("1st 9:00", "0 9 1 * *"),
            ("day 1 9:00", "0 9 1 * *"),
            ("day 1 and 15 9:00", "0 9 1,15 * *"),
            ("1st and 15th 9:00", "0 9 1,15 * *"),
            ("last day 9:00", "0 9 L * *"),
            ("24 december 10:00", "0 10 24 12 *"),
            ("january 1st 12:00", "0 12 1 1 *"),
            ("weekends 9:00 and 17:00", "0 9,17 * * SAT,SUN"),
        ] {
            assert_eq!(crons(text), [pattern], "{text}");
            assert!(fields::read(pattern, "en").is_ok(), "{pattern}");
        }
        assert_eq!(crons("daily 9:00, 13:30"), ["0 9 * * *", "30 13 * * *"]);
        assert_eq!(crons("first monday and 15th 9:00"), ["0 9 * * MON#1", "0 9 15 * *"]);
    }

    #[test]
    fn what_was_read_is_said_in_words() {
        for (text, words) in [
            ("tue 10:00", "Every Tuesday at 10:00."),
            ("weekdays 9:00 and 17:30", "From Monday to Friday at 09:00 and 17:30."),
            (
                "first and last monday 8:30",
                "On the first Monday of the month and on the last Monday of the month at 08:30.",
            ),
            ("monday, thursday 18:00", "On Monday and Thursday at 18:00."),
            ("day 15 9:00", "On day 15 of the month at 09:00."),
            ("last day 9:00", "On the last day of the month at 09:00."),
            ("24 december 10:00", "On 24 December at 10:00."),
            ("daily 9:00", "Every day at 09:00."),
        ] {
            assert_eq!(read(text, "en").ok().map(|said| said.words).as_deref(), Some(words));
        }
    }

    #[test]
    fn what_was_meant_is_offered() {
        for (text, instead) in [
            ("martes 10:00", "tuesday 10:00"),
            ("lunes a viernes 9:00", "monday to friday 9:00"),
            ("lunes y jueves 18:00", "monday and thursday 18:00"),
            ("segunda a sexta às 9h", "monday to friday 9:00"),
            ("Montag bis Freitag um 9 Uhr", "monday to friday 9:00"),
            ("jeden Dienstag 10:00", "tuesday 10:00"),
            ("tous les jours 9:00", "daily 9:00"),
            ("ogni martedì alle 10:00", "tuesday 10:00"),
            ("primer lunes 8:30", "first monday 8:30"),
            ("letzter Freitag 17:00", "last friday 17:00"),
            ("último viernes 17:00", "last friday 17:00"),
            ("tuesday 10am", "tuesday 10:00"),
            ("tuesday 5:30 pm", "tuesday 17:30"),
            ("tuesday 10", "tuesday 10:00"),
            ("tuesday", "tuesday 9:00"),
            ("tusday 10:00", "tuesday 10:00"),
            ("10:00 tuesday", "tuesday 10:00"),
            ("24 de diciembre 10:00", "24 december 10:00"),
            ("del lunes al viernes 9:00", "monday to friday 9:00"),
            ("maandag 10:00", "monday 10:00"),
            ("elke dinsdag om 10 uur", "tuesday 10:00"),
            ("maandag t/m vrijdag 9:00", "monday to friday 9:00"),
            ("maandag tot en met vrijdag 9:00", "monday to friday 9:00"),
            ("zaterdag en zondag 11:00", "saturday and sunday 11:00"),
            ("eerste maandag van de maand 8:30", "first monday 8:30"),
            ("1er du mois 10:00", "1st 10:00"),
            ("primero de cada mes 9:00", "1st 9:00"),
            ("1er mardi du mois 10:00", "first tuesday 10:00"),
            ("daily noon", "daily 12:00"),
            ("every 15 minutes", "*/15 * * * *"),
            ("hourly", "0 * * * *"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(instead), "{text}");
        }
        for text in ["tuesday 10:30 every month", "every month tuesday 10:30", "tuesday of the month 10:30"] {
            let said = read(text, "en").err().map(|wrong| wrong.message);
            assert_eq!(said.as_deref(), Some("a month has several tuesdays"), "{text}");
        }
        // Nothing else is offered for an interval or for once a month.
        for text in
            ["cada 15 días 10:00", "2 weeks 10:00", "alle 14 Tage 10:00", "2 weken 10:00", "tuesday 10:30 monthly"]
        {
            assert_eq!(meant(text), None, "{text}");
        }
    }

    #[test]
    fn what_can_mean_two_things_is_refused_with_both() {
        for text in ["every second tuesday 10:00", "each 2nd tuesday at 10:00"] {
            let wrong = read(text, "en").err().unwrap();
            let help = wrong.help.unwrap();
            assert!(help.contains("tuesday 10:00`; no schedule counts weeks"), "{text}: {help}");
            assert!(help.contains("`first and third tuesday 10:00`"), "{text}: {help}");
        }
        assert_eq!(crons("every second tuesday of the month 10:00"), ["0 10 * * TUE#2"]);
        assert_eq!(crons("second tuesday 10:00"), ["0 10 * * TUE#2"]);
    }

    #[test]
    fn what_is_missing_or_too_much_is_named() {
        for (text, message, instead) in [
            ("10:00", "`10:00` names no day", "daily 10:00"),
            ("weekdays except friday 10:00", "`except` takes some away", "monday, tuesday, wednesday, thursday 10:00"),
            (
                "every day but sunday 9:00",
                "`but` takes some away",
                "monday, tuesday, wednesday, thursday, friday, saturday 9:00",
            ),
            ("2026-12-24 10:00", "`2026-12-24` comes once", "24 december 10:00"),
            ("2026-12-24T10:00", "`2026-12-24` comes once", "24 december 10:00"),
        ] {
            let wrong = read(text, "en").err().unwrap();
            assert!(wrong.message.contains(message), "{text}: {}", wrong.message);
            assert_eq!(wrong.instead.as_deref(), Some(instead), "{text}");
        }
    }

    #[test]
    fn what_no_calendar_says_is_told() {
        for text in [
            "every two weeks",
            "every other tuesday 10:00",
            "biweekly 9:00",
            "every 3 days 9:00",
            "every second day 9:00",
            "toutes les deux semaines",
            "cada 15 días 10:00",
        ] {
            let wrong = read(text, "en").err().unwrap();
            assert!(wrong.message.contains("does not count"), "{text}: {}", wrong.message);
        }
        assert!(read("tuesday 25:00", "en").err().unwrap().message.contains("no time of day"));
        assert!(read("every Tuesday at ten", "en").err().unwrap().message.contains("`ten`"));
    }

    #[test]
    fn a_schedule_has_so_many_parts() {
        let times = |count: usize| {
            let all: Vec<String> = (0..count).map(|n| format!("{}:{:02}", n % 24, n)).collect();
            format!("daily {}", all.join(", "))
        };
        assert_eq!(crons(&times(SCHEDULE_PARTS_MAX)).len(), SCHEDULE_PARTS_MAX);
        assert!(read(&times(SCHEDULE_PARTS_MAX + 1), "en").err().unwrap().message.contains("schedules in one"));
    }
}
