//! Defines `hours.NAME.contains(moment)` and `hours.NAME.slots(day, every)`: opening hours as values of expressions.
//!
//! The view of opening hours is a plain map, so that a flow can store it in a variable; beside the documented keys it
//! contains the data for these functions.

use super::{
    operators::clock,
    sandbox::{call, work},
    times::moment,
};
use crate::{
    base::{
        limits::{HOURS_SLOTS_MAX, OPENING_DAYS_MAX},
        time::{Span, Time},
    },
    model::{hours::OpeningHours, value::Value},
};
use jiff::{
    Zoned,
    civil::{Date, Time as Clock},
    tz::TimeZone,
};
use rhai::{Array, Dynamic, Engine, EvalAltResult, FuncRegistration, Map};
use std::collections::BTreeSet;

type Fallible<T> = Result<T, Box<EvalAltResult>>;

const WEEK: &str = "week";
const ZONE: &str = "zone";
const HOLIDAYS: &str = "holidays";

/// The keys of the view for the functions below.
pub fn parts(hours: &OpeningHours) -> [(&'static str, Value); 3] {
    let range =
        |(from, to): &(u16, u16)| Value::List(vec![Value::Whole(i64::from(*from)), Value::Whole(i64::from(*to))]);
    let week = hours.week.iter().map(|day| Value::List(day.iter().map(range).collect()));
    [
        (WEEK, Value::List(week.collect())),
        (ZONE, Value::text(hours.zone.iana_name().unwrap_or("UTC"))),
        (HOLIDAYS, Value::List(hours.holidays.iter().copied().map(Value::Date).collect())),
    ]
}

pub fn register(engine: &mut Engine) {
    let pure = |name: &str| FuncRegistration::new(name).with_purity(true);
    pure("contains").register_into_engine(engine, |map: &mut Map, at: Zoned| -> Fallible<bool> {
        Ok(read(map)?.is_open(Time(at.timestamp().as_millisecond())))
    });
    pure("contains")
        .register_into_engine(engine, |map: &mut Map, day: Date| -> Fallible<bool> { Ok(read(map)?.opens_on(day)) });
    pure("contains").register_into_engine(engine, |map: &mut Map, time: Clock| -> Fallible<bool> {
        contains_time(&read(map)?, time)
    });
    pure("contains").register_into_engine(engine, |map: &mut Map, text: &str| -> Fallible<bool> {
        // Any other map is asked for its key.
        if map.contains_key(WEEK) && map.contains_key(ZONE) {
            contains_text(map, text)
        } else {
            Ok(map.contains_key(text))
        }
    });
    pure("contains").register_into_engine(engine, |_: &mut Map, (): ()| false);
    pure("slots").register_into_engine(engine, |map: &mut Map, day: Date, every: Span| slots(map, day, every, every));
    pure("slots").register_into_engine(engine, slots);
    pure("slots").register_into_engine(engine, |_: &mut Map, (): (), _: Span| Array::new());
    pure("slots").register_into_engine(engine, |_: &mut Map, (): (), _: Span, _: Span| Array::new());
}

/// A text counts as the moment, the date or the time of day that it spells.
fn contains_text(map: &Map, text: &str) -> Fallible<bool> {
    let (hours, text) = (read(map)?, text.trim());
    if let Ok(day) = text.parse::<Date>()
        && !text.contains(['T', ' '])
    {
        return Ok(hours.opens_on(day));
    }
    match (moment(text), clock(text)) {
        (Some(at), _) => Ok(hours.is_open(Time(at.timestamp().as_millisecond()))),
        (None, Some(time)) => contains_time(&hours, time),
        (None, None) => {
            Err(format!("`{text}` is no date or time: write it like \"2026-12-24\" or \"2026-12-24T10:00\"").into())
        }
    }
}

/// True if it is open today at this time, in the zone of the opening hours.
fn contains_time(hours: &OpeningHours, time: Clock) -> Fallible<bool> {
    let now = jiff::Timestamp::from_millisecond(call(|call| call.now).0).map_err(|error| error.to_string())?;
    let at = now.to_zoned(hours.zone.clone()).with().time(time).build().map_err(|error| error.to_string())?;
    Ok(hours.is_open(Time(at.timestamp().as_millisecond())))
}

/// The times that are still in the future; for another day than today, all times.
fn slots(map: &mut Map, day: Date, every: Span, length: Span) -> Fallible<Array> {
    if every <= Span::ZERO || length < Span::ZERO {
        return Err("the time between two slots is longer than nothing: write `minutes(30)`".into());
    }
    let found = read(map)?.slots(day, every, length, HOURS_SLOTS_MAX);
    work(found.len())?;
    if found.len() > HOURS_SLOTS_MAX {
        return Err(format!("these are more than {HOURS_SLOTS_MAX} slots in a day; take more time between two").into());
    }
    let now = call(|call| call.now);
    Ok(found.into_iter().filter(|(at, _)| *at > now).map(|(_, clock)| Dynamic::from(clock)).collect())
}

/// The opening hours of which a map was made.
fn read(map: &Map) -> Fallible<OpeningHours> {
    // A search for an opening looks at many days.
    work(OPENING_DAYS_MAX)?;
    let none = || -> Box<EvalAltResult> { "these are no opening hours: write `hours.NAME`".into() };
    let listed = |value: &Dynamic| value.clone().into_array().ok();
    let number = |value: &Dynamic| value.as_int().ok().and_then(|minute| u16::try_from(minute).ok());
    let range = |value: Dynamic| match listed(&value)?.as_slice() {
        [from, to] => Some((number(from)?, number(to)?)),
        _ => None,
    };
    let day = |value: Dynamic| listed(&value)?.into_iter().map(range).collect::<Option<Vec<_>>>();
    let week = map.get(WEEK).and_then(&listed).ok_or_else(none)?;
    let week = week.into_iter().map(day).collect::<Option<Vec<_>>>().ok_or_else(none)?;
    let zone = map.get(ZONE).and_then(|zone| TimeZone::get(&zone.clone().into_string().ok()?).ok()).ok_or_else(none)?;
    let holidays = map.get(HOLIDAYS).and_then(listed).unwrap_or_default();
    let holidays: BTreeSet<Date> = holidays.into_iter().filter_map(|day| day.try_cast::<Date>()).collect();
    Ok(OpeningHours { zone, week: week.try_into().map_err(|_| none())?, holidays })
}
