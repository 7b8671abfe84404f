//! Connects flow, channel and store: everything that a daemon does between a webhook and an answer.
//!
//! A message passes through `ingest` → `lane` → `turns` → `delivery`; the map in `lib.rs` explains each step. `starts`
//! begins flows without a message, `daemon` builds an `App` and resumes the unfinished work of an earlier process, `bot`
//! replaces the flows, `testbench` runs authors' tests on the whole.
//!
//! Each room has one component or a few: a struct with its own state, whose other fields name the components that it
//! calls. The rooms have an order (`ROOMS` in `tests/tidy.rs`) and call downwards only: all may put work into
//! `lane::queue`, and only `turns` takes it out. A room that has news for the engine gives them back to its caller.

// The layers below, under the names that they have in all crates.
use transom_base as base;
use transom_channel as channel;
use transom_flow as flow;
use transom_model as model;
use transom_store as store;

pub mod billing;
pub mod bot;
pub mod cases;
pub mod certificate;
pub mod config;
pub mod contacts;
pub mod daemon;
pub mod delivery;
pub mod events;
pub mod health;
pub mod http_step;
pub mod ingest;
pub mod lane;
pub mod llm_step;
pub mod mcp_tool;
pub mod process;
pub mod senders;
pub mod starts;
pub mod testbench;
mod turns;
