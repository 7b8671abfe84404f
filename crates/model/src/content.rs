//! Defines the content of our messages in the form that each provider converts into its own.

use super::{
    card::ContactCard,
    template::{HeaderValue, TemplateMessage},
};
use crate::base::{ids::ProviderId, limits::FILENAME_CHARS_MAX, query};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// One message of ours. Its texts are final: translated, with values filled in, within the limits of the channel.
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
    /// Up to ten rows behind one button; `button` is its title.
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
    /// People or businesses that the customer can save; at least one.
    ContactCards {
        cards: Vec<ContactCard>,
    },
    /// A text with WhatsApp's own button that shares the contact's location.
    PlaceRequest {
        body: String,
    },
    /// A button that opens a form: a WhatsApp Flow.
    Form(Box<FormMessage>),
    /// An emoji on a message of the contact; `None` removes ours.
    Reaction {
        to: ProviderId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
}

/// A message with the button of a form. The answers come back with its `token`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormMessage {
    pub body: String,
    /// The text on the button.
    pub button: String,
    /// The form at the platform: its id, which consists of digits, or else its name.
    pub form: String,
    pub token: String,
    pub opens: FormStart,
    /// True for a form that is not published: only the business's own testers can open it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    #[serde(default, skip_serializing_if = "Edges::are_bare")]
    pub edges: Edges,
}

/// The first screen of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum FormStart {
    /// A screen with its data; without a name, the first screen of the form.
    Screen {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        screen: Option<String>,
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        data: Map<String, Json>,
    },
    /// The form asks our endpoint for the first screen.
    Endpoint,
}

impl FormMessage {
    pub fn is_id(&self) -> bool {
        self.form.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// The header and footer of an interactive message.
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

/// A reply button. A tap returns `id`, our signed token.
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
    /// A public address; or the path of a file of the bot, `files/menu.pdf`; or `upload:` and the id of the file at the
    /// sender's platform.
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}

/// A point in degrees; below the map, `name` stands above `address`.
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
    /// The coordinates, `(40.4168, -3.7038)`, and the name if there is one.
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
    pub const ALL: [MediaKind; 5] =
        [MediaKind::Image, MediaKind::Audio, MediaKind::Video, MediaKind::Document, MediaKind::Sticker];

    /// The kind with this name; `None`: there is none.
    pub fn named(name: &str) -> Option<MediaKind> {
        MediaKind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

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

/// The folder of a bot with the files that it sends.
pub const FILES: &str = "files";

const UPLOAD: &str = "upload:";

/// True if a text is a path in the bot's own folder of files.
pub fn is_bot_file(text: &str) -> bool {
    text.strip_prefix(FILES).is_some_and(|rest| rest.starts_with('/'))
}

impl Media {
    /// A file that was uploaded to the platform earlier.
    pub fn uploaded(kind: MediaKind, id: &str, filename: Option<String>) -> Media {
        Media { kind, url: format!("{UPLOAD}{id}"), filename }
    }

    /// The path of a file of the bot: `files/menu.pdf`; `None` for other files.
    pub fn bot_file(&self) -> Option<&str> {
        Some(self.url.as_str()).filter(|url| is_bot_file(url))
    }

    /// Gives a document without a name the last part of its address; otherwise it shows as "Untitled".
    pub fn name_document(&mut self) {
        if self.kind == MediaKind::Document && self.filename.is_none() && self.upload_id().is_none() {
            self.filename = name_in(&self.url);
        }
    }

    /// The platform's id of an uploaded file.
    pub fn upload_id(&self) -> Option<&str> {
        self.url.strip_prefix(UPLOAD)
    }
}

/// The kind of a file by the ending of its address; `None` without an ending, or if the ending is unknown.
pub fn kind_by_ending(url: &str) -> Option<MediaKind> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(match name.rsplit_once('.')?.1.to_lowercase().as_str() {
        "jpg" | "jpeg" | "png" | "gif" => MediaKind::Image,
        "webp" => MediaKind::Sticker,
        "mp4" | "3gp" | "mov" => MediaKind::Video,
        "mp3" | "ogg" | "opus" | "aac" | "m4a" | "amr" => MediaKind::Audio,
        "pdf" | "doc" | "docx" | "xls" | "xlsx" | "ppt" | "pptx" | "odt" | "ods" | "odp" | "csv" | "txt" => {
            MediaKind::Document
        }
        _ => return None,
    })
}

/// The part of an address behind its last slash, decoded.
fn name_in(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let path = path.split_once("://").map_or(Some(path), |(_, rest)| rest.split_once('/').map(|(_, path)| path))?;
    let name = query::unescaped(path.rsplit('/').next().unwrap_or(path));
    let name = name.trim();
    (!name.is_empty()).then(|| name.chars().filter(|c| !c.is_control()).take(FILENAME_CHARS_MAX).collect())
}

impl Content {
    /// Calls `Media::name_document` for the file of this message.
    pub fn name_document(&mut self) {
        if let Some(media) = self.media_mut() {
            media.name_document();
        }
    }

