//! `contact`: a person within one account.

use crate::model::contact::{Contact, ContactData};
use crate::{
    Arg, Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, ContactId, InboundId},
        limits::JOINS_FOLLOWED_MAX,
        time::Time,
    },
    model::prefilter::Prefilter,
};
use serde::Serialize;

/// A contact as it is written.
#[derive(Debug, Clone, Serialize)]
pub struct NewContact {
    pub id: ContactId,
    pub account: AccountName,
    pub data: ContactData,
    /// The time zone for schedules: the contact's own, else that of its number's country; empty: the bot's.
    pub zone: String,
    /// As `search::sought` writes it.
    pub sought: String,
    pub opted_out_at: Option<Time>,
    pub created_at: Time,
}

/// The changes of one turn to a contact; never the opt-out.
#[derive(Debug, Clone, Serialize)]
pub struct ContactChange {
    pub id: ContactId,
    pub data: ContactData,
    pub zone: String,
    /// As `search::sought` writes it.
    pub sought: String,
}

/// Sets or clears the opt-out of all messages.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OptOut {
    pub id: ContactId,
    pub opted_out_at: Option<Time>,
}

/// An opt-out by a message that the same write-set records.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct OptOutByMessage {
    pub id: ContactId,
    pub message_id: InboundId,
    pub at: Time,
}

pub static INSERT: Statement<NewContact> = Statement::new(
    "contact.insert",
    100,
    RowContract::Plain,
    |row| row.id.0.into(),
    "insert into contact (id, account, data, zone, sought, opted_out_at, created_at)
     select cast(value ->> 'id' as bigint), value ->> 'account', value -> 'data', value ->> 'zone',
       value ->> 'sought', cast(value ->> 'opted_out_at' as bigint), cast(value ->> 'created_at' as bigint)
     from {rows} as input where true
     on conflict (id) do nothing",
);

pub static CHANGE: Statement<ContactChange> = Statement::new(
    "contact.change",
    105,
    RowContract::Plain,
    |row| row.id.0.into(),
    "update contact set data = value -> 'data', zone = value ->> 'zone', sought = value ->> 'sought'
     from {rows} as input where contact.id = cast(value ->> 'id' as bigint)",
);

pub static OPT_OUT: Statement<OptOut> = Statement::new(
    "contact.opt_out",
    106,
    RowContract::Plain,
    |row| row.id.0.into(),
    "update contact set opted_out_at = cast(value ->> 'opted_out_at' as bigint)
     from {rows} as input where contact.id = cast(value ->> 'id' as bigint)",
);

/// Sets the opt-out together with its message. A message that was already recorded changes nothing, whatever happened
/// after it.
pub static STOPPED: Statement<OptOutByMessage> = Statement::new(
    "contact.stopped",
    144,
    RowContract::Plain,
    |row| row.id.0.into(),
    "update contact set opted_out_at = cast(value ->> 'at' as bigint)
     from {rows} as input where contact.id = cast(value ->> 'id' as bigint)
       and exists (select 1 from inbound where inbound.id = cast(value ->> 'message_id' as bigint))",
);

pub(crate) static STATEMENTS: &[&Sql] = &[&INSERT.sql, &CHANGE.sql, &OPT_OUT.sql, &STOPPED.sql];

static FIND: Query = Query {
    name: "contact.find",
    text: "select id, account, cast(data as text) as data, opted_out_at from contact where id = $1",
};

static NEWEST: Query = Query {
    name: "contact.newest",
    text: "select id, account, cast(data as text) as data, opted_out_at from contact
      where id < $1 order by id desc limit $2",
};

static NEWEST_OF: Query = Query {
    name: "contact.newest_of",
    text: "select id, account, cast(data as text) as data, opted_out_at from contact
      where account = $1 and id < $2 order by id desc limit $3",
};

/// The zones of an account, one query each: cheaper than a scan over all contacts.
static NEXT_ZONE: Query = Query {
    name: "contact.next_zone",
    text: "select zone from contact where account = $1 and zone > $2 order by zone limit 1",
};

static HAS_ZONE: Query = Query {
    name: "contact.has_zone",
    text: "select id from contact where account = $1 and zone = $2 order by id limit 1",
};

/// Adds the time of creation and of the last message, which is stored in the conversations.
macro_rules! dated {
    () => {
        "id, account, cast(data as text) as data, opted_out_at, created_at,
         (select max(conversation.last_inbound_at) from conversation where conversation.contact_id = contact.id)
           as heard_at"
    };
}

static PAGE: Query = Query {
    name: "contact.page",
    text: concat!(
        "select ",
        dated!(),
        " from contact where account = $1 and zone = $2 and id > $3 order by id limit $4"
    ),
};

