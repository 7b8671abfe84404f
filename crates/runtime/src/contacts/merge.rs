//! Joins two contacts that turn out to be one person: one continues, and the other keeps only its history.
//!
//! The ids of a person arrive one by one: a template is sent to a number, its owner writes without showing it, and
//! later a webhook contains both ids. From then on there is one contact, with the stricter opt-out and consents of
//! both. Old messages stay under their own contact.

use crate::{
    base::{
        ids::{ContactId, ConversationId, SenderId},
        time::Time,
    },
    daemon::{app::App, panic_guard::caught},
    lane::{
        error::LaneError,
        rows,
        state::{Conversation, LaneState, LaneTask, RecordedMessage},
    },
    model::{
        contact::Contact,
        event::{ConsentWord, Event, Joined},
        session::{NeedsPerson, Person, Waiting},
        window::Window,
    },
    store::{
        WriteSet,
        tables::{
            alias, contact,
            conversation::{self, ConversationUpdate},
            once::{self, Once},
            session, start,
        },
    },
};
use anyhow::Context;
use std::{collections::BTreeSet, pin::pin, sync::Arc};
use tokio::sync::oneshot;

/// The data that a contact passes on when it is joined to another.
pub struct MergeSource {
    contact: Contact,
    once: BTreeSet<String>,
    talks: Vec<SourceConversation>,
}

/// One of its conversations.
struct SourceConversation {
    sender: SenderId,
    window: Window,
    last_inbound_at: Option<Time>,
    person: Option<Person>,
    needs_person: Option<NeedsPerson>,
}

impl App {
    /// Joins several contacts and gives the one that continues. A contact whose row is not written yet is left for the
    /// next time. Never await this in a lane, because it waits for the lanes of all these contacts.
    pub(crate) async fn join(self: &Arc<Self>, contacts: Vec<ContactId>) -> anyhow::Result<ContactId> {
        let app = Arc::clone(self);
        self.lanes.enter();
        // In a task of its own, so that a disconnected client cannot interrupt it.
        let task = tokio::spawn(async move {
            let joined = caught(pin!(app.join_all(&contacts))).await;
            app.lanes.leave();
            joined.map_err(|panic| anyhow::anyhow!("a panic: {panic}"))?
        });
        task.await.context("the process ends")?
    }

    /// As `join`, for use in a lane: it is not awaited.
    pub(crate) fn join_later(self: &Arc<Self>, contacts: Vec<ContactId>) {
        let app = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = app.join(contacts).await {
                tracing::warn!(
                    "Two contacts are one person, but could not be joined; the next webhook with both ids tries again: {error:#}"
                );
            }
        });
    }

    async fn join_all(self: &Arc<Self>, contacts: &[ContactId]) -> anyhow::Result<ContactId> {
        let (first, others) = contacts.split_first().context("nobody is to be joined")?;
        let _alone = self.merge_lock.lock().await;
        let mut stays = *first;
        for other in others {
            // Another task may have joined them while this one waited.
            let (one, other) = (self.goes_on(stays).await?, self.goes_on(*other).await?);
            stays = match (one, other) {
                (Some(one), Some(other)) if one != other => self.join_two(one, other).await?,
                (one, _) => one.unwrap_or(stays),
            };
        }
        Ok(stays)
    }

    /// The contact that continues after all joins; `None` if there is no such row.
    async fn goes_on(&self, id: ContactId) -> anyhow::Result<Option<ContactId>> {
        Ok(contact::going_on(&self.store, id).await?.map(|row| row.id))
    }

    async fn join_two(self: &Arc<Self>, one: ContactId, other: ContactId) -> anyhow::Result<ContactId> {
        let other_has_the_talk = self.talk_of(other).await? > self.talk_of(one).await?;
        let (stays, goes) = if other_has_the_talk { (other, one) } else { (one, other) };
        let (show, shown) = oneshot::channel();
        let (tell, joined) = oneshot::channel();
        self.push(goes, LaneTask::Leave { to: stays, show, joined });
        let leaver = shown.await.context("a contact that is to be joined cannot be read")?;
        let (reply, stored) = oneshot::channel();
        self.push(stays, LaneTask::Join { leaver: Box::new(leaver), reply });
        let opted_out = stored.await.context("two contacts that are one could not be joined")?;
        self.opt_outs.take_over(goes, stays);
        self.directory.forget(goes);
        self.directory.forget(stays);
        // The other contact's lane has waited for this; its runs end now.
        let _ = tell.send(opted_out);
        tracing::info!(contact.id = %stays, "Contact {goes} is the same person as {stays}, and joined");
        Ok(stays)
    }

    /// The contact with an open question continues, else the one with the newest message.
    async fn talk_of(&self, contact: ContactId) -> anyhow::Result<(bool, Option<Time>)> {
        let (mut asks, mut heard) = (false, None);
        for row in conversation::of(&self.store, contact).await? {
            heard = heard.max(row.last_inbound_at);
            let session = session::find(&self.store, row.id).await?;
            let runs = session.iter().flat_map(|stored| &stored.session.runs);
            asks |= runs.into_iter().any(|run| matches!(run.waiting, Waiting::Question(_) | Waiting::Reply { .. }));
        }
        Ok((asks, heard))
    }

    /// In the lane of the contact that ends: passes its data on, waits until the other has stored it, and ends its
    /// runs.
    pub(crate) async fn be_joined(
        self: &Arc<Self>,
        lane: &mut LaneState,
        to: ContactId,
        show: oneshot::Sender<MergeSource>,
        joined: oneshot::Receiver<Option<Time>>,
    ) -> Result<(), LaneError> {
        let talk = |conversation: &Conversation| SourceConversation {
            sender: conversation.sender,
            window: conversation.window,
            last_inbound_at: conversation.last_inbound_at,
            person: conversation.session.person.clone(),
            needs_person: conversation.session.needs_person.clone(),
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
            if session.runs.is_empty() && session.queue.is_empty() && !marked {
                continue;
            }
            let set = WriteSet::of(lane.contact.id.0);
            self.take_own_turn(lane, index, Event::Left, set).await?;
            self.go_on(lane, index).await?;
        }
        Ok(())
    }

    /// Applies the opt-out of the contact that continues to the unsent messages of one that was joined to it.
    pub(crate) async fn apply_opt_out_of(&self, lane: &mut LaneState, to: ContactId) -> Result<(), LaneError> {
        let row = contact::find(&self.store, to).await?;
        let now = self.clock.now();
        lane.contact.opted_out =
            row.and_then(|row| row.opted_out).or_else(|| self.opt_outs.in_force(to).then_some(now));
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
        self.plan_dates(&self.live.get(), own, &before, &lane.contact.data, now, &mut set);
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
        let Some(to) = self.goes_on(to).await? else { return Ok(()) };
        for Conversation { sender, session, .. } in &lane.conversations {
            let (person, needs_person) = (session.person.clone(), session.needs_person.clone());
            if person.is_none() && needs_person.is_none() {
                continue;
            }
            if let Some(row) = conversation::between(&self.store, to, *sender).await? {
                let joined = Joined { opted_out: lane.contact.opted_out.is_some(), person, needs_person };
                self.happen(to, row.id, Event::Joined(Box::new(joined))).await?;
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
            self.opt_outs.add(to, recorded.id);
        }
        self.store.commit(set).await?;
        self.push(to, LaneTask::Inbound(Box::new(recorded)));
        Ok(())
    }
}
