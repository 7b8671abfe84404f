//! The group commit: one task owns the connection, takes all write-sets that wait, runs the statements of the
//! whole group table by table, commits once, and wakes their owners.

use super::{
    answers::{Answers, Heard},
    conn::{Conn, Place, Text, Won},
    dialect::{DbError, Trouble},
    done::Done,
    event,
    faults::Faults,
    group::{Waiting, by_statement, losers, owners_of, take_group},
    ids::Ids,
    job::{Answer, Job, Owner},
    running::Running,
    statement::{CommitError, Committed, Told, Wins, WriteSet},
};
use crate::base::limits::*;
use sqlx::SqlSafeStr;
use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

pub(super) struct Writer {
    pub conn: Conn,
    pub place: Place,
    pub jobs: mpsc::Receiver<Job>,
    pub ids: Arc<Ids>,
    pub faults: Arc<Faults>,
    pub connected: Arc<AtomicBool>,
    pub done: Arc<Done>,
    /// How long a set that nobody waits for waits for others.
    pub patience: Duration,
    /// The lock on the file beside the database, held as long as the writer lives.
    pub _lock: Option<std::fs::File>,
}

/// By their orders, so that each is put together once.
type Texts = HashMap<u16, Text>;

/// Takes a block; the table has one row.
const TAKE_BLOCK: &str = "update id_block set next = next + $1 returning next - $1";

