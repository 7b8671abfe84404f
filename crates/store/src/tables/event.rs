//! `event`: the event log in commit order, for the event stream and for webhook subscriptions. Each write-set adds its
//! events in its own commit, and only if a subscriber exists: no event is lost, and without subscribers there is no
//! cost.

use super::{inbound, ledger, outbound, run};
use crate::{
    Query, ReadError, Row, RowContract, Sql, Statement, Store, WriteSet,
    base::{
        ids::{ContactId, ConversationId, SenderId},
        time::Time,
    },
    queries::retention::{Expire, expire},
};
use serde::Serialize;

/// Every kind of event, by the name that filters use.
pub const KINDS: &[&str] = &[
    "message.in",
    "message.heard",
    "message.out",
    "message.status",
    "run.began",
    "run.ended",
    "consent",
    "event",
    "template",
    "handoff",
    "needs_person",
    "assigned",
    "case",
    "case.overdue",
    "suggestion",
    "sender_stopped",
    "unknown_send",
    "dead_letter",
    "alarm",
];

/// The groups of kinds that have a subscriber, as bits: only those are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WantedKinds(u32);

impl WantedKinds {
    pub const NOTHING: WantedKinds = WantedKinds(0);
    pub const ALL: WantedKinds = WantedKinds(0b11_1111);
    const RECEIVED: WantedKinds = WantedKinds(1);
    const SAID: WantedKinds = WantedKinds(1 << 1);
    const MOVED: WantedKinds = WantedKinds(1 << 2);
    const RUNS: WantedKinds = WantedKinds(1 << 3);
    const AGREED: WantedKinds = WantedKinds(1 << 4);
    /// Kinds that `Happened` rows carry, because no other table has them.
    const HAPPENED: WantedKinds = WantedKinds(1 << 5);

    /// The groups of these kinds.
    pub fn of<'k>(kinds: impl IntoIterator<Item = &'k str>) -> WantedKinds {
        kinds.into_iter().map(WantedKinds::kind).fold(WantedKinds::NOTHING, WantedKinds::and)
    }

    pub fn kind(kind: &str) -> WantedKinds {
        match kind {
            "message.in" | "message.heard" => WantedKinds::RECEIVED,
            "message.out" => WantedKinds::SAID,
            "message.status" => WantedKinds::MOVED,
            "run.began" | "run.ended" => WantedKinds::RUNS,
            "consent" => WantedKinds::AGREED,
            _ => WantedKinds::HAPPENED,
        }
    }

    pub fn and(self, other: WantedKinds) -> WantedKinds {
        WantedKinds(self.0 | other.0)
    }

    pub fn has(self, some: WantedKinds) -> bool {
        self.0 & some.0 != 0
    }

    /// True if any wanted kind is derived from rows of other tables.
    fn draws(self) -> bool {
        self.0 & !WantedKinds::HAPPENED.0 != 0
    }

    pub(crate) fn bits(self) -> u32 {
        self.0
    }

    pub(crate) fn from_bits(bits: u32) -> WantedKinds {
        WantedKinds(bits)
    }
}

/// One entry of the event log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Increases with each commit.
    pub id: i64,
    pub kind: String,
    pub at: Time,
    pub sender_id: Option<SenderId>,
    pub conversation_id: Option<ConversationId>,
    pub contact_id: Option<ContactId>,
    /// The id of the message, run or ledger entry.
    pub subject_id: i64,
    pub word: String,
    pub data: serde_json::Value,
}

/// An event that no other table records: a hand-off, a stopped sender.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LoggedEvent {
    /// The event's own id, from `Store::next_id`.
    pub id: i64,
    pub kind: String,
    pub at: Time,
    pub sender_id: Option<SenderId>,
    pub conversation_id: Option<ConversationId>,
    pub contact_id: Option<ContactId>,
    /// A JSON object.
    pub data: serde_json::Value,
}

/// The id of a row that the same write-set wrote to another table.
#[derive(Debug, Clone, Copy, Serialize)]
struct About {
    id: i64,
}

/// A run by its conversation and its number in it.
#[derive(Debug, Clone, Copy, Serialize)]
struct RunKey {
    conversation_id: i64,
    number: i64,
}

/// A message of ours by the provider's id.
#[derive(Debug, Clone, Serialize)]
struct Named {
    sender_id: i64,
    provider_id: String,
}

macro_rules! event {
    ($name:literal, $order:literal, $row:ty, $key:expr, $select:literal) => {
        Statement::<$row>::new(
            $name,
            $order,
            RowContract::Plain,
            $key,
            concat!(
                "insert into event (kind, at, sender_id, conversation_id, contact_id, subject_id, word, data) ",
                $select,
                " on conflict (kind, subject_id, word) do nothing"
            ),
        )
    };
}

