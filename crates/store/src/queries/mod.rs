//! Holds queries over several tables: reports, outcomes, retention, erasure.

pub mod erasure;
pub mod outcome;
pub mod redaction;
pub mod report;
pub mod retention;
pub mod timeline;
