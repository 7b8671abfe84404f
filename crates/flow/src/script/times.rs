//! Defines dates, times and spans in scripts, and prints them in the bot's languages.

use super::{
    calendar::{self, DateStyle, Length},
    functions::read,
    sandbox::{call, work},
};
use crate::base::time::{Span, Time};
use jiff::{
    Timestamp, Zoned,
    civil::{Date, Time as Clock},
    tz::TimeZone,
};
use rhai::{Dynamic, Engine, EvalAltResult};

type Fallible<T> = Result<T, Box<EvalAltResult>>;

pub fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Date>("a date");
    engine.register_type_with_name::<Clock>("a time");
    engine.register_type_with_name::<Zoned>("a date with time");
    engine.register_type_with_name::<Span>("a length of time");

    engine.register_fn("now", || call(|call| zoned(call.now, &call.zone)));
    engine.register_fn("today", || call(|call| zoned(call.now, &call.contact_zone).date()));
    engine.register_fn("seconds", |n: i64| Span(n.saturating_mul(1_000)));
    engine.register_fn("minutes", |n: i64| Span(n.saturating_mul(60_000)));
    engine.register_fn("hours", |n: i64| Span(n.saturating_mul(3_600_000)));
    engine.register_fn("days", |n: i64| Span(n.saturating_mul(86_400_000)));
    engine.register_fn("minutes", |n: f64| Span((n * 60_000.0) as i64));
    engine.register_fn("hours", |n: f64| Span((n * 3_600_000.0) as i64));
    engine.register_fn("days", |n: f64| Span((n * 86_400_000.0) as i64));
    engine.register_fn("date", |text: &str| -> Fallible<Dynamic> {
        let date = || read(text).map(|text| text.parse::<Date>().ok().or_else(|| moment(text).map(|m| m.date())));
        Ok(date()?.map_or(Dynamic::UNIT, Dynamic::from))
    });
    engine.register_fn("datetime", |text: &str| -> Fallible<Dynamic> {
        Ok(moment(read(text)?).map_or(Dynamic::UNIT, Dynamic::from))
    });
    engine.register_fn("time", |text: &str| -> Fallible<Dynamic> {
        Ok(super::clock(read(text)?.trim()).map_or(Dynamic::UNIT, Dynamic::from))
    });

    sums(engine);
    prints(engine);
    parts(engine);
}

fn sums(engine: &mut Engine) {
    let too_far = |error: jiff::Error| -> Box<EvalAltResult> { format!("the date lies out of range: {error}").into() };
    engine.register_fn("+", move |at: Zoned, span: Span| shift(&at, span).map_err(too_far));
    engine.register_fn("-", move |at: Zoned, span: Span| shift(&at, Span::ZERO - span).map_err(too_far));
    engine.register_fn("-", |a: Zoned, b: Zoned| {
        Time(a.timestamp().as_millisecond()) - Time(b.timestamp().as_millisecond())
    });
    engine.register_fn("+", move |date: Date, span: Span| day(date, span));
    engine.register_fn("-", move |date: Date, span: Span| day(date, Span::ZERO - span));
    engine.register_fn("-", |a: Date, b: Date| Span::days(i64::from(b.until(a).map_or(0, |span| span.get_days()))));
    engine.register_fn("+", |time: Clock, span: Span| time.wrapping_add(jiff::SignedDuration::from_millis(span.0)));
    engine.register_fn("-", |time: Clock, span: Span| time.wrapping_sub(jiff::SignedDuration::from_millis(span.0)));
    engine.register_fn("+", |a: Span, b: Span| Span(a.0.saturating_add(b.0)));
    engine.register_fn("-", |a: Span, b: Span| Span(a.0.saturating_sub(b.0)));
    engine.register_fn("*", |span: Span, n: i64| Span(span.0.saturating_mul(n)));
    engine.register_fn("*", |n: i64, span: Span| Span(span.0.saturating_mul(n)));
    // A date and a time of day make a moment in the contact's zone, or in the bot's.
    engine.register_fn("at", |date: Date, time: &str| moment_of(date, clock(time)?, "contact"));
    engine.register_fn("at", |date: Date, time: &str, whose: &str| moment_of(date, clock(time)?, whose));
    engine.register_fn("at", |date: Date, time: Clock| moment_of(date, time, "contact"));
    engine.register_fn("at", |date: Date, time: Clock, whose: &str| moment_of(date, time, whose));
}

