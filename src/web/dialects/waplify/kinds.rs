//! Checks `message_type` and the file against Waplify's limits for its kind, by the HTTP headers of its URL.

use super::refusal::Refusal;
use crate::{
    model::content::{Media, MediaKind},
    web::{
        api::media::headers::{self, AUDIO_FORMATS, Breach, IMAGE_FORMATS, Rule},
        state::Web,
    },
};

/// Sizes and formats of Waplify's table.
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

/// The values of `message_type` with their kinds of file.
pub const FILES: &[(&str, Option<MediaKind>)] = &[
    ("text", None),
    ("image", Some(MediaKind::Image)),
    ("video", Some(MediaKind::Video)),
    ("audio", Some(MediaKind::Audio)),
    ("document", Some(MediaKind::Document)),
];

/// An HTTP URL; the platform fetches the file from there.
pub fn file(kind: MediaKind, url: String, filename: Option<String>) -> Result<Media, Refusal> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Refusal::bad("media_url must start with http:// or https://"));
    }
    Ok(Media { kind, url, filename: filename.filter(|_| kind == MediaKind::Document) })
}

/// 400 if the file's HTTP headers show that it is too large or of another format.
pub async fn check(web: &Web, media: &Media) -> Result<(), Refusal> {
    let Some((rule, breach)) = headers::look(web, RULES, media.kind, &media.url).await else { return Ok(()) };
    let kind = rule.kind.as_str();
    Err(Refusal::bad(match breach {
        Breach::TooLarge => format!("Media file is too large. Maximum size for {kind}: {} MB", rule.megabytes_max),
        Breach::Format(format) => {
            format!("Unsupported media format '{format}'. Accepted formats for {kind}: {}", rule.names)
        }
    }))
}
