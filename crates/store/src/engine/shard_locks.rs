//! Takes and releases the advisory locks of the shards. The session that commits holds them: a daemon that loses its
//! session loses the locks and the ability to commit in the same moment.

use super::conn::{Conn, Result};
use crate::base::limits::SHARDS;

/// The class of our advisory locks on Postgres; the second half of the key is the shard.
const LOCK_CLASS: i32 = 77;

const FIRST: &str = "select pg_try_advisory_lock($1, 0)";
const REST: &str = "select count(*) from generate_series(1, $2 - 1) as shard where pg_try_advisory_lock($1, shard)";
/// Releases only those that are held: the server warns about each other one.
const RELEASE: &str = "select count(pg_advisory_unlock($1, cast(objid as integer))) from pg_locks
    where locktype = 'advisory' and pid = pg_backend_pid() and classid = cast($1 as oid) and objsubid = 2";

impl Conn {
    /// Takes the locks of all shards, or none of them. False if another session holds one. On SQLite the lock file
    /// already ensures one owner.
    pub async fn take_shards(&mut self) -> Result<bool> {
        let Conn::Postgres(conn) = self else { return Ok(true) };
        // The first lock comes first and alone: of several daemons that try, one gets it and then all others.
        if !sqlx::query_scalar::<_, bool>(FIRST).bind(LOCK_CLASS).fetch_one(&mut *conn).await? {
            return Ok(false);
        }
        let rest: i64 = sqlx::query_scalar(REST).bind(LOCK_CLASS).bind(SHARDS).fetch_one(&mut *conn).await?;
        if rest == i64::from(SHARDS) - 1 {
            return Ok(true);
        }
        sqlx::query(RELEASE).bind(LOCK_CLASS).execute(conn).await?;
        Ok(false)
    }
}
