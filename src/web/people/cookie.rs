//! Reads and writes the cookie of a session.
//!
//! Over https it is `__Host-transom`: no other host, path or plain connection can set or read it. On plain loopback that
//! prefix is impossible; the name has the port instead, because cookies do not tell ports of one machine apart.

use crate::base::{limits::SIGNED_IN_MAX, secret::Secret};
use axum::http::{HeaderMap, HeaderValue, header};

/// The connection between browser and daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// Encrypted, up to a proxy before the daemon.
    Https,
    /// On the daemon's own machine.
    Loopback,
}

const SECURE: &str = "__Host-transom";

/// The value of the session's cookie in a request.
pub fn read(headers: &HeaderMap, transport: Transport) -> Option<Secret> {
    let own = name(headers, transport);
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs: Vec<_> = pairs.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('=')).collect();
    // A proxy that changes `Host` and says nothing of itself looks like loopback.
    let value = [SECURE, &own].iter().find_map(|name| pairs.iter().find(|(is, _)| is == name))?.1;
    // Another text is none of ours, and would be hashed and looked for in vain.
    let is_ours = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_ours.then(|| Secret::new(value))
}

/// The header that gives a browser the cookie.
pub fn set(headers: &HeaderMap, transport: Transport, value: &Secret) -> Option<HeaderValue> {
    written(headers, transport, value.expose(), SIGNED_IN_MAX.0 / 1000)
}

/// The header that takes the cookie away.
pub fn clear(headers: &HeaderMap, transport: Transport) -> Option<HeaderValue> {
    written(headers, transport, "", 0)
}

fn written(headers: &HeaderMap, transport: Transport, value: &str, seconds: i64) -> Option<HeaderValue> {
    let secure = if transport == Transport::Https { "; Secure" } else { "" };
    let name = name(headers, transport);
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn name(headers: &HeaderMap, transport: Transport) -> String {
    match transport {
        Transport::Https => SECURE.to_owned(),
        Transport::Loopback => {
            let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
            let port = host.rsplit_once(':').map(|(_, port)| port).filter(|port| port.parse::<u16>().is_ok());
            format!("transom-{}", port.unwrap_or("80"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
        all.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_cookie_is_for_its_own_transport() {
        let value = "0a".repeat(32);
        let both = headers(&[
            ("host", "127.0.0.1:8080"),
            ("cookie", &format!("a=b; transom-8080={}; __Host-transom={value}", "1b".repeat(32))),
        ]);
        assert_eq!(read(&both, Transport::Https).unwrap().expose(), value);
        assert_eq!(read(&both, Transport::Loopback).unwrap().expose(), value);
        let plain = headers(&[("host", "127.0.0.1:8080"), ("cookie", &format!("transom-8080={value}"))]);
        assert_eq!(read(&plain, Transport::Loopback).unwrap().expose(), value);
        assert!(read(&plain, Transport::Https).is_none());
        let other = headers(&[("host", "127.0.0.1:8090"), ("cookie", &format!("transom-8080={value}"))]);
        assert!(read(&other, Transport::Loopback).is_none() && read(&other, Transport::Https).is_none());
        assert!(read(&headers(&[("cookie", "__Host-transom=short")]), Transport::Https).is_none());
    }

    #[test]
    fn no_script_and_no_other_site_gets_it() {
        let set = set(&headers(&[("host", "bot.example.com")]), Transport::Https, &Secret::new("00ff")).unwrap();
        assert_eq!(
            set.to_str().unwrap(),
            "__Host-transom=00ff; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure"
        );
        assert!(set.is_sensitive());
        let clear = clear(&headers(&[("host", "[::1]:8080")]), Transport::Loopback).unwrap();
        assert_eq!(clear.to_str().unwrap(), "transom-8080=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
    }
}
