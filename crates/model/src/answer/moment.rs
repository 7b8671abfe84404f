//! Parses moments: a day and a time together, `in two hours`, `now`, or ISO 8601.

use super::{
    clock,
    date::DateContext,
    figures::{iso_date, numeric},
    span,
    words::{Unit, Words},
};
use crate::matching::fold;
use jiff::{Span, Unit as Rounding, Zoned, tz::TimeZone};

/// Parses a day and a time in either order, with or without "at" between them, in the words of one language; `in two
/// hours`; or ISO 8601. A part of the day (`tonight at 8`) decides between morning and evening. A text that splits into
/// a day and a time in two ways is refused.
pub fn datetime(text: &str, now: &Zoned, almanac: &DateContext<'_>) -> Option<Zoned> {
    let text = text.trim();
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let zone = now.time_zone();
    if let Some(at) = iso_datetime(text, zone).filter(|_| text.contains(':')) {
        return Some(at);
    }
    let at = |day_said: &str, clock: &str| {
        let day = almanac.day(day_said)?;
        // The midnight of a day is its beginning for some people and its end for others.
        if almanac.words.midnight.contains(&fold(clock).trim_start_matches("a ")) {
            return None;
        }
        // A number alone is not a time here: "12 5" must not become twelve o'clock on the fifth.
        let is_article = || almanac.words.articles.contains(&fold(clock).as_str());
        let is_number = || clock::is_mere_number(clock.trim_matches(|c: char| !c.is_alphanumeric()));
        if day.part.is_none() && (is_number() || is_article())
            || is_day_of_month(day_said, clock, almanac)
            || span::is_until(day_said, clock)
            || span::is_second_day(day_said, clock, |figures| is_day_in_points(figures, almanac))
        {
            return None;
        }
        let (time, part) = clock::time_in(clock, almanac.words, day.part, almanac.custom)?;
        let at = day.date.to_datetime(time).to_zoned(zone.clone()).ok()?;
        // One o'clock "tonight" is tomorrow for some people; a time of "tonight" that has passed was not meant.
        let late = part.is_some_and(|part| part.is_late());
        let over = day.date == now.date() && at <= *now;
        (!late || time.hour() >= 12 && !over).then_some(at)
    };
    let cuts = text.match_indices([' ', ',']).map(|(place, _)| text.split_at(place));
    let mut found = cuts.flat_map(|(left, right)| {
        let (left, right) = (left.trim_matches([' ', ',']), right.trim_matches([' ', ',']));
        [at(left, right), at(right, left)].into_iter().flatten()
    });
    match found.next() {
        Some(first) => found.all(|other| other == first).then_some(first),
        None => away(text, now, almanac),
    }
}

/// True for figures beside a weekday that are a day of the month and not an hour: the German `Freitag, 13.`, and
/// `Freitag 13.11.`, whose day is no Friday.
fn is_day_of_month(day: &str, clock: &str, almanac: &DateContext<'_>) -> bool {
    let figures = clock.rsplit(' ').next().unwrap_or_default();
    let ordinal = figures.strip_suffix('.').filter(|digits| clock::is_mere_number(digits) && !digits.is_empty());
    let by_ordinal = ordinal.is_some() && almanac.words.language == "de";
    let beside_weekday = || figures == clock && figures.contains('.') && almanac.names_a_weekday(day);
    let is_numeric = || numeric(figures, almanac.today, almanac.custom).is_some();
    by_ordinal || (figures.ends_with('.') || beside_weekday()) && is_numeric()
}

/// True for figures such as `15.10`, if they are a day of the year.
fn is_day_in_points(figures: &str, almanac: &DateContext<'_>) -> bool {
    let custom = super::custom::Custom { comma_divides: true, ..almanac.custom };
    numeric(figures, almanac.today, custom).is_some()
}

