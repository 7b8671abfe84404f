//! Implements `media`: a picture, video, audio, document or sticker.

use super::{MessageAge, AllowedIn, TriggerKind};
use crate::{model::{content::MediaKind, inbound::InboundKind}, engine::routing::choose::{Fit, RoutedMessage, Strength}, load::{spec::{FieldKind, FieldSpec, Spec}, step_fields::TriggerFields}};

pub struct Media {
    /// `None`: any kind.
    pub kind: Option<MediaKind>,
}

impl TriggerKind for Media {
    const STANDS: AllowedIn = AllowedIn::Both;
    const SPEC: Spec = Spec {
        name: "media",
        summary: "The contact sends a file.",
        fields: &[FieldSpec::required(
            "media",
            FieldKind::Word(&["any", "image", "audio", "video", "document", "sticker"]),
            "`any`, `image`, `audio`, `video`, `document` or `sticker`.",
        )],
        example: "media: image",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        fields.required("media");
        let kind = match fields.word("media", &["any", "image", "audio", "video", "document", "sticker"]) {
            Some("image") => Some(MediaKind::Image),
            Some("audio") => Some(MediaKind::Audio),
            Some("video") => Some(MediaKind::Video),
            Some("document") => Some(MediaKind::Document),
            Some("sticker") => Some(MediaKind::Sticker),
            Some(_) | None => None,
        };
        Media { kind }
    }

    fn since(&self) -> MessageAge {
        MessageAge::Now
    }

    fn hears(&self, heard: &RoutedMessage<'_>) -> Option<Fit> {
        match &heard.message.kind {
            // Its words are judged in its place.
            InboundKind::Media { heard: Some(_), .. } => None,
            InboundKind::Media { media, .. } if self.kind.is_none_or(|kind| kind == *media) => {
                Some(Fit::of(Strength::Whole(3)))
            }
            _ => None,
        }
    }

    fn why_not(&self, heard: &RoutedMessage<'_>) -> String {
        let wanted = self.kind.map_or("file", MediaKind::as_str);
        format!("it is no {wanted} but {}", heard.kind_in_words())
    }
}
