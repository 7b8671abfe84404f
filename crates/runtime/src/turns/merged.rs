//! Joins two contacts in their lanes: the one that ends passes its data on, the other stores both.

use crate::{
    base::{
        ids::{ContactId, ConversationId},
        time::Time,
    },
    lane::{
        error::LaneError,
        merge_source::{MergeSource, SourceConversation},
        rows,
        state::{Conversation, LaneState, LaneTask, RecordedMessage},
    },
    model::{
        event::{ConsentWord, Event, Joined},
        session::{NeedsPerson, Session},
    },
    store::{
        WriteSet,
        tables::{
            alias, contact,
            conversation::{self, ConversationUpdate},
            once::{self, Once},
            start,
        },
    },
    turns::Runner,
};
use std::sync::Arc;
use tokio::sync::oneshot;

impl Runner {
    /// In the lane of the contact that ends: passes its data on, waits until the other has stored it, and ends its
    /// runs.
    pub(crate) async fn be_joined(
        self: &Arc<Self>,
        lane: &mut LaneState,
        to: ContactId,
        show: oneshot::Sender<MergeSource>,
        joined: oneshot::Receiver<Option<Time>>,
    ) -> Result<(), LaneError> {
        let now = self.clock.now();
        let talk = |conversation: &Conversation| SourceConversation {
            sender: conversation.sender,
            window: conversation.window,
            last_inbound_at: conversation.last_inbound_at,
            person: conversation.session.person.clone(),
            needs_person: conversation.session.needs_person.clone().or_else(|| unanswered(&conversation.session, now)),
        };
        let talks = lane.conversations.iter().map(talk).collect();
        if show.send(MergeSource { contact: lane.contact.clone(), once: lane.once.clone(), talks }).is_err() {
            return Ok(());
        }
        let opted_out = joined.await;
        lane.contact.opted_out =
            opted_out.map_err(|_| LaneError::Reload("nobody knows whether it was joined".into()))?;
        lane.contact.data.joined_to = Some(to);
        self.leave(lane).await
    }

    /// Ends the runs and queues of a contact that was joined to another.
    async fn leave(self: &Arc<Self>, lane: &mut LaneState) -> Result<(), LaneError> {
        for index in 0..lane.conversations.len() {
            let session = &lane.conversations[index].session;
            let marked = session.person.is_some() || session.needs_person.is_some();
            if session.runs.is_empty() && session.queue.is_empty() && !session.holds_messages() && !marked {
                continue;
            }
            let set = WriteSet::of(lane.contact.id.0);
            self.take_own_turn(lane, index, Event::Left, set).await?;
            self.go_on(lane, index).await?;
        }
        Ok(())
    }

    /// In the lane of the contact that continues: stores the data of both in one commit.
    pub(crate) async fn take_over(
        self: &Arc<Self>,
        lane: &mut LaneState,
        leaver: MergeSource,
    ) -> Result<(), LaneError> {
        let now = self.clock.now();
        let MergeSource { contact: mut gone, once, talks } = leaver;
        let own = lane.contact.id;
        let mut set = WriteSet::of(own.0);
        let before = lane.contact.data.clone();
        for topic in lane.contact.data.absorb(&gone.data) {
            let Some(word) = lane.contact.data.consent.get(&topic) else { continue };
            let by = format!("contact {}, who is the same person", gone.id);
            let line =
                rows::LedgerLine { topic: &topic, given: word.given, at: word.at, by: &by, message: None, shown: None };
            rows::ledger(&mut set, self.store.next_id(), own, &line, now);
        }
        rows::contact(&mut set, &lane.contact);
        self.starts.plan_dates(&self.live.get(), own, &before, &lane.contact.data, now, &mut set);
        for name in alias::of(&self.store, gone.id).await? {
            let account = lane.contact.account.clone();
            let row = alias::NewAlias { account, kind: name.kind, value: name.value, contact_id: own };
            set.push(&alias::MOVE, &row);
        }
        gone.data.joined_to = Some(own);
        rows::contact(&mut set, &gone);
        let theirs = gone.opted_out;
        if let (Some(at), None) = (lane.contact.opted_out, theirs) {
            // The unsent messages of the contact that ends must not be sent either.
            gone.opted_out = Some(at);
            rows::opt_out(&mut set, &gone);
        }
        set.push(&start::MOVE, &start::MovedStarts { from: gone.id, to: own });
        for key in once {
            set.push(&once::INSERT, &Once { contact_id: own, key: key.clone(), at: now });
            lane.once.insert(key);
        }
        for talk in &talks {
            self.take_over_window(lane, talk, &mut set, now);
        }
        let mut set = Some(set);
        for index in 0..lane.conversations.len() {
            let sender = lane.conversations[index].sender;
            let talk = talks.iter().find(|talk| talk.sender == sender);
            let joined = Joined {
                opted_out: theirs.is_some(),
                person: talk.and_then(|talk| talk.person.clone()),
                needs_person: talk.and_then(|talk| talk.needs_person.clone()),
            };
            let own_rows = set.take().unwrap_or_else(|| WriteSet::of(own.0));
            self.take_turn(lane, index, Event::Joined(Box::new(joined)), None, own_rows).await?;
            self.go_on(lane, index).await?;
        }
        if let Some(mut set) = set {
            // Neither has a conversation: both were created by an operator.
            if gone.opted_out.is_some() {
                if let (None, Some(at)) = (lane.contact.opted_out, gone.opted_out) {
                    let by = format!("contact {}, who is the same person", gone.id);
                    let line = rows::LedgerLine { topic: "all", given: false, at, by: &by, message: None, shown: None };
                    rows::ledger(&mut set, self.store.next_id(), own, &line, now);
                }
                lane.contact.opted_out = lane.contact.opted_out.or(gone.opted_out);
                rows::opt_out(&mut set, &lane.contact);
            }
            self.store.commit(set).await?;
        }
        Ok(())
    }

