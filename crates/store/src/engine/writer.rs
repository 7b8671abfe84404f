//! Commits write-sets in groups: one task owns the connection, takes all queued sets, runs the statements of the whole
//! group table by table, commits once, and answers the owners.

use super::{
    conn::{Conn, DatabaseAddress, StatementText, WinningRows},
    dialect::{DbError, ErrorEffect},
    faults::InjectedFaults,
    group::{Waiting, by_statement, losers, owners_of, take_group},
    health::StoreHealth,
    ids::Ids,
    job::{CommitReply, Job, Owner},
    outage::{GroupFailure, Session},
    own_file::OwnFile,
    replies::{Answers, GroupReplies},
    statement::{CommitError, Committed, ReturnedRow, RowContract, WriteSet},
    stats::WriteStats,
    upkeep::SessionId,
    wait_for_jobs::Next,
    writer_handle::Running,
};
use crate::{
    base::{fence::Fence, limits::*},
    tables::event,
};
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};
use tracing::dispatcher;

pub(crate) struct Writer {
    pub conn: Conn,
    pub place: DatabaseAddress,
    pub jobs: mpsc::Receiver<Job>,
    pub ids: Arc<Ids>,
    pub faults: Arc<InjectedFaults>,
    pub health: Arc<StoreHealth>,
    /// The server's id of this session (Postgres), to end it if it does not end itself.
    pub session: Option<SessionId>,
    /// This process among the members of a Postgres database.
    pub member: Option<i64>,
    /// Opened by each answer of the server in this session.
    pub fence: Arc<Fence>,
    /// The SQLite file, to notice that it is deleted.
    pub own_file: Option<OwnFile>,
    /// True after `commit` was sent and until it is answered: meanwhile the result is unknown.
    pub committing: bool,
    pub done: Arc<WriteStats>,
    /// How long a patient set waits for others.
    pub patience: Duration,
    /// The lock on the file beside the database, held for the life of the writer.
    pub _lock: Option<std::fs::File>,
}

/// The statements in the database's SQL, by order number, so that each is built once.
type Texts = HashMap<u16, StatementText>;

impl Writer {
    /// Starts the writer. On SQLite, whose calls block, it gets a thread of its own; in the simulator it runs on the
    /// caller's thread.
    pub fn start(self) -> std::io::Result<Running> {
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        let has_thread = self.is_on_sqlite() && !self.faults.is_in_step();
        let answers = if has_thread { Answers::by_task() } else { Answers::Here };
        let gives_way = has_thread && !self.patience.is_zero();
        let work = async move {
            tokio::select! {
                biased;
                Ok(()) = stopped => {}
                () = self.run(&answers, gives_way) => {}
            }
            drop(end);
        };
        if has_thread {
            let runtime = tokio::runtime::Handle::current();
            // A play has a log of its own.
            let log = dispatcher::get_default(Clone::clone);
            let writes = move || dispatcher::with_default(&log, || runtime.block_on(work));
            std::thread::Builder::new().name("store-writer".into()).spawn(writes)?;
        } else {
            tokio::spawn(work);
        }
        Ok(Running { stop, ended })
    }

