//! Implements `switch`: one branch for each value.

use super::StepKind;
use crate::{base::diagnostic::Diagnostic, definition::Body, script::{Code, numeral}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::StepFields}, engine::turn::{Here, Next, Turn}, model::value::Value};

pub struct Switch {
    pub value: Code,
    pub cases: Vec<(Case, Body)>,
    pub otherwise: Body,
}

/// The values of a case.
pub struct Case {
    /// The key as written: an option may have the title `Yes, please`.
    whole: String,
    /// The key split at its commas.
    parts: Vec<String>,
}

impl Case {
    fn read(key: &str) -> Case {
        let parts = key.split(',').map(|text| text.trim().to_owned()).collect();
        Case { whole: key.trim().to_owned(), parts }
    }
}

impl StepKind for Switch {
    const SPEC: Spec = Spec {
        name: "switch",
        summary: "Takes the case that the value equals, else `else`.",
        fields: &[
            FieldSpec::required("switch", FieldKind::Code, "The value, in Rhai."),
            FieldSpec::required("cases", FieldKind::Cases, "By value, what to do; `\"28, 45\"` is either."),
            FieldSpec::optional("else", FieldKind::Steps, "What to do for any other value."),
        ],
        example: "switch: contact.plan\ncases:\n  pro: [{say: Welcome back.}]\nelse: [{say: Hello!}]",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        let value = fields.code("switch");
        fields.required("cases");
        let mut cases: Vec<(Case, Body)> = Vec::new();
        for (key, body) in fields.cases("cases") {
            let case = Case::read(&key.text);
            if let Some(twice) = case.parts.iter().find(|text| cases.iter().any(|(known, _)| known.parts.contains(text))) {
                let message = format!("`{twice}` stands in an earlier case already; take it out of one of the two");
                fields.report(Diagnostic::error("E227", &key.place, message));
            }
            cases.push((case, body));
        }
        Switch { value, cases, otherwise: fields.steps("else") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let value = match turn.eval(here, &self.value, &[]) {
            Ok(value) => value,
            Err(failure) => return Next::Fail(failure),
        };
        let body = self.chosen(&value).unwrap_or(self.otherwise);
        Next::Body(body)
    }
}

impl Switch {
    /// The branch of a value: a case whose whole key matches first, then one with the value in its list.
    fn chosen(&self, value: &Value) -> Option<Body> {
        let text = value.print();
        let text = text.as_deref();
        let whole = self.cases.iter().find(|(case, _)| is_meant(value, text, &case.whole));
        let part = || self.cases.iter().find(|(case, _)| case.parts.iter().any(|part| is_meant(value, text, part)));
        whole.or_else(part).map(|(_, body)| *body)
    }
}

/// True if the case matches. It takes the kind of the value: `28` is a number if the value is one, otherwise a text.
fn is_meant(value: &Value, text: Option<&str>, case: &str) -> bool {
    match value {
        Value::Number(_) | Value::Whole(_) => {
            numeral(case).is_some_and(|case| text.and_then(numeral).is_some_and(|value| value == case))
        }
        Value::YesNo(yes) => truth(case) == Some(*yes),
        Value::Nothing => case == "none",
        _ => text == Some(case),
    }
}

/// The meaning of a case for a value that is true or false.
pub fn truth(case: &str) -> Option<bool> {
    match case {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}
