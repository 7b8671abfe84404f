//! Does in the lane what programs, people and starts ask for.

use crate::{
    base::ids::{ConversationId, OutboundId, SenderId},
    lane::{
        error::LaneError,
        outbox::QueuedMessage,
        rows,
        state::{ApiSend, LaneState},
    },
    model::{
        effect::{MessageDraft, Origin},
        event::{Event, Start},
        session::BeganWith,
    },
    store::{
        WriteSet,
        tables::{
            conversation, outbound,
            start::{self, Decided, StartState},
        },
    },
    turns::Runner,
};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Runner {
    pub(crate) async fn say_in_lane(
        self: &Arc<Self>,
        lane: &mut LaneState,
        id: OutboundId,
        conversation: ConversationId,
        (mut draft, began_with): (MessageDraft, BeganWith),
        reply: oneshot::Sender<Option<ApiSend>>,
    ) -> Result<(), LaneError> {
        // The request may have been admitted before the erasure. The message would go nowhere, and its text would stay.
        if lane.contact.data.erased_at.is_some() {
            let _ = reply.send(None);
            return Ok(());
        }
        let index = self.conversation_index(lane, conversation).await?;
        let now = self.clock.now();
        let mut set = WriteSet::of(lane.contact.id.0);
        draft.turn = lane.conversations[index].session.turn;
        // Scheduling a message does not take the conversation over yet.
        let by_person = draft.origin == Origin::Person && draft.at.is_none();
        let agent = draft.agent.clone();
        let talk = &lane.conversations[index];
        if let Some(open) = talk.session.suggestion().filter(|_| by_person)
            && let Some(how) = open.used_by(draft.content.text(), began_with)
        {
            self.count_suggestion((lane.contact.id, talk.sender), open.agent.clone(), how, &mut set);
        }
        let (waiter, sent) = oneshot::channel();
        // A text that is too long for the sender's platform becomes several; the first one has the requested id.
        let mut ids = vec![id];
        for (place, content) in
            self.senders.fitted(lane.conversations[index].sender, &draft.content).into_iter().enumerate()
        {
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
        let ready = self.delivery.prepare(lane, index, &ids);
        let current = &lane.conversations[index];
        for pending in current.outbox.iter().filter(|pending| ids.contains(&pending.id)) {
            rows::insert_outbound(&mut set, pending, lane.contact.id, current.id, current.sender);
        }
        let stored = match by_person {
            // From here on the conversation belongs to the person who writes (language.md 8).
            true => self.take_turn(lane, index, Event::PersonWrote { agent }, None, set).await.map(drop),
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
        let _ = reply.send(Some(ApiSend { conversation, id, sent }));
        if let Some((id, content)) = ready {
            self.delivery.launch(lane, index, id, content);
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
        let Some(at) = self.policy.sender_rates.gives_way(sender, id, now) else { return Ok(false) };
        let mut set = WriteSet::of(lane.contact.id.0);
        let state = StartState::Waiting;
        set.push(&start::DECIDED, &Decided { id, state, reason: None, slot_at: Some(at), ended_at: None });
        self.store.commit(set).await?;
        self.due_starts.expect_start(lane.contact.id, at);
        Ok(true)
    }
}
