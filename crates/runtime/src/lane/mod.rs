//! Holds the work of each contact in a line, and the contact's state between two pieces of it.
//!
//! In: `state::LaneTask`, which every room may give to `queue`. `lanes` keeps the lines, `outbox` the unsent messages,
//! `start_slots` the starts that are due. Out: `queue` wakes the runner, which is given to it; `turns` does the work.

pub(super) mod admission;
pub(super) mod after_commit;
pub(super) mod backlog;
pub(super) mod error;
pub(super) mod form_requests;
pub(super) mod lanes;
pub(super) mod merge_source;
pub mod outbox;
pub mod queue;
pub mod requests;
pub(super) mod rows;
pub(super) mod start_slots;
pub mod state;
