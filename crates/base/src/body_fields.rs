//! Defines the types of the fields in the API's bodies: how each is read and written, and how far it speaks of a customer.
//!
//! A plain `String` or `&str` may hold words of a customer, and is masked for people who do not see customers. The types
//! here say that a text is something else.

use crate::time::{Time, iso};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::borrow::Cow;

/// The kind of a text, for the masks. A text without it may hold words of a customer.
pub const KIND: &str = "x-kind";

/// The kinds of texts that are not masked word by word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Id,
    Phone,
    PersonName,
    Traceable,
}

macro_rules! text {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name<T>(pub T);

        impl<T> JsonSchema for $name<T> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", KIND: Kind::$name})
            }
        }
    };
}

text! {
    /// A name, an id or a word of the bot, the configuration, the platform or this program: never one of a customer.
    Id
}

text! {
    /// The phone number of a customer.
    Phone
}

text! {
    /// The name of a customer.
    PersonName
}

text! {
    /// A text from which a customer can be found elsewhere: the id of a message at the platform, which holds the
    /// number, or a digest of personal data.
    Traceable
}

/// A text of a request: at least one character that is no blank, and at most `MAX` of all.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(pub String);

impl<const MAX: usize> JsonSchema for Text<MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn schema_id() -> Cow<'static, str> {
        format!("Text<{MAX}>").into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "maxLength": MAX})
    }
}

/// A moment, written as RFC 3339 in UTC, and read with any zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At(pub Time);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&iso(self.0))
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<At, D::Error> {
        let at: jiff::Timestamp = Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)?;
        Ok(At(Time(at.as_millisecond())))
    }
}

impl JsonSchema for At {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "At".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
}
