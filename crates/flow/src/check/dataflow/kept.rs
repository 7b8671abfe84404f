//! Checks values that a contact's field keeps otherwise than they are: a day as a moment, and a moment as a day.

use super::{
    Walk,
    types::{Kinds, KnownValue, ValueType},
};
use crate::{
    base::diagnostic::Diagnostic, definition::Field, load::language_codes::not_a_language, model::answer::AnswerType,
    script::Code,
};

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
