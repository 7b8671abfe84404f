//! What became of the starts of a flow for one contact, down to the message that its run sent or did not.

use super::{Query, ReadError, Sql, Store, start::StartState};
use crate::base::{
    ids::{ContactId, FlowName, StartId},
    limits::OUTCOME_ROWS_MAX,
    time::Time,
};

/// A start, and one message of its run, if it said any.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub start: StartId,
    pub trigger_key: String,
    pub minute: String,
    pub slot_at: Time,
    pub state: StartState,
    /// Why it was refused.
    pub reason: Option<String>,
    pub message: Option<Message>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub state: String,
    pub reason: Option<String>,
    pub error_code: Option<String>,
    pub error_text: Option<String>,
    /// That left, or was to leave, in its place.
    pub template: Option<String>,
    pub accepted_at: Option<Time>,
    pub delivered_at: Option<Time>,
    pub read_at: Option<Time>,
    /// Where it is kept or postponed.
    pub until: Option<Time>,
}

static OF: Query = Query {
    name: "outcome.of",
    text: "select start.id as id, start.trigger_key as trigger_key, start.minute as minute, start.slot_at as slot_at,
        start.state as state, start.reason as reason, outbound.state as message, outbound.reason as why,
        outbound.error_code as error_code, outbound.error_text as error_text,
        case when outbound.sent_as ->> 'kind' = 'template' then outbound.sent_as ->> 'name' end as template,
        outbound.accepted_at as accepted_at, outbound.delivered_at as delivered_at, outbound.read_at as read_at,
        coalesce(outbound.not_before, outbound.hold_until) as until_at
      from start
      left join run on run.start_id = start.id
      left join outbound on outbound.conversation_id = run.conversation_id and outbound.run = run.number
      where start.contact_id = $1 and start.flow = $2
      order by start.id desc, outbound.number, case when outbound.sent_as ->> 'kind' = 'template' then 0 else 1 end
      limit $3",
};

/// It only reads.
pub(super) static STATEMENTS: &[&Sql] = &[];
pub(super) static QUERIES: &[&Query] = &[&OF];

/// A row for each message of each start, the newest start first; one that said nothing has one row. A nudge has the
/// number of what it announces, and stands before it.
pub async fn of(store: &Store, contact: ContactId, flow: &FlowName) -> Result<Vec<Outcome>, ReadError> {
    let args = [contact.0.into(), flow.as_str().into(), OUTCOME_ROWS_MAX.into()];
    store
        .all(&OF, &args, |row| {
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
        })
        .await
}
