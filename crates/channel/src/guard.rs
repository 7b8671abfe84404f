//! Blocks requests to addresses that only this machine or its network can reach (SSRF), for flows, files and webhooks.

use ipnet::IpNet;
use reqwest::{
    Url,
    dns::{Addrs, Name, Resolve, Resolving},
};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

/// Checks a URL before a request, each redirect, and the result of every name lookup. Both checks are needed: an IP
/// address in a URL never reaches the resolver, and a name may resolve to another address after an earlier check.
#[derive(Clone)]
pub struct Guard {
    allow_private: Arc<[IpNet]>,
    /// The configuration key that allows more addresses, for the error.
    key: &'static str,
}

/// The reason why an address is blocked. Names the host, which the author wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked(pub String);

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Blocked {}

impl Guard {
    /// `allow_private`: private networks that may be called nevertheless (`flows.allow_private`).
    pub fn new(allow_private: impl IntoIterator<Item = IpNet>) -> Self {
        Guard { allow_private: allow_private.into_iter().collect(), key: "flows.allow_private" }
    }

    /// Sets the configuration key that errors name.
    pub fn named(self, key: &'static str) -> Self {
        Guard { key, ..self }
    }

    /// Checks the scheme, and the address if the URL contains one.
    pub fn check(&self, url: &Url) -> Result<(), Blocked> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Blocked(format!("`{}:` addresses are not called; write `https:`", url.scheme())));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Blocked("a name and password in an address are not allowed; use a header".into()));
        }
        // The URL parser has already normalised `0x7f.1`, `2130706433` and full-width digits.
        match url.host_str().map(|host| host.trim_matches(['[', ']']).parse::<IpAddr>()) {
            Some(Ok(ip)) if !self.allows(ip) => Err(self.private(&ip.to_string())),
            Some(_) => Ok(()),
            None => Err(Blocked("the address names no host".into())),
        }
    }

    fn private(&self, host: &str) -> Blocked {
        Blocked(format!("`{host}` is a private address; `{}` in the configuration can allow it", self.key))
    }

    fn allows(&self, ip: IpAddr) -> bool {
        let plain = ip.to_canonical();
        is_public(plain) || self.allow_private.iter().any(|net| net.contains(&plain) || net.contains(&ip))
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let all: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let good: Vec<SocketAddr> = all.into_iter().filter(|address| guard.allows(address.ip())).collect();
            if good.is_empty() {
                return Err(guard.private(name.as_str()).into());
            }
            Ok(Box::new(good.into_iter()) as Addrs)
        })
    }
}

/// True if the address is globally reachable, by IANA's special-purpose registries as of 2026.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match a {
        0 | 10 | 127 | 224..=255 => true,
        100 => (64..128).contains(&b),
        169 => b == 254,
        172 => (16..32).contains(&b),
        192 => matches!((b, c), (0, 0 | 2) | (88, 99) | (168, _)),
        198 => matches!(b, 18 | 19) || (b, c) == (51, 100),
        203 => (b, c) == (0, 113),
        _ => false,
    };
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match s {
        // Contains an IPv4 address: mapped, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => is_public_v4(v4(high, low)),
        [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // `::`, `::1` and IPv4-compatible addresses; NAT64 of a local network; discard; Teredo and protocol
        // assignments; documentation; segment routing.
        [0, 0, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 1, ..] | [0x100, 0, 0, ..] => false,
        [0x2001, b, ..] if b < 0x200 || b == 0xdb8 => false,
        [0x3fff, b, ..] if b < 0x1000 => false,
        [0x5f00, ..] => false,
        // Only 2000::/3 and NAT64 are allocated; this excludes unique-local, link-local and multicast addresses.
        [a, ..] => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(guard: &Guard, url: &str) -> Result<(), Blocked> {
        Url::parse(url).map_err(|error| Blocked(error.to_string())).and_then(|url| guard.check(&url))
    }

    #[test]
    fn every_way_to_write_a_private_address_is_blocked() {
        let guard = Guard::new([]);
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "①②⑦.0.0.1",
            "0",
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[64:ff9b::a9fe:a9fe]",
            "[64:ff9b:1::1]",
            "[100::1]",
            "[2001::1]",
            "[2001:db8::1]",
            "[2002:7f00:1::]",
            "[2002:c0a8:101::]",
            "[3fff::1]",
            "[5f00::1]",
            "[fc00::1]",
            "[fd12:3456::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
        ] {
            assert!(checked(&guard, &format!("http://{host}/")).is_err(), "{host}");
            assert!(checked(&guard, &format!("https://{host}:8443/x")).is_err(), "{host}");
        }
    }

    #[test]
    fn public_addresses_and_names_pass() {
        let guard = Guard::new([]);
        for host in [
            "example.com",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "169.253.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "[2606:4700::1111]",
            "[64:ff9b::808:808]",
            "[2001:4860:4860::8888]",
            "[::ffff:8.8.8.8]",
        ] {
            assert_eq!(checked(&guard, &format!("https://{host}/")), Ok(()), "{host}");
        }
    }

    #[test]
    fn other_schemes_and_credentials_are_blocked() {
        let guard = Guard::new([]);
        for url in [
            "file:///etc/passwd",
            "ftp://example.com/",
            "gopher://example.com/",
            "http://a:b@example.com/",
            "http://a@example.com/",
            "data:text/plain,hi",
        ] {
            assert!(checked(&guard, url).is_err(), "{url}");
        }
    }

    #[test]
    fn an_allowed_network_may_be_called_and_no_other() {
        let guard = Guard::new(["10.1.0.0/16".parse().unwrap(), "::1/128".parse().unwrap()]);
        for host in ["10.1.2.3", "[::1]", "[::ffff:10.1.2.3]"] {
            assert_eq!(checked(&guard, &format!("http://{host}/")), Ok(()), "{host}");
        }
        for host in ["10.2.0.1", "127.0.0.1"] {
            assert!(checked(&guard, &format!("http://{host}/")).is_err(), "{host}");
        }
    }
}
