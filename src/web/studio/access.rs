//! Decides whether the studio is open without a sign-in: to this machine's browser, while nothing can reach a real
//! customer.

use crate::web::{server::local_origin::is_at_this_machine, state::Web};
use axum::http::HeaderMap;
use std::net::SocketAddr;

/// The reason why the studio is closed to a request without a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The request comes from another machine, through a proxy, or by a name that is not this machine's.
    FromElsewhere,
    /// A sender of the configuration reaches real customers.
    RealSender,
    /// The listener takes connections from other machines.
    OpenListener,
}

/// Why a request without a key gets nothing of the studio; `None` if the studio is open to it.
pub fn closed(web: &Web, peer: SocketAddr, headers: &HeaderMap) -> Option<Closed> {
    if !is_at_this_machine(peer, headers) {
        return Some(Closed::FromElsewhere);
    }
    if !web.app.senders.only_sandboxes() {
        return Some(Closed::RealSender);
    }
    (!web.app.config.listen.ip().is_loopback()).then_some(Closed::OpenListener)
}
