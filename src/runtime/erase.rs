//! A person wants to be forgotten: texts, names, numbers and traces go, what is counted stays.
//!
//! Everything that can be looked up by the person goes in one commit, so there is no half-way. Raw bodies can only be
//! searched: the names to look for stand in a row until that is done, and whoever starts next goes on with it. Of
//! somebody who had opted out a keyed digest of each name stays: a new contact with that name is opted out, too.

use super::{
    app::App,
    lane::{LaneError, LaneState, Work},
    rows,
};
use crate::{
    base::{
        ids::{AccountName, ContactId, ProviderId},
        limits::ERASE_BATCH,
        time::Time,
    },
    model::{
        contact::{Contact, ContactData},
        content::Content,
        effect::{Draft, Origin},
        event::Event,
        inbound::{Alias, AliasKind, InboundKind, InboundMessage},
        session::Session,
    },
    store::{
        WriteSet, alias, contact,
        erasure::{self, Erased, Erasure, Found, Like, Stop},
        inbound::InboundData,
        outbound::SendState,
    },
};
use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::oneshot;

/// What stands where a text stood.
const NOTHING_LEFT: &str = "(erased)";

impl App {
    /// Erases a contact, and those who were found to be the same person. It is done, but for raw bodies, when this
    /// returns.
    pub async fn erase(self: &Arc<Self>, contact: &Contact) -> anyhow::Result<()> {
        // Joins may lie one behind the other.
        let (mut others, mut ahead) = (Vec::new(), vec![contact.id]);
        while let Some(id) = ahead.pop() {
            for other in erasure::joined(&self.store, &contact.account, id).await? {
                if other != contact.id && !others.contains(&other) {
                    others.push(other);
                    ahead.push(other);
                }
            }
        }
        let (reply, done) = oneshot::channel();
        self.push(contact.id, Work::Erase { others, reply });
        done.await.context("the contact could not be erased")?;
        self.finish_erasures().await
    }

    pub(super) async fn erase_in_lane(
        self: &Arc<Self>,
        lane: &mut LaneState,
        others: &[ContactId],
    ) -> Result<(), LaneError> {
        let now = self.clock.now();
        let own = lane.contact.id;
        if lane.contact.data.erased_at.is_some() {
            return Ok(());
        }
        for index in 0..lane.conversations.len() {
            self.take_turn(lane, index, Event::Left, None, WriteSet::of(own.0)).await?;
            self.go_on(lane, index).await?;
        }
        let mut set = WriteSet::of(own.0);
        for conversation in &lane.conversations {
            for pending in conversation.outbox.iter().filter(|pending| pending.can_be_dropped()) {
                rows::gone(&mut set, conversation.sender, pending.id, SendState::Dropped, None);
            }
            let session = &conversation.session;
            let blank = Session {
                turn: session.turn + 1,
                last_run: session.last_run,
                last_message: session.last_message,
                ..Session::default()
            };
            rows::session(&mut set, own, conversation.id, &blank);
        }
        let mut names = alias::of(&self.store, own).await?;
        names.extend(known_as(&lane.contact.data));
        names.sort();
        names.dedup();
        let gone = ContactData { erased_at: Some(now), ..ContactData::default() };
        for id in others.iter().chain([&own]) {
            set.push(&contact::CHANGE, &contact::ContactChange { id: *id, data: gone.clone(), zone: String::new() });
            let erased =
                Erased { contact_id: *id, at: now, heard: json(&nothing_heard(now)), said: json(&nothing_said()) };
            for statement in erasure::BY_CONTACT {
                set.push(*statement, &erased);
            }
        }
        for name in &names {
            let stop = Stop {
                account: lane.contact.account.clone(),
                digest: self.digest(&lane.contact.account, name),
                at: now,
            };
            set.push(&erasure::LIFT, &stop);
            if lane.contact.opted_out.is_some() {
                set.push(&erasure::STOP, &stop);
            }
        }
        let values = names.iter().map(|name| name.value.clone()).collect();
        let account = lane.contact.account.clone();
        set.push(&erasure::SAVE, &Erasure { id: own, account, names: values, asked_at: now, done_at: None });
        self.store.commit(set).await?;
        if lane.contact.opted_out.is_some() {
            self.erased_stops.store(true, Ordering::SeqCst);
        }
        for id in others.iter().chain([&own]) {
            self.directory.forget(*id);
        }
        for other in others {
            self.push(*other, Work::Forget);
        }
        lane.contact.data = gone;
        lane.conversations.clear();
        lane.once.clear();
        tracing::info!(contact.id = %own, "Contact {own} is erased");
        Ok(())
    }

