//! What a lane knows of its contact, how it is read back from its rows, and what kinds of work it takes.

use super::{
    app::App,
    outbox::{self, Pending, SendAnswer},
};
use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId, OutboundId, SenderId},
        time::Time,
    },
    channel::{Receipt, SendError},
    model::{
        contact::Contact,
        effect::{Draft, Effect},
        event::{ConsentWord, Event, Start},
        inbound::{InboundMessage, StatusUpdate},
        session::Session,
        window::Window,
    },
};
use tokio::sync::oneshot;

/// Everything of one contact, over all its senders.
pub struct LaneState {
    pub contact: Contact,
    pub conversations: Vec<Conversation>,
}

/// A contact at one sender.
pub struct Conversation {
    pub id: ConversationId,
    pub sender: SenderId,
    pub window: Window,
    pub last_inbound_at: Option<Time>,
    pub session: Session,
    /// Messages that have not left yet, oldest first.
    pub outbox: Vec<Pending>,
}

/// A piece of work for a lane.
pub enum Work {
    /// Recorded and not handled yet.
    Inbound(Box<Recorded>),
    /// Something else happened to a conversation; `reply` hears what the engine made of it.
    Event { conversation: ConversationId, event: Box<Event>, reply: Option<oneshot::Sender<TurnAnswer>> },
    /// A flow is to start; the conversation is made if there is none.
    Start { sender: SenderId, start: Box<Start>, reply: Option<oneshot::Sender<TurnAnswer>> },
    /// A message of a person or of the API goes into the outbox.
    Say { sender: SenderId, draft: Box<Draft>, reply: oneshot::Sender<Said> },
    /// A send came back.
    Sent { conversation: ConversationId, id: OutboundId, result: Box<Result<Receipt, SendError>> },
    /// A status of a message that somebody here waits for, or that failed.
    Status { conversation: ConversationId, id: OutboundId, update: Box<StatusUpdate> },
    /// An operator wants an unknown send to go out after all.
    Resend { conversation: ConversationId, id: OutboundId },
    /// Look at what is due.
    Wake,
    /// Rows of this contact were changed by another hand: read them again.
    Forget,
}

/// A message of the contact as its row has it.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub id: InboundId,
    pub conversation: ConversationId,
    pub sender: SenderId,
    pub message: InboundMessage,
    pub word: Option<ConsentWord>,
    /// It opens the window (platform.md 4.3, and the sender's switches).
    pub opens: bool,
    pub recorded_at: Time,
    /// How often it was taken up after a crash.
    pub attempts: i64,
}

/// What became of a turn, for the API and the terminal.
#[derive(Debug, Clone)]
pub struct TurnAnswer {
    pub effects: Vec<Effect>,
    pub conversation: ConversationId,
}

/// A message of the API was taken into the outbox; `sent` hears what became of it.
pub struct Said {
    pub conversation: ConversationId,
    pub id: OutboundId,
    pub sent: oneshot::Receiver<SendAnswer>,
}

/// A lane cannot go on with what it has in memory.
#[derive(Debug)]
pub enum LaneError {
    /// The rows are not what memory says, or the commit's fate is unknown: read them again.
    Reload(String),
    /// This one piece of work can never be committed.
    Poison(String),
}

impl LaneState {
    pub fn conversation(&mut self, id: ConversationId) -> Option<&mut Conversation> {
        self.conversations.iter_mut().find(|conversation| conversation.id == id)
    }

    pub fn index(&self, id: ConversationId) -> Option<usize> {
        self.conversations.iter().position(|conversation| conversation.id == id)
    }

    /// When somebody must look here again although nothing happens.
    pub fn due_at(&self) -> Option<Time> {
        self.conversations
            .iter()
            .flat_map(|conversation| [conversation.session.due_at(), outbox::due_at(&conversation.outbox)])
            .flatten()
            .min()
    }
}

impl App {
    /// Reads a contact and all its conversations back from the rows. `None`: there is no such contact.
    pub async fn load_lane(&self, contact: ContactId) -> anyhow::Result<Option<LaneState>> {
        todo!()
    }
}
