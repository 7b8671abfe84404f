//! Checks values that a contact's field keeps otherwise than they are (a day as a moment, and a moment as a day), and
//! texts that it cannot keep: the id of an option in a field for numbers.

use super::{
    Walk,
    dates::date_hint,
    exprs::Eval,
    state::State,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::diagnostic::Diagnostic,
    definition::{Field, Flow},
    engine::inputs,
    load::language_codes::not_a_language,
    model::{answer::AnswerType, value::Value},
    script::Code,
};

/// The key of verdicts about texts, beside those about kinds.
const HOLDS: &str = "holds";

impl Walk<'_, '_> {
    pub(super) fn kept(&mut self, field: &Field, code: &Code, ty: &ValueType) {
        let (name, source, place) = (&field.name, code.source().trim(), code.place());
        let kinds = ty.kinds.without(Kinds::MISSING);
        // `now()` in a field for a day is the day on which something was done.
        let timed = || source.contains(".at(") || matches!(code.single(), Some(rhai::Expr::Variable(..)));
        let finding = match (field.kind.of, kinds) {
            _ if ty.kinds.is_vague() => None,
            (AnswerType::DateTime, Kinds::DATE) => {
                let simple = !source.contains([' ', '+', '-', '?']);
                let day = if simple { source.to_owned() } else { format!("({source})") };
                let message =
                    format!("`contact.{name}` is a moment, and this is a day: it is kept as 00:00 of that day");
                let help = code.within_quotes(&format!("`${{{day}.at(\"10:00\", \"bot\")}}`"));
                Some((message, format!("say the time, {help}, or write `{name}: date` under `fields` in `_bot.yaml`")))
            }
            (AnswerType::Date, Kinds::DATETIME) if timed() => {
                let message = format!("`contact.{name}` is a day, and this is a moment: its time is lost");
                Some((message, format!("write `{name}: datetime` under `fields` in `_bot.yaml`")))
            }
            _ => None,
        };
        match finding {
            Some((message, help)) => {
                self.found.judge.bad(Diagnostic::warning("W330", &place, message).help(help));
            }
            None => self.found.judge.good(&place, "W330"),
        }
    }

    /// Reports texts that the field does not take: at run time the `set` fails for whoever has chosen one of them.
    pub(super) fn holds(&mut self, flow: &Flow, state: &State, field: &Field, code: &Code, ty: &ValueType) {
        let place = code.place();
        let kinds = ty.kinds.without(Kinds::MISSING);
        let texts = match &ty.known {
            KnownValue::Texts(texts) if kinds == Kinds::TEXT => &**texts,
            _ => &[],
        };
        let zone = &self.set.bot.timezone;
        let fails = |text: &&String| inputs::convert(&field.kind, &Value::text(text.as_str()), zone).is_none();
        let wrong: Vec<String> = texts.iter().filter(fails).map(|text| format!("\"{text}\"")).collect();
        if wrong.is_empty() {
            self.found.judge.good(&place, HOLDS);
            let judge = Some(&mut self.found.judge);
            let mut eval = Eval { set: self.set, flow, state, code, judge, locals: Vec::new() };
            if let Some(expr) = code.single() {
                date_hint::field_meant(&mut eval, expr, ty, &field.kind);
            }
            return;
        }
        let (name, takes) = (&field.name, inputs::name_of(&field.kind));
        let is = if wrong.len() == texts.len() { "is" } else { "can be" };
        let message = format!("`contact.{name}` takes {takes}, and this {is} {}", wrong.join(" or "));
        let all = || texts.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let help = match field.kind.of {
            AnswerType::Number | AnswerType::Whole => {
                format!("give the options numbers as their `id`, or write `{name}: text` under `fields` in `_bot.yaml`")
            }
            AnswerType::Choice => format!("add it to `{name}` under `fields` in `_bot.yaml`"),
            AnswerType::YesNo => format!("ask with `type: yesno` and without `options`, or write `{name}: text`"),
            _ => format!("write `{name}: [{}]` or `{name}: text` under `fields` in `_bot.yaml`", all()),
        };
        self.found.judge.bad_as(HOLDS, Diagnostic::error("E318", &place, message).help(help));
    }

    /// Reports an option whose id becomes the contact's language, and is no code of one.
    pub(super) fn language(&mut self, code: &Code, ty: &ValueType) {
        let KnownValue::Texts(texts) = &ty.known else { return };
        let wrong = texts.iter().find_map(|text| not_a_language(text, &code.place()));
        if let Some(finding) = wrong.filter(|_| ty.kinds.without(Kinds::MISSING) == Kinds::TEXT) {
            let help = finding.help.clone().unwrap_or_default();
            self.found.judge.bad(finding.help(format!("{help}, as the `id` of what is chosen")));
        }
    }
}
