//! Sends one message: builds the request, parses the answer as untrusted input.

use super::{Meta, body::Text, errors, message::aliases, payload::payload, status::MetaError};
use crate::{
    Body, Http, HttpRequest, HttpResponse, Method, Next, Outgoing, Receipt, RefusalCause, SendError,
    answer::{no_answer, ours, with_retry_after},
    base::{
        ids::ProviderId,
        limits::{PROVIDER_ID_BYTES_MAX, PROVIDER_TIMEOUT},
    },
    model::inbound::Alias,
    untrusted_json::text_of,
};
use serde::Deserialize;

pub async fn send(meta: &Meta, http: &dyn Http, message: &Outgoing) -> Result<Receipt, SendError> {
    let Some(sender) = meta.sender(message.sender) else {
        return Err(ours(Next::Misconfigured, "unknown_sender", "the sender is no longer in the configuration"));
    };
    let body = payload(message)
        .map_err(|why| ours(Next::Rejected { why: RefusalCause::Request }, why.code, why.text))?
        .into_bytes();
    let request = HttpRequest {
        method: Method::Post,
        url: sender.url(&format!("{}/messages", sender.phone_number_id)),
        auth: sender.auth(),
        body: Some(Body::Json(body)),
        timeout: PROVIDER_TIMEOUT.to_std(),
        sender: Some(sender.id),
    };
    match http.send(request).await {
        Ok(answer) => read(&answer),
        Err(error) => Err(no_answer(error)),
    }
}

/// Parses the answer to a send. A success without an id is no receipt, because its statuses could never be matched.
pub fn read(answer: &HttpResponse) -> Result<Receipt, SendError> {
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
    let no_id = || ours(Next::Ambiguous, "no_id", "the answer says success, but holds no message id");
    let said = said.ok_or_else(no_id)?;
    let message = said.messages.as_deref().and_then(<[_]>::first).ok_or_else(no_id)?;
    let id = message.id.get().filter(|id| id.len() <= PROVIDER_ID_BYTES_MAX).ok_or_else(no_id)?;
    let mut known: Vec<Alias> = Vec::new();
    for contact in said.contacts.iter().flatten() {
        for text in [&contact.wa_id, &contact.input, &contact.user_id] {
            // A text that is no person's id is not stored; the message was accepted nevertheless.
            for alias in aliases(&[text], &[]) {
                if !known.contains(&alias) {
                    known.push(alias);
                }
            }
        }
    }
    let held_for_quality = message.message_status.get() == Some("held_for_quality_assessment");
    Ok(Receipt { provider_id: ProviderId::from(id), aliases: known, held_for_quality })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Answer<'a> {
    #[serde(borrow)]
    messages: Option<Vec<Taken<'a>>>,
    #[serde(borrow)]
    contacts: Option<Vec<Known<'a>>>,
    #[serde(borrow)]
    error: Option<MetaError<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Taken<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    message_status: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Known<'a> {
    #[serde(borrow)]
    input: Text<'a>,
    #[serde(borrow)]
    wa_id: Text<'a>,
    #[serde(borrow)]
    user_id: Text<'a>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{limits::RETRY_AFTER_MAX, time::Span};
    use crate::model::inbound::AliasKind;

    fn answer(status: u16, body: &str) -> HttpResponse {
        HttpResponse { status, body: body.as_bytes().to_vec(), ..HttpResponse::default() }
    }

    fn next(status: u16, body: &str) -> Next {
        read(&answer(status, body)).unwrap_err().next
    }

    #[test]
    fn a_receipt_tells_the_canonical_names() {
        let body = r#"{"messaging_product":"whatsapp","contacts":[{"input":"+5511998765432","wa_id":"551198765432",
            "user_id":"BR.77"}],"messages":[{"id":"wamid.A","message_status":"held_for_quality_assessment"}]}"#;
        let receipt = read(&answer(200, body)).unwrap();
        let phone = |value: &str| Alias { kind: AliasKind::Phone, value: value.into() };
        let bsuid = Alias { kind: AliasKind::Bsuid, value: "BR.77".into() };
        assert_eq!(receipt.aliases, [phone("551198765432"), phone("5511998765432"), bsuid]);
        assert_eq!(receipt.provider_id.as_str(), "wamid.A");
        assert!(receipt.held_for_quality);
    }

    #[test]
    fn a_success_without_an_id_is_ambiguous() {
        for body in ["", "{}", "<html>ok</html>", r#"{"messages":[]}"#, r#"{"messages":[{"id":""}]}"#, "[]", "null"] {
            assert_eq!(next(200, body), Next::Ambiguous, "{body}");
        }
    }

    #[test]
    fn an_error_inside_a_success_is_an_error() {
        assert_eq!(next(200, r#"{"error":{"code":131047}}"#), Next::WindowClosed);
    }

    #[test]
    fn a_page_of_html_goes_by_its_status() {
        assert_eq!(next(502, "<html>Bad Gateway</html>"), Next::Ambiguous);
        assert_eq!(next(404, "<html>not here</html>"), Next::Misconfigured);
        assert_eq!(next(400, "<html>no</html>"), Next::Rejected { why: RefusalCause::Request });
    }

    #[test]
    fn the_code_counts_and_not_the_status() {
        let error = read(&answer(
            400,
            r#"{"error":{"message":"(#131056) Pair rate","code":"131056",
            "error_data":{"details":"Too many messages to one person"}}}"#,
        ))
        .unwrap_err();
        assert_eq!(error.next, Next::RetryPair { after: None });
        assert_eq!(error.code, "131056");
        assert_eq!(error.text, "(#131056) Pair rate: Too many messages to one person");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_bounded() {
        let after = |value: &str, date: Option<&str>| {
            let mut answer = answer(429, "slow down");
            answer.headers.insert("retry-after", value.parse().unwrap());
            if let Some(date) = date {
                answer.headers.insert("date", date.parse().unwrap());
            }
            match read(&answer).unwrap_err().next {
                Next::Retry { after } => after,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(after("7", None), Some(Span::seconds(7)));
        assert_eq!(after("99999999999999999999", None), None);
        assert_eq!(after("86400", None), Some(RETRY_AFTER_MAX));
        let now = Some("Sat, 21 Nov 2026 09:00:00 GMT");
        assert_eq!(after("Sat, 21 Nov 2026 09:01:30 GMT", now), Some(Span::seconds(90)));
        assert_eq!(after("Sat, 21 Nov 2026 08:00:00 GMT", now), Some(Span::ZERO));
        assert_eq!(after("soon", now), None);
    }

    #[test]
    fn a_cut_answer_without_its_id_is_ambiguous() {
        let mut cut = answer(200, r#"{"messages":[{"id":"wam"#);
        cut.cut = true;
        assert_eq!(read(&cut).unwrap_err().next, Next::Ambiguous);
    }
}
