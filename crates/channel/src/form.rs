//! Posts a form with a file by the guarded client: for programs whose API takes files, and no messaging platform is.

use super::{
    call::{FlowClient, error, failed, read},
    request::Body,
};
use crate::{
    base::{secret::Secret, time::Span},
    model::event::{CallAnswer, CallError},
};
use reqwest::{
    Url,
    header::{CONTENT_TYPE, HeaderValue},
};

/// A form that is posted once; a redirect is not followed.
pub struct FormPost<'a> {
    pub url: &'a str,
    /// The header that authenticates the request.
    pub auth: (&'static str, &'a Secret),
    pub body: Body,
    /// From the first byte of the post to the end of the answer.
    pub timeout: Span,
}

impl FlowClient {
    /// Posts the form, once. Any HTTP status is an answer, not an error.
    pub async fn post_form(&self, post: FormPost<'_>) -> Result<CallAnswer, CallError> {
        let url = Url::parse(post.url).map_err(|why| error("invalid_url", why.to_string()))?;
        self.guard.check(&url).map_err(|why| error("blocked", why.0))?;
        let (name, secret) = post.auth;
        let mut key = HeaderValue::try_from(secret.expose())
            .map_err(|_| error("invalid_url", "the access token holds characters that no header can carry"))?;
        key.set_sensitive(true);
        let out = self.client.post(url).header(CONTENT_TYPE, post.body.content_type().as_ref()).header(name, key);
        self.may_act().await?;
        let posting = async {
            let mut answer = out.body(post.body.into_bytes()).send().await.map_err(failed)?;
            read(&mut answer, &[secret]).await
        };
        match tokio::time::timeout(post.timeout.to_std(), posting).await {
            Ok(result) => result,
            Err(_) => Err(error("timeout", format!("no answer within {} ms", post.timeout.0))),
        }
    }
}