    /// Looks for what is left of erased people in raw bodies, dead letters and kept answers.
    pub(super) async fn finish_erasures(&self) -> anyhow::Result<()> {
        for erasure in erasure::open(&self.store).await.context("reading erasures")? {
            for name in &erasure.names {
                self.forget_name(&erasure.account, name).await?;
            }
            let mut set = WriteSet::new();
            set.push(&erasure::SAVE, &Erasure { names: Vec::new(), done_at: Some(self.clock.now()), ..erasure });
            self.store.commit(set).await.context("ending an erasure")?;
        }
        Ok(())
    }

    async fn forget_name(&self, account: &AccountName, name: &str) -> anyhow::Result<()> {
        let (store, pattern) = (&self.store, format!("%{name}%"));
        let mut set = WriteSet::new();
        set.push(&erasure::ANSWERS, &Like { account: account.clone(), pattern: pattern.clone() });
        store.commit(set).await?;
        let mut after = 0;
        loop {
            let found = erasure::in_webhooks(store, after, &pattern, ERASE_BATCH).await?;
            let Some(last) = found.last() else { break };
            after = *last;
            let mut set = WriteSet::new();
            found.iter().for_each(|id| set.push(&erasure::WEBHOOK, &Found { id: *id }));
            store.commit(set).await?;
        }
        after = 0;
        loop {
            let found = erasure::in_letters(store, after, &pattern, ERASE_BATCH).await?;
            let Some(last) = found.last() else { break };
            after = *last;
            let mut set = WriteSet::new();
            found.iter().for_each(|id| set.push(&erasure::LETTER, &Found { id: *id }));
            store.commit(set).await?;
        }
        Ok(())
    }

    /// Somebody with one of these names was erased and had opted out.
    pub(super) async fn was_erased_opted_out(&self, account: &AccountName, names: &[Alias]) -> anyhow::Result<bool> {
        if !self.erased_stops.load(Ordering::SeqCst) {
            return Ok(false);
        }
        let digests: Vec<String> = names.iter().map(|name| self.digest(account, name)).collect();
        Ok(erasure::is_stopped(&self.store, account, &digests).await?)
    }

    /// Keyed with what only this database knows: numbers are few enough to be tried one by one.
    fn digest(&self, account: &AccountName, name: &Alias) -> String {
        let kind = match name.kind {
            AliasKind::Phone => "phone",
            AliasKind::Bsuid => "bsuid",
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.token_key).expect("HMAC takes a key of any length");
        mac.update(format!("erased {account} {kind} {}", name.value).as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn known_as(data: &ContactData) -> Vec<Alias> {
    let phone = data
        .phone
        .as_deref()
        .map(|phone| Alias { kind: AliasKind::Phone, value: phone.trim_start_matches('+').to_owned() });
    let bsuid = data.bsuid.as_ref().map(|id| Alias { kind: AliasKind::Bsuid, value: id.clone() });
    phone.into_iter().chain(bsuid).collect()
}

fn nothing_heard(now: Time) -> InboundData {
    let message = InboundMessage {
        provider_id: ProviderId::from(NOTHING_LEFT),
        at: now,
        from: Vec::new(),
        name: None,
        kind: InboundKind::Unsupported { what: NOTHING_LEFT.to_owned(), unknown: false },
        reply_to: None,
        referral: None,
    };
    InboundData { message, word: None }
}

fn nothing_said() -> Draft {
    Draft::plain(0, Content::Text { body: NOTHING_LEFT.to_owned() }, Origin::Api)
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("plain data is JSON")
}
