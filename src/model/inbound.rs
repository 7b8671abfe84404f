//! What a provider's webhook says, in our words.

mod plain;

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

/// One item of a webhook, with the piece of the body it came from (for dead letters).
#[derive(Debug, Clone)]
pub struct Item {
    pub what: Inbound,
    /// The item's own JSON (or form) text.
    pub raw: String,
}

/// What an item means. An unknown kind is `Ignored` or an `InboundKind::Unsupported`, never an error.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most items are messages; a box each would cost more than it saves")]
pub enum Inbound {
    /// The contact wrote, tapped, sent a file, called, opened the chat.
    Message { sender: SenderId, message: InboundMessage },
    /// News about a message of ours.
    Status { sender: SenderId, status: StatusUpdate },
    /// A person of the business wrote from the phone app, or another brain has the conversation.
    Echo { sender: SenderId, echo: Echo },
    /// The contact's own wish, told by the platform (`user_preferences`).
    Preference { sender: SenderId, from: Vec<Alias>, at: Time, marketing: Preference },
    /// The contact has another number or id from now on.
    Identity { sender: SenderId, old: Vec<Alias>, new: Vec<Alias>, at: Time },
    /// The catalogue changed; for all senders of that `waba_id` (the senders are listed).
    Template { senders: Vec<SenderId>, name: String, language: Option<String>, change: TemplateChange },
    /// A person must hear of an account or number of ours.
    Account { senders: Vec<SenderId>, news: AccountNews },
    /// Of no use to us: counted and kept. `why` is a fixed phrase, fit for a metric's label.
    Ignored { why: &'static str },
    /// Not understood, or not for us to act on: kept as a dead letter. `kind` is a fixed word:
    /// `malformed`, `wrong_secret`, `unknown_sender`. With a sender its account sees it: only where the sender's own
    /// secret verified the body.
    Dead { sender: Option<SenderId>, kind: &'static str, reason: String },
}

impl Inbound {
    /// Of which sender it speaks, where it is about one.
    pub fn sender(&self) -> Option<SenderId> {
        match self {
            Inbound::Message { sender, .. }
            | Inbound::Status { sender, .. }
            | Inbound::Echo { sender, .. }
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
    /// Every name this person is known by here, the surest first. Never empty.
    pub from: Vec<Alias>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The public name that the person chose on WhatsApp, without `@`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    pub kind: InboundKind,
    /// The provider's id of the message this one replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ProviderId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
}

/// A name of a contact on the wire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Alias {
    pub kind: AliasKind,
    /// A phone and a `wa_id` as digits without `+`; a BSUID as the provider writes it.
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AliasKind {
    /// Also `wa_id`: both are digits, and both may appear for one person.
    Phone,
    Bsuid,
}

impl Alias {
    /// A phone or a user id in the form that Meta documents, whatever field it stands in; `None`: it names nobody. What
    /// is read here joins contacts, so that a word like `unknown` must not pass.
    pub fn read(text: &str) -> Option<Alias> {
        Alias::phone(text).or_else(|| {
            let text = text.trim();
            is_user_id(text).then(|| Alias { kind: AliasKind::Bsuid, value: text.to_owned() })
        })
    }

    /// The same where a platform knows people by their phones alone.
    pub fn phone(text: &str) -> Option<Alias> {
        let text = text.trim();
        let digits = text.strip_prefix('+').unwrap_or(text);
        phone::is_wire(digits).then(|| Alias { kind: AliasKind::Phone, value: digits.to_owned() })
    }
}

/// The country's two letters, a point and at most 128 letters and digits (Meta, business-scoped-user-ids); that of a
/// parent account has `ENT.` between. Webhooks of 2025 wrote `user.` in front.
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
    /// A tap on a reply button, list row or template button. `id` is what we (or the template) gave it.
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
    /// A WhatsApp Flow came back; `response` may be anything.
    Form {
        name: Option<String>,
        response: serde_json::Value,
    },
    /// `None`: taken away again.
    Reaction {
        emoji: Option<String>,
        to: Option<ProviderId>,
    },
    /// The chat was opened and nothing typed.
    Welcome,
    /// The contact called; answered or not.
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
    /// A system notice of the platform (identity change and the like).
    System {
        what: String,
    },
    Unsupported {
        what: String,
        /// A kind that we do not know at all: its webhook is kept, and may be read by a later version.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unknown: bool,
    },
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
    /// Our own id, where the provider echoes it.
    pub ours: Option<OutboundId>,
    pub state: DeliveryState,
    pub at: Time,
    /// For `Failed`: the provider's code and text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<StatusError>,
    /// What the platform says of the price of a message that arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
}

/// The platform's word on a price, without the amount, which no platform tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// False: it is free.
    pub billable: bool,
    /// `marketing`, `utility`, `authentication`, `service`, or what the platform calls it.
    pub category: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusError {
    pub code: i64,
    pub text: String,
}

/// Moves forward only: sent, delivered, read; failed at any time before `delivered`.
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
    /// To whom the person wrote.
    pub to: Vec<Alias>,
    /// What was written, as far as it is text.
    pub text: Option<String>,
    /// `app` (the business phone) or `standby` (another application holds the conversation).
    pub by: EchoSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EchoSource {
    App,
    Standby,
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
    /// What customers think of it, in the platform's word: `GREEN`, `YELLOW`, `RED`.
    Quality(String),
}

/// What a platform says of one of our accounts or numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNews {
    /// A fixed word, fit for a metric's label: `account_restriction`.
    pub what: &'static str,
    /// A sentence for the operator.
    pub text: String,
    /// The number that it is about, as digits; `None`: all of the account.
    pub number: Option<String>,
    /// Nothing unasked goes out before then.
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
