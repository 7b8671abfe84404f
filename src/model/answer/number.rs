//! Numbers as people type them: `1.234,50`, `1,234.50`, `€ 12`, `twenty-one`.

use super::words::{self, Words};
use crate::model::matching::fold;

/// A number; the language decides whether the point in `1.234` groups or divides. Words count in the contact's own
/// language only: `once` is eleven in Spanish and something else in English. `about`, a counted thing (`90 euros`) and
/// politeness around it change nothing.
pub fn number(text: &str, language: &str) -> Option<f64> {
    // A figure in a frame, as phones offer it.
    let text = text.replace(['\u{fe0f}', '\u{20e3}'], "");
    let text = text.as_str();
    let own = words::own(language);
    in_figures(text, language).or_else(|| in_words(&fold(text), own?)).or_else(|| {
        let inner = bare(text, own?);
        let thousands = || in_figures(inner.strip_suffix(thousand(inner, own?)?)?, language).map(|n| n * 1000.0);
        in_figures(inner, language).or_else(|| in_words(&fold(inner), own?)).or_else(thousands)
    })
}

fn in_words(folded: &str, words: &Words) -> Option<f64> {
    let joined = folded.replace(' ', "");
    if ["a", "an"].contains(&joined.as_str()) {
        return None;
    }
    words.spelled(&joined).map(f64::from)
}

/// Without what stands around the number and says nothing about it.
fn bare<'a>(text: &'a str, words: &Words) -> &'a str {
    let mut text = text.trim();
    let ends = || words.counted.iter().chain(words.polite).copied();
    loop {
        let end = ends().filter_map(|end| cut_end(text, end)).min_by_key(|rest| rest.len());
        let start = words.about.iter().chain(words.polite).filter_map(|start| cut_start(text, start));
        let percent = text.strip_suffix('%').map(str::trim_end).filter(|rest| !rest.is_empty());
        match end.or_else(|| start.min_by_key(|rest| rest.len())).or(percent) {
            Some(rest) => text = rest,
            None => return text,
        }
    }
}

/// What stands before the last words when they are these.
fn cut_end<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let count = words.split(' ').count();
    let (place, _) = text.rmatch_indices(char::is_whitespace).nth(count - 1)?;
    let (before, end) = text.split_at(place);
    (fold(end) == words).then(|| before.trim_end())
}

fn cut_start<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let count = words.split(' ').count();
    let (place, _) = text.match_indices(char::is_whitespace).nth(count - 1)?;
    let (start, behind) = text.split_at(place);
    (fold(start) == words).then(|| behind.trim_start())
}

/// The word behind figures that makes thousands of them: `2 mil`.
fn thousand<'a>(text: &'a str, words: &Words) -> Option<&'a str> {
    let (_, last) = text.rsplit_once(char::is_whitespace)?;
    words.thousand.contains(&fold(last).as_str()).then_some(last)
}

fn in_figures(text: &str, language: &str) -> Option<f64> {
    let text = text.trim().trim_matches(|c: char| c.is_whitespace() || "€$£¥₹".contains(c));
    let text =
        ["EUR", "USD", "GBP", "eur", "usd", "gbp"].iter().find_map(|c| text.strip_suffix(c)).unwrap_or(text).trim();
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1.0, rest.trim()),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) || !digits.ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let grouped_by_blank = digits.contains([' ', '\u{a0}', '\u{202f}', '\'']);
    let comma_divides = language.get(..2) != Some("en");
    let points = digits.matches('.').count();
    let commas = digits.matches(',').count();
    let decimal = match (points, commas) {
        (0, 0) => None,
        // Both: the last one divides.
        (1.., 1..) => Some(if digits.rfind('.') > digits.rfind(',') { '.' } else { ',' }),
        (1, 0) => divides(digits, '.', !comma_divides || grouped_by_blank).then_some('.'),
        (0, 1) => divides(digits, ',', comma_divides || grouped_by_blank).then_some(','),
        _ => None,
    };
    let (whole, fraction) = match decimal {
        Some(mark) => digits.rsplit_once(mark)?,
        None => (digits, ""),
    };
    let whole = ungroup(whole)?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || decimal.is_some() && fraction.is_empty() {
        return None;
    }
    let value: f64 = format!("{whole}.{fraction}0").parse().ok()?;
    value.is_finite().then_some(sign * value)
}

/// A number without a fraction.
pub fn whole(text: &str, language: &str) -> Option<i64> {
    let value = number(text, language)?;
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
}

/// The only mark in the number divides unless exactly three digits follow it and it is not the
/// language's own decimal mark.
fn divides(digits: &str, mark: char, is_decimal_mark: bool) -> bool {
    let three = digits.rsplit(mark).next().is_some_and(|tail| tail.len() == 3);
    is_decimal_mark || !three
}

/// `1.234.567` to `1234567`; groups must be of three.
fn ungroup(text: &str) -> Option<String> {
    let mut groups = text.split([' ', '\u{a0}', '\u{202f}', '\'', '.', ',']);
    let first = groups.next()?;
    let mut out = first.to_owned();
    let rest: Vec<_> = groups.collect();
    if !rest.is_empty() && first.len() > 3 || rest.iter().any(|group| group.len() != 3) {
        return None;
    }
    out.extend(rest);
    (!out.is_empty() && out.bytes().all(|b| b.is_ascii_digit())).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("90 euros", "en", 90.0),
            ("90 Euro", "de", 90.0),
            ("1.234,50 Euro", "de", 1234.5),
            ("about 90", "en", 90.0),
            ("about 90 dollars, please", "en", 90.0),
            ("2 people", "en", 2.0),
            ("Two people!", "en", 2.0),
            ("2 personas", "es", 2.0),
            ("zwei Personen bitte", "de", 2.0),
            ("deux personnes", "fr", 2.0),
            ("2 pessoas", "pt", 2.0),
            ("due persone", "it", 2.0),
            ("12%", "en", 12.0),
            ("3\u{fe0f}\u{20e3}", "en", 3.0),
            ("two hundred", "en", 200.0),
            ("a hundred and twenty", "en", 120.0),
            ("one thousand two hundred", "en", 1200.0),
            ("1 thousand", "en", 1000.0),
            ("zweihundert", "de", 200.0),
            ("zweihundertfünfzig", "de", 250.0),
            ("tausendzweihundert", "de", 1200.0),
            ("mil", "es", 1000.0),
            ("mil doscientos", "es", 1200.0),
            ("ciento veinte", "es", 120.0),
            ("2 mil", "pt", 2000.0),
            ("cento e vinte", "pt", 120.0),
            ("deux cents", "fr", 200.0),
            ("mille neuf cent quatre-vingt-dix-neuf", "fr", 1999.0),
            ("duecento", "it", 200.0),
            ("tremila", "it", 3000.0),
        ] {
            assert_eq!(number(text, language), Some(value), "{text} in {language}");
        }
        for bad in [
            "",
            "abc",
            "1.2.3",
            "12a",
            "1,23,4",
            "--1",
            "1e5",
            "12.",
            ".5",
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
        ] {
            assert_eq!(number(bad, "en"), None, "{bad}");
        }
    }

    #[test]
    fn a_fraction_is_not_whole() {
        assert_eq!((whole("3", "en"), whole("3.0", "en"), whole("3.5", "en")), (Some(3), Some(3), None));
    }
}
