//! Parses times of day as people type them: in figures (`10:30`, `16h30`, `4 pm`, `1030`) or in words (`half past
//! four`).
//!
//! An hour from 1 to 12 without am or pm is read as the time at which people are awake: 1 to 6 in the afternoon, the
//! others as written; nobody asks a shop for half past four at night. `04:30` is on the 24-hour clock.

use super::{
    custom::Custom,
    words::{ClockPattern, Hours, MatchedNumbers, Part, Words, without_end, without_start},
};
use crate::matching::{fold, has_word};
use jiff::civil::Time;

/// Parses `10:30`, `10.30`, `10h30`, `10 am`, `10 Uhr`, `noon`, `halb fünf`, in the words of one language; an hour in
/// figures alone counts. If the day was named with a part (`tonight at 8`), the time must lie in that part. Returns the
/// time and the part that the time itself names, else the part of the day.
pub fn time_in(text: &str, words: &Words, of_day: Option<Part>, custom: Custom) -> Option<(Time, Option<Part>)> {
    if text.len() > TEXT_BYTES_MAX || is_marked(text) {
        return None;
    }
    let folded = fold(&figures_together(text));
    if DOZENS.iter().any(|dozen| folded.contains(dozen)) {
        return None;
    }
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let joined = hours_joined(&said);
    let said: Vec<&str> = joined.iter().map(String::as_str).collect();
    let mut said = words.without_courtesy(&said);
    let mut is_after_at = false;
    if is_portuguese_a(text, words) {
        return None;
    }
    while let Some(rest) = without_start(said, words.at).or_else(|| without_end(said, words.sharp)) {
        let at = said.len().checked_sub(rest.len() + 1).map_or("", |last| said[last]);
        is_after_at |= AT_HOUR.contains(&at) || at == "a" && words.language == "pt";
        said = words.without_courtesy(rest);
    }
    let (said, own) = match words.part_at_end(said, false) {
        Some((rest, part)) => (rest, Some(part)),
        None => (said, None),
    };
    if own.or(of_day).is_none() && is_group(&folded, said, words) {
        return None;
    }
    let time = by_the_clock(said, words, own.or(of_day), custom, is_after_at)?;
    let inside = of_day.is_none_or(|part| part.holds(minute_of(time)));
    inside.then_some((time, own.or(of_day)))
}

/// True for a number of people behind `à` or `a`: `à deux`, `a due`. Hours have `heures`, `alle` or `às`.
fn is_group(folded: &str, said: &[&str], words: &Words) -> bool {
    let is_figure = said.iter().all(|word| is_mere_number(word));
    let counts = words.number(said).is_some_and(|number| number > 1);
    let bare = folded.split(' ').next() == Some("a") && folded.split(' ').count() == said.len() + 1;
    counts && bare && (words.language == "it" || ["fr", "pt"].contains(&words.language) && !is_figure)
}

/// True for the Portuguese `a 11`, which means until eleven or to eleven. Hours have `às`, and one o'clock `à uma` or `a 1`.
fn is_portuguese_a(text: &str, words: &Words) -> bool {
    words.language == "pt" && is_bare_a(text) && !text.trim_start().starts_with('à') && !text.trim_end().ends_with(" 1")
}

/// True for the French `en 8h`: a length of time, and in Spanish a moment.
pub fn is_french_length(text: &str) -> bool {
    let folded = fold(&figures_together(text));
    let figures = folded.strip_prefix("en ").map(|rest| rest.replace(' ', ""));
    figures.is_some_and(|figures| {
        figures.contains('h') && figures.bytes().all(|byte| byte.is_ascii_digit() || byte == b'h')
    })
}

/// True for `a 11` and `à 11`: an hour in some languages, and a day, a number of people or a slip in the others.
pub fn is_bare_a(text: &str) -> bool {
    matches!(text.split_whitespace().collect::<Vec<_>>().as_slice(), ["a" | "A" | "à", number] if is_mere_number(number))
}

/// Number words of things and never of hours.
const DOZENS: [&str; 15] = [
    "dozen",
    "docena",
    "douzaine",
    "dutzend",
    "dozzin",
    "duzia",
    "dizaine",
    "quinzaine",
    "vingtaine",
    "trentaine",
    "decina",
    "dezena",
    "decena",
    "quindicina",
    "ventina",
];

