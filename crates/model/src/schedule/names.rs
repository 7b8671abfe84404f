//! Lists the names of weekdays and months: the English ones for schedules, and those of other languages, so that a
//! finding can suggest the English one.

use crate::{answer::words, matching::fold};

/// From Monday on, in the spelling of schedules.
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// From January on.
pub const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Languages in which no answers are understood, with their weekdays and months: authors write schedules in them.
const BESIDE: [(&str, [&str; 7], [&str; 12]); 1] = [(
    "nl",
    ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
    [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameOf {
    Weekday,
    Month,
}

impl NameOf {
    /// The English name; `number` counts from Monday or January.
    fn english(self, number: usize) -> &'static str {
        match self {
            NameOf::Weekday => WEEKDAYS[number % WEEKDAYS.len()],
            NameOf::Month => MONTHS[number % MONTHS.len()],
        }
    }

    fn tables(self, words: &'static words::Words) -> &'static [&'static [&'static str]] {
        match self {
            NameOf::Weekday => &words.weekdays,
            NameOf::Month => &words.months,
        }
    }

    pub const fn other(self) -> NameOf {
        match self {
            NameOf::Weekday => NameOf::Month,
            NameOf::Month => NameOf::Weekday,
        }
    }

    pub const fn in_words(self) -> &'static str {
        match self {
            NameOf::Weekday => "weekday",
            NameOf::Month => "month",
        }
    }
}

/// The short name in cron: `TUE` for `tuesday`.
pub fn short(name: &str) -> String {
    name.chars().take(SHORT_CHARS).collect::<String>().to_uppercase()
}

/// The name as in a sentence: `Tuesday` for `tuesday`.
pub fn capital(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The full English name; also for `mon`, `Monday`, `mondays` and `tues`.
pub fn english(text: &str, of: NameOf) -> Option<&'static str> {
    let said = fold(text);
    let plain = said.strip_suffix('s').filter(|rest| rest.ends_with("day")).unwrap_or(&said);
    let own = of.tables(words::own("en")?);
    own.iter().position(|names| names.contains(&plain)).map(|number| of.english(number))
}

/// The English name for a name of another language, or for a long enough start of one: `martes`, `MAR` for a weekday,
/// `di`. The bot's own language is asked first; if the other languages disagree, the answer is `None`.
pub fn foreign(text: &str, of: NameOf, language: &str) -> Option<&'static str> {
    let said = fold(text);
    // The Portuguese `quarta-feira` is also written `quarta`.
    let said = said.strip_suffix("feira").map_or(said.as_str(), str::trim);
    let long_enough = said.chars().count() >= SHORT_CHARS;
    let mut found: Vec<usize> = Vec::new();
    for (its, weekdays, months) in &BESIDE {
        let names: &[&str] = match of {
            NameOf::Weekday => weekdays,
            NameOf::Month => months,
        };
        let number = names.iter().position(|name| *name == said || long_enough && name.starts_with(said));
        if let Some(number) = number.filter(|_| language.split(['_', '-']).next() == Some(*its)) {
            return Some(of.english(number));
        }
        found.extend(number);
    }
    for (place, table) in words::all(language).enumerate() {
        let exactly = of.tables(table).iter().position(|names| names.contains(&said));
        let begun = || {
            of.tables(table)
                .iter()
                .position(|names| long_enough && names.first().is_some_and(|name| name.starts_with(said)))
        };
        let Some(number) = exactly.or_else(begun) else { continue };
        let own = words::own(language).is_some_and(|own| own.language == table.language);
        if place == 0 && own {
            return Some(of.english(number));
        }
        found.push(number);
    }
    let first = *found.first()?;
    found.iter().all(|number| *number == first).then(|| of.english(first))
}

/// The number of letters of a short name in cron; shorter ones count only if a language itself uses them.
const SHORT_CHARS: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekday_of_another_language_has_its_english_name() {
        let said = [
            ("martes", "tuesday"),
            ("MAR", "tuesday"),
            ("jue", "thursday"),
            ("miércoles", "wednesday"),
            ("domingo", "sunday"),
            ("quarta-feira", "wednesday"),
            ("sex", "friday"),
            ("venerdì", "friday"),
            ("gio", "thursday"),
            ("lundi", "monday"),
            ("dim", "sunday"),
            ("Dienstag", "tuesday"),
            ("mi", "wednesday"),
            ("Sonnabend", "saturday"),
            ("maandag", "monday"),
            ("VRI", "friday"),
        ];
        for (text, name) in said {
            assert_eq!(foreign(text, NameOf::Weekday, "en"), Some(name), "{text}");
        }
        assert_eq!(foreign("dezember", NameOf::Month, "en"), Some("december"));
        assert_eq!(foreign("maart", NameOf::Month, "nl"), Some("march"));
        assert_eq!(foreign("someday", NameOf::Weekday, "en"), None);
    }

    #[test]
    fn the_bots_own_language_decides_where_two_disagree() {
        // `do` is the short form of the German Donnerstag and of no other name; the Spanish `dom` is Sunday.
        assert_eq!(foreign("do", NameOf::Weekday, "es"), Some("thursday"));
        assert_eq!(foreign("dom", NameOf::Weekday, "de"), Some("sunday"));
        // `set` is September in Italian and Portuguese.
        assert_eq!(foreign("set", NameOf::Month, "pt_BR"), Some("september"));
    }

    #[test]
    fn english_names_are_known_in_full_and_shortened() {
        for (text, name) in [("TUE", "tuesday"), ("Tuesdays", "tuesday"), ("weds", "wednesday"), ("fri", "friday")] {
            assert_eq!(english(text, NameOf::Weekday), Some(name), "{text}");
        }
        assert_eq!(english("MAR", NameOf::Weekday), None);
        assert_eq!(english("MAR", NameOf::Month), Some("march"));
        assert_eq!(short("thursday"), "THU");
    }
}
