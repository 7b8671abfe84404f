//! Durable state on SQLite or Postgres: one writer with group commit, readers beside it, a file per table.
//!
//! Writes go through `Store::commit` as a `WriteSet` of rows for `Statement`s; reads go through the query functions of
//! the table files. The same SQL text runs on both databases.

// The layers below, under the names that they have in all crates.
use transom_base as base;
use transom_model as model;

mod backup;
pub mod encryption;
mod engine;
mod open_error;
mod own_mark;
pub mod queries;
pub mod tables;

use crate::base::{
    fence::Fence,
    limits::{AWAY_LOOK_EVERY, AWAY_LOOKS, CLOSE_TIMEOUT, STORE_CLOSE_TIMEOUT},
    time::Span,
};
use encryption::Keyring;
pub use engine::{
    dialect::Dialect,
    faults::{HeldCommit, InjectedFaults},
    fields::Fields,
    membership::NewMember,
    one_row::OneRow,
    open::Options,
    read::{Arg, Query, ReadError, Row},
    standby::{Joined, Outdated, Standby, StandbyView},
    statement::{CommitError, Committed, Key, ReturnedRow, RowContract, Sql, Statement, WriteSet},
    stats::GroupStats,
};
use engine::{
    health::StoreHealth,
    ids::Ids,
    job::{Job, Owner},
    read::Readers,
    stats::WriteStats,
    writer_handle::Running,
};
pub use open_error::OpenError;
use sqlx::Connection as _;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};
use tokio::sync::{mpsc, oneshot};

/// Every statement and every query of the tables: the conformance suite runs them all on both databases.
pub fn statements() -> impl Iterator<Item = &'static Sql> {
    TABLES.iter().flat_map(|(statements, _)| statements.iter().copied())
}

pub fn queries() -> impl Iterator<Item = &'static Query> {
    TABLES.iter().flat_map(|(_, queries)| queries.iter().copied())
}

type Table = (&'static [&'static Sql], &'static [&'static Query]);
static TABLES: &[Table] = &[
    (tables::alias::STATEMENTS, tables::alias::QUERIES),
    (tables::api_key::STATEMENTS, tables::api_key::QUERIES),
    (tables::audience::STATEMENTS, tables::audience::QUERIES),
    (tables::audit::STATEMENTS, tables::audit::QUERIES),
    (tables::broadcast::STATEMENTS, tables::broadcast::QUERIES),
    (tables::charge::STATEMENTS, tables::charge::QUERIES),
    (tables::chatwoot_message::STATEMENTS, tables::chatwoot_message::QUERIES),
    (tables::chatwoot_message::part::STATEMENTS, tables::chatwoot_message::part::QUERIES),
    (tables::chatwoot_talk::STATEMENTS, tables::chatwoot_talk::QUERIES),
    (tables::contact::STATEMENTS, tables::contact::QUERIES),
    (tables::conversation::STATEMENTS, tables::conversation::QUERIES),
    (tables::dead_letter::STATEMENTS, tables::dead_letter::QUERIES),
    (tables::delivery::STATEMENTS, tables::delivery::QUERIES),
    (tables::early_status::STATEMENTS, tables::early_status::QUERIES),
    (queries::erasure::STATEMENTS, queries::erasure::QUERIES),
    (queries::inbox::STATEMENTS, queries::inbox::QUERIES),
    (queries::search::STATEMENTS, queries::search::QUERIES),
    (tables::event::STATEMENTS, tables::event::QUERIES),
    (tables::flow_state::STATEMENTS, tables::flow_state::QUERIES),
    (tables::idempotency::STATEMENTS, tables::idempotency::QUERIES),
    (tables::inbound::STATEMENTS, tables::inbound::QUERIES),
    (tables::ledger::STATEMENTS, tables::ledger::QUERIES),
    (tables::member::STATEMENTS, tables::member::QUERIES),
    (tables::meta::STATEMENTS, tables::meta::QUERIES),
    (&[], engine::migrate::QUERIES),
    (tables::model_call::STATEMENTS, tables::model_call::QUERIES),
    (tables::model_question::STATEMENTS, tables::model_question::QUERIES),
    (tables::note::STATEMENTS, tables::note::QUERIES),
    (tables::once::STATEMENTS, tables::once::QUERIES),
    (tables::outbound::STATEMENTS, tables::outbound::QUERIES),
    (queries::outcome::STATEMENTS, queries::outcome::QUERIES),
    (tables::person::STATEMENTS, tables::person::QUERIES),
    (tables::person_session::STATEMENTS, tables::person_session::QUERIES),
    (queries::redaction::STATEMENTS, queries::redaction::QUERIES),
    (queries::report::STATEMENTS, queries::report::QUERIES),
    (queries::timeline::STATEMENTS, queries::timeline::QUERIES),
    (tables::run::STATEMENTS, tables::run::QUERIES),
    (tables::schedule::STATEMENTS, tables::schedule::QUERIES),
    (tables::sender_pause::STATEMENTS, tables::sender_pause::QUERIES),
    (tables::session::STATEMENTS, tables::session::QUERIES),
    (tables::start::STATEMENTS, tables::start::QUERIES),
    (tables::subscription::STATEMENTS, tables::subscription::QUERIES),
    (tables::support_case::suggestion::STATEMENTS, tables::support_case::suggestion::QUERIES),
    (tables::support_case::shadow::STATEMENTS, tables::support_case::shadow::QUERIES),
    (tables::support_case::STATEMENTS, tables::support_case::QUERIES),
    (tables::template::STATEMENTS, tables::template::QUERIES),
    (tables::tester_session::STATEMENTS, tables::tester_session::QUERIES),
    (tables::trace::STATEMENTS, tables::trace::QUERIES),
    (tables::upload::STATEMENTS, tables::upload::QUERIES),
    (tables::version::STATEMENTS, tables::version::QUERIES),
    (tables::webhook::STATEMENTS, tables::webhook::QUERIES),
];

