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
