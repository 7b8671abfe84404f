//! Checks the moment in `hours.NAME.contains(moment)`.

use super::super::{
    exprs::Eval,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::{diagnostic::Diagnostic, place::Place},
    script::{clock, spells_moment},
};

/// Looks at the argument, of the type `moment`: a text must spell a moment, and a time of day needs its day.
pub fn check(eval: &mut Eval<'_>, moment: &ValueType, place: &Place) {
    if moment.kinds.without(Kinds::MISSING) == Kinds::CLOCK {
        return time_alone(eval, place);
    }
    let (KnownValue::Texts(texts), Kinds::TEXT) = (&moment.known, moment.kinds) else { return };
    let [text] = &texts[..] else { return };
    let spells = spells_moment(text, false) || spells_moment(text, true) || clock(text).is_some();
    if let Some(judge) = eval.judge.as_mut().filter(|_| !spells) {
        let finding = Diagnostic::error("E318", place, format!("`{text}` is no date or time"));
        let help = "write it like `\"2026-12-24\"` or `\"2026-12-24T10:00\"`";
        judge.bad_as("time of day", finding.help(help));
    }
}

/// Reports `hours.shop.contains(time)`: a time of day alone is looked up in the hours of today, so a table that is booked
/// for Sunday would be judged by the hours of Monday.
fn time_alone(eval: &mut Eval<'_>, place: &Place) {
    eval.bad(|| {
        let finding = Diagnostic::warning("W334", place, "a time of day alone is looked up in the hours of today");
        finding
            .help("join it with its day, as in `hours.NAME.contains(day.at(time))`; for today write `today().at(time)`")
    });
}
