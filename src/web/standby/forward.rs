//! Hands a request to the active daemon, and its answer back. Nothing of either is changed but the address of the
//! client, which is added to `X-Forwarded-For`, and `X-Forwarded-Proto`, if the client came without a proxy.
//!
//! The hop grants nothing: the active daemon checks signatures, keys and sessions as it does for every client, over the
//! bytes that the client sent. A client can only forge headers that it could have sent to the active daemon as well.

use super::{NOBODY, StandbyWeb, nobody};
use crate::{
    base::{
        clock::Stopwatch,
        limits::{CONNECT_TIMEOUT, FORWARD_LOOK_EVERY, FORWARD_PATIENCE, FORWARD_TRY_TIMEOUT, WEBHOOK_BODY_BYTES_MAX},
    },
    channel::own_peer::tls_to_own,
    web::{
        problem::Problem,
        server::{body, peers::is_proxy, tls::Tls},
        webhooks,
    },
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use hyper::upgrade::OnUpgrade;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use std::{net::SocketAddr, sync::Arc};

/// The connections to the active daemon.
pub(super) struct Upstream(Client<HttpsConnector<HttpConnector>, Body>);

/// Marks a request that was handed on once: a standby does not hand it on again, whatever the addresses of the members
/// lead to.
const FORWARDED: &str = "transom-forwarded";

impl Upstream {
    /// `tls`: that of this daemon. The active one may have the same certificate, which then counts at any address;
    /// another one must be for the host of its URL, or for `public_host` where that is an IP address.
    pub fn new(tls: Option<&Tls>, public_host: Option<&str>) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT.to_std()));
        connector.enforce_http(false);
        let own = tls.map(|tls| Arc::clone(&tls.certificate));
        let is_own = move |certificate: &[u8]| own.as_ref().is_some_and(|own| own.now().is(certificate));
        let settings = tls_to_own(is_own, public_host);
        let builder = HttpsConnectorBuilder::new().with_tls_config(settings).https_or_http().enable_http1();
        let connector = builder.wrap_connector(connector);
        Upstream(Client::builder(TokioExecutor::new()).build(connector))
    }
}

pub(super) async fn forward(web: &StandbyWeb, peer: SocketAddr, request: Request) -> Response {
    if request.headers().contains_key(FORWARDED) {
        return nobody();
    }
    let (mut parts, body) = request.into_parts();
    parts.headers.insert(FORWARDED, HeaderValue::from_static("1"));
    if !is_proxy(&web.proxies, peer.ip()) {
        // To the active daemon this one is a proxy, whose word counts: it must not repeat a stranger's.
        let spoken = if web.tls.is_some() { "https" } else { "http" };
        parts.headers.insert("x-forwarded-proto", HeaderValue::from_static(spoken));
    }
    let from = HeaderValue::try_from(peer.ip().to_canonical().to_string());
    parts.headers.append("x-forwarded-for", from.expect("an IP address is plain text"));
    if !parts.headers.contains_key(header::UPGRADE) {
        parts.headers.remove(header::CONNECTION);
    }
    match webhooks::address(parts.uri.path()).is_some() {
        true => webhook(web, &parts, body).await,
        false => once(web, parts, body).await,
    }
}

/// A webhook may be handed over more than once: its messages are known by the platform's ids.
async fn webhook(web: &StandbyWeb, parts: &Parts, body: Body) -> Response {
    let bytes = match body::read(body, WEBHOOK_BODY_BYTES_MAX).await {
        Ok(bytes) => bytes,
        Err(bad) => return bad.problem(WEBHOOK_BODY_BYTES_MAX).into_response(),
    };
    let began = Stopwatch::start();
    while let Some(target) = active(web, began).await {
        let asked = ask(web, &target, parts.clone(), Body::from(bytes.clone()));
        match tokio::time::timeout(FORWARD_TRY_TIMEOUT.to_std(), asked).await {
            // That one has just begun to stand by, too.
            Ok(Some(answer)) if !answer.headers().contains_key(NOBODY) => return answer,
            Ok(_) | Err(_) => tokio::time::sleep(FORWARD_LOOK_EVERY.to_std()).await,
        }
    }
    nobody()
}

