//! Reports patterns of `.format(…)` that print something else than their author expects.

use super::{exprs::Eval, types::Kinds};
use crate::{
    base::{diagnostic::Diagnostic, place::Place},
    script::{DateStyle, pattern},
};

/// Looks at the pattern for a value of these kinds.
pub fn check(eval: &mut Eval<'_>, kinds: Kinds, text: &str, place: &Place) {
    let written = |meant: String| eval.code.within_quotes(&format!(".format(\"{meant}\")"));
    let whole = |text: String| pattern::meant(&text).unwrap_or(text);
    let other_kind = match kinds.without(Kinds::MISSING) {
        Kinds::DATE => Some((
            "a day has no time",
            "for a moment write `.at(\"10:00\")` before it, or declare the field `datetime`",
            TIME,
        )),
        Kinds::CLOCK => Some(("a time of day has no date", "format the day that it belongs to as well", DAY)),
        _ => None,
    };
    let finding = |message: String, help: String| Diagnostic::warning("W321", place, message).help(help);
    if DateStyle::of(text).is_some() {
        return;
    }
    let found = if DateStyle::of(&text.to_lowercase()).is_some() {
        let meant = written(text.to_lowercase());
        finding(format!("`{text}` is no style, and prints as letters"), format!("write `{meant}`"))
    } else if text.eq_ignore_ascii_case("short") {
        let (medium, figures) = (written("medium".to_owned()), written("dd/MM/yyyy".to_owned()));
        finding(
            "`short` is no style here, because 03/05 is a day of May for some and of March for others".to_owned(),
            format!("write `{medium}`, or the order of your customers: `{figures}`"),
        )
    } else if let Some(meant) = pattern::confused(text).map(whole).map(written) {
        let message = format!("in `{text}` `MM` is the month, and `mm` are the minutes");
        finding(message, format!("write `{meant}`"))
    } else if let Some(meant) = pattern::meant(text).map(written) {
        finding(format!("`{text}` has letters that no date is printed by"), format!("write `{meant}`"))
    } else if let Some((has_none, help, letters)) = other_kind.filter(|(.., letters)| pattern::has(text, letters)) {
        let message = format!("{has_none}: some letters of `{text}` print as they stand");
        match pattern::without(text, letters).map(written) {
            Some(left) => finding(message, eval.code.within_quotes(&format!("write `{left}`; {help}"))),
            None => finding(message, eval.code.within_quotes(help)),
        }
    } else if let Some(meant) = pattern::twelve_hours(text).map(written) {
        let message =
            format!("in `{text}` `h` counts to 12 and nothing tells the half of the day: 17:21 prints as 05:21");
        finding(message, format!("write `{meant}`; with the half of the day it is `h:mm a`"))
    } else if let Some(meant) = pattern::half_of_the_day(text).map(written) {
        let message = format!("in `{text}` `a` is the half of the day: it prints AM or PM beside hours to 24");
        finding(message, format!("write `{meant}`"))
    } else {
        return;
    };
    eval.bad(|| found);
}

/// The letters of a time of day, and those of a date.
const TIME: &str = "Hhmsa";
const DAY: &str = "EdMy";