/// The database. Clones share one connection; when the last clone is dropped, the writer commits its queue and ends.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
    /// True for a handle that reads through the second pool of connections, for slow queries.
    is_aside: bool,
    /// Encrypts and decrypts secrets in rows.
    keyring: Keyring,
}

#[derive(Debug)]
struct Inner {
    dialect: Dialect,
    readers: Readers,
    readers_aside: Readers,
    /// `None`: opened for reading only.
    jobs: Option<mpsc::Sender<Job>>,
    ids: Arc<Ids>,
    health: Arc<StoreHealth>,
    member: Option<i64>,
    fence: Arc<Fence>,
    /// The event kinds with subscribers, as bits of `tables::event::Wanted`.
    wanted: AtomicU32,
    /// True if any account has prepaid balance: the money of unsent messages is returned in the same commit.
    is_charged: AtomicBool,
    done: Arc<WriteStats>,
    writer: Mutex<Option<Running>>,
}

/// A write-set that is queued for its commit.
#[derive(Debug)]
pub struct Submitted(oneshot::Receiver<Result<Committed, CommitError>>);

impl Submitted {
    pub async fn done(self) -> Result<Committed, CommitError> {
        // A writer that ends without an answer was killed in the middle.
        self.0.await.unwrap_or(Err(CommitError::Unknown))
    }
}

impl Store {
    /// A handle for slow queries: it reads through connections of its own, so that no message waits behind them.
    pub fn aside(&self) -> Store {
        Store { inner: Arc::clone(&self.inner), is_aside: true, keyring: self.keyring.clone() }
    }

    /// This handle with keys for secrets in rows; its clones have them, too.
    pub fn with_keyring(self, keyring: Keyring) -> Store {
        Store { keyring, ..self }
    }

    pub fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    /// A new unique id for a row: unique over all tables and daemons, below 2^53.
    pub fn next_id(&self) -> i64 {
        self.inner.ids.next()
    }

    /// False while the database takes no commits (Postgres unreachable, disk full): new write-sets are refused at
    /// once.
    pub fn is_connected(&self) -> bool {
        self.inner.health.is_connected()
    }

    /// True if the database takes no commits, or took none at some time within the last `span`.
    pub fn was_lost_within(&self, span: Span) -> bool {
        self.inner.health.was_lost_within(span)
    }

    /// The reason why the database takes no commits or does not answer one; `None` if it works.
    pub fn trouble(&self) -> Option<String> {
        self.inner.health.trouble()
    }

    /// The number of queries since the start that the database did not answer: it was unreachable or too slow. Reads may
    /// fail before a commit does, which alone tells `trouble`.
    pub fn lost_reads(&self) -> u64 {
        self.inner.health.lost_reads()
    }

    /// Waits until the database has been in trouble for `AWAY_LOOKS` consecutive checks.
    pub async fn stays_away(&self) {
        let mut looks = 0;
        while looks < AWAY_LOOKS {
            tokio::time::sleep(AWAY_LOOK_EVERY.to_std()).await;
            looks = if self.trouble().is_some() { looks + 1 } else { 0 };
        }
    }

    /// Waits until another daemon has taken this database over (Postgres). What this process has in memory is out of
    /// date then, it commits nothing more, and its fence is closed.
    pub async fn deposed(&self) {
        self.inner.health.deposed().await;
    }

    /// Whether this process may act for its database now.
    pub fn fence(&self) -> Arc<Fence> {
        Arc::clone(&self.inner.fence)
    }

