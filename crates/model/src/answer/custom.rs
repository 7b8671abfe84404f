//! Describes how a country writes days and numbers, and which readings stay open because the country uses two ways.

use super::{AnswerContext, AnswerType};
use crate::base::phone;

/// One way to read texts that have several readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Custom {
    /// True: `3/5` is the fifth of March.
    pub month_first: bool,
    /// True: the comma of `2,500` is the decimal mark. False: it separates groups, and the point of `2.500` is the
    /// decimal mark.
    pub comma_divides: bool,
    /// True: a two-digit year such as `85` belongs to the previous century, even if the other reading is nearer.
    pub old_century: bool,
    /// True: `next Friday` is the Friday of next week, not of this week.
    pub next_is_after: bool,
    /// True: a day without a year is the last such day, not the next one.
    pub past: bool,
    /// True: an hour without am or pm lies in the less usual half of the day: `3` is three at night, `9` is nine in the
    /// evening.
    pub other_half: bool,
    /// True: eight days are a week and fifteen days are two weeks, as in `dans huit jours`.
    pub weeks_in_days: bool,
    /// True: a mark before three figures separates groups, because the question asks for a price.
    pub is_price: bool,
}

impl Custom {
    /// The most usual custom for this contact.
    pub fn usual(hearing: &AnswerContext<'_>) -> Custom {
        let country = hearing.phone.and_then(phone::country);
        let language = hearing.language.get(..2).unwrap_or_default();
        Custom {
            month_first: month_first(country, language)[0],
            comma_divides: comma_divides(country, language)[0],
            next_is_after: false,
            old_century: false,
            past: false,
            other_half: false,
            weeks_in_days: false,
            is_price: false,
        }
    }

    /// All customs that are equally likely for this contact and type, the most usual first.
    pub fn likely(hearing: &AnswerContext<'_>, kind: AnswerType) -> Vec<Custom> {
        let country = hearing.phone.and_then(phone::country);
        let language = hearing.language.get(..2).unwrap_or_default();
        let usual = Custom::usual(hearing);
        match kind {
            AnswerType::Number | AnswerType::Whole => {
                let marks = comma_divides(country, language);
                marks.iter().map(|comma_divides| Custom { comma_divides: *comma_divides, ..usual }).collect()
            }
            AnswerType::Date | AnswerType::DateTime => {
                let orders = month_first(country, language).iter();
                let weeks = |month_first: &bool| {
                    let month_first = *month_first;
                    [false, true].map(|next_is_after| Custom { month_first, next_is_after, ..usual })
                };
                orders.flat_map(weeks).collect()
            }
            _ => vec![usual],
        }
    }
}

/// Whether the month may stand before the day; both values for a country that uses both orders.
fn month_first(country: Option<&str>, language: &str) -> &'static [bool] {
    match country {
        // People in these countries who write another language may use the order of that language.
        Some("US" | "GU" | "AS" | "MP" | "VI" | "FM" | "MH" | "PW") if language == "en" => &[true],
        Some("US" | "GU" | "AS" | "MP" | "VI" | "FM" | "MH" | "PW") => &[false, true],
        // These countries use both orders, or write the year first and the month before the day.
        Some(
            "CA" | "PH" | "PA" | "PR" | "KY" | "BZ" | "GH" | "KE" | "TG" | "ZA" | "SO" | "GL" | "MY" | "JP" | "CN"
            | "KR" | "TW" | "HK" | "MO" | "HU" | "LT" | "MN" | "IR",
        ) => &[false, true],
        None if language == "en" => &[false, true],
        Some(_) | None => &[false],
    }
}

/// Whether a comma is the decimal mark; both values if this is unknown, or if the contact's language and country
/// differ.
fn comma_divides(country: Option<&str>, language: &str) -> &'static [bool] {
    let by_language = match language {
        "en" => Some(false),
        "fr" | "de" | "pt" | "it" => Some(true),
        _ => None,
    };
    let by_country = match country {
        Some("CA") => by_language.or(Some(false)),
        // Swiss prices have a decimal point, French numbers in Switzerland a decimal comma.
        Some("CH" | "LI") if language == "fr" => None,
        Some("CH" | "LI") => return &[false],
        Some("ZA") => None,
        Some(country) => Some(!POINT_DIVIDES.contains(&country)),
        None => by_language,
    };
    match (by_country, by_language) {
        (Some(true), Some(true) | None) => &[true],
        (Some(false), Some(false) | None) => &[false],
        (Some(_) | None, Some(true)) => &[true, false],
        (Some(_) | None, Some(false) | None) => &[false, true],
    }
}

