//! Uploads a file of the bot's folder to the platform once, and then sends it by the platform's id.

use crate::{
    base::{
        clock::Clock,
        ids::SenderId,
        limits::{UPLOAD_KEPT, UPLOAD_REST, UPLOADS_AT_ONCE_MAX},
        time::Time,
    },
    bot::media_files,
    channel::{Http, Next, Outgoing, Provider, RefusalCause, SendError, upload::Upload},
    config::{Config, Sender},
    flow::load::media,
    http_step::calls::Calls,
    model::{
        channel_limits::META,
        content::{Content, Media, MediaKind},
        format::Format,
    },
    process::Process,
    senders::registry::Senders,
    store::{
        Store, WriteSet,
        tables::upload::{self, MissingUpload, Uploaded},
    },
};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use tokio::sync::Semaphore;

/// The uploads that platforms store.
pub struct Uploads {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    store: Store,
    http: Arc<dyn Http>,
    token_key: Arc<[u8]>,
    senders: Arc<Senders>,
    pub(super) calls: Arc<Calls>,
    /// The hash of each file until it changes, so that it is not read for every message.
    hashes: Mutex<HashMap<PathBuf, Seen>>,
    kept: Mutex<HashMap<Key, Arc<tokio::sync::Mutex<State>>>>,
    pub(super) places: Semaphore,
}

impl Uploads {
    pub(crate) fn new(process: &Process, senders: &Arc<Senders>, calls: &Arc<Calls>) -> Self {
        let Process { config, clock, store, http, token_key, .. } = process.clone();
        let calls = Arc::clone(calls);
        let (senders, places) = (Arc::clone(senders), Semaphore::new(UPLOADS_AT_ONCE_MAX));
        let (hashes, kept) = (Mutex::default(), Mutex::default());
        Uploads { config, clock, store, http, token_key, senders, calls, hashes, kept, places }
    }
}

/// A file's content at a sender: two names of one picture are uploaded once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    sender: SenderId,
    hash: String,
}

#[derive(Clone)]
struct Seen {
    bytes: u64,
    changed: Option<SystemTime>,
    hash: String,
}

/// The first message uploads the file, and the others wait for it.
#[derive(Default)]
enum State {
    #[default]
    Unread,
    Kept {
        id: String,
        at: Time,
    },
    Refused {
        error: SendError,
        at: Time,
    },
}

