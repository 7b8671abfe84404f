//! Holds queries over several tables: reports, outcomes, retention, erasure.

pub mod erasure;
pub mod inbox;
pub mod outcome;
pub mod redaction;
pub mod report;
pub mod retention;
pub mod search;
pub mod secrets;
pub mod timeline;