/// Any other request goes over once, as it comes. A daemon that was stopped would keep it for ever: it is given up when
/// another one is active.
async fn once(web: &StandbyWeb, parts: Parts, body: Body) -> Response {
    let Some(target) = active(web, Stopwatch::start()).await else { return nobody() };
    let answer = tokio::select! {
        answer = ask(web, &target, parts, body) => answer,
        () = replaced(web, &target) => None,
    };
    match answer {
        Some(answer) => answer,
        None => {
            let why = "The active daemon did not answer; the request may have reached it.";
            let problem = Problem::new(StatusCode::BAD_GATEWAY, "no_answer", why);
            Problem { retry_after_s: Some(1), ..problem }.into_response()
        }
    }
}

/// Waits for an active daemon.
async fn active(web: &StandbyWeb, began: Stopwatch) -> Option<String> {
    loop {
        if began.elapsed() >= FORWARD_PATIENCE.to_std() {
            return None;
        }
        if let Some(target) = web.active() {
            return Some(target);
        }
        tokio::time::sleep(FORWARD_LOOK_EVERY.to_std()).await;
    }
}

/// Waits until another daemon than `target` is active.
async fn replaced(web: &StandbyWeb, target: &str) {
    while web.active().is_none_or(|active| active == target) {
        tokio::time::sleep(FORWARD_LOOK_EVERY.to_std()).await;
    }
}

/// The request's URL at the active daemon. Only the path and the query are the client's: `GET http://elsewhere/` and
/// `CONNECT elsewhere:443` go nowhere else. `None` for `OPTIONS *`, which asks about no path.
fn url_at(target: &str, asked: &Uri) -> Option<Uri> {
    let path = asked.path_and_query().map_or("/", |path| path.as_str());
    path.starts_with('/').then(|| format!("{target}{path}").parse::<Uri>().ok())?
}

/// `None`: there was no answer.
async fn ask(web: &StandbyWeb, target: &str, mut parts: Parts, body: Body) -> Option<Response> {
    parts.uri = url_at(target, &parts.uri)?;
    let client = parts.extensions.remove::<OnUpgrade>();
    let asked = web.upstream.0.request(Request::from_parts(parts, body)).await;
    let mut answer = match asked {
        Ok(answer) => {
            web.hop_works();
            answer
        }
        Err(error) => {
            web.hop_fails(target, &error);
            return None;
        }
    };
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS
        && let Some(client) = client
    {
        let daemon = hyper::upgrade::on(&mut answer);
        tokio::spawn(async move {
            if let Ok((client, daemon)) = tokio::try_join!(client, daemon) {
                let (mut client, mut daemon) = (TokioIo::new(client), TokioIo::new(daemon));
                // Either side may hang up.
                let _ = tokio::io::copy_bidirectional(&mut client, &mut daemon).await;
            }
        });
    }
    Some(answer.map(Body::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_goes_to_the_active_daemon_and_nowhere_else() {
        let at =
            |asked: &str| url_at("http://10.0.0.5:8080", &asked.parse::<Uri>().unwrap()).map(|url| url.to_string());
        for (asked, goes) in [
            ("/webhooks/meta?hub.mode=subscribe", Some("http://10.0.0.5:8080/webhooks/meta?hub.mode=subscribe")),
            ("http://evil.example/v1/contacts", Some("http://10.0.0.5:8080/v1/contacts")),
            ("evil.example:443", Some("http://10.0.0.5:8080/")),
            ("//evil.example/x", Some("http://10.0.0.5:8080//evil.example/x")),
            ("/@evil.example", Some("http://10.0.0.5:8080/@evil.example")),
            ("*", None),
        ] {
            assert_eq!(at(asked).as_deref(), goes, "{asked}");
        }
    }
}
