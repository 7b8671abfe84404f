//! Checks a file against Kapso's limits for its kind, by the HTTP headers of its URL.

use super::Refusal;
use crate::{
    model::content::{Media, MediaKind},
    web::{
        api::media::headers::{self, AUDIO_FORMATS, Breach, IMAGE_FORMATS, Rule},
        state::Web,
    },
};

/// Every document type passes: WhatsApp accepts all of them up to the size limit.
const RULES: &[Rule] = &[
    Rule { kind: MediaKind::Image, megabytes_max: 5, formats: IMAGE_FORMATS, names: "JPEG, PNG" },
    Rule { kind: MediaKind::Video, megabytes_max: 16, formats: &["video/mp4", "video/3gpp"], names: "MP4, 3GPP" },
    Rule { kind: MediaKind::Audio, megabytes_max: 16, formats: AUDIO_FORMATS, names: "AAC, AMR, MP3, M4A, OGG" },
    Rule { kind: MediaKind::Document, megabytes_max: 100, formats: &[], names: "" },
];

/// 422 if the file's HTTP headers show that it is too large or of another format.
pub async fn check(web: &Web, media: &Media) -> Result<(), Refusal> {
    let Some((rule, breach)) = headers::look(web, RULES, media.kind, &media.url).await else { return Ok(()) };
    let kind = rule.kind.as_str();
    Err(Refusal::invalid(match breach {
        Breach::TooLarge => format!("The {kind} is larger than {} MB", rule.megabytes_max),
        Breach::Format(format) => format!("{format} is not supported for {kind}: use {}", rule.names),
    }))
}
