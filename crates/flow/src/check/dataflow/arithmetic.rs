//! Checks sums, differences, products and quotients: the kinds that fit together, and the kind of the result.

use super::{
    exprs::Eval,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::{diagnostic::Diagnostic, fix::Fix, place::Place, time::Span},
    script::numeral,
};
use rhai::Position;

const MOMENTS: Kinds = Kinds::DATE.and(Kinds::DATETIME).and(Kinds::CLOCK);

/// Reports `a & b` of texts, as spreadsheets join them.
pub fn joined(eval: &mut Eval<'_>, left: &ValueType, right: &ValueType, position: Position) -> ValueType {
    let is_text = |ty: &ValueType| !ty.kinds.is_vague() && ty.kinds.without(Kinds::MISSING) == Kinds::TEXT;
    if !is_text(left) && !is_text(right) {
        return ValueType::ANY;
    }
    let place = eval.place(position, 1);
    let fix = Fix::replace("write `+`", &place, "+");
    eval.bad(|| Diagnostic::error("E318", &place, "`&` does not join texts").help("write `+`").fix(fix));
    ValueType::of(Kinds::TEXT)
}

/// The type of `a + b` and similar; an error only if no kinds of the two fit together.
pub fn sum(eval: &mut Eval<'_>, op: &str, left: &ValueType, right: &ValueType, position: Position) -> ValueType {
    let (a, b) = (left.kinds.without(Kinds::UNSET), right.kinds.without(Kinds::UNSET));
    if left.kinds.is_vague() || right.kinds.is_vague() || a.without(Kinds::NOTHING) == Kinds::NONE || b == Kinds::NONE {
        return ValueType::ANY;
    }
    let mut gives = Kinds::NONE;
    let numbers = (Kinds::NUMERIC, Kinds::NUMERIC, Kinds::NUMERIC);
    let span = Kinds::SPAN;
    let table: &[(Kinds, Kinds, Kinds)] = match op {
        "+" => &[
            numbers,
            (Kinds::TEXT, Kinds::ALL.and(Kinds::NOTHING), Kinds::TEXT),
            (Kinds::ALL, Kinds::TEXT, Kinds::TEXT),
            (Kinds::DATE, span, Kinds::DATE),
            (Kinds::DATETIME, span, Kinds::DATETIME),
            (Kinds::CLOCK, span, Kinds::CLOCK),
            (span, span, span),
            (Kinds::LIST, Kinds::ALL, Kinds::LIST),
            (Kinds::MAP, Kinds::MAP, Kinds::MAP),
            (Kinds::OTHER, Kinds::ALL, Kinds::ALL),
        ],
        "-" => &[
            numbers,
            (Kinds::DATE, Kinds::DATE, span),
            (Kinds::DATE, span, Kinds::DATE),
            (Kinds::DATETIME, Kinds::DATETIME, span),
            (Kinds::DATETIME, span, Kinds::DATETIME),
            (Kinds::CLOCK, span, Kinds::CLOCK),
            (span, span, span),
            (Kinds::TEXT, Kinds::TEXT, Kinds::TEXT),
            (Kinds::LIST, Kinds::ALL, Kinds::LIST),
            (Kinds::MAP, Kinds::ALL, Kinds::MAP),
        ],
        "*" => &[numbers, (span, Kinds::WHOLE, span), (Kinds::WHOLE, span, span)],
        _ => &[numbers],
    };
    for (first, second, result) in table {
        if first.meets(a) && second.meets(b) {
            gives = gives.and(*result);
        }
    }
    let place = eval.place(position, op.len());
    if let ("/" | "%", KnownValue::Whole(0)) = (op, &right.known) {
        let finding = Diagnostic::error("E318", &place, "nothing can be divided by 0");
        eval.bad(|| finding.help("divide by another number; where it is counted ask first, `if: n > 0`"));
        return ValueType::of(Kinds::NUMERIC);
    }
    // `today() + "6 months"` would be one long text.
    let in_words = op == "+" && a.without(Kinds::NOTHING).within(MOMENTS) && b == Kinds::TEXT;
    if gives != Kinds::NONE && !(in_words && length(right).is_some()) {
        eval.good(&place, "E318");
        if op == "+" {
            joined_digits(eval, left, right, &place);
        }
        if let (KnownValue::Whole(a), KnownValue::Whole(b), false) = (&left.known, &right.known, left.may_miss()) {
            let counted = match op {
                "+" => a.checked_add(*b),
                "-" => a.checked_sub(*b),
                "*" => a.checked_mul(*b),
                _ => None,
            };
            if let Some(number) = counted {
                return ValueType::whole(number);
            }
        }
        let whole = gives == Kinds::NUMERIC && a == Kinds::WHOLE && b == Kinds::WHOLE && op != "/";
        return ValueType::of(if whole { Kinds::WHOLE } else { gives });
    }
    let (first, second) = (a.without(Kinds::NOTHING), b.without(Kinds::NOTHING));
    eval.bad(|| {
        let message = format!("`{op}` does not work on {} and {}", a.words(), b.words());
        let days = first.meets(MOMENTS) && second.within(Kinds::NUMERIC);
        let spelled = first.meets(Kinds::TEXT) || second.meets(Kinds::TEXT);
        let finding = Diagnostic::error("E318", &place, message);
        let counts_days = first.meets(Kinds::DATE.and(Kinds::DATETIME)) || spelled && first.meets(Kinds::CLOCK);
        if let Some(meant) = length(right).filter(|_| counts_days) {
            return finding.help(format!("write the length of time as `{op} {meant}`"));
        }
        if counts_days && spelled {
            return finding.help(format!("write a length of time as `{op} days(30)`, `hours(2)` or `minutes(2)`"));
        }
        match (days, spelled) {
            (true, _) => finding.help("write how much it is: `days(2)`, `hours(2)`, `minutes(2)`"),
            (false, true) => finding.help("ask with `type: number`, or write `.to_number()` behind the text"),
            (false, false) => finding.help("compare or add values of one kind"),
        }
    });
    // The result of a date is not missing, so that no other finding follows from this one.
    if first.within(MOMENTS) { ValueType::of(first.and(Kinds::VAGUE)) } else { ValueType::ANY }
}

