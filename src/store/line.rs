//! How the writer waits for work: alone, for company, and while others have not had their turn.

use super::{away::Failed, dialect::DbError, group::Waiting, job::Job, writer::Writer};
use crate::base::limits::{GROUP_SETS_MAX, OWN_FILE_LOOK_EVERY, PING_TIMEOUT, WRITER_PING};
use std::collections::VecDeque;
use tokio::sync::oneshot;

/// What an idle writer finds.
pub(super) enum Next {
    Job(Job),
    /// Nobody will bring any more.
    None,
    /// Nothing came for a while.
    Nothing,
}

impl Writer {
    /// The next job. An idle session on Postgres is kept alive meanwhile, and a lost one is noticed; of SQLite's file it
    /// is looked whether it is still there.
    pub async fn next_job(&mut self) -> Result<Next, Failed> {
        let next = |job: Option<Job>| job.map_or(Next::None, Next::Job);
        if self.faults.is_in_step() {
            return Ok(next(self.jobs.recv().await));
        }
        let look_every = if self.is_on_sqlite() { OWN_FILE_LOOK_EVERY } else { WRITER_PING };
        loop {
            if let Ok(job) = tokio::time::timeout(look_every.to_std(), self.jobs.recv()).await {
                return Ok(next(job));
            }
            if self.is_on_sqlite() {
                // The caller looks.
                return Ok(Next::Nothing);
            }
            let ping = self.conn.number("select $1 + 0", 1);
            match tokio::time::timeout(PING_TIMEOUT.to_std(), ping).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(Failed::lost(error)),
                Err(_) => return Err(Failed::lost(DbError::timed_out())),
            }
        }
    }

    /// As long as only sets wait for which nobody waits: a commit more, for them alone, would stand in the way of
    /// the next message.
    pub async fn find_company(&mut self, waiting: &mut VecDeque<Waiting>, closing: &mut Option<oneshot::Sender<()>>) {
        if self.patience.is_zero() || closing.is_some() || !waiting.iter().all(|(set, _)| set.is_patient()) {
            return;
        }
        let enough = tokio::time::sleep(self.patience);
        tokio::pin!(enough);
        while waiting.len() < GROUP_SETS_MAX && closing.is_none() {
            tokio::select! {
                biased;
                job = self.jobs.recv() => match job {
                    Some(Job::Commit(set, owner)) => {
                        let urgent = !set.is_patient();
                        waiting.push_back((set, owner));
                        if urgent {
                            return;
                        }
                    }
                    Some(Job::Shrink(owner)) => self.shrink(owner),
                    Some(Job::Close(owner)) => *closing = Some(owner),
                    None => return,
                },
                () = &mut enough => return,
            }
        }
    }

    /// Lets whoever else can run go first, who may bring more: a commit of one set costs nearly what one of many does.
    /// Where a processor is idle nobody else has to be let, and nothing waits. Once, and only where much comes: on a
    /// machine that other programs keep busy each time is theirs.
    pub fn give_way(&self) {
        if self.jobs.len() < GROUP_SETS_MAX {
            std::thread::yield_now();
        }
    }
}
