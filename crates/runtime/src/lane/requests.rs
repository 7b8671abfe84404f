//! Handles input from outside the flows: messages of the API or of people, starts, events, operators' actions.

use super::{
    error::LaneError,
    rows,
    state::{ApiSend, LaneState, LaneTask, TurnAnswer},
};
use crate::{
    base::{
        ids::{AccountName, ContactId, ConversationId, OutboundId, ProviderId, SenderId},
        time::Time,
    },
    contacts::directory::PersonIds,
    daemon::app::App,
    delivery::outbox::{QueuedMessage, QueuedState, SendAnswer},
    model::{
        content::Content,
        effect::{MessageDraft, Origin},
        event::{Event, Start},
        inbound::{Alias, AliasKind},
        value::Value,
    },
    store::{
        WriteSet,
        tables::{
            conversation, outbound,
            start::{self, Decided, StartState},
        },
    },
};
use anyhow::Context;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A message of a program or a person.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageRequest {
    pub content: Content,
    pub origin: Origin,
    /// The quoted message.
    pub quotes: Option<ProviderId>,
    /// The earliest time to send it.
    pub at: Option<Time>,
}

impl MessageRequest {
    pub fn now(content: Content, origin: Origin) -> Self {
        MessageRequest { content, origin, quotes: None, at: None }
    }
}

