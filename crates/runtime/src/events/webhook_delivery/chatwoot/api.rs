//! Makes one request of Chatwoot's API, and sorts the answer.

use super::WebhookDelivery;
use crate::{
    base::{
        limits::{CHATWOOT_FILE_WAIT, CHATWOOT_SETTLES, WEBHOOK_TIMEOUT},
        time::Span,
    },
    channel::{Body, form::FormPost},
    config::Chatwoot,
    model::{
        effect::{CallBody, HttpCall},
        event::{CallAnswer, CallError},
    },
    store::{CommitError, ReadError},
};
use reqwest::Method;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Why something does not stand there yet; it is tried again.
pub(super) struct Trouble {
    pub status: Option<u16>,
    pub code: String,
    /// A sentence for the log.
    pub why: Option<String>,
    pub after: Option<Span>,
}

impl WebhookDelivery {
    /// `path` begins behind the number of the account there.
    pub(super) async fn chatwoot_call(
        &self,
        inbox: &Chatwoot,
        method: Method,
        path: &str,
        query: Vec<(&str, String)>,
        body: Option<Json>,
    ) -> Result<Json, Trouble> {
        let call = HttpCall {
            run: 0,
            call: 0,
            attempt: 1,
            method: method.to_string(),
            url: format!("{}/api/v1/accounts/{}{path}", inbox.url, inbox.account),
            headers: BTreeMap::from([("api_access_token".to_owned(), inbox.token.expose().to_owned().into())]),
            query: query.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
            body: body.map(CallBody::Json),
            timeout: WEBHOOK_TIMEOUT,
            key: None,
        };
        let result = match self.calls.is_mocked() {
            true => self.calls.perform(&call, None).await.result,
            false => self.ours.call(&call, &BTreeMap::new()).await,
        };
        sorted(result, method != Method::GET)
    }

    /// As `chatwoot_call`, with a form that holds a file.
    pub(super) async fn chatwoot_form(&self, inbox: &Chatwoot, path: &str, body: Body) -> Result<Json, Trouble> {
        let url = format!("{}/api/v1/accounts/{}{path}", inbox.url, inbox.account);
        let post = FormPost { url: &url, auth: ("api_access_token", &inbox.token), body, timeout: CHATWOOT_FILE_WAIT };
        sorted(self.ours.post_form(post).await, true)
    }
}

/// `makes`: the request may have made something.
fn sorted(result: Result<CallAnswer, CallError>, makes: bool) -> Result<Json, Trouble> {
    let answer = result.map_err(|CallError { code, text }| {
        let after = (makes && code == "timeout").then_some(CHATWOOT_SETTLES);
        Trouble { status: None, code, why: Some(text), after }
    })?;
    if (200..300).contains(&answer.status) {
        return Ok(answer.body.to_json());
    }
    let after = answer.headers.get("retry-after").and_then(|after| after.trim().parse().ok());
    let (status, after) = (Some(answer.status), after.map(Span::seconds));
    Err(Trouble { status, code: "status".to_owned(), why: None, after })
}

/// The number of what was made.
pub(super) fn id_of(answer: &Json) -> Result<i64, Trouble> {
    answer["id"].as_i64().ok_or_else(unreadable)
}

/// An answer that is cut off, or of another program.
pub(super) fn unreadable() -> Trouble {
    Trouble { status: None, code: "bad_answer".to_owned(), why: None, after: None }
}

impl From<ReadError> for Trouble {
    fn from(error: ReadError) -> Self {
        tracing::warn!(error = %error, "The database did not say what stands in Chatwoot; it is asked again");
        Trouble { status: None, code: "database".to_owned(), why: None, after: None }
    }
}

impl From<CommitError> for Trouble {
    fn from(error: CommitError) -> Self {
        tracing::warn!(error = %error, "The database did not record what stands in Chatwoot; it is looked up again");
        Trouble { status: None, code: "database".to_owned(), why: None, after: None }
    }
}
