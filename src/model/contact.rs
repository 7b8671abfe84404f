//! A person within one account: what we know, what they agreed to, how often we wrote.

use super::value::Value;
use crate::base::{
    ids::{AccountName, ContactId},
    time::Time,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    pub id: ContactId,
    pub account: AccountName,
    /// Since when the contact wants nothing at all.
    pub opted_out: Option<Time>,
    pub data: ContactData,
}

/// The part kept as one JSON column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactData {
    /// `+` and digits, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The provider's own id of the person, where there is no phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bsuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// An IANA name, set by an author or the API; see `base::phone` for the guess from the number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
    /// By topic; absent: never asked.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub consent: BTreeMap<String, Consent>,
    /// By the name of a `split`, the way that this contact goes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub splits: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_message_at: Option<Time>,
    /// Starts that count against `at_most`, by trigger key; pruned when older than the longest cap.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub starts: BTreeMap<String, Vec<Time>>,
    /// Unasked messages that count against a topic's `at_most`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unasked: BTreeMap<String, Vec<Time>>,
}

/// A change of what is known of a contact, from outside of the flows.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Patch {
    /// Declared fields, and `name`, `language`, `zone`; `Nothing` empties.
    pub fields: BTreeMap<String, Value>,
    pub tags_added: BTreeSet<String>,
    pub tags_removed: BTreeSet<String>,
    /// By topic, whether it was given.
    pub consent: BTreeMap<String, bool>,
    /// Who changed it, for the consent ledger.
    pub by: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    pub given: bool,
    pub at: Time,
}
