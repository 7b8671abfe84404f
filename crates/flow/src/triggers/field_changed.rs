//! Implements `field_changed`: a field of the contact has another value.

use super::{AllowedIn, TriggerKind};
use crate::{base::{diagnostic::{Diagnostic, did_you_mean, probably}, fix::Fix}, model::event::FlowEvent, load::{spec::{Declared, FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct FieldChanged {
    /// The names without `contact.`; empty: any field.
    pub names: Vec<String>,
}

impl TriggerKind for FieldChanged {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "field_changed",
        summary: "A field of the contact has another value, by a flow or from outside: `event.data.field`, \
                  `event.data.before`, `event.data.value`.",
        fields: &[FieldSpec::required(
            "field_changed",
            FieldKind::Either(&[
                FieldKind::Word(&["any"]),
                FieldKind::Many(&FieldKind::Known(Declared::ContactField)),
            ]),
            "The field as `_bot.yaml` declares it (`plan` or `contact.plan`), a list of them, or `any`.",
        )],
        example: "field_changed: contact.language",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let names = super::any_or_names(fields, "field_changed");
        let nodes: Vec<_> = fields.list("field_changed").iter().collect();
        let mut known = Vec::new();
        for (name, node) in names.iter().zip(nodes) {
            let name = name.strip_prefix("contact.").unwrap_or(name);
            let declared = &fields.bot().fields;
            if !BUILT_IN.contains(&name) && !declared.iter().any(|field| field.name == name) {
                let names = || declared.iter().map(|field| field.name.as_str()).chain(BUILT_IN);
                let help = did_you_mean(name, names()).unwrap_or_else(|| "add it to `fields` in `_bot.yaml`".into());
                let finding = Diagnostic::error("E408", &node.place, format!("a contact has no field `{name}`"));
                let fix = probably(name, names()).and_then(|near| Fix::rename(&node.place, name, near));
                fields.report(finding.help(help).fix_if(fix));
            }
            known.push(name.to_owned());
        }
        FieldChanged { names: known }
    }

    fn happens(&self, happened: &FlowEvent) -> bool {
        match happened {
            FlowEvent::FieldChanged { field, .. } => self.names.is_empty() || self.names.contains(field),
            _ => false,
        }
    }
}

/// The data of a contact that flows can change beside declared fields.
const BUILT_IN: [&str; 3] = ["name", "language", "zone"];