/// Parses `now`, `in two hours`, `half an hour ago`, to the minute.
pub fn away(text: &str, now: &Zoned, almanac: &DateContext<'_>) -> Option<Zoned> {
    let words = almanac.words;
    let folded = fold(text);
    let folded = if almanac.own { with_units(&folded, words) } else { folded };
    let said: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let said = words.in_figures(words.without_courtesy(&said));
    // `ja` is now in Portuguese and yes in German.
    let is_known_elsewhere = !almanac.own && said.len() < FOREIGN_NOW_CHARS_MIN;
    let at = if words.now.contains(&said.as_str()) && !is_known_elsewhere {
        now.clone()
    } else {
        let said: Vec<&str> = said.split(' ').collect();
        let fit = |patterns: &[&str]| patterns.iter().find_map(|pattern| words.fit(pattern, &said));
        let (found, sign) = fit(words.ahead).map(|found| (found, 1)).or_else(|| Some((fit(words.ago)?, -1)))?;
        let number = sign * i64::from(found.number?);
        let span: Span = match found.unit? {
            Unit::Minute => Span::new().try_minutes(number).ok()?,
            Unit::Hour => Span::new().try_hours(number).ok()?,
            Unit::Day | Unit::Week | Unit::Fortnight | Unit::Month | Unit::Year => return None,
        };
        now.checked_add(span).ok()?
    };
    at.round(jiff::ZonedRound::new().smallest(Rounding::Minute).mode(jiff::RoundMode::Trunc)).ok()
}

/// The text with the names of its units: `in 8 hours` for `in 8h`, `in 90 minutes` for `in 1h30`. In a language that is not
/// the contact's own, the `h` may be one of the clock.
fn with_units(folded: &str, words: &Words) -> String {
    let name = |unit: Unit| words.units.iter().find(|(of, _)| *of == unit).and_then(|(_, names)| names.get(1).copied());
    let (Some(hours), Some(minutes)) = (name(Unit::Hour), name(Unit::Minute)) else { return folded.to_owned() };
    let is_figure = |word: &str| (1..=2).contains(&word.len()) && clock::is_mere_number(word);
    let mut said: Vec<String> = Vec::new();
    for word in folded.split(' ') {
        let is_behind_figure = said.last().is_some_and(|last| is_figure(last));
        match word.split_once('h') {
            Some((hour, "")) if is_figure(hour) => said.extend([hour.to_owned(), hours.to_owned()]),
            Some((hour, rest)) if is_figure(hour) && is_figure(rest) && rest.len() == 2 => {
                let all = 60 * hour.parse::<u32>().unwrap_or_default() + rest.parse::<u32>().unwrap_or_default();
                said.extend([all.to_string(), minutes.to_owned()]);
            }
            _ if is_behind_figure && HOURS_SHORT.contains(&word) => said.push(hours.to_owned()),
            _ => said.push(word.to_owned()),
        }
    }
    said.join(" ")
}

/// Short names of hours behind a figure.
const HOURS_SHORT: [&str; 5] = ["h", "hs", "hrs", "std", "stdn"];

/// Parses ISO 8601 with an offset, with a zone in brackets, or as local time in `zone`; a date alone is its midnight.
pub fn iso_datetime(text: &str, zone: &TimeZone) -> Option<Zoned> {
    if let Some(day) = iso_date(text) {
        return day.to_zoned(zone.clone()).ok();
    }
    if text.contains('[') {
        return text.parse().ok();
    }
    let with_offset = jiff::fmt::temporal::Pieces::parse(text).ok()?.to_numeric_offset();
    match with_offset {
        Some(offset) if !text.ends_with(['Z', 'z']) => {
            let at: jiff::Timestamp = text.parse().ok()?;
            Some(at.to_zoned(TimeZone::fixed(offset)))
        }
        Some(_) => Some(text.parse::<jiff::Timestamp>().ok()?.to_zoned(zone.clone())),
        None => text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(zone.clone()).ok(),
    }
}

/// In a language that is not the contact's own, a shorter word does not mean now.
const FOREIGN_NOW_CHARS_MIN: usize = 4;
/// A longer text is not a moment.
const TEXT_BYTES_MAX: usize = 160;

