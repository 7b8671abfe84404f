//! Makes the writer wait for jobs: when it is idle, when only patient sets are queued, and to let other threads queue
//! more.

use super::{dialect::DbError, group::Waiting, job::Job, outage::GroupFailure, writer::Writer};
use crate::base::limits::{GROUP_SETS_MAX, OWN_FILE_LOOK_EVERY, PING_TIMEOUT, WRITER_PING};
use std::collections::VecDeque;
use tokio::sync::oneshot;

/// The result of waiting for a job.
pub(crate) enum Next {
    Job(Job),
    /// All senders of the queue are dropped.
    None,
    /// No job came for a while.
    Nothing,
}

impl Writer {
    /// The next job. On Postgres an idle connection is pinged meanwhile, so that a lost one is noticed; on SQLite it
    /// returns now and then, so that the caller checks the database file.
    pub async fn next_job(&mut self) -> Result<Next, GroupFailure> {
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
                // The caller checks the file.
                return Ok(Next::Nothing);
            }
            let asked = self.fence.asks();
            let ping = self.conn.number("select $1 + 0", 1);
            match tokio::time::timeout(PING_TIMEOUT.to_std(), ping).await {
                Ok(Ok(_)) => self.fence.is_proven(asked),
                Ok(Err(error)) => return Err(GroupFailure::lost(error)),
                Err(_) => return Err(GroupFailure::lost(DbError::timed_out())),
            }
        }
    }

    /// While only patient sets are queued, waits for others: a commit for patient sets alone would delay the next
    /// message.
    pub async fn wait_for_batch(&mut self, waiting: &mut VecDeque<Waiting>, closing: &mut Option<oneshot::Sender<()>>) {
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

    /// Yields the processor once, so that other threads can queue more sets: committing one set costs nearly as much
    /// as committing many. The yield returns at once if a processor is idle. It is not repeated, because on a machine
    /// busy with other programs each yield costs a time slice.
    pub fn give_way(&self) {
        if self.jobs.len() < GROUP_SETS_MAX {
            std::thread::yield_now();
        }
    }
}
