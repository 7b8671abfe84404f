//! Describes each step and trigger in one place, for parser, checker, reference, schema and completion.

mod bot_keys;
mod eval_keys;
mod flow_keys;
mod kind;
pub mod parts;
mod test_keys;
mod values;

pub use bot_keys::BOT_KEYS;
pub use eval_keys::{
    EVAL_CALIBRATION_KEYS, EVAL_CASE_KEYS, EVAL_CUSTOMER_KEYS, EVAL_KEYS, EVAL_RULE_KEYS, EVAL_SEARCH_KEYS,
};
pub use flow_keys::{FLOW_KEYS, STEP_KEYS, TRIGGER_KEYS};
pub use kind::{Declared, FieldKind};
pub use test_keys::{CASE_KEYS, EXPECT_KEYS, MESSAGE_KEYS, TEST_KEYS, TEST_STEPS};
pub use values::{FORMS, HOURS_PARTS, TYPES, VIEWS};

/// The description of one verb or trigger.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The verb as written: `say`.
    pub name: &'static str,
    /// One sentence for the reference.
    pub summary: &'static str,
    /// The value of the verb itself comes first, with the name of the verb.
    pub fields: &'static [FieldSpec],
    /// YAML of one step (or trigger) without findings.
    pub example: &'static str,
}

impl Spec {
    /// The value of the verb or trigger itself.
    pub fn value(&self) -> &'static FieldSpec {
        &self.fields[0]
    }

    pub fn field(&self, name: &str) -> Option<&'static FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldSpec {
    pub name: &'static str,
    pub kind: FieldKind,
    pub required: bool,
    /// The default in words; empty: none.
    pub default: &'static str,
    pub help: &'static str,
}

impl FieldSpec {
    pub const fn required(name: &'static str, kind: FieldKind, help: &'static str) -> Self {
        FieldSpec { name, kind, required: true, default: "", help }
    }

    pub const fn optional(name: &'static str, kind: FieldKind, help: &'static str) -> Self {
        FieldSpec { name, kind, required: false, default: "", help }
    }

    /// An optional field with a default.
    pub const fn default(name: &'static str, kind: FieldKind, default: &'static str, help: &'static str) -> Self {
        FieldSpec { name, kind, required: false, default, help }
    }
}
