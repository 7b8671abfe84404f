//! The HTTP client for requests to providers: keep-alive, time-outs, no redirects, limited answers.

use super::{
    Auth, BoxFuture, Http, HttpError, HttpRequest, HttpResponse, Method, Sent, fence,
    pool::{Pool, PoolError},
    roots::tls,
    spans::{Part, Role, Span, Spans, Value},
    untrusted::certificate_trouble,
    wire::{Direction, Exchange, WireLog, Written},
};
use crate::base::{
    clock::{Clock, Stopwatch},
    fence::Fence,
    limits::{CONNECT_TIMEOUT, IDLE_CONNECTION_TIMEOUT, IDLE_CONNECTIONS_MAX, PROVIDER_ANSWER_BYTES_MAX},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Method as Verb, Request, Uri,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT},
};
use std::{
    borrow::Cow,
    sync::{Arc, Once},
    time::Duration,
};

const AGENT: &str = concat!("transom/", env!("CARGO_PKG_VERSION"));

/// Installs ring as the TLS crypto provider, once for the process. `main` calls it first; every client calls it again,
/// so that tests cannot forget it.
pub fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that a provider is already installed.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Sends requests to providers. Clones share connections. It is built directly on hyper, because each layer above
/// costs a measurable share of an answered message.
#[derive(Clone)]
pub struct Client {
    pool: Pool,
    clock: Arc<dyn Clock>,
    wire: Option<WireLog>,
    spans: Spans,
}

impl Client {
    /// `wire`: the log of exchanges; `None` for commands that only ask a question.
    pub fn new(clock: Arc<dyn Clock>, wire: Option<WireLog>) -> Self {
        install_crypto();
        // No redirects and no proxy: the token must go only to the configured host.
        Client { pool: Pool::new(), clock, wire, spans: Spans::default() }
    }

    /// Sends only while this process may act for its database.
    pub fn behind(self, fence: Arc<Fence>) -> Self {
        Client { pool: self.pool.behind(fence), ..self }
    }

    /// Tells each request of a trace to the exporter of spans.
    pub fn with_spans(self, spans: Spans) -> Self {
        Client { spans, ..self }
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let HttpRequest { method, url, auth, body, timeout, sender } = request;
        let kind = body.as_ref().map(super::Body::content_type);
        // For a file the wire log gets only its length.
        let is_file = matches!(body, Some(super::Body::Parts { .. }));
        let body = body.map(|body| Bytes::from(body.into_bytes()));
        if let Some(fence) = self.pool.fence()
            && !fence::opens(fence).await
        {
            return Err(unsendable("deposed", fence::CLOSED.into()));
        }
        let began = self.clock.now();
        let started = Stopwatch::start();
        let result = self.perform(method, &url, &auth, (kind, body.clone()), timeout).await;
        if let Some((trace, parent)) = super::wire::trace() {
            self.spans.record(trace, || Span {
                trace,
                part: Part::Leaf(self.spans.fresh()),
                parent: Some(parent),
                role: Role::Client,
                name: method.as_str().into(),
                began,
                took: started.elapsed(),
                error: failure(&result),
                attributes: request_attributes(method, &url, result.as_ref().ok()),
            });
        }
        if let Some(wire) = &self.wire {
            let took = self.clock.now() - began;
            wire.record(Exchange {
                at: began,
                direction: Direction::Out,
                sender,
                traces: super::wire::trace().map(|(trace, _)| trace).into_iter().collect(),
                method: method.as_str(),
                url,
                answer: result.as_ref().map(|answer| answer.status).map_err(|error| error.code),
                took_ms: u64::try_from(took.0).unwrap_or(0),
                request: match is_file {
                    true => Written::Length(body.map_or(0, |body| body.len())),
                    false => Written::Shape(body.map(Vec::from).unwrap_or_default()),
                },
                response: result.as_ref().map(|answer| answer.body.clone()).unwrap_or_default(),
            });
        }
        result
    }