impl Writer {
    /// Starts the writer: on SQLite, whose calls block, on a thread of its own; in step, on the thread of all.
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
            std::thread::Builder::new().name("store-writer".into()).spawn(move || runtime.block_on(work))?;
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
            if waiting.is_empty() && closing.is_none() {
                match self.next_job().await {
                    Some(Job::Commit(set, owner)) => waiting.push_back((set, owner)),
                    Some(Job::Close(owner)) => closing = Some(owner),
                    None => break,
                }
            }
            self.faults.others_first().await;
            self.find_company(&mut waiting, &mut closing).await;
            if gives_way && group_before >= GIVE_WAY_FROM {
                self.give_way();
            }
            while waiting.len() < GROUP_SETS_MAX * 4 {
                match self.jobs.try_recv() {
                    Ok(Job::Commit(set, owner)) => waiting.push_back((set, owner)),
                    Ok(Job::Close(owner)) => closing = Some(owner),
                    Err(_) => break,
                }
            }
            if waiting.is_empty() && closing.is_some() {
                break;
            }
            // On SQLite nothing else in this loop lets go of the thread, and an end must be noticed.
            tokio::task::yield_now().await;
            self.refill().await;
            let group = take_group(&mut waiting);
            group_before = group.len();
            self.done.add(group_before);
            if self.commit_group(group, &mut texts, answers).await == Trouble::Lost {
                self.reconnect().await;
            }
        }
        self.give_back().await;
        let Writer { conn, .. } = self;
        if let Err(error) = conn.close().await {
            tracing::warn!(error = %error, "The writer's connection did not close cleanly");
        }
        if let Some(owner) = closing {
            let _ = owner.send(());
        }
    }

    fn is_on_sqlite(&self) -> bool {
        matches!(self.place, Place::Sqlite { .. })
    }

    /// The next job. An idle session on Postgres is kept alive meanwhile, and a lost one is noticed.
    async fn next_job(&mut self) -> Option<Job> {
        loop {
            if self.is_on_sqlite() {
                return self.jobs.recv().await;
            }
            match tokio::time::timeout(WRITER_PING.to_std(), self.jobs.recv()).await {
                Ok(job) => return job,
                Err(_) => {
                    let ping = self.conn.number("select $1 + 0", 1);
                    if !matches!(tokio::time::timeout(COMMIT_TIMEOUT.to_std(), ping).await, Ok(Ok(_))) {
                        self.reconnect().await;
                    }
                }
            }
        }
    }

    /// As long as only sets wait for which nobody waits: a commit more, for them alone, would stand in the way of
    /// the next message.
    async fn find_company(&mut self, waiting: &mut VecDeque<Waiting>, closing: &mut Option<oneshot::Sender<()>>) {
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
    fn give_way(&self) {
        if self.jobs.len() < GROUP_SETS_MAX {
            std::thread::yield_now();
        }
    }

    /// Keeps a spare block of ids in hand.
    pub async fn refill(&mut self) {
        while self.ids.wants_block() {
            match self.conn.number(TAKE_BLOCK, ID_BLOCK).await {
                Ok(first) => self.ids.give(first.expect("the migration made the row")),
                Err(error) => {
                    tracing::error!(error = %error, "No block of ids could be taken");
                    self.reconnect().await;
                }
            }
        }
    }

    /// Gives the unused rest of the blocks back, unless somebody took a block since.
    async fn give_back(&mut self) {
        let Some((next, end)) = self.ids.left() else { return };
        let text = sqlx::AssertSqlSafe(format!("update id_block set next = {next} where next = {end}"));
        if let Err(error) = self.conn.script(text.into_sql_str()).await {
            tracing::debug!(error = %error, "Unused ids were not given back");
        }
    }

    /// Opens the connection again, however long it takes; what waits, waits. On Postgres the locks are
    /// taken again first: without them nothing may be committed.
    async fn reconnect(&mut self) {
        self.connected.store(false, Ordering::SeqCst);
        let mut pause = RECONNECT_PAUSE_MAX.to_std() / 64;
        loop {
            match self.place.connect().await {
                Ok(mut conn) => match conn.take_shards().await {
                    Ok(true) => {
                        // The old connection is awaited: closed in the background it could still hold the file.
                        let old = std::mem::replace(&mut self.conn, conn);
                        let _ = tokio::time::timeout(COMMIT_TIMEOUT.to_std(), old.close()).await;
                        self.connected.store(true, Ordering::SeqCst);
                        tracing::info!("The database is back");
                        return;
                    }
                    Ok(false) => tracing::error!("Another daemon holds this database; waiting for it to let go"),
                    Err(error) => tracing::error!(error = %error, "The database's locks could not be taken"),
                },
                Err(error) => tracing::error!(error = %error, "The database cannot be reached"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RECONNECT_PAUSE_MAX.to_std());
        }
    }

    /// Commits a group. What cannot be applied is left out and the rest is tried again at once; bad data
    /// halves the group until the culprit stands alone. `Lost`: the connection must be opened again.
    async fn commit_group(&mut self, group: Vec<Waiting>, texts: &mut Texts, answers: &Answers) -> Trouble {
        let (sets, owners): (Vec<WriteSet>, Vec<_>) = group.into_iter().unzip();
        let mut owners: Vec<Option<Owner>> = owners.into_iter().map(Some).collect();
        let mut answer = |set: usize, answer: Answer| owners[set].take().map(|owner| (owner, answer));
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
            let mut kind = error.trouble();
            if kind != Trouble::Lost && self.conn.rollback().await.is_err() {
                kind = Trouble::Lost;
            }
            match kind {
                Trouble::Again if again < COMMIT_TRIES_MAX => {
                    again += 1;
                    work.push(part);
                }
                Trouble::Data if part.len() == 1 => {
                    answers.tell(all(part, &mut answer, &CommitError::Refused(error.to_string()))).await;
                }
                Trouble::Data => {
                    let half = part.split_off(part.len() / 2);
                    work.extend([half, part]);
                }
                Trouble::Again | Trouble::Lost => {
                    tracing::error!(error = %error, "A commit was lost");
                    self.done.lose();
                    // What stands in `work` was rolled back or never begun, but its owners have waited long
                    // enough to look again themselves.
                    let unknown = part.into_iter().chain(work.into_iter().flatten());
                    answers.tell(all(unknown, &mut answer, &CommitError::Unknown)).await;
                    return Trouble::Lost;
                }
            }
        }
        Trouble::Data
    }

    /// One transaction over the sets of `part`; a second one when a key is missing and it must be known which.
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
        tokio::time::timeout(COMMIT_TIMEOUT.to_std(), attempt)
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()))
    }

    /// `by_name`: the keys that win are asked for. Else they are counted, which is all that is needed when
    /// nobody loses, and spares a row for each.
    async fn transact(
        &mut self,
        sets: &[WriteSet],
        part: &[usize],
        texts: &mut Texts,
        by_name: bool,
    ) -> Result<Attempt, DbError> {
        let mut told: Vec<Vec<(u16, Told)>> = vec![Vec::new(); part.len()];
        let dialect = self.conn.dialect();
        self.conn.begin().await?;
        let mut in_line = false;
        for (order, mut rows) in by_statement(sets, part) {
            if event::WRITES.contains(&order) && !in_line {
                self.conn.stand_in_line().await?;
                in_line = true;
            }
            // One order of rows in all processes: else two of them deadlock.
            rows.sort_by(|a, b| a.1.key.cmp(&b.1.key));
            let sql = rows[0].1.sql;
            let text = texts.entry(order).or_insert_with(|| Text::of(&sql, dialect));
            let counted = sql.wins == Wins::Plain || (!by_name && matches!(sql.wins, Wins::Must | Wins::Count));
            let returned = match self.conn.write(text, &rows, counted).await? {
                _ if sql.wins == Wins::Plain => continue,
                Won::Told(returned) => returned,
                Won::Everyone => {
                    if matches!(sql.wins, Wins::Count | Wins::Tell) {
                        for (place, entry) in &rows {
                            told[*place].push((order, Told { key: entry.key.clone(), more: Vec::new() }));
                        }
                    }
                    continue;
                }
                Won::Few => {
                    self.conn.rollback().await?;
                    return Ok(Attempt::Short);
                }
            };
            match sql.wins {
                Wins::Plain => {}
                Wins::All => {
                    for place in rows.iter().map(|(place, _)| *place).collect::<HashSet<_>>() {
                        told[place].extend(returned.iter().map(|row| (order, row.clone())));
                    }
                }
                Wins::Tell | Wins::Count => {
                    for row in returned {
                        for place in owners_of(&rows, &row.key) {
                            told[place].push((order, row.clone()));
                        }
                    }
                }
                Wins::Must => {
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
        self.conn.commit().await?;
        self.faults.survive(true).await;
        Ok(if self.faults.takes_answer() { Attempt::Failed } else { Attempt::Done(told) })
    }
}

/// One answer for all these sets.
fn all(
    sets: impl IntoIterator<Item = usize>,
    answer: &mut impl FnMut(usize, Answer) -> Option<(Owner, Answer)>,
    error: &CommitError,
) -> Heard {
    sets.into_iter().filter_map(|set| answer(set, Err(error.clone()))).collect()
}

enum Attempt {
    /// Committed; what each set of the part is told.
    Done(Vec<Vec<(u16, Told)>>),
    /// Rolled back: these sets lost at this statement.
    Lost(Vec<usize>, &'static str),
    /// A fault asked for by a test.
    Failed,
    /// Rolled back: a key is missing, and only its statement with a `returning` can say which.
    Short,
}