impl Uploads {
    /// Replaces the path of a bot's file in a message by the platform's id. Gives the file if it was uploaded earlier,
    /// because the platform may have deleted it.
    pub(crate) async fn attach(&self, message: &mut Outgoing) -> Result<Option<Key>, SendError> {
        let Some(media) = message.content.media().cloned() else { return Ok(None) };
        let carries = self.senders.provider_of(message.sender).map(|provider| provider.carries());
        if let Some(carries) = carries.filter(|carries| carries.attached)
            && matches!(message.content, Content::Media { .. })
        {
            message.file = Some(self.whole_file(&media, carries).await?);
            return Ok(None);
        }
        let Some(path) = media.bot_file() else { return self.check_served(&media).map(|()| None) };
        let (Some(sender), Some(provider)) =
            (self.senders.get(message.sender), self.senders.provider_of(message.sender))
        else {
            return Ok(None);
        };
        let (file, hash) = self.own_file(path, media.kind).await?;
        if sender.is_sandbox() {
            return Ok(None);
        }
        let key = Key { sender: sender.id, hash };
        let cell = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(kept.entry(key.clone()).or_default())
        };
        let mut state = cell.lock().await;
        let now = self.clock.now();
        if matches!(*state, State::Unread) {
            let row = upload::find(&self.store, key.sender, &key.hash).await;
            let row = row.inspect_err(|error| {
                tracing::warn!("Cannot read whether a file is at the platform already, so it is uploaded: {error}")
            });
            if let Ok(Some(Uploaded { platform_id: id, at, .. })) = row {
                *state = State::Kept { id, at };
            }
        }
        let (id, old) = match &*state {
            State::Kept { id, at } if now - *at < UPLOAD_KEPT => (id.clone(), true),
            State::Refused { error, at } if now - *at < UPLOAD_REST => return Err(error.clone()),
            State::Unread | State::Kept { .. } | State::Refused { .. } => {
                match self.upload(sender, provider.as_ref(), &file, path, &key).await {
                    Ok(id) => {
                        *state = State::Kept { id: id.clone(), at: now };
                        (id, false)
                    }
                    Err(error) => {
                        *state = State::Refused { error: error.clone(), at: now };
                        return Err(error);
                    }
                }
            }
        };
        drop(state);
        if let Some(place) = message.content.media_mut() {
            *place = Media::uploaded(media.kind, &id, media.filename);
        }
        Ok(old.then_some(key))
    }

    /// Checks that our own URL leads to a file: the platform would report a missing one much later, if at all.
    fn check_served(&self, media: &Media) -> Result<(), SendError> {
        match self
            .served_path(media)
            .map(|path| media_files::find(&self.config.bot, &path).map_err(|why| unreadable(&path, &why)))
        {
            Some(Err(error)) => Err(error),
            Some(Ok(_)) | None => Ok(()),
        }
    }

    /// The path of a bot's file to which our own URL leads; `None` for any other URL.
    pub(super) fn served_path(&self, media: &Media) -> Option<String> {
        let own = self.config.public_url.as_deref()?;
        let rest = media.url.strip_prefix(own.trim_end_matches('/'))?.strip_prefix(media::SERVED)?;
        media::path_of(&self.token_key, rest.trim_start_matches('/').split('/').next()?)
    }

    async fn upload(
        &self,
        sender: &Sender,
        provider: &dyn Provider,
        file: &Path,
        path: &str,
        key: &Key,
    ) -> Result<String, SendError> {
        let _place = self.places.acquire().await.expect("nobody closes it");
        let bytes = tokio::fs::read(file).await.map_err(|why| unreadable(path, &why))?;
        let upload = Upload {
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            mime: Format::of_name(path).map_or("application/octet-stream", |format| format.mime).to_owned(),
            bytes: Arc::new(bytes),
        };
        let Some(uploading) = provider.upload(self.http.as_ref(), sender.id, &upload) else {
            // The sender started to need file URLs after the message was written.
            let text = format!("the sender `{}` takes files by their address, and `{path}` has none", sender.name);
            return Err(refused("no_address", text));
        };
        let id = uploading.await?;
        let mut set = WriteSet::new();
        let row =
            Uploaded { sender_id: key.sender, hash: key.hash.clone(), platform_id: id.clone(), at: self.clock.now() };
        set.push(&upload::SET, &row);
        if let Err(error) = self.store.commit(set).await {
            tracing::warn!(sender.id = %sender.id, "A file was uploaded, but this could not be stored: after a restart it is uploaded again: {error}");
        }
        Ok(id)
    }

    /// After a send: if the platform no longer has the file, uploads it again and lets the message be tried once more.
    pub(crate) async fn unless_forgotten<T>(
        &self,
        result: Result<T, SendError>,
        kept: Option<Key>,
    ) -> Result<T, SendError> {
        match (result, kept) {
            (Err(error), Some(key)) if refuses_file(&error.code) => {
                self.forget_upload(key).await;
                Err(SendError { next: Next::RetryOnce, ..error })
            }
            (result, _) => result,
        }
    }

    /// A status reports that a message failed because of its file: the next message with it uploads it again.
    pub(crate) async fn forget_file(&self, sender: SenderId, media: Option<&Media>, code: &str) {
        let Some(media) = media.filter(|_| refuses_file(code)) else { return };
        let Some(path) = media.bot_file() else { return };
        if let Ok((_, hash)) = self.own_file(path, media.kind).await {
            self.forget_upload(Key { sender, hash }).await;
        }
    }

    async fn forget_upload(&self, key: Key) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        let mut set = WriteSet::new();
        set.push(&upload::FORGET, &MissingUpload { sender_id: key.sender, hash: key.hash });
        if let Err(error) = self.store.commit(set).await {
            tracing::warn!(
                "The platform no longer has a file, but this could not be stored: after a restart one message with it may fail: {error}"
            );
        }
    }

    /// The path and hash of a bot's file; an error if WhatsApp would refuse the file.
    pub(super) async fn own_file(&self, path: &str, kind: MediaKind) -> Result<(PathBuf, String), SendError> {
        let (file, about) = media_files::find(&self.config.bot, path).map_err(|why| unreadable(path, &why))?;
        if let Some(most) = META.bytes_max(kind).filter(|most| about.len() > *most) {
            let (kind, mebibytes) = (kind.as_str(), most as f64 / 1024.0 / 1024.0);
            return Err(refused(
                "file_too_large",
                format!("`{path}` is larger than {mebibytes:.1} MiB, the most of {kind}"),
            ));
        }
        let changed = about.modified().ok();
        let known = {
            let hashes = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
            hashes.get(&file).filter(|seen| seen.bytes == about.len() && seen.changed == changed).cloned()
        };
        if let Some(seen) = known {
            return Ok((file, seen.hash));
        }
        let reading = file.clone();
        let hash = tokio::task::spawn_blocking(move || hash_of(&reading)).await;
        let hash =
            hash.expect("reading does not panic, and nobody cancels it").map_err(|why| unreadable(path, &why))?;
        let seen = Seen { bytes: about.len(), changed, hash: hash.clone() };
        self.hashes.lock().unwrap_or_else(PoisonError::into_inner).insert(file.clone(), seen);
        Ok((file, hash))
    }

    /// Uploads a file to a sender's platform; messages use the returned id.
    pub async fn upload_for(&self, sender: SenderId, file: &Upload) -> Result<String, SendError> {
        let _place = self.places.acquire().await.expect("nobody closes it");
        let provider = self.senders.provider_of(sender);
        match provider.and_then(|provider| provider.upload(self.http.as_ref(), sender, file)) {
            Some(uploading) => uploading.await,
            None => Err(refused("no_address", format!("the platform of sender {sender} takes no uploads"))),
        }
    }

    /// The file that the token of our own URL names, and its path in the bot's folder; `None` if we made no such URL,
    /// or the file is gone.
    pub fn served_file(&self, token: &str) -> Option<(PathBuf, String)> {
        let path = media::path_of(&self.token_key, token)?;
        media_files::find(&self.config.bot, &path).ok().map(|(file, _)| (file, path))
    }
}

/// True for a platform's error code that means an unknown media id or an unusable file.
fn refuses_file(code: &str) -> bool {
    matches!(code, "100" | "131009" | "131052" | "131053")
}

fn hash_of(file: &Path) -> io::Result<String> {
    let (mut hasher, mut file) = (Sha256::new(), fs::File::open(file)?);
    let mut part = vec![0; 64 * 1024];
    loop {
        match io::Read::read(&mut file, &mut part)? {
            0 => break,
            read => hasher.update(&part[..read]),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(super) fn unreadable(path: &str, why: &io::Error) -> SendError {
    refused("no_file", format!("`{path}` cannot be read in the bot's folder: {why}"))
}

pub(super) fn refused(code: &str, text: String) -> SendError {
    SendError { next: Next::Rejected { why: RefusalCause::Request }, code: code.to_owned(), text }
}