/// True for a price, a share, a sign or a code: `£5`, `10%`, `+5`, `#5`.
fn is_marked(text: &str) -> bool {
    let signs = |c: char| "%‰#+*=×^&@_€£$¥₹₱₦₵₲₡₺₽₩₪₫฿".contains(c);
    text.contains(signs) || text.trim_start().starts_with(['-', '−', '‐', '‑'])
}

/// True if a word of this language makes a length of time or a day of the figure.
pub fn is_length_or_day(folded: &str, words: &Words) -> bool {
    let has_unit = words.units.iter().any(|(_, names)| names.iter().any(|name| has_word(folded, name)));
    let said: Vec<&str> = folded.split(' ').collect();
    has_unit || words.day_of_month.iter().any(|pattern| words.fit(pattern, &said).is_some())
}

/// Words before an hour that make a time of it: `a las 2 horas` is no length of time.
const AT_HOUR: [&str; 7] = ["las", "la", "as", "alle", "le", "ore", "um"];

/// True if the text is only a number, in figures or words. Beside a day, a number alone is not taken as a time.
pub fn is_mere_number(text: &str) -> bool {
    text.trim().bytes().all(|byte| byte.is_ascii_digit())
}

/// True if the text contains a time in figures that cannot be anything else: `10:30`, `16h30`, `5 pm`.
pub fn is_plain(text: &str) -> bool {
    let folded = fold(&figures_together(text));
    let mut said = folded.split(' ').peekable();
    while let Some(word) = said.next() {
        let marked = word.split_once('h').is_some_and(|(hour, rest)| {
            !hour.is_empty() && hour.bytes().chain(rest.bytes()).all(|byte| byte.is_ascii_digit())
        });
        let figure = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        if marked || figure && said.peek().is_some_and(|next| ["am", "pm", "a", "p", "uhr", "h"].contains(next)) {
            return true;
        }
    }
    false
}

/// A longer text is not a time.
const TEXT_BYTES_MAX: usize = 80;
/// The number of digits of a time without a separator: `930`, `1030`.
const CLOSE_FIGURES: std::ops::RangeInclusive<usize> = 3..=4;

fn by_the_clock(said: &[&str], words: &Words, part: Option<Part>, custom: Custom, is_after_at: bool) -> Option<Time> {
    let whole = said.join(" ");
    if words.noon.contains(&whole.as_str()) {
        return Time::new(12, 0, 0, 0).ok();
    }
    if words.midnight.contains(&whole.as_str()) {
        return Time::new(0, 0, 0, 0).ok();
    }
    let figures = match said {
        [figures] => Some(*figures),
        [figures, end] if figures.contains('h') && words.clock_ends.contains(end) => Some(*figures),
        _ => None,
    };
    if let Some((hour, minute, second)) = figures.and_then(in_figures) {
        let time = Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0);
        let padded = figures.is_some_and(|figures| figures.starts_with('0'));
        let settled = settle(minute_of(time.ok()?), hour, padded, part, custom)?;
        return at_minute(settled)?.with().second(i8::try_from(second).ok()?).build().ok();
    }
    if let (Some(_), Some(hour)) = (part, words.number(said)) {
        let hour = i16::try_from(hour).ok().filter(|hour| *hour < 24)?;
        return at_minute(settle(hour * 60, hour, false, part, custom)?);
    }
    let bare = ClockPattern { pattern: "{h}", shift: 0, sign: 1, hours: Hours::OnlyWords };
    words.clocks.iter().chain([&bare]).find_map(|clock| {
        let found = words.fit(clock.pattern, said)?;
        let MatchedNumbers { hour, hour_in_words, hour_is_padded, minutes, minutes_in_words, .. } = found;
        // `a` and `una` are articles, `a la una` is one o'clock. `a 11` has an article before its number, too.
        let is_article =
            || said.first().is_some_and(|word| words.articles.contains(word) && !["one", "uno"].contains(word));
        let fits = match clock.hours {
            Hours::Any => true,
            // `ten five` may be anything; the fifth minute is called `oh five`.
            Hours::OnlyWords => {
                hour_in_words && (is_after_at || !is_article()) && minutes.is_none_or(|minutes| minutes >= 10)
            }
            Hours::NoLength => is_after_at || part.is_some() || hour.is_some_and(|hour| (13..24).contains(&hour)),
            Hours::Joined => minutes.is_some_and(|m| !is_second_hour(m, &found, is_after_at)),
            // `five to six` is a time; `nine to five` and `10 to 6` are working hours.
            Hours::MinutesOnly => {
                minutes.is_some_and(|m| m > 24 || minutes_in_words && hour_in_words && [5, 10, 20].contains(&m))
            }
        };
        // `midi et demi` has no `{h}`: its shift counts from midnight.
        let (hour, minutes) = (hour.unwrap_or(0), minutes.unwrap_or(0));
        // The last word of `um 17 Uhr ein` is no minute.
        let ends_in_article = minutes_in_words && said.last().is_some_and(|last| words.articles.contains(last));
        if !fits || minutes > 59 || hour > 24 || clock.sign > 0 && ends_in_article {
            return None;
        }
        // The shift may cross midnight, as in "a quarter to twelve at night".
        let of_day = (hour * 60 + clock.shift + clock.sign * minutes).rem_euclid(24 * 60);
        // `halb sieben` is half past six, and six is daytime.
        let hour = if of_day < hour * 60 && of_day >= 60 { of_day / 60 } else { hour };
        at_minute(settle(of_day, hour, hour_is_padded, part, custom)?)
    })
}

