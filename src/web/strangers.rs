//! Requests of strangers: wrong keys and refused webhooks leave a trace, and never one that fills a disk.

use super::state::Web;
use crate::{
    base::{
        limits::{STRANGERS_TOLD_EVERY, STRANGERS_TOLD_MAX, STRANGERS_WRITTEN_MAX},
        time::{Span, Time},
    },
    runtime::metrics::KindLabels,
};
use axum::http::{HeaderMap, StatusCode, header};
use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// What was told of strangers lately.
#[derive(Debug, Default)]
pub struct Strangers {
    keys: Few,
    webhooks: Few,
}

/// So many in a time, and how many more there were.
#[derive(Debug, Default)]
struct Few(Mutex<(Option<Time>, u32, u64)>);

impl Few {
    /// Whether one more may be told now; if so, how many were left out since the one before.
    fn one_more(&self, max: u32, every: Span, now: Time) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, told, left_out) = &mut *state;
        // A clock that was set back begins anew, too.
        if since.is_none_or(|since| now - since >= every || now < since) {
            (*since, *told) = (Some(now), 0);
        }
        if *told >= max {
            *left_out += 1;
            return None;
        }
        *told += 1;
        Some(std::mem::take(left_out))
    }
}

impl Strangers {
    /// Whether a webhook that nobody vouched for may stand in the wire log, too: whoever sets up a platform looks there
    /// for its refusals, and nobody shall be able to push everything else out of it.
    pub fn may_be_written(&self, now: Time) -> bool {
        self.webhooks.one_more(STRANGERS_WRITTEN_MAX, STRANGERS_TOLD_EVERY, now).is_some()
    }
}

/// Looks at the answer to a request of the API: one that showed a wrong key is counted and told in the log, without
/// the key.
pub fn look(web: &Web, peer: IpAddr, path: &str, shows_key: bool, status: StatusCode) {
    if status != StatusCode::UNAUTHORIZED {
        return;
    }
    let kind = if shows_key { "wrong_key" } else { "no_key" };
    web.app.metrics.unauthorized.get_or_create(&KindLabels { kind }).inc();
    if !shows_key {
        return;
    }
    let told = web.strangers.keys.one_more(STRANGERS_TOLD_MAX, STRANGERS_TOLD_EVERY, web.app.now());
    if let Some(count) = told {
        let kind = if path.starts_with("/v1/") { "native" } else { "dialect or hook" };
        tracing::warn!(
            client.address = %peer, kind, count,
            "A request from {peer} was refused for its key; {count} more were since the line before"
        );
    }
}

/// Whether the request says who it is.
pub fn shows_key(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_told_and_the_rest_is_counted() {
        let few = Few::default();
        let minute = Span::minutes(1);
        assert_eq!(few.one_more(2, minute, Time(0)), Some(0));
        assert_eq!(few.one_more(2, minute, Time(1)), Some(0));
        assert_eq!(few.one_more(2, minute, Time(2)), None);
        assert_eq!(few.one_more(2, minute, Time(59_999)), None);
        assert_eq!(few.one_more(2, minute, Time(60_000)), Some(2));
        assert_eq!(few.one_more(2, minute, Time(60_001)), Some(0));
    }
}
