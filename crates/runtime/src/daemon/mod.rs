//! Builds the daemon out of its parts, runs its loops, and stops it in order.
//!
//! `app` holds the parts; `boot` builds them and resumes the work of an earlier process (`recovery`); `backups`,
//! `retention` and `survey` run beside the messages.

pub mod app;
pub mod backups;
pub mod boot;
mod chatwoot_ways;
mod recovery;
mod retention;
pub mod survey;