    /// Runs until the store is closed or dropped.
    async fn run(mut self, answers: &Answers, gives_way: bool) {
        let mut waiting: VecDeque<Waiting> = VecDeque::new();
        let mut closing = None;
        let mut texts = Texts::new();
        let mut group_before = 0;
        loop {
            if self.health.is_deposed() {
                self.until_closed(&mut waiting, &mut closing, answers).await;
                break;
            }
            if waiting.is_empty() && closing.is_none() {
                match self.next_job().await {
                    Ok(Next::Job(Job::Commit(set, owner))) => waiting.push_back((set, owner)),
                    Ok(Next::Job(Job::Shrink(owner))) => self.shrink(owner),
                    Ok(Next::Job(Job::Close(owner))) => closing = Some(owner),
                    Ok(Next::None) => break,
                    Ok(Next::Nothing) => {}
                    Err(failed) => self.until_back(failed, &mut waiting, &mut closing, answers).await,
                }
            }
            let damage = self.health.damage();
            if let Some(gone) = self.own_file.as_mut().and_then(|own| own.is_gone(damage, &self.conn)) {
                self.is_gone(gone, &mut waiting, &mut closing, answers).await;
                break;
            }
            if waiting.is_empty() && closing.is_none() {
                continue;
            }
            self.faults.others_first().await;
            self.wait_for_batch(&mut waiting, &mut closing).await;
            if gives_way && group_before >= GIVE_WAY_FROM {
                self.give_way();
            }
            while waiting.len() < GROUP_SETS_MAX * 4 {
                match self.jobs.try_recv() {
                    Ok(Job::Commit(set, owner)) => waiting.push_back((set, owner)),
                    Ok(Job::Shrink(owner)) => self.shrink(owner),
                    Ok(Job::Close(owner)) => closing = Some(owner),
                    Err(_) => break,
                }
            }
            if waiting.is_empty() {
                match closing {
                    Some(_) => break,
                    None => continue,
                }
            }
            // On SQLite this is the only await in the loop that yields, and a stop must be noticed.
            tokio::task::yield_now().await;
            if let Err(error) = self.refill().await {
                self.until_back(error.into(), &mut waiting, &mut closing, answers).await;
                continue;
            }
            let group = take_group(&mut waiting);
            group_before = group.len();
            self.done.add(group_before);
            self.health.begins_commit();
            let asked = self.fence.asks();
            let done = self.commit_group(group, &mut texts, answers).await;
            self.health.ends_commit();
            match done {
                Ok(()) => self.fence.is_proven(asked),
                Err(failed) => self.until_back(failed, &mut waiting, &mut closing, answers).await,
            }
        }
        if self.health.is_connected() {
            self.give_back().await;
        }
        let Writer { conn, .. } = self;
        match tokio::time::timeout(CLOSE_TIMEOUT.to_std(), conn.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = %error, "The writer's connection did not close cleanly"),
            Err(_) => tracing::warn!("The writer's connection did not close in time"),
        }
        if let Some(owner) = closing {
            let _ = owner.send(());
        }
    }

    /// Runs between two groups, outside any transaction. A failure is logged and does not stop the writer.
    pub fn shrink(&mut self, owner: oneshot::Sender<bool>) {
        let more = self.conn.shrink().unwrap_or_else(|error| {
            tracing::warn!(error = %error, "The database's file was not shortened");
            false
        });
        let _ = owner.send(more);
    }

    pub fn is_on_sqlite(&self) -> bool {
        matches!(self.place, DatabaseAddress::Sqlite { .. })
    }

    /// Commits a group. Sets that cannot be applied are left out and the rest is tried again at once; bad data halves
    /// the group until the bad set is alone. An error means that the database takes no commits now.
    async fn commit_group(
        &mut self,
        group: Vec<Waiting>,
        texts: &mut Texts,
        answers: &Answers,
    ) -> Result<(), GroupFailure> {
        let (sets, owners): (Vec<WriteSet>, Vec<_>) = group.into_iter().unzip();
        let mut owners: Vec<Option<Owner>> = owners.into_iter().map(Some).collect();
        let mut answer = |set: usize, answer: CommitReply| owners[set].take().map(|owner| (owner, answer));
        let mut work = vec![(0..sets.len()).collect::<Vec<_>>()];
        let mut again = 0;
        while let Some(mut part) = work.pop() {
            let error = match self.attempt(&sets, &part, texts).await {
                Ok(Attempt::Done(told)) => {
                    let told = part.into_iter().zip(told);
                    answers.tell(told.filter_map(|(set, told)| answer(set, Ok(Committed { told }))).collect()).await;
                    continue;
                }
                Ok(Attempt::Lost(stale, statement)) => {
                    part.retain(|set| !stale.contains(set));
                    answers.tell(all(stale, &mut answer, &CommitError::Stale { statement })).await;
                    if !part.is_empty() {
                        work.push(part);
                    }
                    continue;
                }
                Ok(Attempt::Failed | Attempt::Short) => {
                    answers.tell(all(part, &mut answer, &CommitError::Unknown)).await;
                    continue;
                }
                Err(error) => error,
            };
            let kind = error.trouble();
            // Only a set whose `commit` was sent and not answered is in doubt; all others were not written.
            let in_doubt = self.committing && kind == ErrorEffect::Lost;
            let session = match kind {
                ErrorEffect::Lost => Session::Lost,
                ErrorEffect::Data | ErrorEffect::Again | ErrorEffect::Ill => {
                    let rolled_back = tokio::time::timeout(COMMIT_TIMEOUT.to_std(), self.conn.rollback()).await;
                    if matches!(rolled_back, Ok(Ok(()))) { Session::Stands } else { Session::Lost }
                }
            };
            match (kind, session) {
                (ErrorEffect::Again, Session::Stands) if again < COMMIT_TRIES_MAX => {
                    again += 1;
                    work.push(part);
                }
                (ErrorEffect::Data, Session::Stands) if part.len() == 1 => {
                    answers.tell(all(part, &mut answer, &CommitError::Refused(error.to_string()))).await;
                }
                (ErrorEffect::Data, Session::Stands) => {
                    let half = part.split_off(part.len() / 2);
                    work.extend([half, part]);
                }
                (ErrorEffect::Data | ErrorEffect::Again | ErrorEffect::Ill | ErrorEffect::Lost, session) => {
                    self.done.lose();
                    // Record the reason before the answers: an owner that gets a refusal reads it.
                    self.health.is_lost(&error.to_string());
                    let became = if in_doubt { CommitError::Unknown } else { CommitError::Away };
                    answers.tell(all(part, &mut answer, &became)).await;
                    // The sets left in `work` were rolled back or never begun.
                    answers.tell(all(work.into_iter().flatten(), &mut answer, &CommitError::Away)).await;
                    return Err(GroupFailure { error, session });
                }
            }
        }
        Ok(())
    }

    /// Runs one transaction over the sets of `part`; a second one if a key is missing, to find out which.
    async fn attempt(&mut self, sets: &[WriteSet], part: &[usize], texts: &mut Texts) -> Result<Attempt, DbError> {
        let on_sqlite = self.is_on_sqlite();
        let attempt = async {
            match self.transact(sets, part, texts, false).await? {
                Attempt::Short => self.transact(sets, part, texts, true).await,
                done => Ok(done),
            }
        };
        if on_sqlite {
            return attempt.await;
        }
        tokio::time::timeout(COMMIT_TIMEOUT.to_std(), attempt).await.unwrap_or_else(|_| Err(DbError::timed_out()))
    }

    /// Runs the statements. With `by_name`, each winning key is read; otherwise they are only counted, which is enough
    /// if none loses and saves a returned row for each.
    async fn transact(
        &mut self,
        sets: &[WriteSet],
        part: &[usize],
        texts: &mut Texts,
        by_name: bool,
    ) -> Result<Attempt, DbError> {
        let mut told: Vec<Vec<(u16, ReturnedRow)>> = vec![Vec::new(); part.len()];
        let dialect = self.conn.dialect();
        self.committing = false;
        self.conn.begin().await?;
        let mut in_line = false;
        for (order, mut rows) in by_statement(sets, part) {
            if event::WRITES.contains(&order) && !in_line {
                self.conn.stand_in_line().await?;
                in_line = true;
            }
            // All processes must write rows in the same order: otherwise two of them deadlock.
            rows.sort_by(|a, b| a.1.key.cmp(&b.1.key));
            let sql = rows[0].1.sql;
            let text = texts.entry(order).or_insert_with(|| StatementText::of(&sql, dialect));
            let counted = sql.wins == RowContract::Plain
                || (!by_name && matches!(sql.wins, RowContract::Must | RowContract::Count));
            let returned = match self.conn.write(text, &rows, counted).await? {
                _ if sql.wins == RowContract::Plain => continue,
                WinningRows::Told(returned) => returned,
                WinningRows::Everyone => {
                    if matches!(sql.wins, RowContract::Count | RowContract::Tell) {
                        for (place, entry) in &rows {
                            told[*place].push((order, ReturnedRow { key: entry.key.clone(), more: Vec::new() }));
                        }
                    }
                    continue;
                }
                WinningRows::Few => {
                    self.conn.rollback().await?;
                    return Ok(Attempt::Short);
                }
            };
            match sql.wins {
                RowContract::Plain => {}
                RowContract::All => {
                    for place in rows.iter().map(|(place, _)| *place).collect::<HashSet<_>>() {
                        told[place].extend(returned.iter().map(|row| (order, row.clone())));
                    }
                }
                RowContract::Tell | RowContract::Count => {
                    for row in returned {
                        for place in owners_of(&rows, &row.key) {
                            told[place].push((order, row.clone()));
                        }
                    }
                }
                RowContract::Must => {
                    let losers = losers(&rows, &returned);
                    if !losers.is_empty() {
                        self.conn.rollback().await?;
                        let losers = losers.into_iter().map(|place| part[place]).collect();
                        return Ok(Attempt::Lost(losers, sql.name));
                    }
                }
            }
        }
        if self.faults.takes_commit() {
            self.conn.rollback().await?;
            return Ok(Attempt::Failed);
        }
        self.faults.wait().await;
        self.faults.survive(false).await;
        self.committing = true;
        if self.faults.has_full_disk() {
            return Err(InjectedFaults::full_disk());
        }
        self.conn.commit().await?;
        self.committing = false;
        self.faults.survive(true).await;
        Ok(if self.faults.takes_answer() { Attempt::Failed } else { Attempt::Done(told) })
    }
}

/// Gives the same answer to all these sets.
fn all(
    sets: impl IntoIterator<Item = usize>,
    answer: &mut impl FnMut(usize, CommitReply) -> Option<(Owner, CommitReply)>,
    error: &CommitError,
) -> GroupReplies {
    sets.into_iter().filter_map(|set| answer(set, Err(error.clone()))).collect()
}

enum Attempt {
    /// Committed; the returned rows for each set of the part.
    Done(Vec<Vec<(u16, ReturnedRow)>>),
    /// Rolled back: these sets lost at this statement.
    Lost(Vec<usize>, &'static str),
    /// A test's fault failed the commit.
    Failed,
    /// Rolled back: a key is missing, and only the statement with `returning` can say which.
    Short,
}
