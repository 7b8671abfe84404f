//! Recognises the notation of schools, spreadsheets and clocks in an expression: `≥`, `18:00`, `1,21`, `21%`, and a
//! comparison whose second half is left out.

use super::words::bare;
use crate::base::{diagnostic::Diagnostic, fix::Fix, place::Place};
use std::ops::Range;

/// Signs with ours.
const SIGNS: [(char, &str); 9] =
    [('≥', ">="), ('≤', "<="), ('≠', "!="), ('×', "*"), ('÷', "/"), ('−', "-"), ('–', "-"), ('∧', "&&"), ('∨', "||")];

const ORDERS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

/// The finding for such a notation in code that the parser refused at byte `at`.
pub fn meant(code: &str, at: usize, place: &dyn Fn(Range<usize>) -> Place) -> Option<Diagnostic> {
    let replaced = |range: Range<usize>, message: String, meant: &str| {
        let place = place(range);
        let fix = Fix::replace(format!("write `{meant}`"), &place, meant).guess();
        Diagnostic::error("E308", &place, message).help(format!("write `{meant}`")).fix(fix)
    };
    let signs = bare(code).find_map(|(at, c)| Some((at, c, SIGNS.iter().find(|(sign, _)| *sign == c)?.1)));
    if let Some((at, sign, ours)) = signs {
        return Some(replaced(at..at + sign.len_utf8(), format!("`{sign}` is no sign of an expression"), ours));
    }
    if let Some(range) = clock(code) {
        let written = format!("\"{}\"", &code[range.clone()]);
        return Some(replaced(range, "a time of day stands in quotes".to_owned(), &written));
    }
    if let Some((range, meant)) = half(code, at) {
        let message = format!(
            "`{}` compares nothing: each side of `&&` and `||` is a whole comparison",
            place(range.clone()).text()
        );
        return Some(replaced(range, message, &meant));
    }
    let (range, number) = number_around(code, at)?;
    let behind = &code[range.end..];
    if let Some(rest) = behind.strip_prefix('%') {
        let of = rest.trim_start().starts_with(|c: char| c.is_alphanumeric() || c == '(');
        let share: f64 = number.replace(',', ".").parse().ok().filter(|_| !of)?;
        let meant = format!("{}", share / 100.0);
        return Some(replaced(range.start..range.end + 1, "`%` divides and gives the rest".to_owned(), &meant));
    }
    let meant = with_a_point(number)?;
    Some(replaced(range, "a number has a point before its decimals, and no other sign".to_owned(), &meant))
}

/// The first `18:00` outside of texts.
fn clock(code: &str) -> Option<Range<usize>> {
    let digit = |at: usize| code.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let (colon, _) =
        bare(code).find(|(at, c)| *c == ':' && *at > 0 && digit(at - 1) && digit(at + 1) && digit(at + 2))?;
    let hour = code[..colon].bytes().rev().take_while(u8::is_ascii_digit).count();
    let whole = colon - hour..colon + 3;
    let glued = code[..whole.start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '.'));
    (hour <= 2 && !glued && !digit(whole.end)).then_some(whole)
}

/// The half of `n == 5 || 6` or `n >= 5 && <= 7` that is no comparison, with the whole one.
fn half(code: &str, at: usize) -> Option<(Range<usize>, String)> {
    let before = code[..at].trim_end();
    let (first, joint) = ["&&", "||"].into_iter().find_map(|joint| Some((before.strip_suffix(joint)?, joint)))?;
    let first = first.rsplit(joint).next()?.trim_matches([' ', '(']);
    let (left, order) = ORDERS.iter().find_map(|order| Some((first.split_once(order)?.0.trim(), *order)))?;
    let end = ["&&", "||", ")"].iter().filter_map(|sign| Some(at + code[at..].find(sign)?)).min().unwrap_or(code.len());
    let rest = code[at..end].trim_end();
    let compared = ORDERS.iter().any(|order| rest.starts_with(order));
    let plain = !rest.is_empty() && !left.is_empty() && !rest.contains(['(', '!']);
    let literal = rest.starts_with(['"', '-']) || rest.starts_with(|c: char| c.is_ascii_digit());
    match (plain, compared, literal) {
        (true, true, _) => Some((at..at + rest.len(), format!("{left} {rest}"))),
        (true, false, true) if !ORDERS.iter().any(|order| rest.contains(order)) => {
            Some((at..at + rest.len(), format!("{left} {order} {rest}")))
        }
        _ => None,
    }
}

/// The digits with points and commas that reach to `at`, or stand right before a `%` before it.
fn number_around(code: &str, at: usize) -> Option<(Range<usize>, &str)> {
    let part = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.');
    let before = code[..at].trim_end();
    let before = before.strip_suffix('%').unwrap_or(before);
    let start = before.char_indices().rev().take_while(|(_, c)| part(*c)).last().map_or(before.len(), |(at, _)| at);
    let end = before.len() + code[before.len()..].chars().take_while(|c| part(*c)).count();
    let number = &code[start..end];
    let glued = code[..start].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '[' | '('));
    (number.starts_with(|c: char| c.is_ascii_digit()) && number.ends_with(|c: char| c.is_ascii_digit()) && !glued)
        .then_some((start..end, number))
}

/// `1.21` for `1,21`, `1000.50` for `1.000,50`.
fn with_a_point(number: &str) -> Option<String> {
    let (whole, decimals) = number.rsplit_once(',')?;
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    (!decimals.contains('.')).then(|| format!("{whole}.{decimals}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_other_half_of_a_comparison_is_known() {
        let whole = |code: &str, at: &str| half(code, code.rfind(at).expect("it is there")).map(|(_, whole)| whole);
        assert_eq!(whole("n == 5 || 6", "6").as_deref(), Some("n == 6"));
        assert_eq!(whole("n >= 5 && <= 7", "<=").as_deref(), Some("n <= 7"));
        assert_eq!(whole("size == \"a\" || \"b\"", "\"b\"").as_deref(), Some("size == \"b\""));
        assert_eq!(whole("ok || 6", "6"), None);
    }

    #[test]
    fn numbers_of_other_countries_are_read() {
        assert_eq!(with_a_point("1,21").as_deref(), Some("1.21"));
        assert_eq!(with_a_point("1.000,50").as_deref(), Some("1000.50"));
        assert_eq!(with_a_point("1.21"), None);
        assert_eq!(clock("now().time > 18:00"), Some(13..18));
        assert_eq!(clock("now().time > \"18:00\""), None);
        assert_eq!(clock("#{a: 1}"), None);
    }
}
