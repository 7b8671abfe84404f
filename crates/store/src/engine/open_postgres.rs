//! Opens a Postgres database: takes the locks of all shards, marks this process as the active member, and migrates.

use super::{
    conn::{Conn, DatabaseAddress},
    dialect::{DbError, ErrorEffect},
    membership::NewMember,
    migrate,
    open::{Guarded, Options, postgres_readers, start},
    servers::Servers,
    standby::{Joined, Standby},
};
use crate::{
    Store,
    base::{
        clock::{Clock, SystemClock},
        fence::Fence,
        limits::{OPEN_TRIES_MAX, OWNER_WAIT, STANDBY_LOOK_EVERY, STORE_TRY_TIMEOUT},
    },
    open_error::OpenError,
};
use std::{sync::Arc, time::Duration};

/// Opens the database as its only daemon. The server needs a moment to notice that a killed daemon is gone.
pub(super) async fn alone(servers: Arc<Servers>, options: Options) -> Result<Store, OpenError> {
    let who = NewMember { name: "a command".to_owned(), ..NewMember::default() };
    let mut waited = Duration::ZERO;
    loop {
        let mut session = begin(&servers, &who).await?;
        if let Some(store) = session.open(&options).await? {
            return Ok(store);
        }
        let _ = session.conn.close().await;
        if waited >= OWNER_WAIT.to_std() {
            let instead = "use another database";
            return Err(OpenError::Held { what: "the Postgres database".to_owned(), instead });
        }
        tokio::time::sleep(STANDBY_LOOK_EVERY.to_std()).await;
        waited += STANDBY_LOOK_EVERY.to_std();
    }
}

/// Opens the database as one of its daemons.
pub(super) async fn join(servers: Arc<Servers>, options: Options, who: NewMember) -> Result<Joined, OpenError> {
    let mut session = begin(&servers, &who).await?;
    if let Some(store) = session.open(&options).await? {
        return Ok(Joined::Active(store));
    }
    let naming = |error| OpenError::Database { doing: "naming the session", error };
    session.conn.is_named(STANDBY).await.map_err(naming)?;
    Ok(Joined::Standby(Box::new(Standby::new(session, options, who))))
}

/// The names of sessions in `pg_stat_activity`.
const STANDBY: &str = "transom-standby";
const WRITER: &str = "transom-writer";

/// A session of a member that is not active yet.
pub(super) struct Session {
    pub servers: Arc<Servers>,
    pub conn: Conn,
    pub member: Option<i64>,
    who: NewMember,
}

/// Begins a session. The first error of an unreachable server is told at once: its address may be wrong.
async fn begin(servers: &Arc<Servers>, who: &NewMember) -> Result<Session, OpenError> {
    let mut tries = 1;
    loop {
        match connected(servers, who).await {
            Ok(session) => return Ok(session),
            Err(Refused::Joining(error)) if error.trouble() == ErrorEffect::Lost && tries < OPEN_TRIES_MAX => {
                tries += 1
            }
            Err(Refused::Joining(error)) => {
                return Err(OpenError::Database { doing: "joining the members of the database", error });
            }
            Err(Refused::Connecting(error @ DbError::Pooled)) => return Err(OpenError::Address(error.to_string())),
            Err(Refused::Connecting(error)) => return Err(OpenError::Unreachable { at: servers.shown(), error }),
        }
    }
}

enum Refused {
    Connecting(DbError),
    Joining(DbError),
}

async fn connected(servers: &Arc<Servers>, who: &NewMember) -> Result<Session, Refused> {
    let mut conn = servers.connect().await.map_err(Refused::Connecting)?;
    let member = conn.join(who, SystemClock.now()).await.map_err(Refused::Joining)?;
    Ok(Session { servers: Arc::clone(servers), conn, member, who: who.clone() })
}

impl Session {
    /// Begins the session anew, after it was lost.
    pub async fn begin_again(&mut self) -> Result<(), DbError> {
        self.conn = Conn::Closed;
        let again = connected(&self.servers, &self.who).await;
        let Session { conn, member, .. } = again.map_err(|refused| match refused {
            Refused::Connecting(error) | Refused::Joining(error) => error,
        })?;
        (self.conn, self.member) = (conn, member);
        self.conn.is_named(STANDBY).await
    }

    /// Opens the database if no other daemon is active.
    ///
    /// The server ends a session that says nothing for `WRITER_SESSION_TIMEOUT`. On a machine that is overloaded while
    /// the daemon starts, that may be ours: then another one is begun.
    pub async fn open(&mut self, options: &Options) -> Result<Option<Store>, OpenError> {
        let mut tries = 1;
        loop {
            match self.try_to_open(options).await {
                Err(OpenError::Database { doing, error })
                    if error.trouble() == ErrorEffect::Lost && tries < OPEN_TRIES_MAX =>
                {
                    tries += 1;
                    in_time(self.begin_again()).await.map_err(|error| OpenError::Database { doing, error })?;
                }
                done => return done,
            }
        }
    }

    async fn try_to_open(&mut self, options: &Options) -> Result<Option<Store>, OpenError> {
        let failed = |doing| move |error| OpenError::Database { doing, error };
        let (conn, fence) = (&mut self.conn, Arc::new(Fence::of_session()));
        if !in_time(conn.take_shards()).await.map_err(failed("taking the database's locks"))? {
            return Ok(None);
        }
        let marking = failed("marking the active member");
        let (has, knows) = (conn.schema().await.map_err(failed("reading the schema's version"))?, migrate::newest());
        if has > knows {
            return Err(OpenError::Newer { has, knows });
        }
        conn.is_named(WRITER).await.map_err(failed("naming the session"))?;
        // Before anything else is written: a daemon that comes back must see that another one was active.
        if let Some(member) = self.member {
            conn.activate(member, SystemClock.now()).await.map_err(marking)?;
        }
        migrate::run(conn).await?;
        if self.member.is_none() {
            self.member = conn.join(&self.who, SystemClock.now()).await.map_err(marking)?;
            if let Some(member) = self.member {
                conn.activate(member, SystemClock.now()).await.map_err(marking)?;
            }
        }
        let conn = std::mem::replace(conn, Conn::Closed);
        let place = DatabaseAddress::Postgres(Arc::clone(&self.servers));
        let guarded = Guarded::Session { member: self.member, fence };
        start(place, conn, postgres_readers(&self.servers), options.clone(), guarded).await.map(Some)
    }
}

/// Gives up if there is no answer: a network that carries nothing tells no error.
pub(super) async fn in_time<T>(asked: impl Future<Output = Result<T, DbError>>) -> Result<T, DbError> {
    tokio::time::timeout(STORE_TRY_TIMEOUT.to_std(), asked).await.unwrap_or_else(|_| Err(DbError::timed_out()))
}