pub static HAPPENED: Statement<LoggedEvent> = event!(
    "event.happened",
    249,
    LoggedEvent,
    |row| row.id.into(),
    "select value ->> 'kind', cast(value ->> 'at' as bigint), cast(value ->> 'sender_id' as bigint),
       cast(value ->> 'conversation_id' as bigint), cast(value ->> 'contact_id' as bigint),
       cast(value ->> 'id' as bigint), '', value -> 'data'
     from {rows} as input where true"
);

/// A repeated message has another id in the table and gives no event.
static RECEIVED: Statement<About> = event!(
    "event.received",
    241,
    About,
    |row| row.id.into(),
    "select 'message.in', inbound.received_at, inbound.sender_id, inbound.conversation_id, inbound.contact_id,
       inbound.id, '', null
     from {rows} as input join inbound on inbound.id = cast(value ->> 'id' as bigint) where true"
);

/// The words of a voice note.
static HEARD: Statement<About> = event!(
    "event.heard",
    250,
    About,
    |row| row.id.into(),
    "select 'message.heard', inbound.received_at, inbound.sender_id, inbound.conversation_id, inbound.contact_id,
       inbound.id, '', null
     from {rows} as input join inbound on inbound.id = cast(value ->> 'id' as bigint) where true"
);

static SAID: Statement<About> = event!(
    "event.said",
    242,
    About,
    |row| row.id.into(),
    "select 'message.out', outbound.created_at, outbound.sender_id, outbound.conversation_id, outbound.contact_id,
       outbound.id, '', null
     from {rows} as input join outbound on outbound.id = cast(value ->> 'id' as bigint) where true"
);

macro_rules! moved {
    ($from:literal) => {
        concat!(
            "select 'message.status', coalesce(case outbound.state when 'read' then outbound.read_at
                 when 'delivered' then outbound.delivered_at when 'failed' then outbound.failed_at
                 when 'sent' then outbound.accepted_at end, outbound.attempted_at, outbound.created_at),
               outbound.sender_id, outbound.conversation_id, outbound.contact_id, outbound.id, outbound.state, null
             from {rows} as input join outbound on ",
            $from,
            " where outbound.state not in ('queued', 'sending')"
        )
    };
}

static MOVED: Statement<About> = Statement::new(
    "event.moved",
    243,
    RowContract::Plain,
    |row| row.id.into(),
    concat!(
        "insert into event (kind, at, sender_id, conversation_id, contact_id, subject_id, word, data) ",
        moved!("outbound.id = cast(value ->> 'id' as bigint)"),
        " on conflict (kind, subject_id, word) do nothing"
    ),
);

static MOVED_NAMED: Statement<Named> = Statement::new(
    "event.moved_named",
    244,
    RowContract::Plain,
    |row| row.provider_id.as_str().into(),
    concat!(
        "insert into event (kind, at, sender_id, conversation_id, contact_id, subject_id, word, data) ",
        moved!(
            "outbound.sender_id = cast(value ->> 'sender_id' as bigint) and outbound.provider_id = value ->> 'provider_id'"
        ),
        " on conflict (kind, subject_id, word) do nothing"
    ),
);

static BEGAN: Statement<RunKey> = event!(
    "event.began",
    245,
    RunKey,
    |row| row.conversation_id.into(),
    "select 'run.began', run.started_at, conversation.sender_id, run.conversation_id, run.contact_id, run.id, '', null
     from {rows} as input join run on run.conversation_id = cast(value ->> 'conversation_id' as bigint)
       and run.number = cast(value ->> 'number' as bigint)
     join conversation on conversation.id = run.conversation_id where true"
);

static ENDED: Statement<RunKey> = event!(
    "event.ended",
    246,
    RunKey,
    |row| row.conversation_id.into(),
    "select 'run.ended', run.ended_at, conversation.sender_id, run.conversation_id, run.contact_id, run.id,
       coalesce(run.outcome, ''), null
     from {rows} as input join run on run.conversation_id = cast(value ->> 'conversation_id' as bigint)
       and run.number = cast(value ->> 'number' as bigint)
     join conversation on conversation.id = run.conversation_id where run.ended_at is not null"
);

static AGREED: Statement<About> = event!(
    "event.agreed",
    247,
    About,
    |row| row.id.into(),
    "select 'consent', coalesce(ledger.recorded_at, ledger.at), null, null, ledger.contact_id, ledger.id, '', null
     from {rows} as input join ledger on ledger.id = cast(value ->> 'id' as bigint) where true"
);

pub static EXPIRE: Expire = expire!("event", 248, "at");

pub(crate) static STATEMENTS: &[&Sql] = &[
    &HAPPENED.sql,
    &RECEIVED.sql,
    &HEARD.sql,
    &SAID.sql,
    &MOVED.sql,
    &MOVED_NAMED.sql,
    &BEGAN.sql,
    &ENDED.sql,
    &AGREED.sql,
    &EXPIRE.remove.sql,
];

