//! Names months and weekdays in each language, from the Unicode CLDR.

use crate::load::stock_phrases;
use icu_calendar::{Date, Gregorian};
use icu_datetime::{
    fieldsets::enums::DateFieldSet,
    pattern::{DateTimePattern, FixedCalendarDateTimeNames},
};
use icu_locale_core::{Locale, locale};
use writeable::TryWriteable;

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
    let locale = stock_phrases::code(language).replace('_', "-").parse::<Locale>();
    let own = locale.ok().filter(has_names).and_then(|locale| written(&locale, pattern, date));
    own.or_else(|| written(&locale!("en"), pattern, date)).unwrap_or_default()
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
    fn a_language_without_names_has_the_english_ones() {
        for language in ["xx", "", "no language", "tlh"] {
            assert_eq!(month(language, 1, Length::Wide), "January", "{language}");
            assert_eq!(weekday(language, 6, Length::Short), "Sun", "{language}");
        }
    }
}
