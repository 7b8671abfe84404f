//! `switch`: one way for each value.

use super::StepKind;
use crate::{
    base::diagnostic::Diagnostic,
    flow::{
        definition::Body,
        script::Code,
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::StepFields,
        turn::{Here, Next, Turn},
    },
    model::value::Value,
};

pub struct Switch {
    pub value: Code,
    /// The texts of each case; a value equals one as `==` of scripts has it.
    pub cases: Vec<(Vec<String>, Body)>,
    pub otherwise: Body,
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
        let mut cases: Vec<(Vec<String>, Body)> = Vec::new();
        for (key, body) in fields.cases("cases") {
            let texts: Vec<String> = key.text.split(',').map(|text| text.trim().to_owned()).collect();
            if let Some(twice) = texts.iter().find(|text| cases.iter().any(|(known, _)| known.contains(text))) {
                let message = format!("`{twice}` stands in an earlier case already; take it out of one of the two");
                fields.report(Diagnostic::error("E227", &key.place, message));
            }
            cases.push((texts, body));
        }
        if !fields.has("else") {
            let finding = Diagnostic::warning("W601", &fields.place(), "this `switch` has no `else`: any other value is passed over");
            fields.report(finding.help("write `else: []` when that is meant"));
        }
        Switch { value, cases, otherwise: fields.steps("else") }
    }

    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
        let value = match turn.eval(here, &self.value, &[]) {
            Ok(value) => value,
            Err(failure) => return Next::Fail(failure),
        };
        // The keys take the type of the value: `28` is the number where the value is one.
        let text = value.print();
        let found = self.cases.iter().find(|(texts, _)| {
            texts.iter().any(|case| match &value {
                Value::Number(_) | Value::Whole(_) => match (case.parse::<f64>(), text.as_deref()) {
                    (Ok(number), Some(text)) => text.parse::<f64>().is_ok_and(|value| value == number),
                    _ => false,
                },
                Value::YesNo(yes) => matches!((case.as_str(), yes), ("true" | "yes", true) | ("false" | "no", false)),
                Value::Nothing => case == "none",
                _ => text.as_ref() == Some(case),
            })
        });
        Next::Body(found.map_or(self.otherwise, |(_, body)| *body))
    }
}