static AFTER: Query = Query {
    name: "event.after",
    text: "select id, kind, at, sender_id, conversation_id, contact_id, subject_id, word, cast(data as text) as data
      from event where id > $1 order by id limit $2",
};
static ENDS: Query = Query {
    name: "event.ends",
    text: "select coalesce((select event.id from event where event.id > 0 order by event.id limit 1), 0) as first,
        coalesce((select event.id from event where event.id > 0 order by event.id desc limit 1), 0) as last",
};

pub(crate) static QUERIES: &[&Query] = &[&EXPIRE.page, &AFTER, &ENDS];

/// The events after `id`, in order.
pub async fn after(store: &Store, id: i64, limit: i64) -> Result<Vec<Event>, ReadError> {
    store.all(&AFTER, &[id.into(), limit.into()], read).await
}

/// The ids of the first and last stored event; 0 if there is none.
pub async fn ends(store: &Store) -> Result<(i64, i64), ReadError> {
    let ends = store.one(&ENDS, &[], |row| Ok((row.number("first")?, row.number("last")?))).await?;
    Ok(ends.unwrap_or_default())
}

/// The order numbers of the statements that write to the event log.
pub(crate) const WRITES: std::ops::RangeInclusive<u16> = 241..=250;

/// Adds to a write-set the events that its rows cause, of the wanted kinds.
pub(crate) fn add_events(set: &mut WriteSet, wanted: WantedKinds) {
    if !wanted.draws() {
        return;
    }
    let mut news = WriteSet::new();
    for entry in &set.rows {
        let passage = || {
            Some(RunKey { conversation_id: entry.row.number("conversation_id")?, number: entry.row.number("number")? })
        };
        let order = entry.sql.order;
        if let (Some(id), true) = (entry.key.number(), BY_ID.contains(&order)) {
            let about = About { id };
            let is = |statement: u16| order == statement;
            if is(inbound::INSERT.sql.order) {
                if wanted.has(WantedKinds::RECEIVED) {
                    news.push(&RECEIVED, &about);
                }
                continue;
            }
            if is(inbound::HEARD.sql.order) {
                if wanted.has(WantedKinds::RECEIVED) {
                    news.push(&HEARD, &about);
                }
                continue;
            }
            if is(ledger::INSERT.sql.order) {
                if wanted.has(WantedKinds::AGREED) {
                    news.push(&AGREED, &about);
                }
                continue;
            }
            if is(outbound::INSERT.sql.order) && wanted.has(WantedKinds::SAID) {
                news.push(&SAID, &about);
            }
            if wanted.has(WantedKinds::MOVED) {
                news.replace(&MOVED, &about);
            }
        } else if order == outbound::STATUS_BY_PROVIDER.sql.order && wanted.has(WantedKinds::MOVED) {
            if let (Some(sender_id), Some(name)) = (entry.row.number("sender_id"), entry.row.text("provider_id")) {
                news.push(&MOVED_NAMED, &Named { sender_id, provider_id: name.to_owned() });
            }
        } else if (order == run::BEGAN.sql.order || order == run::ENDED.sql.order) && wanted.has(WantedKinds::RUNS) {
            let Some(passage) = passage() else { continue };
            if order == run::BEGAN.sql.order {
                news.push(&BEGAN, &passage);
            }
            // A run may begin and end in the same turn.
            news.push(&ENDED, &passage);
        }
    }
    set.merge(news);
}

/// The order numbers of statements whose key is the id of the row.
static BY_ID: &[u16] = &[
    inbound::INSERT.sql.order,
    inbound::HEARD.sql.order,
    ledger::INSERT.sql.order,
    outbound::INSERT.sql.order,
    outbound::SETTLE.sql.order,
    outbound::STATUS_BY_ID.sql.order,
];

fn read(row: &Row) -> Result<Event, ReadError> {
    Ok(Event {
        id: row.number("id")?,
        kind: row.text("kind")?,
        at: row.time("at")?,
        sender_id: row.maybe_number("sender_id")?.map(SenderId),
        conversation_id: row.maybe_number("conversation_id")?.map(ConversationId),
        contact_id: row.maybe_number("contact_id")?.map(ContactId),
        subject_id: row.number("subject_id")?,
        word: row.text("word")?,
        data: if row.maybe_text("data")?.is_some() { row.json("data")? } else { serde_json::Value::Null },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_wanted_by_its_name_and_all_of_them_are_all() {
        assert_eq!(WantedKinds::of(KINDS.iter().copied()), WantedKinds::ALL);
        assert!(WantedKinds::of(["handoff"]).has(WantedKinds::kind("alarm")) && !WantedKinds::of(["handoff"]).draws());
        assert!(!WantedKinds::of(["message.in"]).has(WantedKinds::kind("message.status")));
    }

    #[test]
    fn no_other_statement_stands_among_those_that_write_the_log() {
        for sql in crate::statements().filter(|sql| WRITES.contains(&sql.order)) {
            assert!(sql.name.starts_with("event."), "{}", sql.name);
        }
    }
}
