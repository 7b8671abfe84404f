//! `set`: fills variables and fields of the contact.

use super::StepKind;
use crate::{
    base::{diagnostic::Diagnostic, diagnostic::did_you_mean, place::Place},
    flow::{
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::StepFields,
        text::Data,
        turn::{Next, Turn},
    },
};

pub struct Set {
    pub values: Vec<(Goal, Data)>,
}

/// What is filled.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    Variable(String),
    /// `name[]`: one more item at the end of a list.
    Append(String),
    /// A declared field, or `name`, `language`, `zone`.
    Contact(String),
}

/// The built-in fields of a contact that a flow may change.
const CONTACT: [&str; 3] = ["name", "language", "zone"];

impl StepKind for Set {
    const SPEC: Spec = Spec {
        name: "set",
        summary: "Fills variables, appends to lists, and changes what is known of the contact.",
        fields: &[FieldSpec::required(
            "set",
            FieldKind::Map,
            "`name: value`, `name[]: value` appends, `contact.field: value`; `none` empties.",
        )],
        example: "set: {count: 1, contact.language: es}",
    };

    fn parse(fields: &mut StepFields<'_, '_>) -> Self {
        fields.required("set");
        let mut values = Vec::new();
        for entry in fields.map("set") {
            let name = entry.key.text.as_str();
            let goal = match (name.strip_prefix("contact."), name.strip_suffix("[]")) {
                (Some(field), _) => {
                    check_field(fields, field, &entry.key.place);
                    Goal::Contact(field.to_owned())
                }
                (None, Some(list)) => Goal::Append(checked(fields, list, &entry.key.place)),
                (None, None) => Goal::Variable(checked(fields, name, &entry.key.place)),
            };
            values.push((goal, fields.data_of(&entry.value)));
        }
        Set { values }
    }

    fn run(&self, _turn: &mut Turn<'_>) -> Next {
        Next::Continue
    }
}

fn checked(fields: &StepFields<'_, '_>, name: &str, place: &Place) -> String {
    if let Err(message) = crate::flow::script::valid_name(name) {
        fields.report(Diagnostic::error("E307", place, message));
    }
    name.to_owned()
}

fn check_field(fields: &StepFields<'_, '_>, name: &str, place: &Place) {
    let declared = &fields.bot().fields;
    if CONTACT.contains(&name) || declared.iter().any(|field| field.name == name) {
        return;
    }
    let known = declared.iter().map(|field| field.name.as_str()).chain(CONTACT);
    let finding = Diagnostic::error("E408", place, format!("a contact has no field `{name}`"));
    let help = did_you_mean(name, known).unwrap_or_else(|| "add it to `fields` in `_bot.yaml`".into());
    fields.report(finding.help(help));
}
