//! Knows the configured senders: their providers, pauses, health and templates.

pub mod breaker;
pub mod paused;
pub(super) mod pausing;
pub mod providers;
pub mod registry;
pub mod templates;
