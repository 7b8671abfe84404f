//! Defines the state of a lane, how it is loaded from the database, and its kinds of work.

use super::error::LaneError;
use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId, OutboundId, SenderId},
        limits::{HOLD_DEFAULT, OUTBOX_READ_MAX, UNKNOWN_AFTER},
        time::Time,
    },
    channel::{Receipt, SendError},
    contacts::merge::MergeSource,
    daemon::app::App,
    delivery::{
        outbox::{self, QueuedMessage, QueuedState, SendAnswer},
        pacing::start_slots::StartPermit,
        restore::fate_of,
    },
    model::{
        contact::Contact,
        content::Content,
        effect::{Effect, MessageDraft, TurnSteps},
        event::{ConsentWord, Event, Reason},
        inbound::{Alias, InboundMessage, StatusUpdate},
        session::Session,
        window::Window,
    },
    store::{
        ReadError,
        tables::{
            contact, conversation, inbound, once,
            outbound::{self, SendState},
            session,
            start::PlannedStart,
        },
    },
};
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};
use tokio::sync::oneshot;

/// The state of one contact, over all its senders.
pub struct LaneState {
    pub contact: Contact,
    pub conversations: Vec<Conversation>,
    /// The used keys of `once_per`.
    pub once: BTreeSet<String>,
    /// The wake-up that is already set.
    pub armed: Option<Time>,
    /// True if the contact has written since this was loaded, so that its next message is likely soon. Contacts that
    /// only a fire wakes are loaded again when needed: otherwise a large fire would fill the memory.
    pub heard: bool,
    /// Set if the database refused the next turn, so that it is parked instead of run.
    pub refused: Option<String>,
}

/// A contact at one sender.
pub struct Conversation {
    pub id: ConversationId,
    pub sender: SenderId,
    pub window: Window,
    pub last_inbound_at: Option<Time>,
    /// When this process received its newest message: provider timestamps are whole seconds.
    pub heard_at: Option<Time>,
    pub session: Session,
    /// The newest turn of which the provider has accepted a message.
    pub accepted_turn: Option<u64>,
    /// The unsent messages, oldest first.
    pub outbox: Vec<QueuedMessage>,
    /// Results of messages that the engine was not told yet.
    pub missed: Vec<Event>,
    /// The last message that this process handled, for logs: the answer of a server continues it.
    pub led_by: Option<InboundId>,
    /// The number of ours that the contact last wrote to, at a sender with several.
    pub number: Option<Box<str>>,
}

/// A job for a lane.
pub enum LaneTask {
    /// A recorded, unhandled message.
    Inbound(Box<RecordedMessage>),
    /// Another event of a conversation; `reply` gets the engine's result.
    Event { conversation: ConversationId, event: Box<Event>, reply: Option<oneshot::Sender<TurnAnswer>> },
    /// The result of an external call; `said` is for the trace, if a mock answered.
    Returned { conversation: ConversationId, run: u32, event: Box<Event>, said: Option<String> },
    /// The slot of a planned start has come.
    Begin(Box<PlannedStart>, Arc<StartPermit>),
    /// A message of a person or of the API for the outbox.
    Say { id: OutboundId, conversation: ConversationId, draft: Box<MessageDraft>, reply: oneshot::Sender<ApiSend> },
    /// The result of a send.
    Sent { conversation: ConversationId, id: OutboundId, result: Box<Result<Receipt, SendError>> },
    /// A status of a message that a run here waits for, or a failure.
    Status { conversation: ConversationId, id: OutboundId, number: u32, tells: bool, update: Box<StatusUpdate> },
    /// An operator wants an unknown message to be sent again; `reply` gives the receiver of its result, or `None` if
    /// there is nothing to send.
    Resend {
        conversation: ConversationId,
        id: OutboundId,
        reply: oneshot::Sender<Option<oneshot::Receiver<SendAnswer>>>,
    },
    /// Cancel an unsent message; `reply` tells whether that was possible.
    TakeBack { conversation: ConversationId, id: OutboundId, reply: oneshot::Sender<bool> },
    /// Reports when all earlier jobs are done.
    Pass { reply: oneshot::Sender<()> },
    /// The platform reports new ids of the contact; `reply` tells that they are stored.
    Moved { names: Vec<Alias>, reply: oneshot::Sender<()> },
    /// This contact is joined to `to`: show its data, and end its runs after `joined`.
    Leave { to: ContactId, show: oneshot::Sender<MergeSource>, joined: oneshot::Receiver<Option<Time>> },
    /// Another contact was the same person; `reply` tells that it is stored, and whether both are opted out now.
    Join { leaver: Box<MergeSource>, reply: oneshot::Sender<Option<Time>> },
    /// Erase the person's data, together with the joined contacts in `others`; `reply` tells that it is stored.
    Erase { others: Vec<ContactId>, reply: oneshot::Sender<()> },
    /// The platform told when the contact last wrote, if it could; the message waits for this.
    WindowTold { conversation: ConversationId, message: OutboundId, heard: Option<Time> },
    /// Run what is due.
    Wake,
    /// A sender, or a template of it, may be usable again: decide the messages that wait for it again.
    AskAnew { sender: SenderId },
    /// A broadcast was stopped: cancel this run's unsent messages.
    CallOff { conversation: ConversationId, run: u32 },
    /// Another process or task changed rows of this contact: load them again.
    Forget,
}

