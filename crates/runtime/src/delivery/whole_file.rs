//! Reads a file whole for a platform that takes its bytes in the request of the message: from the bot's folder, or by
//! the guarded client from its address.

use super::uploads::{Uploads, refused, unreadable};
use crate::{
    base::{limits::MEDIA_TIMEOUT, query::unescaped},
    channel::{Auth, Next, SendError, answer::cut, fetch::whole, file::FileUrl, upload::Upload},
    model::{
        channel_limits::ChannelLimits,
        content::{Media, MediaKind},
        event::CallError,
        format::Format,
    },
};
use std::sync::Arc;

impl Uploads {
    /// The file of a message, within the platform's limit.
    pub(super) async fn whole_file(&self, media: &Media, carries: &ChannelLimits) -> Result<Upload, SendError> {
        let most = carries.bytes_max(media.kind).unwrap_or(0);
        let path = media.bot_file().map(str::to_owned).or_else(|| self.served_path(media));
        let _place = self.places.acquire().await.expect("nobody closes it");
        let (name, bytes) = match path {
            Some(path) => {
                let (file, _) = self.own_file(&path, media.kind).await?;
                let bytes = tokio::fs::read(file).await.map_err(|why| unreadable(&path, &why))?;
                (path, bytes)
            }
            None => (media.url.clone(), self.fetched(media, most).await?),
        };
        if bytes.len() as u64 > most {
            let text = format!("the file is larger than {} MiB, the most that the platform takes", most / 1024 / 1024);
            return Err(refused("file_too_large", text));
        }
        let last = name.split(['?', '#']).next().and_then(|name| name.rsplit('/').next()).unwrap_or_default();
        let name = media.filename.clone().unwrap_or_else(|| unescaped(last));
        let name = if name.is_empty() { media.kind.as_str().to_owned() } else { name };
        let mime = Format::of_name(&name).map_or(usual(media.kind), |format| format.mime).to_owned();
        Ok(Upload { name, mime, bytes: Arc::new(bytes) })
    }

    async fn fetched(&self, media: &Media, most: u64) -> Result<Vec<u8>, SendError> {
        let at = FileUrl { url: media.url.clone(), auth: Auth::None };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let read = whole(self.calls.fetch(&at), most, MEDIA_TIMEOUT).await;
        read.map(|file| file.bytes).map_err(not_fetched)
    }
}

/// A format that every phone opens, for a name without an ending.
fn usual(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image/jpeg",
        MediaKind::Audio => "audio/mpeg",
        MediaKind::Video => "video/mp4",
        MediaKind::Document => "application/octet-stream",
        MediaKind::Sticker => "image/webp",
    }
}

/// A forbidden address and a file that is gone or too large stay so; a server and a connection may be better later.
fn not_fetched(error: CallError) -> SendError {
    let text = format!("the file could not be fetched: {}", cut(&error.text));
    match error.code.as_str() {
        "blocked" | "invalid_url" | "gone" => refused("no_file", text),
        "too_large" => refused("file_too_large", text),
        _ => SendError { next: Next::RetryOnce, code: "no_file".into(), text },
    }
}