fn clock(time: &str) -> Fallible<Clock> {
    super::clock(time).ok_or_else(|| format!("`{time}` is no time of day; write it like \"10:00\"").into())
}

/// The moment; `whose` has the words of a schedule's `clock:`.
fn moment_of(date: Date, time: Clock, whose: &str) -> Fallible<Zoned> {
    let zone = match whose {
        "contact" => call(|call| call.contact_zone.clone()),
        "bot" => call(|call| call.zone.clone()),
        other => return Err(format!("`{other}` is nobody's clock; write \"contact\" or \"bot\"").into()),
    };
    date.to_datetime(time).to_zoned(zone).map_err(|error| error.to_string().into())
}

/// Whole days keep the local time over a clock change; other spans are exact.
fn shift(at: &Zoned, span: Span) -> Result<Zoned, jiff::Error> {
    const DAY: i64 = 86_400_000;
    if span.0 % DAY == 0 {
        return at.checked_add(jiff::Span::new().try_days(span.0 / DAY)?);
    }
    at.checked_add(jiff::SignedDuration::from_millis(span.0))
}

fn day(date: Date, span: Span) -> Fallible<Date> {
    const DAY: i64 = 86_400_000;
    if span.0 % DAY != 0 {
        return Err(format!("a date has no hours: `{span}` cannot be added to it; use `.at(\"10:00\")` first").into());
    }
    let days = jiff::Span::new().try_days(span.0 / DAY).map_err(|_| "the date lies out of range")?;
    date.checked_add(days).map_err(|_| "the date lies out of range".into())
}

fn prints(engine: &mut Engine) {
    let print = |pattern: &str, date: Option<Date>, time: Option<Clock>| -> Fallible<String> {
        // Each letter of a pattern may be a field with a text of its own; a style has some four of them.
        work((pattern.len() / 4).max(4))?;
        Ok(call(|call| format_time(pattern, date, time, &call.language)))
    };
    engine.register_fn("format", move |at: Zoned, pattern: &str| print(pattern, Some(at.date()), Some(at.time())));
    engine.register_fn("format", move |date: Date, pattern: &str| print(pattern, Some(date), None));
    engine.register_fn("format", move |time: Clock, pattern: &str| print(pattern, None, Some(time)));
    // An API gives dates as texts: these are printed as the date that they contain, or stay unchanged.
    engine.register_fn("format", move |text: &str, pattern: &str| match (moment(read(text)?), text.parse::<Date>()) {
        (_, Ok(date)) if text.trim().len() == "2026-03-28".len() => print(pattern, Some(date), None),
        (Some(at), _) => print(pattern, Some(at.date()), Some(at.time())),
        _ => Ok(text.to_owned()),
    });
    engine.register_fn("local", |at: Zoned| call(|call| at.with_time_zone(call.contact_zone.clone())));
    engine.register_fn("local", |date: Date| date);
    engine.register_fn("local", |text: &str| -> Fallible<Dynamic> {
        Ok(match moment(read(text)?) {
            Some(at) => Dynamic::from(call(|call| at.with_time_zone(call.contact_zone.clone()))),
            None => Dynamic::UNIT,
        })
    });
    // Rhai prints the items of a list or map by `to_debug`.
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |at: &mut Zoned| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string());
        engine.register_fn(name, |date: &mut Date| date.to_string());
        engine.register_fn(name, |time: &mut Clock| time.strftime("%H:%M").to_string());
        engine.register_fn(name, |span: &mut Span| span.to_string());
    }
    for_text_sums(engine);
}

/// Supports `"on " + date` in a script.
fn for_text_sums(engine: &mut Engine) {
    engine.register_fn("+", |text: &str, at: Zoned| format!("{text}{}", at.strftime("%Y-%m-%dT%H:%M:%S%:z")));
    engine.register_fn("+", |text: &str, date: Date| format!("{text}{date}"));
    engine.register_fn("+", |text: &str, time: Clock| format!("{text}{}", time.strftime("%H:%M")));
    engine.register_fn("+", |text: &str, span: Span| format!("{text}{span}"));
}

