//! Runs the writer while the database takes no commits: retries the connection, and refuses new write-sets at once,
//! because a webhook must be answered within two seconds.

use super::{
    conn::{Conn, DatabaseAddress},
    dialect::{DbError, ErrorEffect},
    faults::InjectedFaults,
    group::Waiting,
    job::{Job, Owner},
    open::private,
    own_file::LostFile,
    replies::{Answers, GroupReplies},
    statement::CommitError,
    upkeep::SessionId,
    writer::Writer,
};
use crate::base::{
    fence::Fence,
    limits::{
        CLOSE_TIMEOUT, COMMIT_QUEUE_MAX, OUTAGE_PATIENCE, OWN_SESSION_TRIES_MAX, RECONNECT_PAUSE_MAX,
        RECONNECT_PAUSE_MIN, STORE_TRY_TIMEOUT,
    },
};
use std::{collections::VecDeque, pin::Pin, pin::pin, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Sleep, sleep},
};

/// The state of the connection after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Session {
    /// The connection works and holds its locks; only the server refuses writes.
    Stands,
    Lost,
}

/// The database did not take a group.
#[derive(Debug)]
pub(crate) struct GroupFailure {
    pub error: DbError,
    pub session: Session,
}

impl GroupFailure {
    pub fn lost(error: DbError) -> Self {
        GroupFailure { error, session: Session::Lost }
    }

    fn timed_out() -> Self {
        GroupFailure::lost(DbError::timed_out())
    }
}

impl From<DbError> for GroupFailure {
    fn from(error: DbError) -> Self {
        let stands = matches!(error.trouble(), ErrorEffect::Ill | ErrorEffect::Data | ErrorEffect::Again);
        GroupFailure { session: if stands { Session::Stands } else { Session::Lost }, error }
    }
}

/// The writer's queue, and the state to refuse jobs from it during an outage.
struct OutageQueue<'w> {
    jobs: &'w mut mpsc::Receiver<Job>,
    answers: &'w Answers,
    waiting: &'w mut VecDeque<Waiting>,
    closing: &'w mut Option<oneshot::Sender<()>>,
    /// During an outage shorter than this, jobs wait instead of being refused.
    patience: Option<Pin<Box<Sleep>>>,
    has_line: bool,
}

impl Writer {
    /// Returns when the database takes commits again, or when the store is to be closed.
    pub async fn until_back(
        &mut self,
        failed: GroupFailure,
        waiting: &mut VecDeque<Waiting>,
        closing: &mut Option<oneshot::Sender<()>>,
        answers: &Answers,
    ) {
        let mut failed = failed;
        if failed.session == Session::Lost {
            self.fence.is_unproven();
        }
        self.health.ends_commit();
        self.health.is_lost(&failed.error.to_string());
        if self.is_damaged(&failed) {
            // The writer's main loop reports it.
            return;
        }
        if self.faults.is_in_step() {
            // A single try must not wait for time to pass: the next job tries again.
            let Writer { conn, place, session, member, fence, faults, .. } = self;
            let mut own = OwnSession { place, session, member: *member, fence };
            if come_back(conn, &mut own, failed.session, faults).await.is_err() {
                refuse(answers, waiting.drain(..)).await;
            }
            return self.health.is_back();
        }
        let Writer { conn, place, session, member, fence, faults, jobs, health, own_file, .. } = self;
        let mut own = OwnSession { place, session, member: *member, fence };
        let patience = Some(Box::pin(sleep(OUTAGE_PATIENCE.to_std())));
        let mut meanwhile = OutageQueue { jobs, answers, waiting, closing, patience, has_line: true };
        let mut pause = RECONNECT_PAUSE_MIN.to_std();
        loop {
            match meanwhile.during(come_back(conn, &mut own, failed.session, faults)).await {
                Ok(()) => break,
                Err(again) => failed = again,
            }
            if matches!(failed.error, DbError::Deposed) {
                // The writer's main loop ends.
                fence.close();
                return health.depose();
            }
            health.is_lost(&failed.error.to_string());
            if failed.error.is_damage() && own_file.is_some() {
                health.is_damaged(&failed.error.to_string());
                return;
            }
            if meanwhile.closing.is_some() || !meanwhile.has_line {
                refuse(answers, meanwhile.waiting.drain(..)).await;
                return;
            }
            meanwhile.during(sleep(pause)).await;
            pause = (pause * 2).min(RECONNECT_PAUSE_MAX.to_std());
            let damage = health.damage();
            if own_file.as_mut().is_some_and(|own| own.is_gone(damage, conn).is_some()) {
                // The writer's main loop detects this and reports it.
                return;
            }
        }
        if let Some(own) = own_file {
            own.is_reopened();
        }
        health.is_back();
    }

