//! Parses numbers as people type them: `1.234,50`, `1,234.50`, `€ 12`, `72 kg`, `twenty-one`, `two and a half`.

mod digits;
mod first_look;

pub use first_look::may_stand_in_one;

use super::{
    counting,
    custom::Custom,
    money::{self, MEASURES},
    words::{self, Words},
};
use crate::matching::fold;
use digits::figures;

/// A number, and whether a word beside it (a currency, a measure, a counted thing) shows that it is an amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    pub value: f64,
    pub is_named: bool,
}

/// Parses a number. The custom decides whether the mark in `1.234` separates groups or decimals. Number words count
/// only in the contact's own language: `once` is eleven in Spanish and something else in English. Words such as
/// `about`, a counted thing (`90 euros`) and polite words do not change the number.
pub fn amount(text: &str, own: Option<&Words>, custom: Custom) -> Option<Amount> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    if is_day(text) {
        return None;
    }
    // Keycap emoji (`5️⃣`) and typographic apostrophes become plain characters.
    let text = text.replace(['\u{fe0f}', '\u{20e3}'], "").replace(['’', '‘'], "'");
    // The Italian `trent'anni` becomes two words.
    let text = if own.is_some_and(|own| own.language == "it") { elisions_apart(&text) } else { text };
    if own.is_some_and(|own| !first_look::may_be_a_number(&text, own)) {
        return None;
    }
    let mut rest = unmarked(&text);
    // `5.000,-` is a price, which has no three decimals.
    let (mut is_named, mut is_money, mut is_counted) = (false, custom.is_price || has_dash_end(&text), false);
    let mut share = 1.0;
    loop {
        let found = figures(rest, custom, is_money)
            .or_else(|| in_words(rest, own?, is_named || is_counted))
            .or_else(|| thousands(rest, own?, custom))
            .or_else(|| and_half(rest, own?, custom))
            .or_else(|| counting::times(rest))
            .or_else(|| counting::unit_and_half(rest, own?))
            .or_else(|| money::with_sign_between(rest))
            .or_else(|| with_name_between(rest, own?));
        if let Some(value) = found {
            return Some(Amount { value: value / share, is_named });
        }
        if let Some(inner) = money::without_cents(rest).filter(|_| !is_named) {
            (rest, is_named, is_money, share) = (unmarked(inner), true, true, 100.0);
        } else if let Some(inner) = money::without_currency(rest) {
            (rest, is_named, is_money) = (unmarked(inner), true, true);
        } else if let Some(inner) = without_measure(rest, own) {
            (rest, is_named) = (unmarked(inner), true);
            is_money |= own.is_some_and(|own| money_behind(&text, own));
        } else if let Some(inner) = own.and_then(|own| without_manners(rest, own)) {
            // In `only one`, `one` is a number and not an article.
            (rest, is_counted) = (unmarked(inner), true);
        } else {
            return None;
        }
    }
}

/// Parses a number in words of a language that is not the contact's own: `two`, `zwei`. All languages that know the word
/// must agree, and it must not be an article or another word of the contact's language.
pub fn abroad(text: &str, language: &str) -> Option<f64> {
    let folded = fold(text);
    let short = language.get(..2).unwrap_or_default();
    let is_unsure = UNSURE.iter().any(|(word, of)| *word == folded && (of.is_empty() || of.contains(&short)));
    if text.len() > TEXT_BYTES_MAX || text.contains(|c: char| c.is_ascii_digit()) || is_unsure {
        return None;
    }
    let joined = folded.replace(' ', "");
    let other =
        words::all(language).filter(|words| words.language != short && !words.articles.contains(&folded.as_str()));
    let mut values = other.filter_map(|words| words.spelled(&joined));
    let first = values.next()?;
    values.all(|value| value == first).then(|| f64::from(first))
}

/// Number words that are other words, too: for contacts of these languages, or of all.
const UNSURE: [(&str, &[&str]); 13] = [
    ("once", &[]),
    ("cent", &[]),
    ("sept", &[]),
    ("dozen", &["de"]),
    ("due", &["en"]),
    ("elf", &["en"]),
    ("null", &["en"]),
    ("seize", &["en"]),
    ("mille", &["en", "de"]),
    ("sei", &[]),
    ("otto", &[]),
    ("dix", &["en"]),
    ("on", &[]),
];

/// A longer text is not a number.
const TEXT_BYTES_MAX: usize = 120;

/// True for a day without a year, as German writes it: `12.5.`
fn is_day(text: &str) -> bool {
    let digits = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts = text.trim().strip_suffix('.').and_then(|text| text.split_once('.'));
    parts.is_some_and(|(day, month)| digits(day) && digits(month))
}

