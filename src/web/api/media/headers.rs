//! Checks a file's HTTP headers before a send: they may show that no platform will accept the file.

use crate::{base::limits::MEDIA_LOOK_WAIT, model::content::MediaKind, web::state::Web};

/// The limits of a product for one kind of file.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub kind: MediaKind,
    pub megabytes_max: u64,
    /// MIME types as servers send them.
    pub formats: &'static [&'static str],
    /// The formats' names for error texts.
    pub names: &'static str,
}

/// The image types that WhatsApp shows, under all names that servers use.
pub const IMAGE_FORMATS: &[&str] = &["image/jpeg", "image/jpg", "image/png"];
/// The audio types that WhatsApp plays, under all names that servers use.
pub const AUDIO_FORMATS: &[&str] = &[
    "audio/aac",
    "audio/aacp",
    "audio/x-aac",
    "audio/mpeg",
    "audio/mp3",
    "audio/mp4",
    "audio/m4a",
    "audio/x-m4a",
    "audio/amr",
    "audio/ogg",
    "audio/opus",
    "application/ogg",
];

/// The limit that a file breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    TooLarge,
    Format(String),
}

/// Types that servers send if they do not know the type.
const UNSAID: &[&str] = &["", "application/octet-stream", "binary/octet-stream", "application/x-binary"];

/// Asks the URL for its headers, for at most `MEDIA_LOOK_WAIT`. Only a successful answer that breaks a rule counts: a
/// server that does not answer us may still answer the platform.
pub async fn look(web: &Web, rules: &[Rule], kind: MediaKind, url: &str) -> Option<(Rule, Breach)> {
    let rule = rules.iter().find(|rule| rule.kind == kind)?;
    let (status, headers) = web.app.calls.look(url, MEDIA_LOOK_WAIT).await?;
    if !(200..300).contains(&status) {
        return None;
    }
    let header = |name: &str| headers.get(name).map(String::as_str);
    let breach = judge(rule, header("content-length"), header("content-type"))?;
    Some((*rule, breach))
}

fn judge(rule: &Rule, length: Option<&str>, kind: Option<&str>) -> Option<Breach> {
    let bytes_max = rule.megabytes_max * 1024 * 1024;
    if length.and_then(|length| length.trim().parse::<u64>().ok()).is_some_and(|length| length > bytes_max) {
        return Some(Breach::TooLarge);
    }
    let format = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let known = UNSAID.contains(&format.as_str()) || rule.formats.contains(&format.as_str());
    (!known).then_some(Breach::Format(format))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: Rule =
        Rule { kind: MediaKind::Image, megabytes_max: 5, formats: &["image/jpeg", "image/png"], names: "JPEG, PNG" };

    #[test]
    fn a_file_at_the_limit_passes_and_one_byte_more_does_not() {
        let limit = 5 * 1024 * 1024;
        assert_eq!(judge(&IMAGE, Some(&limit.to_string()), Some("image/png")), None);
        assert_eq!(judge(&IMAGE, Some(&(limit + 1).to_string()), Some("image/png")), Some(Breach::TooLarge));
    }

    #[test]
    fn only_a_type_that_is_said_and_wrong_counts() {
        for fine in [None, Some(""), Some("Image/JPEG; charset=binary"), Some("application/octet-stream")] {
            assert_eq!(judge(&IMAGE, None, fine), None, "{fine:?}");
        }
        assert_eq!(judge(&IMAGE, Some("no number"), Some("image/gif")), Some(Breach::Format("image/gif".into())));
    }
}
