//! Reads a file from a platform or another server: checked address, limited size. A customer's file is streamed, and so
//! never whole in memory.

use super::{
    Auth,
    call::{FlowClient, error, failed, target},
    file::{FileUrl, same_host},
};
use crate::{
    base::{
        limits::{CALL_REDIRECTS_MAX, MEDIA_BYTES_MAX, MEDIA_TIMEOUT},
        time::Span,
    },
    model::event::CallError,
};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::header::CONTENT_TYPE;
use reqwest::{Body, Url, header::CONTENT_LENGTH};

/// An answer with an unread body.
pub type Fetched = hyper::http::Response<Body>;

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeFile {
    /// The type that the server tells, without parameters.
    pub mime: Option<String>,
    pub bytes: Vec<u8>,
}

impl FlowClient {
    /// Follows redirects as `call` does; only the first host gets the credentials. Any status is an answer. All
    /// requests together may take `MEDIA_TIMEOUT`.
    pub async fn fetch(&self, at: &FileUrl) -> Result<Fetched, CallError> {
        self.fetch_by(at, |_| self).await
    }

    /// As `fetch`, for a server that the configuration names: requests to the origin of `own` are made by `near`, and
    /// a redirect to any other host by this client, with its stricter guard.
    pub async fn fetch_near(&self, url: &str, own: &str, near: &FlowClient) -> Result<Fetched, CallError> {
        let at = FileUrl { url: url.to_owned(), auth: Auth::None };
        self.fetch_by(&at, |url| if same_host(url.as_str(), own) { near } else { self }).await
    }

    async fn fetch_by<'c>(&self, at: &FileUrl, by: impl Fn(&Url) -> &'c FlowClient) -> Result<Fetched, CallError> {
        let mut url = Url::parse(&at.url).map_err(|why| error("invalid_url", why.to_string()))?;
        let first = url.origin();
        for _ in 0..=CALL_REDIRECTS_MAX {
            let by = by(&url);
            by.guard.check(&url).map_err(|why| error("blocked", why.0))?;
            let mut out = by.client.get(url.clone()).timeout(MEDIA_TIMEOUT.to_std());
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
                return Err(too_large(MEDIA_BYTES_MAX));
            }
            return Ok(answer.into());
        }
        Err(error("blocked", format!("more than {CALL_REDIRECTS_MAX} redirects")))
    }
}

/// Reads a file whole: the request and the body together may take `wait`, and the body may have `bytes_max`. The code of
/// the error of another status than 200 is `gone` for 404 and 410, and else `status`.
pub async fn whole(
    fetching: impl Future<Output = Result<Fetched, CallError>>,
    bytes_max: usize,
    wait: Span,
) -> Result<WholeFile, CallError> {
    let reading = async {
        let (parts, body) = fetching.await?.into_parts();
        match parts.status.as_u16() {
            200 => {}
            404 | 410 => return Err(error("gone", "the server no longer keeps the file")),
            other => return Err(error("status", format!("the server answered with HTTP {other} instead of the file"))),
        }
        let told = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        if told(CONTENT_LENGTH).and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > bytes_max) {
            return Err(too_large(bytes_max));
        }
        let mime = told(CONTENT_TYPE).map(|mime| mime.split(';').next().unwrap_or_default().trim().to_owned());
        match Limited::new(body, bytes_max).collect().await {
            Ok(read) => Ok(WholeFile { mime, bytes: read.to_bytes().into() }),
            Err(why) if why.is::<LengthLimitError>() => Err(too_large(bytes_max)),
            Err(_) => Err(error("unreachable", "the connection broke off in the middle of the file")),
        }
    };
    match tokio::time::timeout(wait.to_std(), reading).await {
        Ok(read) => read,
        Err(_) => Err(error("timeout", format!("the file was not there within {} ms", wait.0))),
    }
}

fn too_large(bytes_max: usize) -> CallError {
    error("too_large", format!("the file is larger than {} MiB", bytes_max / 1024 / 1024))
}