fn elisions_apart(text: &str) -> String {
    let mut before = ' ';
    let apart = text.chars().map(|c| {
        if c == '\'' && std::mem::replace(&mut before, c).is_alphabetic() {
            ' '
        } else {
            before = c;
            c
        }
    });
    apart.collect()
}

/// The text without punctuation and emoji at both ends: `¡5!`, `(30)`, `5 🙂`.
fn unmarked(text: &str) -> &str {
    let text = text.trim();
    // `20,-` and `20.–` are prices without decimals.
    let text = DASH_ENDS.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    let says = |c: char| c.is_alphanumeric() || "%$€£¥¢₹₱₦₵₲₡₺₽₩₪₫฿²/".contains(c);
    let text = text.trim_end_matches(|c: char| !says(c));
    let start = text.trim_start_matches(|c: char| !says(c) && !"-−+.,".contains(c));
    // The comma of `,5` is the mark of a decimal, and that of `, five` ends a clause.
    let is_decimal = start.strip_prefix(',').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if is_decimal { start } else { start.trim_start_matches(|c: char| !says(c) && !"-−+.".contains(c)) }
}

/// Ends of a price without decimals.
const DASH_ENDS: [&str; 5] = [",-", ".-", ",–", ".–", ",—"];

/// True for a mark before three figures: `2,500`.
pub fn has_group(text: &str) -> bool {
    let is_group = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count() == 3;
    text.match_indices(['.', ',']).any(|(place, _)| is_group(&text[place + 1..]))
}

fn has_dash_end(text: &str) -> bool {
    DASH_ENDS.iter().any(|end| text.trim_end().contains(end))
}

/// Parses numbers in words: `zwei und ein halb`, `two and a half`.
fn in_words(text: &str, own: &Words, is_named: bool) -> Option<f64> {
    if text.starts_with(['-', '−', '+', '.']) || text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let joined = fold(text).replace(' ', "");
    if !is_named && own.articles.contains(&joined.as_str()) {
        return None;
    }
    let spelled = |joined: &str| own.spelled(joined).map(f64::from);
    let and_half = || own.and_half.iter().find_map(|end| Some(spelled(joined.strip_suffix(end)?)? + 0.5));
    let one_and_half = || (own.language == "de" && ONE_AND_HALF.contains(&joined.as_str())).then_some(1.5);
    let group = || GROUPS.iter().find(|(name, _)| own.language == "de" && *name == joined).map(|(_, count)| *count);
    spelled(&joined).or_else(and_half).or_else(one_and_half).or_else(group)
}

/// German words for the number of people in a group, without blanks.
const GROUPS: [(&str, f64); 9] = [
    ("zuzweit", 2.0),
    ("zudritt", 3.0),
    ("zuviert", 4.0),
    ("zufunft", 5.0),
    ("zusechst", 6.0),
    ("zusiebt", 7.0),
    ("zuacht", 8.0),
    ("zuneunt", 9.0),
    ("zuzehnt", 10.0),
];

/// The words of such a group that are no number: `viert` of `zu viert`.
pub fn group_words() -> impl Iterator<Item = String> {
    GROUPS.iter().filter_map(|(name, _)| name.strip_prefix("zu")).map(str::to_owned)
}

