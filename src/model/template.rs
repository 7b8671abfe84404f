//! Approved templates: what the provider's catalogue says of them, and one about to be sent.

use super::content::Media;
use crate::base::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A template in the catalogue of one sender, in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Our number for it, as the dialects show it (`template_id`).
    pub id: i64,
    pub name: String,
    /// Exactly as the provider spells it: `en`, `en_US`, `pt_BR`.
    pub language: String,
    pub category: Category,
    pub status: TemplateStatus,
    /// `Hi {{1}}, your visit is on {{2}}.` or with names.
    pub body: String,
    #[serde(default)]
    pub header: Option<TemplateHeader>,
    #[serde(default)]
    pub buttons: Vec<TemplateButtonKind>,
    /// How long the platform tries to deliver it; `None`: as long as it does for the category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Span>,
}

impl Template {
    /// Meta: ten minutes for authentication; 30 days, our default, for the others.
    pub fn time_to_live(&self) -> Option<Span> {
        let by_category = (self.category == Category::Authentication).then_some(Span::minutes(10));
        self.ttl.or(by_category)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    Marketing,
    Utility,
    Authentication,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TemplateStatus {
    Approved,
    Pending,
    Rejected,
    Paused,
    Disabled,
}

impl TemplateStatus {
    /// As the configuration spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            TemplateStatus::Approved => "approved",
            TemplateStatus::Pending => "pending",
            TemplateStatus::Rejected => "rejected",
            TemplateStatus::Paused => "paused",
            TemplateStatus::Disabled => "disabled",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateHeader {
    /// A text that may hold one parameter.
    Text(String),
    Image,
    Video,
    Document,
    Location,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateButtonKind {
    QuickReply {
        title: String,
    },
    /// `url` ends in `{{1}}` when it takes a suffix.
    Url {
        title: String,
        url: String,
    },
    Phone {
        title: String,
    },
    Other {
        title: String,
    },
}

/// A template with its values, ready to be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateMessage {
    pub name: String,
    /// `None`: chosen when sending, from the contact's language and its fallbacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderValue>,
    #[serde(default)]
    pub body: Parameters,
    /// By the button's place in the template.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<ButtonValue>,
    /// How long the platform tries to deliver it, where the catalogue says so; filled in when sending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttl: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parameters {
    #[default]
    None,
    Positional(Vec<String>),
    Named(BTreeMap<String, String>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderValue {
    Text(String),
    Media(Media),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonValue {
    /// A quick reply; the payload comes back when it is tapped: our signed token. `title` is the
    /// option's own title, by which a typed answer is understood.
    Reply {
        payload: String,
        title: String,
    },
    UrlSuffix(String),
}
