//! Runs statements on SQLite or Postgres: one writer with group commit, and readers beside it.
//!
//! In: write-sets (`statement`). `writer` takes all that are queued, `group` sorts their rows by statement, `conn`
//! runs them in one transaction, `replies` tells each owner. `open` and `migrate` come first; `outage` and `health`
//! handle a database that takes nothing.

pub(super) mod conn;
pub(super) mod deterministic;
pub(super) mod dialect;
pub(super) mod faults;
pub(super) mod fields;
mod group;
pub(super) mod health;
mod id_blocks;
pub(super) mod ids;
pub(super) mod job;
pub(super) mod migrate;
pub(super) mod one_row;
pub(super) mod open;
mod outage;
mod own_file;
pub(super) mod read;
mod replies;
mod scrub;
pub(super) mod statement;
pub(super) mod stats;
mod upkeep;
mod wait_for_jobs;
mod writer;
pub(super) mod writer_handle;