    async fn perform(
        &self,
        method: Method,
        url: &str,
        auth: &Auth,
        (kind, body): (Option<Cow<'static, str>>, Option<Bytes>),
        timeout: Duration,
    ) -> Result<HttpResponse, HttpError> {
        let uri = Uri::try_from(url).map_err(|error| unsendable("unreachable", reasons(&error)))?;
        let mut out = Request::new(Full::new(body.unwrap_or_default()));
        *out.uri_mut() = uri;
        *out.method_mut() = match method {
            Method::Get => Verb::GET,
            Method::Post => Verb::POST,
        };
        let headers = out.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        if let Some((name, value)) = credentials(auth)? {
            headers.insert(name, value);
        }
        if let Some(kind) = kind {
            let kind = match kind {
                Cow::Borrowed(kind) => HeaderValue::from_static(kind),
                Cow::Owned(kind) => HeaderValue::try_from(kind).expect("a boundary is made of plain letters"),
            };
            headers.insert(CONTENT_TYPE, kind);
        }
        let host = out.uri().host().unwrap_or_default().to_owned();
        let late = tokio::time::sleep(timeout);
        tokio::pin!(late);
        let (answer, used) = tokio::select! {
            biased;
            answer = self.pool.request(out, self.clock.now()) => answer.map_err(|failed| no_answer(failed, &host))?,
            () = &mut late => {
                return Err(HttpError { sent: Sent::Perhaps, code: "timeout", text: "no answer in time".into() });
            }
        };
        let (parts, mut rest) = answer.into_parts();
        let mut body = Vec::new();
        let cut = loop {
            let frame = tokio::select! {
                biased;
                frame = rest.frame() => frame,
                () = &mut late => break true,
            };
            match frame {
                Some(Ok(frame)) => {
                    let Some(chunk) = frame.data_ref() else { continue };
                    let room = PROVIDER_ANSWER_BYTES_MAX - body.len();
                    body.extend_from_slice(&chunk[..chunk.len().min(room)]);
                    if chunk.len() > room {
                        break true;
                    }
                }
                Some(Err(_)) => break true,
                None => break false,
            }
        };
        if !cut {
            self.pool.give_back(used, self.clock.now());
        }
        let answer = HttpResponse { status: parts.status.as_u16(), headers: parts.headers, body, cut };
        Ok(answer.without_credentials(auth))
    }
}

/// The header that authenticates a request; never printed.
fn credentials(auth: &Auth) -> Result<Option<(HeaderName, HeaderValue)>, HttpError> {
    let (name, text) = match auth {
        Auth::None => return Ok(None),
        Auth::Bearer(token) => (AUTHORIZATION, format!("Bearer {}", token.expose())),
        Auth::Basic { user, password } => {
            (AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose()))))
        }
        Auth::Header { name, value } => (HeaderName::from_static(name), value.expose().to_owned()),
    };
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| unsendable("bad_token", "the access token holds characters that no header can carry".into()))?;
    value.set_sensitive(true);
    Ok(Some((name, value)))
}

/// The fixed word for why a request failed: the reason that there is no answer, or its status from 400 on.
fn failure(result: &Result<HttpResponse, HttpError>) -> Option<Cow<'static, str>> {
    match result {
        Ok(answer) if answer.status < 400 => None,
        Ok(answer) => Some(answer.status.to_string().into()),
        Err(error) => Some(error.code.into()),
    }
}

/// The attributes of a client's span by OpenTelemetry's conventions for HTTP. The path stays out: it holds ids.
fn request_attributes(method: Method, url: &str, answer: Option<&HttpResponse>) -> Vec<(&'static str, Value)> {
    let mut attributes: Vec<(&'static str, Value)> = vec![("http.request.method", method.as_str().into())];
    let address = Uri::try_from(url).ok();
    attributes.extend(address.as_ref().and_then(Uri::host).map(|host| ("server.address", host.to_owned().into())));
    attributes.extend(answer.map(|answer| ("http.response.status_code", i64::from(answer.status).into())));
    attributes
}

impl Http for Client {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(self.exchange(request))
    }
}

/// The settings that the client for flows' calls shares with this one.
pub(super) fn builder() -> reqwest::ClientBuilder {
    install_crypto();
    let mut tls = tls();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(AGENT)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT.to_std())
        .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
        .pool_idle_timeout(IDLE_CONNECTION_TIMEOUT.to_std())
}

/// Reads at most `max` bytes; true if the body is incomplete, because it was longer or broke off.
pub(super) async fn capped(answer: &mut reqwest::Response, max: usize) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > max => {
                body.extend_from_slice(&chunk[..max - body.len()]);
                return (body, true);
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return (body, false),
            Err(_) => return (body, true),
        }
    }
}

fn no_answer(failed: PoolError, host: &str) -> HttpError {
    match failed {
        PoolError::Unsent(error) => {
            let why = certificate_trouble(error.as_ref(), host).unwrap_or_else(|| reasons(error.as_ref()));
            unsendable("unreachable", why)
        }
        PoolError::Broken(error) => HttpError { sent: Sent::Perhaps, code: "connection_lost", text: reasons(&error) },
    }
}

fn unsendable(code: &'static str, text: String) -> HttpError {
    HttpError { sent: Sent::No, code, text }
}

/// The error and its causes in one line.
pub(super) fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