    /// This process among the members of a Postgres database.
    pub fn member(&self) -> Option<i64> {
        self.inner.member
    }

    /// Waits until the file of the database is deleted or replaced; gives the sentence for the operator.
    pub async fn gone(&self) -> String {
        self.inner.health.gone().await
    }

    /// From now on exactly these kinds are written to the event log.
    pub fn set_wanted(&self, wanted: tables::event::WantedKinds) {
        self.inner.wanted.store(wanted.bits(), Ordering::Relaxed);
    }

    pub fn wanted(&self) -> tables::event::WantedKinds {
        tables::event::WantedKinds::from_bits(self.inner.wanted.load(Ordering::Relaxed))
    }

    /// From now on the reserved money of unsent messages is returned.
    pub fn set_charged(&self, charged: bool) {
        self.inner.is_charged.store(charged, Ordering::Relaxed);
    }

    /// The writer's counters since the start.
    pub fn written(&self) -> GroupStats {
        self.inner.done.read()
    }

    /// The number of write-sets that wait for the writer.
    pub fn waiting(&self) -> usize {
        self.inner.jobs.as_ref().map_or(0, |jobs| jobs.max_capacity() - jobs.capacity())
    }

    /// Writes the rows of a set, all or none, durably. Waits for the group in which it is committed.
    pub async fn commit(&self, set: WriteSet) -> Result<Committed, CommitError> {
        if set.is_empty() {
            return Ok(Committed::default());
        }
        self.submit(set).await?.done().await
    }

    /// Queues the rows for the writer and returns; `Submitted::done` waits for their commit. The write-sets of one
    /// contact are committed in the order of these calls.
    pub async fn submit(&self, set: WriteSet) -> Result<Submitted, CommitError> {
        let (owner, answer) = oneshot::channel();
        self.put(set, Owner::Waits(owner)).await?;
        Ok(Submitted(answer))
    }

    /// As `submit`, with a callback instead of a waiting task, for callers to whom a task is too expensive. Other
    /// owners wait while it runs. It is dropped without a call if the writer is killed or does not take the set.
    pub async fn submit_then(
        &self,
        set: WriteSet,
        tell: impl FnOnce(Result<Committed, CommitError>) + Send + 'static,
    ) -> Result<(), CommitError> {
        self.put(set, Owner::Called(Box::new(tell))).await
    }

    async fn put(&self, mut set: WriteSet, owner: Owner) -> Result<(), CommitError> {
        tables::event::add_events(&mut set, self.wanted());
        if self.inner.is_charged.load(Ordering::Relaxed) {
            tables::charge::add_charges(&mut set);
        }
        self.jobs()?.send(Job::Commit(set, owner)).await.map_err(|_| CommitError::Closed)
    }

    fn jobs(&self) -> Result<&mpsc::Sender<Job>, CommitError> {
        self.inner.jobs.as_ref().ok_or(CommitError::Closed)
    }

    /// Commits the queue, then closes the database. Later commits get `Closed`.
    pub async fn close(&self) {
        if let Some(jobs) = &self.inner.jobs {
            let (owner, closed) = oneshot::channel();
            let close = async {
                // The writer closes last: the last connection checkpoints SQLite's log into the file, and operators
                // may copy that file alone.
                self.close_readers().await;
                if jobs.send(Job::Close(owner)).await.is_ok() {
                    let _ = closed.await;
                }
            };
            // Do not wait long for a database that is unreachable.
            let limit = if self.is_connected() { STORE_CLOSE_TIMEOUT } else { CLOSE_TIMEOUT };
            if tokio::time::timeout(limit.to_std(), close).await.is_err() {
                tracing::error!("The database was not closed in time; the next start takes up what was not committed");
            }
        }
        self.abandon().await;
    }

    /// Ends at once, like a kill: queued sets are not written, and their owners get `Unknown`.
    pub async fn abandon(&self) {
        let writer = self.inner.writer.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = tokio::time::timeout(CLOSE_TIMEOUT.to_std(), writer.end()).await;
        }
        let _ = tokio::time::timeout(CLOSE_TIMEOUT.to_std(), self.close_readers()).await;
    }

    async fn close_readers(&self) {
        for readers in [&self.inner.readers_aside, &self.inner.readers] {
            match readers {
                Readers::Sqlite(pool) => pool.close().await,
                Readers::InStep(conn) => {
                    let conn = conn.conn.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
                    if let Some(Err(error)) = conn.map(|conn| engine::deterministic::to_the_end(conn.close())) {
                        tracing::warn!(error = %error, "The reader's connection did not close cleanly");
                    }
                }
                Readers::Postgres(pool) => pool.close().await,
            }
        }
    }

    fn readers(&self) -> &Readers {
        if self.is_aside { &self.inner.readers_aside } else { &self.inner.readers }
    }
}