/// Parses a price with its currency between: `1 Euro 50`, `2 euros y 50 céntimos`.
fn with_name_between(text: &str, own: &Words) -> Option<f64> {
    let text = money::without_cents(text).unwrap_or(text);
    let said: Vec<&str> = text.split_whitespace().collect();
    let (whole, name, cents) = match said.as_slice() {
        [whole, name, cents] => (whole, name, cents),
        [whole, name, and, cents] if AND.contains(&fold(and).as_str()) => (whole, name, cents),
        _ => return None,
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !own.money.contains(&fold(name).as_str()) {
        return None;
    }
    let cents = if digits(cents) {
        (cents.len() == 2).then(|| cents.parse().ok())?
    } else {
        own.spelled(&fold(cents)).filter(|cents| (10..100).contains(cents))
    };
    Some(whole.parse::<f64>().ok()? + f64::from(cents?) / 100.0)
}

/// Words between the two parts of a price.
const AND: [&str; 7] = ["and", "y", "et", "und", "e", "con", "com"];

/// German words for one and a half that contain no number.
const ONE_AND_HALF: [&str; 2] = ["anderthalb", "anderthalbe"];

/// Parses `3 and a half`, `5 y medio`.
fn and_half(text: &str, own: &Words, custom: Custom) -> Option<f64> {
    let (before, behind) = text.split_once(char::is_whitespace)?;
    let joined = fold(behind).replace(' ', "");
    let is_whole = before.bytes().all(|byte| byte.is_ascii_digit());
    (is_whole && own.and_half.contains(&joined.as_str())).then(|| Some(figures(before, custom, false)? + 0.5))?
}

fn has_figure(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

/// Words for a million behind a number.
const MILLIONS: [&str; 12] = [
    "million",
    "millions",
    "millionen",
    "mio",
    "millon",
    "millones",
    "milhao",
    "milhoes",
    "milione",
    "milioni",
    "mln",
    "mn",
];

/// Words for a hundred behind a number; the French one is a coin, too.
const HUNDREDS: [&str; 2] = ["hundred", "hundert"];

/// Parses `2 thousand`, `2 mil`, `5 million`.
fn thousands(text: &str, own: &Words, custom: Custom) -> Option<f64> {
    let (before, last) = text.rsplit_once(char::is_whitespace)?;
    let last = fold(last);
    let times = if own.thousand.contains(&last.as_str()) {
        1000.0
    } else if HUNDREDS.contains(&last.as_str()) || own.language == "fr" && last == "cents" && !has_figure(before) {
        100.0
    } else if MILLIONS.contains(&last.as_str()) {
        1_000_000.0
    } else {
        return None;
    };
    let spelled = || own.spelled(&fold(before).replace(' ', "")).map(f64::from);
    figures(before, custom, false).or_else(spelled).map(|number| number * times)
}

/// The text without a counted thing or a measure behind the number: `2 people`, `72kg`, `12 %`.
fn without_measure<'a>(text: &'a str, own: Option<&Words>) -> Option<&'a str> {
    if let Some(rest) = text.strip_suffix('%') {
        return Some(rest.trim_end()).filter(|rest| !rest.is_empty());
    }
    let counted = own.into_iter().flat_map(|own| own.counted.iter().copied());
    let ends = cut_end(text, counted);
    ends.or_else(|| {
        let cut = text.rfind(|c: char| c.is_ascii_digit() || c.is_whitespace())?;
        let place = cut + text[cut..].chars().next()?.len_utf8();
        let (before, measure) = text.split_at(place);
        let folded = fold(measure);
        // `5 m` may be metres, minutes or millions; with decimals it is a length.
        let is_length = folded == "m" && before.contains(['.', ',']);
        let of_language = own.is_some_and(|own| own.counted.contains(&folded.as_str()));
        (MEASURES.contains(&folded.as_str()) || is_length || of_language).then(|| before.trim_end())
    })
}

/// True if the text names a currency in words. A mark before three digits then separates groups, because no price has
/// three decimals.
fn money_behind(text: &str, own: &Words) -> bool {
    fold(text).split(' ').any(|word| own.money.contains(&word))
}

/// The text without words that do not change the number: `about`, `please`, `just`.
fn without_manners<'a>(text: &'a str, own: &Words) -> Option<&'a str> {
    cut_end(text, own.polite.iter().copied())
        .or_else(|| cut_start(text, own.about.iter().chain(own.polite).chain(own.money).copied()))
}

/// The text before the longest of the phrases with which it ends.
fn cut_end(text: &str, phrases: impl Iterator<Item = &'static str>) -> Option<&str> {
    let places = text.rmatch_indices(char::is_whitespace).map(|(place, _)| text.split_at(place));
    let ends: Vec<(String, &str)> = places.take(PHRASE_WORDS_MAX).map(|(before, end)| (fold(end), before)).collect();
    beside_longest(&ends, phrases).map(str::trim_end)
}

/// The text behind the longest of the phrases with which it begins.
fn cut_start(text: &str, phrases: impl Iterator<Item = &'static str>) -> Option<&str> {
    let places = text.match_indices(char::is_whitespace).map(|(place, _)| text.split_at(place));
    let starts: Vec<(String, &str)> = places.take(PHRASE_WORDS_MAX).map(|(start, rest)| (fold(start), rest)).collect();
    beside_longest(&starts, phrases).map(str::trim_start)
}

/// `parts`: the folded first or last words of a text, one word, two words and so on, each with the rest of the text. Some
/// hundred phrases are compared with each part of a message, so each part is folded once.
fn beside_longest<'a>(parts: &[(String, &'a str)], phrases: impl Iterator<Item = &'static str>) -> Option<&'a str> {
    let rest = |phrase: &str| {
        let (part, rest) = parts.get(phrase.split(' ').count() - 1)?;
        (part == phrase).then_some(*rest)
    };
    phrases.filter_map(rest).min_by_key(|rest| rest.len())
}

