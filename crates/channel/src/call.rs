//! Makes the `http` step's request: inserts secrets, checks the address and each redirect, limits the answer.

use super::{
    client::{builder, capped, reasons},
    fence,
    guard::{Blocked, Guard},
    traceparent::{TRACEPARENT, carried},
    untrusted::certificate_trouble,
};
use crate::{
    base::{
        fence::Fence,
        limits::{CALL_ANSWER_BYTES_MAX, CALL_REDIRECTS_MAX, WEBHOOK_ANSWER_BYTES_MAX},
        private_use,
        secret::Secret,
        time::Span,
    },
    model::{
        effect::{CallBody, CallText, HttpCall},
        event::{CallAnswer, CallError},
        value::Value,
    },
};
use reqwest::{
    Method, Url,
    header::{
        AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, PROXY_AUTHORIZATION,
        RETRY_AFTER,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// Shorter secrets are not searched for in answers: they would match by chance.
const ECHOED_SECRET_BYTES_MIN: usize = 6;
/// Authors must not set the headers that decide the host of a request and the end of its body.
const OURS: &[&str] = &["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"];

/// The HTTP client for flows.
#[derive(Clone)]
pub struct FlowClient {
    pub(super) client: reqwest::Client,
    pub(super) guard: Guard,
    fence: Option<Arc<Fence>>,
    redirects_max: usize,
}

impl FlowClient {
    pub fn new(guard: Guard) -> Result<Self, reqwest::Error> {
        let client = builder()
            // Redirects are followed below, where secret headers are dropped when the host changes.
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(guard.clone())
            .build()?;
        Ok(FlowClient { client, guard, fence: None, redirects_max: CALL_REDIRECTS_MAX })
    }

    /// Calls and posts only while this process may act for its database.
    pub fn behind(self, fence: Arc<Fence>) -> Self {
        FlowClient { fence: Some(fence), ..self }
    }

    /// Follows no redirect of a call: what it says is meant for the server of its address alone.
    pub fn without_redirects(self) -> Self {
        FlowClient { redirects_max: 0, ..self }
    }

    pub(super) async fn may_act(&self) -> Result<(), CallError> {
        match &self.fence {
            Some(fence) if !fence::opens(fence).await => Err(error("deposed", fence::CLOSED.to_owned())),
            Some(_) | None => Ok(()),
        }
    }

    /// Makes one call, once. `secrets` are those granted to the flows. Any HTTP status is an answer, not an error.
    pub async fn call(&self, call: &HttpCall, secrets: &BTreeMap<String, Secret>) -> Result<CallAnswer, CallError> {
        let mut fill = Fill { secrets, used: Vec::new() };
        let request = Request::build(call, &mut fill)?;
        self.make(request, &fill.used, call.timeout).await
    }

    /// As `call`, with a body that is neither JSON nor a plain form, of this content type.
    pub async fn call_with(
        &self,
        call: &HttpCall,
        secrets: &BTreeMap<String, Secret>,
        kind: &str,
        bytes: Vec<u8>,
    ) -> Result<CallAnswer, CallError> {
        let mut fill = Fill { secrets, used: Vec::new() };
        let mut request = Request::build(call, &mut fill)?;
        let kind = HeaderValue::try_from(kind).map_err(|_| error("invalid_url", "the type of the body is no text"))?;
        request.headers.insert(CONTENT_TYPE, kind);
        request.body = Some(bytes);
        self.make(request, &fill.used, call.timeout).await
    }

    async fn make(&self, request: Request, used: &[&Secret], timeout: Span) -> Result<CallAnswer, CallError> {
        self.may_act().await?;
        match tokio::time::timeout(timeout.to_std(), self.follow(request, used)).await {
            Ok(result) => result,
            Err(_) => Err(error("timeout", format!("no answer within {} ms", timeout.0))),
        }
    }

    /// The status and headers of an address without its body: by `HEAD`, and if that is refused, by a `GET` that ends
    /// after the headers (links signed for `GET` answer nothing else). `None` if there was no answer within `wait`.
    pub async fn look(&self, url: &str, wait: Span) -> Option<(u16, BTreeMap<String, String>)> {
        let asked = async {
            let head = self.headers_of(Method::HEAD, url).await?;
            if (200..300).contains(&head.0) { Some(head) } else { self.headers_of(Method::GET, url).await }
        };
        tokio::time::timeout(wait.to_std(), asked).await.ok().flatten()
    }

    async fn headers_of(&self, method: Method, url: &str) -> Option<(u16, BTreeMap<String, String>)> {
        let mut url = Url::parse(url).ok()?;
        for _ in 0..=CALL_REDIRECTS_MAX {
            self.guard.check(&url).ok()?;
            let answer = self.client.request(method.clone(), url.clone()).send().await.ok()?;
            match target(&answer, &url).ok()? {
                Some(next) => url = next,
                None => {
                    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
                    let headers = answer.headers().iter().map(|(name, value)| (name.to_string(), text(value)));
                    return Some((answer.status().as_u16(), headers.collect()));
                }
            }
        }
        None
    }

    async fn follow(&self, mut request: Request, used: &[&Secret]) -> Result<CallAnswer, CallError> {
        for _ in 0..=self.redirects_max {
            // A redirect is another request.
            self.may_act().await?;
            self.guard.check(&request.url).map_err(|why| error("blocked", why.0))?;
            let mut out = self.client.request(request.method.clone(), request.url.clone());
            out = out.headers(request.headers.clone());
            if let Some(body) = &request.body {
                out = out.body(body.clone());
            }
            let mut answer = out.send().await.map_err(failed)?;
            match target(&answer, &request.url)? {
                Some(url) => request = request.redirected(url, answer.status().as_u16())?,
                None => return read(&mut answer, used).await,
            }
        }
        Err(error(
            "blocked",
            match self.redirects_max {
                0 => "the server redirects the request, and it is meant for no other address".to_owned(),
                max => format!("more than {max} redirects"),
            },
        ))
    }
}

/// A POST by the daemon itself: the body is sent byte for byte, and no redirect is followed, because a redirect would
/// turn it into a GET.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    pub url: &'a str,
    pub headers: &'a [(&'a str, String)],
    /// JSON text.
    pub body: &'a str,
    pub timeout: Span,
}

