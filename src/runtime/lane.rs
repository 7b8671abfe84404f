//! What a lane knows of its contact, how it is read back from its rows, and what kinds of work it takes.

use super::{
    app::App,
    beginning::Held,
    join::Leaver,
    lane_error::LaneError,
    outbox::{self, Pending, PendingState, SendAnswer},
    revived::fate_of,
};
use crate::{
    base::{
        ids::{ContactId, ConversationId, InboundId, OutboundId, SenderId},
        limits::{HOLD_DEFAULT, OUTBOX_READ_MAX, UNKNOWN_AFTER},
        time::Time,
    },
    channel::{Receipt, SendError},
    model::{
        contact::Contact,
        content::Content,
        effect::{Draft, Effect, Passage},
        event::{ConsentWord, Event, Reason},
        inbound::{Alias, InboundMessage, StatusUpdate},
        session::Session,
        window::Window,
    },
    store::{
        ReadError, contact, conversation, once,
        outbound::{self, SendState},
        session,
        start::PlannedStart,
    },
};
use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
};
use tokio::sync::oneshot;

/// Everything of one contact, over all its senders.
pub struct LaneState {
    pub contact: Contact,
    pub conversations: Vec<Conversation>,
    /// Keys of `once_per` that the contact has used up.
    pub once: BTreeSet<String>,
    /// The wake-up that is set already.
    pub armed: Option<Time>,
    /// The contact has written since this was read: its next message comes soon. Whom a fire wakes is read back when
    /// it is needed again; else a large one would fill the memory with people who say nothing.
    pub heard: bool,
    /// The database refused the turn that comes next, so it is parked instead of taken.
    pub refused: Option<String>,
}

/// A contact at one sender.
pub struct Conversation {
    pub id: ConversationId,
    pub sender: SenderId,
    pub window: Window,
    pub last_inbound_at: Option<Time>,
    /// When this process took its newest message: a timestamp counts in whole seconds.
    pub heard_at: Option<Time>,
    pub session: Session,
    /// The newest turn of which the provider took a message.
    pub accepted_turn: Option<u64>,
    /// Messages that have not left yet, oldest first.
    pub outbox: Vec<Pending>,
    /// What became of messages while nobody could tell the engine.
    pub missed: Vec<Event>,
    /// The message that this process took last, for the logs: a server's answer goes on with it.
    pub led_by: Option<InboundId>,
}

/// A piece of work for a lane.
pub enum Work {
    /// Recorded and not handled yet.
    Inbound(Box<Recorded>),
    /// Something else happened to a conversation; `reply` hears what the engine made of it.
    Event { conversation: ConversationId, event: Box<Event>, reply: Option<oneshot::Sender<TurnAnswer>> },
    /// An external call came back; `said` is for the trace, when a mock answered.
    Returned { conversation: ConversationId, run: u32, event: Box<Event>, said: Option<String> },
    /// The slot of a planned start has come.
    Begin(Box<PlannedStart>, Arc<Held>),
    /// A message of a person or of the API goes into the outbox.
    Say { id: OutboundId, conversation: ConversationId, draft: Box<Draft>, reply: oneshot::Sender<Said> },
    /// A send came back.
    Sent { conversation: ConversationId, id: OutboundId, result: Box<Result<Receipt, SendError>> },
    /// A status of a message that somebody here waits for, or that failed.
    Status { conversation: ConversationId, id: OutboundId, number: u32, tells: bool, update: Box<StatusUpdate> },
    /// An operator wants an unknown send to go out after all; `reply` gives who will hear what comes of it, or `None`:
    /// there is nothing to send.
    Resend {
        conversation: ConversationId,
        id: OutboundId,
        reply: oneshot::Sender<Option<oneshot::Receiver<SendAnswer>>>,
    },
    /// A message that has not left is taken back; `reply` hears whether it could be.
    TakeBack { conversation: ConversationId, id: OutboundId, reply: oneshot::Sender<bool> },
    /// Whoever waits for all that stands in line before it hears that it is done.
    Pass { reply: oneshot::Sender<()> },
    /// The platform says that the contact has these names from now on; `reply` hears that it is stored.
    Moved { names: Vec<Alias>, reply: oneshot::Sender<()> },
    /// The person is contact `to` as well and goes on there: what there is is shown, and ends when it is `joined`.
    Leave { to: ContactId, show: oneshot::Sender<Leaver>, joined: oneshot::Receiver<Option<Time>> },
    /// Another contact was the same person; `reply` hears that it is stored, and whether both are opted out now.
    Join { leaver: Box<Leaver>, reply: oneshot::Sender<Option<Time>> },
    /// Everything that is known of the person goes, with these who were found to be the same; `reply` hears that it is
    /// stored.
    Erase { others: Vec<ContactId>, reply: oneshot::Sender<()> },
    /// The platform told when the contact last wrote, if it could; the message waits for that.
    WindowTold { conversation: ConversationId, message: OutboundId, heard: Option<Time> },
    /// Look at what is due.
    Wake,
    /// A sender, or a template of it, may be usable again: what waits for that is decided anew.
    AskAnew { sender: SenderId },
    /// A broadcast was stopped: what this run has said and nobody has got is taken back.
    CallOff { conversation: ConversationId, run: u32 },
    /// Rows of this contact were changed by another hand: read them again.
    Forget,
}

