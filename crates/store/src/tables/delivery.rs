//! `delivery`: events on their way to a webhook subscription, until accepted or given up.

use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store,
    base::{ids::ContactId, time::Time},
    queries::retention::{Expire, expire},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delivery {
    pub id: i64,
    pub subscription_id: i64,
    /// The receiver uses it to recognise repetitions.
    pub event_id: i64,
    pub kind: String,
    /// The time of the event.
    pub at: Time,
    /// Deliveries with the same place are posted in order. It is the id of a conversation, the negative id of a
    /// contact, or 0.
    pub place: i64,
    pub contact_id: Option<ContactId>,
    /// The posted body, byte for byte.
    pub body: String,
    pub state: AttemptState,
    /// Counted from `since`.
    pub attempts: u32,
    /// The time when it was queued or last replayed.
    pub since: Time,
    pub next_at: Time,
    pub tried_at: Option<Time>,
    pub status: Option<u32>,
    pub trouble: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    Pending,
    Done,
    /// Given up; posted again only on request.
    Dead,
}

/// The kind of a delivery that does not go to Chatwoot but comes from there: a message with files for a customer.
pub const ANSWER: &str = "chatwoot.answer";

impl AttemptState {
    pub fn as_str(self) -> &'static str {
        match self {
            AttemptState::Pending => "pending",
            AttemptState::Done => "done",
            AttemptState::Dead => "dead",
        }
    }
}

/// The result of one attempt.
#[derive(Debug, Clone, Serialize)]
pub struct Tried {
    pub id: i64,
    pub state: AttemptState,
    pub attempts: u32,
    pub next_at: Time,
    pub tried_at: Time,
    /// The `since` that was read: a delivery that was replayed in the meantime stays open.
    pub since: Time,
    pub status: Option<u32>,
    pub trouble: Option<String>,
}

/// Posts a delivery again, as if it were new.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Redelivery {
    pub id: i64,
    pub at: Time,
}

/// All deliveries of a subscription.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct DeliveriesOf {
    pub subscription_id: i64,
    pub at: Time,
}

/// An event that was already queued changes nothing.
pub static INSERT: Statement<Delivery> = Statement::new(
    "delivery.insert",
    235,
    RowContract::Plain,
    |row| row.id.into(),
    "insert into delivery (id, subscription_id, event_id, kind, at, place, contact_id, body, state, attempts, since,
       next_at, tried_at, status, trouble)
     select cast(value ->> 'id' as bigint), cast(value ->> 'subscription_id' as bigint),
       cast(value ->> 'event_id' as bigint), value ->> 'kind', cast(value ->> 'at' as bigint),
       cast(value ->> 'place' as bigint), cast(value ->> 'contact_id' as bigint), value ->> 'body',
       value ->> 'state', cast(value ->> 'attempts' as bigint), cast(value ->> 'since' as bigint),
       cast(value ->> 'next_at' as bigint), cast(value ->> 'tried_at' as bigint), cast(value ->> 'status' as bigint),
       value ->> 'trouble'
     from {rows} as input where true
     on conflict (subscription_id, event_id) do nothing",
);

/// A delivery that was replayed in the meantime stays open.
pub static TRIED: Statement<Tried> = Statement::new(
    "delivery.tried",
    236,
    RowContract::Plain,
    |row| row.id.into(),
    "update delivery set state = value ->> 'state', attempts = cast(value ->> 'attempts' as bigint),
       next_at = cast(value ->> 'next_at' as bigint), tried_at = cast(value ->> 'tried_at' as bigint),
       status = cast(value ->> 'status' as bigint), trouble = value ->> 'trouble'
     from {rows} as input
     where delivery.id = cast(value ->> 'id' as bigint) and delivery.since = cast(value ->> 'since' as bigint)",
);

/// The row loses if there is no such delivery.
pub static AGAIN: Statement<Redelivery> = Statement::new(
    "delivery.again",
    237,
    RowContract::Must,
    |row| row.id.into(),
    "update delivery set state = 'pending', attempts = 0, since = cast(value ->> 'at' as bigint),
       next_at = cast(value ->> 'at' as bigint)
     from {rows} as input
     where delivery.id = cast(value ->> 'id' as bigint)
     returning id",
);

/// Makes all waiting deliveries due: their subscription is active again.
pub static HURRY: Statement<DeliveriesOf> = Statement::new(
    "delivery.hurry",
    238,
    RowContract::Plain,
    |row| row.subscription_id.into(),
    "update delivery set next_at = cast(value ->> 'at' as bigint), attempts = 0
     from {rows} as input
     where delivery.subscription_id = cast(value ->> 'subscription_id' as bigint) and delivery.state = 'pending'",
);

pub static DROP: Statement<DeliveriesOf> = Statement::new(
    "delivery.drop",
    239,
    RowContract::Plain,
    |row| row.subscription_id.into(),
    "delete from delivery where subscription_id in
       (select cast(value ->> 'subscription_id' as bigint) from {rows} as input)",
);

