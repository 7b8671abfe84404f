//! Times of day as people type them: in figures (`10:30`, `16h30`, `4 pm`) or in words (`half past four`).
//!
//! Figures stay as typed. A spoken hour from 1 to 6 without a part of the day means the afternoon: nobody asks a
//! shop for half past four at night (see `words::Hours`).

use super::words::{self, ClockPattern, Found, Hours, Words};
use crate::model::matching::fold;
use jiff::civil::Time;

/// `10:30`, `10.30`, `10h30`, `10 am`, `10 Uhr`, `noon`, `halb fünf`; a bare hour in figures counts. The words of
/// `language` win over those of the others.
pub fn time(text: &str, language: &str) -> Option<Time> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let folded = fold(&figures_together(text));
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    words::all(language).find_map(|words| in_language(&said, words))
}

/// The text is a mere number: in figures or words no time by itself where a day may stand beside it.
pub fn is_mere_number(text: &str) -> bool {
    text.trim().bytes().all(|byte| byte.is_ascii_digit())
}

/// Longer texts are no time.
const TEXT_BYTES_MAX: usize = 80;

#[derive(Clone, Copy, PartialEq)]
enum Half {
    Forenoon,
    Afternoon,
}

fn in_language(said: &[&str], words: &Words) -> Option<Time> {
    let said = without_start(said, words.at);
    let whole = said.join(" ");
    if words.noon.contains(&whole.as_str()) {
        return Time::new(12, 0, 0, 0).ok();
    }
    if words.midnight.contains(&whole.as_str()) {
        return Time::new(0, 0, 0, 0).ok();
    }
    let behind = |ends: &'static [&'static str], half| without_end(said, ends).map(|said| (said, Some(half)));
    let (said, half) = behind(words.forenoon, Half::Forenoon)
        .or_else(|| behind(words.afternoon, Half::Afternoon))
        .unwrap_or((said, None));
    if let [figures] = said
        && let Some((hour, minute, second)) = in_figures(figures)
    {
        return at(hour, minute, second, half);
    }
    if let (Some(half), Some(hour)) = (half, words.number(said)) {
        return at(i16::try_from(hour).ok()?, 0, 0, Some(half));
    }
    let bare = ClockPattern { pattern: "{h}", shift: 0, sign: 1, hours: Hours::OnlyWords };
    words.clocks.iter().chain([&bare]).find_map(|clock| {
        let Found { hour, hour_in_words, minutes, .. } = words.fit(clock.pattern, said)?;
        let (mut hour, minutes) = (hour?, minutes.unwrap_or(0));
        if minutes > 59 || hour > 24 || clock.hours == Hours::OnlyWords && !hour_in_words {
            return None;
        }
        let twelve_hours = hour_in_words || clock.hours == Hours::Spoken;
        if half.is_none() && twelve_hours && (1..=6).contains(&hour) {
            hour += 12;
        }
        // The shift may cross midnight: a quarter to twelve at night.
        let hour = in_half(hour, half)?;
        let of_day = (hour * 60 + clock.shift + clock.sign * minutes).rem_euclid(24 * 60);
        at(of_day / 60, of_day % 60, 0, None)
    })
}

fn at(hour: i16, minute: i16, second: i16, half: Option<Half>) -> Option<Time> {
    let small = |n: i16| i8::try_from(n).ok();
    Time::new(small(in_half(hour, half)?)?, small(minute)?, small(second)?, 0).ok()
}

/// The hour on a clock of 24; `None` for `13 pm` and `0 am`.
fn in_half(hour: i16, half: Option<Half>) -> Option<i16> {
    match (half, hour) {
        (None, hour) => Some(hour),
        (Some(Half::Forenoon), 12) => Some(0),
        (Some(Half::Afternoon), 12) => Some(12),
        (Some(Half::Forenoon), 1..=11) => Some(hour),
        (Some(Half::Afternoon), 1..=11) => Some(hour + 12),
        _ => None,
    }
}

/// `10h30` after `figures_together`, or a bare hour.
fn in_figures(text: &str) -> Option<(i16, i16, i16)> {
    let mut parts = text.strip_suffix('h').unwrap_or(text).split('h');
    let number = |part: &str, most: usize| {
        let good = !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
        good.then(|| part.parse::<i16>().ok()).flatten()
    };
    let hour = number(parts.next()?, 2)?;
    let two = |part: Option<&str>| match part {
        Some(part) if part.len() == 2 => number(part, 2),
        Some(_) => None,
        None => Some(0),
    };
    let (minute, second) = (two(parts.next())?, two(parts.next())?);
    parts.next().is_none().then_some((hour, minute, second))
}

/// `10:30` and `10.30` become `10h30`, and `10am` becomes `10 am`: folding would tear the one and keep the other.
fn figures_together(text: &str) -> String {
    let letters: Vec<char> = text.trim().chars().collect();
    let digit = |place: Option<usize>| place.and_then(|p| letters.get(p)).is_some_and(char::is_ascii_digit);
    let mut out = String::with_capacity(text.len() + 4);
    for (place, letter) in letters.iter().enumerate() {
        let between = digit(place.checked_sub(1)) && digit(Some(place + 1));
        match letter {
            ':' | '.' if between => out.push('h'),
            'H' if digit(place.checked_sub(1)) => out.push('h'),
            letter => {
                let before_h = matches!(letter, 'h') && !letters.get(place + 1).is_some_and(|c| c.is_alphabetic());
                if letter.is_alphabetic() && digit(place.checked_sub(1)) && !before_h {
                    out.push(' ');
                }
                out.push(*letter);
            }
        }
    }
    out
}

