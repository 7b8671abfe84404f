//! Puts input from outside the flows into lanes: messages of the API or of people, starts, events, operators' actions.

use super::state::{ApiSend, LaneTask, TurnAnswer};
use crate::{
    base::{
        ids::{ContactId, ConversationId, OutboundId, ProviderId},
        time::Time,
    },
    lane::queue::Queue,
    model::{
        content::Content,
        effect::{MessageDraft, Origin},
        event::{Event, Start},
        session::BeganWith,
        value::Value,
    },
};
use anyhow::Context;
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
    /// The person of the business who writes.
    pub agent: Option<String>,
    /// The words that the text of a person began with.
    pub began_with: BeganWith,
}

impl MessageRequest {
    pub fn now(content: Content, origin: Origin) -> Self {
        MessageRequest { content, origin, quotes: None, at: None, agent: None, began_with: BeganWith::Unknown }
    }
}

impl Queue {
    /// Puts a message of the API or of a person into the outbox of a conversation. It is stored when this returns;
    /// `Said::sent` gives the result.
    pub async fn say(
        &self,
        contact: ContactId,
        conversation: ConversationId,
        content: Content,
        origin: Origin,
    ) -> anyhow::Result<ApiSend> {
        let id = OutboundId(self.store.next_id());
        let said = self.say_as(id, contact, conversation, MessageRequest::now(content, origin)).await?;
        said.context("the contact's data was erased")
    }

    /// As `say`, with a given id, so that a repeated request can see whether the message exists. `None`: the contact's
    /// data was erased, and nothing is stored.
    pub async fn say_as(
        &self,
        id: OutboundId,
        contact: ContactId,
        conversation: ConversationId,
        wanted: MessageRequest,
    ) -> anyhow::Result<Option<ApiSend>> {
        let MessageRequest { content, origin, quotes, at, agent, began_with } = wanted;
        let plain = MessageDraft::plain(0, content, origin);
        let draft = MessageDraft { ignore_quiet_hours: true, quotes, at, agent, ..plain };
        let (reply, said) = oneshot::channel();
        self.push(contact, LaneTask::Say { id, conversation, draft: Box::new(draft), began_with, reply });
        said.await.context("the message could not be stored")
    }

    /// Lets the engine process an event of a conversation, and gives its result.
    pub async fn happen(
        &self,
        contact: ContactId,
        conversation: ConversationId,
        event: Event,
    ) -> anyhow::Result<TurnAnswer> {
        let (reply, answer) = oneshot::channel();
        self.push(contact, LaneTask::Event { conversation, event: Box::new(event), reply: Some(reply) });
        answer.await.context("the event could not be stored")
    }

    pub async fn start_flow(
        &self,
        contact: ContactId,
        conversation: ConversationId,
        start: Start,
    ) -> anyhow::Result<TurnAnswer> {
        self.happen(contact, conversation, Event::Start(start)).await
    }

    /// `POST /v1/events`: reaches the runs and triggers of every conversation of the contact, or starts in the one
    /// that `language.md` 5, *Which sender*, selects.
    pub async fn emit_event(
        &self,
        contact: ContactId,
        conversation: ConversationId,
        name: String,
        data: Value,
    ) -> anyhow::Result<TurnAnswer> {
        self.happen(contact, conversation, Event::Emitted { name, data, depth: 0 }).await
    }

    /// Cancels an unsent message of a program or a person. False if it is being sent, or has ended.
    pub async fn take_back(
        &self,
        contact: ContactId,
        conversation: ConversationId,
        id: OutboundId,
    ) -> anyhow::Result<bool> {
        let (reply, taken) = oneshot::channel();
        self.push(contact, LaneTask::TakeBack { conversation, id, reply });
        taken.await.context("the message could not be taken back")
    }

    /// Returns when the contact's lane has done all jobs that are queued now.
    pub(crate) async fn lane_passed(&self, contact: ContactId) -> anyhow::Result<()> {
        let (reply, passed) = oneshot::channel();
        self.push(contact, LaneTask::Pass { reply });
        // If the lane had to reload its state, it drops the sender: then the result is not known yet.
        let _ = passed.await;
        Ok(())
    }
}
