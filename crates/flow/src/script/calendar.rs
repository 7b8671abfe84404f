//! Names months and weekdays, and writes whole dates, in each language, from the Unicode CLDR.

use crate::load::stock_phrases;
use icu_calendar::{Date, Gregorian};
use icu_datetime::{
    FixedCalendarDateTimeFormatter,
    fieldsets::{
        self,
        enums::{CompositeDateTimeFieldSet, DateAndTimeFieldSet, DateFieldSet, TimeFieldSet},
    },
    input::{DateTime, Time},
    pattern::{DateTimePattern, FixedCalendarDateTimeNames},
};
use icu_locale_core::{Locale, locale};
use jiff::civil;
use writeable::TryWriteable;

/// A way to write a whole date as each language does, with its own order, commas and small words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateStyle {
    /// `Friday, November 27, 2026`.
    Full,
    /// `November 27, 2026`.
    Long,
    /// `Nov 27, 2026`.
    Medium,
    /// `Friday, November 27`: for a day that is near.
    Day,
}

impl DateStyle {
    /// The style for the argument of `.format()`; `None`: it is a pattern of letters. The first three names are the
    /// CLDR's. Its `short` is left out: in `03/05/2026` the language alone does not tell the month.
    pub fn of(written: &str) -> Option<DateStyle> {
        Some(match written {
            "full" => DateStyle::Full,
            "long" => DateStyle::Long,
            "medium" => DateStyle::Medium,
            "day" => DateStyle::Day,
            _ => return None,
        })
    }

    fn of_date(self) -> DateFieldSet {
        match self {
            DateStyle::Full => DateFieldSet::YMDE(fieldsets::YMDE::long()),
            DateStyle::Long => DateFieldSet::YMD(fieldsets::YMD::long()),
            DateStyle::Medium => DateFieldSet::YMD(fieldsets::YMD::medium()),
            DateStyle::Day => DateFieldSet::MDE(fieldsets::MDE::long()),
        }
    }

    /// With hours and minutes.
    fn of_moment(self) -> DateAndTimeFieldSet {
        match self {
            DateStyle::Full => DateAndTimeFieldSet::YMDET(fieldsets::YMDE::long().with_time_hm()),
            DateStyle::Long => DateAndTimeFieldSet::YMDT(fieldsets::YMD::long().with_time_hm()),
            DateStyle::Medium => DateAndTimeFieldSet::YMDT(fieldsets::YMD::medium().with_time_hm()),
            DateStyle::Day => DateAndTimeFieldSet::MDET(fieldsets::MDE::long().with_time_hm()),
        }
    }
}

/// The date, the moment or the time of day (hours and minutes in each style) in the language; in English if the
/// language is unknown. Empty without both.
pub fn styled(language: &str, style: DateStyle, date: Option<civil::Date>, time: Option<civil::Time>) -> String {
    let fields = match (date, time) {
        (Some(_), None) => CompositeDateTimeFieldSet::Date(style.of_date()),
        (Some(_), Some(_)) => CompositeDateTimeFieldSet::DateTime(style.of_moment()),
        (None, Some(_)) => CompositeDateTimeFieldSet::Time(TimeFieldSet::T(fieldsets::T::hm())),
        (None, None) => return String::new(),
    };
    let date = date.unwrap_or(civil::Date::constant(1970, 1, 1));
    let time = time.unwrap_or(civil::Time::midnight());
    let part = |part: i8| u8::try_from(part).unwrap_or_default();
    let date = Date::try_new_gregorian(i32::from(date.year()), part(date.month()), part(date.day()));
    let time = Time::try_new(part(time.hour()), part(time.minute()), part(time.second()), 0);
    let (Ok(date), Ok(time)) = (date, time) else { return String::new() };
    let locale = locale_of(language).unwrap_or(locale!("en"));
    let Ok(formatter) = FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new(locale.into(), fields) else {
        return String::new();
    };
    // The CLDR writes hard blanks before `PM` and in French: nobody types these, so a test could not expect them.
    formatter.format(&DateTime { date, time }).to_string().replace(['\u{202f}', '\u{a0}'], " ")
}

/// The length of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// `Mon`, `Jan`.
    Short,
    /// `Monday`, `January`.
    Wide,
}

/// The name of a month; January is 1. The form is that behind the number of a day: `3 marca` in Polish, where the month
/// alone is `marzec`.
pub fn month(language: &str, number: i8, length: Length) -> String {
    let number = u8::try_from(number).unwrap_or(1);
    let Ok(date) = Date::try_new_gregorian(A_YEAR, number, 1) else { return String::new() };
    match length {
        Length::Short => name(language, "MMM", date),
        Length::Wide => name(language, "MMMM", date),
    }
}

/// The name of a weekday; Monday is 0.
pub fn weekday(language: &str, number: i8, length: Length) -> String {
    let number = u8::try_from(number).unwrap_or(0);
    let Ok(date) = Date::try_new_gregorian(A_YEAR, 1, number + 1) else { return String::new() };
    match length {
        Length::Short => name(language, "EEE", date),
        Length::Wide => name(language, "EEEE", date),
    }
}

/// A year that begins with a Monday.
const A_YEAR: i32 = 2024;

