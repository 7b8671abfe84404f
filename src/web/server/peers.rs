//! Limits the open connections of one address, so that a single client cannot take all of them.

use crate::{
    base::{
        clock::Clock,
        limits::{CONNECTIONS_PER_PEER_MAX, STRANGERS_TOLD_EVERY},
        time::Time,
    },
    channel::guard::is_public,
};
use ipnet::IpNet;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// Open connections by address.
#[derive(Clone)]
pub struct Peers {
    /// Networks of proxies, behind which many clients share an address.
    proxies: Arc<[IpNet]>,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    open: HashMap<IpAddr, usize>,
    refused: u64,
    told: Option<Time>,
}

/// A counted connection; dropping it ends the count.
#[derive(Debug)]
pub struct Counted {
    /// `None` if its address is not counted.
    address: Option<IpAddr>,
    state: Arc<Mutex<State>>,
}

impl Peers {
    pub fn new(proxies: &[IpNet], clock: Arc<dyn Clock>) -> Self {
        Peers { proxies: proxies.into(), clock, state: Arc::default() }
    }

    /// Counts a connection; `None` if the address has reached its limit.
    ///
    /// Loopback and private networks are not counted: a proxy there carries every client's connections, and other
    /// peers there are already inside the network. A proxy at a public address must be listed under `proxies` in the
    /// configuration.
    pub fn admit(&self, peer: IpAddr) -> Option<Counted> {
        let plain = peer.to_canonical();
        if is_proxy(&self.proxies, plain) {
            return Some(Counted { address: None, state: Arc::clone(&self.state) });
        }
        let address = subscriber(plain);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let open = state.open.entry(address).or_default();
        if *open < CONNECTIONS_PER_PEER_MAX {
            *open += 1;
            return Some(Counted { address: Some(address), state: Arc::clone(&self.state) });
        }
        state.refused += 1;
        let now = self.clock.now();
        // Also log if the clock was set back.
        if state.told.is_none_or(|told| now - told >= STRANGERS_TOLD_EVERY || now < told) {
            let count = std::mem::take(&mut state.refused);
            state.told = Some(now);
            tracing::warn!(
                client.address = %plain, count,
                "{plain} holds {CONNECTIONS_PER_PEER_MAX} connections, and no more are taken from there; a proxy stands \
                 under `proxies` in the configuration"
            );
        }
        None
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = state.open.get_mut(&address) {
            *open -= 1;
            if *open == 0 {
                state.open.remove(&address);
            }
        }
    }
}

/// True for an address whose `X-Forwarded-…` headers count: one in a private network, or in the configuration.
pub fn is_proxy(proxies: &[IpNet], ip: IpAddr) -> bool {
    let plain = ip.to_canonical();
    !is_public(plain) || proxies.iter().any(|network| network.contains(&plain))
}

/// One IPv6 subscriber has a /64 network of 2^64 addresses, so count by network.
fn subscriber(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers(proxies: &[IpNet]) -> Peers {
        Peers::new(proxies, Arc::new(crate::base::clock::ManualClock::new(Time(0))))
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_peer_at_its_limit_waits_for_its_own_connections_alone() {
        let peers = peers(&[]);
        let mut held: Vec<_> = (0..CONNECTIONS_PER_PEER_MAX).map(|_| peers.admit(ip("8.8.8.8")).unwrap()).collect();
        assert!(peers.admit(ip("8.8.8.8")).is_none() && peers.admit(ip("::ffff:8.8.8.8")).is_none());
        assert!(peers.admit(ip("8.8.4.4")).is_some());
        held.pop();
        assert!(peers.admit(ip("8.8.8.8")).is_some());
        drop(held);
        assert!(peers.state.lock().unwrap().open.is_empty());
    }

    #[test]
    fn the_addresses_of_one_network_are_one_peer() {
        let peers = peers(&[]);
        let of = |n: usize| ip(&format!("2606:4700:1:1::{n:x}"));
        let held: Vec<_> = (0..CONNECTIONS_PER_PEER_MAX).map(|n| peers.admit(of(n)).unwrap()).collect();
        assert!(peers.admit(of(0xffff)).is_none());
        assert!(peers.admit(ip("2606:4700:1:2::1")).is_some());
        drop(held);
    }

    #[test]
    fn a_proxy_brings_as_many_as_there_are() {
        let peers = peers(&["8.8.0.0/16".parse().unwrap()]);
        for address in ["127.0.0.1", "::1", "10.0.0.7", "172.17.0.1", "fd00::1", "8.8.8.8"] {
            let held: Vec<_> = (0..=CONNECTIONS_PER_PEER_MAX).map(|_| peers.admit(ip(address))).collect();
            assert!(held.iter().all(Option::is_some), "{address}");
        }
    }
}
