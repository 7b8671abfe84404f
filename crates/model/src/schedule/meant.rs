//! Explains the syntax for a schedule in words that cannot be parsed.
//!
//! Words of other languages, hours such as `9am` and misspelt days are replaced by the words of a schedule. The result
//! is suggested only if all of it can be parsed.

use super::{
    Wrong,
    disorder::{in_disorder, without},
    fields,
    names::{self, NameOf, WEEKDAYS},
    words::{FILLERS, LAST, clock, day_number, is_joint, month_of, ordinal_figure, parse, weekday},
};
use crate::{answer::words, base::diagnostic::nearest, matching::fold};

/// An explanation of the syntax, for texts that are not schedules.
pub(super) const LIKE: &str =
    "write it like `tuesday 10:00`, `weekdays 9:00`, `first monday 8:30`, or as five fields: `0 10 * * TUE`";

/// The words of a schedule, for a text with other ones.
const IN_ENGLISH: &str = "write it in English words: `monday` to `sunday`, `daily`, `weekdays`, `weekends`, `first` to \
    `fifth`, `last`, `1st` to `31st`, `january` to `december`, such as `weekdays 9:00`; or as five fields: `0 10 * * TUE`";

/// The reason why a text is not a schedule: this word is unknown, or (empty) a word is missing.
pub fn explain(text: &str, word: &str, language: &str) -> Wrong {
    let tokens = super::words::tokens(text);
    if let Some(wrong) = rhythm(&tokens).or_else(|| without(&tokens)) {
        return wrong;
    }
    if let Some(wrong) = with_a_point(&tokens).or_else(|| in_disorder(text, &tokens)) {
        return wrong;
    }
    if word.is_empty() && tokens.iter().any(|token| clock(token).is_some()) {
        let instead = format!("daily {}", text.trim());
        let help = format!("for every day write `{instead}`, for one of the week `tuesday {}`", text.trim());
        let instead = parse(&super::words::tokens(&instead)).is_ok().then_some(instead);
        return Wrong { help: Some(help), instead, ..Wrong::new(format!("`{}` names no day", text.trim())) };
    }
    let instead = meant(&tokens, language);
    let message = match word {
        "" => format!("`{}` has no time of day", text.trim()),
        day if weekday(day).is_some() => format!("in `{}` the time stands before the day", text.trim()),
        word => format!("`{word}` is not understood in a schedule"),
    };
    let like = if word.is_empty() || weekday(word).is_some() { LIKE } else { IN_ENGLISH };
    let help = instead.as_ref().map_or_else(|| like.to_owned(), |instead| format!("write `{instead}`"));
    Wrong { help: Some(help), instead, ..Wrong::new(message) }
}

/// The finding for `mon-fri 9.00`, in which only the time is written otherwise.
fn with_a_point(tokens: &[String]) -> Option<Wrong> {
    let with_colon = |token: &String| Some(token.replacen('.', ":", 1)).filter(|token| clock(token).is_some());
    let said = tokens.iter().find(|token| token.contains('.') && with_colon(token).is_some())?;
    let all: Vec<String> = tokens.iter().map(|token| with_colon(token).unwrap_or_else(|| token.clone())).collect();
    let instead = all.join(" ").replace(" ,", ",");
    parse(&all).ok()?;
    let message = format!("`{said}` is no time of day");
    Some(Wrong { help: Some(format!("write `{instead}`")), instead: Some(instead), ..Wrong::new(message) })
}

/// The finding for `every second tuesday 10:00`: the second one of each month, or every other one.
pub fn two_meanings(tokens: &[String]) -> Option<Wrong> {
    let ordinal = |token: &str| {
        let figure = ordinal_figure(token).map(usize::from);
        figure
            .or_else(|| (1..=5).find(|number| fields::ordinal(*number) == token))
            .filter(|number| (2..=5).contains(number))
    };
    let at = tokens.windows(3).position(|three| {
        let every = matches!(three[0].as_str(), "every" | "each");
        every && ordinal(&three[1]).is_some() && weekday(&three[2]).is_some()
    })?;
    // `every second tuesday of the month` has one meaning.
    if tokens.iter().any(|token| token == "month") {
        return None;
    }
    let monthly: Vec<&str> =
        tokens[at + 1..].iter().map(String::as_str).filter(|token| !FILLERS.contains(token)).collect();
    let monthly = monthly.join(" ").replace(" ,", ",");
    let (nth, day) = (&tokens[at + 1], &tokens[at + 2]);
    let time = tokens.iter().find(|token| token.contains(':')).map_or("10:00", String::as_str);
    let message = format!("`every {nth} {day}` can mean one of each month, or one of several weeks");
    let help = format!(
        "for the {nth} one of each month write `{monthly}`; no schedule counts weeks: twice a month is `first and third \
         {day} {time}`"
    );
    Some(Wrong { help: Some(help), instead: Some(monthly), ..Wrong::new(message) })
}

