//! Parts of a template that few have: what the catalogue says of them, and their values.

use super::template::{ButtonValue, HeaderValue, Parameters, TemplateButtonKind, TemplateHeader};
use crate::base::time::Time;
use serde::{Deserialize, Serialize};

/// As the catalogue tells it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Parts {
    #[serde(skip_serializing_if = "Slots::are_bare")]
    pub slots: Slots,
    /// Of a carousel, from the left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<CardShape>,
    /// It announces an offer that ends (LIMITED_TIME_OFFER).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// The line below its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// Why the platform rejected it, in its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected: Option<String>,
}

/// One card of a carousel.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CardShape {
    pub header: Option<TemplateHeader>,
    pub body: String,
    pub buttons: Vec<TemplateButtonKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    /// It counts down to a moment that each message names.
    Ends,
    Open,
}

/// In a template about to be sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PartValues {
    /// `Parts::slots`; filled in when sending.
    #[serde(skip_serializing_if = "Slots::are_bare")]
    pub slots: Slots,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<CardValues>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_ends: Option<Time>,
}

/// The values that one card of a carousel takes. Its buttons: as of a template.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CardValues {
    pub header: Option<HeaderValue>,
    pub body: Parameters,
    pub buttons: Vec<ButtonValue>,
}

impl Parts {
    pub fn are_bare(&self) -> bool {
        *self == Parts::default()
    }
}

impl PartValues {
    pub fn are_bare(&self) -> bool {
        *self == PartValues::default()
    }
}

/// Under which name the platform wants each value, where it has one numbering for the whole template (Twilio). In our
/// order; what is missing is counted on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slots {
    /// Of the values of the text, from the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Of the links that take an end, from the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
}

impl Slots {
    pub fn are_bare(&self) -> bool {
        *self == Slots::default()
    }
}
