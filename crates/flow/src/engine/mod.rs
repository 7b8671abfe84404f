//! Runs conversations: one event in, the next session and its effects out. Everything here is pure.
//!
//! `advance` is the entry. `routing` decides which run an event belongs to, `drive` runs steps until a run waits or
//! ends, `question` reads answers, `message` composes messages. `turn` is their shared working state.

pub(super) mod advance;
pub(crate) mod contact_changes;
pub(super) mod drive;
pub(super) mod http_request;
pub mod inputs;
mod loop_guard;
pub(super) mod message;
mod paused;
mod quarantine;
pub mod question;
pub mod routing;
pub(super) mod step_errors;
pub(super) mod timers;
pub mod turn;
pub(crate) mod variables;
pub(super) mod version_change;
pub(super) mod views;
mod window_timers;
