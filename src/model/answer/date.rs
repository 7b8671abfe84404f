//! Days and times as people type them, in six languages.

use super::Hearing;
use crate::{base::phone, model::matching::fold};
use jiff::{
    ToSpan, Zoned,
    civil::{Date, Time, Weekday, time as civil_time},
    tz::TimeZone,
};

/// `2026-05-03`, `3.5.`, `3/5/2026`, `3 May`, `tomorrow`, `Friday` (the next one). Without a year: the next such day.
pub fn date(text: &str, hearing: &Hearing<'_>) -> Option<Date> {
    let text = text.trim();
    let today = hearing.now.date();
    iso_date(text).or_else(|| numeric(text, hearing)).or_else(|| {
        let folded = fold(text);
        let words: Vec<&str> = folded.split(' ').filter(|word| !FILLERS.contains(word)).collect();
        relative(&words.join(" "), today).or_else(|| weekday(&words, today)).or_else(|| month_name(&words, today))
    })
}

/// `10:30`, `10.30`, `10h30`, `10 am`, `10 Uhr`, `noon`; a bare hour counts.
pub fn time(text: &str) -> Option<Time> {
    let text = text.trim().to_lowercase();
    let folded = fold(&text);
    if NOON.contains(&folded.as_str()) {
        return Some(civil_time(12, 0, 0, 0));
    }
    let text = AT.iter().find_map(|at| text.strip_prefix(at)).unwrap_or(&text).trim();
    let (text, half) = match text {
        t if t.ends_with("a.m.") || t.ends_with("p.m.") => t.split_at(t.len() - 4),
        t if t.ends_with("am") || t.ends_with("pm") => t.split_at(t.len() - 2),
        t => (t, ""),
    };
    let text = text.trim();
    let text = ["uhr", "hrs", "h"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text).trim();
    let mut parts = text.split([':', '.', 'h']);
    let hour = digits(parts.next()?)?;
    let minute = match parts.next() {
        Some(part) if part.len() == 2 => digits(part)?,
        Some(_) => return None,
        None => 0,
    };
    let second = match parts.next() {
        Some(part) if part.len() == 2 => digits(part)?,
        Some(_) => return None,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    let hour = match (half.chars().next(), hour) {
        (None, hour) => hour,
        (Some('a'), 12) => 0,
        (Some('p'), 12) => 12,
        (Some('a'), hour @ 1..=11) => hour,
        (Some('p'), hour @ 1..=11) => hour + 12,
        _ => return None,
    };
    let small = |n: i16| i8::try_from(n).ok();
    Time::new(small(hour)?, small(minute)?, small(second)?, 0).ok()
}

/// A day and a time in either order, with or without "at" between them; or ISO 8601.
pub fn datetime(text: &str, hearing: &Hearing<'_>) -> Option<Zoned> {
    let text = text.trim();
    let zone = hearing.now.time_zone();
    if let Some(at) = iso_datetime(text, zone).filter(|_| text.contains(':')) {
        return Some(at);
    }
    let at = |day: &str, clock: &str| {
        // "12 5" must not become twelve o'clock on the fifth: a bare number is no time here.
        let plain_number = clock.trim().bytes().all(|b| b.is_ascii_digit());
        let (day, clock) = (date(day, hearing)?, time(clock).filter(|_| !plain_number)?);
        day.to_datetime(clock).to_zoned(zone.clone()).ok()
    };
    let cuts = text.match_indices([' ', ',']).map(|(place, _)| text.split_at(place));
    cuts.into_iter().find_map(|(left, right)| {
        let (left, right) = (left.trim_matches([' ', ',']), right.trim_matches([' ', ',']));
        let spoken = AT.iter().find_map(|at| right.strip_prefix(at).filter(|rest| !rest.is_empty()));
        // "tomorrow at 10": after "at" a bare hour is a time.
        let bare = spoken.and_then(|clock| {
            let (day, clock) = (date(left, hearing)?, time(clock)?);
            day.to_datetime(clock).to_zoned(zone.clone()).ok()
        });
        bare.or_else(|| at(left, right)).or_else(|| at(right, left))
    })
}

pub fn iso_date(text: &str) -> Option<Date> {
    let strict = text.len() == 10 && text.is_ascii() && text.as_bytes()[4] == b'-';
    strict.then(|| text.parse().ok()).flatten()
}

/// With an offset, with a zone in brackets, or on the clock of `zone`; a mere day is its midnight.
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

fn digits(text: &str) -> Option<i16> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// `3.5.2026`, `3/5`, `03-05-26`: day first, except between slashes for North American numbers.
fn numeric(text: &str, hearing: &Hearing<'_>) -> Option<Date> {
    let mark = text.chars().find(|c| ['.', '/', '-'].contains(c))?;
    let parts: Vec<&str> = text.trim_end_matches('.').split(mark).map(str::trim).collect();
    let (first, second) = (digits(parts.first()?)?, digits(parts.get(1)?)?);
    let year = match parts.get(2) {
        None => None,
        Some(year) if year.len() == 2 => Some(2000 + digits(year)?),
        Some(year) if year.len() == 4 => Some(digits(year)?),
        Some(_) => return None,
    };
    if parts.len() > 3 {
        return None;
    }
    let month_first = mark == '/' && hearing.phone.and_then(phone::country).is_some_and(|c| c == "US");
    let (day, month) = if month_first { (second, first) } else { (first, second) };
    with_year(day, month, year, hearing.now.date())
}

/// Without a year: this year's day, or next year's when it has passed.
fn with_year(day: i16, month: i16, year: Option<i16>, today: Date) -> Option<Date> {
    let on = |year| Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok();
    match year {
        Some(year) => on(year),
        // 29 February may be some years away.
        None => (0..8)
            .filter_map(|n| on(today.year() + n))
            .find(|d| *d >= today)
            .filter(|d| d.year() <= today.year() + 1 || (month == 2 && day == 29)),
    }
}

fn relative(words: &str, today: Date) -> Option<Date> {
    let (days, _) = RELATIVE.iter().find(|(_, names)| names.contains(&words))?;
    today.checked_add(i64::from(*days).days()).ok()
}

fn weekday(words: &[&str], today: Date) -> Option<Date> {
    let [name] = words else { return None };
    let (day, _) = WEEKDAYS.iter().find(|(_, names)| names.contains(name))?;
    today.nth_weekday(1, *day).ok()
}

fn month_name(words: &[&str], today: Date) -> Option<Date> {
    let mut day = None;
    let mut month = None;
    let mut year = None;
    for word in words {
        if let Some(place) = MONTHS.iter().position(|names| names.contains(word)) {
            month.replace(i16::try_from(place + 1).ok()?).is_none().then_some(())?;
            continue;
        }
        if WEEKDAYS.iter().any(|(_, names)| names.contains(word)) {
            continue;
        }
        let number =
            ["st", "nd", "rd", "th", "er", "o", "a"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        let number = digits(number)?;
        if number > 31 && year.is_none() {
            year = Some(number).filter(|y| *y >= 1900);
            year?;
        } else {
            day.replace(number).is_none().then_some(())?;
        }
    }
    with_year(day?, month?, year, today)
}

const AT: &[&str] = &["at ", "a las ", "a la ", "um ", "à ", "às ", "as ", "alle ", "gegen ", "@"];
const NOON: &[&str] = &["noon", "midday", "mediodia", "midi", "mittag", "mittags", "meio dia", "mezzogiorno"];
const FILLERS: &[&str] = &[
    "on",
    "the",
    "of",
    "this",
    "next",
    "coming",
    "el",
    "la",
    "de",
    "del",
    "este",
    "proximo",
    "le",
    "du",
    "prochain",
    "am",
    "den",
    "der",
    "dem",
    "kommenden",
    "nachsten",
    "no",
    "na",
    "do",
    "proxima",
    "il",
    "di",
    "prossimo",
    "feira",
    "em",
];

const RELATIVE: &[(i32, &[&str])] = &[
    (-1, &["yesterday", "ayer", "hier", "gestern", "ontem", "ieri"]),
    (0, &["today", "hoy", "aujourdhui", "heute", "hoje", "oggi", "now", "tonight"]),
    (1, &["tomorrow", "manana", "demain", "morgen", "amanha", "domani", "tmrw"]),
    (2, &["day after tomorrow", "pasado manana", "apres demain", "ubermorgen", "depois amanha", "dopodomani"]),
];

const WEEKDAYS: &[(Weekday, &[&str])] = &[
    (Weekday::Monday, &["monday", "mon", "lunes", "lundi", "montag", "segunda", "lunedi"]),
    (Weekday::Tuesday, &["tuesday", "tue", "tues", "martes", "mardi", "dienstag", "terca", "martedi"]),
    (Weekday::Wednesday, &["wednesday", "wed", "miercoles", "mercredi", "mittwoch", "quarta", "mercoledi"]),
    (Weekday::Thursday, &["thursday", "thu", "thurs", "jueves", "jeudi", "donnerstag", "quinta", "giovedi"]),
    (Weekday::Friday, &["friday", "fri", "viernes", "vendredi", "freitag", "sexta", "venerdi"]),
    (Weekday::Saturday, &["saturday", "sat", "sabado", "samedi", "samstag", "sonnabend", "sabato"]),
    (Weekday::Sunday, &["sunday", "sun", "domingo", "dimanche", "sonntag", "domenica"]),
];

const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "enero", "ene", "janvier", "januar", "janner", "janeiro", "gennaio", "gen"],
    &["february", "feb", "febrero", "fevrier", "fev", "februar", "fevereiro", "febbraio"],
    &["march", "mar", "marzo", "mars", "marz", "marco"],
    &["april", "apr", "abril", "abr", "avril", "avr", "aprile"],
    &["may", "mayo", "mai", "maio", "maggio", "mag"],
    &["june", "jun", "junio", "juin", "juni", "junho", "giugno", "giu"],
    &["july", "jul", "julio", "juillet", "juli", "julho", "luglio", "lug"],
    &["august", "aug", "agosto", "ago", "aout"],
    &["september", "sep", "sept", "septiembre", "septembre", "setembro", "set", "settembre"],
    &["october", "oct", "octubre", "octobre", "oktober", "okt", "outubro", "out", "ottobre", "ott"],
    &["november", "nov", "noviembre", "novembre", "novembro"],
    &["december", "dec", "diciembre", "dic", "decembre", "dezember", "dez", "dezembro", "dicembre"],
];

