//! Converts the state of lanes to rows of a write-set.

use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId, OutboundId, SenderId, StartId},
        phone,
        time::Time,
    },
    channel::Receipt,
    lane::outbox::{QueuedMessage, QueuedState},
    model::{
        contact::Contact, content::Content, effect::TraceEntry, event::Reason, inbound::InboundMessage,
        session::Session, window::Window,
    },
    store::{
        WriteSet,
        queries::search,
        tables::{
            charge,
            contact::{self, ContactChange},
            conversation, inbound,
            ledger::{self, LedgerEntry},
            outbound::{self, NewOutbound, SendState, Sending, Settled},
            session::{self, SessionUpdate},
            start::{self, Decided, StartState},
            support_case::{self, CasePlace, ClosedCase, SupportCase},
            trace::{self, Trace},
        },
    },
};
use std::sync::Arc;

pub(crate) fn session(set: &mut WriteSet, contact: ContactId, conversation: ConversationId, session: &Session) {
    set.push(&session::TURN, &SessionUpdate::new(conversation, contact, session));
}

/// Stores the open case, and closes the one that was open before. A new case gets its id here, so the session must be
/// stored after this.
pub(crate) fn case(
    set: &mut WriteSet,
    place: CasePlace,
    before: Option<i64>,
    session: &mut Session,
    now: Time,
    next_id: impl FnOnce() -> i64,
) {
    let person = session.person.as_mut();
    if let Some(case) = person.and_then(|person| person.case.as_mut()) {
        case.id.get_or_insert_with(next_id);
    }
    let open = session.person.as_ref().and_then(|person| SupportCase::of(place, person));
    if let Some(id) = before.filter(|id| open.as_ref().is_none_or(|open| open.id != *id)) {
        set.push(&support_case::CLOSE, &ClosedCase { id, conversation_id: place.conversation_id, at: now });
    }
    if let Some(open) = &open {
        set.push(&support_case::SAVE, open);
    }
}

/// The id of the open case.
pub(crate) fn case_id(session: &Session) -> Option<i64> {
    session.person.as_ref()?.case.as_ref()?.id
}

pub(crate) fn contact(set: &mut WriteSet, contact: &Contact) {
    let zone = contact
        .data
        .zone
        .clone()
        .or_else(|| contact.data.phone.as_deref().and_then(phone::zone).map(str::to_owned))
        .unwrap_or_default();
    let sought = search::sought(&contact.data);
    set.replace(&contact::CHANGE, &ContactChange { id: contact.id, data: contact.data.clone(), zone, sought });
}

pub(crate) fn opt_out(set: &mut WriteSet, contact: &Contact) {
    set.replace(&contact::OPT_OUT, &contact::OptOut { id: contact.id, opted_out_at: contact.opted_out });
}

pub(crate) fn handled(set: &mut WriteSet, id: InboundId, now: Time) {
    set.push(&inbound::HANDLED, &inbound::Handled { id, at: now });
}

/// Keeps the words of a voice note in its message. Of an erased one nothing is there that could be changed.
pub(crate) fn heard(set: &mut WriteSet, id: InboundId, message: &InboundMessage) {
    let data = inbound::InboundData { message: message.clone(), word: None };
    let provider_id = message.provider_id.clone();
    set.push(&inbound::HEARD, &inbound::Heard { id, provider_id, data });
}

pub(crate) fn insert_outbound(
    set: &mut WriteSet,
    pending: &QueuedMessage,
    contact: ContactId,
    conversation: ConversationId,
    sender: SenderId,
) {
    let (state, hold_until) = match pending.state {
        QueuedState::Queued => (SendState::Queued, None),
        QueuedState::Sending => (SendState::Sending, None),
        QueuedState::Held { until } => (SendState::Held, Some(until)),
        QueuedState::Unknown { until } => (SendState::Unknown, Some(until)),
    };
    let mut row =
        NewOutbound::queued(pending.id, conversation, contact, sender, Arc::clone(&pending.draft), pending.created_at);
    row.state = state;
    // Only a run that follows the message gets each status; a failure reaches the lane in any case.
    row.tells = pending.draft.follows;
    row.hold_until = hold_until;
    row.not_before = pending.not_before;
    row.attempt = pending.attempt;
    row.attempted_at = pending.attempted_at;
    set.push(&outbound::INSERT, &row);
    if state == SendState::Sending {
        charge(set, pending);
    }
}

/// Stores the reservation together with its message, so that a crash loses both or neither.
fn charge(set: &mut WriteSet, pending: &QueuedMessage) {
    if let Some(charge) = &pending.charge {
        set.replace(&charge::RESERVE, charge.as_ref());
    }
}

/// Begins an attempt; the row loses if another attempt is running.
pub(crate) fn sending(set: &mut WriteSet, pending: &QueuedMessage, now: Time) {
    let sent_as = match &pending.sent_as {
        Some(template) => Some(Content::Template(template.clone())),
        // The content that was sent outside the window, for counting the people reached there.
        None => pending.direct.then(|| pending.draft.content.clone()),
    };
    charge(set, pending);
    set.push(&outbound::SENDING, &Sending { id: pending.id, attempt: pending.attempt, at: now, sent_as });
}

