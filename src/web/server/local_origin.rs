//! Tells whether a request comes from this machine and is meant for it, which allows the sandbox without a key.

use axum::http::{HeaderMap, Uri, header, uri::Authority};
use std::net::{IpAddr, SocketAddr};

/// True if the peer and the `Host` are loopback and no foreign page sent the request.
///
/// The peer alone is not enough: a browser on this machine also sends requests of foreign pages (cross-site requests
/// carry that page's `Origin`), and a name that resolves to 127.0.0.1 counts as the same origin (DNS rebinding; its
/// `Host` shows the name).
pub fn is_local(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let Some(host) = text(header::HOST) else { return false };
    // Behind a proxy every peer would be local.
    let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
    peer.ip().to_canonical().is_loopback()
        && is_loopback_authority(host)
        && !forwarded
        && text(header::ORIGIN).is_none_or(is_loopback_origin)
}

/// `localhost:8080`, `127.0.0.1`, `[::1]:80`.
fn is_loopback_authority(authority: &str) -> bool {
    authority.parse::<Authority>().is_ok_and(|authority| is_loopback_host(authority.host()))
}

fn is_loopback_origin(origin: &str) -> bool {
    origin.parse::<Uri>().is_ok_and(|origin| origin.host().is_some_and(is_loopback_host))
}

fn is_loopback_host(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(peer: &str, headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers.iter().map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        is_local(peer.parse().unwrap(), &headers)
    }

    #[test]
    fn this_machine_is_local() {
        for host in ["localhost:8080", "127.0.0.1:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST"] {
            assert!(asks("127.0.0.1:5000", &[("host", host)]), "{host}");
        }
        assert!(asks("[::ffff:127.0.0.1]:5000", &[("host", "localhost")]));
        assert!(asks("[::1]:5000", &[("host", "localhost"), ("origin", "http://localhost:8080")]));
    }

    #[test]
    fn nobody_else_is() {
        assert!(!asks("192.0.2.7:5000", &[("host", "localhost")]));
        assert!(!asks("127.0.0.1:5000", &[]));
        for host in ["bot.example.com", "localhost.example.com", "127.0.0.1.nip.example", "10.0.0.1:8080"] {
            assert!(!asks("127.0.0.1:5000", &[("host", host)]), "{host}");
        }
        for origin in
            ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:x@evil.example"]
        {
            assert!(!asks("127.0.0.1:5000", &[("host", "localhost"), ("origin", origin)]), "{origin}");
        }
        assert!(!asks("127.0.0.1:5000", &[("host", "localhost"), ("x-forwarded-for", "192.0.2.7")]));
    }
}
