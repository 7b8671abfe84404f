//! Defines ids as types. Numbers come from blocks that the database hands out, and stay below 2^53.

use crate::body_fields::{KIND, Kind};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        #[schemars(inline)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

numbers! {
    /// A person within one account.
    ContactId,
    /// A contact at one sender.
    ConversationId,
    /// A number that messages are sent from; the `id` in the configuration.
    SenderId,
    /// A recorded message, tap or other item of a contact.
    InboundId,
    /// A recorded message to a contact; providers that carry our id echo it.
    OutboundId,
    /// One planned start of a flow for one contact.
    StartId,
    /// A set of flow files.
    VersionId,
    /// Joins all that one cause led to, in logs and traces: the number of the contact's message, or of the start.
    TraceId,
}

impl From<InboundId> for TraceId {
    fn from(message: InboundId) -> TraceId {
        TraceId(message.0)
    }
}

impl From<StartId> for TraceId {
    /// Numbers of starts by programs are negative; the number itself is from the same blocks as all others.
    fn from(start: StartId) -> TraceId {
        TraceId(start.0.abs())
    }
}

impl StartId {
    /// The id for a start by a program: it has no row in `start`, and the program finds its run by this number.
    pub fn followed(number: i64) -> StartId {
        StartId(-number)
    }

    /// True if the start has a row.
    pub fn is_planned(self) -> bool {
        self.0 > 0
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident: $kind:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub std::sync::Arc<str>);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", KIND: Kind::$kind})
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )* };
}

names! {
    /// The `flow:` key, which is also the file's name.
    FlowName: Id,
    /// `flow.verb_n`, or `flow.` and the author's `id:`.
    StepId: Id,
    /// The provider's own id of a message.
    ProviderId: Traceable,
    /// The name of an account in the configuration.
    AccountName: Id,
}
