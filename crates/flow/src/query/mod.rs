//! Answers questions about a flow set without running it: for the runtime, the API and operators.

pub mod audience;
pub(super) mod events;
pub(super) mod explain;
pub(super) mod prefilter;
pub mod replies;
pub mod template_sheet;
pub(super) mod timetable;
pub(super) mod trace_kind;
pub(super) mod version_diff;
