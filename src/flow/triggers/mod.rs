//! The list of triggers. A new one is a file beside this and a line at its end.

use super::{spec::Spec, step_fields::TriggerFields};

/// What a kind of trigger is: how it is described and read.
pub trait TriggerKind: Sized {
    const SPEC: Spec;
    /// Never fails; mistakes go to the findings of `fields`.
    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self;
    /// How reports and `at_most` know it; `None`: its kind and its value.
    fn key(&self) -> Option<String> {
        None
    }
}

macro_rules! triggers {
    ($($module:ident :: $Kind:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// One trigger of any kind.
        pub enum Trigger {
            $($Kind(Box<$module::$Kind>),)*
        }

        /// All kinds.
        pub const SPECS: &[&Spec] = &[$(&<$module::$Kind as TriggerKind>::SPEC),*];

        impl Trigger {
            pub(super) fn parse(kind: &str, fields: &mut TriggerFields<'_, '_>) -> Option<Trigger> {
                $(if kind == <$module::$Kind as TriggerKind>::SPEC.name {
                    return Some(Trigger::$Kind(Box::new(<$module::$Kind as TriggerKind>::parse(fields))));
                })*
                None
            }

            pub fn key(&self) -> Option<String> {
                match self {
                    $(Trigger::$Kind(trigger) => trigger.key(),)*
                }
            }
        }
    };
}

/// The description of a kind.
pub fn spec(name: &str) -> Option<&'static Spec> {
    SPECS.iter().copied().find(|spec| spec.name == name)
}

/// Reports a trigger that is `true` or absent, and is written as something else.
fn only_true(fields: &mut TriggerFields<'_, '_>, name: &'static str) {
    if let Some(node) = fields.required(name)
        && node.text() != Some("true")
    {
        fields.wrong(node, "E206", format!("`{name}` is always `true`; without the trigger take the line out"));
    }
}

triggers! {
    message::Message,
    button::Button,
    any_message::AnyMessage,
    first_message::FirstMessage,
    media::Media,
    location::Location,
    event::Event,
    consent::Consent,
    handoff_done::HandoffDone,
    schedule::Schedule,
    api::Api,
}
