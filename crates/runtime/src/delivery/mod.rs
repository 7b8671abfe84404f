//! Sends messages: decides when and how each may leave, sends it, and handles the result.
//!
//! In: the drafts of a turn, in the `outbox` of a conversation. `policy` decides, `dispatch` commits the decision,
//! `transmit` sends through the provider and handles its answer; `breaker` stops sends to a platform that does not
//! answer. Out: rows, and the result as work for the lane. `pacing` limits how fast all of this may happen.

pub mod breaker;
mod dispatch;
pub mod outbox;
pub mod pacing;
mod policy;
mod read_receipts;
mod refusal_log;
pub mod replay;
pub(super) mod restore;
pub(super) mod rules;
mod scheduled;
pub(super) mod store_again;
mod transmit;
pub(super) mod unstored;
pub(super) mod uploads;
pub(super) mod window_probe;
