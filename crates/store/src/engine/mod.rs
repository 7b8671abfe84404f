//! Runs statements on SQLite or Postgres: one writer with group commit, and readers beside it.
//!
//! In: write-sets (`statement`). `writer` takes all that are queued, `group` sorts their rows by statement, `conn`
//! runs them in one transaction, `replies` tells each owner. `open` and `migrate` come first; `outage` and `health`
//! handle a database that takes nothing.
//!
//! # Several daemons on Postgres
//!
//! One of them is active: its writer's session holds the locks of all shards (`shard_locks`), and every commit goes
//! through that session. The others wait in `standby` and try the locks five times a second. The table of members
//! (`membership`) tells people and the other members who is there; it decides nothing but this: a daemon that lost its
//! session and gets the locks back was not replaced meanwhile if its row still says *active*. Otherwise it is *deposed*,
//! and its memory must be thrown away (`Store::deposed`).
//!
//! If the active process
//! - *dies*, the server sees the closed connection, ends the session, and a standby has the locks within a fifth of a
//!   second; a transaction that was not committed is rolled back, one that was committed and not answered stands;
//! - *is stopped, or loses the network*, the server ends its session after `WRITER_SESSION_TIMEOUT` without a word of
//!   it. Woken, it finds its `Fence` shut until the server has answered in that session, and no message goes on the wire
//!   before; the server has ended the session, the locks are another's, and the process is deposed. (`http` steps and
//!   events ask the fence when they begin and at each redirect, and not when their bytes are written);
//! - *loses its session alone* (an administrator ended it), it begins another one, and either gets its locks back or is
//!   deposed, whoever is first;
//! - *dies between taking the locks and marking its row*, it has done nothing yet.
//!
//! The fence covers the database. A request that was handed to the kernel is on its way: what stood `sending` at a
//! take-over is *unknown*, as after a crash.

pub(super) mod conn;
pub(super) mod deterministic;
pub(super) mod dialect;
pub(super) mod faults;
pub(super) mod fields;
mod group;
pub(super) mod health;
mod id_blocks;
pub(super) mod ids;
pub(super) mod job;
pub(super) mod membership;
pub(super) mod migrate;
pub(super) mod one_row;
pub(super) mod open;
mod open_postgres;
mod outage;
mod own_file;
pub(super) mod read;
mod replies;
mod scrub;
mod servers;
mod shard_locks;
pub(super) mod standby;
pub(super) mod statement;
pub(super) mod stats;
mod upkeep;
mod wait_for_jobs;
mod writer;
pub(super) mod writer_handle;
