//! Builds the daemon out of its parts, runs its loops, and stops it in order.
//!
//! `app` holds the parts; `boot` builds them and resumes the work of an earlier process (`recovery`); `backups`,
//! `retention` and `survey` run beside the messages; `kept_secrets` encrypts the keys and secrets in the database.

pub mod app;
pub mod backups;
pub mod boot;
mod chatwoot_ways;
pub mod kept_secrets;
mod recovery;
mod retention;
pub mod survey;
