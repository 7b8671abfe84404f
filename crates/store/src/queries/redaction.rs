//! Searches rows that have no contact id for erased people, and writes the redacted rows back.

use crate::{
    Query, ReadError, RowContract, Sql, Statement, Store,
    base::{
        ids::{AccountName, SenderId},
        time::Time,
    },
    tables::dead_letter::{self, DeadLetter},
};
use serde::Serialize;

/// A raw body of a webhook.
#[derive(Debug, Clone, Serialize)]
pub struct Body {
    pub id: i64,
    pub sender_id: Option<SenderId>,
    pub body: String,
}

/// A redacted dead letter.
#[derive(Debug, Clone, Serialize)]
pub struct DeadLetterBody {
    pub id: i64,
    pub reason: String,
    pub data: serde_json::Value,
    /// Set if nothing is left to replay: the entry is closed.
    pub settled_at: Option<Time>,
}

/// An answer that is stored for a repeated request.
#[derive(Debug, Clone, Serialize)]
pub struct StoredAnswer {
    pub account: AccountName,
    pub key: String,
    pub new_key: String,
    pub body: Option<String>,
}

/// The JSON data of a broadcast or an audience.
#[derive(Debug, Clone, Serialize)]
pub struct AudienceJson {
    pub id: i64,
    pub data: serde_json::Value,
}

/// A phone that was registered as a tester.
#[derive(Debug, Clone, Serialize)]
pub struct Tester {
    pub account: AccountName,
    /// `+` and digits.
    pub phone: String,
}

pub static WEBHOOK: Statement<Body> = Statement::new(
    "redaction.webhook",
    274,
    RowContract::Plain,
    |row| row.id.into(),
    "update webhook set body = value ->> 'body'
     from {rows} as input where webhook.id = cast(value ->> 'id' as bigint)",
);

pub static LETTER: Statement<DeadLetterBody> = Statement::new(
    "redaction.letter",
    275,
    RowContract::Plain,
    |row| row.id.into(),
    "update dead_letter set reason = value ->> 'reason', data = value -> 'data',
       replayed_at = coalesce(dead_letter.replayed_at, cast(value ->> 'settled_at' as bigint))
     from {rows} as input where dead_letter.id = cast(value ->> 'id' as bigint)",
);

pub static ANSWER: Statement<StoredAnswer> = Statement::new(
    "redaction.answer",
    276,
    RowContract::Plain,
    |row| row.key.as_str().into(),
    "update idempotency set key = value ->> 'new_key', body = value ->> 'body'
     from {rows} as input
     where idempotency.account = value ->> 'account' and idempotency.key = value ->> 'key'",
);

/// Writes the data of a row anew, in a table whose rows have an id and `data`.
macro_rules! write_data {
    ($table:literal, $order:literal) => {
        Statement::new(
            concat!("redaction.", $table),
            $order,
            RowContract::Plain,
            |row| row.id.into(),
            concat!(
                "update ",
                $table,
                " set data = value -> 'data' from {rows} as input where ",
                $table,
                ".id = cast(value ->> 'id' as bigint)"
            ),
        )
    };
}

pub static BROADCAST: Statement<AudienceJson> = write_data!("broadcast", 320);
pub static AUDIENCE: Statement<AudienceJson> = write_data!("audience", 321);

pub static TESTER: Statement<Tester> = Statement::new(
    "redaction.tester",
    322,
    RowContract::Plain,
    |row| row.phone.as_str().into(),
    "delete from tester_session where (account, phone) in
       (select value ->> 'account', value ->> 'phone' from {rows} as input)",
);

pub(crate) static STATEMENTS: &[&Sql] =
    &[&WEBHOOK.sql, &LETTER.sql, &ANSWER.sql, &BROADCAST.sql, &AUDIENCE.sql, &TESTER.sql];

