//! `POST /v1/media?sender=…`: uploads a file to the sender's platform, and gives its id for messages.

use super::own_files::too_many;
use crate::{
    base::{
        body_fields::{At, Id},
        ids::SenderId,
        limits::{NAME_CHARS_MAX, UPLOAD_KEPT},
        query,
    },
    channel::{Next, checkup::sentence, upload::Upload},
    model::{channel_limits::META, content::MediaKind, format::Format},
    web::{
        auth::Caller,
        idempotency::respond,
        problem::{ApiResult, Problem},
        server::body,
        state::Web,
    },
};
use axum::{
    extract::{RawQuery, Request, State},
    http::{HeaderMap, StatusCode, header},
};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

#[derive(Debug, Serialize, JsonSchema)]
pub struct UploadedFile {
    /// The platform's own.
    id: String,
    /// The number that can send it.
    sender: SenderId,
    #[schemars(with = "String", extend("enum" = ["image", "audio", "video", "document", "sticker"]))]
    kind: MediaKind,
    mime: Id<&'static str>,
    filename: Option<String>,
    bytes: usize,
    /// Upload it anew then.
    expires_at: At,
}

/// The body is the file itself.
pub async fn post(
    State(web): State<Arc<Web>>,
    RawQuery(query): RawQuery,
    caller: Caller,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let wanted = Wanted::read(&query.unwrap_or_default(), &parts.headers)?;
    let none = || Problem::not_found(format!("There is no sender {}.", wanted.sender));
    let sender = caller.sender(&web, wanted.sender).ok_or_else(none)?;
    let Some(bytes_max) = META.bytes_max(wanted.format.kind).filter(|_| sender.carries().uploads) else {
        let why = "The platform of this sender takes files by their address alone: send a `media` with its `url`.";
        return Err(Problem::invalid(vec![("/sender".to_owned(), why.to_owned())]));
    };
    let bytes_max = usize::try_from(bytes_max).unwrap_or(usize::MAX);
    let _place = web.files.take(Some(&sender.account)).ok_or_else(too_many)?;
    let bytes = body::read(body, bytes_max).await.map_err(|bad| bad.problem(bytes_max))?;
    if bytes.is_empty() {
        return Err(Problem::invalid(vec![(String::new(), "The body is the file, and it is empty.".to_owned())]));
    }
    let length = bytes.len();
    let Wanted { filename, format, .. } = wanted;
    let name = filename.clone().unwrap_or_else(|| format!("file.{}", format.endings[0]));
    let upload = Upload { name, mime: format.mime.to_owned(), bytes: Arc::new(bytes.into()) };
    let now = web.app.now();
    let id = web.app.uploads.upload_for(sender.id, &upload).await.map_err(|error| {
        let text = sentence(&error.text);
        match error.next {
            Next::Rejected { .. } => {
                let text = format!("The provider refused it: {text} ({})", error.code);
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "refused_by_provider", text)
            }
            _ => Problem::new(StatusCode::BAD_GATEWAY, "platform_failed", text),
        }
    })?;
    let uploaded = UploadedFile {
        id,
        sender: sender.id,
        kind: format.kind,
        mime: Id(format.mime),
        filename,
        bytes: length,
        expires_at: At(now + UPLOAD_KEPT),
    };
    Ok(respond(StatusCode::CREATED, &uploaded))
}

/// The query parameters and headers beside the file.
struct Wanted {
    sender: SenderId,
    filename: Option<String>,
    format: &'static Format,
}

impl Wanted {
    fn read(query: &str, headers: &HeaderMap) -> Result<Wanted, Problem> {
        let mut wrong = Vec::new();
        let sender = query::value(query, "sender").and_then(|sender| sender.parse().ok()).map(SenderId);
        if sender.is_none() {
            wrong.push(("/sender".to_owned(), "`sender` is missing: the number that will send the file.".to_owned()));
        }
        let filename = query::value(query, "filename").filter(|name| !name.trim().is_empty());
        if filename.as_ref().is_some_and(|name| name.chars().count() > NAME_CHARS_MAX) {
            wrong.push(("/filename".to_owned(), format!("`filename` has more than {NAME_CHARS_MAX} characters.")));
        }
        // curl's default types carry no information.
        let unsaid = |mime: &&str| !matches!(*mime, "application/octet-stream" | "application/x-www-form-urlencoded");
        let is_form = |mime: &str| mime.trim_start().to_ascii_lowercase().starts_with("multipart/");
        if headers.get(header::CONTENT_TYPE).and_then(|mime| mime.to_str().ok()).is_some_and(is_form) {
            let why = "The body is the file itself and no form: `curl --data-binary @menu.pdf`, not `-F`.";
            wrong.push((String::new(), why.to_owned()));
        }
        let mime = headers.get(header::CONTENT_TYPE).and_then(|mime| mime.to_str().ok()).filter(unsaid);
        // Some programs use other names for a type (`audio/x-m4a`): then the file name decides.
        let by_name = || filename.as_deref().and_then(Format::of_name);
        let format = mime.and_then(Format::of_mime).or_else(by_name);
        if format.is_none() {
            let why = format!(
                "Say what the file is by `Content-Type: image/png`, or by the ending of its `filename`; WhatsApp takes {}.",
                Format::endings()
            );
            wrong.push(("/filename".to_owned(), why));
        }
        match (sender, format) {
            (Some(sender), Some(format)) if wrong.is_empty() => Ok(Wanted { sender, filename, format }),
            _ => Err(Problem::invalid(wrong)),
        }
    }
}
