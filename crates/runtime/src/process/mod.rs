//! Holds the parts of the process that all components use: settings, clock, database, network, metrics and log.
//!
//! `panic_guard`, `detached` and `long_work` start tasks safely; `timers` wakes contacts; `limiter` spaces events out;
//! `log`, `log_limit`, `trace_ids`, `metrics` and `otlp` are for operators.

pub(super) mod detached;
pub(super) mod id_set;
pub mod limiter;
pub mod log;
pub mod log_limit;
pub mod long_work;
pub mod metrics;
pub mod otlp;
pub mod panic_guard;
pub(super) mod timers;
pub(super) mod trace_ids;

use crate::{
    base::{clock::Clock, time::Time},
    channel::{Http, spans::Spans},
    config::Config,
    store::Store,
};
use log_limit::LogLimiter;
use metrics::Metrics;
use std::sync::Arc;

/// The parts that a component takes its own copies from when it is built. A copy is a few counted references.
#[derive(Clone)]
pub struct Process {
    pub config: Arc<Config>,
    pub clock: Arc<dyn Clock>,
    pub store: Store,
    pub http: Arc<dyn Http>,
    pub metrics: Metrics,
    /// Where finished pieces of traces are told; off unless `telemetry` is configured.
    pub spans: Spans,
    /// Log lines that an outage would repeat many times.
    pub log_limiter: Arc<LogLimiter>,
    /// The key that signs the tokens of our buttons and of files; kept in the database.
    pub(crate) token_key: Arc<[u8]>,
    pub(crate) started_at: Time,
    /// True if sandbox senders use `sandbox.env` and `sandbox.mocks`; false in an author's test, which has its own.
    pub plays: bool,
}