/// True if numbers for this contact are written with a decimal comma. The region of a language tag (`es_MX`) goes before
/// the phone's country; where language and country differ, or nothing is known of the country, the language decides.
pub fn writes_decimal_comma(phone: Option<&str>, tag: &str) -> bool {
    let language = tag.get(..2).unwrap_or_default();
    match comma_divides(country_of(phone, tag).as_deref(), language) {
        [one] => *one,
        _ => !POINT_LANGUAGES.contains(&language),
    }
}

/// The country (ISO 3166) for which texts to a contact are written: the region of the language tag, or the phone's.
pub fn country_of(phone: Option<&str>, tag: &str) -> Option<String> {
    let region = tag.split(['_', '-']).skip(1).find(|part| part.len() == 2);
    let region = region.filter(|part| part.bytes().all(|b| b.is_ascii_alphabetic())).map(str::to_ascii_uppercase);
    region.or_else(|| phone.and_then(phone::country).map(str::to_owned))
}

/// Languages whose numbers have a decimal point in most countries, from the Unicode CLDR.
const POINT_LANGUAGES: &[&str] = &["en", "ja", "zh", "ko", "th", "he", "hi", "bn", "ta", "te", "ur", "ms", "sw"];

/// Countries with a decimal point, from the Unicode CLDR.
const POINT_DIVIDES: &[&str] = &[
    "US", "GU", "AS", "MP", "VI", "FM", "MH", "PW", "PR", "GB", "IE", "MT", "AU", "NZ", "FJ", "PG", "SB", "WS", "TO",
    "IN", "PK", "BD", "LK", "NP", "BT", "MV", "MM", "PH", "SG", "MY", "BN", "TH", "KH", "HK", "MO", "TW", "JP", "CN",
    "KR", "KP", "MX", "GT", "HN", "SV", "NI", "PA", "DO", "PE", "CU", "BZ", "JM", "BS", "BB", "TT", "GY", "AG", "DM",
    "GD", "KN", "LC", "VC", "KY", "BM", "TC", "VG", "AI", "NG", "GH", "KE", "UG", "TZ", "ZM", "ZW", "BW", "MW", "SL",
    "LR", "GM", "ET", "SZ", "LS", "NA", "SS", "SC", "MU", "IL", "EG", "SA", "AE", "QA", "KW", "BH", "OM", "JO", "YE",
    "IQ",
];

/// A custom for tests of texts that every custom reads alike.
#[cfg(test)]
pub const USUAL: Custom = Custom {
    month_first: false,
    comma_divides: true,
    old_century: false,
    next_is_after: false,
    past: false,
    other_half: false,
    weeks_in_days: false,
    is_price: false,
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_country_decides_and_what_it_leaves_open_stays_open() {
        for (country, language, order, marks) in [
            (Some("US"), "en", &[true][..], &[false][..]),
            (Some("US"), "es", &[false, true], &[false]),
            (Some("GB"), "en", &[false], &[false]),
            (Some("CA"), "en", &[false, true], &[false]),
            (Some("CA"), "fr", &[false, true], &[true]),
            (Some("PH"), "en", &[false, true], &[false]),
            (Some("MX"), "es", &[false], &[false]),
            (Some("ES"), "es", &[false], &[true]),
            (Some("ES"), "en", &[false], &[false, true]),
            (Some("CH"), "de", &[false], &[false]),
            (Some("BR"), "pt", &[false], &[true]),
            (None, "en", &[false, true], &[false]),
            (None, "es", &[false], &[false, true]),
            (None, "de", &[false], &[true]),
        ] {
            assert_eq!(month_first(country, language), order, "{country:?} {language}");
            assert_eq!(comma_divides(country, language), marks, "{country:?} {language}");
        }
    }
}
