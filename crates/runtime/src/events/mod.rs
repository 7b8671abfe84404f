//! Tells others what happened: the event log, the operator's notifications, and webhook subscriptions.
//!
//! In: `Events::dead_letter` and `Events::notify`, called by every room above while it builds a write-set. Out: rows,
//! and posts by `webhook_delivery`. This room calls no other component.

pub mod event_json;
mod listeners;
mod notify;
pub mod webhook_delivery;

use crate::{
    base::clock::Clock,
    config::Config,
    process::{Process, log_limit::LogLimiter, metrics::Metrics},
    store::{Store, tables::event::WantedKinds},
};
use std::sync::{Arc, Mutex, atomic::AtomicI64};

/// Writes events and dead letters, and knows which kinds of events anybody wants.
pub struct Events {
    config: Arc<Config>,
    clock: Arc<dyn Clock>,
    store: Store,
    metrics: Metrics,
    log_limiter: Arc<LogLimiter>,
    /// Events are written for the event stream until this time, in Unix milliseconds.
    listened_until: AtomicI64,
    /// The event kinds that subscriptions want.
    subscriptions_want: Mutex<WantedKinds>,
}

impl Events {
    pub(crate) fn new(process: &Process) -> Self {
        let Process { config, clock, store, metrics, log_limiter, .. } = process.clone();
        let (listened_until, subscriptions_want) = Default::default();
        Events { config, clock, store, metrics, log_limiter, listened_until, subscriptions_want }
    }
}
