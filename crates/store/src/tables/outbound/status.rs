//! Applies the delivery statuses of providers: one set-based statement moves messages forward, whatever the order of
//! arrival.

use crate::model::inbound::{DeliveryState, StatusUpdate};
use crate::{Committed, Key, ReturnedRow, RowContract, Statement, WriteSet};
use crate::{
    base::{
        ids::{ContactId, ConversationId, OutboundId, ProviderId, SenderId},
        time::Time,
    },
    tables::early_status,
};
use serde::Serialize;

/// A status as it is written.
#[derive(Debug, Clone, Serialize)]
pub struct StatusRow {
    pub id: Option<OutboundId>,
    pub sender_id: SenderId,
    pub provider_id: ProviderId,
    /// The order of states: 1 sent, 2 failed, 3 delivered, 4 read.
    pub rank: i64,
    pub at: Time,
    pub error_code: Option<String>,
    pub error_text: Option<String>,
    pub received_at: Time,
}

/// A message that a status has moved, from the `Committed::told` of a status statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// The provider id by which it was found; `None` if by our own id.
    pub provider_id: Option<ProviderId>,
    pub id: OutboundId,
    pub conversation_id: ConversationId,
    pub contact_id: ContactId,
    pub number: u32,
    /// True if a flow waits for this status.
    pub tells: bool,
    pub state: DeliveryState,
}

/// The order of states as a number: taking the maximum makes the result independent of the order of arrival.
macro_rules! rank {
    ($state:literal) => {
        concat!(
            "case ",
            $state,
            " when 'sent' then 1 when 'failed' then 2 when 'delivered' then 3 when 'read' then 4 else 0 end"
        )
    };
}

