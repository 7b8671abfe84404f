//! `message_type`: what this product takes of each kind, checked against the file's own headers.

use super::refusal::Refusal;
use crate::{
    model::content::{Media, MediaKind},
    web::{
        api::media::{self, AUDIO_FORMATS, Breach, IMAGE_FORMATS, Rule},
        state::Web,
    },
};

/// Sizes and formats of the product's table.
const RULES: &[Rule] = &[
    Rule { kind: MediaKind::Image, megabytes_max: 5, formats: IMAGE_FORMATS, names: "JPEG, PNG" },
    Rule { kind: MediaKind::Video, megabytes_max: 16, formats: &["video/mp4"], names: "MP4" },
    Rule { kind: MediaKind::Audio, megabytes_max: 16, formats: AUDIO_FORMATS, names: "AAC, MP3, M4A, AMR, OGG" },
    Rule {
        kind: MediaKind::Document,
        megabytes_max: 100,
        formats: &[
            "application/pdf",
            "application/msword",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "text/plain",
        ],
        names: "PDF, DOC, DOCX, PPT, PPTX, TXT",
    },
];

/// The words of `message_type` that are files.
pub const FILES: &[(&str, Option<MediaKind>)] = &[
    ("text", None),
    ("image", Some(MediaKind::Image)),
    ("video", Some(MediaKind::Video)),
    ("audio", Some(MediaKind::Audio)),
    ("document", Some(MediaKind::Document)),
];

/// An address of the web; the platform fetches the file from there.
pub fn file(kind: MediaKind, url: String, filename: Option<String>) -> Result<Media, Refusal> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Refusal::bad("media_url must start with http:// or https://"));
    }
    Ok(Media { kind, url, filename: filename.filter(|_| kind == MediaKind::Document) })
}

/// 400 when the file's own headers say that it is too large or of another format.
pub async fn check(web: &Web, media: &Media) -> Result<(), Refusal> {
    let Some((rule, breach)) = media::look(web, RULES, media.kind, &media.url).await else { return Ok(()) };
    let kind = rule.kind.as_str();
    Err(Refusal::bad(match breach {
        Breach::TooLarge => format!("Media file is too large. Maximum size for {kind}: {} MB", rule.megabytes_max),
        Breach::Format(format) => {
            format!("Unsupported media format '{format}'. Accepted formats for {kind}: {}", rule.names)
        }
    }))
}