impl Work {
    /// The same once more, where nobody else would bring it again.
    pub(super) fn once_more(&self) -> Option<Work> {
        Some(match self {
            Work::Returned { conversation, run, event, said } => {
                let (event, said) = (event.clone(), said.clone());
                Work::Returned { conversation: *conversation, run: *run, event, said }
            }
            Work::Begin(start, held) => Work::Begin(start.clone(), Arc::clone(held)),
            Work::Sent { conversation, id, result } => {
                Work::Sent { conversation: *conversation, id: *id, result: result.clone() }
            }
            Work::Status { conversation, id, number, tells, update } => {
                let update = update.clone();
                Work::Status { conversation: *conversation, id: *id, number: *number, tells: *tells, update }
            }
            Work::Wake => Work::Wake,
            Work::AskAnew { sender } => Work::AskAnew { sender: *sender },
            Work::CallOff { conversation, run } => Work::CallOff { conversation: *conversation, run: *run },
            Work::Inbound(_)
            | Work::Event { .. }
            | Work::Say { .. }
            | Work::Resend { .. }
            | Work::TakeBack { .. }
            | Work::Pass { .. }
            | Work::Moved { .. }
            | Work::Leave { .. }
            | Work::Join { .. }
            | Work::Erase { .. }
            | Work::WindowTold { .. }
            | Work::Forget => return None,
        })
    }
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
    /// Of a contact that was made by this very message.
    pub fresh: Option<Box<Contact>>,
}

/// What became of a turn, for the API and the terminal.
#[derive(Debug, Clone)]
pub struct TurnAnswer {
    pub effects: Vec<Effect>,
    pub conversation: ConversationId,
}

/// What one turn did, for an author's test that looks on.
#[derive(Debug)]
pub struct TurnSeen {
    pub effects: Vec<Effect>,
    pub passage: Passage,
}

/// A message of the API was taken into the outbox; `sent` hears what became of it.
pub struct Said {
    pub conversation: ConversationId,
    pub id: OutboundId,
    pub sent: oneshot::Receiver<SendAnswer>,
}

impl LaneState {
    /// What it knows is needed soon, or stands in no row.
    pub fn is_worth_keeping(&self) -> bool {
        self.heard || self.waits()
    }

    /// A message is to be sent, or something is to be told to a flow.
    pub fn waits(&self) -> bool {
        // A message planned for later is read back when its time is near.
        self.conversations.iter().any(|conversation| {
            conversation.outbox.iter().any(|pending| !pending.is_planned()) || !conversation.missed.is_empty()
        })
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

impl Conversation {
    /// One of which nothing is known yet.
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
        }
    }

