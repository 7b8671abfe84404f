//! Reads the file of a message that is put into Chatwoot: from the platform, the bot's folder or its address.

use super::{PlatformFile, WebhookDelivery};
use crate::{
    base::{
        ids::SenderId,
        limits::{CHATWOOT_FILE_BYTES_MAX, CHATWOOT_FILE_WAIT, FILENAME_CHARS_MAX},
        query,
    },
    bot::media_files,
    channel::{
        Auth,
        fetch::{self, WholeFile},
        file::FileUrl,
        upload::Upload,
    },
    model::{
        content::{Content, Media, MediaKind},
        event::CallError,
        format::Format,
        inbound::InboundKind,
    },
};
use serde_json::Value as Json;
use std::sync::Arc;

/// The file of a message.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MessageFile {
    pub kind: MediaKind,
    name: Option<String>,
    mime: Option<String>,
    from: Source,
}

#[derive(Debug, Clone, PartialEq)]
enum Source {
    /// The file of a customer, at the platform.
    Platform { id: Option<String>, url: Option<String> },
    /// A path in the bot's folder.
    Bot(String),
    /// Any address.
    Address(String),
}

/// Why a file is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoFile {
    /// It may be there later.
    Later(String),
    /// It will not be; in words that stand behind the kind of the file.
    Never(&'static str),
}

impl MessageFile {
    /// The file of a message as events tell it; `None`: it has none.
    pub(super) fn of(message: &Json) -> Option<MessageFile> {
        if message["direction"] == "in" {
            let kind = serde_json::from_value(message["content"].clone()).ok()?;
            let InboundKind::Media { media, id, mime, url, filename, .. } = kind else { return None };
            return Some(MessageFile { kind: media, name: filename, mime, from: Source::Platform { id, url } });
        }
        let content = if message["sent_as"].is_null() { &message["content"] } else { &message["sent_as"] };
        let content: Content = serde_json::from_value(content.clone()).ok()?;
        let Media { kind, url, filename } = content.media()?.clone();
        let from = match url.strip_prefix("upload:") {
            Some(id) => Source::Platform { id: Some(id.to_owned()), url: None },
            None if crate::model::content::is_bot_file(&url) => Source::Bot(url),
            None => Source::Address(url),
        };
        Some(MessageFile { kind, name: filename, mime: None, from })
    }

    /// With a name and a type, which Chatwoot shows the file by.
    fn named(self, file: WholeFile) -> Upload {
        let path = match &self.from {
            Source::Bot(path) => Some(path.as_str()),
            Source::Address(url) => url.split(['?', '#']).next(),
            Source::Platform { .. } => None,
        };
        let told = self.mime.as_deref().map(|mime| mime.split(';').next().unwrap_or_default().trim().to_owned());
        let by_path = || path.and_then(Format::of_name).map(|format| format.mime.to_owned());
        let mime = told.or_else(by_path).or(file.mime).filter(|mime| is_plain(mime));
        let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
        let of_path = || {
            let last = query::unescaped(path?.rsplit('/').next()?);
            Some(last).filter(|name| name.contains('.'))
        };
        let made = || {
            let ending = Format::of_mime(&mime).map_or("", |format| format.endings[0]);
            format!("{}.{ending}", self.kind.as_str()).trim_end_matches('.').to_owned()
        };
        let name = self.name.clone().or_else(of_path).unwrap_or_else(made);
        let name: String = name.chars().filter(|c| !c.is_control()).take(FILENAME_CHARS_MAX).collect();
        Upload { name, mime, bytes: Arc::new(file.bytes) }
    }
}

/// A type that can stand in a header.
fn is_plain(mime: &str) -> bool {
    let is_fine = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'/' | b'-' | b'.' | b'+' | b'_');
    mime.contains('/') && mime.bytes().all(is_fine)
}

