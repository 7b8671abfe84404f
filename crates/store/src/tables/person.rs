//! `person`: people who sign in to the studio.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::AccountName, time::Time},
    model::role::Role,
};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Person {
    pub id: i64,
    pub name: String,
    /// The name without capitals and accents, by which they sign in.
    pub folded: String,
    pub role: Role,
    /// True for all accounts, also those to come; `accounts` is empty then.
    pub all_accounts: bool,
    pub accounts: Vec<AccountName>,
    /// The teams of the bot whose cases they get.
    pub teams: Vec<String>,
    /// The encoded Argon2id hash; `None` while a link waits to be used.
    pub password: Option<String>,
    /// SHA-256 of the open link, in hex.
    pub link_hash: Option<String>,
    pub link_ends_at: Option<Time>,
    pub created_at: Time,
    pub seen_at: Option<Time>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RoleChange {
    pub id: i64,
    pub role: Role,
    pub all_accounts: bool,
    pub accounts: Vec<AccountName>,
    pub teams: Vec<String>,
}

/// A new link; the password counts no longer.
#[derive(Debug, Clone, Serialize)]
pub struct NewLink {
    pub id: i64,
    pub link_hash: String,
    pub link_ends_at: Time,
}

/// The use of a link, which sets the password.
#[derive(Debug, Clone, Serialize)]
pub struct UsedLink {
    pub id: i64,
    pub link_hash: String,
    pub at: Time,
    pub password: String,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct PersonSeen {
    pub id: i64,
    pub at: Time,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct PersonId {
    pub id: i64,
}

/// The row loses if the name is taken.
pub static INSERT: Statement<Person> = Statement::new(
    "person.insert",
    330,
    RowContract::Must,
    |row| row.id.into(),
    "insert into person (id, name, folded, role, all_accounts, accounts, teams, password, link_hash, link_ends_at,
       created_at, seen_at)
     select cast(value ->> 'id' as bigint), value ->> 'name', value ->> 'folded', value ->> 'role',
       cast(value ->> 'all_accounts' as boolean), value -> 'accounts', value -> 'teams',
       value ->> 'password', value ->> 'link_hash',
       cast(value ->> 'link_ends_at' as bigint), cast(value ->> 'created_at' as bigint),
       cast(value ->> 'seen_at' as bigint)
     from {rows} as input where true
     on conflict (folded) do nothing
     returning id",
);

/// The row loses if there is no such person.
pub static CHANGE: Statement<RoleChange> = Statement::new(
    "person.change",
    331,
    RowContract::Must,
    |row| row.id.into(),
    "update person set role = value ->> 'role', all_accounts = cast(value ->> 'all_accounts' as boolean),
       accounts = value -> 'accounts', teams = value -> 'teams'
     from {rows} as input where person.id = cast(value ->> 'id' as bigint)
     returning id",
);

/// The row loses if there is no such person.
pub static LINK: Statement<NewLink> = Statement::new(
    "person.link",
    332,
    RowContract::Must,
    |row| row.id.into(),
    "update person set password = null, link_hash = value ->> 'link_hash',
       link_ends_at = cast(value ->> 'link_ends_at' as bigint)
     from {rows} as input where person.id = cast(value ->> 'id' as bigint)
     returning id",
);

/// The row loses if the link was used, replaced or is over: of two who use it at once, one wins.
pub static USE_LINK: Statement<UsedLink> = Statement::new(
    "person.use_link",
    333,
    RowContract::Must,
    |row| row.id.into(),
    "update person set password = value ->> 'password', link_hash = null, link_ends_at = null
     from {rows} as input where person.id = cast(value ->> 'id' as bigint)
       and person.link_hash = value ->> 'link_hash' and person.link_ends_at > cast(value ->> 'at' as bigint)
     returning id",
);

pub static SEEN: Statement<PersonSeen> = Statement::new(
    "person.seen",
    334,
    RowContract::Plain,
    |row| row.id.into(),
    "update person set seen_at = cast(value ->> 'at' as bigint)
     from {rows} as input where person.id = cast(value ->> 'id' as bigint)",
);

/// The row loses if there is no such person.
pub static REMOVE: Statement<PersonId> = Statement::new(
    "person.remove",
    335,
    RowContract::Must,
    |row| row.id.into(),
    "delete from person where id in (select cast(value ->> 'id' as bigint) from {rows} as input)
     returning id",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &CHANGE.sql, &LINK.sql, &USE_LINK.sql, &SEEN.sql, &REMOVE.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, name, folded, role, all_accounts, cast(accounts as text) as accounts, cast(teams as text) as teams, password, link_hash,
               link_ends_at, created_at, seen_at
             from person ",
            $rest
        )
    };
}

/// Reads the whole table: people are few.
static ALL: Query = Query { name: "person.all", text: select!("order by created_at, id") };

static FIND: Query = Query { name: "person.find", text: select!("where id = $1") };

static NAMED: Query = Query { name: "person.named", text: select!("where folded = $1") };

static LINKED: Query = Query { name: "person.linked", text: select!("where link_hash = $1") };

pub(crate) static QUERIES: &[&Query] = &[&ALL, &FIND, &NAMED, &LINKED];

/// All people, oldest first.
pub async fn all(store: &Store) -> Result<Vec<Person>, ReadError> {
    store.all(&ALL, &[], read).await
}

pub async fn find(store: &Store, id: i64) -> Result<Option<Person>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// The person with this folded name.
pub async fn named(store: &Store, folded: &str) -> Result<Option<Person>, ReadError> {
    store.one(&NAMED, &[folded.into()], read).await
}

/// The person whose open link has this hash; it may be over.
pub async fn linked(store: &Store, link_hash: &str) -> Result<Option<Person>, ReadError> {
    store.one(&LINKED, &[link_hash.into()], read).await
}

fn read(row: &Row) -> Result<Person, ReadError> {
    Ok(Person {
        id: row.number("id")?,
        name: row.text("name")?,
        folded: row.text("folded")?,
        role: row.word("role")?,
        all_accounts: row.flag("all_accounts")?,
        accounts: row.json("accounts")?,
        teams: if row.maybe_text("teams")?.is_some() { row.json("teams")? } else { Vec::new() },
        password: row.maybe_text("password")?,
        link_hash: row.maybe_text("link_hash")?,
        link_ends_at: row.maybe_time("link_ends_at")?,
        created_at: row.time("created_at")?,
        seen_at: row.maybe_time("seen_at")?,
    })
}