fn parts(engine: &mut Engine) {
    engine.register_get("year", |at: &mut Zoned| i64::from(at.year()));
    engine.register_get("month", |at: &mut Zoned| i64::from(at.month()));
    engine.register_get("day", |at: &mut Zoned| i64::from(at.day()));
    engine.register_get("hour", |at: &mut Zoned| i64::from(at.hour()));
    engine.register_get("minute", |at: &mut Zoned| i64::from(at.minute()));
    engine.register_get("weekday", |at: &mut Zoned| i64::from(at.weekday().to_monday_one_offset()));
    engine.register_get("date", |at: &mut Zoned| at.date());
    engine.register_get("time", |at: &mut Zoned| at.time());
    engine.register_get("year", |date: &mut Date| i64::from(date.year()));
    engine.register_get("month", |date: &mut Date| i64::from(date.month()));
    engine.register_get("day", |date: &mut Date| i64::from(date.day()));
    engine.register_get("weekday", |date: &mut Date| i64::from(date.weekday().to_monday_one_offset()));
    engine.register_get("hour", |time: &mut Clock| i64::from(time.hour()));
    engine.register_get("minute", |time: &mut Clock| i64::from(time.minute()));
    engine.register_get("days", |span: &mut Span| span.0 / 86_400_000);
    engine.register_get("hours", |span: &mut Span| span.0 / 3_600_000);
    engine.register_get("minutes", |span: &mut Span| span.0 / 60_000);
}

fn zoned(at: Time, zone: &TimeZone) -> Zoned {
    Timestamp::from_millisecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone())
}

/// Parses a moment in the formats of APIs; one without a zone is in the bot's zone.
pub fn moment(text: &str) -> Option<Zoned> {
    let text = text.trim();
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Some(zoned);
    }
    // `2026-03-28T09:30:00+01:00` keeps its offset; `…Z` is in UTC.
    if let Ok(pieces) = jiff::fmt::temporal::Pieces::parse(text) {
        let zone = match pieces.offset() {
            Some(jiff::fmt::temporal::PiecesOffset::Numeric(offset)) => TimeZone::fixed(offset.offset()),
            Some(_) => TimeZone::UTC,
            None => call(|call| call.zone.clone()),
        };
        return pieces.date().to_datetime(pieces.time()?).to_zoned(zone).ok();
    }
    None
}

/// Prints by a style (`full`), or by a pattern of letters (`EEEE d MMMM yyyy HH:mm`), with names in the language; texts
/// in `'quotes'` are printed unchanged.
pub fn format_time(pattern: &str, date: Option<Date>, time: Option<Clock>, language: &str) -> String {
    if let Some(style) = DateStyle::of(pattern) {
        return calendar::styled(language, style, date, time);
    }
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        if letter == '\'' {
            let inner = &rest[1..];
            let end = inner.find('\'').unwrap_or(inner.len());
            out.push_str(if end == 0 { "'" } else { &inner[..end] });
            rest = inner.get(end + 1..).unwrap_or_default();
            continue;
        }
        let count = rest.chars().take_while(|c| *c == letter).count();
        let run = &rest[..count * letter.len_utf8()];
        rest = &rest[run.len()..];
        match field(letter, count, date, time, language) {
            Some(text) => out.push_str(&text),
            None => out.push_str(run),
        }
    }
    out
}

fn field(letter: char, count: usize, date: Option<Date>, time: Option<Clock>, language: &str) -> Option<String> {
    let padded = |number: i64| if count >= 2 { format!("{number:02}") } else { number.to_string() };
    Some(match letter {
        'E' => {
            let length = if count >= 4 { Length::Wide } else { Length::Short };
            calendar::weekday(language, date?.weekday().to_monday_zero_offset(), length)
        }
        'd' => padded(i64::from(date?.day())),
        'M' => match count {
            0..=2 => padded(i64::from(date?.month())),
            3 => calendar::month(language, date?.month(), Length::Short),
            _ => calendar::month(language, date?.month(), Length::Wide),
        },
        'y' if count == 2 => format!("{:02}", date?.year().rem_euclid(100)),
        'y' => date?.year().to_string(),
        'H' => padded(i64::from(time?.hour())),
        'h' => padded(i64::from((time?.hour() + 11) % 12 + 1)),
        'm' => padded(i64::from(time?.minute())),
        's' => padded(i64::from(time?.second())),
        'a' => if time?.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        _ => return None,
    })
}
