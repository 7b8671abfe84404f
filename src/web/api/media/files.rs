//! `GET /v1/media/{message}`: streams the file of a contact's message, fetched from the platform on request.

use super::own_files::too_many;
use crate::{
    base::{
        ids::{AccountName, InboundId},
        limits::MEDIA_BYTES_MAX,
    },
    channel::{checkup::sentence, file::FileReference, question::QuestionError},
    model::{event::CallError, inbound::InboundKind},
    store::tables::inbound,
    web::{
        auth::Caller,
        problem::{ApiResult, Problem},
        state::Web,
    },
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, Limited};
use std::sync::Arc;

/// The type of a file for which no type is known.
const UNSAID: &str = "application/octet-stream";

pub async fn show(State(web): State<Arc<Web>>, Path(id): Path<String>, caller: Caller) -> ApiResult {
    let none = || Problem::not_found("There is no such message, or it holds no file.");
    let id: i64 = id.parse().map_err(|_| none())?;
    let row = inbound::find(&web.app.store, InboundId(id)).await.map_err(|error| Problem::bug(&error))?;
    let row = row.ok_or_else(none)?;
    let sender = caller.sender(&web, row.sender_id).ok_or_else(none)?;
    fetched(&web, &sender.account, row).await
}

/// The file of a message, after the caller's access was checked.
pub(in crate::web) async fn fetched(web: &Web, account: &AccountName, row: inbound::Recorded) -> ApiResult {
    let none = || Problem::not_found("There is no such message, or it holds no file.");
    let InboundKind::Media { id, mime, url, filename, .. } = &row.data.message.kind else { return Err(none()) };
    let place = web.files.take(Some(account)).ok_or_else(too_many)?;
    let file = FileReference { id: id.as_deref(), url: url.as_deref() };
    let at = web.app.inbound_media.locate(row.sender_id, file).await.map_err(|trouble| not_told(&trouble))?;
    let fetched = web.app.calls.fetch(&at).await.map_err(|error| not_read(&error))?;
    let (parts, body) = fetched.into_parts();
    match parts.status.as_u16() {
        200 => {}
        404 | 410 => return Err(gone("The platform no longer keeps the file.")),
        other => return Err(failed(format!("The platform answered with HTTP {other} instead of the file."))),
    }
    let said = parts.headers.get(header::CONTENT_TYPE).cloned();
    let known = mime.as_deref().and_then(|mime| HeaderValue::try_from(mime).ok());
    let kind = known.or(said).unwrap_or(HeaderValue::from_static(UNSAID));
    // Holds the place until the body is read.
    let body = Limited::new(body, MEDIA_BYTES_MAX).map_frame(move |frame| {
        let _ = &place;
        frame
    });
    let mut answer: Response = Body::new(body).into_response();
    let out = answer.headers_mut();
    out.insert(header::CONTENT_TYPE, kind);
    if let Some(length) = parts.headers.get(header::CONTENT_LENGTH) {
        out.insert(header::CONTENT_LENGTH, length.clone());
    }
    out.insert(header::CONTENT_DISPOSITION, disposition(filename.as_deref(), row.id));
    // The content is untrusted: a browser must neither run it nor guess its type.
    out.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(answer)
}

/// `attachment` with the file's name (RFC 6266): a browser saves it instead of showing it.
fn disposition(name: Option<&str>, id: InboundId) -> HeaderValue {
    let name = name.filter(|name| !name.is_empty()).map_or_else(|| format!("message-{id}"), str::to_owned);
    let mut encoded = String::new();
    for byte in name.chars().take(200).collect::<String>().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::try_from(format!("attachment; filename*=UTF-8''{encoded}")).expect("it is ASCII")
}

fn not_told(trouble: &QuestionError) -> Problem {
    let text = sentence(&trouble.text);
    match trouble.kind {
        "not_found" => gone(text),
        _ => failed(text),
    }
}

fn not_read(error: &CallError) -> Problem {
    failed(sentence(&format!("the file could not be read: {}", error.text)))
}

fn gone(why: impl Into<String>) -> Problem {
    Problem::new(StatusCode::GONE, "file_gone", why)
}

fn failed(why: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, "platform_failed", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_customers_choice_is_only_a_name() {
        let shown = |name| disposition(name, InboundId(7)).to_str().unwrap().to_owned();
        assert_eq!(shown(None), "attachment; filename*=UTF-8''message-7");
        assert_eq!(shown(Some("conta\"\r\nx: y.pdf")), "attachment; filename*=UTF-8''conta%22%0D%0Ax%3A%20y.pdf");
        assert_eq!(shown(Some("ção.pdf")), "attachment; filename*=UTF-8''%C3%A7%C3%A3o.pdf");
    }
}
