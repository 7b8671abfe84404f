//! Why a lane could not take a piece of work, by what it does next.

use crate::store::{CommitError, ReadError};

/// A lane cannot go on with what it has in memory.
#[derive(Debug, Clone)]
pub enum LaneError {
    /// The rows are not what memory says, or the commit's fate is unknown: read them again.
    Reload(String),
    /// This one piece of work can never be committed.
    Poison(String),
    /// The engine panicked over this event. Nothing of it has happened, but memory has lost the session.
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
