//! Streams a customer's file from its platform: checked address, limited size, never whole in memory.

use super::{
    Auth,
    call::{FlowClient, error, failed, target},
    file::FileUrl,
};
use crate::{
    base::limits::{CALL_REDIRECTS_MAX, MEDIA_BYTES_MAX, MEDIA_TIMEOUT},
    model::event::CallError,
};
use reqwest::{Body, Url, header::CONTENT_LENGTH};

/// An answer with an unread body.
pub type Fetched = hyper::http::Response<Body>;

impl FlowClient {
    /// Follows redirects as `call` does; only the first host gets the credentials. Any status is an answer. All
    /// requests together may take `MEDIA_TIMEOUT`.
    pub async fn fetch(&self, at: &FileUrl) -> Result<Fetched, CallError> {
        let mut url = Url::parse(&at.url).map_err(|why| error("invalid_url", why.to_string()))?;
        let first = url.origin();
        for _ in 0..=CALL_REDIRECTS_MAX {
            self.guard.check(&url).map_err(|why| error("blocked", why.0))?;
            let mut out = self.client.get(url.clone()).timeout(MEDIA_TIMEOUT.to_std());
            if url.origin() == first {
                out = match &at.auth {
                    Auth::None => out,
                    Auth::Bearer(token) => out.bearer_auth(token.expose()),
                    Auth::Basic { user, password } => out.basic_auth(user, Some(password.expose())),
                    Auth::Header { name, value } => out.header(*name, value.expose()),
                };
            }
            let answer = out.send().await.map_err(failed)?;
            if let Some(next) = target(&answer, &url)? {
                url = next;
                continue;
            }
            let length =
                answer.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
            if length.is_some_and(|length| length > MEDIA_BYTES_MAX as u64) {
                return Err(error(
                    "too_large",
                    format!("the file is larger than {} MiB", MEDIA_BYTES_MAX / 1024 / 1024),
                ));
            }
            return Ok(answer.into());
        }
        Err(error("blocked", format!("more than {CALL_REDIRECTS_MAX} redirects")))
    }
}
