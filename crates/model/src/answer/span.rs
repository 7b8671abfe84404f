//! Tells a span of days or hours from a day with its hour: `13 / 15 July`, `13 May .. 15` and `14.10. 15.10.` are none of
//! their two values.

use crate::matching::fold;

/// True for a range or two values side by side, such as `13 - 15 July`, `10–12`, `13 May & 15` and `13..15 May`.
pub fn is_span(text: &str) -> bool {
    text.contains(DASHES)
        || text.split_whitespace().any(|word| JOINS.contains(&word) || !word.is_empty() && word.chars().all(is_arrow))
        || has_slash(text)
        || has_dots(text)
        || is_glued(text)
        || has_two_hours(text)
}

/// True for two hours side by side: `10h 11h`. The last `h` of `14h30h` stands behind minutes.
fn has_two_hours(text: &str) -> bool {
    if text.bytes().filter(|byte| matches!(byte, b'h' | b'H')).count() < 2 {
        return false;
    }
    let text = text.to_ascii_lowercase();
    let hours = text.match_indices('h').filter(|(place, _)| {
        let before = text[..*place].trim_end();
        let figure = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        let is_word = text[place + 1..].starts_with(char::is_alphabetic);
        !is_word && figure.parse::<u8>().is_ok_and(|hour| hour <= 24)
    });
    hours.count() > 1
}

const DASHES: [char; 5] = ['–', '—', '―', '~', '→'];
/// Marks that join two values when they stand alone between blanks.
const JOINS: [&str; 4] = ["&", "+", "|", "\\"];

fn is_arrow(c: char) -> bool {
    "-‐‑>=".contains(c)
}

/// True for a slash that stands apart beside words (`13 / 15 July`), or directly behind a word or a point (`May/15`,
/// `13./15. Mai`). `13 / 05 / 2027` is a day in figures.
fn has_slash(text: &str) -> bool {
    let is_apart = text.split_whitespace().any(|word| word == "/") && text.contains(char::is_alphabetic);
    let is_behind = |(place, _)| {
        let (before, behind) = (text[..place].trim_end(), text[place + 1..].trim_start());
        before.ends_with(|c: char| c.is_alphabetic() || c == '.') && behind.starts_with(|c: char| c.is_ascii_digit())
    };
    is_apart || text.match_indices('/').any(is_behind)
}

/// True for several points between two figures of which the second is a bare number: `13 .. 15`, `13 May ... 15`.
/// In `tomorrow ... 10:30` they are a pause.
fn has_dots(text: &str) -> bool {
    let text = text.replace('…', "..");
    text.match_indices("..").any(|(place, _)| {
        let behind = text[place..].trim_start_matches(['.', ' ']);
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        let is_bare = !behind[digits..].starts_with([':', 'h', '.']);
        (1..=BARE_DIGITS_MAX).contains(&digits) && is_bare && text[..place].contains(|c: char| c.is_ascii_digit())
    })
}

/// More digits are a time (`1030`) or a year.
const BARE_DIGITS_MAX: usize = 2;

/// True for two figures that a mark joins without blanks: `13&15`, `13+15`, `13->15`.
fn is_glued(text: &str) -> bool {
    let is_between = |(place, mark): (usize, &str)| {
        text[..place].ends_with(|c: char| c.is_ascii_digit() || c == '.')
            && text[place + mark.len()..].starts_with(|c: char| c.is_ascii_digit())
    };
    GLUE.iter().any(|mark| text.match_indices(mark).any(is_between))
}

const GLUE: [&str; 5] = ["&", "+", "->", "=>", ">"];

/// True for two days of which the second looks like an hour: `14.10. 15.10` from somebody who writes days with points.
/// `is_day` tells whether these figures are a day of the year.
pub fn is_second_day(day: &str, clock: &str, is_day: impl Fn(&str) -> bool) -> bool {
    let figures = clock.trim_matches(|c: char| !c.is_ascii_digit());
    let has_point = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.contains('.');
    let is_in_points = |text: &str| text.split_whitespace().any(has_point);
    is_in_points(day) && has_point(figures) && !clock.contains(char::is_alphabetic) && is_day(figures)
}

/// True for a second number of the month behind `a`: `día 13 a 15`, `le 13 à 15`. With a word of hours (`à 15h`) or behind
/// a day without a figure (`demain à 15`) it is an hour.
pub fn is_until(day: &str, clock: &str) -> bool {
    let folded = fold(clock);
    let number = folded.strip_prefix("a ").unwrap_or_default();
    let is_bare = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_bare && day.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_between_two_values_make_a_span() {
        for text in [
            "13 - 15 July",
            "10–12",
            "13 / 15 July",
            "13 May / 15",
            "the 13 .. 15",
            "13 May … 15",
            "13..15 May",
            "May/15",
            "13./15. Mai",
            "13 & 15",
            "13&15 May",
            "5 + 6",
            "10 -> 12",
            "10h 11h",
            "10->12",
        ] {
            assert!(is_span(text), "{text}");
        }
        for text in
            ["13 / 05 / 2027", "13/05/2027", "tomorrow ... 10:30", "mañana... a las 10", "13.12. 15.30", "2026-05-13"]
        {
            assert!(!is_span(text), "{text}");
        }
    }

    #[test]
    fn an_hour_with_a_point_may_be_a_second_day() {
        let is_day = |text: &str| text == "15.10";
        assert!(is_second_day("14.10.", "15.10", is_day));
        assert!(is_second_day("14.10", ". 15.10", is_day));
        assert!(!is_second_day("14.10.", "15.30", is_day));
        assert!(!is_second_day("14.10.", "um 15.10 Uhr", is_day));
        assert!(!is_second_day("tomorrow", "15.10", is_day));
        assert!(is_until("dia 13", "a 15") && is_until("le 13", "à 15"));
        assert!(!is_until("demain", "à 15") && !is_until("le 13", "à 15h") && !is_until("dia 13", "às 15"));
    }
}
