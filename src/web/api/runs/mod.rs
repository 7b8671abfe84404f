//! `/v1/runs`: runs of flows.

mod calls;
mod filter;
mod list;
mod start;

pub use calls::{RunCall, calls};
pub use list::{RUN_STATES, Run, TrackedStart, list, resume, show, stop, tracked};
pub use start::{RunStart, RunStarted, start};
pub(super) use start::{id_of, typed};