/// Compares the text and the fields of a row before it is decoded: cheaper than decoding every contact. `$1` holds the
/// tests, numbered by clause; a row is left out if all tests of one clause are 1.
static PAGE_SIEVED: Query = Query {
    name: "contact.page_prefiltered",
    text: concat!(
        "select ",
        dated!(),
        " from contact where account = $2 and zone = $3 and id > $4
           and (cast(data as text) like $5 escape '!' or cast(data as text) like $6 escape '!')
           and (cast(data as text) like $7 escape '!' or cast(data as text) like $8 escape '!')
           and (cast(data as text) like $9 escape '!' or cast(data as text) like $10 escape '!')
           and not exists (select 1 from {rows} as test group by test.value ->> 'clause'
             having 1 = min(case test.value ->> 'by'
             when 'number' then case
               when {field_kind} is null or {field_kind} = 'null' then 1 - cast(test.value ->> 'none' as bigint)
               when {field_kind} not in ('number', 'integer', 'real') then 0
               when {field_number} < cast(test.value ->> 'lo' as bigint)
                 or {field_number} > cast(test.value ->> 'hi' as bigint) then 1
               else 0 end
             when 'day' then case
               when {field_kind} is null or {field_kind} = 'null' then 1 - cast(test.value ->> 'none' as bigint)
               when {field_day} not like '____-__-__' then 0
               when {field_day} < test.value ->> 'from' or {field_day} > test.value ->> 'to' then 1
               else 0 end
             when 'heard' then (select case
                 when heard.at is null and heard.known is null then 1 - cast(test.value ->> 'none' as bigint)
                 when (heard.at is null or heard.at < cast(test.value ->> 'lo' as bigint))
                   and (heard.known is null or heard.known < cast(test.value ->> 'lo' as bigint)) then 1
                 when heard.at > cast(test.value ->> 'hi' as bigint)
                   or heard.known > cast(test.value ->> 'hi' as bigint) then 1
                 else 0 end
               from (select cast(contact.data ->> 'last_message_at' as bigint) as known,
                 (select max(conversation.last_inbound_at) from conversation
                   where conversation.contact_id = contact.id) as at) as heard)
             when 'language' then case
               when contact.data ->> 'language' is null then 1 - cast(test.value ->> 'none' as bigint)
               when contact.data ->> 'language' = test.value ->> 'is' then 1 - cast(test.value ->> 'holds' as bigint)
               else cast(test.value ->> 'holds' as bigint) end
             when 'tag' then case
               when {has_tag} then 1 - cast(test.value ->> 'holds' as bigint)
               else cast(test.value ->> 'holds' as bigint) end
             when 'name' then case
               when contact.data ->> 'name' = test.value ->> 'is' then 1 - cast(test.value ->> 'holds' as bigint)
               else cast(test.value ->> 'holds' as bigint) end
             when 'text' then case
               when {field_json} is null or {field_json} = 'null' then cast(test.value ->> 'holds' as bigint)
               when substr({field_json}, 1, 1) <> '\"' then 0
               when {field_text} = test.value ->> 'is' then 1 - cast(test.value ->> 'holds' as bigint)
               else cast(test.value ->> 'holds' as bigint) end
             when 'true' then case
               when {field_json} = 'true' then 1 - cast(test.value ->> 'holds' as bigint)
               when coalesce({field_json}, 'null') in ('false', 'null') then cast(test.value ->> 'holds' as bigint)
               else 0 end
             when 'consent' then case
               when cast(contact.data -> 'consent' -> (test.value ->> 'topic') -> 'given' as text) = test.value ->> 'is'
                 then 1 - cast(test.value ->> 'holds' as bigint)
               else cast(test.value ->> 'holds' as bigint) end
             else 0 end))
         order by id limit $11"
    ),
};

static FIND_DATED: Query =
    Query { name: "contact.find_dated", text: concat!("select ", dated!(), " from contact where id = $1") };

macro_rules! matching {
    ($columns:expr, $rest:literal) => {
        concat!(
            "select ",
            $columns,
            " from contact where account = $1 and data ->> 'joined_to' is null
               and ($2 = '' or lower(coalesce(data ->> 'name', '')) like $2 or coalesce(data ->> 'phone', '') like $2
                 or lower(coalesce(data -> 'fields' ->> 'email', '')) like $2) ",
            $rest
        )
    };
}

static FOUND: Query = Query { name: "contact.found", text: matching!(dated!(), "order by id desc limit $3 offset $4") };

static COUNT_FOUND: Query = Query { name: "contact.count_found", text: matching!("count(*) as n", "") };

pub(crate) static QUERIES: &[&Query] =
    &[&FIND, &PAGE, &PAGE_SIEVED, &NEWEST, &NEWEST_OF, &NEXT_ZONE, &HAS_ZONE, &FIND_DATED, &FOUND, &COUNT_FOUND];

pub async fn find(store: &Store, id: ContactId) -> Result<Option<Contact>, ReadError> {
    store.one(&FIND, &[id.0.into()], read).await
}

