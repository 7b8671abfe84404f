//! Limits of the database: groups of the writer, locks, pages.

use crate::base::time::Span;

// -- the writer
/// Write-sets in one transaction.
pub const GROUP_SETS_MAX: usize = 256;
/// JSON of the rows in one transaction; a write-set larger than that goes alone.
pub const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Groups whose owners have not been told yet; beyond that the writer waits.
pub const ANSWERS_QUEUE_MAX: usize = 64;
/// Write-sets that wait for the writer; beyond that `commit` waits for room.
pub const COMMIT_QUEUE_MAX: usize = 4096;
/// Times that a transaction broken by a deadlock or lock time-out is tried.
pub const COMMIT_TRIES_MAX: u32 = 5;
/// A transaction that takes longer than this counts as lost (Postgres).
pub const COMMIT_TIMEOUT: Span = Span::seconds(10);
/// How long the server keeps the session, and so the locks, of a daemon that has gone silent (Postgres).
pub const WRITER_SESSION_TIMEOUT: Span = Span::seconds(10);
/// An idle writer shows that it lives (Postgres); a fifth of the session's time-out.
pub const WRITER_PING: Span = Span::seconds(2);
/// A server that does not answer this for so long is away (Postgres).
pub const PING_TIMEOUT: Span = Span::seconds(2);
/// A commit that takes longer makes the daemon not ready; it may succeed still.
pub const COMMIT_SLOW: Span = Span::seconds(2);
/// First and longest pause between two tries to reach a lost database, and how long one try may take.
pub const RECONNECT_PAUSE_MIN: Span = Span::millis(30);
pub const RECONNECT_PAUSE_MAX: Span = Span::seconds(1);
pub const STORE_TRY_TIMEOUT: Span = Span::seconds(2);
/// A write-set that is brought in an outage this young waits for its end; a later one is refused at once.
pub const OUTAGE_PATIENCE: Span = Span::seconds(1);
/// A stop looks so often, and after so many looks at a database that is away it waits no longer.
pub const AWAY_LOOK_EVERY: Span = Span::millis(100);
pub const AWAY_LOOKS: u32 = 10;
/// How often an outage is told while it lasts.
pub const OUTAGE_TOLD_EVERY: Span = Span::minutes(1);
/// How often the locks are tried that a session of our own still held, 20 ms apart (Postgres).
pub const OWN_SESSION_TRIES_MAX: u32 = 50;
/// How often an idle writer looks whether its file is still there (SQLite); a busy one looks before each commit.
pub const OWN_FILE_LOOK_EVERY: Span = Span::seconds(1);
/// Write-sets of a group after which the writer lets others run before the next one.
pub const GIVE_WAY_FROM: usize = 8;
/// How long rows that nobody waits for wait for a group to ride in.
pub const COMPANY_WAIT: Span = Span::millis(10);

// -- opening and closing
/// How long a start waits for a killed daemon's locks on Postgres, and how often it tries SQLite's, 10 ms apart.
pub const OWNER_WAIT: Span = Span::seconds(2);
pub const LOCK_TRIES_MAX: u32 = 30;
/// How long `close` waits for the writer, and for one connection or a database that is away.
pub const STORE_CLOSE_TIMEOUT: Span = Span::seconds(5);
pub const CLOSE_TIMEOUT: Span = Span::seconds(1);
/// Ids taken from the table at a time. Two blocks are in hand, so this many can be drawn between two commits.
pub const ID_BLOCK: i64 = 100_000;
/// Shards of contacts; a daemon holds a lock for each that it owns.
pub const SHARDS: i32 = 256;

// -- reading
/// Connections that only read.
pub const READERS: u32 = 4;
/// Others for whatever walks over much and may wait: plans, forecasts, reports, the sweep.
pub const READERS_ASIDE: u32 = 2;
/// How long a query waits for a connection, and how long it may take (Postgres): for whoever is in a hurry, for whoever
/// may wait, and for all while the database takes no commits.
pub const READER_WAIT: Span = Span::seconds(2);
pub const READ_TIMEOUT: Span = Span::seconds(5);
pub const READ_ASIDE_TIMEOUT: Span = Span::minutes(2);
pub const READ_AWAY_TIMEOUT: Span = Span::seconds(1);
/// The libraries tell of each query that waited so long for a connection: never, one outage would be thousands of lines.
pub const SLOW_READER_TOLD: Span = Span::days(1);
/// Rows of a page, unless the caller asks for fewer.
pub const PAGE_ROWS_MAX: i64 = 1000;
/// Unhandled messages that recovery takes up at a time.
pub const RECOVERY_SLICE: i64 = 64;
/// Keys of `once_per` that a lane reads of its contact, the newest.
pub const ONCE_KEYS_READ: i64 = 10_000;
/// Rows that retention looks at in one query, by a connection of those who may wait.
pub const RETENTION_PAGE_ROWS: i64 = 1000;
/// Rows that it removes in one commit: a few milliseconds of the writer. `forget_small` names the number in its texts.
pub const RETENTION_BATCH: usize = 50;
/// Queries of one pass over a table.
pub const RETENTION_PAGES_MAX: usize = 200;
/// After each batch it rests so many times as long as the batch took, so it has a fifth of the writer at most, …
pub const RETENTION_REST_TIMES: i64 = 4;
/// … and at least so long.
pub const RETENTION_REST_MIN: Span = Span::millis(5);
/// Free pages (4 KiB) of SQLite's file that one step gives back to the disk.
pub const SHRINK_PAGES: i64 = 64;
/// Free pages that stay for the next messages: one of so many of the file, and at least so many.
pub const SHRINK_KEEPS_ONE_OF: i64 = 10;
pub const SHRINK_KEEPS_PAGES: i64 = 2048;

// -- contacts
/// How many contacts in a row that were joined one to the next are followed.
pub const JOINS_FOLLOWED_MAX: usize = 32;

// -- the newest message of a sender
/// Messages of all senders among which it is looked for.
pub const LATEST_READ_MAX: i64 = 10_000;
/// Raw bodies with the name of an erased person that are removed in one commit.
pub const ERASE_BATCH: i64 = 200;
/// Whoever writes this long after a message of a fire has answered it, for its report; the same for who leaves.
pub const REPORT_ANSWER_WITHIN: Span = Span::days(3);
/// Rows of a report: a fire each, and each of its templates and reasons.
pub const REPORT_ROWS_MAX: i64 = 2_000;
/// How far back a report looks unless it is told.
pub const REPORT_SINCE: Span = Span::days(30);
/// Fires, by zone, of a trigger that a report looks at for what is being planned still.
pub const REPORT_FIRES_READ: i64 = 5_000;

/// How long the emptying of SQLite's log waits for readers of an older state, before it is tried again a minute later.
pub const SCRUB_WAIT: Span = Span::seconds(1);
/// A file up to this size is written anew after an erasure, which takes a tenth of a second.
pub const SCRUB_VACUUM_BYTES_MAX: u64 = 32 * 1024 * 1024;