    /// True, and recorded, if SQLite's file is damaged: another try would not help.
    fn is_damaged(&self, failed: &GroupFailure) -> bool {
        let damaged = failed.error.is_damage() && self.own_file.is_some();
        if damaged {
            self.health.is_damaged(&failed.error.to_string());
        }
        damaged
    }

    /// The database file was deleted or replaced: copies the contents that the connection still has to a file beside
    /// it, and takes no more commits. Of a file that is another database nothing is copied, because the connection
    /// would read a mixture of both.
    pub async fn is_gone(
        &mut self,
        LostFile { what, is_foreign }: LostFile,
        waiting: &mut VecDeque<Waiting>,
        closing: &mut Option<oneshot::Sender<()>>,
        answers: &Answers,
    ) {
        refuse(answers, waiting.drain(..)).await;
        let rescue = self.own_file.as_ref().filter(|_| !is_foreign).map(|own| own.rescue());
        let log = self.own_file.as_ref().filter(|_| is_foreign).and_then(|own| {
            self.conn.keep_log_apart();
            own.move_log()
        });
        let copied = rescue.filter(|path| {
            let copied = private(path).is_ok() && self.conn.copy(path).is_ok();
            if !copied {
                // An empty copy is useless.
                let _ = std::fs::remove_file(path);
            }
            copied
        });
        let copy = match (copied, log) {
            (Some(path), _) => format!("what the daemon still had of it is in `{}`", path.display()),
            (None, Some(log)) => {
                format!(
                    "the log of the former database, which must not be applied to this one, is in `{}`",
                    log.display()
                )
            }
            (None, None) => "nothing of it could be copied".to_owned(),
        };
        let sentence = format!(
            "{what} while the daemon ran; it stops, because what it wrote now would be lost. {}{}. Put the right file in \
             its place and start again",
            copy[..1].to_uppercase(),
            &copy[1..]
        );
        self.health.is_gone(sentence);
        self.until_closed(waiting, closing, answers).await;
    }

    /// Refuses everything until the store is to be closed.
    pub async fn until_closed(
        &mut self,
        waiting: &mut VecDeque<Waiting>,
        closing: &mut Option<oneshot::Sender<()>>,
        answers: &Answers,
    ) {
        refuse(answers, waiting.drain(..)).await;
        let mut meanwhile =
            OutageQueue { jobs: &mut self.jobs, answers, waiting, closing, patience: None, has_line: true };
        while meanwhile.closing.is_none() && meanwhile.has_line {
            let job = meanwhile.jobs.recv().await;
            meanwhile.take(job).await;
        }
    }
}

impl OutageQueue<'_> {
    /// Runs `work`. New write-sets meanwhile wait, and are refused when `patience` is over.
    async fn during<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            let patience = async {
                match &mut self.patience {
                    Some(patience) => patience.as_mut().await,
                    None => std::future::pending().await,
                }
            };
            let job = tokio::select! {
                biased;
                done = &mut work => return done,
                () = patience => None,
                job = self.jobs.recv(), if self.has_line => Some(job),
            };
            match job {
                Some(job) => self.take(job).await,
                None => {
                    self.patience = None;
                    refuse(self.answers, self.waiting.drain(..)).await;
                }
            }
        }
    }

    async fn take(&mut self, job: Option<Job>) {
        match job {
            Some(Job::Commit(set, owner)) if self.patience.is_some() && self.waiting.len() < COMMIT_QUEUE_MAX => {
                self.waiting.push_back((set, owner));
            }
            Some(Job::Commit(set, owner)) => refuse(self.answers, [(set, owner)]).await,
            // Do not shrink the file during an outage.
            Some(Job::Shrink(owner)) => drop(owner.send(false)),
            Some(Job::Close(owner)) => *self.closing = Some(owner),
            None => self.has_line = false,
        }
    }
}

