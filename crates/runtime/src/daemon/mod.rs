//! Builds the daemon out of its parts, runs its loops, and stops it in order.
//!
//! `app` holds the parts; `boot` builds them and resumes the work of an earlier process (`recovery`); `retention` and
//! `survey` run beside the messages. `panic_guard`, `detached` and `long_work` start tasks safely. `log`, `log_limit`,
//! `trace_ids` and `metrics` are for operators.

pub mod app;
pub mod boot;
pub(super) mod detached;
mod earlier_messages;
mod id_set;
pub mod log;
pub mod log_limit;
pub mod long_work;
pub mod metrics;
pub mod panic_guard;
mod recovery;
mod retention;
pub mod survey;
mod timers;
mod trace_ids;