/// Records that it was planned again, which may happen only once, also over a restart.
pub(crate) fn planned_again(set: &mut WriteSet, id: OutboundId, now: Time) {
    set.push(&outbound::PLANNED_AGAIN, &outbound::PlannedAgain { id, at: now });
}

/// Changes the state of a message that stays in the outbox.
pub(crate) fn mark(
    set: &mut WriteSet,
    sender: SenderId,
    pending: &QueuedMessage,
    error: Option<(&str, &str)>,
    reason: Option<Reason>,
) {
    let (state, hold_until) = match pending.state {
        QueuedState::Queued => (SendState::Queued, None),
        QueuedState::Sending => (SendState::Sending, None),
        QueuedState::Held { until } => (SendState::Held, Some(until)),
        QueuedState::Unknown { until } => (SendState::Unknown, Some(until)),
    };
    let mut settled = Settled::new(pending.id, state);
    // A held or unknown message has a time of its own; an old one would stay due for ever.
    settled.not_before = pending.not_before.filter(|_| state == SendState::Queued);
    settled.hold_until = hold_until;
    settled.reason = reason;
    settled.error_code = error.map(|(code, _)| code.to_owned());
    settled.error_text = error.map(|(_, text)| text.to_owned());
    outbound::settle(set, sender, &settled);
}

/// `early`: statuses without our id have arrived, and one of them may belong to this message.
pub(crate) fn sent(set: &mut WriteSet, sender: SenderId, id: OutboundId, receipt: &Receipt, early: bool, now: Time) {
    let mut settled = Settled::new(id, SendState::Sent);
    settled.provider_id = Some(receipt.provider_id.clone());
    settled.accepted_at = Some(now);
    settled.joins_early = early;
    outbound::settle(set, sender, &settled);
}

pub(crate) fn failed(
    set: &mut WriteSet,
    sender: SenderId,
    id: OutboundId,
    error: (&str, &str),
    reason: Option<Reason>,
    now: Time,
) {
    let state = if reason.is_some() { SendState::Skipped } else { SendState::Failed };
    let mut settled = Settled::new(id, state);
    settled.failed_at = Some(now);
    settled.error_code = Some(error.0.to_owned());
    settled.error_text = Some(error.1.to_owned());
    settled.reason = reason;
    outbound::settle(set, sender, &settled);
}

/// Removes a message from the outbox without sending it.
pub(crate) fn gone(set: &mut WriteSet, sender: SenderId, id: OutboundId, state: SendState, reason: Option<Reason>) {
    let mut settled = Settled::new(id, state);
    settled.reason = reason;
    outbound::settle(set, sender, &settled);
}

pub(crate) fn close_window(set: &mut WriteSet, conversation: ConversationId, window: Window) {
    if let Some(opened_at) = window.opened_at {
        set.push(&conversation::CLOSE_WINDOW, &conversation::CloseWindow { id: conversation, opened_at });
    }
}

/// A provider accepted a template, at a provider where that opens the window.
pub(crate) fn open_window(set: &mut WriteSet, conversation: ConversationId, at: Time) {
    set.push(&conversation::OPENED, &conversation::WindowOpened { id: conversation, at });
}

/// An entry of the consent ledger.
pub(crate) struct LedgerLine<'a> {
    /// `all` for the opt-out of everything and its end.
    pub topic: &'a str,
    pub given: bool,
    /// The time of the contact's own act.
    pub at: Time,
    pub by: &'a str,
    pub message: Option<InboundId>,
    pub shown: Option<&'a str>,
}

pub(crate) fn ledger(set: &mut WriteSet, id: i64, contact: ContactId, line: &LedgerLine<'_>, now: Time) {
    let row = LedgerEntry {
        id,
        contact_id: contact,
        topic: line.topic.to_owned(),
        given: line.given,
        at: line.at,
        by: line.by.to_owned(),
        message_id: line.message,
        shown: line.shown.map(str::to_owned),
        recorded_at: now,
    };
    set.push(&ledger::INSERT, &row);
}

pub(crate) fn start_outcome(set: &mut WriteSet, id: StartId, refused: Option<Reason>, queued: bool, now: Time) {
    let state = match (refused, queued) {
        (Some(_), _) => StartState::Refused,
        (None, true) => StartState::Queued,
        (None, false) => StartState::Begun,
    };
    let ended_at = (!queued).then_some(now);
    set.replace(&start::DECIDED, &Decided { id, state, reason: refused, slot_at: None, ended_at });
}

pub(crate) fn trace(
    set: &mut WriteSet,
    id: i64,
    contact: ContactId,
    conversation: ConversationId,
    turn: u64,
    now: Time,
    data: Vec<TraceEntry>,
) {
    set.push(&trace::INSERT, &Trace { id, conversation_id: conversation, contact_id: contact, turn, at: now, data });
}

/// A newer start, or an opt-out, replaces a queued start.
pub(crate) fn start_superseded(set: &mut WriteSet, id: StartId, now: Time) {
    let state = StartState::Superseded;
    set.replace(&start::DECIDED, &Decided { id, state, reason: None, slot_at: None, ended_at: Some(now) });
}
