//! Holds the people who sign in to the studio: their sessions, links and passwords.
//!
//! These functions take the store and the time, because `transom people` uses them without a daemon, too. No function
//! writes a password, a link or a cookie into a log line: only their hashes are stored.

pub mod cookie;
pub mod names;
pub mod password;
pub mod sessions;
pub mod tries;

mod used_passwords;

use crate::{
    base::{
        ids::AccountName,
        limits::{LINK_LIFE, PEOPLE_MAX},
        secret::Secret,
        time::Time,
    },
    model::role::Role,
    store::{
        CommitError, ReadError, Store, WriteSet,
        tables::{
            person::{self, NewLink, Person, PersonId, RoleChange},
            person_session::{self, SessionsOf},
        },
    },
    web::auth::{hash, random_hex},
};

/// A new link of a person.
pub struct Link {
    /// 256 random bits in hex; shown once.
    pub token: Secret,
    pub ends_at: Time,
}

/// The role, the accounts and the teams of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Rights {
    pub role: Role,
    /// `None`: all.
    pub accounts: Option<Vec<AccountName>>,
    /// `None`: as they are; a new person has none.
    pub teams: Option<Vec<String>>,
}

/// The reason why people were not changed.
#[derive(Debug)]
pub enum NotChanged {
    /// Another person has this name.
    NameTaken,
    TooMany,
    Unknown,
    /// Nobody could let others in any more.
    LastOperator,
    Read(ReadError),
    Commit(CommitError),
    NoRandomness,
}

/// Adds a person, who signs in by the link first. The name must have passed `names::read`.
pub async fn add(store: &Store, name: &str, rights: Rights, now: Time) -> Result<(Person, Link), NotChanged> {
    let folded = names::folded(name);
    if person::named(store, &folded).await?.is_some() {
        return Err(NotChanged::NameTaken);
    }
    if person::all(store).await?.len() >= PEOPLE_MAX {
        return Err(NotChanged::TooMany);
    }
    let link = new_link(now)?;
    let row = Person {
        id: store.next_id(),
        name: name.to_owned(),
        folded,
        role: rights.role,
        all_accounts: rights.accounts.is_none(),
        accounts: rights.accounts.unwrap_or_default(),
        teams: rights.teams.unwrap_or_default(),
        password: None,
        link_hash: Some(hash(link.token.expose())),
        link_ends_at: Some(link.ends_at),
        created_at: now,
        seen_at: None,
    };
    let mut set = WriteSet::of(row.id);
    set.push(&person::INSERT, &row);
    store.commit(set).await.map_err(|error| match error {
        CommitError::Stale { .. } => NotChanged::NameTaken,
        other => NotChanged::Commit(other),
    })?;
    Ok((row, link))
}

/// Gives a person another role, other accounts or other teams. Unless only the teams change, they are signed out
/// everywhere.
pub async fn change(store: &Store, id: i64, rights: Rights) -> Result<Person, NotChanged> {
    if rights.role != Role::Operator {
        spare_operator(store, id).await?;
    }
    let before = person::find(store, id).await?.ok_or(NotChanged::Unknown)?;
    let change = RoleChange {
        id,
        role: rights.role,
        all_accounts: rights.accounts.is_none(),
        accounts: rights.accounts.unwrap_or_default(),
        teams: rights.teams.unwrap_or(before.teams),
    };
    let is_same =
        (before.role, before.all_accounts, &before.accounts) == (change.role, change.all_accounts, &change.accounts);
    let mut set = WriteSet::of(id);
    set.push(&person::CHANGE, &change);
    if !is_same {
        set.push(&person_session::END_ALL, &SessionsOf { person_id: id });
    }
    store.commit(set).await?;
    person::find(store, id).await?.ok_or(NotChanged::Unknown)
}

pub async fn remove(store: &Store, id: i64) -> Result<(), NotChanged> {
    spare_operator(store, id).await?;
    let mut set = WriteSet::of(id);
    set.push(&person::REMOVE, &PersonId { id });
    set.push(&person_session::END_ALL, &SessionsOf { person_id: id });
    store.commit(set).await?;
    Ok(())
}

/// Makes a link by which a person sets a new password. The old password, an older link and all sessions end at once,
/// because somebody else may know them.
pub async fn link(store: &Store, id: i64, now: Time) -> Result<Link, NotChanged> {
    let link = new_link(now)?;
    let mut set = WriteSet::of(id);
    let row = NewLink { id, link_hash: hash(link.token.expose()), link_ends_at: link.ends_at };
    set.push(&person::LINK, &row);
    set.push(&person_session::END_ALL, &SessionsOf { person_id: id });
    store.commit(set).await?;
    Ok(link)
}

/// Signs a person out everywhere.
pub async fn sign_out(store: &Store, id: i64) -> Result<(), NotChanged> {
    person::find(store, id).await?.ok_or(NotChanged::Unknown)?;
    let mut set = WriteSet::of(id);
    set.push(&person_session::END_ALL, &SessionsOf { person_id: id });
    store.commit(set).await?;
    Ok(())
}

/// Refuses if this is the last operator.
async fn spare_operator(store: &Store, id: i64) -> Result<(), NotChanged> {
    let all = person::all(store).await?;
    let found = all.iter().find(|one| one.id == id).ok_or(NotChanged::Unknown)?;
    let others = all.iter().any(|one| one.id != id && one.role == Role::Operator);
    if found.role == Role::Operator && !others { Err(NotChanged::LastOperator) } else { Ok(()) }
}

fn new_link(now: Time) -> Result<Link, NotChanged> {
    let token = random_hex::<32>().map_err(|_| NotChanged::NoRandomness)?;
    Ok(Link { token: Secret::new(token), ends_at: now + LINK_LIFE })
}

impl Link {
    /// The address to open. The secret stands behind `#`, which browsers send to no server and no log has.
    pub fn address(&self, base: &str) -> String {
        format!("{base}/studio/sign-in#{}", self.token.expose())
    }
}

impl From<ReadError> for NotChanged {
    fn from(error: ReadError) -> Self {
        NotChanged::Read(error)
    }
}

impl From<CommitError> for NotChanged {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Stale { .. } => NotChanged::Unknown,
            other => NotChanged::Commit(other),
        }
    }
}

impl std::fmt::Display for NotChanged {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotChanged::NameTaken => f.write_str("there is a person of this name already"),
            NotChanged::TooMany => write!(f, "there are {PEOPLE_MAX} people already"),
            NotChanged::Unknown => f.write_str("there is no such person"),
            NotChanged::LastOperator => f.write_str("this is the last operator: make another person operator first"),
            NotChanged::Read(error) => error.fmt(f),
            NotChanged::Commit(error) => error.fmt(f),
            NotChanged::NoRandomness => f.write_str("the system gives no randomness"),
        }
    }
}
