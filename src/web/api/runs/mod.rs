//! `/v1/runs`: runs of flows.

mod filter;
mod list;
mod start;

pub use list::{RUN_STATES, Run, TrackedStart, list, resume, show, stop, tracked};
pub use start::{RunStart, RunStarted, start};
pub(super) use start::{id_of, typed};
