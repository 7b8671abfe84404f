//! Handles all work of one contact, one piece at a time, in order.
//!
//! In: `state::LaneTask`, from ingest, timers, starts, calls and the API. `lanes` queues it, `runner` takes it, `handlers`
//! handles each kind. `turn` asks the engine, and `effects` makes rows of its answer. Out: messages for `delivery`.

pub(super) mod admission;
pub(super) mod backlog;
pub(super) mod effects;
pub(super) mod error;
pub(super) mod form_requests;
mod handlers;
pub(super) mod lanes;
pub(super) mod long_turns;
mod quarantine;
mod repeat_log;
mod replied_message;
pub mod requests;
pub(super) mod rows;
pub(super) mod runner;
pub mod state;
pub(super) mod turn;
