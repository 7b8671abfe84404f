//! Where flow, channel and store meet: what a daemon does between a webhook and an answer.

pub mod bot;
pub mod calls;
pub mod config;
pub mod limiter;
pub mod log;
pub mod metrics;
pub mod mocks;
pub mod notify;
pub mod reload;
pub mod watch;