/// Moves messages forward by the statuses in `from`, joined per message: the furthest state, the time of each.
///
/// Each attempt has its own provider id. An unsent message with a provider id is one whose last attempt failed and
/// that is tried again: a late or repeated `sent` or `failed` of that attempt is ignored, but not a `delivered`. A
/// failure of another attempt does not change a message that was accepted. The statuses of a sender move only its own
/// messages, whatever id they carry: they may be signed by another account. `delivered` also sets `accepted_at`, even
/// if the answer or the status `sent` never came: reports count by it.
macro_rules! forward {
    (
        by: $by:literal, rank: $rank:literal, at: $at:literal, code: $code:literal, words: $words:literal,
        from: $from:literal, on: $on:literal, key: $key:literal
    ) => {
        concat!(
            "update outbound set
               state = case input.rank when 1 then 'sent' when 2 then 'failed' when 3 then 'delivered' else 'read' end,
               provider_id = case when (outbound.state = 'queued' or outbound.state = 'sending'
                   or outbound.state = 'held'
                   or outbound.state = 'unknown') then input.provider
                 else coalesce(outbound.provider_id, input.provider) end,
               accepted_at = coalesce(outbound.accepted_at, input.sent, input.delivered, input.seen),
               delivered_at = coalesce(outbound.delivered_at, input.delivered),
               read_at = coalesce(outbound.read_at, input.seen),
               failed_at = coalesce(outbound.failed_at, input.failed),
               error_code = coalesce(input.code, outbound.error_code),
               error_text = coalesce(input.words, outbound.error_text)
             from (select ",
            $by,
            ", max(",
            $rank,
            ") as rank, min(case when ",
            $rank,
            " = 1 then ",
            $at,
            " end) as sent, min(case when ",
            $rank,
            " = 2 then ",
            $at,
            " end) as failed, min(case when ",
            $rank,
            " = 3 then ",
            $at,
            " end) as delivered, min(case when ",
            $rank,
            " = 4 then ",
            $at,
            " end) as seen, max(",
            $code,
            ") as code, max(",
            $words,
            ") as words from ",
            $from,
            " group by 1, 2) as input
             where ",
            $on,
            " and ",
            rank!("outbound.state"),
            " < input.rank
               and not (input.rank <= 2 and coalesce(outbound.provider_id, '') = input.provider
                 and (outbound.state = 'queued' or outbound.state = 'sending' or outbound.state = 'held'
                   or outbound.state = 'unknown'))
               and not (input.rank = 2 and coalesce(outbound.provider_id, input.provider) <> input.provider
                 and outbound.state = 'sent')
             returning ",
            $key,
            ", id, conversation_id, contact_id, number, cast(case when tells then 1 else 0 end as bigint), cast(",
            rank!("state"),
            " as bigint)"
        )
    };
}

/// The common case: a status, found by the provider's id, of a message that no flow follows. It does not change
/// indexed columns. Statuses that match no row here are left to the statement below.
pub(crate) static STATUS_KNOWN: Statement<StatusRow> = Statement::new(
    "outbound.status_known",
    153,
    RowContract::Tell,
    |row| row.id.map_or(0, |id| id.0).into(),
    "update outbound set
       state = case cast(value ->> 'rank' as bigint) when 4 then 'read' else 'delivered' end,
       delivered_at = case cast(value ->> 'rank' as bigint) when 3 then cast(value ->> 'at' as bigint)
         else outbound.delivered_at end,
       read_at = case cast(value ->> 'rank' as bigint) when 4 then cast(value ->> 'at' as bigint)
         else outbound.read_at end
     from {rows} as input
     where outbound.id = cast(value ->> 'id' as bigint)
       and outbound.sender_id = cast(value ->> 'sender_id' as bigint)
       and outbound.provider_id = value ->> 'provider_id' and not outbound.tells
       and (outbound.state = 'sent' or (outbound.state = 'delivered' and cast(value ->> 'rank' as bigint) = 4))
     returning id",
);

/// Three ways to find the message: by our id, by the provider's id, and for early statuses when the answer comes.
pub(crate) static STATUS_BY_ID: Statement<StatusRow> = Statement::new(
    "outbound.status_by_id",
    155,
    RowContract::Tell,
    |row| row.id.map_or(0, |id| id.0).into(),
    forward!(
        by: "cast(value ->> 'id' as bigint) as message_id, cast(value ->> 'sender_id' as bigint) as sender,
               max(value ->> 'provider_id') as provider",
        rank: "cast(value ->> 'rank' as bigint)",
        at: "cast(value ->> 'at' as bigint)",
        code: "value ->> 'error_code'",
        words: "value ->> 'error_text'",
        from: "{rows} as one",
        on: "outbound.id = input.message_id and outbound.sender_id = input.sender",
        key: "id"
    ),
);
pub(crate) static STATUS_BY_PROVIDER: Statement<StatusRow> = Statement::new(
    "outbound.status_by_provider",
    156,
    RowContract::Tell,
    |row| row.provider_id.as_str().into(),
    forward!(
        by: "value ->> 'provider_id' as provider, cast(value ->> 'sender_id' as bigint) as sender",
        rank: "cast(value ->> 'rank' as bigint)",
        at: "cast(value ->> 'at' as bigint)",
        code: "value ->> 'error_code'",
        words: "value ->> 'error_text'",
        from: "{rows} as one",
        on: "outbound.sender_id = input.sender and outbound.provider_id = input.provider",
        key: "provider_id"
    ),
);
pub(crate) static STATUS_EARLY: Statement<early_status::IdentifiedMessage> = Statement::new(
    "outbound.status_early",
    158,
    RowContract::Tell,
    |row| row.id.0.into(),
    forward!(
        by: "cast(value ->> 'id' as bigint) as message_id, early_status.sender_id as sender,
               max(early_status.provider_id) as provider",
        rank: "early_status.rank",
        at: "early_status.at",
        code: "early_status.error_code",
        words: "early_status.error_text",
        from: "{rows} as one
          join early_status on early_status.sender_id = cast(value ->> 'sender_id' as bigint)
            and early_status.provider_id = value ->> 'provider_id'",
        on: "outbound.id = input.message_id and outbound.sender_id = input.sender",
        key: "id"
    ),
);

/// Records a status: moves the message forward, or keeps the status until its message is known.
pub fn status(set: &mut WriteSet, sender: SenderId, status: &StatusUpdate, now: Time) {
    let row = StatusRow {
        id: status.ours,
        sender_id: sender,
        provider_id: status.provider_id.clone(),
        rank: state_rank(status.state),
        at: status.at,
        error_code: status.error.as_ref().map(|error| error.code.to_string()),
        error_text: status.error.as_ref().map(|error| error.text.clone()),
        received_at: now,
    };
    if row.id.is_some() {
        if matches!(status.state, DeliveryState::Delivered | DeliveryState::Read) {
            set.push(&STATUS_KNOWN, &row);
        }
        set.push(&STATUS_BY_ID, &row);
    } else {
        set.push(&STATUS_BY_PROVIDER, &row);
        set.push(&early_status::INSERT, &row);
    }
}

/// The messages without a waiting flow that the statuses of a committed set have moved.
pub fn moved_unfollowed(committed: &Committed) -> Vec<OutboundId> {
    committed.won(&STATUS_KNOWN).into_iter().map(OutboundId).collect()
}

/// The other messages that these statuses have moved.
pub fn moved(committed: &Committed) -> Vec<StatusChange> {
    let told = committed.told(&STATUS_BY_ID).chain(committed.told(&STATUS_BY_PROVIDER));
    told.filter_map(read).collect()
}

/// The messages that were moved by statuses which came before the answers in this set.
pub fn moved_early(committed: &Committed) -> Vec<StatusChange> {
    committed.told(&STATUS_EARLY).filter_map(read).collect()
}

fn read(told: &ReturnedRow) -> Option<StatusChange> {
    let [Some(id), Some(conversation), Some(contact), Some(number), Some(tells), Some(rank)] = told.more[..] else {
        return None;
    };
    Some(StatusChange {
        provider_id: match &told.key {
            Key::Text(provider_id) => Some(provider_id.as_str().into()),
            Key::Number(_) => None,
        },
        id: OutboundId(id),
        conversation_id: ConversationId(conversation),
        contact_id: ContactId(contact),
        number: u32::try_from(number).ok()?,
        tells: tells == 1,
        state: match rank {
            1 => DeliveryState::Sent,
            2 => DeliveryState::Failed,
            3 => DeliveryState::Delivered,
            _ => DeliveryState::Read,
        },
    })
}

/// `failed` ranks below `delivered`: a delivered message did not fail, whichever status comes first.
fn state_rank(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Sent => 1,
        DeliveryState::Failed => 2,
        DeliveryState::Delivered => 3,
        DeliveryState::Read => 4,
    }
}
