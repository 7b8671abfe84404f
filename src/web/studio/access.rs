//! Decides whether the studio is open without a sign-in, and whether a browser may sign in over its connection.

use crate::web::{
    people::cookie::Transport,
    server::{
        local_origin::{is_at_this_machine, is_loopback_url, scheme_and_authority},
        peers,
    },
    state::Web,
};
use axum::http::{HeaderMap, HeaderName, header};
use std::net::{IpAddr, SocketAddr};

/// True if nobody needs to sign in: a browser on this machine, while nothing can reach a real customer.
pub fn is_open(web: &Web, peer: SocketAddr, headers: &HeaderMap) -> bool {
    let config = &web.app.config;
    // A proxy that changes `Host` and adds no header would make everybody local; a public address shows that there
    // is one.
    let is_published = config.public_url.as_deref().is_some_and(|url| !is_loopback_url(url));
    is_at_this_machine(peer, headers)
        && web.app.senders.only_sandboxes()
        && config.listen.ip().is_loopback()
        && !is_published
}

/// True if a browser gets the page: it needs no sign-in, or may sign in.
pub fn may_show(web: &Web, peer: SocketAddr, headers: &HeaderMap) -> bool {
    is_open(web, peer, headers) || transport(web, peer, headers).is_some()
}

/// The connection by which a browser may sign in; `None`: others could read the password and the cookie on the way.
pub fn transport(web: &Web, peer: SocketAddr, headers: &HeaderMap) -> Option<Transport> {
    if is_https(web, peer, headers) {
        return Some(Transport::Https);
    }
    is_at_this_machine(peer, headers).then_some(Transport::Loopback)
}

/// True if the request came by TLS: to the daemon itself, or through a proxy that speaks https at our `public_url`.
fn is_https(web: &Web, peer: SocketAddr, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let forwarded = |name: &'static str| last(text(&HeaderName::from_static(name)));
    let is_plain = forwarded("x-forwarded-proto").eq_ignore_ascii_case("http");
    if web.tls.is_some() {
        // A proxy before the daemon may speak to its client in plain text.
        return !(is_plain && is_proxy(web, peer.ip()));
    }
    let public = web.app.config.public_url.as_deref().and_then(scheme_and_authority);
    let Some(("https", name)) = public else { return false };
    let hosts = [text(&header::HOST), forwarded("x-forwarded-host")];
    let is_named = hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
        || scheme_and_authority(text(&header::ORIGIN)) == public;
    is_named && !is_plain && is_proxy(web, peer.ip())
}

/// The address of the client: of the peer, or of whom our proxy has seen.
pub fn client_address(web: &Web, peer: SocketAddr, headers: &HeaderMap) -> IpAddr {
    if !is_proxy(web, peer.ip()) {
        return peer.ip();
    }
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let all: Vec<IpAddr> = values.flat_map(|text| text.split(',')).filter_map(|ip| ip.trim().parse().ok()).collect();
    // Each proxy adds the address that it sees at the end; what stands before is what a client claims.
    all.into_iter().rev().find(|ip| !is_proxy(web, *ip)).unwrap_or_else(|| peer.ip())
}

fn is_proxy(web: &Web, ip: IpAddr) -> bool {
    peers::is_proxy(&web.app.config.proxies, ip)
}

fn last(list: &str) -> &str {
    list.rsplit(',').next().unwrap_or_default().trim()
}