/// The answer to a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posted {
    pub status: u16,
    pub retry_after: Option<Span>,
}

impl FlowClient {
    /// Checks an address in the same way as a call; the error says why it is refused.
    pub fn may_reach(&self, url: &str) -> Result<(), String> {
        let url = Url::parse(url).map_err(|why| why.to_string())?;
        self.guard.check(&url).map_err(|why| why.0)
    }

    /// Makes one post, once.
    pub async fn post(&self, post: Post<'_>) -> Result<Posted, CallError> {
        let url = Url::parse(post.url).map_err(|why| error("invalid_url", why.to_string()))?;
        self.guard.check(&url).map_err(|why| error("blocked", why.0))?;
        let mut out = self.client.post(url).header(CONTENT_TYPE, "application/json");
        for (name, value) in post.headers {
            out = out.header(*name, value);
        }
        self.may_act().await?;
        let sending = async {
            let mut answer = out.body(post.body.to_owned()).send().await.map_err(failed)?;
            let after = answer.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
            // The body is read so that the connection can be reused, and dropped.
            let _ = capped(&mut answer, WEBHOOK_ANSWER_BYTES_MAX).await;
            Ok(Posted { status: answer.status().as_u16(), retry_after: after.map(Span::seconds) })
        };
        match tokio::time::timeout(post.timeout.to_std(), sending).await {
            Ok(result) => result,
            Err(_) => Err(error("timeout", format!("no answer within {} ms", post.timeout.0))),
        }
    }
}

struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
    /// True if the body or query contains a secret.
    secret: bool,
}

impl Request {
    fn build(call: &HttpCall, fill: &mut Fill<'_>) -> Result<Self, CallError> {
        let mut url = Url::parse(&call.url).map_err(|why| error("invalid_url", why.to_string()))?;
        let method = Method::from_bytes(call.method.to_ascii_uppercase().as_bytes())
            .map_err(|_| error("invalid_url", format!("`{}` is no HTTP method", call.method)))?;
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            let name = HeaderName::try_from(name.as_str())
                .map_err(|_| error("invalid_url", format!("`{name}` is no header name")))?;
            if OURS.contains(&name.as_str()) {
                return Err(error("blocked", format!("the header `{name}` is not the flow's to set")));
            }
            let secret = value.has_secret();
            let mut value = HeaderValue::try_from(fill.text(value)?)
                .map_err(|_| error("invalid_url", format!("the header `{name}` holds a line break or the like")))?;
            value.set_sensitive(secret);
            headers.insert(name, value);
        }
        if let Some(key) = &call.key {
            let value =
                HeaderValue::try_from(key).map_err(|_| error("invalid_url", "the idempotency key is no text"))?;
            headers.insert("idempotency-key", value);
        }
        // A header of the author's own wins.
        if let Some(value) = carried() {
            headers.entry(TRACEPARENT).or_insert(value);
        }
        let before = fill.used.len();
        for (name, value) in &call.query {
            let value = fill.text(value)?;
            url.query_pairs_mut().append_pair(name, &value);
        }
        let (kind, body) = match &call.body {
            None => (None, None),
            Some(CallBody::Json(json)) => (Some("application/json"), Some(json.to_string().into_bytes())),
            Some(CallBody::WithSecrets(json)) => {
                let json = json.fill(&mut |name| fill.secret(name))?;
                (Some("application/json"), Some(json.to_string().into_bytes()))
            }
            Some(CallBody::Form(fields)) => {
                let mut form = Url::parse("http://localhost/").expect("a constant address");
                for (name, value) in fields {
                    form.query_pairs_mut().append_pair(name, &fill.text(value)?);
                }
                let text = form.query().unwrap_or_default().as_bytes().to_vec();
                (Some("application/x-www-form-urlencoded"), Some(text))
            }
        };
        if let Some(kind) = kind {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
        }
        Ok(Request { method, url, headers, body, secret: fill.used.len() > before })
    }

    /// Follows browsers: 307 and 308 repeat the request, the others become a GET. Secrets are not sent to another
    /// host.
    fn redirected(mut self, url: Url, status: u16) -> Result<Self, CallError> {
        let same_body = matches!(status, 307 | 308) || matches!(self.method, Method::GET | Method::HEAD);
        if !same_body {
            self.method = Method::GET;
            self.body = None;
            self.headers.remove(CONTENT_TYPE);
        }
        if url.origin() != self.url.origin() {
            if self.secret && self.body.is_some() {
                return Err(error("blocked", "the server redirects a body with a secret to another host"));
            }
            let secret: Vec<HeaderName> =
                self.headers.iter().filter(|(_, value)| value.is_sensitive()).map(|(name, _)| name.clone()).collect();
            for name in secret.iter().chain(&[AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION]) {
                self.headers.remove(name);
            }
        }
        self.url = url;
        Ok(self)
    }
}