#[cfg(test)]
mod tests {
    use super::{super::tests::hearing, *};
    use jiff::civil::date as civil_date;

    /// Today is Saturday, 2026-11-21.
    fn day(text: &str) -> Option<Date> {
        date(text, &hearing("en"))
    }

    #[test]
    fn days_in_many_spellings() {
        for (text, expected) in [
            ("2026-12-03", civil_date(2026, 12, 3)),
            ("3.12.2026", civil_date(2026, 12, 3)),
            ("3.12.", civil_date(2026, 12, 3)),
            ("03/12/26", civil_date(2026, 12, 3)),
            ("3 May", civil_date(2027, 5, 3)),
            ("May 3rd, 2027", civil_date(2027, 5, 3)),
            ("the 3rd of May", civil_date(2027, 5, 3)),
            ("3 de mayo de 2027", civil_date(2027, 5, 3)),
            ("1er mai", civil_date(2027, 5, 1)),
            ("3. Dezember", civil_date(2026, 12, 3)),
            ("3 de março", civil_date(2027, 3, 3)),
            ("3 dicembre", civil_date(2026, 12, 3)),
            ("Friday 27 November", civil_date(2026, 11, 27)),
            ("today", civil_date(2026, 11, 21)),
            ("Mañana", civil_date(2026, 11, 22)),
            ("demain", civil_date(2026, 11, 22)),
            ("übermorgen", civil_date(2026, 11, 23)),
            ("depois de amanhã", civil_date(2026, 11, 23)),
            ("Yesterday", civil_date(2026, 11, 20)),
            ("Friday", civil_date(2026, 11, 27)),
            ("el viernes", civil_date(2026, 11, 27)),
            ("on Thursday!", civil_date(2026, 11, 26)),
            ("Saturday", civil_date(2026, 11, 28)),
            ("segunda-feira", civil_date(2026, 11, 23)),
            ("29 February", civil_date(2028, 2, 29)),
        ] {
            assert_eq!(day(text), Some(expected), "{text}");
        }
        for bad in ["", "31 February", "whenever", "32.1.", "13/13", "3", "May", "1.2.3.4", "2026-02-30", "3 3 May"] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn slashes_are_american_for_americans() {
        let american = Hearing { phone: Some("+14155551234"), ..hearing("en") };
        assert_eq!(date("12/3/2026", &american), Some(civil_date(2026, 12, 3)));
    }

    #[test]
    fn times_in_many_spellings() {
        for (text, hour, minute) in [
            ("10:30", 10, 30),
            ("10.30", 10, 30),
            ("10h30", 10, 30),
            ("10h", 10, 0),
            ("10", 10, 0),
            ("10 am", 10, 0),
            ("12am", 0, 0),
            ("12:15 p.m.", 12, 15),
            ("7pm", 19, 0),
            ("10 Uhr", 10, 0),
            ("a las 10", 10, 0),
            ("noon", 12, 0),
            ("23:59:59", 23, 59),
        ] {
            let found = time(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.hour(), found.minute()), (hour, minute), "{text}");
        }
        for bad in ["", "25:00", "10:3", "13pm", "0am", "later", "10:30:00:00", "h"] {
            assert_eq!(time(bad), None, "{bad}");
        }
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
        assert_eq!(datetime("tomorrow at 10", &hearing("en")).unwrap().hour(), 10);
        assert_eq!((datetime("tomorrow", &hearing("en")), datetime("12 5", &hearing("en"))), (None, None));
    }
}
