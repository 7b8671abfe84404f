//! Opens a database: creates the folder, locks out a second daemon, migrates, and starts the writer and the readers.

use super::{
    conn::{Conn, DatabaseAddress},
    deterministic,
    dialect::Dialect,
    faults::InjectedFaults,
    health::StoreHealth,
    ids::Ids,
    membership::NewMember,
    migrate, open_postgres,
    own_file::{self, OwnFile},
    read::{InStep, Readers},
    servers::Servers,
    standby::Joined,
    stats::WriteStats,
    writer::Writer,
    writer_handle::Running,
};
use crate::{
    Inner, Store,
    base::{
        fence::Fence,
        limits::{COMMIT_QUEUE_MAX, COMPANY_WAIT, LOCK_TRIES_MAX, READERS, READERS_ASIDE, SLOW_READER_TOLD},
    },
    encryption::Keyring,
    open_error::OpenError,
};
use sqlx::{
    ConnectOptions as _, Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::sync::mpsc;

#[derive(Debug, Clone)]
pub struct Options {
    /// Survive a power failure (`synchronous=full`). Off only where nothing is kept: tests, the sandbox.
    pub durable: bool,
    /// Injected failures of commits, for tests.
    pub faults: Arc<InjectedFaults>,
}

impl Default for Options {
    fn default() -> Self {
        Options { durable: true, faults: Arc::default() }
    }
}

impl Store {
    /// Opens `sqlite://path` or `postgres://…` as its only daemon, and migrates it. Refused while a daemon is active.
    pub async fn open(url: &str, options: Options) -> Result<Store, OpenError> {
        match address(url)? {
            Address::Sqlite(file) => open_sqlite(&file, options).await,
            Address::Postgres(servers) => open_postgres::alone(servers, options).await,
        }
    }

    /// Opens a database as one of its daemons: on Postgres, while another one is active, as a standby.
    pub async fn join(url: &str, options: Options, who: NewMember) -> Result<Joined, OpenError> {
        match address(url)? {
            Address::Sqlite(file) => open_sqlite(&file, options).await.map(Joined::Active),
            Address::Postgres(servers) => open_postgres::join(servers, options, who).await,
        }
    }

    /// Opens for queries only, with or without a running daemon. Commits get `Closed`.
    pub async fn open_read_only(url: &str) -> Result<Store, OpenError> {
        let (dialect, readers) = match address(url)? {
            Address::Sqlite(file) if !file.exists() => return Err(OpenError::Missing(file)),
            Address::Sqlite(file) => (Dialect::Sqlite, sqlite_readers(&file)),
            Address::Postgres(servers) => {
                servers.find().await;
                (Dialect::Postgres, postgres_readers(&servers))
            }
        };
        let store = store(dialect, readers, Arc::new(Ids::new()), Arc::default(), Arc::default(), Writing::none());
        match migrate::compare(&store).await {
            Ok(()) => Ok(store),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }

    /// Rewrites SQLite's file without free pages; needs the same amount of free disk space while it works. No daemon
    /// may use the database.
    pub async fn compact(url: &str) -> Result<(), OpenError> {
        let Address::Sqlite(file) = address(url)? else {
            return Err(OpenError::Address(
                "`--compact` is for SQLite's file; Postgres gives room back by `vacuum full`".to_owned(),
            ));
        };
        let _lock = lock(&file)?;
        let failed = |error| OpenError::Database { doing: "compacting the database", error };
        let mut conn = DatabaseAddress::sqlite(&file, true).connect().await.map_err(failed)?;
        conn.compact().map_err(failed)?;
        conn.close().await.map_err(failed)
    }
}

enum Address {
    Sqlite(PathBuf),
    Postgres(Arc<Servers>),
}

fn address(url: &str) -> Result<Address, OpenError> {
    if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
        if path.is_empty() || path.starts_with(":memory:") {
            return Err(OpenError::Address(format!(
                "database `{url}` names no file; write `sqlite://data/transom.db`"
            )));
        }
        return Ok(Address::Sqlite(PathBuf::from(path)));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Address::Postgres(Arc::new(Servers::of_url(url)?)));
    }
    let scheme = url.split(':').next().unwrap_or_default();
    Err(OpenError::Address(format!(
        "database `{scheme}:…` is of no kind that Transom knows; write `sqlite://PATH` or `postgres://USER@HOST/NAME`"
    )))
}

async fn open_sqlite(file: &Path, options: Options) -> Result<Store, OpenError> {
    let unusable = |error: std::io::Error| OpenError::Files { path: file.to_owned(), error };
    if file.is_dir() {
        return Err(unusable(std::io::ErrorKind::IsADirectory.into()));
    }
    let mut lock = lock(file)?;
    own_file::is_there_still(&mut lock, file)?;
    private(file).map_err(unusable)?;
    let place = DatabaseAddress::sqlite(file, options.durable);
    let mut conn = place.connect().await.map_err(|error| own_file::cannot_connect(file, error))?;
    migrate::run(&mut conn).await?;
    own_file::is_made(&mut lock);
    let readers = match options.faults.is_in_step() {
        false => sqlite_readers(file),
        true => reader_in_step(file, &options.faults)
            .map_err(|error| OpenError::Database { doing: "opening the database for reading", error: error.into() })?,
    };
    let own_file = match options.faults.is_in_step() {
        false => Some(OwnFile::new(file, &conn).map_err(unusable)?),
        true => None,
    };
    start(place, conn, readers, options, Guarded::File(lock, own_file)).await
}