/// The finding for a day with its year, `2026-12-24 10:00`: a schedule comes again and again.
pub fn one_day(tokens: &[String]) -> Option<Wrong> {
    let day: jiff::civil::Date = tokens.iter().find_map(|token| token.split('t').next()?.parse().ok())?;
    let time = tokens.iter().find_map(|token| token.rsplit('t').next().filter(|time| clock(time).is_some()));
    let month = names::MONTHS[usize::try_from(day.month() - 1).unwrap_or_default()];
    let instead = format!("{} {month} {}", day.day(), time.unwrap_or("10:00"));
    let message = format!("a schedule comes again and again, and `{day}` comes once");
    let help = format!("for each year write `{instead}`; what goes out once is sent by `transom broadcast`");
    Some(Wrong { help: Some(help), instead: Some(instead), ..Wrong::new(message) })
}

/// The finding for `monday 10:00 and tuesday 11:00`: all days of a schedule come at all its times.
pub fn own_times(tokens: &[String]) -> Option<Wrong> {
    let mut parts: Vec<Vec<String>> = vec![Vec::new()];
    let mut timed = false;
    for token in tokens {
        let is_time = token.contains(':');
        if timed && !is_time && !is_joint(token) && !FILLERS.contains(&token.as_str()) {
            parts.push(Vec::new());
        }
        timed = is_time || timed && is_joint(token);
        parts.last_mut()?.push(token.clone());
    }
    let bare = |part: Vec<String>| {
        let start = part.iter().position(|token| !is_joint(token))?;
        let end = part.iter().rposition(|token| !is_joint(token))?;
        let mut part = part.get(start..=end)?.to_vec();
        let time = part.iter().position(|token| token.contains(':'))?;
        if time > 0 && is_joint(&part[time - 1]) {
            part.remove(time - 1);
        }
        parse(&part).is_ok().then(|| part.join(" ").replace(" ,", ","))
    };
    let parts = parts.into_iter().map(bare).collect::<Option<Vec<String>>>().filter(|parts| parts.len() > 1)?;
    let said: Vec<String> = parts.iter().map(|part| format!("`- schedule: {part}`")).collect();
    let message = "all days of a schedule come at all its times, and here each day has its own";
    Some(Wrong { help: Some(format!("write one trigger for each: {}", said.join(", "))), ..Wrong::new(message) })
}

/// The finding for `01/12/2026 10:00`: the day comes once, and which figure is the month nobody knows.
fn with_slashes(tokens: &[String]) -> Option<Wrong> {
    // `9.30` is a time.
    let token = tokens.iter().find(|token| token.contains('/') || token.matches('.').count() == 2)?;
    let parts: Vec<u16> =
        token.trim_end_matches('.').split(['/', '.']).map(str::parse).collect::<Result<_, _>>().ok()?;
    let (first, second) = (*parts.first()?, *parts.get(1)?);
    let (day, month) = if second > 12 { (second, first) } else { (first, second) };
    let name = names::MONTHS.get(usize::from(month.checked_sub(1)?))?;
    let time = tokens.iter().find(|token| clock(token).is_some()).map_or("9:00", String::as_str);
    let message = format!("a schedule names the month, and `{token}` does not");
    let once = if parts.len() > 2 { "; what goes out once is sent by `transom broadcast`" } else { "" };
    let help = format!("for each year write `{day} {name} {time}`{once}");
    Some(Wrong { help: Some(help), ..Wrong::new(message) })
}