impl LaneTask {
    /// A copy of work that nobody else would bring again.
    pub(crate) fn once_more(&self) -> Option<LaneTask> {
        Some(match self {
            LaneTask::Returned { conversation, run, event, said } => {
                let (event, said) = (event.clone(), said.clone());
                LaneTask::Returned { conversation: *conversation, run: *run, event, said }
            }
            LaneTask::Begin(start, held) => LaneTask::Begin(start.clone(), Arc::clone(held)),
            LaneTask::Sent { conversation, id, result } => {
                LaneTask::Sent { conversation: *conversation, id: *id, result: result.clone() }
            }
            LaneTask::Status { conversation, id, number, tells, update } => {
                let update = update.clone();
                LaneTask::Status { conversation: *conversation, id: *id, number: *number, tells: *tells, update }
            }
            LaneTask::Wake => LaneTask::Wake,
            LaneTask::AskAnew { sender } => LaneTask::AskAnew { sender: *sender },
            LaneTask::CallOff { conversation, run } => LaneTask::CallOff { conversation: *conversation, run: *run },
            LaneTask::Inbound(_)
            | LaneTask::Event { .. }
            | LaneTask::Say { .. }
            | LaneTask::Resend { .. }
            | LaneTask::TakeBack { .. }
            | LaneTask::Pass { .. }
            | LaneTask::Moved { .. }
            | LaneTask::Leave { .. }
            | LaneTask::Join { .. }
            | LaneTask::Erase { .. }
            | LaneTask::WindowTold { .. }
            | LaneTask::Forget => return None,
        })
    }
}

/// A message of the contact from its row.
#[derive(Debug, Clone)]
pub struct RecordedMessage {
    pub id: InboundId,
    pub conversation: ConversationId,
    pub sender: SenderId,
    pub message: InboundMessage,
    pub word: Option<ConsentWord>,
    /// True if it opens the window (platform.md 4.3, and the sender's settings).
    pub opens: bool,
    pub recorded_at: Time,
    /// Set if this message created the contact.
    pub fresh: Option<Box<Contact>>,
}

/// The result of a turn, for the API and the terminal.
#[derive(Debug, Clone)]
pub struct TurnAnswer {
    pub effects: Vec<Effect>,
    pub conversation: ConversationId,
}

/// The effects of one turn, for an author's test.
#[derive(Debug)]
pub struct TurnSeen {
    pub effects: Vec<Effect>,
    pub passage: TurnSteps,
}

/// An API message was put into the outbox; `sent` gets its result.
pub struct ApiSend {
    pub conversation: ConversationId,
    pub id: OutboundId,
    pub sent: oneshot::Receiver<SendAnswer>,
}

