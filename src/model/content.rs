//! What we send: the canonical form that each provider turns into its own.

use super::template::{HeaderValue, TemplateMessage};
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

/// A file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Media {
    pub kind: MediaKind,
    /// A public address; or the path of one of the bot's own files, `files/menu.pdf`; or `upload:` and the id under
    /// which the sender's platform keeps it.
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

/// The folder of a bot that holds the files it sends.
pub const FILES: &str = "files";

const UPLOAD: &str = "upload:";

/// Whether a text names a file of the bot's own folder.
pub fn is_bot_file(text: &str) -> bool {
    text.strip_prefix(FILES).is_some_and(|rest| rest.starts_with('/'))
}

impl Media {
    /// A file that was uploaded to the platform before.
    pub fn uploaded(kind: MediaKind, id: &str, filename: Option<String>) -> Media {
        Media { kind, url: format!("{UPLOAD}{id}"), filename }
    }

    /// Its path, if it is one of the bot's own: `files/menu.pdf`.
    pub fn bot_file(&self) -> Option<&str> {
        Some(self.url.as_str()).filter(|url| is_bot_file(url))
    }

    /// The platform's id of it, if it was uploaded.
    pub fn upload_id(&self) -> Option<&str> {
        self.url.strip_prefix(UPLOAD)
    }
}

impl Content {
    /// The file that it carries: no message carries two.
    pub fn media(&self) -> Option<&Media> {
        match self {
            Content::Media { media, .. } => Some(media),
            Content::Buttons { media, .. } | Content::Link { media, .. } => media.as_ref(),
            Content::Template(template) => template.media(),
            Content::Text { .. } | Content::List { .. } | Content::Location(_) | Content::Reaction { .. } => None,
        }
    }

    /// The same, to say where it lies.
    pub fn media_mut(&mut self) -> Option<&mut Media> {
        match self {
            Content::Media { media, .. } => Some(media),
            Content::Buttons { media, .. } | Content::Link { media, .. } => media.as_mut(),
            Content::Template(template) => match &mut template.header {
                Some(HeaderValue::Media(media)) => Some(media),
                Some(HeaderValue::Text(_)) | None => None,
            },
            Content::Text { .. } | Content::List { .. } | Content::Location(_) | Content::Reaction { .. } => None,
        }
    }

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