/// No phrase that is cut off has more words.
const PHRASE_WORDS_MAX: usize = 8;

#[cfg(test)]
mod tests {
    use super::{
        super::{custom::USUAL, words},
        *,
    };

    #[test]
    fn every_phrase_is_short_enough_to_be_found() {
        for words in words::all("en") {
            for phrase in words.about.iter().chain(words.polite).chain(words.money).chain(words.counted) {
                assert!(phrase.split(' ').count() <= PHRASE_WORDS_MAX, "{phrase}");
            }
        }
        for (text, rest) in [("5 euros por favor", Some("5 euros")), ("5 por favor gracias", Some("5 por favor"))] {
            assert_eq!(cut_end(text, ["favor", "por favor", "gracias"].into_iter()), rest);
        }
        assert_eq!(cut_start("more or less 20", ["more", "more or less"].into_iter()), Some("20"));
        assert_eq!(cut_start("20", ["20"].into_iter()), None, "nothing would be left");
    }

    fn number(text: &str, language: &str, comma_divides: bool) -> Option<f64> {
        let custom = Custom { comma_divides, ..USUAL };
        amount(text, words::own(language), custom).map(|amount| amount.value)
    }

    #[test]
    fn numbers_are_read_in_the_contacts_language() {
        for (text, language, value) in [
            ("7", "en", 7.0),
            ("-3", "en", -3.0),
            ("1,234.50", "en", 1234.5),
            ("1.234,50", "de", 1234.5),
            ("1.234,50", "en", 1234.5),
            ("1.234", "de", 1234.0),
            ("1.234", "en", 1.234),
            ("1,234", "en", 1234.0),
            ("1,234", "es", 1.234),
            ("1,234 euros", "es", 1234.0),
            ("€ 1.234", "en", 1234.0),
            ("0.500", "de", 0.5),
            ("1,00,000", "en", 100_000.0),
            ("12,5", "en", 12.5),
            ("12.5", "de", 12.5),
            ("1 234,5", "fr", 1234.5),
            ("1.234.567", "it", 1_234_567.0),
            ("€ 12.50", "en", 12.5),
            ("12,50 €", "de", 12.5),
            ("five", "en", 5.0),
            ("Twenty-one", "en", 21.0),
            ("a dozen", "en", 12.0),
            ("veintidós", "es", 22.0),
            ("treinta y una", "es", 31.0),
            ("quatre-vingt-dix-neuf", "fr", 99.0),
            ("fünfundfünfzig", "de", 55.0),
            ("cinquenta e duas", "pt", 52.0),
            ("ventotto", "it", 28.0),
            ("1.234,50 Euro", "de", 1234.5),
            ("about 90 dollars, please", "en", 90.0),
            ("Two people!", "en", 2.0),
            ("zwei Personen bitte", "de", 2.0),
            ("12%", "en", 12.0),
            ("3\u{fe0f}\u{20e3}", "en", 3.0),
            ("two hundred", "en", 200.0),
            ("a hundred and twenty", "en", 120.0),
            ("one thousand two hundred", "en", 1200.0),
            ("1 thousand", "en", 1000.0),
            ("zweihundertfünfzig", "de", 250.0),
            ("tausendzweihundert", "de", 1200.0),
            ("mil doscientos", "es", 1200.0),
            ("2 mil", "pt", 2000.0),
            ("cento e vinte", "pt", 120.0),
            ("mille neuf cent quatre-vingt-dix-neuf", "fr", 1999.0),
            ("duecento", "it", 200.0),
            ("tremila", "it", 3000.0),
            ("12.", "en", 12.0),
            (".5", "en", 0.5),
            ("one person", "en", 1.0),
            ("1 Euro 50", "de", 1.5),
            ("2 euros y 50 céntimos", "es", 2.5),
            ("zu zweit", "de", 2.0),
            ("5 million", "en", 5_000_000.0),
            ("una persona", "es", 1.0),
        ] {
            assert_eq!(number(text, language, language != "en"), Some(value), "{text} in {language}");
        }
        for bad in [
            "",
            "abc",
            "1.2.3",
            "12a",
            "1,23,4",
            "--1",
            "1e5",
            "once",
            "five or six",
            "a",
            "2 or 3",
            "2 weeks",
            "3 May",
            "2 people 3",
            "people",
            "about",
            "hundred people and two",
            "2 to 4 people",
            "5 m",
            "5k",
            "1.234 567",
            "zu zweit",
            "1 euro 5",
            "1 room 50",
        ] {
            assert_eq!(number(bad, "en", false), None, "{bad}");
        }
    }
}
