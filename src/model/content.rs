//! What we send: the canonical form that each provider turns into its own.

use super::template::TemplateMessage;
use crate::base::ids::ProviderId;
use serde::{Deserialize, Serialize};

/// One message of ours. Texts are final: translated, interpolated, checked against the limits of the channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Text {
        body: String,
    },
    /// One to three reply buttons. Above the body stands a file or a line of text, never both.
    Buttons {
        body: String,
        buttons: Vec<Button>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<Media>,
        #[serde(default, skip_serializing_if = "Edges::are_bare")]
        edges: Edges,
    },
    /// Up to ten rows behind one button; `button` is what opens them.
    List {
        body: String,
        button: String,
        rows: Vec<Row>,
        #[serde(default, skip_serializing_if = "Edges::are_bare")]
        edges: Edges,
    },
    /// A button that opens a page.
    Link {
        body: String,
        title: String,
        url: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        media: Option<Media>,
        #[serde(default, skip_serializing_if = "Edges::are_bare")]
        edges: Edges,
    },
    Media {
        media: Media,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
    },
    Template(TemplateMessage),
    /// A place on the map.
    Location(Location),
    /// An emoji on a message of the contact; `None` takes ours away again.
    Reaction {
        to: ProviderId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
}

/// The short lines above and below the body of a message that can be tapped.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Edges {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer: Option<String>,
}

impl Edges {
    pub fn are_bare(&self) -> bool {
        self.header.is_none() && self.footer.is_none()
    }
}

/// A reply button. `id` comes back when it is tapped: our signed token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Button {
    pub id: String,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub id: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A file by its public address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Media {
    pub kind: MediaKind,
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

/// A point in degrees; `name` stands above `address` below the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    pub latitude: f64,
    pub longitude: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Location {
    /// `(40.4168, -3.7038)`, and its name if it has one.
    pub fn describe(&self) -> String {
        let name = self.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
        format!("({}, {}){name}", self.latitude, self.longitude)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    Image,
    Audio,
    Video,
    Document,
    Sticker,
}

impl MediaKind {
    pub fn as_str(self) -> &'static str {
        match self {
            MediaKind::Image => "image",
            MediaKind::Audio => "audio",
            MediaKind::Video => "video",
            MediaKind::Document => "document",
            MediaKind::Sticker => "sticker",
        }
    }
}

impl Content {
    /// The text that a person reads, for the sandbox, transcripts and the conversation list.
    pub fn text(&self) -> &str {
        match self {
            Content::Text { body }
            | Content::Buttons { body, .. }
            | Content::List { body, .. }
            | Content::Link { body, .. } => body,
            Content::Media { caption, .. } => caption.as_deref().unwrap_or_default(),
            Content::Template(template) => &template.name,
            Content::Location(place) => place.name.as_deref().unwrap_or_default(),
            Content::Reaction { emoji, .. } => emoji.as_deref().unwrap_or_default(),
        }
    }

    pub fn is_template(&self) -> bool {
        matches!(self, Content::Template(_))
    }
}
