//! Tells the owners of write-sets what became of them: those of a group at once, groups in the order of their commits.

use super::job::{Answer, Owner};
use crate::base::limits::ANSWERS_QUEUE_MAX;
use tokio::sync::mpsc;

/// What a part of a group hears.
pub(super) type Heard = Vec<(Owner, Answer)>;

/// From a thread of its own the writer would wake each owner through the one queue that all threads share; a task among
/// the owners wakes them where they are.
pub(super) enum Answers {
    Here,
    ByTask(mpsc::Sender<Heard>),
}

impl Answers {
    /// Starts the task. It ends when the writer has.
    pub fn by_task() -> Self {
        let (writer, mut groups) = mpsc::channel(ANSWERS_QUEUE_MAX);
        tokio::spawn(async move {
            while let Some(group) = groups.recv().await {
                tell(group);
            }
        });
        Answers::ByTask(writer)
    }

    pub async fn tell(&self, group: Heard) {
        match self {
            Answers::Here => tell(group),
            Answers::ByTask(task) => {
                if let Err(unheard) = task.send(group).await {
                    // The runtime is going down; who still listens hears it all the same.
                    tell(unheard.0);
                }
            }
        }
    }
}

fn tell(group: Heard) {
    group.into_iter().for_each(|(owner, answer)| owner.hear(answer));
}
