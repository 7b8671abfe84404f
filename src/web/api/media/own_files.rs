//! `GET /v1/files/{token}/{name}`: a file of the bot's folder, for platforms that fetch media by URL.

use crate::{
    base::limits::FILES_AT_ONCE_MAX,
    model::format::Format,
    web::{
        account_places::AccountPlace,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hyper::body::Frame;
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::{
    fs::File,
    io::{AsyncRead, ReadBuf},
};

/// The size of one read.
const PART_BYTES: usize = 64 * 1024;

/// The token is signed for this one file and replaces a key.
pub async fn show(State(web): State<Arc<Web>>, Path((token, name)): Path<(String, String)>) -> ApiResult {
    let none = || Problem::not_found("There is no such file.");
    let (file, path) = web.app.uploads.served_file(&token).ok_or_else(none)?;
    if path.rsplit('/').next() != Some(name.as_str()) {
        return Err(none());
    }
    let place = web.files.take(None).ok_or_else(too_many)?;
    let file = File::open(file).await.map_err(|_| none())?;
    let length = file.metadata().await.map_err(|_| none())?.len();
    let mut answer: Response = Body::new(Parts { file, left: length, _place: place }).into_response();
    let out = answer.headers_mut();
    let kind = Format::of_name(&path).map_or("application/octet-stream", |format| format.mime);
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    // A browser must not guess that it is an HTML page.
    out.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=600"));
    Ok(answer)
}

/// The error if all places for reading files are taken.
pub(super) fn too_many() -> Problem {
    let why = format!("{FILES_AT_ONCE_MAX} files are being read.");
    Problem { retry_after_s: Some(2), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too_many_files", why) }
}

/// A file in parts: never whole in memory, and never longer than its announced length.
struct Parts {
    file: File,
    left: u64,
    /// Held until the file is read.
    _place: AccountPlace,
}

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut part = vec![0; PART_BYTES.min(usize::try_from(self.left).unwrap_or(PART_BYTES))];
        let mut read = ReadBuf::new(&mut part);
        let done = ready!(Pin::new(&mut self.file).poll_read(context, &mut read));
        let count = read.filled().len();
        part.truncate(count);
        Poll::Ready(match done {
            // The file became shorter while it was read: break the answer off, so that the client notices.
            Ok(()) if count == 0 => Some(Err(io::ErrorKind::UnexpectedEof.into())),
            Ok(()) => {
                self.left -= count as u64;
                Some(Ok(Frame::data(part.into())))
            }
            Err(error) => Some(Err(error)),
        })
    }
}
