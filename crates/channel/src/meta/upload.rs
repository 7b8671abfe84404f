//! Uploads a file of ours: Meta stores it for thirty days under the id that it returns (platform.md 4.6).

use super::{Meta, body::Text, errors, status::MetaError};
use crate::{
    Http, HttpRequest, HttpResponse, Method, Next, SendError,
    answer::{no_answer, ours, with_retry_after},
    base::{
        ids::SenderId,
        limits::{PROVIDER_ID_BYTES_MAX, UPLOAD_TIMEOUT},
    },
    untrusted_json::text_of,
    upload::{Upload, not_uploaded},
};
use serde::Deserialize;

pub async fn upload(meta: &Meta, http: &dyn Http, sender: SenderId, file: &Upload) -> Result<String, SendError> {
    let Some(sender) = meta.sender(sender) else {
        return Err(ours(Next::Misconfigured, "unknown_sender", "the sender is no longer in the configuration"));
    };
    let request = HttpRequest {
        method: Method::Post,
        url: sender.url(&format!("{}/media", sender.phone_number_id)),
        auth: sender.auth(),
        body: Some(file.form("file", &[("messaging_product", "whatsapp"), ("type", &file.mime)])),
        timeout: UPLOAD_TIMEOUT.to_std(),
        sender: Some(sender.id),
    };
    let answer = http.send(request).await.map_err(no_answer);
    answer.and_then(|answer| read(&answer)).map_err(not_uploaded)
}

fn read(answer: &HttpResponse) -> Result<String, SendError> {
    let text = text_of(&answer.body);
    let said: Option<Answer<'_>> = serde_json::from_str(&text).ok();
    if let Some(fault) = said.as_ref().and_then(|answer| answer.error.as_ref()) {
        return Err(errors::refused(answer, fault));
    }
    if !(200..300).contains(&answer.status) {
        let next = with_retry_after(errors::of_http(answer.status, false), &answer.headers);
        let text = format!("HTTP {} without an error that we know", answer.status);
        return Err(SendError { next, code: format!("http_{}", answer.status), text });
    }
    let id = said.as_ref().and_then(|answer| answer.id.get()).filter(|id| id.len() <= PROVIDER_ID_BYTES_MAX);
    id.map(str::to_owned)
        .ok_or_else(|| ours(Next::Ambiguous, "no_id", "the answer says success, but holds no id of the file"))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    error: Option<MetaError<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RefusalCause;

    fn told(status: u16, body: &str) -> Result<String, SendError> {
        let answer = HttpResponse { status, body: body.as_bytes().to_vec(), ..HttpResponse::default() };
        read(&answer).map_err(not_uploaded)
    }

    #[test]
    fn what_becomes_of_a_message_whose_file_is_refused() {
        assert_eq!(told(200, r#"{"id":"4490709327384033"}"#).unwrap(), "4490709327384033");
        let next = |status, body| told(status, body).unwrap_err().next;
        // No message was sent, so the result is never ambiguous.
        for (status, body) in [(200, "{}"), (200, "<html>"), (500, "<html>"), (200, r#"{"id":""}"#)] {
            assert_eq!(next(status, body), Next::Retry { after: None }, "{status} {body}");
        }
        let unknown = r#"{"error":{"code":100,"message":"(#100) Param file must be a file with one of the types"}}"#;
        assert_eq!(next(400, unknown), Next::Rejected { why: RefusalCause::Request });
        assert_eq!(next(401, r#"{"error":{"code":190}}"#), Next::Misconfigured);
    }
}
