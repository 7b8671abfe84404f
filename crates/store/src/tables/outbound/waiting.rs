//! Finds overdue messages: the age of the oldest, and the message that probes an unreachable platform.

use crate::base::{
    ids::{ContactId, SenderId},
    time::Time,
};
use crate::{Query, ReadError, Store};

/// The number of messages of one sender in one unfinished state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    pub sender_id: SenderId,
    pub state: String,
    pub count: i64,
}

pub(super) static COUNTS: Query = Query {
    name: "outbound.counts",
    text: "select sender_id, state, count(*) as n from outbound
      where (state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown')
      group by sender_id, state",
};
// Of the messages of a sender whose platform does not answer, the one with the fewest attempts, so that no message
// uses up its attempts.
pub(super) static NEXT_PROBE: Query = Query {
    name: "outbound.next_probe",
    text: "select contact_id from outbound
      where (state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown')
        and state = 'queued' and reason = 'sender_down' and sender_id = $1
      order by attempt, id limit 1",
};
// A message with a time of its own counts from that time; a message that waits for its sender counts from its
// creation.
pub(super) static OLDEST_UNSENT: Query = Query {
    name: "outbound.oldest_unsent",
    text: "select min(case when not_before is null or reason = 'sender_down' then created_at else not_before end) as at
      from outbound
      where (state = 'queued' or state = 'sending' or state = 'held' or state = 'unknown')
        and state = 'queued' and (not_before is null or not_before <= $1 or reason = 'sender_down')",
};

/// The contact whose message is the next to test whether the sender's platform answers.
pub async fn next_probe(store: &Store, sender: SenderId) -> Result<Option<ContactId>, ReadError> {
    store.one(&NEXT_PROBE, &[sender.0.into()], |row| Ok(ContactId(row.number("contact_id")?))).await
}

/// The time since which the first overdue message waits; `None` if none is overdue.
pub async fn oldest_unsent(store: &Store, now: Time) -> Result<Option<Time>, ReadError> {
    Ok(store.one(&OLDEST_UNSENT, &[now.into()], |row| row.maybe_time("at")).await?.flatten())
}

/// The number of messages in each unfinished state.
pub async fn counts(store: &Store) -> Result<Vec<Unfinished>, ReadError> {
    store
        .all(&COUNTS, &[], |row| {
            Ok(Unfinished {
                sender_id: SenderId(row.number("sender_id")?),
                state: row.text("state")?,
                count: row.number("n")?,
            })
        })
        .await
}