#[cfg(test)]
mod tests {
    use super::{
        super::{AnswerContext, custom::USUAL, tests::hearing, words},
        *,
    };

    fn datetime(text: &str, hearing: &AnswerContext<'_>) -> Option<Zoned> {
        let today = hearing.now.date();
        let tongues: Vec<_> = words::all(hearing.language).collect();
        let mut all = DateContext::all(&tongues, hearing.language, today, USUAL);
        all.find_map(|almanac| super::datetime(text, &hearing.now, &almanac))
    }

    #[test]
    fn a_day_and_a_time_make_a_moment() {
        for text in [
            "2026-12-03T10:30",
            "2026-12-03 10:30",
            "3 December 10:30",
            "10:30 3.12.",
            "3 December at 10:30",
            "thursday 3 december, 10:30",
        ] {
            let at = datetime(text, &hearing("en")).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(at.to_string(), "2026-12-03T10:30:00+01:00[Europe/Madrid]", "{text}");
        }
        for (language, text) in [
            ("en", "tomorrow at half past four"),
            ("en", "16:30 tomorrow"),
            ("es", "mañana a las cuatro y media"),
            ("fr", "demain à 16h30"),
            ("de", "morgen um halb fünf"),
            ("pt", "amanhã às 4 da tarde e meia"),
            ("it", "domani alle quattro e mezza"),
        ] {
            let at = datetime(text, &hearing(language));
            let expected =
                (text != "amanhã às 4 da tarde e meia").then(|| "2026-11-22T16:30:00+01:00[Europe/Madrid]".to_owned());
            assert_eq!(at.map(|at| at.to_string()), expected, "{text}");
        }
        assert_eq!(datetime("tomorrow at 10", &hearing("en")).unwrap().hour(), 10);
        assert_eq!((datetime("tomorrow", &hearing("en")), datetime("12 5", &hearing("en"))), (None, None));
    }