/// Follows `joined_to`: gives the contact itself, or the contact it was finally joined to.
pub async fn going_on(store: &Store, id: ContactId) -> Result<Option<Contact>, ReadError> {
    let Some(mut row) = find(store, id).await? else { return Ok(None) };
    for _ in 0..JOINS_FOLLOWED_MAX {
        let Some(to) = row.data.joined_to else { return Ok(Some(row)) };
        let Some(next) = find(store, to).await? else { break };
        row = next;
    }
    Ok(Some(row))
}

/// The contacts of an account in one zone (`""`: unknown) with an id above `after`, by id.
pub async fn page(
    store: &Store,
    account: &AccountName,
    zone: &str,
    after: ContactId,
    limit: i64,
) -> Result<Vec<Contact>, ReadError> {
    let args = [account.as_str().into(), zone.into(), after.0.into(), limit.into()];
    store.all(&PAGE, &args, |row| read_dated(row).map(|(contact, _)| contact)).await
}

/// As `page`, filtered in SQL by `prefilter` at `now`. The result contains every match and possibly others: the caller
/// tests again.
pub async fn page_prefiltered(
    store: &Store,
    account: &AccountName,
    zone: &str,
    after: ContactId,
    (prefilter, now): (&Prefilter, Time),
    limit: i64,
) -> Result<Vec<Contact>, ReadError> {
    if prefilter.is_empty() {
        return page(store, account, zone, after, limit).await;
    }
    let tests = prefilter.tests(now).to_string();
    let mut args: Vec<Arg> = vec![tests.as_str().into(), account.as_str().into(), zone.into(), after.0.into()];
    args.extend(prefilter.patterns().iter().flatten().map(|pattern| pattern.as_str().into()));
    args.push(limit.into());
    store.all(&PAGE_SIEVED, &args, |row| read_dated(row).map(|(contact, _)| contact)).await
}

/// All contacts, or those of one account, newest first. `before` is the id of the previous page's last one; `i64::MAX`
/// for the first page.
pub async fn newest(
    store: &Store,
    account: Option<&AccountName>,
    before: ContactId,
    limit: i64,
) -> Result<Vec<Contact>, ReadError> {
    match account {
        None => store.all(&NEWEST, &[before.0.into(), limit.into()], read).await,
        Some(account) => store.all(&NEWEST_OF, &[account.as_str().into(), before.0.into(), limit.into()], read).await,
    }
}

/// All zones of an account's contacts, including `""` for unknown.
pub async fn zones(store: &Store, account: &AccountName) -> Result<Vec<String>, ReadError> {
    let mut zones = Vec::new();
    if store.one(&HAS_ZONE, &[account.as_str().into(), "".into()], |row| row.number("id")).await?.is_some() {
        zones.push(String::new());
    }
    let mut last = String::new();
    while let Some(zone) =
        store.one(&NEXT_ZONE, &[account.as_str().into(), last.as_str().into()], |row| row.text("zone")).await?
    {
        last.clone_from(&zone);
        zones.push(zone);
    }
    Ok(zones)
}

/// A contact and the time of its creation.
pub async fn find_dated(store: &Store, id: ContactId) -> Result<Option<(Contact, Time)>, ReadError> {
    store.one(&FIND_DATED, &[id.0.into()], read_dated).await
}

/// The contacts of an account with `words` in their name, number or `email`, newest first; empty `words` match all.
pub async fn found(
    store: &Store,
    account: &AccountName,
    words: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<(Contact, Time)>, ReadError> {
    let pattern = pattern(words);
    let args = [account.as_str().into(), pattern.as_str().into(), limit.into(), offset.into()];
    store.all(&FOUND, &args, read_dated).await
}

/// The number of contacts that `found` gives without a limit.
pub async fn count_found(store: &Store, account: &AccountName, words: &str) -> Result<i64, ReadError> {
    let pattern = pattern(words);
    let args = [account.as_str().into(), pattern.as_str().into()];
    Ok(store.one(&COUNT_FOUND, &args, |row| row.number("n")).await?.unwrap_or(0))
}

/// A `like` pattern. The special characters of `like` are removed from the words: neither names nor numbers have them.
fn pattern(words: &str) -> String {
    let plain: String = words.trim().to_lowercase().chars().filter(|c| !matches!(c, '%' | '_' | '\\' | '\0')).collect();
    if plain.is_empty() { plain } else { format!("%{}%", plain.trim_start_matches('+')) }
}

fn read_dated(row: &Row) -> Result<(Contact, Time), ReadError> {
    let mut contact = read(row)?;
    contact.data.last_message_at = contact.data.last_message_at.max(row.maybe_time("heard_at")?);
    Ok((contact, row.time("created_at")?))
}

pub(crate) fn read(row: &Row) -> Result<Contact, ReadError> {
    Ok(Contact {
        id: ContactId(row.number("id")?),
        account: row.text("account")?.into(),
        opted_out: row.maybe_time("opted_out_at")?,
        data: row.json("data")?,
    })
}