/// True for minutes that may be a second hour: `5 y 6`, `13 y 15`, `cinco y seis`. In words, five, ten and twenty minutes
/// are said so, and behind a word of hours more of them: `las cinco y doce`.
fn is_second_hour(minutes: i16, found: &MatchedNumbers, is_after_at: bool) -> bool {
    let is_hour = (0..=24).contains(&minutes);
    let is_next = found.hour.is_some_and(|hour| minutes == hour + 1);
    match (found.hour_in_words, found.minutes_in_words) {
        (false, false) => is_hour,
        _ if minutes % 5 == 0 => false,
        _ => is_hour && (is_next || !is_after_at),
    }
}

/// The minute of the day that the contact means. An hour of the 12-hour clock has two readings; the part of the day
/// decides, else the custom. `None` if the part of the day excludes both (`13 pm`, `2 in the evening`).
fn settle(minute: i16, hour: i16, padded: bool, part: Option<Part>, custom: Custom) -> Option<i16> {
    let on_dial = (1..=12).contains(&hour);
    let opposite = (minute + 12 * 60) % (24 * 60);
    let Some(part) = part else {
        let (usual, other) = match hour {
            1..=6 if !padded => (opposite, minute),
            _ => (minute, opposite),
        };
        return Some(if custom.other_half && on_dial && !padded { other } else { usual });
    };
    if matches!(part, Part::Am | Part::Pm) && !on_dial {
        return None;
    }
    let other = on_dial.then_some(opposite);
    let mut fitting = [Some(minute), other].into_iter().flatten().filter(|minute| part.holds(*minute));
    let meant = fitting.next()?;
    fitting.next().is_none().then_some(meant)
}

fn minute_of(time: Time) -> i16 {
    i16::from(time.hour()) * 60 + i16::from(time.minute())
}

fn at_minute(minute: i16) -> Option<Time> {
    Time::new(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0).ok()
}

/// Joins `14 h 30` and `14h 30` to `14h30`.
fn hours_joined(said: &[&str]) -> Vec<String> {
    let figures = |word: &str| !word.is_empty() && word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    let mut out: Vec<String> = Vec::with_capacity(said.len());
    for word in said {
        match out.last_mut() {
            Some(before) if *word == "h" && figures(before) => before.push('h'),
            Some(before) if word.len() == 2 && figures(word) && before.strip_suffix('h').is_some_and(figures) => {
                before.push_str(word);
            }
            _ => out.push((*word).to_owned()),
        }
    }
    out
}