fn without_start<'a, 'b>(said: &'a [&'b str], starts: &[&str]) -> &'a [&'b str] {
    let longest = starts.iter().filter(|start| begins(said, start)).map(|start| start.split(' ').count()).max();
    match longest {
        Some(count) if count < said.len() => &said[count..],
        _ => said,
    }
}

fn begins(said: &[&str], start: &str) -> bool {
    let mut said = said.iter();
    start.split(' ').all(|word| said.next().is_some_and(|found| *found == word))
}

fn without_end<'a, 'b>(said: &'a [&'b str], ends: &[&str]) -> Option<&'a [&'b str]> {
    ends.iter().find_map(|end| {
        let count = end.split(' ').count();
        let rest = said.len().checked_sub(count).filter(|rest| *rest > 0)?;
        begins(&said[rest..], end).then(|| &said[..rest])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_figures() {
        for (text, hour, minute) in [
            ("10:30", 10, 30),
            ("10.30", 10, 30),
            ("10h30", 10, 30),
            ("16H30", 16, 30),
            ("10h", 10, 0),
            ("10", 10, 0),
            ("4:30", 4, 30),
            ("10 am", 10, 0),
            ("10am", 10, 0),
            ("12am", 0, 0),
            ("12:15 p.m.", 12, 15),
            ("7pm", 19, 0),
            ("4:30pm", 16, 30),
            ("10 Uhr", 10, 0),
            ("10Uhr", 10, 0),
            ("16 Uhr 30", 16, 30),
            ("a las 10", 10, 0),
            ("at 4.30 in the afternoon", 16, 30),
            ("a las 4:30 de la tarde", 16, 30),
            ("4 da tarde", 16, 0),
            ("alle 16", 16, 0),
            ("à 16h", 16, 0),
            ("23:59:59", 23, 59),
        ] {
            let found = time(text, "en").unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.hour(), found.minute()), (hour, minute), "{text}");
        }
        for bad in ["", "25:00", "10:3", "13pm", "0am", "later", "10:30:00:00", "h", "3 5", "12/5", "60", "1000"] {
            assert_eq!(time(bad, "en"), None, "{bad}");
        }
    }

    #[test]
    fn times_in_words() {
        for (language, text, hour, minute) in [
            ("en", "half past four", 16, 30),
            ("en", "Half past 4", 16, 30),
            ("en", "at a quarter to five", 16, 45),
            ("en", "ten past nine", 9, 10),
            ("en", "twenty to eight", 7, 40),
            ("en", "four o'clock", 16, 0),
            ("en", "eleven o’clock", 11, 0),
            ("en", "four thirty", 16, 30),
            ("en", "nine in the evening", 21, 0),
            ("en", "half past six in the morning", 6, 30),
            ("en", "noon", 12, 0),
            ("en", "midnight", 0, 0),
            ("es", "a las cuatro y media", 16, 30),
            ("es", "las nueve y cuarto", 9, 15),
            ("es", "a las cinco menos cuarto de la tarde", 16, 45),
            ("es", "a la una", 13, 0),
            ("es", "diez de la mañana", 10, 0),
            ("es", "mediodía", 12, 0),
            ("fr", "quatre heures et demie", 16, 30),
            ("fr", "à dix heures", 10, 0),
            ("fr", "4 heures", 4, 0),
            ("fr", "cinq heures moins le quart", 16, 45),
            ("fr", "huit heures du matin", 8, 0),
            ("fr", "dix-sept heures quinze", 17, 15),
            ("fr", "midi", 12, 0),
            ("de", "halb fünf", 16, 30),
            ("de", "um halb zehn", 9, 30),
            ("de", "Viertel nach vier", 16, 15),
            ("de", "dreiviertel fünf", 16, 45),
            ("de", "fünf vor halb zehn", 9, 25),
            ("de", "zehn Uhr dreißig", 10, 30),
            ("de", "acht Uhr abends", 20, 0),
            ("de", "mittags", 12, 0),
            ("pt", "às quatro e meia", 16, 30),
            ("pt", "quinze para as dez", 9, 45),
            ("pt", "dez horas", 10, 0),
            ("pt", "meio-dia", 12, 0),
            ("it", "le quattro e mezza", 16, 30),
            ("it", "alle nove e un quarto", 9, 15),
            ("it", "le dieci meno dieci", 9, 50),
            ("it", "mezzogiorno", 12, 0),
        ] {
            let found = time(text, language).unwrap_or_else(|| panic!("{language}: {text}"));
            assert_eq!((found.hour(), found.minute()), (hour, minute), "{language}: {text}");
        }
    }

    #[test]
    fn what_two_peoples_mean_differently_is_asked_again() {
        // Half an hour before for a German, after for a Briton.
        for unclear in ["half four", "viertel fünf", "in the morning", "soon", "four-ish"] {
            assert_eq!(time(unclear, "en"), None, "{unclear}");
        }
    }
}
