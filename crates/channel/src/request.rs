//! Defines a request to a provider, and its answer.

use super::BoxFuture;
use crate::base::{ids::SenderId, secret::Secret};
use reqwest::header::HeaderMap;
use std::{borrow::Cow, time::Duration};

/// The interface to the network; tests and the simulator implement it themselves.
pub trait Http: Send + Sync {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>>;
}

/// A request to a provider.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    pub method: Method,
    pub url: String,
    pub auth: Auth,
    pub body: Option<Body>,
    pub timeout: Duration,
    /// For the wire log and metrics.
    pub sender: Option<SenderId>,
}

/// How a request authenticates. Credentials go to the configured address only: no redirect is followed.
#[derive(Debug, Clone)]
pub enum Auth {
    None,
    /// `Authorization: Bearer`.
    Bearer(Secret),
    /// `Authorization: Basic`.
    Basic {
        user: String,
        password: Secret,
    },
    /// A header with the platform's own name.
    Header {
        name: &'static str,
        value: Secret,
    },
}

#[derive(Debug, Clone)]
pub enum Body {
    Json(Vec<u8>),
    /// `a=1&b=two+words`
    Form(Vec<u8>),
    /// A form with a file; see `upload::Upload::form`.
    Parts {
        boundary: String,
        bytes: Vec<u8>,
    },
}

impl Body {
    pub fn content_type(&self) -> Cow<'static, str> {
        match self {
            Body::Json(_) => "application/json".into(),
            Body::Form(_) => "application/x-www-form-urlencoded".into(),
            Body::Parts { boundary, .. } => format!("multipart/form-data; boundary={boundary}").into(),
        }
    }

    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Body::Json(bytes) | Body::Form(bytes) | Body::Parts { bytes, .. } => bytes,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct HttpResponse {
    pub status: u16,
    pub headers: HeaderMap,
    /// At most `limits::PROVIDER_ANSWER_BYTES_MAX`.
    pub body: Vec<u8>,
    /// True if the rest of the body was not read.
    pub cut: bool,
}

/// Shorter credentials are not looked for: they would match by chance.
const ECHOED_BYTES_MIN: usize = 8;

impl HttpResponse {
    /// The answer with `***` in place of the credentials of its request: platforms repeat them (`Malformed access token
    /// …`), and the words of an error are stored, logged and shown.
    #[must_use]
    pub fn without_credentials(mut self, auth: &Auth) -> HttpResponse {
        let (Auth::Bearer(secret) | Auth::Basic { password: secret, .. } | Auth::Header { value: secret, .. }) = auth
        else {
            return self;
        };
        // Some servers write each slash of a JSON text as `\/`.
        let escaped = secret.expose().replace('/', "\\/");
        if secret.expose().len() >= ECHOED_BYTES_MIN {
            replace_all(&mut self.body, secret.expose().as_bytes());
            if escaped != secret.expose() {
                replace_all(&mut self.body, escaped.as_bytes());
            }
        }
        self
    }
}

fn replace_all(body: &mut Vec<u8>, hidden: &[u8]) {
    let (mut clean, mut rest) = (Vec::new(), body.as_slice());
    while let Some(at) = rest.windows(hidden.len()).position(|part| part == hidden) {
        clean.extend_from_slice(&rest[..at]);
        clean.extend_from_slice(b"***");
        rest = &rest[at + hidden.len()..];
    }
    if rest.len() < body.len() {
        clean.extend_from_slice(rest);
        *body = clean;
    }
}

/// There is no answer. `sent` says whether the message may have been sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpError {
    pub sent: Sent,
    /// `timeout`, `unreachable`, or `connection_lost`: the connection broke before the answer came.
    pub code: &'static str,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// No connection was made, so the request was not sent.
    No,
    /// Unknown.
    Perhaps,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, auth: &Auth) -> String {
        let answer = HttpResponse { body: body.into(), ..HttpResponse::default() };
        String::from_utf8(answer.without_credentials(auth).body).unwrap()
    }

    #[test]
    fn an_answer_repeats_no_credentials() {
        let bearer = Auth::Bearer(Secret::new("EAAG/0PX4Z"));
        assert_eq!(
            read(r#"{"a":"token EAAG/0PX4Z","b":"EAAG\/0PX4ZEAAG/0PX4Z"}"#, &bearer),
            r#"{"a":"token ***","b":"******"}"#
        );
        let basic = Auth::Basic { user: "AC1".into(), password: Secret::new("12345678") };
        assert_eq!(read("12345678 1234567 12345678", &basic), "*** 1234567 ***");
        let header = Auth::Header { name: "x-api-key", value: Secret::new("1234567") };
        assert_eq!(read("1234567", &header), "1234567", "too short to be told from other words");
        assert_eq!(read("", &Auth::None), "");
    }
}