/// Creates the folder and takes the lock that keeps a second daemon out. The lock file is never removed: otherwise two
/// processes could lock two files of one name. A process that this one has just forked shares its locks until its
/// `exec`, so a held lock is retried for a moment.
fn lock(file: &Path) -> Result<File, OpenError> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| OpenError::Files { path: folder.to_owned(), error })?;
    }
    let mut path = file.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let lock = private(&path).map_err(|error| OpenError::Files { path: path.clone(), error })?;
    for _ in 0..LOCK_TRIES_MAX {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            Err(TryLockError::Error(error)) => return Err(OpenError::Files { path, error }),
        }
    }
    let instead = "use another database: SQLite has one daemon at a time, and on Postgres a second one stands by";
    Err(OpenError::Held { what: format!("`{}`", file.display()), instead })
}

/// Opens a file; a new one is readable by its owner only, because it holds people's messages. SQLite gives its log the
/// same rights.
pub(crate) fn private(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The readers for urgent queries, and those for slow ones.
pub(super) type Pair = (Readers, Readers);

fn sqlite_readers(file: &Path) -> Pair {
    // Connections are opened when first needed: a start waits for the writer only.
    let some = |count| {
        let pool = SqlitePoolOptions::new().max_connections(count).test_before_acquire(false);
        let pool = pool.acquire_slow_threshold(SLOW_READER_TOLD.to_std());
        Readers::Sqlite(pool.connect_lazy_with(for_reading(file)))
    };
    (some(READERS), some(READERS_ASIDE))
}

fn reader_in_step(file: &Path, faults: &Arc<InjectedFaults>) -> sqlx::Result<Pair> {
    let conn = deterministic::to_the_end(SqliteConnection::connect_with(&for_reading(file)))?;
    let reader = Arc::new(InStep { conn: Mutex::new(Some(conn)), faults: Arc::clone(faults) });
    Ok((Readers::InStep(Arc::clone(&reader)), Readers::InStep(reader)))
}

fn for_reading(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(64)
        .disable_statement_logging()
        .pragma("temp_store", "memory")
}

pub(super) fn postgres_readers(servers: &Servers) -> Pair {
    let [some, aside] = servers.readers([READERS, READERS_ASIDE]);
    (Readers::Postgres(some), Readers::Postgres(aside))
}

/// How this process is the only one that writes.
pub(super) enum Guarded {
    /// By the lock on SQLite's file.
    File(File, Option<OwnFile>),
    /// By the locks of its session, as this member, which was asked for at that time.
    Session { member: Option<i64>, fence: Arc<Fence> },
}

pub(super) async fn start(
    place: DatabaseAddress,
    mut conn: Conn,
    readers: Pair,
    options: Options,
    guarded: Guarded,
) -> Result<Store, OpenError> {
    let dialect = conn.dialect();
    let (sender, jobs) = mpsc::channel(COMMIT_QUEUE_MAX);
    let (ids, health) = (Arc::new(Ids::new()), Arc::new(StoreHealth::of(&options.faults)));
    let failed = |doing| move |error| OpenError::Database { doing, error };
    let session = conn.session_id().await.map_err(failed("asking for the session"))?;
    let done = Arc::<WriteStats>::default();
    let (lock, own_file, member, fence) = match guarded {
        Guarded::File(lock, own_file) => (Some(lock), own_file, None, Arc::new(Fence::open())),
        Guarded::Session { member, fence } => (None, None, member, fence),
    };
    let mut writer = Writer {
        conn,
        place,
        jobs,
        ids: ids.clone(),
        faults: options.faults,
        health: health.clone(),
        session,
        member,
        fence: fence.clone(),
        own_file,
        committing: false,
        done: done.clone(),
        // Where a commit costs nothing it need not be shared by patient sets.
        patience: if options.durable { COMPANY_WAIT.to_std() } else { Duration::ZERO },
        _lock: lock,
    };
    let asked = writer.fence.asks();
    // Must run before the first id is drawn.
    writer.refill().await.map_err(failed("taking numbers for rows"))?;
    writer.fence.is_proven(asked);
    let writer = writer.start().map_err(|error| OpenError::Thread { error })?;
    let writing = Writing { jobs: Some(sender), writer: Some(writer), member, fence };
    Ok(store(dialect, readers, ids, health, done, writing))
}

/// The writing half of a store.
struct Writing {
    jobs: Option<mpsc::Sender<super::job::Job>>,
    writer: Option<Running>,
    member: Option<i64>,
    fence: Arc<Fence>,
}

impl Writing {
    /// For a database that is opened for reading only.
    fn none() -> Writing {
        Writing { jobs: None, writer: None, member: None, fence: Arc::new(Fence::open()) }
    }
}

fn store(
    dialect: Dialect,
    (readers, readers_aside): Pair,
    ids: Arc<Ids>,
    health: Arc<StoreHealth>,
    done: Arc<WriteStats>,
    Writing { jobs, writer, member, fence }: Writing,
) -> Store {
    Store {
        inner: Arc::new(Inner {
            dialect,
            readers,
            readers_aside,
            jobs,
            ids,
            health,
            done,
            member,
            fence,
            wanted: 0.into(),
            is_charged: false.into(),
            writer: Mutex::new(writer),
        }),
        is_aside: false,
        keyring: Keyring::default(),
    }
}
