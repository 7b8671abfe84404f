//! Defines the jobs of the writer's queue, and how their owners get the result.

use super::statement::{CommitError, Committed, WriteSet};
use tokio::sync::oneshot;

pub(crate) type CommitReply = Result<Committed, CommitError>;

/// How the result of a write-set is delivered.
pub(crate) enum Owner {
    /// A task waits for the result.
    Waits(oneshot::Sender<CommitReply>),
    /// A callback. Other owners wait while it runs, so it must be short.
    Called(Box<dyn FnOnce(CommitReply) + Send>),
}

impl Owner {
    pub fn hear(self, answer: CommitReply) {
        match self {
            // The send fails if the owner was dropped; the rows are committed nevertheless.
            Owner::Waits(owner) => drop(owner.send(answer)),
            Owner::Called(call) => call(answer),
        }
    }
}

pub(crate) enum Job {
    Commit(WriteSet, Owner),
    /// Return some free pages of SQLite's file to the disk; the answer is true if more are worth it.
    Shrink(oneshot::Sender<bool>),
    /// Commit the queued sets, then close the connection.
    Close(oneshot::Sender<()>),
}
