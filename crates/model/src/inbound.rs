//! Defines the items of a provider's webhook in the terms of this program.

use super::{
    content::MediaKind,
    template::{Category, TemplateStatus},
};
use crate::base::{
    ids::{OutboundId, ProviderId, SenderId},
    limits::USER_ID_CHARS_MAX,
    phone,
    time::Time,
};
use serde::{Deserialize, Serialize};

/// One item of a webhook, with its part of the body (for dead letters).
#[derive(Debug, Clone)]
pub struct Item {
    pub what: Inbound,
    /// The item's JSON (or form) text.
    pub raw: String,
}

/// The meaning of an item. An unknown kind is `Ignored` or an `InboundKind::Unsupported`, never an error.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most items are messages; a box each would cost more than it saves")]
pub enum Inbound {
    /// The contact wrote, tapped, sent a file, called, or opened the chat.
    Message { sender: SenderId, message: InboundMessage },
    /// A new status of one of our messages.
    Status { sender: SenderId, status: StatusUpdate },
    /// A person of the business wrote from the phone app, or another application has the conversation.
    Echo { sender: SenderId, echo: Echo },
    /// The platform's own inbox gave the conversation to a person of the business, or back to the bot.
    /// `place`: as `InboundMessage::number`.
    Assigned { sender: SenderId, contact: Vec<Alias>, place: String, to: Holder },
    /// The contact changed a marketing preference on the platform (`user_preferences`).
    Preference { sender: SenderId, from: Vec<Alias>, at: Time, marketing: Preference },
    /// The contact's number or id changed.
    Identity { sender: SenderId, old: Vec<Alias>, new: Vec<Alias>, at: Time },
    /// A template changed in the catalogue of a `waba_id`; `senders` lists its senders.
    Template { senders: Vec<SenderId>, name: String, language: Option<String>, change: TemplateChange },
    /// An operator must hear about one of our accounts or numbers.
    Account { senders: Vec<SenderId>, news: AccountNews },
    /// An item without use for us, counted and kept. `why` is a fixed phrase that can be a metric's label.
    Ignored { why: &'static str },
    /// An item that was not understood or must not be acted on, kept as a dead letter. `kind` is a fixed word:
    /// `malformed`, `wrong_secret`, `unknown_sender`. With a sender, its account can see it: only if the sender's own
    /// secret verified the body.
    Dead { sender: Option<SenderId>, kind: &'static str, reason: String },
}

impl Inbound {
    /// The sender that the item belongs to, if it belongs to one.
    pub fn sender(&self) -> Option<SenderId> {
        match self {
            Inbound::Message { sender, .. }
            | Inbound::Status { sender, .. }
            | Inbound::Echo { sender, .. }
            | Inbound::Assigned { sender, .. }
            | Inbound::Preference { sender, .. }
            | Inbound::Identity { sender, .. } => Some(*sender),
            Inbound::Dead { sender, .. } => *sender,
            Inbound::Template { .. } | Inbound::Account { .. } | Inbound::Ignored { .. } => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboundMessage {
    pub provider_id: ProviderId,
    /// The message's own timestamp, from which the window counts.
    pub at: Time,
    /// All names of the person at this sender, the most reliable first. Never empty.
    pub from: Vec<Alias>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The public name that the person chose on WhatsApp, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    pub kind: InboundKind,
    /// The provider's id of the message that this one replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ProviderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// The place of ours that the contact wrote to, if a sender has several; replies leave from it. A number, `+` and
    /// digits, because WhatsApp's window belongs to it; at Chatwoot the number of the conversation there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// A name by which a platform identifies a contact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Alias {
    pub kind: AliasKind,
    /// Digits without `+` for a phone number or a `wa_id`; a BSUID as the provider writes it.
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AliasKind {
    /// A phone number or a `wa_id`: both are digits, and one person may have both.
    Phone,
    Bsuid,
}

impl Alias {
    /// Parses a phone number or user id in the form that Meta documents, in any field; `None`: it identifies nobody.
    /// Contacts are joined by these names, so a word such as `unknown` must not be accepted.
    pub fn read(text: &str) -> Option<Alias> {
        Alias::phone(text).or_else(|| {
            let text = text.trim();
            is_user_id(text).then(|| Alias { kind: AliasKind::Bsuid, value: text.to_owned() })
        })
    }

    /// As `read`, for platforms that identify people only by phone numbers.
    pub fn phone(text: &str) -> Option<Alias> {
        let text = text.trim();
        let digits = text.strip_prefix('+').unwrap_or(text);
        phone::is_wire(digits).then(|| Alias { kind: AliasKind::Phone, value: digits.to_owned() })
    }
}

/// The country's two letters, a point and at most 128 letters and digits (Meta, business-scoped user ids); with `ENT.`
/// between for the id of a parent account. Webhooks of 2025 had `user.` in front.
fn is_user_id(text: &str) -> bool {
    let Some((begin, rest)) = text.split_once('.') else { return false };
    let is_country = begin.len() == 2 && begin.bytes().all(|b| b.is_ascii_uppercase());
    let rest = if is_country { rest.strip_prefix("ENT.").unwrap_or(rest) } else { rest };
    (is_country || begin == "user")
        && (1..=USER_ID_CHARS_MAX).contains(&rest.len())
        && rest.bytes().all(|b| b.is_ascii_alphanumeric())
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InboundKind {
    Text {
        body: String,
    },
    /// A tap on a reply button, list row or template button. `id` was given by us (or by the template).
    Button {
        id: String,
        title: String,
    },
    Media {
        media: MediaKind,
        id: Option<String>,
        mime: Option<String>,
        url: Option<String>,
        caption: Option<String>,
        filename: Option<String>,
        sha256: Option<String>,
        voice: bool,
        /// The words that a model heard in a voice note; with them it is judged as a text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heard: Option<String>,
    },
    Location {
        latitude: f64,
        longitude: f64,
        name: Option<String>,
        address: Option<String>,
    },
    Contacts {
        contacts: serde_json::Value,
    },
    Order {
        order: serde_json::Value,
    },
    /// A submitted WhatsApp Flow; `response` may be any JSON.
    Form {
        name: Option<String>,
        response: serde_json::Value,
    },
    /// `None`: the reaction was removed.
    Reaction {
        emoji: Option<String>,
        to: Option<ProviderId>,
    },
    /// The chat was opened, without a message.
    Welcome,
    /// The contact called; the call was answered or not.
    Call {
        missed: bool,
    },
    Edit {
        of: Option<ProviderId>,
        body: Option<String>,
    },
    Revoke {
        of: Option<ProviderId>,
    },
    /// A system notice of the platform, such as a changed identity.
    System {
        what: String,
    },
    Unsupported {
        what: String,
        /// True for a kind that this version does not know: its webhook is kept, so that a later version can read it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unknown: bool,
    },
}

impl InboundKind {
    /// The words that were heard in a voice note.
    pub fn heard(&self) -> Option<&str> {
        match self {
            InboundKind::Media { heard, .. } => heard.as_deref(),
            _ => None,
        }
    }

    /// The words of a text, typed or spoken; not those on a button.
    pub fn own_words(&self) -> Option<&str> {
        match self {
            InboundKind::Text { body } => Some(body),
            other => other.heard(),
        }
    }

    /// True for a voice note whose words nobody has heard yet.
    pub fn is_unheard(&self) -> bool {
        matches!(self, InboundKind::Media { media: MediaKind::Audio, voice: true, heard: None, .. })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Referral {
    pub source_type: Option<String>,
    pub source_id: Option<String>,
    pub source_url: Option<String>,
    pub headline: Option<String>,
    pub body: Option<String>,
    pub click_id: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusUpdate {
    pub provider_id: ProviderId,
    /// Our own id, if the provider returns it.
    pub ours: Option<OutboundId>,
    pub state: DeliveryState,
    pub at: Time,
    /// The provider's code and text, for `Failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StatusError>,
    /// The platform's data about the price of a message that arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
}

/// The price category of a message; no platform tells the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// False: the message is free.
    pub billable: bool,
    /// `marketing`, `utility`, `authentication`, `service`, or another word of the platform.
    pub category: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusError {
    pub code: i64,
    pub text: String,
}

/// The delivery state of a message. It only moves forward: sent, delivered, read; failed at any time before
/// `delivered`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    Sent,
    Delivered,
    Read,
    Failed,
}

impl DeliveryState {
    pub fn as_str(self) -> &'static str {
        match self {
            DeliveryState::Sent => "sent",
            DeliveryState::Delivered => "delivered",
            DeliveryState::Read => "read",
            DeliveryState::Failed => "failed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Echo {
    pub provider_id: ProviderId,
    pub at: Time,
    /// The contact that the person wrote to.
    pub to: Vec<Alias>,
    /// The text of the message, if it has one.
    pub text: Option<String>,
    /// `app` (the business phone) or `standby` (another application has the conversation).
    pub by: EchoSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EchoSource {
    App,
    Standby,
}

/// The one who has a conversation in the platform's own inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    Bot,
    /// A person; the name as the platform shows it.
    Person {
        agent: Option<String>,
        /// True: the person has written to the contact, which also ends the wait after a hand-off.
        wrote: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preference {
    Stop,
    Resume,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TemplateChange {
    Status(TemplateStatus),
    Category(Category),
    /// The quality rating by customers, in the platform's word: `GREEN`, `YELLOW`, `RED`.
    Quality(String),
}

/// A platform's message about one of our accounts or numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNews {
    /// A fixed word that can be a metric's label: `account_restriction`.
    pub what: &'static str,
    /// A sentence for the operator.
    pub text: String,
    /// The affected number in digits; `None`: the whole account.
    pub number: Option<String>,
    /// No unasked message may be sent before this time.
    pub templates_until: Option<Time>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_documented_forms_name_a_person() {
        let id = "7".repeat(USER_ID_CHARS_MAX);
        for text in ["US.13491208655302741918", "PT.9F01ab", "US.ENT.11815799212886844830", "user.ab12", " BR.1 "] {
            assert_eq!(Alias::read(text).map(|alias| alias.kind), Some(AliasKind::Bsuid), "{text}");
        }
        assert!(Alias::read(&format!("US.{id}")).is_some(), "at the limit");
        assert!(Alias::read(&format!("US.{id}7")).is_none(), "beyond it");
        for text in [
            "unknown",
            "null",
            "undefined",
            "0",
            "",
            "+",
            "anonymous",
            "us.1",
            "USA.1",
            "U.1",
            "US.",
            "US.a b",
            "US.-",
            "US.ENT.",
            "507f1f77bcf86cd799439090",
            "<USER_ID>",
            "1234",
            "0351960000111",
            "1234567890123456",
        ] {
            assert_eq!(Alias::read(text), None, "{text}");
        }
        for text in ["+351960000111", "351960000111"] {
            let phone = Alias { kind: AliasKind::Phone, value: "351960000111".into() };
            assert_eq!((Alias::read(text), Alias::phone(text)), (Some(phone.clone()), Some(phone)), "{text}");
        }
        assert_eq!(Alias::phone("US.13491208655302741918"), None);
    }
}
