//! Decides who may use the studio: the operator's key everywhere, and this machine's browser without a key while
//! nothing can reach a real customer.

use crate::web::{
    auth::{self, Caller},
    problem::Problem,
    server::local_origin::{RequestOrigin, is_at_this_machine, origin_of},
    state::Web,
};
use axum::http::{HeaderMap, StatusCode, header};
use std::net::SocketAddr;

/// The effect of a request. A page of another site can make a browser send any request, so those that change
/// something must show that our own page sent them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// It writes, runs something, or opens a connection that does.
    Acts,
}

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

/// The caller of a studio's endpoint; a request with a key is judged by the key alone.
pub async fn caller(web: &Web, peer: SocketAddr, headers: &HeaderMap, effect: Effect) -> Result<Caller, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        return match auth::required(web, headers).await? {
            Caller::Operator => Ok(Caller::Operator),
            Caller::Account(_) => Err(operator_only()),
        };
    }
    if closed(web, peer, headers).is_some() {
        return Err(Problem::unauthorized());
    }
    match (origin_of(headers), effect) {
        (RequestOrigin::Same, _) | (RequestOrigin::Unknown, Effect::Reads) => Ok(Caller::Operator),
        (RequestOrigin::Foreign, _) | (RequestOrigin::Unknown, Effect::Acts) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "Only the studio's own page may ask this without a key: the request must carry its `Origin`, or \
             `Sec-Fetch-Site: same-origin`.",
        )),
    }
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

fn operator_only() -> Problem {
    let why = "Only the `transom` command on the daemon's own machine may do this.";
    Problem::new(StatusCode::FORBIDDEN, "operator_only", why)
}
