//! Ids as types. Numbers come from blocks that the database hands out; they stay below 2^53.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
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
    /// A number that we send from; the `id` of the configuration.
    SenderId,
    /// A message, tap or other item of a contact, as recorded.
    InboundId,
    /// A message of ours, as recorded; echoed by providers that carry our id.
    OutboundId,
    /// One planned start of a flow for one contact.
    StartId,
    /// A set of flow files.
    VersionId,
}

impl StartId {
    /// Of a start that a program asked for: no row planned it, and the program finds its run by this number.
    pub fn followed(number: i64) -> StartId {
        StartId(-number)
    }

    /// A row says what becomes of it.
    pub fn is_planned(self) -> bool {
        self.0 > 0
    }
}

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub std::sync::Arc<str>);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
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
    FlowName,
    /// `flow.verb_n`, or `flow.` and the author's `id:`.
    StepId,
    /// The provider's own id of a message.
    ProviderId,
    /// The name of an account in the configuration.
    AccountName,
}