/// Answers `Away`: no row of these sets was written.
async fn refuse(answers: &Answers, sets: impl IntoIterator<Item = Waiting>) {
    let heard: GroupReplies = sets.into_iter().map(|(_, owner): (_, Owner)| (owner, Err(CommitError::Away))).collect();
    if !heard.is_empty() {
        answers.tell(heard).await;
    }
}

/// A writer's knowledge of its session, by which it begins another one.
struct OwnSession<'w> {
    place: &'w DatabaseAddress,
    session: &'w mut Option<SessionId>,
    member: Option<i64>,
    fence: &'w Fence,
}

/// One try: a new connection with its locks, and a test commit.
async fn come_back(
    conn: &mut Conn,
    own: &mut OwnSession<'_>,
    left: Session,
    faults: &InjectedFaults,
) -> Result<(), GroupFailure> {
    if left == Session::Lost {
        match own.place {
            DatabaseAddress::Sqlite { .. } => {
                // Open the new connection first: closing the last connection checkpoints the log into the file, and
                // the log may hold part of a failed commit.
                let fresh = own.place.connect().await.map_err(GroupFailure::lost)?;
                let old = std::mem::replace(conn, fresh);
                let _ = old.close().await;
            }
            DatabaseAddress::Postgres(_) => {
                // Close the old connection first: it may hold the locks.
                let old = std::mem::replace(conn, Conn::Closed);
                let _ = tokio::time::timeout(CLOSE_TIMEOUT.to_std(), old.close()).await;
                let opened = tokio::time::timeout(STORE_TRY_TIMEOUT.to_std(), own_again(own)).await;
                let (mut fresh, has_locks) =
                    opened.map_err(|_| GroupFailure::timed_out())?.map_err(GroupFailure::lost)?;
                if !has_locks {
                    let _ = tokio::time::timeout(CLOSE_TIMEOUT.to_std(), fresh.close()).await;
                    return Err(GroupFailure::lost(DbError::Held));
                }
                *own.session = fresh.session_id().await.map_err(GroupFailure::lost)?;
                *conn = fresh;
            }
        }
    }
    if faults.has_full_disk() {
        return Err(GroupFailure::lost(InjectedFaults::full_disk()));
    }
    let asked = own.fence.asks();
    let probe = tokio::time::timeout(STORE_TRY_TIMEOUT.to_std(), conn.probe()).await;
    probe.map_err(|_| GroupFailure::timed_out())?.map_err(GroupFailure::from)?;
    own.fence.is_proven(asked);
    Ok(())
}

/// Opens a new connection; true if it holds all locks. If the server still keeps our own old session alive, that
/// session is ended here: otherwise its locks would stay until the server's time-outs.
async fn own_again(own: &OwnSession<'_>) -> Result<(Conn, bool), DbError> {
    let mut conn = own.place.connect().await?;
    for attempt in 0..OWN_SESSION_TRIES_MAX {
        let has_locks = conn.take_shards().await?;
        if let Some(member) = own.member {
            // Also with the locks: another daemon may have had them and died.
            if !conn.is_still_active(member).await? {
                let _ = conn.close().await;
                return Err(DbError::Deposed);
            }
            if has_locks {
                conn.hold_membership(member).await?;
            }
        }
        if has_locks {
            return Ok((conn, true));
        }
        match own.session.as_ref() {
            Some(own) if attempt == 0 => conn.end_session(own).await?,
            Some(_) => {}
            None => break,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok((conn, false))
}
