//! Reads what happened with one contact in the order of time, a page of each kind.

use crate::{
    Query, ReadError, Row, Sql, Store,
    base::{
        ids::{ContactId, ConversationId, FlowName, StartId},
        time::Time,
    },
    model::{content::Content, effect::MessageDraft},
    tables::{inbound::InboundData, start::StartState},
};

/// A part of the line: after a place, before a time, at most so many rows.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// The time and the id of the last row that is known.
    pub after: (Time, i64),
    pub until: Time,
    pub limit: i64,
}

/// A message of the contact.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub id: i64,
    pub at: Time,
    pub data: InboundData,
}

/// A message to the contact.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub id: i64,
    pub at: Time,
    pub state: String,
    pub draft: MessageDraft,
    pub sent_as: Option<Content>,
    pub reason: Option<String>,
    pub error_code: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub id: i64,
    pub flow: FlowName,
    pub trigger_key: String,
    pub at: Time,
    /// The word of its end; `None`: it is open.
    pub outcome: Option<String>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    pub id: StartId,
    pub flow: FlowName,
    pub trigger_key: String,
    pub at: Time,
    pub state: StartState,
}

/// A fire in the contact's zone that planned no start for the contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub minute: String,
    pub at: Time,
}

static HEARD: Query = Query {
    name: "timeline.heard",
    text: "select id, at, cast(data as text) as data from inbound
      where conversation_id = $1 and (at, id) > ($2, $3) and at < $4 order by at, id limit $5",
};
static SAID: Query = Query {
    name: "timeline.said",
    text: "select id, created_at as at, state, cast(data as text) as data, cast(sent_as as text) as sent_as, reason,
        error_code from outbound
      where conversation_id = $1 and (created_at, id) > ($2, $3) and created_at < $4 order by created_at, id limit $5",
};
/// `+` keeps SQLite from walking the runs of everybody by their time.
static RAN: Query = Query {
    name: "timeline.ran",
    text: "select id, flow, trigger_key, started_at as at, outcome, reason from run
      where conversation_id = $1 and (+started_at, id) > ($2, $3) and +started_at < $4
      order by +started_at, id limit $5",
};
static STARTED: Query = Query {
    name: "timeline.started",
    text: "select id, flow, trigger_key, slot_at as at, state from start
      where contact_id = $1 and (slot_at, id) > ($2, $3) and slot_at < $4 order by slot_at, id limit $5",
};
/// Fires of which the contact was looked at, and no start came. `zone` is the account and the zone of the contact.
static GAPS: Query = Query {
    name: "timeline.gaps",
    text: "select minute, at from fire
      where flow = $1 and trigger_key = $2 and zone = $3 and at >= $4 and at < $5
        and (done_at is not null or cursor_contact_id >= $6)
        and not exists (select 1 from start where start.flow = fire.flow and start.trigger_key = fire.trigger_key
          and start.contact_id = $6 and start.minute = fire.minute)
      order by at, minute limit $7",
};

/// This file only reads.
pub(crate) static STATEMENTS: &[&Sql] = &[];
pub(crate) static QUERIES: &[&Query] = &[&HEARD, &SAID, &RAN, &STARTED, &GAPS];

pub async fn heard(store: &Store, talk: ConversationId, part: Stretch) -> Result<Vec<Heard>, ReadError> {
    let read = |row: &Row| Ok(Heard { id: row.number("id")?, at: row.time("at")?, data: row.json("data")? });
    store.all(&HEARD, &part.of(talk.0), read).await
}

pub async fn said(store: &Store, talk: ConversationId, part: Stretch) -> Result<Vec<Said>, ReadError> {
    let read = |row: &Row| {
        let sent_as = match row.maybe_text("sent_as")? {
            Some(_) => Some(row.json("sent_as")?),
            None => None,
        };
        Ok(Said {
            id: row.number("id")?,
            at: row.time("at")?,
            state: row.text("state")?,
            draft: row.json("data")?,
            sent_as,
            reason: row.maybe_text("reason")?,
            error_code: row.maybe_text("error_code")?,
        })
    };
    store.all(&SAID, &part.of(talk.0), read).await
}

pub async fn ran(store: &Store, talk: ConversationId, part: Stretch) -> Result<Vec<Ran>, ReadError> {
    let read = |row: &Row| {
        Ok(Ran {
            id: row.number("id")?,
            flow: row.text("flow")?.into(),
            trigger_key: row.text("trigger_key")?,
            at: row.time("at")?,
            outcome: row.maybe_text("outcome")?,
            reason: row.maybe_text("reason")?,
        })
    };
    store.all(&RAN, &part.of(talk.0), read).await
}

pub async fn started(store: &Store, contact: ContactId, part: Stretch) -> Result<Vec<Started>, ReadError> {
    let read = |row: &Row| {
        Ok(Started {
            id: StartId(row.number("id")?),
            flow: row.text("flow")?.into(),
            trigger_key: row.text("trigger_key")?,
            at: row.time("at")?,
            state: row.word("state")?,
        })
    };
    store.all(&STARTED, &part.of(contact.0), read).await
}

/// The fires of a trigger in `zone` (`account/zone`) that planned nothing for the contact; those at the time of
/// `part.after` are among them.
pub async fn gaps(
    store: &Store,
    (flow, trigger_key, zone): (&FlowName, &str, &str),
    contact: ContactId,
    part: Stretch,
) -> Result<Vec<Gap>, ReadError> {
    let args = [
        flow.as_str().into(),
        trigger_key.into(),
        zone.into(),
        part.after.0.into(),
        part.until.into(),
        contact.0.into(),
        part.limit.into(),
    ];
    store.all(&GAPS, &args, |row| Ok(Gap { minute: row.text("minute")?, at: row.time("at")? })).await
}

impl Stretch {
    fn of(self, whose: i64) -> [crate::Arg; 5] {
        [whose.into(), self.after.0.into(), self.after.1.into(), self.until.into(), self.limit.into()]
    }
}
