//! `media`: a picture, film, sound, document or sticker.

use super::TriggerKind;
use crate::flow::{
    spec::{FieldKind, FieldSpec, Spec},
    step_fields::TriggerFields,
};
use crate::model::content::MediaKind;

pub struct Media {
    /// `None`: any.
    pub kind: Option<MediaKind>,
}

impl TriggerKind for Media {
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
}