/// The finding for intervals such as `every 15 minutes`, `hourly`, `every two weeks`: some can be written in cron, the
/// others in no calendar.
fn rhythm(tokens: &[String]) -> Option<Wrong> {
    let has = |words: &[&str]| tokens.iter().any(|token| words.contains(&token.as_str()));
    let number = tokens.iter().find_map(|token| token.parse::<u8>().ok());
    let of_cron = |pattern: String| {
        let wrong = Wrong::new(format!("`{}` is written in the fields of cron", tokens.join(" ")));
        Some(Wrong { help: Some(format!("write `{pattern}`")), instead: Some(pattern), ..wrong })
    };
    if has(&["minutes", "minute"]) {
        return match number {
            Some(count @ 1..=30) if 60 % count == 0 => of_cron(format!("*/{count} * * * *")),
            _ => None,
        };
    }
    if has(&["hourly", "hour", "hours"]) {
        return match number {
            None | Some(1) => of_cron("0 * * * *".to_owned()),
            Some(count @ 2..=12) if 24 % count == 0 => of_cron(format!("0 */{count} * * *")),
            Some(_) => None,
        };
    }
    if has(&["tomorrow", "manana", "morgen", "today"]) {
        let message = format!("a schedule comes again and again, and `{}` comes once", tokens.join(" "));
        return Some(Wrong {
            help: Some("what goes out once is sent by `transom broadcast`".to_owned()),
            ..Wrong::new(message)
        });
    }
    if let Some(wrong) = with_slashes(tokens) {
        return Some(wrong);
    }
    // Without a day, the first one of the span is meant.
    let alone = |words: &[&str]| {
        let known = |token: &String| {
            words.contains(&token.as_str()) || FILLERS.contains(&token.as_str()) || clock(token).is_some()
        };
        has(words) && tokens.iter().all(known)
    };
    let first = match () {
        () if alone(&["monthly", "month"]) => Some("1st"),
        () if alone(&["weekly", "week"]) => Some("monday"),
        () if alone(&["yearly", "annually", "year"]) => Some("1 january"),
        () => None,
    };
    if let Some(day) = first {
        let time = tokens.iter().find(|token| clock(token).is_some()).map_or("9:00", String::as_str);
        let instead = format!("{day} {time}");
        let help = Some(format!("write the day, such as `{instead}`"));
        return Some(Wrong {
            help,
            instead: Some(instead),
            ..Wrong::new(format!("`{}` names no day", tokens.join(" ")))
        });
    }
    let every = has(&["every", "each"]);
    let nth = |token: &str| matches!(token, "second" | "third" | "fourth" | "fifth") || ordinal_figure(token).is_some();
    let unit = |token: &str| matches!(token, "day" | "week" | "month");
    let of_nth = tokens.windows(3).any(|three| three[0] == "every" && nth(&three[1]) && unit(&three[2]));
    // `toutes les deux semaines`, `cada 15 días`.
    let weeks = has(&["semanas", "semaines", "wochen", "settimane", "weken"]);
    let days = has(&["días", "dias", "jours", "tage", "giorni", "dagen"]) && number.is_some();
    let counted =
        weeks || days || every && (has(&["weeks", "other", "months"]) || has(&["days"]) && number.is_some()) || of_nth;
    if counted || has(&["biweekly", "fortnightly", "fortnight", "bimonthly", "quarterly"]) {
        let message = "a schedule knows the calendar, and does not count from one time to the next";
        let help = "name the days, such as `first and third tuesday 10:00` or `day 1 and 15 9:00`; what counts from an \
                    event of each contact is a flow of its own with `wait: 14d`";
        return Some(Wrong { help: Some(help.to_owned()), ..Wrong::new(message) });
    }
    None
}

/// The text with corrections; `None` unless all of it is then a schedule.
fn meant(tokens: &[String], language: &str) -> Option<String> {
    // `mar` is the short form of a weekday in Spanish, French and Italian, and of a month in English.
    let tuesday = |token: &String| if token == "mar" { "tuesday".to_owned() } else { token.clone() };
    let as_day: Vec<String> = tokens.iter().map(tuesday).collect();
    corrected(tokens, language).or_else(|| corrected(&as_day, language).filter(|_| as_day != tokens))
}