    /// The contact has written after this moment, as far as timestamps of whole seconds tell.
    pub fn heard_since(&self, moment: Time) -> bool {
        let same_second = |at: Time| at.0 / 1000 == moment.0 / 1000 && self.heard_at > Some(moment);
        self.last_inbound_at.is_some_and(|at| at > moment || same_second(at))
    }
}

impl App {
    /// The lane of a contact that was made by this very message: there is nothing to read.
    pub(super) fn fresh_lane(&self, contact: Contact, recorded: &Recorded) -> LaneState {
        let conversation = Conversation::new(recorded.conversation, recorded.sender);
        let (conversations, once) = (vec![conversation], BTreeSet::new());
        LaneState { contact, conversations, once, armed: None, heard: true, refused: None }
    }

    /// Reads a contact and all its conversations back from the rows. `None`: there is no such contact.
    pub(super) async fn load_lane(&self, contact: ContactId) -> anyhow::Result<Option<LaneState>> {
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

    /// The place of a conversation in the lane; one that is new to memory is read from its rows.
    pub(super) async fn conversation_index(
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
        let taken = self.undone.taken(row.id);
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
        Ok(Conversation {
            window: Window { opened_at: row.opened_at },
            last_inbound_at: row.last_inbound_at,
            session,
            accepted_turn: accepted_turn.max(taken.iter().map(|(_, turn)| *turn).max()),
            outbox,
            missed,
            ..Conversation::new(row.id, row.sender_id)
        })
    }

    /// A message back from its row. What stood `sending` is unknown: nobody recorded an answer.
    pub(super) fn revive(&self, row: outbound::Outbound) -> Pending {
        let mut pending = Pending::new(row.id, Arc::new(row.draft), row.created_at);
        let after = self.senders.get(row.sender_id).map_or(UNKNOWN_AFTER, |sender| sender.unknown_after);
        pending.attempt = row.attempt;
        pending.attempted_at = row.attempted_at;
        pending.waits_for = row.reason.as_deref().and_then(Reason::named);
        // What waits for a sender or a template waits for what this process knows of them.
        pending.not_before = row.not_before.filter(|_| !outbox::is_asked_anew(pending.waits_for));
        pending.planned_again = row.planned_again_at.is_some();
        if row.provider_id.is_some() {
            // A try of it failed by a status and it goes again: another status may say that it arrived after all.
            self.watched.add(row.id);
        }
        // A rate, a back-off and a stopped sender keep a message's place; every other reason to wait does not.
        pending.in_order = row.reason.as_deref().is_none_or(|reason| reason == Reason::SenderDown.as_str());
        pending.direct = row.sent_as.as_ref().is_some_and(|content| !content.is_template());
        pending.direct_refused = pending.direct && self.refused_direct(row.sender_id, row.error_code.as_deref());
        let template = |content| if let Content::Template(template) = content { Some(template) } else { None };
        pending.sent_as = row.sent_as.and_then(template);
        pending.state = match row.state {
            SendState::Held => PendingState::Held { until: row.hold_until.unwrap_or(row.created_at + HOLD_DEFAULT) },
            SendState::Sending | SendState::Unknown => {
                // Counted from the attempt or from this daemon's start, whichever is later (product.md).
                let since = row.attempted_at.unwrap_or(self.started_at).max(self.started_at);
                self.watched.add(row.id);
                let until = since + after;
                pending.interrupted = row.state == SendState::Sending || row.hold_until != Some(until);
                PendingState::Unknown { until }
            }
            SendState::Queued
            | SendState::Sent
            | SendState::Delivered
            | SendState::Read
            | SendState::Failed
            | SendState::Dropped
            | SendState::Skipped => PendingState::Queued,
        };
        pending
    }
}
