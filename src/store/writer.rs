//! The group commit: one task owns the connection, takes all write-sets that wait, runs one statement
//! per table and kind for the whole group, commits once, and wakes their owners.

use super::{
    conn::{Conn, Place},
    dialect::{Trouble, trouble},
    faults::Faults,
    ids::Ids,
    in_step,
    statement::{CommitError, Committed, Entry, Key, Told, Wins, WriteSet},
};
use crate::base::limits::*;
use sqlx::SqlStr;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};

pub(super) type Answer = Result<Committed, CommitError>;

pub(super) enum Job {
    Commit(WriteSet, oneshot::Sender<Answer>),
    /// Finish what waits, then close the connection.
    Close(oneshot::Sender<()>),
}

pub(super) struct Writer {
    pub conn: Conn,
    pub place: Place,
    pub jobs: mpsc::Receiver<Job>,
    pub ids: Arc<Ids>,
    pub faults: Arc<Faults>,
    pub connected: Arc<AtomicBool>,
    /// The lock on the file beside the database, held as long as the writer lives.
    pub _lock: Option<std::fs::File>,
}

type Waiting = (WriteSet, oneshot::Sender<Answer>);

/// Takes a block; the table has one row.
const TAKE_BLOCK: &str = "update id_block set next = next + $1 returning next - $1";
/// Gives the unused rest back, unless somebody took a block since.
const GIVE_BACK: &str = "update id_block set next = $1 where next = $1 + ";

