//! `outbound`: messages to contacts, from the turn that wrote them to the status that they were read.

mod read;
mod status;
mod waiting;

use super::early_status;
use crate::model::{
    content::Content,
    effect::{MessageDraft, Origin},
    event::Reason,
};
use crate::{
    RowContract, Sql, Statement, WriteSet,
    base::{
        ids::{ContactId, ConversationId, OutboundId, ProviderId, SenderId},
        time::Time,
    },
    queries::retention::{Expire, expire},
};
pub use read::*;
use serde::{Deserialize, Serialize};
pub(super) use status::{STATUS_BY_ID, STATUS_BY_PROVIDER, STATUS_EARLY, STATUS_KNOWN, StatusRow};
pub use status::{StatusChange, moved, moved_early, moved_unfollowed, status};
use std::sync::Arc;
pub use waiting::{Unfinished, counts, next_probe, oldest_unsent};

/// The state of a message. Statuses move `Sent` to `Read` only forward; see `rank`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SendState {
    Queued,
    Sending,
    Sent,
    Delivered,
    Read,
    Failed,
    Held,
    Unknown,
    /// Cancelled before it was sent.
    Dropped,
    /// A rule decided not to send it.
    Skipped,
}

impl SendState {
    /// True for a message that the contact did not get: it was refused, cancelled or left out.
    pub fn never_left(self) -> bool {
        match self {
            SendState::Failed | SendState::Dropped | SendState::Skipped => true,
            SendState::Queued
            | SendState::Sending
            | SendState::Sent
            | SendState::Delivered
            | SendState::Read
            | SendState::Held
            | SendState::Unknown => false,
        }
    }
}

/// A message as a turn writes it: `queued`, or `sending` at once if it is the next to be sent.
#[derive(Debug, Clone, Serialize)]
pub struct NewOutbound {
    pub id: OutboundId,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub sender_id: SenderId,
    pub number: u32,
    pub run: Option<u32>,
    pub origin: Origin,
    pub tells: bool,
    pub state: SendState,
    pub data: Arc<MessageDraft>,
    pub not_before: Option<Time>,
    pub hold_until: Option<Time>,
    pub attempt: u32,
    pub attempted_at: Option<Time>,
    pub created_at: Time,
}

impl NewOutbound {
    /// A queued message of a conversation.
    pub fn queued(
        id: OutboundId,
        conversation: ConversationId,
        contact: ContactId,
        sender: SenderId,
        draft: Arc<MessageDraft>,
        now: Time,
    ) -> Self {
        NewOutbound {
            id,
            conversation_id: conversation,
            contact_id: contact,
            sender_id: sender,
            number: draft.number,
            run: draft.run,
            origin: draft.origin,
            tells: draft.tells,
            state: SendState::Queued,
            data: draft,
            not_before: None,
            hold_until: None,
            attempt: 0,
            attempted_at: None,
            created_at: now,
        }
    }
}

/// The start of an attempt, written before the provider is called.
#[derive(Debug, Clone, Serialize)]
pub struct Sending {
    pub id: OutboundId,
    /// Begins at 1; one more than the row's.
    pub attempt: u32,
    pub at: Time,
    /// The content that is sent instead of the draft's own: its template or nudge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_as: Option<Content>,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct PlannedAgain {
    pub id: OutboundId,
    pub at: Time,
}

/// The result of an attempt, or of the decision to make none.
#[derive(Debug, Clone, Serialize)]
pub struct Settled {
    pub id: OutboundId,
    pub state: SendState,
    pub provider_id: Option<ProviderId>,
    pub accepted_at: Option<Time>,
    pub failed_at: Option<Time>,
    pub not_before: Option<Time>,
    pub hold_until: Option<Time>,
    pub error_code: Option<String>,
    pub error_text: Option<String>,
    pub reason: Option<Reason>,
    /// True if statuses may wait in `early_status` for this answer.
    #[serde(skip)]
    pub joins_early: bool,
}

impl Settled {
    /// A state without details; set the fields that belong to it.
    pub fn new(id: OutboundId, state: SendState) -> Self {
        Settled {
            id,
            state,
            provider_id: None,
            accepted_at: None,
            failed_at: None,
            not_before: None,
            hold_until: None,
            error_code: None,
            error_text: None,
            reason: None,
            joins_early: true,
        }
    }
}

