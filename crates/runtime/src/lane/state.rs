//! Defines the state of a lane, and its kinds of work.

use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId, OutboundId, SenderId, TraceId},
        time::Time,
    },
    channel::{Receipt, SendError},
    lane::{
        merge_source::MergeSource,
        outbox::{self, QueuedMessage, SendAnswer},
        start_slots::StartPermit,
    },
    model::{
        contact::Contact,
        effect::{CallMade, Effect, MessageDraft, TurnSteps},
        event::{ConsentWord, Event},
        inbound::{Alias, InboundMessage, StatusUpdate},
        session::{BeganWith, Session},
        window::Window,
    },
    store::tables::{model_call::SettledCall, model_question::Exchange, start::PlannedStart},
};
use std::{collections::BTreeSet, sync::Arc};
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
    /// The last message or start that this process handled, for logs: the answer of a server continues it.
    pub led_by: Option<TraceId>,
    /// The number of ours that the contact last wrote to, at a sender with several.
    pub number: Option<Box<str>>,
}

/// The result of a call, with the rows that are committed with it.
#[derive(Clone)]
pub struct ReturnedCall {
    pub conversation: ConversationId,
    pub run: u32,
    pub event: Box<Event>,
    /// A note for the trace, if a mock answered.
    pub said: Option<String>,
    /// `None` in an author's test, whose calls take no time.
    pub made: Option<CallMade>,
    pub settled: Vec<SettledCall>,
    /// A question to a model, with its answer.
    pub exchange: Option<Box<Exchange>>,
}

/// A job for a lane.
pub enum LaneTask {
    /// A recorded, unhandled message.
    Inbound(Box<RecordedMessage>),
    /// Another event of a conversation; `reply` gets the engine's result.
    Event { conversation: ConversationId, event: Box<Event>, reply: Option<oneshot::Sender<TurnAnswer>> },
    /// The result of an external call, with the rows that are committed with it.
    Returned(ReturnedCall),
    /// The slot of a planned start has come.
    Begin(Box<PlannedStart>, Arc<StartPermit>),
    /// A message of a person or of the API for the outbox; `reply` gives `None` if the contact's data was erased.
    Say {
        id: OutboundId,
        conversation: ConversationId,
        draft: Box<MessageDraft>,
        /// The words that the text of a person began with.
        began_with: BeganWith,
        reply: oneshot::Sender<Option<ApiSend>>,
    },
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
            LaneTask::Returned(returned) => LaneTask::Returned(returned.clone()),
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

#[cfg(test)]
mod tests;
