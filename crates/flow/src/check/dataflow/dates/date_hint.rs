//! Reports an answer that is a text but used as a date, a time or a number: its `type` was forgotten.

use super::super::{
    exprs::Eval,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::{diagnostic::Diagnostic, place::Place},
    definition::{Flow, Kind, Node},
    model::answer::AnswerType,
};
use rhai::Expr;

const MOMENTS: Kinds = Kinds::DATE.and(Kinds::DATETIME).and(Kinds::CLOCK);

/// The use of a text that shows that a date was meant.
pub enum DateUse {
    /// It is compared with, added to, or passed as something of these kinds.
    Beside(Kinds),
    /// A method or property of dates is read: `.format(…)`, `.weekday`.
    Part,
}

/// Reports a variable that only questions for a text fill, and a field of the contact that is declared as a text.
pub fn meant(eval: &mut Eval<'_>, expr: &Expr, ty: &ValueType, how: &DateUse) {
    let kinds = match how {
        DateUse::Beside(other) => other.without(Kinds::MISSING),
        DateUse::Part => Kinds::DATE,
    };
    let moment = kinds != Kinds::NONE && kinds.within(MOMENTS.and(Kinds::SPAN));
    if !moment || eval.judge.is_none() || !is_free_text(ty) {
        return;
    }
    let (kind, words) = match kinds {
        Kinds::DATETIME => ("datetime", "a date with its time"),
        Kinds::CLOCK => ("time", "a time of day"),
        _ => ("date", "a date"),
    };
    report(eval, expr, kind, words, ": then “tomorrow” and “3 May” are understood, too");
}

/// Reports a text that is compared with a number: `contact.visits > 3`.
pub fn number_meant(eval: &mut Eval<'_>, op: &str, left: (&Expr, &ValueType), right: (&Expr, &ValueType)) {
    let is_number = |expr: &Expr| matches!(expr, Expr::IntegerConstant(..) | Expr::FloatConstant(..));
    let (text, number) = if is_number(right.0) { (left, right.0) } else { (right, left.0) };
    if eval.judge.is_none() || !is_number(number) || !matches!(op, "<" | ">" | "<=" | ">=") || !is_free_text(text.1) {
        return;
    }
    let kind = if matches!(number, Expr::IntegerConstant(..)) { "whole" } else { "number" };
    report(eval, text.0, kind, "a number", "");
}

/// Reports a free answer that becomes a field of another type: the `set` fails for whoever writes anything else. The
/// author may have checked it, so a question with a `check` is left out.
pub fn field_meant(eval: &mut Eval<'_>, expr: &Expr, ty: &ValueType, kind: &Kind) {
    let Expr::Variable(variable, ..) = expr else { return };
    let checked = |question: &Node| question.outline.yaml.get("check").is_some();
    if !is_free_text(ty) || asked_as_text(eval.flow, &variable.1).is_none_or(checked) {
        return;
    }
    match kind.of {
        AnswerType::Number => report(eval, expr, "number", "a number", ""),
        AnswerType::Whole => report(eval, expr, "whole", "a number", ""),
        AnswerType::YesNo => report(eval, expr, "yesno", "a yes or no", ""),
        AnswerType::Time => report(eval, expr, "time", "a time of day", ""),
        AnswerType::Phone => report(eval, expr, "phone", "a phone number", ""),
        AnswerType::Email => report(eval, expr, "email", "an address", ""),
        _ => {}
    }
}

/// Reports the question or the field that holds any text.
fn report(eval: &mut Eval<'_>, expr: &Expr, kind: &str, words: &str, besides: &str) {
    if let Some((name, place)) = field(eval, expr) {
        eval.bad(|| {
            let message = format!("the field `{name}` holds any text, and it is taken for {words}");
            let finding = Diagnostic::warning("W323", &place, message);
            finding.help(format!("write `{name}: {kind}` under `fields` in `_bot.yaml`"))
        });
        return;
    }
    let Expr::Variable(variable, _, at) = expr else { return };
    let name = variable.1.as_str();
    let Some(question) = asked_as_text(eval.flow, name) else { return };
    let read = eval.place(*at, name.len());
    // One finding at the question, however often the answer is read.
    let place = question.place.clone();
    eval.bad(|| {
        let message = format!("the answer `{name}` is any text, and it is taken for {words}");
        let finding = Diagnostic::warning("W323", &place, message).label(&read, "here");
        finding.help(format!("write `type: {kind}` beside the `ask`{besides}"))
    });
}

/// A field of the contact that is declared as a text, and the place where it is read.
fn field(eval: &Eval<'_>, expr: &Expr) -> Option<(String, Place)> {
    let Expr::Dot(pair, ..) = expr else { return None };
    let (Expr::Variable(root, ..), Expr::Property(property, at)) = (&pair.lhs, &pair.rhs) else { return None };
    let name = property.2.as_str();
    let declared = eval.set.bot.fields.iter().find(|field| root.1.as_str() == "contact" && field.name == name)?;
    (declared.kind == Kind::from(AnswerType::Text)).then(|| (name.to_owned(), eval.place(*at, name.len())))
}

fn is_free_text(ty: &ValueType) -> bool {
    ty.kinds.without(Kinds::MISSING) == Kinds::TEXT && ty.known == KnownValue::No
}

/// The question that fills the variable, if all questions for it accept any text.
fn asked_as_text<'f>(flow: &'f Flow, name: &str) -> Option<&'f Node> {
    let mut asks = flow.nodes.iter().filter(|node| node.outline.fills.as_deref() == Some(name));
    let first = asks.clone().next()?;
    let free = |node: &Node| {
        let written = &node.outline.yaml;
        let kind = written.get("type").map(|kind| kind.text());
        node.outline.verb == "ask" && written.get("options").is_none() && matches!(kind, None | Some(Some("text")))
    };
    asks.all(free).then_some(first)
}
