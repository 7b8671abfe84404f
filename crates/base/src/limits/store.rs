//! Limits of the database: write groups, locks, pages.

use crate::time::Span;

// -- the writer
/// Write-sets in one transaction.
pub const GROUP_SETS_MAX: usize = 256;
/// The size of the rows in one transaction as JSON; a larger write-set gets a transaction of its own.
pub const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Groups whose owners are not answered yet; above that the writer waits.
pub const ANSWERS_QUEUE_MAX: usize = 64;
/// Write-sets that wait for the writer; above that `commit` waits.
pub const COMMIT_QUEUE_MAX: usize = 4096;
/// Attempts of a transaction that a deadlock or lock time-out aborts.
pub const COMMIT_TRIES_MAX: u32 = 5;
/// A transaction that takes longer than this counts as lost (Postgres).
pub const COMMIT_TIMEOUT: Span = Span::seconds(10);
/// How long the server keeps the session, and its locks, of a daemon that sends nothing (Postgres).
pub const WRITER_SESSION_TIMEOUT: Span = Span::seconds(10);
/// The interval at which an idle writer pings the server (Postgres); a fifth of the session time-out.
pub const WRITER_PING: Span = Span::seconds(2);
/// How long a session counts as proven after the server was asked: shorter than the time-out, so that a request still
/// has some seconds on its way.
pub const FENCE_PROOF_MAX: Span = Span::seconds(5);
/// The interval at which a request that is ready for the wire looks whether the session is proven again.
pub const FENCE_LOOK_EVERY: Span = Span::millis(20);
/// The interval at which a standby tries the locks (Postgres).
pub const STANDBY_LOOK_EVERY: Span = Span::millis(200);
/// A server that does not answer a ping within this time counts as unreachable (Postgres).
pub const PING_TIMEOUT: Span = Span::seconds(2);
/// A slower commit makes the daemon not ready; it may still succeed.
pub const COMMIT_SLOW: Span = Span::seconds(2);
/// The first and longest pause between two attempts to reach a lost database, and the time for one attempt.
pub const RECONNECT_PAUSE_MIN: Span = Span::millis(30);
pub const RECONNECT_PAUSE_MAX: Span = Span::seconds(1);
pub const STORE_TRY_TIMEOUT: Span = Span::seconds(2);
/// The time for connecting to one of several servers of a database (Postgres).
pub const SERVER_TRY_TIMEOUT: Span = Span::millis(900);
/// A write-set in an outage younger than this waits for its end; a later one is refused at once.
pub const OUTAGE_PATIENCE: Span = Span::seconds(1);
/// The interval at which a stop checks an unreachable database, and the number of checks before it stops waiting.
pub const AWAY_LOOK_EVERY: Span = Span::millis(100);
pub const AWAY_LOOKS: u32 = 10;
/// The interval at which a lasting outage is logged.
pub const OUTAGE_TOLD_EVERY: Span = Span::minutes(1);
/// After this time an outage is logged even if another one was logged within that interval.
pub const OUTAGE_TOLD_AFTER: Span = Span::seconds(2);
/// Attempts to take locks that our own old session still holds, 20 ms apart (Postgres).
pub const OWN_SESSION_TRIES_MAX: u32 = 50;
/// The interval at which an idle writer checks that its file exists (SQLite); a busy one checks before each commit.
pub const OWN_FILE_LOOK_EVERY: Span = Span::seconds(1);
/// Write-sets of a group after which the writer yields before the next one.
pub const GIVE_WAY_FROM: usize = 8;
/// How long rows without a waiting owner wait for other rows to share a commit.
pub const COMPANY_WAIT: Span = Span::millis(10);

// -- opening and closing
/// How long a start waits for a killed daemon's locks on Postgres, and the attempts to take SQLite's lock, 10 ms
/// apart.
pub const OWNER_WAIT: Span = Span::seconds(2);
pub const LOCK_TRIES_MAX: u32 = 30;
/// How long `close` waits for the writer, and for one connection or an unreachable database.
pub const STORE_CLOSE_TIMEOUT: Span = Span::seconds(5);
pub const CLOSE_TIMEOUT: Span = Span::seconds(1);
/// Ids in one block. Two blocks are in memory, so this many ids can be drawn between two commits.
pub const ID_BLOCK: i64 = 100_000;
/// Shards of contacts; a daemon holds one lock for each shard that it owns.
pub const SHARDS: i32 = 256;

