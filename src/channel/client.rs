//! The one client for requests to providers: keep-alive, time-outs, no redirects, capped answers.

use super::{
    BoxFuture, Http, HttpError, HttpRequest, HttpResponse, Method, Sent,
    wire::{Direction, Exchange, WireLog},
};
use crate::base::{
    clock::Clock,
    limits::{CONNECT_TIMEOUT, IDLE_CONNECTION_TIMEOUT, IDLE_CONNECTIONS_MAX, PROVIDER_ANSWER_BYTES_MAX},
};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use std::sync::{Arc, Once};

/// Chooses ring for TLS, once for the whole process. `main` calls it before anything else; every client
/// calls it again, so that tests cannot forget it.
pub fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error says that somebody else installed a provider first: then there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Requests to providers. Clones share connections.
#[derive(Clone)]
pub struct Client {
    inner: reqwest::Client,
    clock: Arc<dyn Clock>,
    wire: Option<WireLog>,
}

impl Client {
    /// `wire`: where exchanges are written down; `None` for commands that only ask something.
    pub fn new(clock: Arc<dyn Clock>, wire: Option<WireLog>) -> Result<Self, reqwest::Error> {
        let inner = builder()
            // A token follows no redirect, and goes through no proxy.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Client { inner, clock, wire })
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let began = self.clock.now();
        let told = self.wire.as_ref().map(|_| (request.body.clone(), request.url.clone(), request.sender));
        let method = request.method.as_str();
        let result = self.perform(request).await;
        if let (Some(wire), Some((body, url, sender))) = (&self.wire, told) {
            let took = self.clock.now() - began;
            wire.record(Exchange {
                at: began,
                direction: Direction::Out,
                sender,
                method,
                url,
                answer: result.as_ref().map(|answer| answer.status).map_err(|error| error.code),
                took_ms: u64::try_from(took.0).unwrap_or(0),
                request: body.unwrap_or_default(),
                response: result.as_ref().map(|answer| answer.body.clone()).unwrap_or_default(),
            });
        }
        result
    }

    async fn perform(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
        };
        let mut out = self.inner.request(method, &request.url).timeout(request.timeout);
        if let Some(token) = &request.bearer {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose())).map_err(|_| HttpError {
                sent: Sent::No,
                code: "bad_token",
                text: "the access token holds characters that no header can carry".into(),
            })?;
            value.set_sensitive(true);
            out = out.header(AUTHORIZATION, value);
        }
        if let Some(body) = request.body {
            out = out.header(CONTENT_TYPE, "application/json").body(body);
        }
        let mut answer = out.send().await.map_err(no_answer)?;
        let status = answer.status().as_u16();
        let headers = std::mem::take(answer.headers_mut());
        let (body, cut) = capped(&mut answer, PROVIDER_ANSWER_BYTES_MAX).await;
        Ok(HttpResponse { status, headers, body, cut })
    }
}

impl Http for Client {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, HttpError>> {
        Box::pin(self.exchange(request))
    }
}

/// What every client of ours has in common.
pub(super) fn builder() -> reqwest::ClientBuilder {
    install_crypto();
    reqwest::Client::builder()
        .user_agent(concat!("transom/", env!("CARGO_PKG_VERSION")))
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT.to_std())
        .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
        .pool_idle_timeout(IDLE_CONNECTION_TIMEOUT.to_std())
}

/// Reads at most `max` bytes; true when something is missing, because there was more or it broke off.
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

/// Only an error before the connection stood proves that nothing was sent.
fn no_answer(error: reqwest::Error) -> HttpError {
    let sent = if error.is_connect() || error.is_builder() { Sent::No } else { Sent::Perhaps };
    let code = match sent {
        Sent::No => "unreachable",
        Sent::Perhaps if error.is_timeout() => "timeout",
        Sent::Perhaps => "cut",
    };
    HttpError { sent, code, text: reasons(&error.without_url()) }
}

/// An error and its causes in one line.
pub(super) fn reasons(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