/// Inserts secrets by name, and remembers which were used.
struct Fill<'s> {
    secrets: &'s BTreeMap<String, Secret>,
    used: Vec<&'s Secret>,
}

impl Fill<'_> {
    fn text(&mut self, text: &CallText) -> Result<String, CallError> {
        text.fill(|name| self.secret(name))
    }

    fn secret(&mut self, name: &str) -> Result<String, CallError> {
        let Some(secret) = self.secrets.get(name) else {
            return Err(error("blocked", format!("the secret `{name}` is not granted to the flows")));
        };
        self.used.push(secret);
        Ok(secret.expose().to_owned())
    }
}

/// The target of a redirect, if the answer is one.
pub(super) fn target(answer: &reqwest::Response, from: &Url) -> Result<Option<Url>, CallError> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = answer.headers().get(LOCATION) else { return Ok(None) };
    let url = location.to_str().ok().and_then(|to| from.join(to).ok());
    url.map(Some).ok_or_else(|| error("invalid_url", "the server redirects to something that is no address"))
}

pub(super) async fn read(answer: &mut reqwest::Response, used: &[&Secret]) -> Result<CallAnswer, CallError> {
    let status = answer.status().as_u16();
    let mut headers = BTreeMap::new();
    for (name, value) in answer.headers() {
        let value = clean(&String::from_utf8_lossy(value.as_bytes()), used);
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|all: &mut String| *all = format!("{all}, {value}"))
            .or_insert(value);
    }
    let (body, cut) = capped(answer, CALL_ANSWER_BYTES_MAX).await;
    if body.len() >= CALL_ANSWER_BYTES_MAX && cut {
        return Err(error("too_large", format!("the answer is larger than {} KiB", CALL_ANSWER_BYTES_MAX / 1024)));
    }
    if cut {
        return Err(error("unreachable", "the connection broke off in the middle of the answer"));
    }
    let text = clean(&String::from_utf8_lossy(&body), used);
    let says_json = headers.get("content-type").is_some_and(|kind| kind.contains("json"));
    let looks_json = text.trim_start().starts_with(['{', '[']);
    let json = (says_json || looks_json).then(|| serde_json::from_str::<serde_json::Value>(&text).ok()).flatten();
    let body = match json {
        Some(json) => Value::from_json(&json),
        None if text.is_empty() => Value::Nothing,
        None => Value::Text(text),
    };
    Ok(CallAnswer { status, headers, body })
}

/// Removes the used secrets from an answer, so that a server that echoes one does not bring it into our tables; also
/// U+0000 and private-use characters. (In JSON, U+0000 is escaped; the values are cleaned where they are stored.)
fn clean(text: &str, used: &[&Secret]) -> String {
    let mut text = private_use::without(text).replace('\0', "\u{FFFD}").replace("\\u0000", "\\ufffd");
    for secret in used.iter().map(|s| s.expose()).filter(|s| s.len() >= ECHOED_SECRET_BYTES_MIN) {
        text = text.replace(secret, "***");
    }
    text
}

pub(super) fn failed(why: reqwest::Error) -> CallError {
    let host = why.url().and_then(Url::host_str).unwrap_or_default().to_owned();
    let why = why.without_url();
    let mut cause: Option<&dyn std::error::Error> = Some(&why);
    while let Some(inner) = cause {
        if let Some(blocked) = inner.downcast_ref::<Blocked>() {
            return error("blocked", blocked.0.clone());
        }
        cause = inner.source();
    }
    let code = if why.is_timeout() { "timeout" } else { "unreachable" };
    error(code, certificate_trouble(&why, &host).unwrap_or_else(|| reasons(&why)))
}

pub(super) fn error(code: &str, text: impl Into<String>) -> CallError {
    CallError { code: code.into(), text: text.into() }
}