static IN_WEBHOOKS: Query = Query {
    name: "redaction.in_webhooks",
    text: r"select id, sender_id, body from webhook where id > $1 and body like $2 escape '\' order by id limit $3",
};
static IN_LETTERS: Query = Query {
    name: "redaction.in_letters",
    text: r"select id, kind, at, sender_id, subject_id, reason, cast(data as text) as data, replayed_at from dead_letter
      where id > $1 and (cast(data as text) like $2 escape '\' or reason like $2 escape '\') order by id limit $3",
};
static IN_ANSWERS: Query = Query {
    name: "redaction.in_answers",
    text: r"select key, body from idempotency
      where account = $1 and key > $2 and (body like $3 escape '\' or key like $3 escape '\') order by key limit $4",
};
/// The rows of an account's table whose data holds a text.
macro_rules! holding_in_data {
    ($table:literal) => {
        Query {
            name: concat!("redaction.in_", $table),
            text: concat!(
                "select id, cast(data as text) as data from ",
                $table,
                r" where account = $1 and id > $2 and cast(data as text) like $3 escape '\' order by id limit $4"
            ),
        }
    };
}

static IN_BROADCASTS: Query = holding_in_data!("broadcast");
static IN_AUDIENCES: Query = holding_in_data!("audience");

pub(crate) static QUERIES: &[&Query] = &[&IN_WEBHOOKS, &IN_LETTERS, &IN_ANSWERS, &IN_BROADCASTS, &IN_AUDIENCES];

/// A `like` pattern for texts that contain `name`, with its special characters escaped. A quote or backslash of the
/// name stands for anything: JSON and code within JSON spell them differently.
pub fn holding(name: &str) -> String {
    let mut pattern = String::from("%");
    for c in name.chars() {
        match c {
            '%' | '_' => pattern.extend(['\\', c]),
            '\\' | '"' => pattern.push('%'),
            c if c.is_control() => pattern.push('%'),
            c => pattern.push(c),
        }
    }
    pattern.push('%');
    pattern
}

/// Raw bodies with an id above `after` that may contain a name.
pub async fn in_webhooks(store: &Store, after: i64, pattern: &str, limit: i64) -> Result<Vec<Body>, ReadError> {
    store
        .all(&IN_WEBHOOKS, &[after.into(), pattern.into(), limit.into()], |row| {
            Ok(Body {
                id: row.number("id")?,
                sender_id: row.maybe_number("sender_id")?.map(SenderId),
                body: row.text("body")?,
            })
        })
        .await
}

/// Dead letters with an id above `after` that may contain a name.
pub async fn in_letters(store: &Store, after: i64, pattern: &str, limit: i64) -> Result<Vec<DeadLetter>, ReadError> {
    store.all(&IN_LETTERS, &[after.into(), pattern.into(), limit.into()], dead_letter::read).await
}

/// An account's stored answers with a key above `after` that may contain a name, in body or key.
pub async fn in_answers(
    store: &Store,
    account: &AccountName,
    after: &str,
    pattern: &str,
    limit: i64,
) -> Result<Vec<StoredAnswer>, ReadError> {
    let args = [account.as_str().into(), after.into(), pattern.into(), limit.into()];
    store
        .all(&IN_ANSWERS, &args, |row| {
            let key = row.text("key")?;
            Ok(StoredAnswer { account: account.clone(), new_key: key.clone(), key, body: row.maybe_text("body")? })
        })
        .await
}

/// An account's broadcasts with an id above `after` that may contain a name.
pub async fn in_broadcasts(
    store: &Store,
    account: &AccountName,
    after: i64,
    pattern: &str,
    limit: i64,
) -> Result<Vec<AudienceJson>, ReadError> {
    wanted(store, &IN_BROADCASTS, account, after, pattern, limit).await
}

/// An account's audiences with an id above `after` that may contain a name.
pub async fn in_audiences(
    store: &Store,
    account: &AccountName,
    after: i64,
    pattern: &str,
    limit: i64,
) -> Result<Vec<AudienceJson>, ReadError> {
    wanted(store, &IN_AUDIENCES, account, after, pattern, limit).await
}

async fn wanted(
    store: &Store,
    query: &'static Query,
    account: &AccountName,
    after: i64,
    pattern: &str,
    limit: i64,
) -> Result<Vec<AudienceJson>, ReadError> {
    let args = [account.as_str().into(), after.into(), pattern.into(), limit.into()];
    store.all(query, &args, |row| Ok(AudienceJson { id: row.number("id")?, data: row.json("data")? })).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_never_a_pattern() {
        assert_eq!(holding("34600111222"), "%34600111222%");
        assert_eq!(holding(r"%_a"), r"%\%\_a%");
        assert_eq!(holding(r#"A "D" \"#), r#"%A %D% %%"#);
    }
}
