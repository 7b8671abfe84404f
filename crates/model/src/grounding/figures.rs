//! Reads what begins with a digit, as it is written: `1.200,50`, `2026-11-27T10:30`, `27/11`, `16h30`.

use super::items::Value;
use jiff::civil::Date;

/// The readings of the beginning of a text, and its length in bytes.
#[derive(Debug, Default)]
pub struct Figures {
    pub length: usize,
    pub values: Vec<Value>,
}

/// Reads the beginning of `text`, which is a digit. A text that may mean two things has both values.
pub fn figures(text: &str) -> Figures {
    iso(text).or_else(|| clock(text)).or_else(|| day(text)).unwrap_or_else(|| number(text))
}

/// `2026-11-27`, with or without a time.
fn iso(text: &str) -> Option<Figures> {
    let date: Date = text.get(..10).filter(|text| text.as_bytes()[4] == b'-')?.parse().ok()?;
    let mut found = Figures { length: 10, values: vec![on(date)] };
    let time = text.get(10..16).filter(|text| text.starts_with(['T', ' ']) && text.as_bytes()[3] == b':');
    if let Some(minute) = time.and_then(|time| minute(&time[1..3], &time[4..6])) {
        found.values.push(Value::Time(minute));
        let rest = &text[16..];
        found.length =
            16 + rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | 'Z' | '+')).unwrap_or(rest.len());
    }
    Some(found)
}

fn on(date: Date) -> Value {
    Value::Day { day: date.day(), month: date.month(), year: Some(date.year()) }
}

/// `16:45`, `09:00:00`, `9.30`, `16h30`, `17 h 30`, `15h`. With a point it may be a number, too.
fn clock(text: &str) -> Option<Figures> {
    let hours = digits(text);
    let blank =
        |text: &str| text.chars().next().filter(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}')).map_or(0, char::len_utf8);
    let gap = blank(&text[hours..]);
    let rest = &text[hours + gap..];
    let mark = rest.chars().next().filter(|c| matches!(c, ':' | '.' | 'h' | 'H'))?;
    let is_letter = matches!(mark, 'h' | 'H');
    if hours > 2 || (gap > 0 && !is_letter) {
        return None;
    }
    let is_end = |at: usize| !text[at..].starts_with(|c: char| c.is_alphanumeric());
    let after_mark = hours + gap + 1;
    let second_gap = if is_letter { blank(&text[after_mark..]) } else { 0 };
    let start = after_mark + second_gap;
    let minutes = digits(&text[start..]);
    let end = start + minutes;
    // Other programs write seconds, too: `09:00:00`.
    if mark == ':' && minutes == 2 && text[end..].starts_with(':') && digits(&text[end + 1..]) == 2 {
        let seconds = end + 3;
        let found = Figures { length: seconds, values: dial(&text[..hours], &text[start..end]) };
        let in_minute = text[end + 1..seconds] < *"60" && is_end(seconds) && !text[seconds..].starts_with(':');
        return Some(found).filter(|found| in_minute && !found.values.is_empty());
    }
    if minutes == 2 && is_end(end) && is_letter {
        return Some(Figures { length: end, values: dial(&text[..hours], &text[start..end]) })
            .filter(|found| !found.values.is_empty());
    }
    if is_letter {
        let found = Figures { length: after_mark, values: dial(&text[..hours], "00") };
        return Some(found).filter(|found| gap == 0 && is_end(after_mark) && !found.values.is_empty());
    }
    let next = text[end..].chars().next();
    let goes_on = matches!(next, Some('.' | ',' | ':' | '/')) && digits(&text[end + 1..]) > 0;
    if minutes != 2 || goes_on || !is_end(end) {
        return None;
    }
    let mut values = dial(&text[..hours], &text[start..end]);
    if values.is_empty() {
        return None;
    }
    if mark == '.' {
        values.extend(number(&text[..end]).values);
        values.extend(day(&text[..end]).map(|day| day.values).unwrap_or_default());
    }
    Some(Figures { length: end, values })
}

