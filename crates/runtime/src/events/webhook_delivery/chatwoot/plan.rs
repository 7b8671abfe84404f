//! Divides a message that a person has written in Chatwoot into messages for the customer: its text and its files. Pure.

use crate::{
    base::{
        limits::{CHATWOOT_FILE_BYTES_MAX, CHATWOOT_FILES_MAX, FILENAME_CHARS_MAX, URL_CHARS_MAX},
        query,
    },
    model::{
        channel_limits::{ChannelLimits, META},
        content::{Content, MediaKind},
        format::Format,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One message for the customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The text, or the caption of the file.
    pub text: Option<String>,
    pub file: Option<PersonsFile>,
}

/// A file that a person has attached in Chatwoot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonsFile {
    pub url: String,
    pub kind: MediaKind,
    pub mime: String,
    pub name: String,
}

impl PersonsFile {
    /// The size up to which it is sent: WhatsApp's of its kind, and what is held in memory.
    pub(super) fn bytes_max(&self, carries: &ChannelLimits) -> usize {
        let most = META.bytes_max(self.kind).into_iter().chain(carries.bytes_max(self.kind)).min().unwrap_or(0);
        usize::try_from(most).unwrap_or(usize::MAX).min(CHATWOOT_FILE_BYTES_MAX)
    }

    pub(super) fn too_large(&self, carries: &ChannelLimits) -> String {
        let mebibytes = self.bytes_max(carries) as f64 / 1024.0 / 1024.0;
        format!("The file `{}` is larger than {mebibytes:.1} MiB, the most of {}.", self.name, self.kind.as_str())
    }
}

/// The messages in their order: the text stands with the first file if that can have a caption, else before it. The
/// error is a sentence for the person: nothing is sent then.
pub fn plan(text: &str, attachments: &Json, carries: &ChannelLimits) -> Result<Vec<Part>, String> {
    let none = Vec::new();
    let attached = attachments.as_array().unwrap_or(&none);
    if attached.len() > CHATWOOT_FILES_MAX {
        return Err(format!("More than {CHATWOOT_FILES_MAX} files are not sent at once."));
    }
    let mut files = attached.iter().map(|one| file(one, carries)).collect::<Result<Vec<_>, _>>()?.into_iter();
    let mut parts = Vec::new();
    let first = files.next();
    let has_caption = |file: &PersonsFile| {
        !matches!(file.kind, MediaKind::Audio | MediaKind::Sticker) && text.chars().count() <= carries.caption_max
    };
    let told = (!text.is_empty()).then(|| text.to_owned());
    match first {
        Some(file) if told.is_none() || has_caption(&file) => parts.push(Part { text: told, file: Some(file) }),
        first => {
            let body = Content::Text { body: text.to_owned() };
            let texts = carries.fit(body).map_err(|why| format!("The text cannot be sent: {why}."))?;
            parts.extend(texts.iter().map(|text| Part { text: Some(text.text().to_owned()), file: None }));
            parts.extend(first.map(|file| Part { text: None, file: Some(file) }));
        }
    }
    parts.extend(files.map(|file| Part { text: None, file: Some(file) }));
    Ok(parts)
}

