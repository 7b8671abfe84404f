//! Lists the triggers. A new trigger is a new file in this folder and a line at the end of this one.

use super::{
    engine::routing::choose::{Fit, RoutedMessage},
    load::{
        spec::{FieldKind, FieldSpec, Spec},
        step_fields::TriggerFields,
    },
};
use crate::{
    base::{limits::GATHER_MAX, time::Span},
    model::event::FlowEvent,
};

/// A kind of trigger: how it is described and parsed, and what starts it.
pub trait TriggerKind: Sized {
    const SPEC: Spec;
    /// The keys under which it may stand.
    const STANDS: AllowedIn = AllowedIn::Start;
    /// Never fails; mistakes become findings of `fields`.
    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self;
    /// The key in reports and for `at_most`; `None`: its kind and its value.
    fn key(&self) -> Option<String> {
        None
    }
    /// The possible age of the contact's last message when it starts its flow.
    fn since(&self) -> MessageAge {
        MessageAge::AnyTime
    }
    /// The match with a message: its strength, and the inputs from the message.
    fn hears(&self, _: &RoutedMessage<'_>) -> Option<Fit> {
        None
    }
    /// The time in which it waits for more texts before it starts its flow; `None`: it does not wait.
    fn gather(&self) -> Option<Span> {
        None
    }
    /// The reason why this message does not start it.
    fn why_not(&self, _: &RoutedMessage<'_>) -> String {
        "no message starts it".into()
    }
    /// True if this event of the contact starts it.
    fn happens(&self, _: &FlowEvent) -> bool {
        false
    }
}

/// The triggers that come behind everything else, so `urgent` is wrong below all of them.
pub const NEVER_URGENT: &[&str] = &["any_message", "first_message", "meaning"];

/// The keys under which a kind may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowedIn {
    /// Under `when`.
    Start,
    /// Under `when` and under `stop_when`.
    Both,
    /// Under `stop_when` only.
    Stop,
}

/// The possible age of the contact's last message when a trigger starts its flow (language.md 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageAge {
    /// A message starts it.
    Now,
    /// It starts at most this long after a message.
    UpTo(Span),
    AnyTime,
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

        /// The keys under which the kind with this name may stand.
        pub fn stands(name: &str) -> Option<AllowedIn> {
            $(if name == <$module::$Kind as TriggerKind>::SPEC.name {
                return Some(<$module::$Kind as TriggerKind>::STANDS);
            })*
            None
        }

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

            pub fn since(&self) -> MessageAge {
                match self {
                    $(Trigger::$Kind(trigger) => trigger.since(),)*
                }
            }

            pub fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
                match self {
                    $(Trigger::$Kind(trigger) => trigger.hears(heard),)*
                }
            }

            pub fn gather(&self) -> Option<Span> {
                match self {
                    $(Trigger::$Kind(trigger) => trigger.gather(),)*
                }
            }

            pub fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
                match self {
                    $(Trigger::$Kind(trigger) => trigger.why_not(heard),)*
                }
            }

            pub fn happens(&self, happened: &FlowEvent) -> bool {
                match self {
                    $(Trigger::$Kind(trigger) => trigger.happens(happened),)*
                }
            }
        }
    };
}

/// The description of a kind.
pub fn spec(name: &str) -> Option<&'static Spec> {
    SPECS.iter().copied().find(|spec| spec.name == name)
}

/// Reports a value other than `true` for a trigger that has no other.
fn only_true(fields: &mut TriggerFields<'_, '_>, name: &'static str) {
    if let Some(node) = fields.required(name)
        && node.text() != Some("true")
    {
        fields.wrong(node, "E206", format!("`{name}` is always `true`; without the trigger take the line out"));
    }
}

/// The `gather` of triggers for any text.
const GATHER: FieldSpec = FieldSpec::optional(
    "gather",
    FieldKind::Duration,
    "Joins the texts that arrive within this time of the first to one message, such as `3s`. A tap, a file or a keyword \
     ends it.",
);

fn read_gather(fields: &mut TriggerFields<'_, '_>) -> Option<Span> {
    let span = fields.opt_duration("gather")?;
    if let Some(node) = fields.node("gather").filter(|_| span > GATHER_MAX || span <= Span::ZERO) {
        fields.wrong(node, "E253", format!("`gather` is at most {GATHER_MAX}; write `gather: 20s`"));
    }
    Some(span)
}

/// The kind of value that `any_or_names` parses.
const ANY_OR_NAMES: FieldKind = FieldKind::Either(&[FieldKind::Word(&["any"]), FieldKind::Many(&FieldKind::Name)]);

/// Parses a name, a list of names, or `any`, for which the list is empty.
fn any_or_names(fields: &mut TriggerFields<'_, '_>, name: &'static str) -> Vec<String> {
    fields.required(name);
    let names = fields.names_of(name);
    if names == ["any"] { Vec::new() } else { names }
}

triggers! {
    message::Message,
    button::Button,
    any_message::AnyMessage,
    first_message::FirstMessage,
    meaning::Meaning,
    media::Media,
    location::Location,
    order::Order,
    form::Form,
    reaction::Reaction,
    referral::Referral,
    missed_call::MissedCall,
    schedule::Schedule,
    date::Date,
    window_closing::WindowClosing,
    quiet_for::QuietFor,
    delivery::Delivery,
    consent::Consent,
    tag_added::TagAdded,
    tag_removed::TagRemoved,
    field_changed::FieldChanged,
    handoff_done::HandoffDone,
    handed_over::HandedOver,
    event::Event,
    webhook::Webhook,
    api::Api,
    reply::Reply,
}
