//! Classifies why a lane could not do a job, by the next action.

use crate::store::{CommitError, ReadError};

/// A lane cannot continue with its state in memory.
#[derive(Debug, Clone)]
pub enum LaneError {
    /// The database and memory differ, or a commit's result is unknown: load the state again.
    Reload(String),
    /// This job can never be committed.
    Poison(String),
    /// The engine panicked at this event. Nothing has changed in the database, but the session in memory is lost.
    Broken(String),
}

impl std::fmt::Display for LaneError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LaneError::Reload(why) | LaneError::Broken(why) => f.write_str(why),
            LaneError::Poison(why) => write!(f, "it can never be stored: {why}"),
        }
    }
}

impl From<CommitError> for LaneError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Refused(why) => LaneError::Poison(why),
            CommitError::Stale { .. } | CommitError::Unknown | CommitError::Away | CommitError::Closed => {
                LaneError::Reload(error.to_string())
            }
        }
    }
}

impl From<ReadError> for LaneError {
    fn from(error: ReadError) -> Self {
        LaneError::Reload(error.to_string())
    }
}