impl LaneState {
    /// Gives back memory that only a working lane needs. True if the state is needed soon, or is in no row: then it is
    /// kept.
    pub fn settle(&mut self) -> bool {
        let keeps = self.heard || self.waits();
        if keeps {
            self.conversations.shrink_to_fit();
            for conversation in &mut self.conversations {
                conversation.outbox.shrink_to_fit();
                conversation.missed.shrink_to_fit();
                conversation.session.shrink_to_fit();
            }
        }
        keeps
    }

    /// True if it has messages to send, or results to report to a flow.
    pub fn waits(&self) -> bool {
        // A message scheduled for later is loaded when its time is near.
        self.conversations.iter().any(|conversation| {
            conversation.outbox.iter().any(|pending| !pending.is_planned()) || !conversation.missed.is_empty()
        })
    }

    /// The next time at which this lane is due without a new event.
    pub fn due_at(&self) -> Option<Time> {
        self.conversations
            .iter()
            .flat_map(|conversation| [conversation.session.due_at(), outbox::due_at(&conversation.outbox)])
            .flatten()
            .min()
    }
}

impl Conversation {
    /// A new conversation without any history.
    pub fn new(id: ConversationId, sender: SenderId) -> Self {
        Conversation {
            id,
            sender,
            window: Window::default(),
            last_inbound_at: None,
            heard_at: None,
            session: Session::default(),
            accepted_turn: None,
            outbox: Vec::new(),
            missed: Vec::new(),
            led_by: None,
            number: None,
        }
    }

    /// True if the contact has written after this time, as far as timestamps of whole seconds can tell.
    pub fn heard_since(&self, moment: Time) -> bool {
        let same_second = |at: Time| at.0 / 1000 == moment.0 / 1000 && self.heard_at > Some(moment);
        self.last_inbound_at.is_some_and(|at| at > moment || same_second(at))
    }
}

impl App {
    /// The lane of a contact that this message has just created: nothing needs to be loaded.
    pub(crate) fn fresh_lane(&self, contact: Contact, recorded: &RecordedMessage) -> LaneState {
        let conversation = Conversation::new(recorded.conversation, recorded.sender);
        let (conversations, once) = (vec![conversation], BTreeSet::new());
        LaneState { contact, conversations, once, armed: None, heard: true, refused: None }
    }

    /// Loads a contact and all its conversations. `None` if there is no such contact.
    pub(crate) async fn load_lane(&self, contact: ContactId) -> anyhow::Result<Option<LaneState>> {
        let Some(mut contact) = contact::find(&self.store, contact).await? else { return Ok(None) };
        let mut conversations = Vec::new();
        for row in conversation::of(&self.store, contact.id).await? {
            contact.data.last_message_at = contact.data.last_message_at.max(row.last_inbound_at);
            conversations.push(self.load_conversation(row).await?);
        }
        let once = match self.once_used.load(Ordering::Relaxed) {
            true => once::of(&self.store, contact.id).await?.into_iter().collect(),
            false => BTreeSet::new(),
        };
        Ok(Some(LaneState { contact, conversations, once, armed: None, heard: false, refused: None }))
    }

    /// The index of a conversation in the lane; a new one is loaded.
    pub(crate) async fn conversation_index(
        &self,
        lane: &mut LaneState,
        id: ConversationId,
    ) -> Result<usize, LaneError> {
        if let Some(index) = lane.conversations.iter().position(|conversation| conversation.id == id) {
            return Ok(index);
        }
        let row = conversation::find(&self.store, id).await?;
        let row = row.ok_or_else(|| LaneError::Reload(format!("conversation {id} does not exist")))?;
        lane.conversations.push(Box::pin(self.load_conversation(row)).await?);
        Ok(lane.conversations.len() - 1)
    }