// -- reading
/// Connections for urgent reads.
pub const READERS: u32 = 4;
/// Connections for slow reads: plans, forecasts, reports, the sweep.
pub const READERS_ASIDE: u32 = 2;
/// How long a query waits for a connection, and how long it may run (Postgres): for urgent reads, for slow reads, and
/// for all while the database takes no commits.
pub const READER_WAIT: Span = Span::seconds(2);
pub const READ_TIMEOUT: Span = Span::seconds(5);
pub const READ_ASIDE_TIMEOUT: Span = Span::minutes(2);
pub const READ_AWAY_TIMEOUT: Span = Span::seconds(1);
/// The wait for a connection from which sqlx logs each query: never, because one outage would cause thousands of
/// lines.
pub const SLOW_READER_TOLD: Span = Span::days(1);
/// Rows of a page, unless the caller asks for fewer.
pub const PAGE_ROWS_MAX: i64 = 1000;
/// Unhandled messages that recovery reads at once.
pub const RECOVERY_SLICE: i64 = 64;
/// Keys of `once_per` that a lane reads for its contact, newest first.
pub const ONCE_KEYS_READ: i64 = 10_000;
/// Rows that retention scans in one query, by a connection for slow reads.
pub const RETENTION_PAGE_ROWS: i64 = 1000;
/// Rows that retention deletes in one commit, which takes a few milliseconds. The texts of `forget_small` contain the
/// same number.
pub const RETENTION_BATCH: usize = 50;
/// Queries in one retention pass over a table.
pub const RETENTION_PAGES_MAX: usize = 200;
/// The pause after each batch as a multiple of the batch's duration, so that retention gets at most a fifth of the
/// writer.
pub const RETENTION_REST_TIMES: i64 = 4;
/// The shortest such pause.
pub const RETENTION_REST_MIN: Span = Span::millis(5);
/// Free pages (4 KiB) of SQLite's file that one step returns to the disk.
pub const SHRINK_PAGES: i64 = 64;
/// Free pages that stay in the file for the next messages: one of this many of its pages, and at least this number.
pub const SHRINK_KEEPS_ONE_OF: i64 = 10;
pub const SHRINK_KEEPS_PAGES: i64 = 2048;

// -- contacts
/// The number of joins that are followed from one contact to the next.
pub const JOINS_FOLLOWED_MAX: usize = 32;

// -- the newest message of a sender
/// Messages of all senders among which a sender's newest is searched.
pub const LATEST_READ_MAX: i64 = 10_000;
/// Raw bodies with an erased person's name that are deleted in one commit.
pub const ERASE_BATCH: i64 = 200;
/// A contact who writes within this time after a fire's message counts as having answered it in the report; the same
/// for opt-outs.
pub const REPORT_ANSWER_WITHIN: Span = Span::days(3);
/// Rows of a report: one for each fire, template and reason.
pub const REPORT_ROWS_MAX: i64 = 2_000;
/// The default period of a report.
pub const REPORT_SINCE: Span = Span::days(30);
/// Fires of a trigger, by zone, that a report reads to find starts that are still planned.
pub const REPORT_FIRES_READ: i64 = 5_000;

/// How long truncating SQLite's log waits for readers of an older state; otherwise it is tried again a minute later.
pub const SCRUB_WAIT: Span = Span::seconds(1);
/// A file up to this size is rewritten after an erasure, which takes a tenth of a second.
pub const SCRUB_VACUUM_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Sessions that are begun to open a Postgres database, if the server ends them meanwhile.
pub const OPEN_TRIES_MAX: u32 = 5;

// -- secrets at rest
/// The length of a key of `secrets_key`, for AES-256.
pub const SECRETS_KEY_BYTES: usize = 32;
/// The size of the file of a key: one line of text.
pub const SECRETS_KEY_FILE_BYTES_MAX: usize = 1024;
/// The keys of `secrets_key`: the one that encrypts, and those of earlier rotations.
pub const SECRETS_KEYS_MAX: usize = 8;
