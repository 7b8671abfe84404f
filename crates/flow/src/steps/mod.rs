//! Lists the steps. A new step is a new file in this folder and a line at the end of this one.

use super::{
    engine::turn::{Here, Next, Turn},
    load::{spec::Spec, step_fields::StepFields},
};
use crate::base::{
    diagnostic::{Diagnostic, nearest},
    fix::Fix,
    synonyms,
    yaml::Node,
};

pub mod ground;
pub mod until;

/// A verb: how it is described, parsed and run.
pub trait StepKind: Sized {
    const SPEC: Spec;
    /// Never fails; mistakes become findings of `fields`.
    fn parse(fields: &mut StepFields<'_, '_>) -> Self;
    /// Runs the step. Later results (answers, calls, times) are handled in the step's own file.
    fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next;
}

macro_rules! steps {
    ($($module:ident :: $Kind:ident),* $(,)?) => {
        $(pub mod $module;)*

        /// One step of any verb.
        pub enum Step {
            $($Kind(Box<$module::$Kind>),)*
            /// A step that could not be parsed; a set with one never goes live.
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

            pub fn run<'a>(&self, turn: &mut Turn<'a>, here: Here<'a>) -> Next {
                match self {
                    $(Step::$Kind(step) => step.run(turn, here),)*
                    Step::Unreadable => Next::Continue,
                }
            }
        }
    };
}

/// Verbs that may have no value: `- end`.
pub const ALONE: [&str; 2] = [<end::End as StepKind>::SPEC.name, <returning::Return as StepKind>::SPEC.name];

/// The description of a verb.
pub fn spec(name: &str) -> Option<&'static Spec> {
    SPECS.iter().copied().find(|spec| spec.name == name)
}

/// Parses `{marketing: withdrawn}` of `consent` and buttons; `all` can only be withdrawn.
pub(super) fn consent_map(fields: &mut StepFields<'_, '_>, node: &Node) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for entry in node.map().unwrap_or_default() {
        let written = entry.key.text.as_str();
        // `{al: withdrawn}` has a finding, and is parsed as the name that was meant.
        let is_all = !fields.bot().topics.contains_key(written) && nearest(written, ["all"]).is_some();
        let topic = if is_all { "all" } else { written };
        let given = match entry.value.text() {
            Some("given") => true,
            Some("withdrawn") => false,
            Some(_) | None => {
                let meant = entry.value.text().and_then(synonyms::consent);
                // Only a withdrawal can be for all topics at once.
                let word = if topic == "all" { "withdrawn" } else { meant.unwrap_or("given") };
                let message = format!("consent is `given` or `withdrawn`, and this is {}", entry.value.describe());
                let finding = Diagnostic::error("E229", &entry.value.place, message);
                let fix = meant.map(|_| Fix::replace(format!("write `{word}`"), &entry.value.place, word).guess());
                if !entry.value.is_broken() {
                    // Consent must not be guessed from a word that may say no.
                    let help = match meant.is_some() || topic == "all" {
                        true => format!("write `{{{topic}: {word}}}`"),
                        false => format!("write `{{{topic}: given}}` or `{{{topic}: withdrawn}}`"),
                    };
                    fields.report(finding.help(help).fix_if(fix));
                }
                word == "given"
            }
        };
        if written != "all" {
            fields.check_topic(&entry.key, &["all"]);
        } else if given {
            fields.wrong(&entry.value, "E229", "`all` can only be withdrawn; name the topic that is given");
        }
        all.push((topic.to_owned(), given));
    }
    if node.map().is_none_or(<[_]>::is_empty) {
        let topic = node.text().filter(|text| fields.bot().topics.contains_key(*text)).unwrap_or("marketing");
        let message = format!("consent is written like `{{{topic}: given}}`, and this is {}", node.describe());
        fields.wrong(node, "E229", format!("{message}; write `{{{topic}: given}}`, or `withdrawn`"));
    }
    all
}

steps! {
    say::Say,
    ask::Ask,
    template::Template,
    react::React,
    set::Set,
    tag::Tag,
    untag::Untag,
    consent::Consent,
    condition::If,
    switch::Switch,
    repeat::Repeat,
    split::Split,
    go::Go,
    call::Call,
    returning::Return,
    start::Start,
    end::End,
    wait::Wait,
    http::Http,
    look_up::LookUp,
    llm::Llm,
    agent::Agent,
    script::Script,
    handoff::Handoff,
    emit::Emit,
    log::Log,
}
