//! Logs unauthenticated requests (wrong keys, refused webhooks) at a limited rate, so that they cannot fill a disk.

use super::state::Web;
use crate::{
    base::{
        limits::{STRANGERS_TOLD_EVERY, STRANGERS_TOLD_MAX, STRANGERS_WRITTEN_MAX},
        time::{Span, Time},
    },
    runtime::process::{log_limit::LeftOut, metrics::KindLabels},
};
use axum::http::{HeaderMap, StatusCode, header};
use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// The recent log lines about unauthenticated requests.
#[derive(Debug, Default)]
pub struct UnauthenticatedRequests {
    keys: LogCount,
    webhooks: LogCount,
}

/// Counts log lines in a period, and those that were left out.
#[derive(Debug, Default)]
struct LogCount(Mutex<(Option<Time>, u32, u64)>);

impl LogCount {
    /// If one more line is allowed now, gives the number that was left out since the last one.
    fn one_more(&self, max: u32, every: Span, now: Time) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, told, left_out) = &mut *state;
        // A clock that was set back also begins a new period.
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

impl UnauthenticatedRequests {
    /// True if an unauthenticated webhook may be written to the wire log, too: operators look there while they set up
    /// a platform, but an attacker must not push everything else out of it.
    pub fn may_be_written(&self, now: Time) -> bool {
        self.webhooks.one_more(STRANGERS_WRITTEN_MAX, STRANGERS_TOLD_EVERY, now).is_some()
    }
}

/// Counts and logs an API request with a wrong key, without the key.
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
        let (kind, what) = if path.starts_with("/v1/") {
            ("api", "the API")
        } else {
            ("dialect_or_hook", "another product's API, a webhook trigger or a form")
        };
        tracing::warn!(
            client.address = %peer, kind, count,
            "A request from {peer} to {what} was refused, because its key does not count there{}",
            LeftOut(count)
        );
    }
}

/// True if the request contains a key.
pub fn shows_key(headers: &HeaderMap) -> bool {
    headers.contains_key(header::AUTHORIZATION) || headers.contains_key("x-api-key")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_are_told_and_the_rest_is_counted() {
        let few = LogCount::default();
        let minute = Span::minutes(1);
        assert_eq!(few.one_more(2, minute, Time(0)), Some(0));
        assert_eq!(few.one_more(2, minute, Time(1)), Some(0));
        assert_eq!(few.one_more(2, minute, Time(2)), None);
        assert_eq!(few.one_more(2, minute, Time(59_999)), None);
        assert_eq!(few.one_more(2, minute, Time(60_000)), Some(2));
        assert_eq!(few.one_more(2, minute, Time(60_001)), Some(0));
    }
}
