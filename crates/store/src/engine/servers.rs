//! Connects to the one of several Postgres servers that takes writes, and directs the readers to the same one.
//!
//! After a failover the promoted replica is found by asking each server in turn; a former primary that comes back as
//! a replica is passed over.

use super::{
    conn::{Conn, Result, postgres_session},
    dialect::DbError,
};
use crate::{
    base::{
        clock::Stopwatch,
        limits::{OPEN_TRIES_MAX, READER_WAIT, SERVER_TRY_TIMEOUT, SLOW_READER_TOLD, WRITER_SESSION_TIMEOUT},
    },
    open_error::OpenError,
};
use sqlx::{
    ConnectOptions as _, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::sync::{
    Arc, Mutex, OnceLock, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

/// The servers of one database, as `database:` lists them.
#[derive(Debug)]
pub(crate) struct Servers {
    all: Vec<PgConnectOptions>,
    /// The index of the server that took writes last.
    current: AtomicUsize,
    /// The index of the server that is asked first next time. A try may be given up while a server keeps silent: the
    /// next one begins behind it, so that each is reached.
    first: AtomicUsize,
    /// The readers' pools.
    pools: OnceLock<Vec<PgPool>>,
    /// When `current` changed last: older connections of readers lead to the former server.
    moved: Arc<Mutex<Option<Stopwatch>>>,
}

/// Tells whether a session can hold locks and write: whether it is no pooler's, and no replica's.
const STANDING: &str = "
    select (select setting from pg_settings where name = 'idle_session_timeout') as timeout, pg_is_in_recovery()";

impl Servers {
    /// Reads `postgres://USER@HOST:PORT,HOST:PORT/NAME`. The address may hold a password, so no error repeats it.
    pub fn of_url(url: &str) -> std::result::Result<Servers, OpenError> {
        let wrong = |error: String| OpenError::Address(format!("the database's address: {error}"));
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it has no `://`".to_owned()))?;
        let (place, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let (user, hosts) = match place.rsplit_once('@') {
            Some((user, hosts)) => (format!("{user}@"), hosts),
            None => (String::new(), place),
        };
        let several = hosts.contains(',');
        let options = hosts.split(',').map(|host| {
            if host.is_empty() && several {
                return Err(wrong("one of its hosts is empty".to_owned()));
            }
            let one = format!("{scheme}://{user}{host}{path}");
            one.parse::<PgConnectOptions>().map_err(|error| wrong(error.to_string()))
        });
        let all = options.collect::<std::result::Result<Vec<_>, _>>()?;
        Ok(Servers { all, current: 0.into(), first: 0.into(), pools: OnceLock::new(), moved: Arc::default() })
    }

    /// The addresses without user and password.
    pub fn shown(&self) -> String {
        let host = |server: &PgConnectOptions| match server.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => format!("{}:{}", server.get_host(), server.get_port()),
        };
        let hosts = self.all.iter().map(host).collect::<Vec<_>>().join(" or ");
        match self.all.first().and_then(PgConnectOptions::get_database) {
            Some(database) => format!("Postgres at {hosts}, database `{database}`"),
            None => format!("Postgres at {hosts}"),
        }
    }

    /// Finds the one of several servers that takes writes, for readers without a writer. Without it they ask the first.
    pub async fn find(&self) {
        if self.all.len() > 1
            && let Ok(conn) = self.connect().await
        {
            let _ = conn.close().await;
        }
    }

    /// A writer's session at the server that takes writes; each server is asked once.
    pub async fn connect(&self) -> Result<Conn> {
        let (from, count) = (self.first.load(Ordering::SeqCst), self.all.len());
        let mut failed = None;
        for index in (from..from + count).map(|index| index % count) {
            self.first.store((index + 1) % count, Ordering::SeqCst);
            // Of several servers one that does not answer must not keep the others from being asked.
            let opened = match count {
                1 => self.open(index).await,
                _ => tokio::time::timeout(SERVER_TRY_TIMEOUT.to_std(), self.open(index))
                    .await
                    .unwrap_or_else(|_| Err(DbError::timed_out())),
            };
            match opened {
                Ok(conn) => {
                    self.moves_to(index);
                    return Ok(Conn::Postgres(conn));
                }
                // A replica says less than a server that does not answer.
                Err(DbError::Replica) if failed.is_some() => {}
                Err(error) => failed = Some(error),
            }
        }
        Err(failed.unwrap_or(DbError::Replica))
    }

    async fn open(&self, index: usize) -> Result<PgConnection> {
        let mut tries = 1;
        let (conn, (timeout, is_replica)) = loop {
            match self.begin(index).await {
                Ok(begun) => break begun,
                // The server is there, and has ended the session that it had just begun.
                Err(error) if error.is_end_of_session() && tries < OPEN_TRIES_MAX => tries += 1,
                Err(error) => return Err(error),
            }
        };
        // Without this time-out the locks of a daemon that is stopped would stay for ever.
        if timeout.as_deref() != Some(WRITER_SESSION_TIMEOUT.0.to_string().as_str()) {
            return Err(DbError::Pooled);
        }
        if is_replica { Err(DbError::Replica) } else { Ok(conn) }
    }

    /// A session, with its time-out, and whether the server is a replica.
    async fn begin(&self, index: usize) -> Result<(PgConnection, (Option<String>, bool))> {
        let mut conn = postgres_session(self.all[index].clone()).connect().await.map_err(|error| {
            // A pooler gives this answer to session settings.
            match error.to_string().contains("unsupported startup parameter") {
                true => DbError::Pooled,
                false => error.into(),
            }
        })?;
        let standing = sqlx::query_as(STANDING).fetch_one(&mut conn).await?;
        Ok((conn, standing))
    }

    fn moves_to(&self, index: usize) {
        self.first.store(index, Ordering::SeqCst);
        if self.current.swap(index, Ordering::SeqCst) == index {
            return;
        }
        *self.moved.lock().unwrap_or_else(PoisonError::into_inner) = Some(Stopwatch::start());
        for pool in self.pools.get().into_iter().flatten() {
            pool.set_connect_options(for_reading(&self.all[index]));
        }
    }

    /// The readers' pools, of these sizes. They follow the writer to another server.
    pub fn readers<const N: usize>(&self, sizes: [u32; N]) -> [PgPool; N] {
        let options = for_reading(&self.all[self.current.load(Ordering::SeqCst)]);
        let pools = sizes.map(|count| {
            let moved = Arc::clone(&self.moved);
            PgPoolOptions::new()
                .max_connections(count)
                .acquire_timeout(READER_WAIT.to_std())
                .acquire_slow_threshold(SLOW_READER_TOLD.to_std())
                .before_acquire(move |_, about| {
                    let moved = *moved.lock().unwrap_or_else(PoisonError::into_inner);
                    let is_of_this_server = moved.is_none_or(|moved| about.age < moved.elapsed());
                    Box::pin(std::future::ready(Ok(is_of_this_server)))
                })
                .connect_lazy_with(options.clone())
        });
        let _ = self.pools.set(pools.to_vec());
        pools
    }
}

fn for_reading(server: &PgConnectOptions) -> PgConnectOptions {
    server.clone().application_name("transom-reader").statement_cache_capacity(256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_list_several_servers() {
        let shown = |url: &str| Servers::of_url(url).map(|servers| servers.shown());
        assert_eq!(shown("postgres://u:p@a:1/db").unwrap(), "Postgres at a:1, database `db`");
        assert_eq!(
            shown("postgres://u:p%2C@a:1,b,[::1]:7/db?sslmode=disable").unwrap(),
            "Postgres at a:1 or b:5432 or [::1]:7, database `db`"
        );
        let servers = Servers::of_url("postgres://u:p@a:1,b/db").unwrap();
        assert!(servers.all.iter().all(|one| one.get_username() == "u" && one.get_database() == Some("db")));
        for wrong in ["postgres://u:secret@a,,b/db", "postgres://u:secret@a:x,b/db"] {
            let error = shown(wrong).unwrap_err().to_string();
            assert!(error.starts_with("the database's address: ") && !error.contains("secret"), "{error}");
        }
    }
}
