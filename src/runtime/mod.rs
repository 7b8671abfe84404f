//! Connects flow, channel and store: everything that a daemon does between a webhook and an answer.
//!
//! A message passes through `inbound` → `lanes`, `work` → `handle` → `turn`, `apply` → `decide`, `dispatch` →
//! `sender`; the map in `lib.rs` explains each step. `start` builds an `App`, `recovery` resumes the unfinished work
//! of an earlier process, `reload` and `live` replace the flows, `scenario` runs authors' tests on the whole.

pub mod billing;
pub mod bot;
pub mod config;
pub mod contacts;
pub mod daemon;
pub mod delivery;
pub mod events;
pub mod http_step;
pub mod ingest;
pub mod lane;
mod refusals;
mod repeated;
pub mod senders;
pub mod starts;
pub mod testbench;