impl App {
    /// The contact with this phone (`+` and digits) and its conversation at the sender; created if new.
    pub async fn reach(
        self: &Arc<Self>,
        account: &AccountName,
        sender: SenderId,
        phone: &str,
        name: Option<&str>,
    ) -> anyhow::Result<(ContactId, ConversationId)> {
        let alias = Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() };
        let mut sets = Vec::new();
        let found = self
            .find(
                &PersonIds { account, sender, names: &[alias], person_name: name, opened_at: None, heard_at: None },
                &mut sets,
            )
            .await?;
        for (contact, set) in sets {
            if let Err(error) = self.store.commit(set).await {
                self.directory.forget(contact);
                return Err(error).context("the contact could not be stored");
            }
        }
        Ok((found.contact, found.conversation))
    }

    /// Puts a message of the API or of a person into the outbox of a conversation. It is stored when this returns;
    /// `Said::sent` gives the result.
    pub async fn say(
        self: &Arc<Self>,
        contact: ContactId,
        conversation: ConversationId,
        content: Content,
        origin: Origin,
    ) -> anyhow::Result<ApiSend> {
        let id = OutboundId(self.store.next_id());
        self.say_as(id, contact, conversation, MessageRequest::now(content, origin)).await
    }

    /// As `say`, with a given id, so that a repeated request can see whether the message exists.
    pub async fn say_as(
        self: &Arc<Self>,
        id: OutboundId,
        contact: ContactId,
        conversation: ConversationId,
        wanted: MessageRequest,
    ) -> anyhow::Result<ApiSend> {
        let MessageRequest { content, origin, quotes, at } = wanted;
        let draft = MessageDraft { ignore_quiet_hours: true, quotes, at, ..MessageDraft::plain(0, content, origin) };
        let (reply, said) = oneshot::channel();
        self.push(contact, LaneTask::Say { id, conversation, draft: Box::new(draft), reply });
        said.await.context("the message could not be stored")
    }

    /// Lets the engine process an event of a conversation, and gives its result.
    pub async fn happen(
        self: &Arc<Self>,
        contact: ContactId,
        conversation: ConversationId,
        event: Event,
    ) -> anyhow::Result<TurnAnswer> {
        let (reply, answer) = oneshot::channel();
        self.push(contact, LaneTask::Event { conversation, event: Box::new(event), reply: Some(reply) });
        answer.await.context("the event could not be stored")
    }

    pub async fn start_flow(
        self: &Arc<Self>,
        contact: ContactId,
        conversation: ConversationId,
        start: Start,
    ) -> anyhow::Result<TurnAnswer> {
        self.happen(contact, conversation, Event::Start(start)).await
    }

    /// `POST /v1/events`: reaches the runs and triggers of every conversation of the contact, or starts in the one
    /// that `language.md` 5, *Which sender*, selects.
    pub async fn emit_event(
        self: &Arc<Self>,
        contact: ContactId,
        conversation: ConversationId,
        name: String,
        data: Value,
    ) -> anyhow::Result<TurnAnswer> {
        self.happen(contact, conversation, Event::Emitted { name, data, depth: 0 }).await
    }

    /// The content as the sender's platform accepts it; content that cannot be fitted is left for the platform to
    /// refuse.
    fn fitted(&self, sender: SenderId, content: &Content) -> Vec<Content> {
        let mut content = content.clone();
        content.name_document();
        let fitted = self.senders.get(sender).and_then(|sender| sender.carries().fit(content.clone()).ok());
        fitted.unwrap_or_else(|| vec![content])
    }

    pub(crate) async fn say_in_lane(
        self: &Arc<Self>,
        lane: &mut LaneState,
        id: OutboundId,
        conversation: ConversationId,
        mut draft: MessageDraft,
        reply: oneshot::Sender<ApiSend>,
    ) -> Result<(), LaneError> {
        let index = self.conversation_index(lane, conversation).await?;
        let now = self.clock.now();
        let mut set = WriteSet::of(lane.contact.id.0);
        draft.turn = lane.conversations[index].session.turn;
        // Scheduling a message does not take the conversation over yet.
        let by_person = draft.origin == Origin::Person && draft.at.is_none();
        let (waiter, sent) = oneshot::channel();
        // A text that is too long for the sender's platform becomes several; the first one has the requested id.
        let mut ids = vec![id];
        for (place, content) in self.fitted(lane.conversations[index].sender, &draft.content).into_iter().enumerate() {
            if place > 0 {
                ids.push(OutboundId(self.store.next_id()));
            }
            // Only the first part quotes.
            let quotes = draft.quotes.clone().filter(|_| place == 0);
            let mut pending =
                QueuedMessage::new(ids[place], Arc::new(MessageDraft { content, quotes, ..draft.clone() }), now);
            pending.not_before = draft.at.filter(|at| *at > now);
            lane.conversations[index].outbox.push(pending);
        }
        let current = &mut lane.conversations[index];
        if let Some(first) = current.outbox.iter_mut().find(|pending| pending.id == id) {
            first.waiters.push(waiter);
        }
        let ready = self.prepare(lane, index, &ids);
        let current = &lane.conversations[index];
        for pending in current.outbox.iter().filter(|pending| ids.contains(&pending.id)) {
            rows::insert_outbound(&mut set, pending, lane.contact.id, current.id, current.sender);
        }
        let stored = match by_person {
            // From here on the conversation belongs to the person who writes (language.md 8).
            true => self.take_turn(lane, index, Event::PersonWrote { agent: None }, None, set).await.map(drop),
            false => self.store.commit(set).await.map(drop).map_err(LaneError::from),
        };
        if let Err(error) = stored {
            // A caller that gets an error will repeat the request, so the message must not be stored. Nothing else can
            // have sent it, because only this lane could.
            let in_doubt = matches!(error, LaneError::Reload(_));
            if !in_doubt || outbound::find(&self.store, id).await?.is_none() {
                return Err(error);
            }
        }
        let _ = reply.send(ApiSend { conversation, id, sent });
        if let Some((id, content)) = ready {
            self.launch(lane, index, id, content);
        }
        self.go_on(lane, index).await
    }

    /// Begins a planned start in the contact's conversation at a sender; creates the conversation if needed.
    pub(crate) async fn take_start(
        self: &Arc<Self>,
        lane: &mut LaneState,
        sender: SenderId,
        start: Start,
    ) -> Result<(), LaneError> {
        if self.gives_way(lane, sender, &start).await? {
            return Ok(());
        }
        let place = lane.conversations.iter().position(|conversation| conversation.sender == sender);
        let index = match place {
            Some(index) => index,
            None => {
                let now = self.clock.now();
                let contact = lane.contact.id;
                let id = match conversation::between(&self.store, contact, sender).await? {
                    Some(row) => row.id,
                    None => ConversationId(self.store.next_id()),
                };
                let row = conversation::ConversationUpdate {
                    id,
                    contact_id: contact,
                    sender_id: sender,
                    opened_at: None,
                    last_inbound_at: None,
                    created_at: now,
                };
                let mut set = WriteSet::of(contact.0);
                set.push(&conversation::HEARD, &row);
                self.store.commit(set).await?;
                self.conversation_index(lane, id).await?
            }
        };
        let set = WriteSet::of(lane.contact.id.0);
        self.take_own_turn(lane, index, Event::Start(start), set).await?;
        self.go_on(lane, index).await
    }

    /// Fires at the same time share their sender's rate: a start with a later slot waits for it in the database.
    async fn gives_way(&self, lane: &LaneState, sender: SenderId, start: &Start) -> Result<bool, LaneError> {
        let now = self.clock.now();
        let Some((id, sender)) = start.id.filter(|id| id.is_planned()).zip(self.senders.get(sender)) else {
            return Ok(false);
        };
        let Some(at) = self.sender_rates.gives_way(sender, id, now) else { return Ok(false) };
        let mut set = WriteSet::of(lane.contact.id.0);
        let state = StartState::Waiting;
        set.push(&start::DECIDED, &Decided { id, state, reason: None, slot_at: Some(at), ended_at: None });
        self.store.commit(set).await?;
        self.expect_start(lane.contact.id, at);
        Ok(true)
    }

    /// `dead-letters replay` of an unknown send: sends it again. Gives a receiver for the result; `None` if there is
    /// nothing to send.
    pub(crate) async fn resend(
        self: &Arc<Self>,
        lane: &mut LaneState,
        index: usize,
        id: OutboundId,
    ) -> Result<Option<oneshot::Receiver<SendAnswer>>, LaneError> {
        let conversation = &mut lane.conversations[index];
        if !conversation.outbox.iter().any(|pending| pending.id == id) {
            let row = outbound::find(&self.store, id).await?;
            let Some(row) = row.filter(|row| row.state == outbound::SendState::Unknown) else { return Ok(None) };
            let pending = self.restore(row);
            let conversation = &mut lane.conversations[index];
            conversation.outbox.push(pending);
            conversation.outbox.sort_by_key(|pending| pending.id);
        }
        let conversation = &mut lane.conversations[index];
        let Some(pending) = conversation.outbox.iter_mut().find(|pending| pending.id == id) else { return Ok(None) };
        if !matches!(pending.state, QueuedState::Unknown { .. }) {
            return Ok(None);
        }
        pending.state = QueuedState::Queued;
        pending.not_before = None;
        pending.in_order = false;
        let (waiter, sent) = oneshot::channel();
        pending.waiters.push(waiter);
        let mut set = WriteSet::of(lane.contact.id.0);
        rows::mark(&mut set, conversation.sender, pending, None, None);
        // A status of the first attempt may still come, and its lane must get it.
        self.unknown_sends.add(id);
        self.store.commit(set).await?;
        Ok(Some(sent))
    }
}
