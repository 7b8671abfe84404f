//! What the writer is asked to do, and who hears what became of it.

use super::statement::{CommitError, Committed, WriteSet};
use tokio::sync::oneshot;

pub(super) type Answer = Result<Committed, CommitError>;

/// Who hears what became of a set.
pub(super) enum Owner {
    /// Somebody waits.
    Waits(oneshot::Sender<Answer>),
    /// Called while others wait to hear, so it does next to nothing.
    Called(Box<dyn FnOnce(Answer) + Send>),
}

impl Owner {
    pub fn hear(self, answer: Answer) {
        match self {
            // Nobody listens when the owner was dropped; the rows are committed all the same.
            Owner::Waits(owner) => drop(owner.send(answer)),
            Owner::Called(call) => call(answer),
        }
    }
}

pub(super) enum Job {
    Commit(WriteSet, Owner),
    /// Give some free pages of SQLite's file back to the disk; the answer says whether more are worth it.
    Shrink(oneshot::Sender<bool>),
    /// Finish what waits, then close the connection.
    Close(oneshot::Sender<()>),
}