    async fn load_conversation(&self, row: conversation::Conversation) -> Result<Conversation, ReadError> {
        let session = session::find(&self.store, row.id).await?.map(|stored| stored.session).unwrap_or_default();
        let taken = self.unstored.taken(row.id);
        let mut rows = outbound::unfinished_of(&self.store, row.id, OUTBOX_READ_MAX).await?;
        rows.retain(|row| taken.iter().all(|(id, _)| *id != row.id));
        let mut missed = Vec::new();
        for number in session.awaits() {
            if let Some(row) = outbound::by_number(&self.store, row.id, number).await?
                && let Some(fate) = fate_of(&row)
            {
                missed.push(Event::Delivery { message: number, fate });
            }
        }
        let accepted_turn = match rows.iter().find(|row| matches!(row.state, SendState::Sending | SendState::Unknown)) {
            Some(unknown) => outbound::accepted_turn(&self.store, row.id, unknown.id).await?,
            None => None,
        };
        let outbox = self.outbox_of(&row, rows).await?;
        let has_numbers = self.provider_of(row.sender_id).is_some_and(|provider| provider.has_numbers(row.sender_id));
        let newest = match has_numbers {
            true => inbound::of(&self.store, row.id, InboundId(i64::MAX), 1).await?.pop(),
            false => None,
        };
        Ok(Conversation {
            number: newest.and_then(|newest| newest.data.message.number).map(String::into_boxed_str),
            window: Window { opened_at: row.opened_at },
            last_inbound_at: row.last_inbound_at,
            session,
            accepted_turn: accepted_turn.max(taken.iter().map(|(_, turn)| *turn).max()),
            outbox,
            missed,
            ..Conversation::new(row.id, row.sender_id)
        })
    }

    /// Restores a message from its row. A row in `sending` becomes unknown, because no answer was recorded.
    pub(crate) fn restore(&self, row: outbound::Outbound) -> QueuedMessage {
        let mut pending = QueuedMessage::new(row.id, Arc::new(row.draft), row.created_at);
        let after = self.senders.get(row.sender_id).map_or(UNKNOWN_AFTER, |sender| sender.unknown_after);
        pending.attempt = row.attempt;
        pending.attempted_at = row.attempted_at;
        pending.waits_for = row.reason.as_deref().and_then(Reason::named);
        // Waits for a sender or a template depend on what this process knows of them.
        pending.not_before = row.not_before.filter(|_| !outbox::is_asked_anew(pending.waits_for));
        pending.planned_again = row.planned_again_at.is_some();
        if row.provider_id.is_some() {
            // A status failed one attempt, and it is sent again: another status may still report its delivery.
            self.unknown_sends.add(row.id);
        }
        // A message keeps its place while it waits for a rate, a back-off or a stopped sender, and loses it for every
        // other reason.
        pending.in_order = row.reason.as_deref().is_none_or(|reason| reason == Reason::SenderDown.as_str());
        pending.direct = row.sent_as.as_ref().is_some_and(|content| !content.is_template());
        pending.direct_refused = pending.direct && self.refused_direct(row.sender_id, row.error_code.as_deref());
        let template = |content| if let Content::Template(template) = content { Some(template) } else { None };
        pending.sent_as = row.sent_as.and_then(template);
        pending.state = match row.state {
            SendState::Held => QueuedState::Held { until: row.hold_until.unwrap_or(row.created_at + HOLD_DEFAULT) },
            SendState::Sending | SendState::Unknown => {
                // Counted from the attempt or from this daemon's start, whichever is later (product.md).
                let since = row.attempted_at.unwrap_or(self.started_at).max(self.started_at);
                self.unknown_sends.add(row.id);
                let until = since + after;
                pending.interrupted = row.state == SendState::Sending || row.hold_until != Some(until);
                QueuedState::Unknown { until }
            }
            SendState::Queued
            | SendState::Sent
            | SendState::Delivered
            | SendState::Read
            | SendState::Failed
            | SendState::Dropped
            | SendState::Skipped => QueuedState::Queued,
        };
        pending
    }
}

#[cfg(test)]
mod tests;
