//! Files: `POST …/{phone_number_id}/media` uploads a file to the platform, `GET …/{media_id}` gives a temporary URL of
//! a customer's file.

use super::{GraphError, GraphParams, answered, history::until, multipart, number_of};
use crate::{
    base::{
        ids::InboundId,
        limits::{GRAPH_FORM_BYTES_MAX, NAME_CHARS_MAX},
        query,
    },
    channel::{Next, checkup::sentence, upload::Upload},
    model::{channel_limits::META, format::Format, inbound::InboundKind},
    store::tables::inbound,
    web::{
        api::media::files,
        dialects::kapso::{
            envelope::{self, AuthenticatedRequest},
            from_uuid, uuid,
        },
        idempotency,
        problem::{ApiResult, Problem},
        server::body,
        state::Web,
    },
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// `POST /meta/whatsapp/{version}/{phone_number_id}/media`.
pub async fn upload(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    match uploaded(&web, names.get(0), request).await {
        Ok(body) => idempotency::json(StatusCode::OK, &body),
        Err(fault) => fault.into_response(),
    }
}

async fn uploaded(web: &Arc<Web>, id: &str, request: Request) -> Result<Json, GraphError> {
    let (parts, body) = request.into_parts();
    // Authenticate before reading a body that may be large.
    let caller = envelope::caller(web, &parts).await.map_err(GraphError::from)?;
    envelope::fitting(&parts.extensions).map_err(GraphError::from)?;
    let own = web.app.senders.all().iter().filter(|sender| caller.owns(&sender.account));
    let sender = own.into_iter().find(|sender| sender.is_called(id)).ok_or_else(|| GraphError::unknown(id))?;
    if !sender.carries().uploads {
        return Err(GraphError::parameter("The platform of this number takes files by their link alone"));
    }
    let said = parts.headers.get(header::CONTENT_TYPE).and_then(|said| said.to_str().ok()).unwrap_or_default();
    let boundary =
        multipart::boundary(said).ok_or_else(|| GraphError::parameter("The body must be multipart/form-data"))?;
    let Some(_place) = web.files.take(Some(&sender.account)) else {
        let busy = (131_056, "Too many files at once");
        return Err(GraphError::new(
            StatusCode::TOO_MANY_REQUESTS,
            busy,
            "As many files are being read as there are places",
        ));
    };
    let bytes = body::read(body, GRAPH_FORM_BYTES_MAX)
        .await
        .map_err(|bad| GraphError::from(bad.problem(GRAPH_FORM_BYTES_MAX)))?;
    let form = multipart::parts(&bytes, &boundary).map_err(GraphError::parameter)?;
    let field = |name: &str| form.iter().find(|part| part.name == name);
    let file = field("file").ok_or_else(|| GraphError::parameter("The parameter file is required"))?;
    let name = file.filename.clone().filter(|name| !name.trim().is_empty() && name.chars().count() <= NAME_CHARS_MAX);
    // Clients give a MIME type for the file, or in `type`; for a plain `image` the file's own name decides.
    let kind = field("type").map(|part| String::from_utf8_lossy(part.body).trim().to_owned());
    let mimes = [file.mime.clone(), kind];
    let by_mime = mimes.iter().flatten().find_map(|mime| Format::of_mime(mime));
    let format = by_mime.or_else(|| name.as_deref().and_then(Format::of_name)).ok_or_else(|| {
        GraphError::parameter(format!("The file must have a type or a name that WhatsApp takes: {}", Format::endings()))
    })?;
    if META.bytes_max(format.kind).is_some_and(|most| file.body.len() as u64 > most) {
        return Err(GraphError::new(
            StatusCode::BAD_REQUEST,
            (131_053, "Media upload error"),
            format!("The {} is larger than WhatsApp takes", format.kind.as_str()),
        ));
    }
    if file.body.is_empty() {
        return Err(GraphError::parameter("The file is empty"));
    }
    let name = name.unwrap_or_else(|| format!("file.{}", format.endings[0]));
    let upload = Upload { name, mime: format.mime.to_owned(), bytes: Arc::new(file.body.to_vec()) };
    let id = web.app.uploads.upload_for(sender.id, &upload).await.map_err(|error| {
        let text = sentence(&error.text);
        match error.next {
            Next::Rejected { .. } => GraphError::new(StatusCode::BAD_REQUEST, (131_053, "Media upload error"), text),
            _ => GraphError::new(StatusCode::BAD_GATEWAY, (131_016, "Service unavailable"), text),
        }
    })?;
    Ok(json!({"id": id}))
}

/// `GET /meta/whatsapp/{version}/{media_id}`: the file of a customer's message, by the id that the lists show.
pub async fn describe(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        let id = names.get(0);
        let row = customers(&asked, id).await?;
        let InboundKind::Media { mime, sha256, .. } = &row.data.message.kind else {
            return Err(GraphError::unknown(id));
        };
        let url = address(&asked, row.id);
        Ok(json!({
            "messaging_product": "whatsapp", "id": uuid(row.id.0), "url": url, "download_url": url,
            "mime_type": mime, "sha256": sha256,
        }))
    })
    .await
}

/// `DELETE /meta/whatsapp/{version}/{media_id}`: refused, because the platform deletes files itself.
pub async fn delete(State(web): State<Arc<Web>>, names: GraphParams, request: Request) -> Response {
    answered(web, request, |asked| async move {
        customers(&asked, names.get(0)).await?;
        Err(GraphError::parameter("Files are not deleted here: the platform keeps one for 30 days at most"))
    })
    .await
}

async fn customers(asked: &AuthenticatedRequest, id: &str) -> Result<inbound::Recorded, GraphError> {
    let none = || GraphError::unknown(id);
    if let Some(number) = query::value(&asked.query, "phone_number_id").filter(|number: &String| !number.is_empty()) {
        number_of(asked, &number)?;
    }
    let own = from_uuid(id).ok_or_else(none)?;
    let row = inbound::find(&asked.web.app.store, InboundId(own)).await.map_err(|error| GraphError::bug(&error))?;
    let row = row.filter(|row| matches!(row.data.message.kind, InboundKind::Media { .. })).ok_or_else(none)?;
    asked.caller.sender(&asked.web, row.sender_id).ok_or_else(none)?;
    Ok(row)
}

/// A temporary URL for the file of a message, which needs no key: clients use it like Meta's own URLs.
pub fn address(asked: &AuthenticatedRequest, id: InboundId) -> String {
    let app = &asked.web.app;
    let host = asked.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let base = app.config.public_url.clone().unwrap_or_else(|| format!("{}://{host}", app.config.scheme()));
    let token = app.inbound_media.file_token(id, until(app.clock.now()));
    format!("{}/meta/whatsapp/files/{token}", base.trim_end_matches('/'))
}

/// `GET /meta/whatsapp/files/{token}`: the token is signed for this one file and replaces the key.
pub async fn bytes(State(web): State<Arc<Web>>, names: GraphParams) -> ApiResult {
    let none = || Problem::not_found("There is no such file, or its address is no longer good.");
    let id = web.app.inbound_media.file_of_token(names.get(0)).ok_or_else(none)?;
    let row = inbound::find(&web.app.store, id).await.map_err(|error| Problem::bug(&error))?;
    let row = row.ok_or_else(none)?;
    let sender = web.app.senders.get(row.sender_id).ok_or_else(none)?;
    files::fetched(&web, &sender.account, row).await
}