fn corrected(tokens: &[String], language: &str) -> Option<String> {
    // The `1.` of `1. oktober` is a day.
    let plain = |token: &'_ String| token.strip_suffix('.').filter(|day| day_number(day).is_some()).map(str::to_owned);
    let split: Vec<String> =
        tokens.iter().flat_map(|token| parted(&plain(token).unwrap_or_else(|| token.clone()))).collect();
    let mut words: Vec<String> = Vec::new();
    let mut late: Vec<String> = Vec::new();
    let has_clock = split.iter().any(|token| token.contains(':'));
    let mut rest = split.iter().map(String::as_str).peekable();
    while let Some(token) = rest.next() {
        let next = rest.peek().copied();
        // A schedule counts no intervals: `cada 15 días` is neither a day nor an hour.
        if token.bytes().all(|byte| byte.is_ascii_digit())
            && next.is_some_and(|next| SPANS.contains(&fold(next).as_str()))
        {
            return None;
        }
        // In `15 december 10:00`, `15` is a day and not an hour.
        let is_day = next.is_some_and(|next| month_of(next).is_some()) || has_clock && day_number(token).is_some();
        let half = matches!(next, Some("am" | "pm" | "a.m." | "p.m." | "uhr" | "uur" | "h"));
        if let Some(time) = time_meant(token, next).filter(|_| half || !is_day) {
            if half {
                rest.next();
            }
            if !late.is_empty() {
                late.push("and".into());
            }
            late.push(time);
        } else if let Some(word) = word_meant(token, language) {
            words.extend(word);
        } else {
            return None;
        }
    }
    // `giorni feriali`: the days of the week, and not each day.
    if words.iter().any(|word| matches!(word.as_str(), "weekdays" | "weekends")) {
        words.retain(|word| word != "daily");
    }
    // `tot en met` is one word of a range.
    words.dedup_by(|second, first| second == "and" && first == "to");
    // The first of a month, and not the first of its Mondays.
    for at in 0..words.len() {
        let before_day = words.get(at + 1).is_some_and(|next| weekday(next).is_some() || is_joint(next));
        let nth = (1..=5).find(|number| words[at] == fields::ordinal(*number)).filter(|_| !before_day);
        if let Some(number) = nth {
            words[at] = ["1st", "2nd", "3rd", "4th", "5th"][number - 1].to_owned();
        }
    }
    // In `a las 10:00`, `a` is translated to "to", but it does not make a range of days.
    let spans = |at: usize| words.get(at + 1).is_some_and(|next| weekday(next).is_some());
    let stray: Vec<bool> = (0..words.len()).map(|at| words[at] == "to" && !spans(at)).collect();
    let mut stray = stray.into_iter();
    words.retain(|_| !stray.next().unwrap_or_default());
    while words.last().is_some_and(|word| is_joint(word)) {
        words.pop();
    }
    let is_monthly = split.iter().any(|token| MONTHLY.contains(&fold(token).as_str()));
    let names_one =
        |word: &String| day_number(word).is_some() || word == LAST || (1..=5).any(|n| word == fields::ordinal(n));
    if is_monthly && !words.iter().any(names_one) {
        return None;
    }
    if late.is_empty() {
        late.push("9:00".into());
    }
    let text = words.into_iter().chain(late).collect::<Vec<_>>().join(" ").replace(" ,", ",");
    parse(&super::words::tokens(&text)).is_ok().then_some(text)
}

/// Units of an interval, folded.
#[rustfmt::skip]
const SPANS: [&str; 43] = [
    "minutes", "minutos", "minuten", "minuti", "hours", "horas", "heures", "stunden", "ore", "day", "days", "dia", "dias", "jour", "jours", "tag",
    "tage", "tagen", "giorno", "giorni", "week", "weeks", "semana", "semanas", "semaine", "semaines", "woche", "wochen", "settimana", "settimane",
    "month", "months", "meses", "mois", "monate", "monaten", "mesi", "years", "anos", "uren", "dagen", "weken", "maanden",
];

/// Words of a schedule that comes once in a month, folded.
const MONTHLY: [&str; 6] = ["monthly", "mensual", "mensualmente", "mensuel", "monatlich", "mensile"];

/// Splits `lunes-viernes` into three words.
fn parted(token: &str) -> Vec<String> {
    let dashed = token.split_once('-').filter(|(from, to)| !from.is_empty() && !to.is_empty() && *to != "feira");
    match dashed {
        Some((from, to)) => vec![from.to_owned(), "to".to_owned(), to.to_owned()],
        None => vec![token.to_owned()],
    }
}

