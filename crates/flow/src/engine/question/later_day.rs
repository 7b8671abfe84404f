//! Reads a day behind an earlier answer, with which the `check` of the question compares it: after an arrival on 20 December,
//! `28th` is the 28th of December, and `a week later` the 27th.

use super::{ambiguous::context, answering};
use crate::{
    engine::{
        routing::choose::RoutedMessage,
        turn::{Here, Turn},
        variables, views,
    },
    model::{
        answer::{self, AnswerContext, AnswerType},
        value::Value,
    },
    steps::ask::Ask,
};
use jiff::{ToSpan, civil::Date};

/// The first day behind the earlier one that the message may mean and that passes the `check`, if it refuses the days that
/// the message means today. Only a weekday or a day of the month is counted from the earlier day: `tomorrow` is not.
pub fn behind_earlier<'a>(
    turn: &mut Turn<'a>,
    here: Here<'a>,
    ask: &Ask,
    heard: &RoutedMessage<'_>,
    refused: &[Value],
) -> Option<Value> {
    let earlier = earlier_day(turn, here, ask)?;
    let is_before = |value: &Value| matches!(value, Value::Date(day) if *day <= earlier);
    if ask.kind.of != AnswerType::Date || refused.is_empty() || !refused.iter().all(is_before) {
        return None;
    }
    let question = turn.sentence(here, &ask.message.body, &[]).unwrap_or_default();
    let of_day = |turn: &Turn<'a>, days: i64| -> Option<Date> {
        let hearing = context(turn, here, &question);
        let now =
            earlier.checked_add(days.days()).ok()?.at(12, 0, 0, 0).to_zoned(hearing.now.time_zone().clone()).ok()?;
        match answer::read(AnswerType::Date, &heard.message.kind, &AnswerContext { now, ..hearing }).single()? {
            Value::Date(day) => Some(day),
            _ => None,
        }
    };
    // A weekday is the same day on most days of a week, `in three days` is another one on each.
    let mut seen: Vec<Date> = (-DAYS_OF_A_WEEK + 1..=0).filter_map(|days| of_day(turn, days)).collect();
    seen.dedup();
    if seen.is_empty()
        || seen.len() > DAYS_OF_A_NAME_MAX
        || answer::names_week(heard.text.unwrap_or_default(), turn.language())
    {
        return None;
    }
    let mut found: Vec<Date> = [0, 1].into_iter().filter_map(|days| of_day(turn, days)).collect();
    found.retain(|day| *day > earlier && *day <= earlier.saturating_add(DAYS_AHEAD_MAX.days()));
    found.into_iter().map(Value::Date).find(|value| answering::passes(turn, here, ask, value, heard))
}

/// The day of `a week later` or `7 nights` behind the earlier day, if the `check` accepts it. The contact is asked whether
/// it means this day.
pub fn after_a_span<'a>(turn: &mut Turn<'a>, here: Here<'a>, ask: &Ask, heard: &RoutedMessage<'_>) -> Option<Value> {
    if ask.kind.of != AnswerType::Date {
        return None;
    }
    let days = answer::days_later(heard.text?, turn.language())?;
    let day = earlier_day(turn, here, ask)?.checked_add(i64::from(days).days()).ok()?;
    let value = Value::Date(day);
    answering::passes(turn, here, ask, &value, heard).then_some(value)
}

/// The only coming day among the variables with which the `check` compares the answer.
fn earlier_day(turn: &Turn<'_>, here: Here<'_>, ask: &Ask) -> Option<Date> {
    let today = views::local_now(turn, here.set).date();
    let uses = ask.check.as_ref()?.uses();
    let vars = variables::vars(turn, here.run)?;
    let names = uses.names.iter().filter(|name| Some(name.as_str()) != ask.fills.as_deref());
    let mut days = names.filter_map(|name| match vars.get(name)? {
        Value::Date(day) => Some(*day),
        Value::DateTime(at) => Some(at.date()),
        _ => None,
    });
    match (days.next(), days.next()) {
        (Some(day), None) if day >= today => Some(day),
        _ => None,
    }
}

const DAYS_OF_A_WEEK: i64 = 7;
/// A weekday, or a day of the month, changes at most once within a week.
const DAYS_OF_A_NAME_MAX: usize = 2;
/// A day of the month comes again within so many days.
const DAYS_AHEAD_MAX: i64 = 31;
