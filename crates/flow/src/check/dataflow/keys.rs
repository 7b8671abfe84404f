//! Computes the types of keys, `a.b` and `a["b"]`, and reports those that a value does not have.

use super::{
    calls,
    exprs::{Eval, Use},
    known_words, lists,
    types::{Kinds, KnownValue, Shape, ValueType},
    views,
};
use crate::base::diagnostic::{Diagnostic, nearest};
use rhai::{Expr, Position};

impl Eval<'_> {
    pub(super) fn item(&mut self, base: &ValueType, key: &Expr) -> ValueType {
        self.expr(key, Use::Asked);
        match (&base.known, key) {
            (KnownValue::Shape(shape), Expr::StringConstant(name, position)) => {
                views::part(self.set, *shape, name.as_str())
                    .unwrap_or_else(|| self.property(base, name.as_str(), *position))
            }
            (KnownValue::Parts(_, parts) | KnownValue::Gives(parts), Expr::StringConstant(name, _)) => {
                parts.iter().find(|(part, _)| *part == name.as_str()).map_or(ValueType::ANY, |(_, ty)| ty.clone())
            }
            (KnownValue::Returned(flow), Expr::StringConstant(name, _)) => {
                views::returned(self.set, flow, base.kinds, name.as_str()).unwrap_or(ValueType::ANY)
            }
            (KnownValue::Items(_), _) => lists::one(base),
            _ => ValueType::ANY,
        }
    }

    pub(super) fn property(&mut self, base: &ValueType, name: &str, position: Position) -> ValueType {
        if let KnownValue::Returned(flow) = &base.known {
            let part = views::returned(self.set, flow, base.kinds, name);
            if part.is_none() {
                self.no_part(name, position, &format!("what `{flow}` returns"), &views::names_returned(self.set, flow));
            }
            return part.unwrap_or(ValueType::ANY);
        }
        if let KnownValue::Parts(whole, parts) = &base.known {
            if let Some((_, part)) = parts.iter().find(|(part, _)| part == name) {
                return if base.may_miss() { part.clone().or(Kinds::NOTHING) } else { part.clone() };
            }
            if *whole == views::CONSENT {
                known_words::no_topic(self, name, position);
                return ValueType::ANY;
            }
            // Forms may return undeclared keys, and maps may get more: only a name similar to a known one is a mistake.
            let known: Vec<&str> = parts.iter().map(|(part, _)| part.as_str()).collect();
            if nearest(name, known.iter().copied()).is_some() {
                self.no_part(name, position, whole, &known);
            }
            return ValueType::ANY;
        }
        if let KnownValue::Chosen(texts) = &base.known {
            let place = self.place(position, name.len());
            if texts.is_empty() {
                return ValueType::ANY;
            }
            let named: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
            self.bad(|| {
                let message = format!(
                    "only an item of the list has `{name}`: when {} is chosen, the answer is that text",
                    named.join(" or ")
                );
                let finding = Diagnostic::warning("W319", &place, message);
                finding.help(format!("give the option steps that lead elsewhere, `- {}: {{go: …}}`", texts[0]))
            });
            return ValueType::ANY;
        }
        if let KnownValue::Shape(shape) = base.known {
            let missing = base.may_miss();
            let part = views::part(self.set, shape, name);
            let known = views::parts(shape);
            if part.is_none() && !known.is_empty() && base.kinds.without(Kinds::MISSING) == Kinds::MAP {
                self.no_part(name, position, views::words(shape), known);
            }
            let part = part.unwrap_or(ValueType::ANY);
            if let Shape::View(view) = shape
                && !self.state.facts.is_empty()
                && self.state.facts.contains(&format!("{view}.{name}"))
            {
                return part.present();
            }
            return if missing { part.or(Kinds::NOTHING) } else { part };
        }
        calls::getter(self, base, name, position)
    }

    pub fn no_part(&mut self, name: &str, position: Position, whole: &str, known: &[&str]) {
        let place = self.place(position, name.len());
        self.bad(|| {
            let finding = Diagnostic::error("E412", &place, format!("{whole} has no `{name}`"));
            let parts: Vec<String> = known.iter().map(|part| format!("`{part}`")).collect();
            match known_words::of_answer(name, known).or_else(|| known_words::of_body(name, known)) {
                Some(help) => finding.help(help),
                None => finding.help(format!("it has {}", parts.join(", "))).meant(name, known.iter().copied()),
            }
        });
    }
}