/// Both hours of the dial, unless the hour is one of the afternoon or begins with zero.
fn dial(hour: &str, minutes: &str) -> Vec<Value> {
    let Some(first) = minute(hour, minutes) else { return Vec::new() };
    let both = (60..13 * 60).contains(&first) && !hour.starts_with('0');
    let second = both.then_some((first + 12 * 60) % (24 * 60));
    [Some(first), second].into_iter().flatten().map(Value::Time).collect()
}

fn minute(hour: &str, minutes: &str) -> Option<i16> {
    let (hour, minutes): (i16, i16) = (hour.parse().ok()?, minutes.parse().ok()?);
    (hour <= 24 && minutes < 60).then_some(hour * 60 + minutes)
}

/// `27/11`, `27.11.`, `27.11.2026`, `27-11-26`. Two figures with a point may be a number, too; with a dash alone they
/// are a range.
fn day(text: &str) -> Option<Figures> {
    let first = digits(text);
    let mark = text[first..].chars().next().filter(|c| matches!(c, '/' | '.' | '-'))?;
    let second = digits(&text[first + 1..]);
    let mut end = first + 1 + second;
    if first > 2 || second == 0 || second > 2 {
        return None;
    }
    let year =
        text[end..].strip_prefix(mark).map(|rest| &rest[..digits(rest)]).filter(|year| matches!(year.len(), 2 | 4));
    if let Some(year) = year {
        end += 1 + year.len();
    }
    if text[end..].starts_with(|c: char| c.is_alphanumeric()) || (mark == '-' && year.is_none()) {
        return None;
    }
    let year: Option<i16> = match year {
        Some(year) if year.len() == 2 => Some(2000 + year.parse::<i16>().ok()?),
        Some(year) => Some(year.parse().ok()?),
        None => None,
    };
    let (a, b): (i8, i8) = (text[..first].parse().ok()?, text[first + 1..first + 1 + second].parse().ok()?);
    let orders = if mark == '.' { vec![(a, b)] } else { vec![(a, b), (b, a)] };
    let valid = orders.into_iter().filter(|(day, month)| is_day(*day, *month));
    let mut values: Vec<Value> = valid.map(|(day, month)| Value::Day { day, month, year }).collect();
    if values.is_empty() {
        return None;
    }
    if mark == '.' && year.is_none() {
        match text[end..].starts_with('.') && !text[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
            true => end += 1,
            false => values.extend(number(&text[..end]).values),
        }
    }
    Some(Figures { length: end, values })
}

/// 2028 has a 29 February.
pub fn is_day(day: i8, month: i8) -> bool {
    Date::new(2028, month, day).is_ok()
}

/// `1200`, `1.200,50`, `1,200.50`, `1 200`, `1'200`: one sign before three digits may divide thousands or decimals.
pub fn number(text: &str) -> Figures {
    let mut end = digits(text);
    loop {
        let rest = &text[end..];
        let Some(mark) =
            rest.chars().next().filter(|c| matches!(c, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{202f}'))
        else {
            break;
        };
        let behind = digits(&rest[mark.len_utf8()..]);
        let groups = end <= 3 || text[..end].contains(|c: char| !c.is_ascii_digit());
        let divides = match mark {
            '.' | ',' => behind > 0,
            _ => behind == 3 && groups && !text[..end].contains([',', '.']),
        };
        if !divides {
            break;
        }
        end += mark.len_utf8() + behind;
    }
    let plain: String = text[..end].chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let without = |mark: char| plain.replace(mark, "");
    let points = plain.matches('.').count();
    let commas = plain.matches(',').count();
    let spellings = match (points, commas) {
        (0, 0) => vec![plain.clone()],
        (1, 0) | (0, 1) => {
            let mark = if points == 1 { '.' } else { ',' };
            let decimal = plain.replace(',', ".");
            match plain.rsplit(mark).next().map_or(0, str::len) {
                3 => vec![without(mark), decimal],
                _ => vec![decimal],
            }
        }
        (_, 0) => vec![without('.')],
        (0, _) => vec![without(',')],
        _ if plain.rfind('.') > plain.rfind(',') => vec![without(',')],
        _ => vec![without('.').replace(',', ".")],
    };
    let values = spellings.iter().filter_map(|text| text.parse().ok()).map(Value::Number).collect();
    Figures { length: end, values }
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}