    /// The id that a tap returns, and the title, of each button and row that can be tapped, in their order.
    pub fn tappables(&self) -> Vec<(&str, &str)> {
        match self {
            Content::Buttons { buttons, .. } => buttons.iter().map(|of| (of.id.as_str(), of.title.as_str())).collect(),
            Content::List { rows, .. } => rows.iter().map(|row| (row.id.as_str(), row.title.as_str())).collect(),
            Content::Template(template) => template.replies(),
            Content::Text { .. }
            | Content::Link { .. }
            | Content::Media { .. }
            | Content::Location(_)
            | Content::ContactCards { .. }
            | Content::PlaceRequest { .. }
            | Content::Form(_)
            | Content::Reaction { .. } => Vec::new(),
        }
    }

    /// The file of the message; a message has one at most.
    pub fn media(&self) -> Option<&Media> {
        match self {
            Content::Media { media, .. } => Some(media),
            Content::Buttons { media, .. } | Content::Link { media, .. } => media.as_ref(),
            Content::Form(form) => form.media.as_ref(),
            Content::Template(template) => template.media(),
            Content::Text { .. }
            | Content::List { .. }
            | Content::Location(_)
            | Content::ContactCards { .. }
            | Content::PlaceRequest { .. }
            | Content::Reaction { .. } => None,
        }
    }

    /// As `media`, to change its address.
    pub fn media_mut(&mut self) -> Option<&mut Media> {
        match self {
            Content::Media { media, .. } => Some(media),
            Content::Buttons { media, .. } | Content::Link { media, .. } => media.as_mut(),
            Content::Form(form) => form.media.as_mut(),
            Content::Template(template) => match &mut template.header {
                Some(HeaderValue::Media(media)) => Some(media),
                Some(HeaderValue::Text(_) | HeaderValue::Location(_)) | None => None,
            },
            Content::Text { .. }
            | Content::List { .. }
            | Content::Location(_)
            | Content::ContactCards { .. }
            | Content::PlaceRequest { .. }
            | Content::Reaction { .. } => None,
        }
    }

    /// The text that a person reads, for the sandbox, transcripts and the list of conversations.
    pub fn text(&self) -> &str {
        match self {
            Content::Text { body }
            | Content::Buttons { body, .. }
            | Content::List { body, .. }
            | Content::Link { body, .. }
            | Content::PlaceRequest { body } => body,
            Content::Media { caption, .. } => caption.as_deref().unwrap_or_default(),
            Content::Template(template) => &template.name,
            Content::Form(form) => &form.body,
            Content::Location(place) => place.name.as_deref().unwrap_or_default(),
            Content::ContactCards { cards } => cards.first().map(|card| card.name.as_str()).unwrap_or_default(),
            Content::Reaction { emoji, .. } => emoji.as_deref().unwrap_or_default(),
        }
    }

    pub fn is_template(&self) -> bool {
        matches!(self, Content::Template(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_of_the_kind_that_its_address_ends_in() {
        for (url, kind) in [
            ("https://x.example/a.PNG?v=1.pdf", Some(MediaKind::Image)),
            ("files/menu.pdf", Some(MediaKind::Document)),
            ("https://x.example/a.mp4#t", Some(MediaKind::Video)),
            ("https://x.example/a", None),
            ("https://x.example/pay.php?id=1", None),
        ] {
            assert_eq!(kind_by_ending(url), kind, "{url}");
        }
    }

    #[test]
    fn a_document_is_called_as_its_address_ends() {
        let named = |kind, url: &str| {
            let mut content = Content::Media { media: Media { kind, url: url.into(), filename: None }, caption: None };
            content.name_document();
            content.media().and_then(|media| media.filename.clone())
        };
        let document = |url: &str| named(MediaKind::Document, url);
        for (url, name) in [
            ("https://x.example/a/menu.pdf?v=1#p2", "menu.pdf"),
            ("https://x.example/Invoice%20A+7.pdf", "Invoice A+7.pdf"),
            ("files/menu.pdf", "menu.pdf"),
        ] {
            assert_eq!(document(url).as_deref(), Some(name), "{url}");
        }
        for url in
            ["https://x.example", "https://x.example/", "https://x.example/a/?name=x.pdf", "upload:4490709327384033"]
        {
            assert_eq!(document(url), None, "{url}");
        }
        assert_eq!(named(MediaKind::Image, "https://x.example/a.png"), None, "only documents show a name");
        let long = format!("https://x.example/{}", "a".repeat(FILENAME_CHARS_MAX + 1));
        assert_eq!(document(&long).map(|name| name.len()), Some(FILENAME_CHARS_MAX));
        let mut given =
            Media { kind: MediaKind::Document, url: "https://x.example/1".into(), filename: Some("A.pdf".into()) };
        given.name_document();
        assert_eq!(given.filename.as_deref(), Some("A.pdf"));
    }
}