    /// Takes the newer of both windows; a conversation that only the other contact had is created here.
    fn take_over_window(&self, lane: &mut LaneState, talk: &SourceConversation, set: &mut WriteSet, now: Time) {
        let place = lane.conversations.iter().position(|conversation| conversation.sender == talk.sender);
        let index = place.unwrap_or_else(|| {
            lane.conversations.push(Conversation::new(ConversationId(self.store.next_id()), talk.sender));
            lane.conversations.len() - 1
        });
        let conversation = &mut lane.conversations[index];
        if let Some(at) = talk.window.opened_at {
            conversation.window.open(at);
        }
        conversation.last_inbound_at = conversation.last_inbound_at.max(talk.last_inbound_at);
        let heard = ConversationUpdate {
            id: conversation.id,
            contact_id: lane.contact.id,
            sender_id: talk.sender,
            opened_at: talk.window.opened_at,
            last_inbound_at: talk.last_inbound_at,
            created_at: now,
        };
        set.push(&conversation::HEARD, &heard);
    }

    /// The lane of a contact, read from the database. If it was joined just before the process died, its runs end now.
    pub(crate) async fn lane_of(self: &Arc<Self>, id: ContactId) -> anyhow::Result<Option<LaneState>> {
        let mut found = self.load_lane(id).await?;
        if let Some(lane) = found.as_mut()
            && let Some(to) = lane.contact.data.joined_to
        {
            self.hand_marks_on(lane, to).await?;
            self.leave(lane).await.map_err(|error| anyhow::anyhow!("{error}"))?;
        }
        Ok(found)
    }

    /// Passes on that a conversation is with a person or needs one. Each conversation of the contact that continues is
    /// told in a commit of its own, and the process may have died between two: marks that are left under the old
    /// contact are passed on again. Repeating this is harmless.
    async fn hand_marks_on(self: &Arc<Self>, lane: &LaneState, to: ContactId) -> anyhow::Result<()> {
        let Some(to) = self.contacts.goes_on(to).await? else { return Ok(()) };
        for Conversation { sender, session, .. } in &lane.conversations {
            let (person, needs_person) = (session.person.clone(), session.needs_person.clone());
            if person.is_none() && needs_person.is_none() {
                continue;
            }
            if let Some(row) = conversation::between(&self.store, to, *sender).await? {
                let joined = Joined { opted_out: lane.contact.opted_out.is_some(), person, needs_person };
                self.queue.happen(to, row.id, Event::Joined(Box::new(joined))).await?;
            }
        }
        Ok(())
    }

    /// Passes a message that was recorded for a joined contact on to the one that continues.
    pub(crate) async fn hand_on(self: &Arc<Self>, to: ContactId, mut recorded: RecordedMessage) -> anyhow::Result<()> {
        let at = recorded.message.at.min(recorded.recorded_at);
        let known = conversation::between(&self.store, to, recorded.sender).await?;
        recorded.conversation = known.map_or_else(|| ConversationId(self.store.next_id()), |row| row.id);
        let heard = ConversationUpdate {
            id: recorded.conversation,
            contact_id: to,
            sender_id: recorded.sender,
            opened_at: recorded.opens.then_some(at),
            last_inbound_at: Some(at),
            created_at: self.clock.now(),
        };
        let mut set = WriteSet::of(to.0);
        set.push(&conversation::HEARD, &heard);
        if recorded.word == Some(ConsentWord::Stop) {
            let stopped = contact::OptOutByMessage { id: to, message_id: recorded.id, at: recorded.recorded_at };
            set.push(&contact::STOPPED, &stopped);
            self.contacts.opt_outs.add(to, recorded.id);
        }
        self.store.commit(set).await?;
        self.queue.push(to, LaneTask::Inbound(Box::new(recorded)));
        Ok(())
    }
}

/// The mark for messages that wait for a call of the conversation that ends: nothing answers them there.
fn unanswered(session: &Session, now: Time) -> Option<NeedsPerson> {
    let why = "messages came while two contacts were joined, and are not answered";
    session.holds_messages().then(|| NeedsPerson { since: now, why: why.to_owned() })
}
