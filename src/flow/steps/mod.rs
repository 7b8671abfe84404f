//! The list of steps. A new one is a file beside this and a line at its end.

use super::{
    spec::Spec,
    step_fields::StepFields,
    turn::{Next, Turn},
};

/// What a verb is: how it is described, read and run.
pub trait StepKind: Sized {
    const SPEC: Spec;
    /// Never fails; mistakes go to the findings of `fields`.
    fn parse(fields: &mut StepFields<'_, '_>) -> Self;
    fn run(&self, turn: &mut Turn<'_>) -> Next;
}

macro_rules! steps {
    ($($module:ident :: $Kind:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// One step of any verb.
        pub enum Step {
            $($Kind(Box<$module::$Kind>),)*
            /// Could not be read; a set that holds one never goes live.
            Unreadable,
        }

        /// All verbs.
        pub const SPECS: &[&Spec] = &[$(&<$module::$Kind as StepKind>::SPEC),*];

        impl Step {
            pub(super) fn parse(verb: &str, fields: &mut StepFields<'_, '_>) -> Step {
                $(if verb == <$module::$Kind as StepKind>::SPEC.name {
                    return Step::$Kind(Box::new(<$module::$Kind as StepKind>::parse(fields)));
                })*
                Step::Unreadable
            }

            pub fn run(&self, turn: &mut Turn<'_>) -> Next {
                match self {
                    $(Step::$Kind(step) => step.run(turn),)*
                    Step::Unreadable => Next::Continue,
                }
            }
        }
    };
}

/// The description of a verb.
pub fn spec(name: &str) -> Option<&'static Spec> {
    SPECS.iter().copied().find(|spec| spec.name == name)
}

steps! {
    say::Say,
    set::Set,
    condition::If,
    switch::Switch,
    go::Go,
    call::Call,
    end::End,
    log::Log,
}