/// Reports `n + "1"`: a text of digits is joined to the number, and `1` and `"1"` are 11. Digits that begin with 0 fill
/// a number up, and are meant.
fn joined_digits(eval: &mut Eval<'_>, left: &ValueType, right: &ValueType, place: &Place) {
    let digits = |ty: &ValueType| match &ty.known {
        KnownValue::Texts(texts) if ty.kinds == Kinds::TEXT => {
            let first = texts.first().filter(|text| !text.starts_with('0'));
            first.filter(|_| texts.iter().all(|text| numeral(text).is_some())).cloned()
        }
        _ => None,
    };
    let is_number = |ty: &ValueType| !ty.kinds.is_vague() && ty.kinds.without(Kinds::MISSING).within(Kinds::NUMERIC);
    let text = if is_number(left) { digits(right) } else { None };
    let Some(text) = text.or_else(|| digits(left).filter(|_| is_number(right))) else {
        return eval.good(place, "W332");
    };
    eval.bad(|| {
        let message = format!("\"{text}\" is a text: `+` joins it to the number, and adds nothing");
        let join = "to join write both in one text, `${a}${b}`";
        // Options are texts, also `options: [5, 10]`.
        let help = match eval.code.source().contains(&format!("\"{text}\"")) {
            true => format!("to add write `{text}` without quotes; {join}"),
            false => format!("to add write `.to_number()` behind the text, or ask with `type: whole`; {join}"),
        };
        Diagnostic::warning("W332", place, message).help(help)
    });
}

/// The span that was probably meant by a number beside a date, which counts days, or by words: `days(180)`.
fn length(ty: &ValueType) -> Option<String> {
    match &ty.known {
        KnownValue::Whole(days) => Some(format!("days({days})")),
        KnownValue::Texts(texts) if texts.len() == 1 => Span::meant(&texts[0]).and_then(Span::as_call),
        _ => None,
    }
}
