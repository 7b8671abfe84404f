//! Reports texts that `date()`, `datetime()` and `time()` cannot read. They give nothing for them, so a comparison with
//! the result is never true.

use super::super::{
    exprs::Eval,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::{diagnostic::Diagnostic, foreign_words, place::Place},
    script::{clock, spells_moment, year_first},
};

/// Looks at `date("…")`, with the type of its argument.
pub fn check(eval: &mut Eval<'_>, name: &str, text: &ValueType, place: &Place) {
    let (KnownValue::Texts(texts), Kinds::TEXT) = (&text.known, text.kinds.without(Kinds::MISSING)) else { return };
    let reads = |text: &String| match name {
        "time" => clock(text.trim()).is_some(),
        _ => spells_moment(text, false),
    };
    let Some(first) = texts.first().filter(|_| !texts.iter().any(reads)) else { return };
    let what = match name {
        "time" => "no time of day",
        "date" => "no date that a condition reads",
        _ => "no moment that a condition reads",
    };
    let moment = foreign_words::moment(first.trim());
    let help = match (name, first.trim().to_lowercase().as_str()) {
        ("time", _) => "write it like `time(\"10:00\")`".to_owned(),
        ("datetime", "now" | "today") => "write `now()`".to_owned(),
        _ if name == "date" && moment.is_some() => format!("write `{}`", moment.unwrap_or_default()),
        _ => {
            let day = year_first(first);
            let time = if name == "datetime" { "T10:00" } else { "" };
            let meant = day.unwrap_or_else(|| "2026-12-24".to_owned());
            format!("write year, month and day: `{name}(\"{meant}{time}\")`")
        }
    };
    let finding = Diagnostic::error("E318", place, format!("`{first}` is {what}: `{name}` gives nothing for it"));
    let help = eval.code.within_quotes(&help);
    if let Some(judge) = &mut eval.judge {
        judge.bad_as("spelled", finding.help(help));
    }
}
