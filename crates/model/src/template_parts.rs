//! Describes rare parts of a template: their catalogue data and their values.

use super::template::{ButtonValue, HeaderValue, Parameters, TemplateButtonKind, TemplateHeader};
use crate::base::time::Time;
use serde::{Deserialize, Serialize};

/// The parts as the catalogue lists them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Parts {
    #[serde(skip_serializing_if = "Slots::are_bare")]
    pub slots: Slots,
    /// The cards of a carousel, from the left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<CardShape>,
    /// A limited-time offer (LIMITED_TIME_OFFER).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
    /// The footer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
    /// The platform's reason for a rejection.
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
    /// An offer with a countdown to a moment that each message provides.
    Ends,
    Open,
}

/// The values of the parts in a template about to be sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PartValues {
    /// `Parts::slots`; set at the moment of sending.
    #[serde(skip_serializing_if = "Slots::are_bare")]
    pub slots: Slots,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cards: Vec<CardValues>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_ends: Option<Time>,
}

/// The values of one card of a carousel; its buttons as those of a template.
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

/// The platform's names of the values, if it numbers all values of a template together (Twilio). In our order; missing
/// names continue the count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Slots {
    /// The names of the values of the text, from the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The names of the link suffixes, from the first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
}

impl Slots {
    pub fn are_bare(&self) -> bool {
        *self == Slots::default()
    }
}