impl WebhookDelivery {
    pub(super) async fn read_file(&self, sender: SenderId, file: MessageFile) -> Result<Upload, NoFile> {
        if self.calls.is_mocked() {
            return Err(NoFile::Never("an author's test reads no files"));
        }
        let at = match &file.from {
            Source::Bot(path) => return self.read_own(path).await.map(|read| file.named(read)),
            Source::Address(url) => FileUrl { url: url.clone(), auth: Auth::None },
            Source::Platform { id, url } => {
                let file = PlatformFile { sender, id: id.clone(), url: url.clone() };
                (self.chatwoot.locate)(file).await.map_err(|trouble| match trouble.kind {
                    "not_found" => NoFile::Never("the platform no longer keeps it"),
                    "unknown_sender" => NoFile::Never("its number is no longer connected"),
                    _ => NoFile::Later(trouble.text),
                })?
            }
        };
        let read = fetch::whole(self.calls.fetch(&at), CHATWOOT_FILE_BYTES_MAX, CHATWOOT_FILE_WAIT).await;
        match read {
            Ok(read) => Ok(file.named(read)),
            Err(CallError { code, text }) => Err(match code.as_str() {
                "gone" => NoFile::Never("the platform no longer keeps it"),
                "too_large" => NoFile::Never(TOO_LARGE),
                "blocked" | "invalid_url" => NoFile::Never("its address may not be read"),
                _ => NoFile::Later(text),
            }),
        }
    }

    async fn read_own(&self, path: &str) -> Result<WholeFile, NoFile> {
        let (file, about) = media_files::find(&self.config.bot, path)
            .map_err(|_| NoFile::Never("it is no longer in the folder of the bot"))?;
        if about.len() > CHATWOOT_FILE_BYTES_MAX as u64 {
            return Err(NoFile::Never(TOO_LARGE));
        }
        let bytes = tokio::fs::read(&file).await.map_err(|why| NoFile::Later(why.to_string()))?;
        Ok(WholeFile { mime: None, bytes })
    }
}

/// The sentence for `CHATWOOT_FILE_BYTES_MAX`.
const TOO_LARGE: &str = "it is larger than 40 MiB";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn upload(message: &Json, mime: Option<&str>) -> (String, String) {
        let file = WholeFile { mime: mime.map(str::to_owned), bytes: vec![1] };
        let Upload { name, mime, .. } = MessageFile::of(message).unwrap().named(file);
        (name, mime)
    }

    #[test]
    fn a_file_has_a_name_and_a_type_whoever_sent_it() {
        let heard = |mime: &str, name: Option<&str>| {
            json!({"direction": "in", "content": {"kind": "media", "media": "audio", "id": "7", "mime": mime, "url": null,
                "caption": null, "filename": name, "sha256": null, "voice": true}})
        };
        let said = |url: &str| {
            json!({"direction": "out", "sent_as": null,
                "content": {"kind": "media", "media": {"kind": "document", "url": url}, "caption": null}})
        };
        let both = |name: &str, mime: &str| (name.to_owned(), mime.to_owned());
        assert_eq!(upload(&heard("audio/ogg; codecs=opus", None), None), both("audio.ogg", "audio/ogg"));
        assert_eq!(upload(&heard("audio/ogg", Some("a\r\nb.ogg")), None), both("ab.ogg", "audio/ogg"));
        assert_eq!(upload(&heard("x\r\ny: z", None), None), both("audio", "application/octet-stream"));
        assert_eq!(upload(&said("files/May%20menu.pdf"), None), both("May menu.pdf", "application/pdf"));
        assert_eq!(upload(&said("https://x.example/get?id=a.png"), Some("text/csv")), both("document", "text/csv"));
        assert_eq!(upload(&said("upload:99"), Some("image/png")), both("document.png", "image/png"));
        assert_eq!(MessageFile::of(&json!({"direction": "in", "content": {"kind": "text", "body": "x"}})), None);
    }

    #[test]
    fn the_sentence_tells_the_limit() {
        assert!(TOO_LARGE.contains(&format!("{} MiB", CHATWOOT_FILE_BYTES_MAX / 1024 / 1024)));
    }
}