    /// In this test, now is Saturday, 2026-11-21, noon.
    #[test]
    fn the_part_of_the_day_decides_between_morning_and_evening() {
        for (language, text, expected) in [
            ("en", "tonight at 8", "2026-11-21T20:00"),
            ("en", "8 tonight", "2026-11-21T20:00"),
            ("en", "at 8:30 tonight", "2026-11-21T20:30"),
            ("en", "this evening at 7", "2026-11-21T19:00"),
            ("en", "this afternoon at 3", "2026-11-21T15:00"),
            ("en", "tonight at half past eight, please", "2026-11-21T20:30"),
            ("en", "tomorrow morning at 9", "2026-11-22T09:00"),
            ("en", "tomorrow morning at five", "2026-11-22T05:00"),
            ("en", "tomorrow evening at 8", "2026-11-22T20:00"),
            ("en", "tomorrow at 8 in the evening", "2026-11-22T20:00"),
            ("en", "Friday morning at 10", "2026-11-27T10:00"),
            ("en", "Friday night at 9", "2026-11-27T21:00"),
            ("en", "Friday 27 at 4pm", "2026-11-27T16:00"),
            ("es", "esta noche a las 8", "2026-11-21T20:00"),
            ("es", "esta tarde a las 5", "2026-11-21T17:00"),
            ("es", "mañana por la tarde a las 5", "2026-11-22T17:00"),
            ("es", "mañana por la mañana a las 9", "2026-11-22T09:00"),
            ("es", "mañana a las 8 de la noche", "2026-11-22T20:00"),
            ("es", "el viernes a mediodía", "2026-11-27T12:00"),
            ("es", "viernes 27 a las 14:30 h", "2026-11-27T14:30"),
            ("de", "heute Abend um 8", "2026-11-21T20:00"),
            ("de", "heute Abend um acht", "2026-11-21T20:00"),
            ("de", "heute Abend halb acht", "2026-11-21T19:30"),
            ("de", "heute Nachmittag um 3", "2026-11-21T15:00"),
            ("de", "heute um 8 Uhr abends", "2026-11-21T20:00"),
            ("de", "morgen früh um 9", "2026-11-22T09:00"),
            ("de", "morgen Abend um 8", "2026-11-22T20:00"),
            ("de", "Freitagabend 20:15 Uhr", "2026-11-27T20:15"),
            ("de", "Freitag, 27.11.2026, 14:30 Uhr", "2026-11-27T14:30"),
            ("fr", "ce soir à 8h", "2026-11-21T20:00"),
            ("fr", "ce soir à huit heures", "2026-11-21T20:00"),
            ("fr", "ce soir à 20 h 30", "2026-11-21T20:30"),
            ("fr", "demain matin à 9h", "2026-11-22T09:00"),
            ("fr", "demain après-midi à 3 heures", "2026-11-22T15:00"),
            ("pt", "hoje à noite às 8", "2026-11-21T20:00"),
            ("pt", "amanhã à tarde às 3", "2026-11-22T15:00"),
            ("pt", "amanhã de manhã às 9", "2026-11-22T09:00"),
            ("it", "stasera alle 8", "2026-11-21T20:00"),
            ("it", "domani mattina alle 9", "2026-11-22T09:00"),
            ("it", "domattina alle 9", "2026-11-22T09:00"),
            ("it", "domani sera alle otto", "2026-11-22T20:00"),
            ("en", "in two hours", "2026-11-21T14:00"),
            ("en", "in 30 minutes", "2026-11-21T12:30"),
            ("de", "in einer Stunde", "2026-11-21T13:00"),
            ("fr", "dans deux heures", "2026-11-21T14:00"),
            ("en", "in half an hour", "2026-11-21T12:30"),
            ("es", "dentro de media hora", "2026-11-21T12:30"),
            ("de", "in einer halben Stunde", "2026-11-21T12:30"),
            ("it", "tra mezz'ora", "2026-11-21T12:30"),
            ("en", "now", "2026-11-21T12:00"),
            ("en", "two hours ago", "2026-11-21T10:00"),
            ("en", "tomorrow at 3", "2026-11-22T15:00"),
            ("en", "tomorrow at three", "2026-11-22T15:00"),
        ] {
            let at = datetime(text, &hearing(language)).unwrap_or_else(|| panic!("{language}: {text}"));
            assert_eq!(at.datetime().to_string(), format!("{expected}:00"), "{language}: {text}");
        }
    }

    #[test]
    fn an_unclear_part_of_the_day_is_asked_again() {
        for (language, text) in [
            // The hours after midnight may be of this night or of the next one.
            ("en", "tonight at 1"),
            ("en", "tonight at midnight"),
            ("es", "mañana a las 12 de la noche"),
            // The time does not exist in that part of the day.
            ("en", "tonight at 8 am"),
            ("en", "tomorrow morning at 14:00"),
            ("en", "this afternoon at 11"),
            // There is no time.
            ("en", "tomorrow morning"),
            ("en", "tonight"),
            ("de", "morgen früh"),
            ("en", "tomorrow 9"),
            ("en", "Friday 8"),
            // Two days, or a time that is written like a day.
            ("de", "14.10. 15.10."),
            // The day is in one language and the time in another.
            ("es", "mañana a 11"),
            ("it", "domani a 11"),
        ] {
            assert_eq!(datetime(text, &hearing(language)), None, "{language}: {text}");
        }
    }

    #[test]
    fn tonight_is_never_over() {
        for hour in 0..24 {
            let now = hearing("en").now.with().hour(hour).build().unwrap();
            for text in ["tonight at 8", "this evening at 8", "today at 8 in the evening", "at 8 tonight"] {
                let at = datetime(text, &AnswerContext { now: now.clone(), ..hearing("en") });
                assert_eq!(at.map(|at| at.hour()), (hour < 20).then_some(20), "{text} at {hour}");
            }
        }
    }
}
