//! The log for people: the time of day, a word where something is wrong, and the sentence.

use crate::base::clock::{Clock, SystemClock};
use jiff::tz::TimeZone;
use std::fmt::{self, Write as _};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

/// `10:00:00 Version 12 of the flows is live`. Fields stand behind what is wrong, and behind what is looked for (`debug`
/// and below): an ordinary sentence names what it is about.
pub struct PlainFormat {
    colours: bool,
    zone: TimeZone,
}

impl PlainFormat {
    pub fn new(colours: bool) -> Self {
        PlainFormat { colours, zone: TimeZone::system() }
    }

    fn line(&self, level: Level, at: &str, told: &Told) -> String {
        let paint = |code: &str, text: &str| match self.colours {
            true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
            false => text.to_owned(),
        };
        let (word, code) = match level {
            Level::ERROR => ("error: ", "1;31"),
            Level::WARN => ("warning: ", "1;33"),
            Level::INFO => ("", "0"),
            Level::DEBUG => ("debug: ", "2"),
            Level::TRACE => ("trace: ", "2"),
        };
        let word = if word.is_empty() { String::new() } else { paint(code, word) };
        let fields = match level == Level::INFO || told.fields.is_empty() {
            true => String::new(),
            false => paint("2", &format!(" ({})", tame(told.fields.trim_start()))),
        };
        format!("{} {word}{}{fields}", paint("2", at), tame(&told.sentence))
    }
}

impl<S, N> FormatEvent<S, N> for PlainFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut told = Told::default();
        event.record(&mut told);
        let now = jiff::Timestamp::from_millisecond(SystemClock.now().0).unwrap_or_default();
        let at = now.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string();
        writeln!(writer, "{}", self.line(*event.metadata().level(), &at, &told))
    }
}

/// A terminal obeys nothing of what a provider or a stranger wrote.
fn tame(text: &str) -> String {
    let mut tamed = String::with_capacity(text.len());
    for c in text.chars() {
        match c.is_control() {
            true => tamed.extend(c.escape_unicode()),
            false => tamed.push(c),
        }
    }
    tamed
}

/// The sentence and the fields of an event.
#[derive(Default)]
struct Told {
    sentence: String,
    fields: String,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing into a text cannot fail.
        let _ = match field.name() {
            "message" => write!(self.sentence, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_people_is_a_sentence_with_fields_where_something_is_wrong() {
        let told = Told { sentence: "Version 2 of the flows is live".into(), fields: " version=2".into() };
        let people = |colours: bool| PlainFormat { colours, zone: TimeZone::UTC };
        let line = |level: Level| people(false).line(level, "10:00:00", &told);
        assert_eq!(line(Level::INFO), "10:00:00 Version 2 of the flows is live");
        assert_eq!(line(Level::WARN), "10:00:00 warning: Version 2 of the flows is live (version=2)");
        assert_eq!(line(Level::ERROR), "10:00:00 error: Version 2 of the flows is live (version=2)");
        assert!(people(true).line(Level::ERROR, "10:00:00", &told).contains("\u{1b}[1;31merror: \u{1b}[0m"));
        let wild = Told { sentence: "Refused: \u{1b}]0;mine\u{7}".into(), fields: String::new() };
        assert_eq!(people(false).line(Level::INFO, "10:00:00", &wild), "10:00:00 Refused: \\u{1b}]0;mine\\u{7}");
    }
}
