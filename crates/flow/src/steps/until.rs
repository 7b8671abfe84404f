//! Parses and computes the moments of waits: `"10:00"`, a datetime, `hours.NAME`, the window's end.

use crate::{
    base::{
        diagnostic::{Diagnostic, did_you_mean},
        foreign_words,
        time::{Span, Time},
        yaml::Node,
    },
    engine::{
        turn::{Here, StepFailure, Turn},
        views,
    },
    load::{hours, step_fields::StepFields},
    model::value::Value,
    text::Text,
};

pub enum Until {
    /// The next such time in the contact's zone.
    Clock(jiff::civil::Time),
    Moment(Text),
    /// The next opening of these hours.
    Hours(String),
}

impl Until {
    /// Parses a moment; `key` is its key, for findings.
    pub fn parse(fields: &mut StepFields<'_, '_>, key: &str, node: &Node) -> Option<Self> {
        let text = node.text().unwrap_or_default().trim();
        if let Some(clock) = hours::clock(text) {
            return Some(Until::Clock(clock));
        }
        if let Some(name) = text.strip_prefix("hours.") {
            let known = &fields.bot().hours;
            if !known.contains_key(name) {
                let finding = Diagnostic::error("E404", &node.place, format!("there are no hours called `{name}`"));
                fields.report(finding.help_if(did_you_mean(name, known.keys().map(String::as_str))));
            }
            return Some(Until::Hours(name.to_owned()));
        }
        let moment = fields.text_of(node);
        if moment.as_plain().is_some() {
            let named = text.starts_with("contact.") || text.starts_with("msg.") || text.contains('(');
            let help = match (named, in_code(text)) {
                (true, _) => format!("write `{key}: ${{{text}}}`"),
                (false, _) if day_and_clock(text).is_some() => {
                    format!("write `{key}: '${{{}}}'`", day_and_clock(text).unwrap_or_default())
                }
                (false, Some(span)) if of_day(text).is_some() => format!(
                    "for a time of day write `{key}: \"{}\"`; so long from now is `{key}: ${{now() + {span}}}`",
                    of_day(text).unwrap_or_default()
                ),
                (false, Some(span)) => format!("so long from now is `{key}: ${{now() + {span}}}`"),
                (false, None) if text.chars().filter(char::is_ascii_digit).count() >= 6 => {
                    format!("a moment is `{key}: '${{datetime(\"2026-12-03T10:00\")}}'`, the year first")
                }
                (false, None) => format!("for a value that is worked out write `{key}: ${{…}}`"),
            };
            fields.wrong(
                node,
                "E210",
                format!(
                    "`{key}` takes a time such as \"10:00\", `${{…}}` or `hours.NAME`, and this is {}; {help}",
                    node.describe()
                ),
            );
        }
        Some(Until::Moment(moment))
    }

    pub fn moment(&self, turn: &Turn<'_>, here: Here<'_>) -> Result<Time, StepFailure> {
        let zone = views::contact_zone(turn, here.set);
        let instant = |at: jiff::Zoned| Time(at.timestamp().as_millisecond());
        match self {
            Until::Clock(clock) => {
                let next = hours::next_clock(&views::local_now(turn, here.set), *clock);
                next.map(instant).ok_or_else(|| StepFailure::new("type", "there is no such time any more"))
            }
            Until::Hours(name) => {
                let opens = here.set.bot.hours.get(name).and_then(|hours| hours.opens_at(turn.now()));
                opens.ok_or_else(|| StepFailure::new("never", format!("`hours.{name}` never open")))
            }
            Until::Moment(text) => match turn.value(here, text, &[])? {
                Value::DateTime(at) => Ok(instant(*at)),
                Value::Date(day) => {
                    day.to_zoned(zone).map(instant).map_err(|e| StepFailure::new("type", e.to_string()))
                }
                Value::Text(text) => {
                    let value = crate::model::answer::convert(
                        crate::model::answer::AnswerType::DateTime,
                        &Value::Text(text),
                        &here.set.bot.timezone,
                    );
                    match value {
                        Some(Value::DateTime(at)) => Ok(instant(*at)),
                        _ => Err(StepFailure::new("type", "`until` takes a date with its time")),
                    }
                }
                _ => Err(StepFailure::new("type", "`until` takes a date with its time")),
            },
        }
    }
}

/// The expression for `2d`: `days(2)`; and for `tomorrow 10:00`, `tomorrow at 10`, `today 18:30`.
fn day_and_clock(text: &str) -> Option<String> {
    let text = text.to_lowercase();
    let (day, rest) = text.split_once(' ')?;
    let day = match foreign_words::moment(day)? {
        "now()" => return None,
        day if day.contains(' ') => format!("({day})"),
        day => day.to_owned(),
    };
    let rest = rest.trim_start_matches("at ").trim_start_matches("a las ").trim_start_matches("um ").trim();
    let whole = || format!("{rest}:00");
    let clock = [rest.to_owned(), whole()].into_iter().find(|clock| hours::clock(clock).is_some())?;
    Some(format!("{day}.at(\"{clock}\")"))
}

/// The time of day in `18h`, as several languages write it.
fn of_day(text: &str) -> Option<String> {
    let hour: u8 = text.strip_suffix(['h', 'H'])?.parse().ok()?;
    (hour < 24).then(|| format!("{hour:02}:00"))
}

fn in_code(text: &str) -> Option<String> {
    let span = Span::parse(text).ok().filter(|span| *span > Span::ZERO)?;
    let units = [(Span::days(1), "days"), (Span::hours(1), "hours"), (Span::minutes(1), "minutes")];
    let (unit, name) = units.into_iter().find(|(unit, _)| span.0 % unit.0 == 0)?;
    Some(format!("{name}({})", span.0 / unit.0))
}
