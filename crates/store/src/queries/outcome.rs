//! Reads the results of a flow's starts for one contact, down to the messages of their runs.

use crate::{
    Query, ReadError, Row, Sql, Store,
    base::{
        ids::{ContactId, FlowName, StartId},
        limits::OUTCOME_ROWS_MAX,
        time::Time,
    },
    tables::start::StartState,
};

/// A start, and one message of its run, if there is any.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub start: StartId,
    pub trigger_key: String,
    pub minute: String,
    pub slot_at: Time,
    pub state: StartState,
    /// The reason of a refusal.
    pub reason: Option<String>,
    pub message: Option<Message>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub state: String,
    pub reason: Option<String>,
    pub error_code: Option<String>,
    pub error_text: Option<String>,
    /// The name of the template that was or will be sent instead.
    pub template: Option<String>,
    pub accepted_at: Option<Time>,
    pub delivered_at: Option<Time>,
    pub read_at: Option<Time>,
    /// The time until which it is held or postponed.
    pub until: Option<Time>,
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "select start.id as id, start.trigger_key as trigger_key, start.minute as minute, start.slot_at as slot_at,
        start.state as state, start.reason as reason, outbound.state as message, outbound.reason as why,
        outbound.error_code as error_code, outbound.error_text as error_text,
        case when outbound.sent_as ->> 'kind' = 'template' then outbound.sent_as ->> 'name' end as template,
        outbound.accepted_at as accepted_at, outbound.delivered_at as delivered_at, outbound.read_at as read_at,
        coalesce(outbound.not_before, outbound.hold_until) as until_at
      from start
      left join run on run.start_id = start.id
      left join outbound on outbound.conversation_id = run.conversation_id and outbound.run = run.number ",
            $which
        )
    };
}

static OF: Query = Query {
    name: "outcome.of",
    text: select!(
        "where start.contact_id = $1 and start.flow = $2
      order by start.id desc, outbound.number, case when outbound.sent_as ->> 'kind' = 'template' then 0 else 1 end
      limit $3"
    ),
};
static OF_START: Query = Query {
    name: "outcome.of_start",
    text: select!(
        "where start.id = $1
      order by outbound.number, case when outbound.sent_as ->> 'kind' = 'template' then 0 else 1 end limit $2"
    ),
};

/// This file only reads.
pub(crate) static STATEMENTS: &[&Sql] = &[];
pub(crate) static QUERIES: &[&Query] = &[&OF, &OF_START];

/// One row for each message of each start, the newest start first; a start without messages has one row. A nudge has
/// the number of the message that it announces, and comes before it.
pub async fn of(store: &Store, contact: ContactId, flow: &FlowName) -> Result<Vec<Outcome>, ReadError> {
    let args = [contact.0.into(), flow.as_str().into(), OUTCOME_ROWS_MAX.into()];
    store.all(&OF, &args, read).await
}

/// One row for each message of the start.
pub async fn of_start(store: &Store, start: StartId) -> Result<Vec<Outcome>, ReadError> {
    store.all(&OF_START, &[start.0.into(), OUTCOME_ROWS_MAX.into()], read).await
}

fn read(row: &Row) -> Result<Outcome, ReadError> {
    let message = match row.maybe_text("message")? {
        None => None,
        Some(state) => Some(Message {
            state,
            reason: row.maybe_text("why")?,
            error_code: row.maybe_text("error_code")?,
            error_text: row.maybe_text("error_text")?,
            template: row.maybe_text("template")?,
            accepted_at: row.maybe_time("accepted_at")?,
            delivered_at: row.maybe_time("delivered_at")?,
            read_at: row.maybe_time("read_at")?,
            until: row.maybe_time("until_at")?,
        }),
    };
    Ok(Outcome {
        start: StartId(row.number("id")?),
        trigger_key: row.text("trigger_key")?,
        minute: row.text("minute")?,
        slot_at: row.time("slot_at")?,
        state: row.word("state")?,
        reason: row.maybe_text("reason")?,
        message,
    })
}