/// `10am`, `5:30pm`, `9.30`, `17h`, `10`, `noon` as a time on the 24-hour clock.
fn time_meant(token: &str, next: Option<&str>) -> Option<String> {
    match token {
        "noon" | "midday" | "mediodia" | "midi" => return Some("12:00".into()),
        "midnight" | "medianoche" | "minuit" | "mitternacht" => return Some("0:00".into()),
        _ => {}
    }
    let halves = [("am", 0), ("a.m.", 0), ("pm", 12), ("p.m.", 12)];
    let half = |text: &str| halves.into_iter().find(|(name, _)| *name == text).map(|(_, later)| later);
    let glued = halves.into_iter().find_map(|(name, later)| Some((token.strip_suffix(name)?, later)));
    let (figures, later) = match glued {
        Some((figures, later)) => (figures, Some(later)),
        None => (token, next.and_then(half)),
    };
    let figures = figures.replace(['.', 'h'], ":");
    let (hour, minute) = figures.split_once(':').unwrap_or((&figures, ""));
    let minute = if minute.is_empty() { "00" } else { minute };
    let hour: u8 = hour.parse().ok()?;
    let hour = match later {
        Some(later) if (1..=12).contains(&hour) => hour % 12 + later,
        Some(_) => return None,
        None => hour,
    };
    let text = format!("{hour}:{minute}");
    clock(&text).map(|_| text)
}

/// The English words of a schedule for this word; an empty list for a word without meaning.
fn word_meant(token: &str, language: &str) -> Option<Vec<String>> {
    let said = fold(token);
    if FILLERS.contains(&token) {
        return Some(Vec::new());
    }
    let one = |word: &str| Some(vec![word.to_owned()]);
    match said.as_str() {
        _ if is_joint(token) || matches!(token, "to" | "-" | "through") => return one(token),
        _ if token == "t/m" => return one("to"),
        "y" | "e" | "et" | "und" | "ed" | "en" | "plus" => return one("and"),
        "bis" | "hasta" | "ate" | "al" | "au" | "until" | "till" | "tot" | "a" => return one("to"),
        "los" | "las" | "el" | "la" | "le" | "les" | "lo" | "der" | "die" | "das" | "den" | "am" | "um" | "uhr"
        | "jeden" | "jeder" | "jedes" | "alle" | "cada" | "todos" | "todas" | "os" | "as" | "chaque" | "tous"
        | "ogni" | "h" | "de" | "du" | "da" | "dal" | "del" | "desde" | "von" | "vom" | "des" | "mes" | "mois"
        | "mese" | "monats" | "hs" | "hrs" | "elke" | "iedere" | "op" | "om" | "uur" | "van" | "met" | "het"
        | "maand" | "weekly" | "monthly" => return Some(Vec::new()),
        "diario" | "diariamente" | "taglich" | "tag" | "tage" | "quotidien" | "giornaliero" | "dia" | "dias"
        | "jour" | "jours" | "giorno" | "giorni" | "dagelijks" | "dag" | "everyday" => return one("daily"),
        "laborables" | "laborable" | "laborales" | "laboral" | "habiles" | "werktags" | "wochentags" | "werktage"
        | "arbeitstage" | "uteis" | "feriali" | "lavorativi" | "ouvres" | "ouvrables" | "ouvrable" | "werkdagen"
        | "doordeweeks" | "workdays" | "workday" => return one("weekdays"),
        "wochenende" | "wochenenden" | "weekenden" | "fds" => return one("weekends"),
        "ultimo" | "ultima" | "dernier" | "derniere" | "letzter" | "letzten" | "letzte" | "laatste" => {
            return one(LAST);
        }
        "primer" | "primero" | "premier" | "ersten" | "erster" | "primeiro" | "primeira" | "primo" | "eerste"
        | "1er" | "1ero" | "1o" | "1a" => {
            return one(fields::ordinal(1));
        }
        "tweede" => return one(fields::ordinal(2)),
        "derde" => return one(fields::ordinal(3)),
        _ => {}
    }
    let known =
        [names::english(token, NameOf::Weekday), names::english(token, NameOf::Month)].into_iter().flatten().next();
    let number = || day_number(token).or_else(|| ordinal_figure(token)).map(|_| token);
    // Plurals such as `sonntags`, `lundis`.
    let several = said.strip_suffix('s').unwrap_or(&said);
    let of = |of: NameOf| names::foreign(token, of, language).or_else(|| names::foreign(several, of, language));
    let foreign = || of(NameOf::Weekday).or_else(|| of(NameOf::Month));
    let ordinal =
        || words::every().iter().find_map(|table| table.ordinal(&said)).and_then(|number| usize::try_from(number).ok());
    let ordinal = || ordinal().filter(|number| (1..=5).contains(number)).map(fields::ordinal);
    let near = || {
        let all = WEEKDAYS.into_iter().chain(["daily", "weekdays", "weekends", "first", "third", LAST]);
        nearest(token, all)
    };
    let found = known.or_else(number).or_else(foreign).or_else(ordinal).or_else(near)?;
    one(found)
}
