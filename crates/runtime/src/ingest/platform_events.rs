//! Handles webhook items that are neither messages nor statuses: echoes, marketing preferences, new ids, changes of
//! templates.

use crate::{
    base::{
        ids::{AccountName, InboundId, SenderId},
        limits::RESTRICTION_MAX,
        time::Time,
    },
    contacts::directory::PersonIds,
    ingest::Ingest,
    lane::state::LaneTask,
    model::{
        event::Event,
        inbound::{AccountNews, Alias, Echo, EchoSource, Holder, Preference},
    },
    senders::pausing::SenderHealth,
    store::{
        WriteSet,
        tables::{alias, inbound, session},
    },
};
use anyhow::Context;
use std::sync::Arc;
use tokio::sync::oneshot;

impl Ingest {
    /// An employee wrote on the phone, or another application has the conversation: the bot becomes silent
    /// (language.md 8). Repeating it has no effect.
    pub(crate) async fn take_echo(self: &Arc<Self>, sender: SenderId, echo: Echo) -> anyhow::Result<()> {
        let Some(of) = self.senders.get(sender) else { return Ok(()) };
        let mut sets = Vec::new();
        let found = self.contacts.find(&silent(&of.account, sender, &echo.to), &mut sets).await?;
        for (contact, set) in sets {
            if let Err(error) = self.store.commit(set).await {
                self.contacts.directory.forget(contact);
                return Err(error.into());
            }
        }
        let agent = match echo.by {
            EchoSource::App => "phone app",
            EchoSource::Standby => "standby",
        };
        let event = Event::PersonWrote { agent: Some(agent.into()) };
        // Answer the webhook only after the turn is stored: an echo has no row of its own.
        self.queue.happen(found.contact, found.conversation, event).await.map(|_| ())
    }

    /// The platform's own inbox gave the conversation to a person, or back to the bot. Repeating it has no effect: our
    /// own hand-off comes back as the news that the conversation is open, and must not count as an answer.
    pub(crate) async fn take_assigned(
        self: &Arc<Self>,
        sender: SenderId,
        contact: &[Alias],
        place: &str,
        to: Holder,
    ) -> anyhow::Result<()> {
        let Some(of) = self.senders.get(sender) else { return Ok(()) };
        let mut sets = Vec::new();
        let found = self.contacts.find(&silent(&of.account, sender, contact), &mut sets).await?;
        for (contact, set) in sets {
            if let Err(error) = self.store.commit(set).await {
                self.contacts.directory.forget(contact);
                return Err(error.into());
            }
        }
        let newest = inbound::of(&self.store, found.conversation, InboundId(i64::MAX), 1).await?.pop();
        let now_at = newest.and_then(|newest| newest.data.message.number?.parse::<i64>().ok());
        if now_at.zip(place.parse::<i64>().ok()).is_some_and(|(now_at, place)| place < now_at) {
            // The news of an earlier talk: somebody tidies up, and the contact has begun a new one.
            return Ok(());
        }
        let stored = session::find(&self.store, found.conversation).await.context("reading who has a conversation")?;
        let has_person = stored.is_some_and(|stored| stored.session.person.is_some());
        let event = match to {
            Holder::Person { agent, wrote: true } => Event::PersonWrote { agent },
            Holder::Person { agent, wrote: false } if !has_person => Event::TakenOver { agent },
            Holder::Bot if has_person => Event::HandedBack { agent: Some(of.provider().to_owned()) },
            Holder::Person { .. } | Holder::Bot => return Ok(()),
        };
        self.queue.happen(found.contact, found.conversation, event).await.map(|_| ())
    }

    /// The person stopped or resumed marketing in WhatsApp: every topic that needs consent follows.
    pub(crate) async fn take_preference(
        self: &Arc<Self>,
        sender: SenderId,
        from: &[Alias],
        marketing: Preference,
    ) -> anyhow::Result<()> {
        let Some(of) = self.senders.get(sender) else { return Ok(()) };
        let mut sets = Vec::new();
        let found = self.contacts.find(&silent(&of.account, sender, from), &mut sets).await?;
        for (contact, set) in sets {
            if let Err(error) = self.store.commit(set).await {
                self.contacts.directory.forget(contact);
                return Err(error.into());
            }
        }
        let given = marketing == Preference::Resume;
        let event = Event::Preference { given, by: "platform, user_preferences".into() };
        self.queue.happen(found.contact, found.conversation, event).await.map(|_| ())
    }

    /// Adds new ids of a contact, which is reached under them from now on.
    pub(crate) async fn take_identity(
        self: &Arc<Self>,
        sender: SenderId,
        old: &[Alias],
        new: &[Alias],
        set: &mut WriteSet,
    ) -> anyhow::Result<()> {
        let Some(of) = self.senders.get(sender) else { return Ok(()) };
        let account = of.account.clone();
        if let Some(contact) = alias::find(&self.store, &account, old).await? {
            // A message that came before this notice has created another contact, so join them.
            let mut owners = vec![contact];
            owners.extend(self.contacts.owners(&account, new).await?.into_iter().filter(|owner| *owner != contact));
            let contact = if owners.len() > 1 { self.contacts.join(owners).await? } else { contact };
            self.contacts.learn_aliases(&account, contact, new, set).await?;
            // Answer the webhook only after this is stored: it has no row of its own.
            let (reply, stored) = oneshot::channel();
            self.queue.push(contact, LaneTask::Moved { names: new.to_vec(), reply });
            stored.await.context("where a contact is now could not be stored")?;
        }
        Ok(())
    }

    /// Notifies operators for each sender of the account, and pauses what may not be sent for a while.
    pub(crate) fn take_account_news(&self, senders: &[SenderId], news: &AccountNews, set: &mut WriteSet, now: Time) {
        self.metrics.alarm(news.what);
        for sender in senders {
            tracing::error!(sender.id = %sender, kind = news.what, "The platform warns of sender {sender}: {}", news.what);
            if let Some(until) = news.templates_until.filter(|until| *until > now) {
                let until = until.min(now + RESTRICTION_MAX);
                let why = format!("{}: {}", news.what, news.text);
                SenderHealth::keep_pause(set, *sender, true, until, why.clone(), now);
                self.health.paused_senders.pause(*sender, true, until, why);
            }
            let data = serde_json::json!({ "sender_id": sender, "alarm": news.what, "text": news.text });
            self.events.notify(set, "alarm", data, now);
        }
    }
}

/// A person that a webhook names without a message from them.
fn silent<'a>(account: &'a AccountName, sender: SenderId, names: &'a [Alias]) -> PersonIds<'a> {
    PersonIds { account, sender, names, person_name: None, opened_at: None, heard_at: None }
}