pub static INSERT: Statement<NewOutbound> = Statement::new(
    "outbound.insert",
    150,
    RowContract::Plain,
    |row| row.id.0.into(),
    "insert into outbound
       (id, conversation_id, contact_id, sender_id, number, run, origin, tells, state, data, not_before, hold_until,
        attempt, attempted_at, created_at)
     select cast(value ->> 'id' as bigint), cast(value ->> 'conversation_id' as bigint),
       cast(value ->> 'contact_id' as bigint), cast(value ->> 'sender_id' as bigint),
       cast(value ->> 'number' as bigint), cast(value ->> 'run' as bigint), value ->> 'origin',
       cast(value ->> 'tells' as boolean), value ->> 'state', value -> 'data',
       cast(value ->> 'not_before' as bigint), cast(value ->> 'hold_until' as bigint),
       cast(value ->> 'attempt' as bigint), cast(value ->> 'attempted_at' as bigint),
       cast(value ->> 'created_at' as bigint)
     from {rows} as input where true",
);

/// The row loses if the message was already sent or dropped, or if another attempt is running: then do not send it.
pub static SENDING: Statement<Sending> = Statement::new(
    "outbound.sending",
    151,
    RowContract::Must,
    |row| row.id.0.into(),
    "update outbound set state = 'sending', attempt = cast(value ->> 'attempt' as bigint),
       attempted_at = cast(value ->> 'at' as bigint), sent_as = value -> 'sent_as', not_before = null,
       error_code = null, error_text = null, reason = null
     from {rows} as input
     where outbound.id = cast(value ->> 'id' as bigint)
       and (outbound.state = 'queued' or outbound.state = 'held' or outbound.state = 'unknown')
       and outbound.attempt = cast(value ->> 'attempt' as bigint) - 1
     returning id",
);

/// Writes the result of an attempt. If a status of the attempt came first, the state does not move back. Call `settle`
/// instead.
pub(crate) static SETTLE: Statement<Settled> = Statement::new(
    "outbound.settle",
    152,
    RowContract::Plain,
    |row| row.id.0.into(),
    "update outbound set
       state = case when (outbound.state = 'sent' or outbound.state = 'delivered' or outbound.state = 'read')
           or (outbound.state = 'failed' and value ->> 'state' in ('sent', 'unknown')
             and coalesce(value ->> 'provider_id', outbound.provider_id, '') = coalesce(outbound.provider_id, ''))
         then outbound.state else value ->> 'state' end,
       provider_id = coalesce(value ->> 'provider_id', outbound.provider_id),
       accepted_at = coalesce(cast(value ->> 'accepted_at' as bigint), outbound.accepted_at),
       failed_at = coalesce(cast(value ->> 'failed_at' as bigint), outbound.failed_at),
       not_before = cast(value ->> 'not_before' as bigint), hold_until = cast(value ->> 'hold_until' as bigint),
       error_code = coalesce(value ->> 'error_code', outbound.error_code),
       error_text = coalesce(value ->> 'error_text', outbound.error_text), reason = value ->> 'reason'
     from {rows} as input where outbound.id = cast(value ->> 'id' as bigint)",
);

/// The provider refused it as outside the window and it is planned again: the next refusal is final.
pub static PLANNED_AGAIN: Statement<PlannedAgain> = Statement::new(
    "outbound.planned_again",
    162,
    RowContract::Plain,
    |row| row.id.0.into(),
    "update outbound set planned_again_at = cast(value ->> 'at' as bigint)
     from {rows} as input where outbound.id = cast(value ->> 'id' as bigint)",
);

/// Unsent messages stay: they may be held for longer than messages are kept.
pub static EXPIRE: Expire = expire!("outbound", 154, "created_at", "state not in ('queued', 'sending', 'held')");

pub(crate) static STATEMENTS: &[&Sql] = &[
    &INSERT.sql,
    &SENDING.sql,
    &SETTLE.sql,
    &PLANNED_AGAIN.sql,
    &EXPIRE.remove.sql,
    &STATUS_KNOWN.sql,
    &STATUS_BY_ID.sql,
    &STATUS_BY_PROVIDER.sql,
    &STATUS_EARLY.sql,
];

/// Records the result of an attempt. With a provider id, statuses that came before it are applied.
pub fn settle(set: &mut WriteSet, sender: SenderId, settled: &Settled) {
    set.replace(&SETTLE, settled);
    // Only a status that does not carry our id can have come before the answer.
    if let Some(provider_id) = settled.provider_id.as_ref().filter(|_| settled.joins_early) {
        let answered =
            early_status::IdentifiedMessage { id: settled.id, sender_id: sender, provider_id: provider_id.clone() };
        set.push(&STATUS_EARLY, &answered);
        set.push(&early_status::FORGET, &answered);
    }
}
