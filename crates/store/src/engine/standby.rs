//! Waits as a standby on Postgres until no other daemon is active, and then opens the database.

use super::{
    dialect::DbError,
    membership::NewMember,
    migrate,
    open::Options,
    open_postgres::{Session, in_time},
};
use crate::{
    Store,
    base::{
        clock::{Clock, SystemClock},
        limits::STANDBY_LOOK_EVERY,
    },
    open_error::OpenError,
    tables::member::Member,
};
use std::fmt;
use tokio::sync::watch;

/// A database that was opened by one of its daemons.
#[derive(Debug)]
pub enum Joined {
    Active(Store),
    /// Another daemon is active.
    Standby(Box<Standby>),
}

/// A daemon that waits for its turn.
pub struct Standby {
    session: Session,
    options: Options,
    who: NewMember,
    view: watch::Sender<StandbyView>,
}

/// The other members and the database, as a standby sees them.
#[derive(Debug, Clone, Default)]
pub struct StandbyView {
    pub own: Option<i64>,
    pub members: Vec<Member>,
    /// The reason why the database does not answer; `None` if it does.
    pub trouble: Option<String>,
    /// Set if the active daemon has a newer schema, which this version cannot use: it takes nothing over.
    pub outdated: Option<Outdated>,
}

/// The schema's version in the database, and the newest that this version of Transom knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outdated {
    pub has: i64,
    pub knows: i64,
}

impl StandbyView {
    /// The active member that lives; `None` while there is none.
    pub fn active(&self) -> Option<&Member> {
        self.members.iter().find(|member| member.active_since.is_some() && member.is_alive)
    }

    /// The URL at which this standby reaches the active member; `None` while there is none that leads to it.
    pub fn active_url(&self) -> Option<&str> {
        let own = self.members.iter().find(|member| Some(member.id) == self.own)?;
        self.active()?.url_for(own)
    }

    /// True if there is an active member, and no URL leads to it.
    fn is_unreachable(&self) -> bool {
        self.active().is_some() && self.active_url().is_none()
    }
}

impl Standby {
    pub(super) fn new(session: Session, options: Options, who: NewMember) -> Standby {
        let view = StandbyView { own: session.member, ..StandbyView::default() };
        Standby { session, options, who, view: watch::Sender::new(view) }
    }

    /// The newest view, which changes while `take_over` runs.
    pub fn view(&self) -> watch::Receiver<StandbyView> {
        self.view.subscribe()
    }

    /// Waits until no other daemon is active, and opens the database. An error is one that waiting does not mend.
    pub async fn take_over(mut self) -> Result<Store, OpenError> {
        loop {
            match in_time(self.look()).await {
                Ok(None) => match self.session.open(&self.options).await {
                    Ok(Some(store)) => return Ok(store),
                    Ok(None) => {}
                    Err(OpenError::Database { error, .. }) => self.is_lost(&error).await,
                    Err(error) => return Err(error),
                },
                // The daemon of the newer version is active, or will be.
                Ok(Some(_)) => {}
                Err(error) => self.is_lost(&error).await,
            }
            tokio::time::sleep(STANDBY_LOOK_EVERY.to_std()).await;
        }
    }

    /// Reads the members, which also keeps the session alive. Gives the versions if this one is too old.
    async fn look(&mut self) -> Result<Option<Outdated>, DbError> {
        let conn = &mut self.session.conn;
        let (has, knows) = (conn.schema().await?, migrate::newest());
        let outdated = (has > knows).then_some(Outdated { has, knows });
        let members = conn.members().await?;
        // The active daemon of an earlier version had no table of members, and its successor has.
        if self.session.member.is_none() {
            self.session.member = conn.join(&self.who, SystemClock.now()).await?;
        }
        let seen = StandbyView { own: self.session.member, members, trouble: None, outdated };
        let unreachable = seen.is_unreachable();
        let before = self.view.send_replace(seen);
        if unreachable && !before.is_unreachable() {
            tracing::warn!(
                "The active daemon has no address that leads to it from here, so that this standby answers 503 to all \
                 requests: write `member_url` in the configuration of each daemon"
            );
        }
        if before.trouble.is_some() {
            tracing::info!("The database answers this standby again");
        }
        if let (None, Some(Outdated { has, knows })) = (before.outdated, outdated) {
            tracing::warn!(
                "The active daemon has brought the database to schema version {has}, and this one knows {knows} at most: \
                 it takes nothing over until it is upgraded"
            );
        }
        Ok(outdated)
    }

    async fn is_lost(&mut self, error: &DbError) {
        let trouble = error.to_string();
        let seen = self.view.borrow().clone();
        let before = self.view.send_replace(StandbyView { trouble: Some(trouble.clone()), ..seen });
        if before.trouble.is_none() {
            tracing::warn!(error = %trouble, "The database does not answer this standby; it is tried again");
        }
        if in_time(self.session.begin_again()).await.is_ok() {
            tracing::debug!("The standby has begun another session");
        }
    }
}

impl fmt::Debug for Standby {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Standby").field("view", &*self.view.borrow()).finish_non_exhaustive()
    }
}
