//! Builds the daemon out of its parts, runs its loops, and stops it in order.
//!
//! `app` holds the parts; `boot` builds them and resumes the work of an earlier process (`recovery`); `retention` and
//! `survey` run beside the messages.

pub mod app;
pub mod boot;
mod recovery;
mod retention;
pub mod survey;
