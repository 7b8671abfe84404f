//! Corrects the five fields of a cron text before they are parsed: the parser reads `MAR` as 3 in every field, so that
//! the Spanish `MAR` (Tuesday) would become Wednesday.

use super::{
    Wrong,
    names::{self, NameOf},
};

/// The fields with their names and allowed values.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12, or `JAN` to `DEC`"),
    ("weekday", "`MON` to `SUN`, or 0 to 7"),
];

const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];
const MONTH: usize = 3;
const WEEKDAY: usize = 4;

/// Parses the five fields; `language` is the bot's own, for names that are not English.
pub fn read(pattern: &str, language: &str) -> Result<cron::Cron, Wrong> {
    let written: Vec<&str> = pattern.split_whitespace().collect();
    if written.len() != FIELDS.len() {
        let seconds = written.len() == FIELDS.len() + 1;
        let is_year = |text: &&&str| text.len() == 4 && text.parse::<u16>().is_ok();
        let more = match written.last().filter(is_year) {
            Some(_) if seconds => ": leave the last one out, the year",
            _ if seconds => ": leave the first one out, the seconds",
            _ => "",
        };
        return Err(Wrong::new(format!(
            "a schedule has five fields (minute hour day month weekday), and `{pattern}` has {}{more}",
            written.len()
        )));
    }
    if let Some(wrong) = (0..FIELDS.len()).find_map(|number| misnamed(&written, number, language)) {
        return Err(wrong);
    }
    let cron: cron::Cron = pattern.parse().map_err(|_| match wrong_field(&written) {
        Some((text, what, takes)) => Wrong::new(format!("`{text}` is no {what}: it takes {takes}")),
        None => Wrong::new(format!("`{pattern}` is no schedule")),
    })?;
    let start = jiff::civil::date(2026, 1, 1).to_zoned(jiff::tz::TimeZone::UTC);
    let comes = start.is_ok_and(|start| cron.find_next_occurrence(&start, true).is_ok());
    if comes { Ok(cron) } else { Err(Wrong::new(format!("`{pattern}` never comes"))) }
}

/// The first field that is invalid by itself, with its name and allowed values.
fn wrong_field<'p>(written: &[&'p str]) -> Option<(&'p str, &'static str, &'static str)> {
    written.iter().zip(FIELDS).enumerate().find_map(|(number, (text, (what, takes)))| {
        let mut alone = ["*"; FIELDS.len()];
        alone[number] = *text;
        alone.join(" ").parse::<cron::Cron>().is_err().then_some((*text, what, takes))
    })
}

/// The finding for a wrong name in one field.
fn misnamed(written: &[&str], number: usize, language: &str) -> Option<Wrong> {
    let field = written[number];
    let (what, takes) = FIELDS[number];
    let of = match number {
        MONTH => NameOf::Month,
        WEEKDAY => NameOf::Weekday,
        // `L` is the last day and `W` the nearest working day.
        _ => {
            let name =
                runs(field).find(|run| number != 2 || !run.chars().all(|c| matches!(c, 'L' | 'W' | 'l' | 'w')))?;
            let place = |of| names::english(name, of).or_else(|| names::foreign(name, of, language)).is_some();
            let belongs =
                [(NameOf::Weekday, "fifth"), (NameOf::Month, "fourth")].into_iter().find(|(of, _)| place(*of));
            let help = belongs.map(|(of, nth)| format!("a {} stands in the {nth} field", of.in_words()));
            return Some(Wrong { help, ..Wrong::new(format!("`{field}` is no {what}: it takes {takes}")) });
        }
    };
    let name = runs(field).find(|run| !is_cron_name(run, of))?;
    let elsewhere = names::english(name, of.other());
    let message = match elsewhere {
        Some(other) => format!(
            "`{name}` is a {} ({}), and the {} field is the {what}",
            of.other().in_words(),
            names::capital(other),
            if number == MONTH { "fourth" } else { "fifth" }
        ),
        None => format!("`{name}` is no {what}: it takes {takes}"),
    };
    let mut wrong = Wrong::new(message);
    let own = |run: &str| {
        if is_cron_name(run, of) {
            return Some(run.to_owned());
        }
        let (stem, last) = match names::english(run, of).or_else(|| names::foreign(run, of, language)) {
            Some(name) => (Some(name), ""),
            // `viernesL` is the last Friday of the month.
            None => (run.strip_suffix(['L', 'l']).and_then(|run| names::foreign(run, of, language)), "L"),
        };
        stem.map(|name| format!("{}{last}", names::short(name)))
    };
    let moved = |run: &str| {
        names::english(run, of.other()).or_else(|| names::foreign(run, of.other(), language)).map(names::short)
    };
    let other = if number == MONTH { WEEKDAY } else { MONTH };
    let with = |changes: &[(usize, String)]| {
        let mut fields: Vec<String> = written.iter().map(|field| (*field).to_owned()).collect();
        changes.iter().for_each(|(number, text)| fields[*number].clone_from(text));
        fields.join(" ")
    };
    if let Some(text) = renamed(field, own) {
        let instead = with(&[(number, text)]);
        let day = own(name).unwrap_or_default();
        // `MAR` is a weekday in Spanish and a month in English.
        let other_way = renamed(field, moved).filter(|_| written[other] == "*");
        let other_way = other_way.map(|text| with(&[(number, "*".to_owned()), (other, text)]));
        wrong.help = Some(match (elsewhere, other_way) {
            (Some(_), Some(other_way)) => {
                format!("for the {what} write `{instead}`, for the {} `{other_way}`", of.other().in_words())
            }
            _ => format!("write `{day}`: `{instead}`"),
        });
        wrong.sure = elsewhere.is_none();
        wrong.instead = Some(instead);
    } else if let (Some(text), "*") = (renamed(field, moved), written[other]) {
        let instead = with(&[(number, "*".to_owned()), (other, text)]);
        wrong.help = Some(format!("write `{instead}`"));
        wrong.instead = Some(instead);
    }
    Some(wrong)
}

