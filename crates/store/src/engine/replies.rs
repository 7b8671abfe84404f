//! Sends the result of each commit to the code that submitted the write-set: one group at once, groups in commit
//! order.

use super::job::{CommitReply, Owner};
use crate::base::limits::ANSWERS_QUEUE_MAX;
use tokio::sync::mpsc;

/// The answers for one part of a group.
pub(crate) type GroupReplies = Vec<(Owner, CommitReply)>;

/// The writer has a thread of its own. If it woke each owner itself, every wake would pass through the runtime's one
/// shared queue; a task inside the runtime wakes an owner on its own thread.
pub(crate) enum Answers {
    Here,
    ByTask(mpsc::Sender<GroupReplies>),
}

impl Answers {
    /// Starts the task. It ends when the writer ends.
    pub fn by_task() -> Self {
        let (writer, mut groups) = mpsc::channel(ANSWERS_QUEUE_MAX);
        tokio::spawn(async move {
            while let Some(group) = groups.recv().await {
                tell(group);
            }
        });
        Answers::ByTask(writer)
    }

    pub async fn tell(&self, group: GroupReplies) {
        match self {
            Answers::Here => tell(group),
            Answers::ByTask(task) => {
                if let Err(unheard) = task.send(group).await {
                    // The runtime is shutting down: answer the owners that still wait from this thread.
                    tell(unheard.0);
                }
            }
        }
    }
}

fn tell(group: GroupReplies) {
    group.into_iter().for_each(|(owner, answer)| owner.hear(answer));
}
