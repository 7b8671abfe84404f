//! `/v1/runs`: runs of flows.

mod filter;
mod list;
mod start;

pub use list::{list, resume, show, stop, tracked};
pub use start::start;
pub(super) use start::{id_of, typed};