pub static EXPIRE: Expire = expire!("delivery", 256, "since", "state <> 'pending'");

pub(crate) static STATEMENTS: &[&Sql] =
    &[&INSERT.sql, &TRIED.sql, &AGAIN.sql, &HURRY.sql, &DROP.sql, &EXPIRE.remove.sql];

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, subscription_id, event_id, kind, at, place, contact_id, body, state, attempts, since, next_at,
               tried_at, status, trouble
             from delivery ",
            $rest
        )
    };
}

static FIND: Query = Query { name: "delivery.find", text: select!("where id = $1") };
static PAGE: Query =
    Query { name: "delivery.page", text: select!("where subscription_id = $1 and id < $2 order by id desc limit $3") };
/// The first delivery of each place, if it is due.
static DUE: Query = Query {
    name: "delivery.due",
    text: select!(
        "where subscription_id = $1 and state = 'pending' and next_at <= $2 and kind <> 'chatwoot.answer'
           and not exists (select 1 from delivery as earlier
             where earlier.subscription_id = $1 and earlier.state = 'pending' and earlier.place = delivery.place
               and earlier.event_id < delivery.event_id)
         order by next_at, id limit $3"
    ),
};
static ANSWERS_DUE: Query = Query {
    name: "delivery.answers_due",
    text: select!(
        "where subscription_id = $1 and state = 'pending' and next_at <= $2 and kind = 'chatwoot.answer'
           and not exists (select 1 from delivery as earlier
             where earlier.subscription_id = $1 and earlier.state = 'pending' and earlier.place = delivery.place
               and earlier.event_id < delivery.event_id)
         order by next_at, id limit $3"
    ),
};
static WAITING_AT: Query = Query {
    name: "delivery.waiting_at",
    text: "select count(*) as n from delivery where subscription_id = $1 and state = 'pending' and place = $2",
};
static WAITING: Query = Query {
    name: "delivery.waiting",
    text: "select count(*) as n from delivery where subscription_id = $1 and state = 'pending'",
};

pub(crate) static QUERIES: &[&Query] = &[&EXPIRE.page, &FIND, &PAGE, &DUE, &ANSWERS_DUE, &WAITING, &WAITING_AT];

pub async fn find(store: &Store, id: i64) -> Result<Option<Delivery>, ReadError> {
    store.one(&FIND, &[id.into()], read).await
}

/// All deliveries of a subscription, newest first. `before` is the id of the previous page's last one; `i64::MAX` for
/// the first page.
pub async fn page(store: &Store, subscription: i64, before: i64, limit: i64) -> Result<Vec<Delivery>, ReadError> {
    store.all(&PAGE, &[subscription.into(), before.into(), limit.into()], read).await
}

/// The deliveries that may be posted now: the earliest of each place, longest due first.
pub async fn due(store: &Store, subscription: i64, now: Time, limit: i64) -> Result<Vec<Delivery>, ReadError> {
    store.all(&DUE, &[subscription.into(), now.into(), limit.into()], read).await
}

/// As `due`, of the messages that people write in Chatwoot and that wait for their files; `due` leaves them out.
pub async fn answers_due(store: &Store, subscription: i64, now: Time, limit: i64) -> Result<Vec<Delivery>, ReadError> {
    store.all(&ANSWERS_DUE, &[subscription.into(), now.into(), limit.into()], read).await
}

/// The number of deliveries of one place that are not accepted yet.
pub async fn waiting_at(store: &Store, subscription: i64, place: i64) -> Result<i64, ReadError> {
    let args = [subscription.into(), place.into()];
    Ok(store.one(&WAITING_AT, &args, |row| row.number("n")).await?.unwrap_or(0))
}

/// The number of deliveries that are not accepted yet.
pub async fn waiting(store: &Store, subscription: i64) -> Result<i64, ReadError> {
    Ok(store.one(&WAITING, &[subscription.into()], |row| row.number("n")).await?.unwrap_or(0))
}

fn read(row: &Row) -> Result<Delivery, ReadError> {
    Ok(Delivery {
        id: row.number("id")?,
        subscription_id: row.number("subscription_id")?,
        event_id: row.number("event_id")?,
        kind: row.text("kind")?,
        at: row.time("at")?,
        place: row.number("place")?,
        contact_id: row.maybe_number("contact_id")?.map(ContactId),
        body: row.text("body")?,
        state: row.word("state")?,
        attempts: row.small("attempts")?,
        since: row.time("since")?,
        next_at: row.time("next_at")?,
        tried_at: row.maybe_time("tried_at")?,
        status: row.maybe_number("status")?.and_then(|status| u32::try_from(status).ok()),
        trouble: row.maybe_text("trouble")?,
    })
}