fn file(attached: &Json, carries: &ChannelLimits) -> Result<PersonsFile, String> {
    let told = attached["file_type"].as_str().unwrap_or("file");
    if !matches!(told, "image" | "audio" | "video" | "file") {
        return Err(format!("Texts and files are sent from Chatwoot, and this is a {}.", told.replace('_', " ")));
    }
    let url = attached["data_url"].as_str().filter(|url| url.starts_with("http") && url.len() <= URL_CHARS_MAX);
    let Some(url) = url else { return Err("Chatwoot tells no address of the file.".to_owned()) };
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name: String = query::unescaped(path.rsplit('/').next().unwrap_or(path));
    let name: String = name.chars().filter(|c| !c.is_control()).take(FILENAME_CHARS_MAX).collect();
    let by_type = attached["content_type"].as_str().and_then(Format::of_mime);
    let by_ending = || attached["extension"].as_str().and_then(|ending| Format::of_name(&format!("x.{ending}")));
    // A name without a known ending may be that of a picture whose type older versions tell in no other way.
    let Some(format) = by_type.or_else(by_ending).or_else(|| Format::of_name(&name)) else {
        let instead = Format::instead(&name).map(|advice| format!(": {advice}")).unwrap_or_default();
        return Err(format!("WhatsApp takes no such file as `{name}`{instead}. It takes {}.", Format::endings()));
    };
    let name = if name.contains('.') { name } else { format!("{}.{}", format.kind.as_str(), format.endings[0]) };
    let file = PersonsFile { url: url.to_owned(), kind: format.kind, mime: format.mime.to_owned(), name };
    if carries.bytes_max(file.kind).is_none() {
        return Err(format!("The platform of this number takes no {} files.", file.kind.as_str()));
    }
    let bytes = attached["file_size"].as_u64().unwrap_or(0);
    if bytes > file.bytes_max(carries) as u64 {
        return Err(file.too_large(carries));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn attached(name: &str, size: u64) -> Json {
        json!({"file_type": "file", "extension": null, "file_size": size,
            "data_url": format!("https://chat.example/rails/active_storage/blobs/redirect/x/{name}?disposition=inline")})
    }

    fn seen(text: &str, files: &[Json]) -> Result<Vec<String>, String> {
        let parts = plan(text, &json!(files), &META)?;
        let shown = |part: &Part| {
            let file = part.file.as_ref().map(|file| format!("[{} {}]", file.kind.as_str(), file.name));
            [file, part.text.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ")
        };
        Ok(parts.iter().map(shown).collect())
    }

    #[test]
    fn the_text_stands_with_the_first_file_or_before_it() {
        let files = [attached("a.png", 1), attached("b%20c.pdf", 1)];
        assert_eq!(seen("Look", &files).unwrap(), ["[image a.png] Look", "[document b c.pdf]"]);
        assert_eq!(seen("", &files).unwrap(), ["[image a.png]", "[document b c.pdf]"]);
        assert_eq!(seen("Listen", &[attached("a.mp3", 1)]).unwrap(), ["Listen", "[audio a.mp3]"]);
        let long = "word ".repeat(300);
        let long = long.trim();
        assert_eq!(seen(long, &files[..1]).unwrap(), [long.to_owned(), "[image a.png]".to_owned()]);
        assert_eq!(seen(&"word ".repeat(900), &[]).unwrap().len(), 2);
        assert_eq!(seen("Hi", &[]).unwrap(), ["Hi"]);
    }

    #[test]
    fn what_cannot_be_sent_is_refused_before_anything_is_sent() {
        let why = |files: &[Json]| seen("x", files).unwrap_err();
        assert!(
            why(&[attached("a.png", 1), attached("b.zip", 1)]).contains("takes no such file as `b.zip`. It takes jpg")
        );
        assert!(why(&[attached("a.gif", 1)]).contains("send what moves as a film"));
        let most = 5 * 1024 * 1024;
        assert!(seen("x", &[attached("a.png", most)]).is_ok());
        assert_eq!(why(&[attached("a.png", most + 1)]), "The file `a.png` is larger than 5.0 MiB, the most of image.");
        let most = CHATWOOT_FILE_BYTES_MAX as u64;
        assert!(seen("x", &[attached("a.pdf", most)]).is_ok());
        assert_eq!(
            why(&[attached("a.pdf", most + 1)]),
            "The file `a.pdf` is larger than 40.0 MiB, the most of document."
        );
        let many = |count| vec![attached("a.png", 1); count];
        assert_eq!(seen("x", &many(CHATWOOT_FILES_MAX)).unwrap().len(), CHATWOOT_FILES_MAX);
        assert!(why(&many(CHATWOOT_FILES_MAX + 1)).starts_with("More than 15 files"));
        assert_eq!(
            why(&[json!({"file_type": "location"})]),
            "Texts and files are sent from Chatwoot, and this is a location."
        );
        for url in [json!(null), json!("ftp://x/a.png"), json!("")] {
            assert_eq!(
                why(&[json!({"file_type": "image", "data_url": url})]),
                "Chatwoot tells no address of the file."
            );
        }
    }

    #[test]
    fn a_type_counts_before_an_ending_and_an_ending_before_a_name() {
        let told = |mime: Json, extension: Json| {
            let one = json!({"file_type": "audio", "content_type": mime, "extension": extension,
                "data_url": "https://chat.example/x/recording"});
            let parts = plan("", &json!([one]), &META);
            parts.map(|parts| parts[0].file.clone().unwrap()).map(|file| (file.mime, file.name))
        };
        let both = |mime: &str, name: &str| Ok((mime.to_owned(), name.to_owned()));
        assert_eq!(told(json!("audio/ogg"), json!("webm")), both("audio/ogg", "audio.ogg"));
        assert_eq!(told(json!("audio/x-m4a"), json!("m4a")), both("audio/mp4", "audio.m4a"));
        assert!(told(json!("audio/wav"), json!(null)).is_err());
    }
}