impl Writer {
    /// Runs until the store is closed or dropped.
    pub async fn run(mut self) {
        let mut waiting: VecDeque<Waiting> = VecDeque::new();
        let mut closing = None;
        let mut texts = HashMap::new();
        loop {
            if waiting.is_empty() && closing.is_none() {
                match self.next_job().await {
                    Some(Job::Commit(set, owner)) => waiting.push_back((set, owner)),
                    Some(Job::Close(owner)) => closing = Some(owner),
                    None => break,
                }
            }
            self.faults.others_first().await;
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
            self.refill().await;
            let group = take_group(&mut waiting);
            if self.commit_group(group, &mut texts).await == Trouble::Lost {
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

    /// The next job. An idle session on Postgres is kept alive meanwhile, and a lost one is noticed.
    async fn next_job(&mut self) -> Option<Job> {
        loop {
            if matches!(self.conn, Conn::Sqlite { .. }) {
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

    async fn give_back(&mut self) {
        let Some((next, end)) = self.ids.left() else { return };
        let text = sqlx::AssertSqlSafe(format!("{GIVE_BACK}{}", end - next));
        let given = match &mut self.conn {
            Conn::Sqlite { conn, in_step } => {
                in_step::paced(*in_step, sqlx::query(text).bind(next).execute(conn)).await.map(drop)
            }
            Conn::Postgres(conn) => sqlx::query(text).bind(next).execute(conn).await.map(drop),
        };
        if let Err(error) = given {
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
    async fn commit_group(&mut self, group: Vec<Waiting>, texts: &mut HashMap<u16, SqlStr>) -> Trouble {
        let (sets, owners): (Vec<WriteSet>, Vec<_>) = group.into_iter().unzip();
        let mut owners: Vec<Option<oneshot::Sender<Answer>>> = owners.into_iter().map(Some).collect();
        let mut answer = |set: usize, answer: Answer| {
            if let Some(owner) = owners[set].take() {
                // Nobody listens when the owner was dropped; the rows are committed all the same.
                let _ = owner.send(answer);
            }
        };
        let mut work = vec![(0..sets.len()).collect::<Vec<_>>()];
        let mut again = 0;
        while let Some(mut part) = work.pop() {
            let error = match self.attempt(&sets, &part, texts).await {
                Ok(Attempt::Done(told)) => {
                    part.into_iter().zip(told).for_each(|(set, told)| answer(set, Ok(Committed { told })));
                    continue;
                }
                Ok(Attempt::Lost(stale, statement)) => {
                    part.retain(|set| !stale.contains(set));
                    stale.into_iter().for_each(|set| answer(set, Err(CommitError::Stale { statement })));
                    if !part.is_empty() {
                        work.push(part);
                    }
                    continue;
                }
                Ok(Attempt::Failed) => {
                    part.into_iter().for_each(|set| answer(set, Err(CommitError::Unknown)));
                    continue;
                }
                Err(error) => error,
            };
            let mut kind = trouble(&error);
            if kind != Trouble::Lost && self.conn.rollback().await.is_err() {
                kind = Trouble::Lost;
            }
            match kind {
                Trouble::Again if again < COMMIT_TRIES_MAX => {
                    again += 1;
                    work.push(part);
                }
                Trouble::Data if part.len() == 1 => answer(part[0], Err(CommitError::Refused(error.to_string()))),
                Trouble::Data => {
                    let half = part.split_off(part.len() / 2);
                    work.extend([half, part]);
                }
                Trouble::Again | Trouble::Lost => {
                    tracing::error!(error = %error, "A commit was lost");
                    // What stands in `work` was rolled back or never begun, but its owners have waited long
                    // enough to look again themselves.
                    part.into_iter().chain(work.into_iter().flatten()).for_each(|set| {
                        answer(set, Err(CommitError::Unknown));
                    });
                    return Trouble::Lost;
                }
            }
        }
        Trouble::Data
    }

    /// One transaction over the sets of `part`.
    async fn attempt(
        &mut self,
        sets: &[WriteSet],
        part: &[usize],
        texts: &mut HashMap<u16, SqlStr>,
    ) -> sqlx::Result<Attempt> {
        if matches!(self.conn, Conn::Sqlite { .. }) {
            return self.transact(sets, part, texts).await;
        }
        let limit = COMMIT_TIMEOUT.to_std();
        tokio::time::timeout(limit, self.transact(sets, part, texts))
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
    }

    async fn transact(
        &mut self,
        sets: &[WriteSet],
        part: &[usize],
        texts: &mut HashMap<u16, SqlStr>,
    ) -> sqlx::Result<Attempt> {
        let mut told: Vec<Vec<(u16, Told)>> = vec![Vec::new(); part.len()];
        self.conn.begin().await?;
        for (order, mut rows) in by_statement(sets, part) {
            // One order of rows in all processes: else two of them deadlock.
            rows.sort_by(|a, b| a.1.key.cmp(&b.1.key));
            let first = rows[0].1;
            let text = texts.entry(order).or_insert_with(|| self.conn.dialect().text(first.sql.text)).clone();
            let textual = matches!(first.key, Key::Text(_));
            let returned = self.conn.run(text, array(&rows), textual).await?;
            match first.sql.wins {
                Wins::Plain => {}
                Wins::All => {
                    for place in rows.iter().map(|(place, _)| *place).collect::<HashSet<_>>() {
                        told[place].extend(returned.iter().map(|row| (order, row.clone())));
                    }
                }
                Wins::Tell => {
                    let owners = owners_by_key(&rows);
                    for row in returned {
                        for &place in owners.get(&row.key).into_iter().flatten() {
                            told[place].push((order, row.clone()));
                        }
                    }
                }
                Wins::Must => {
                    let losers = losers(&rows, &returned);
                    if !losers.is_empty() {
                        self.conn.rollback().await?;
                        let losers = losers.into_iter().map(|place| part[place]).collect();
                        return Ok(Attempt::Lost(losers, first.sql.name));
                    }
                }
            }
        }
        if self.faults.takes_commit() {
            self.conn.rollback().await?;
            return Ok(Attempt::Failed);
        }
        self.faults.survive(false).await;
        self.conn.commit().await?;
        self.faults.survive(true).await;
        Ok(if self.faults.takes_answer() { Attempt::Failed } else { Attempt::Done(told) })
    }
}

enum Attempt {
    /// Committed; what each set of the part is told.
    Done(Vec<Vec<(u16, Told)>>),
    /// Rolled back: these sets lost at this statement.
    Lost(Vec<usize>, &'static str),
    /// A fault asked for by a test.
    Failed,
}

/// Up to a group's worth of sets, each contact once; the others keep their order.
fn take_group(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let mut group = Vec::new();
    let mut rest = VecDeque::with_capacity(waiting.len());
    let mut contacts = HashSet::new();
    let mut bytes = 0;
    while let Some((set, owner)) = waiting.pop_front() {
        let size: usize = set.rows.iter().map(|entry| entry.json.len()).sum();
        let full = group.len() == GROUP_SETS_MAX || (!group.is_empty() && bytes + size > GROUP_BYTES_MAX);
        if full {
            rest.push_back((set, owner));
            rest.append(waiting);
        } else if set.contact().is_some_and(|contact| !contacts.insert(contact)) {
            rest.push_back((set, owner));
        } else {
            bytes += size;
            group.push((set, owner));
        }
    }
    *waiting = rest;
    group
}

/// The rows of the part by statement, each with the place of its set in the part.
fn by_statement<'s>(sets: &'s [WriteSet], part: &[usize]) -> BTreeMap<u16, Vec<(usize, &'s Entry)>> {
    let mut statements: BTreeMap<u16, Vec<(usize, &Entry)>> = BTreeMap::new();
    for (place, &set) in part.iter().enumerate() {
        for entry in &sets[set].rows {
            statements.entry(entry.sql.order).or_default().push((place, entry));
        }
    }
    statements
}

/// `[a,b,c]` of rows that are JSON already.
fn array(rows: &[(usize, &Entry)]) -> String {
    let mut out = String::with_capacity(rows.iter().map(|(_, entry)| entry.json.len() + 1).sum::<usize>() + 2);
    out.push('[');
    for (_, entry) in rows {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&entry.json);
    }
    out.push(']');
    out
}

fn owners_by_key<'r>(rows: &[(usize, &'r Entry)]) -> HashMap<&'r Key, HashSet<usize>> {
    let mut owners: HashMap<&Key, HashSet<usize>> = HashMap::new();
    for (place, entry) in rows {
        owners.entry(&entry.key).or_default().insert(*place);
    }
    owners
}

/// The places of the sets of which a key did not come back.
fn losers(rows: &[(usize, &Entry)], returned: &[Told]) -> Vec<usize> {
    let won: HashSet<&Key> = returned.iter().map(|row| &row.key).collect();
    let lost = rows.iter().filter(|(_, entry)| !won.contains(&entry.key)).map(|(place, _)| *place);
    lost.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Statement, meta::Meta};

    static SET: Statement<Meta> = Statement::new("t", 1, Wins::Plain, |row| row.key.as_str().into(), "");

    fn sets(contacts: impl IntoIterator<Item = (i64, usize)>) -> VecDeque<Waiting> {
        let sets = contacts.into_iter().map(|(contact, bytes)| {
            let mut set = WriteSet::of(contact);
            set.push(&SET, &Meta { key: String::new(), value: "x".repeat(bytes) });
            (set, oneshot::channel().0)
        });
        sets.collect()
    }

    fn contacts<'s>(sets: impl IntoIterator<Item = &'s Waiting>) -> Vec<i64> {
        sets.into_iter().filter_map(|(set, _)| set.contact()).collect()
    }

    #[test]
    fn a_group_holds_256_sets() {
        let mut waiting = sets((0..300).map(|contact| (contact, 1)));
        assert_eq!(take_group(&mut waiting).len(), GROUP_SETS_MAX);
        assert_eq!(contacts(&waiting), (256..300).collect::<Vec<_>>());
    }

    #[test]
    fn a_group_holds_a_contact_once_and_keeps_the_order_of_the_rest() {
        let mut waiting = sets([(1, 1), (2, 1), (1, 2), (3, 1), (1, 3)]);
        assert_eq!(contacts(&take_group(&mut waiting)), [1, 2, 3]);
        let sizes: Vec<usize> = waiting.iter().map(|(set, _)| set.rows[0].json.len()).collect();
        assert!(sizes[0] < sizes[1], "{sizes:?}");
        assert_eq!(contacts(&take_group(&mut waiting)), [1]);
    }

    #[test]
    fn a_set_larger_than_a_group_goes_alone() {
        let mut waiting = sets([(1, 1), (2, GROUP_BYTES_MAX + 1), (3, 1)]);
        let groups: Vec<Vec<i64>> = (0..3).map(|_| contacts(&take_group(&mut waiting))).collect();
        assert_eq!(groups, [[1], [2], [3]]);
    }
}
