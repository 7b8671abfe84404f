//! Tells whether a request comes from this machine and is meant for it, which allows the sandbox without a key.

use axum::http::{HeaderMap, HeaderName, Uri, header, uri::Authority};
use std::net::{IpAddr, SocketAddr};

/// True if the peer and the `Host` are loopback and no foreign page sent the request.
///
/// The peer alone is not enough: a browser on this machine also sends requests of foreign pages (cross-site requests
/// carry that page's `Origin`), and a name that resolves to 127.0.0.1 counts as the same origin (DNS rebinding; its
/// `Host` shows the name).
pub fn is_local(peer: SocketAddr, headers: &HeaderMap) -> bool {
    is_at_this_machine(peer, headers) && text(headers, &header::ORIGIN).is_none_or(is_loopback_origin)
}

/// As `is_local`, whatever page sent the request.
pub fn is_at_this_machine(peer: SocketAddr, headers: &HeaderMap) -> bool {
    let Some(host) = text(headers, &header::HOST) else { return false };
    // Behind a proxy every peer would be local.
    let forwarded = headers.keys().any(|name| is_of_proxy(name.as_str()));
    peer.ip().to_canonical().is_loopback() && is_loopback_authority(host) && !forwarded
}

/// True for a header that proxies add.
fn is_of_proxy(name: &str) -> bool {
    const NAMES: &[&str] =
        &["forwarded", "via", "x-real-ip", "x-client-ip", "x-original-host", "true-client-ip", "cf-connecting-ip"];
    NAMES.contains(&name) || name.starts_with("x-forwarded-") || name.starts_with("x-envoy-")
}

/// The page that made a browser send a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestOrigin {
    /// A page of this daemon.
    Same,
    /// A page of another site or of another port.
    Foreign,
    /// The request does not say: the user typed the address, or the client is no browser.
    Unknown,
}

/// Reads `Origin`, which browsers send with everything but plain reading, else `Sec-Fetch-Site`. `public` is the
/// `public_url` of the configuration: behind a proxy our page has its origin, whatever the proxy gives as `Host`. With
/// `by_tls`, the daemon's own TLS, no plain page is ours.
pub fn origin_of(headers: &HeaderMap, public: Option<&str>, by_tls: bool) -> RequestOrigin {
    if let Some(origin) = text(headers, &header::ORIGIN) {
        let host = text(headers, &header::HOST);
        let public = public.and_then(scheme_and_authority);
        let same = scheme_and_authority(origin).is_some_and(|(scheme, authority)| match public {
            Some((own, name)) if authority.eq_ignore_ascii_case(name) => scheme == own,
            Some(_) | None => {
                (scheme == "https" || !by_tls) && host.is_some_and(|host| authority.eq_ignore_ascii_case(host))
            }
        });
        return if same { RequestOrigin::Same } else { RequestOrigin::Foreign };
    }
    match text(headers, &HeaderName::from_static("sec-fetch-site")) {
        Some("same-origin") => RequestOrigin::Same,
        Some("none") | None => RequestOrigin::Unknown,
        Some(_) => RequestOrigin::Foreign,
    }
}

/// `("https", "bot.example.com")` of an address or an origin.
pub fn scheme_and_authority(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    (!authority.is_empty()).then_some((scheme, authority))
}

/// True if the request names this machine as its host.
pub fn is_for_loopback(headers: &HeaderMap) -> bool {
    text(headers, &header::HOST).is_some_and(is_loopback_authority)
}

/// True if the address is one of this machine.
pub fn is_loopback_url(url: &str) -> bool {
    scheme_and_authority(url).is_some_and(|(_, authority)| is_loopback_authority(authority))
}

/// The value of a header; empty if it is no text.
fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
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
    fn an_origin_is_ours_only_with_host_and_port() {
        let from = |headers: &[(&'static str, &'static str)]| {
            let all = headers.iter().chain(&[("host", "127.0.0.1:8080")]);
            origin_of(&all.map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(), None, false)
        };
        assert_eq!(from(&[("origin", "http://127.0.0.1:8080")]), RequestOrigin::Same);
        for origin in [
            "http://127.0.0.1:3000",
            "http://localhost:8080",
            "https://evil.example",
            "null",
            "",
            "file://127.0.0.1:8080",
        ] {
            // An `Origin` counts more than what the browser says of the site.
            assert_eq!(
                from(&[("origin", origin), ("sec-fetch-site", "same-origin")]),
                RequestOrigin::Foreign,
                "{origin}"
            );
        }
        assert_eq!(from(&[("sec-fetch-site", "same-origin")]), RequestOrigin::Same);
        assert_eq!(from(&[("sec-fetch-site", "none")]), RequestOrigin::Unknown);
        assert_eq!(from(&[]), RequestOrigin::Unknown);
        for site in ["cross-site", "same-site", ""] {
            assert_eq!(from(&[("sec-fetch-site", site)]), RequestOrigin::Foreign, "{site}");
        }
    }

    #[test]
    fn behind_a_proxy_the_origin_is_that_of_the_public_address() {
        let from = |origin: &str, host: &str| {
            let headers = [(header::ORIGIN, origin.parse().unwrap()), (header::HOST, host.parse().unwrap())];
            origin_of(&HeaderMap::from_iter(headers), Some("https://bot.example.com"), false)
        };
        for host in ["bot.example.com", "127.0.0.1:8080"] {
            assert_eq!(from("https://bot.example.com", host), RequestOrigin::Same);
            for other in ["http://bot.example.com", "https://bot.example.com:444", "https://evil.example", "https://"] {
                assert_eq!(from(other, host), RequestOrigin::Foreign, "{other}");
            }
        }
        assert_eq!(from("http://127.0.0.1:8080", "127.0.0.1:8080"), RequestOrigin::Same, "on the machine itself");
    }

    #[test]
    fn with_tls_no_plain_page_is_ours() {
        let from = |origin: &str| {
            let headers =
                [(header::ORIGIN, origin.parse().unwrap()), (header::HOST, "bot.example.com".parse().unwrap())];
            origin_of(&HeaderMap::from_iter(headers), None, true)
        };
        assert_eq!(from("https://bot.example.com"), RequestOrigin::Same);
        assert_eq!(from("http://bot.example.com"), RequestOrigin::Foreign);
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
        for header in [
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-real-ip",
            "forwarded",
            "via",
            "cf-connecting-ip",
        ] {
            assert!(!asks("127.0.0.1:5000", &[("host", "localhost"), (header, "192.0.2.7")]), "{header}");
        }
    }
}