/// True for a name in cron syntax: `TUE`, `TUEL` (the last of a month), or `L` alone.
fn is_cron_name(run: &str, of: NameOf) -> bool {
    let known: &[&str] = match of {
        NameOf::Weekday => &names::WEEKDAYS,
        NameOf::Month => &names::MONTHS,
    };
    let upper = run.to_uppercase();
    let is = |text: &str| known.iter().any(|name| names::short(name) == text);
    is(&upper) || of == NameOf::Weekday && upper.strip_suffix('L').is_some_and(|rest| rest.is_empty() || is(rest))
}

/// The names in a field, between its digits and signs.
fn runs(field: &str) -> impl Iterator<Item = &str> {
    field.split(|c: char| !c.is_alphabetic()).filter(|run| !run.is_empty())
}

/// The field with all its names replaced; `None`: a name has no replacement.
fn renamed(field: &str, change: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut text = String::new();
    let mut rest = field;
    while let Some(first) = rest.chars().next() {
        let letters = first.is_alphabetic();
        let end = rest.find(|c: char| c.is_alphabetic() != letters).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        if letters {
            text.push_str(&change(run)?)
        } else {
            text.push_str(run)
        }
        rest = behind;
    }
    Some(text)
}

/// An unexpected effect of a valid text: an explanation, and a replacement.
pub fn odd(pattern: &str) -> Option<(String, String)> {
    let written: Vec<&str> = pattern.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = written[..] else { return None };
    let number = |text: &str| text.parse::<usize>().ok();
    if day != "*" && day != "?" && weekday != "*" && weekday != "?" && !weekday.starts_with('+') {
        return Some((
            format!(
                "with a day of the month and a weekday it comes on both: on `{day}` and also on each `{weekday}`, \
                 whichever day that is"
            ),
            format!(
                "for `{weekday}` only when it falls on `{day}` write `{minute} {hour} {day} {month} +{weekday}`; for both \
                 write two triggers"
            ),
        ));
    }
    if matches!(minute, "*" | "*/1") && hour != "*" && !hour.starts_with("*/") {
        let said = match number(hour) {
            Some(hour) => format!("from {hour}:00 to {hour}:59"),
            None => format!("of the hours `{hour}`"),
        };
        return Some((
            format!("this comes every minute {said}"),
            format!("for the full hour alone write `0 {hour} {day} {month} {weekday}`"),
        ));
    }
    if let (Some(second @ 1..=7), "*", "*") = (number(month), day, weekday) {
        let (name, weekday) = (names::MONTHS[second - 1], names::WEEKDAYS[second - 1]);
        return Some((
            format!("this comes every day of {}, and in no other month", names::capital(name)),
            format!(
                "for each {} write `{minute} {hour} * * {}`; for a month its name: `{minute} {hour} * {} *`",
                names::capital(weekday),
                names::short(weekday),
                names::short(name)
            ),
        ));
    }
    if let (Some(29..=31), "*" | "?") = (number(day), weekday)
        && month == "*"
    {
        return Some((
            format!("months without a day {day} are left out"),
            format!("for the last day of each month write `{minute} {hour} L * *`"),
        ));
    }
    None
}

/// `first` to `fifth`, for `#1` to `#5`.
pub fn ordinal(number: usize) -> &'static str {
    ORDINALS[(number.max(1) - 1) % ORDINALS.len()]
}
