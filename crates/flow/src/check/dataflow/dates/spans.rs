//! Checks lengths of time that stand as literals, `minutes(30)`: beside a date, and between the times of opening hours.

use super::super::{
    exprs::Eval,
    types::{Kinds, KnownValue, Shape, ValueType},
};
use crate::base::{diagnostic::Diagnostic, time::Span};
use rhai::{Expr, FnCallExpr, Position};

/// A literal length of time: its number, and how long it is.
fn literal(expr: &Expr) -> Option<(i64, Span)> {
    let Expr::FnCall(call, _) = expr else { return None };
    let [Expr::IntegerConstant(number, _)] = call.args.as_slice() else { return None };
    let one = match call.name.as_str() {
        "days" => Span::days(1),
        "hours" => Span::hours(1),
        "minutes" => Span::minutes(1),
        "seconds" => Span::seconds(1),
        _ => return None,
    };
    Some((*number, Span(one.0.saturating_mul(*number))))
}

/// Reports `day + minutes(335)`: a date has no time of day.
pub fn beside_a_date(eval: &mut Eval<'_>, op: &str, date: &ValueType, span: &Expr, position: Position) {
    let Some((number, length)) = literal(span) else { return };
    let is_date = !date.kinds.is_vague() && date.kinds.without(Kinds::MISSING) == Kinds::DATE;
    if !is_date || !matches!(op, "+" | "-") || length.0 % Span::days(1).0 == 0 {
        return;
    }
    let place = eval.place(position, op.len());
    let finding = Diagnostic::error("E318", &place, format!("a date has no hours: `{length}` cannot be moved from it"));
    let help = format!("for days write `{op} days({number})`, for a moment of the day `.at(\"10:00\")` before it");
    if let Some(judge) = &mut eval.judge {
        judge.bad_as("length of time", finding.help(eval.code.within_quotes(&help)));
    }
}

/// Reports `hours.NAME.slots(day, hours(30))`: nothing so long fits into a day.
pub fn between_slots(eval: &mut Eval<'_>, base: &ValueType, call: &FnCallExpr, position: Position) {
    let (Some(every), KnownValue::Shape(Shape::Hours)) = (call.args.get(1), &base.known) else { return };
    // The last one is how long it lasts; without it that is the time to the next.
    let (each, lasts) = (literal(every), call.args.last().and_then(literal));
    let too_long = lasts.filter(|(_, span)| *span >= longest(eval));
    let too_short = each.filter(|(number, span)| *number > 0 && *span < Span::minutes(1));
    let Some((number, span)) = too_long.or(too_short) else { return };
    let place = eval.place(position, "slots".len());
    let message = match too_long {
        Some(_) => format!("nothing that lasts `{span}` is over before the hours close: no day has a time for it"),
        None => format!("one time each `{span}` is more than a day can offer"),
    };
    let finding = Diagnostic::error("E318", &place, message);
    let help = match longest(eval) > Span::minutes(number) {
        true => format!("did you mean `minutes({number})`?"),
        false => "write less, such as `minutes(30)`".to_owned(),
    };
    if let Some(judge) = &mut eval.judge {
        judge.bad_as("length of time", finding.help(help));
    }
}

/// More than the longest opening of the bot. Hours that touch midnight may go on behind it.
fn longest(eval: &Eval<'_>) -> Span {
    let openings = || eval.set.bot.hours.values().flat_map(|hours| hours.week.iter().flatten());
    let minutes = openings().map(|(from, to)| i64::from(to.saturating_sub(*from))).max();
    let round = openings().any(|(from, to)| *from == 0 || *to >= MIDNIGHT || from >= to);
    minutes.filter(|_| !round).map_or(Span::days(1), |minutes| Span::minutes(minutes + 1))
}

/// The minutes of a day.
const MIDNIGHT: u16 = 24 * 60;
