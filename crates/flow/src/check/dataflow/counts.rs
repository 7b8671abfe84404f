//! Reports calls with another number of values than their function takes.

use super::exprs::Eval;
use crate::{
    base::{diagnostic::Diagnostic, place::Place},
    script::FUNCTIONS,
};
use std::any::TypeId;

/// The finding about a call with so many values.
pub fn wrong(eval: &mut Eval<'_>, name: &str, signatures: &[Vec<TypeId>], count: usize, method: bool, place: &Place) {
    let own = usize::from(method);
    let mut counts: Vec<usize> = signatures.iter().filter_map(|params| params.len().checked_sub(own)).collect();
    counts.sort_unstable();
    counts.dedup();
    let wanted: Vec<String> = counts.iter().map(ToString::to_string).collect();
    let got = count.saturating_sub(own);
    let shown = if method { format!(".{name}()") } else { name.to_owned() };
    let values = if counts == [1] { "value" } else { "values" };
    eval.bad(|| {
        let message = format!("`{shown}` takes {} {values}, and gets {got}", wanted.join(" or "));
        let listed = FUNCTIONS.iter().find(|known| known.name() == name && known.is_method() == method);
        let example = listed.map(|known| format!("write it like `{}`", known.example));
        // `price * 0,8`: the comma begins the next value.
        let example = decimal_comma(eval.code.source()).or(example);
        Diagnostic::error("E312", place, message).help("`transom reference` lists all functions").help_if(example)
    });
}

/// The advice for a number with a comma.
fn decimal_comma(code: &str) -> Option<String> {
    let digit = |text: &str| text.ends_with(|c: char| c.is_ascii_digit());
    code.match_indices(',').find_map(|(at, _)| {
        let (before, behind) = (&code[..at], &code[at + 1..]);
        let fraction: String = behind.chars().take_while(char::is_ascii_digit).collect();
        let whole = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        (digit(before) && !fraction.is_empty())
            .then(|| format!("a fraction stands behind a point: write `{whole}.{fraction}`"))
    })
}