/// The English name if the language is unknown or has no names.
fn name(language: &str, pattern: &str, date: Date<Gregorian>) -> String {
    let own = locale_of(language).and_then(|locale| written(&locale, pattern, date));
    own.or_else(|| written(&locale!("en"), pattern, date)).unwrap_or_default()
}

/// `None` if the language is unknown or has no names.
fn locale_of(language: &str) -> Option<Locale> {
    stock_phrases::code(language).replace('_', "-").parse::<Locale>().ok().filter(has_names)
}

fn written(locale: &Locale, pattern: &str, date: Date<Gregorian>) -> Option<String> {
    let pattern: DateTimePattern = pattern.parse().ok()?;
    let mut names = FixedCalendarDateTimeNames::<Gregorian, DateFieldSet>::try_new(locale.into()).ok()?;
    let names = names.include_for_pattern(&pattern).ok()?;
    names.format(&date).try_write_to_string().ok().map(Into::into)
}

/// False for the root locale, which replaces unknown languages and has the name `M01` for January.
fn has_names(locale: &Locale) -> bool {
    let january = Date::try_new_gregorian(A_YEAR, 1, 1).ok().and_then(|date| written(locale, "MMMM", date));
    january.is_some_and(|name| name != "M01")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const LANGUAGES: [&str; 18] =
        ["en", "es", "fr", "de", "pt", "it", "nl", "pl", "tr", "id", "ar", "he", "zh", "zh_TW", "ja", "ru", "hi", "sw"];

    #[test]
    fn no_two_months_or_days_have_one_name() {
        for language in LANGUAGES {
            for length in [Length::Short, Length::Wide] {
                let months: BTreeSet<String> = (1..=12).map(|number| month(language, number, length)).collect();
                let days: BTreeSet<String> = (0..7).map(|number| weekday(language, number, length)).collect();
                assert_eq!((months.len(), days.len()), (12, 7), "{language} {months:?} {days:?}");
                assert!(months.iter().chain(&days).all(|name| !name.is_empty()), "{language}");
                let english = (1..=12).map(|number| month("en", number, Length::Wide)).collect();
                assert!(language == "en" || length == Length::Short || months != english, "{language}");
            }
        }
    }

    #[test]
    fn names_are_those_of_the_language() {
        let short = |language: &str, number: i8| month(language, number, Length::Short);
        assert_eq!([short("fr", 6), short("fr", 7)], ["juin", "juil."]);
        assert_eq!([short("es", 9), short("es_MX", 9), short("de", 3)], ["sept", "sep", "März"]);
        assert_eq!(month("pl", 3, Length::Wide), "marca");
        assert_eq!([weekday("de", 0, Length::Short), weekday("pt_BR", 0, Length::Wide)], ["Mo.", "segunda-feira"]);
        assert_eq!([weekday("iw", 5, Length::Wide), weekday("he", 5, Length::Wide)], ["יום שבת", "יום שבת"]);
        assert_eq!(weekday("zh_TW", 0, Length::Short), "週一");
    }

    #[test]
    fn each_language_writes_a_whole_date_in_its_own_way() {
        let date = Some(civil::date(2026, 11, 27));
        let time = Some(civil::time(15, 5, 0, 0));
        for (language, full, long, medium, day) in [
            ("en", "Friday, November 27, 2026", "November 27, 2026", "Nov 27, 2026", "Friday, November 27"),
            ("en_GB", "Friday, 27 November 2026", "27 November 2026", "27 Nov 2026", "Friday 27 November"),
            (
                "es",
                "viernes, 27 de noviembre de 2026",
                "27 de noviembre de 2026",
                "27 nov 2026",
                "viernes, 27 de noviembre",
            ),
            (
                "pt_BR",
                "sexta-feira, 27 de novembro de 2026",
                "27 de novembro de 2026",
                "27 de nov. de 2026",
                "sexta-feira, 27 de novembro",
            ),
            ("de", "Freitag, 27. November 2026", "27. November 2026", "27.11.2026", "Freitag, 27. November"),
            ("ja", "2026年11月27日金曜日", "2026年11月27日", "2026/11/27", "11月27日金曜日"),
            ("xx", "Friday, November 27, 2026", "November 27, 2026", "Nov 27, 2026", "Friday, November 27"),
        ] {
            let written = ["full", "long", "medium", "day"]
                .map(|style| styled(language, DateStyle::of(style).unwrap(), date, None));
            assert_eq!(written, [full, long, medium, day], "{language}");
        }
        assert_eq!(styled("en", DateStyle::Long, date, time), "November 27, 2026 at 3:05 PM");
        assert_eq!(styled("fr", DateStyle::Day, date, time), "vendredi 27 novembre à 15:05");
        assert_eq!(
            [styled("de", DateStyle::Day, None, time), styled("en", DateStyle::Full, None, time)],
            ["15:05", "3:05 PM"]
        );
        assert_eq!(styled("en", DateStyle::Full, None, None), "");
        assert_eq!(["short", "Full", "d MMMM", ""].map(DateStyle::of), [None; 4]);
    }

    #[test]
    fn a_language_without_names_has_the_english_ones() {
        for language in ["xx", "", "no language", "tlh"] {
            assert_eq!(month(language, 1, Length::Wide), "January", "{language}");
            assert_eq!(weekday(language, 6, Length::Short), "Sun", "{language}");
        }
    }
}
