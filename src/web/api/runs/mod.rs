//! `/v1/runs`: passages through flows.

mod list;
mod start;

pub use list::{list, resume, show, stop, tracked};
pub use start::start;
pub(super) use start::{id_of, typed};