/// Parses `10h30` as `figures_together` writes it, an hour alone, or `1030`.
fn in_figures(text: &str) -> Option<(i16, i16, i16)> {
    if CLOSE_FIGURES.contains(&text.len()) && is_mere_number(text) {
        let (hour, minute) = text.split_at(text.len() - 2);
        // `2026` is a year, and `2030` may be half past eight in the evening.
        if ["19", "20"].contains(&hour) && !minute.ends_with(['0', '5']) {
            return None;
        }
        return Some((hour.parse().ok()?, minute.parse().ok()?, 0));
    }
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

/// Turns `10:30` and `10.30` into `10h30`, and `10am` into `10 am`: folding would split the first and keep the second
/// together.
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

#[cfg(test)]
mod tests {
    use super::{
        super::{custom::USUAL, words},
        *,
    };

    fn time(text: &str, language: &str) -> Option<Time> {
        words::all(language).find_map(|words| time_in(text, words, None, USUAL)).map(|(time, _)| time)
    }

    #[test]
    fn times_in_figures() {
        for (text, hour, minute) in [
            ("10:30", 10, 30),
            ("10.30", 10, 30),
            ("10h30", 10, 30),
            ("16H30", 16, 30),
            ("10h", 10, 0),
            ("10", 10, 0),
            ("4:30", 16, 30),
            ("04:30", 4, 30),
            ("4h30", 16, 30),
            ("12:30", 12, 30),
            ("0:30", 0, 30),
            ("1030", 10, 30),
            ("930", 9, 30),
            ("1000", 10, 0),
            ("at about 3 pm", 15, 0),
            ("at 10 sharp", 10, 0),
            ("25 to 8", 7, 35),
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
            ("14:30 Uhr", 14, 30),
            ("um 14:30 Uhr", 14, 30),
            ("14.30 Uhr", 14, 30),
            ("9:00 Uhr", 9, 0),
            ("14 h 30", 14, 30),
            ("14h 30", 14, 30),
            ("a las 14:30 h", 14, 30),
            ("14:30 hs", 14, 30),
            ("14:30 h", 14, 30),
            ("16:30 in the afternoon", 16, 30),
            ("5:15 PM please", 17, 15),
            ("12 at night", 0, 0),
            ("2 Uhr nachts", 2, 0),
            ("10 de la noche", 22, 0),
            ("halb sieben", 18, 30),
            ("halb neun", 8, 30),
        ] {
            let found = time(text, "en").unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.hour(), found.minute()), (hour, minute), "{text}");
        }
        for bad in [
            "",
            "25:00",
            "10:3",
            "13pm",
            "0am",
            "later",
            "10:30:00:00",
            "h",
            "3 5",
            "12/5",
            "60",
            "1075",
            "5 to 6pm",
            "9 to 5",
            "10 to 6",
            "nine to five",
            "10-12",
            "14:30 people",
            "10 h 3",
        ] {
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
            ("fr", "4 heures", 16, 0),
            ("fr", "cinq heures moins le quart", 16, 45),
            ("fr", "huit heures du matin", 8, 0),
            ("fr", "dix-sept heures quinze", 17, 15),
            ("fr", "midi", 12, 0),
            ("fr", "midi et demi", 12, 30),
            ("es", "a mediodía", 12, 0),
            ("es", "las dos de la madrugada", 2, 0),
            ("en", "quarter to twelve at night", 23, 45),
            ("en", "a quarter to one in the afternoon", 12, 45),
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
            ("it", "mezzogiorno e mezzo", 12, 30),
            ("it", "l'una e mezza", 13, 30),
            ("pt", "meio dia e meia", 12, 30),
        ] {
            let found = time(text, language).unwrap_or_else(|| panic!("{language}: {text}"));
            assert_eq!((found.hour(), found.minute()), (hour, minute), "{language}: {text}");
        }
    }

    #[test]
    fn the_part_of_the_day_says_which_hour_of_the_dial_is_meant() {
        for (part, text, meant) in [
            (Part::Night, "at 8", Some((20, 0))),
            (Part::Night, "8", Some((20, 0))),
            (Part::Night, "8:30", Some((20, 30))),
            (Part::Night, "20:30", Some((20, 30))),
            (Part::Night, "half past eight", Some((20, 30))),
            (Part::Night, "8 pm", Some((20, 0))),
            (Part::Night, "8 am", None),
            (Part::Night, "noon", None),
            (Part::Evening, "7", Some((19, 0))),
            (Part::Evening, "3", None),
            (Part::Afternoon, "at three", Some((15, 0))),
            (Part::Afternoon, "12:30", Some((12, 30))),
            (Part::Afternoon, "9:59", Some((21, 59))),
            (Part::Afternoon, "11", None),
            (Part::Morning, "9", Some((9, 0))),
            (Part::Morning, "at five", Some((5, 0))),
            (Part::Morning, "12", None),
            (Part::Morning, "14:00", None),
            (Part::Midday, "1", Some((13, 0))),
        ] {
            let found = time_in(text, words::all("en").next().unwrap(), Some(part), USUAL)
                .map(|(time, _)| (time.hour(), time.minute()));
            assert_eq!(found, meant, "{part:?}: {text}");
        }
    }

    #[test]
    fn what_two_peoples_mean_differently_is_asked_again() {
        // "Half four" is 3:30 for a German and 4:30 for a Briton.
        for unclear in
            ["half four", "viertel fünf", "in the morning", "soon", "four-ish", "12 in the morning", "2 in the evening"]
        {
            assert_eq!(time(unclear, "en"), None, "{unclear}");
        }
    }
}
