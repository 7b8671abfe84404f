//! Parses figures with their separators: `1.234,50`, `1,00,000`, `1'200,000`.

use crate::answer::custom::Custom;

/// Parses digits with separators. `is_money`: three digits behind a single mark are thousands in every country.
pub fn figures(text: &str, custom: Custom, is_money: bool) -> Option<f64> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (-1.0, rest.trim()),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_start = |c: char| c.is_ascii_digit() || c == '.' || c == ',' && custom.comma_divides;
    if !digits.ends_with(|c: char| c.is_ascii_digit()) || !digits.starts_with(is_start) {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits.parse().ok().map(|value: f64| sign * value).filter(|value| value.is_finite());
    }
    let grouped_otherwise = digits.contains([' ', '\u{a0}', '\u{202f}', '\'']);
    let (points, commas) = (digits.matches('.').count(), digits.matches(',').count());
    // `1'200,000` is a million in Mexico; where the mark divides decimals, it may be 1200.
    if digits.contains('\'')
        && (points, commas) != (0, 0)
        && let Some((_, mark, tail)) = last_mark(digits)
    {
        let divides = custom.comma_divides == (mark == ',');
        if tail.len() == 3 && points + commas == 1 {
            return if divides && !is_money {
                None
            } else {
                ungroup(digits)?.parse().ok().map(|value: f64| sign * value)
            };
        }
    }
    let divides = |mark: char, is_decimal_mark: bool| {
        let (head, tail) = digits.rsplit_once(mark).unwrap_or((digits, ""));
        // The mark in `0.500` and `1234.567` does not separate groups.
        let groups = tail.len() == 3 && (1..=3).contains(&head.len()) && !head.starts_with('0') && !grouped_otherwise;
        !groups || is_decimal_mark && !is_money
    };
    let decimal = match (points, commas) {
        (0, 0) => None,
        // If both marks occur, the last one is the decimal mark.
        (1.., 1..) => Some(if digits.rfind('.') > digits.rfind(',') { '.' } else { ',' }),
        (1, 0) => divides('.', !custom.comma_divides).then_some('.'),
        (0, 1) => divides(',', custom.comma_divides).then_some(','),
        _ => None,
    };
    let (whole, fraction) = match decimal {
        Some(mark) => digits.rsplit_once(mark)?,
        None => (digits, ""),
    };
    let whole = if whole.is_empty() { "0".to_owned() } else { ungroup(whole)? };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || decimal.is_some() && fraction.is_empty() {
        return None;
    }
    let value: f64 = format!("{whole}.{fraction}0").parse().ok()?;
    value.is_finite().then_some(sign * value)
}

/// The parts of some figures on both sides of their last point or comma.
fn last_mark(digits: &str) -> Option<(&str, char, &str)> {
    let place = digits.rfind(['.', ','])?;
    let (head, tail) = digits.split_at(place);
    Some((head, tail.chars().next()?, &tail[1..]))
}

/// Removes group separators: `1.234.567` becomes `1234567`. Groups have three digits; in India the groups before the
/// last three digits have two: `1,00,000`.
fn ungroup(text: &str) -> Option<String> {
    let marks: Vec<char> = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    // Mexico writes an apostrophe behind the millions only: `1'200,000`.
    let alike = if marks.first() == Some(&'\'') { &marks[1..] } else { &marks[..] };
    if alike.windows(2).any(|pair| pair[0] != pair[1]) {
        return None;
    }
    let groups: Vec<&str> = text.split([' ', '\u{a0}', '\u{202f}', '\'', '.', ',']).collect();
    let (first, rest) = groups.split_first()?;
    let (last, middle) = rest.split_last().map_or((None, &[][..]), |(last, middle)| (Some(last), middle));
    let threes = first.len() <= 3 && middle.iter().all(|group| group.len() == 3);
    let indian = marks.first() == Some(&',') && first.len() <= 2 && middle.iter().all(|group| group.len() == 2);
    if let Some(last) = last
        && (last.len() != 3 || first.is_empty() || !(threes || indian))
    {
        return None;
    }
    let joined = groups.concat();
    (!joined.is_empty() && joined.bytes().all(|b| b.is_ascii_digit())).then_some(joined)
}
