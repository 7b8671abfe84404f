//! Connects flow, channel and store: everything that a daemon does between a webhook and an answer.
//!
//! A message passes through `ingest` → `lane` → `delivery`; the map in `lib.rs` explains each step. `starts` begins
//! flows without a message, `daemon` builds an `App` and resumes the unfinished work of an earlier process, `bot`
//! replaces the flows, `testbench` runs authors' tests on the whole.

// The layers below, under the names that they have in all crates.
use transom_base as base;
use transom_channel as channel;
use transom_flow as flow;
use transom_model as model;
use transom_store as store;

pub mod billing;
pub mod bot;
pub mod config;
pub mod contacts;
pub mod daemon;
pub mod delivery;
pub mod events;
pub mod health;
pub mod http_step;
pub mod ingest;
pub mod lane;
pub mod senders;
pub mod starts;
pub mod testbench;
