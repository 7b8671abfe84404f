//! Erases a person's data: texts, names, numbers and traces are deleted, counts stay.
//!
//! All data that can be found by contact is deleted in one commit. The rest is searched (`erase_rest`): the names stay
//! in a row until that is done, so that a restart continues it. If the person had opted out, a keyed digest of each
//! name stays: a new contact with that name is opted out, too.

use super::redaction::{ERASED, SHOWN};
use crate::{
    base::{
        ids::{AccountName, ContactId, ProviderId},
        time::Time,
    },
    daemon::app::App,
    lane::{
        error::LaneError,
        rows,
        state::{LaneState, LaneTask},
    },
    model::{
        contact::{Contact, ContactData},
        content::Content,
        effect::{MessageDraft, Origin},
        event::Event,
        inbound::{Alias, AliasKind, InboundKind, InboundMessage},
        session::Session,
    },
    store::{
        WriteSet,
        queries::erasure::{self, Erased, Erasure, KeptOptOut},
        tables::{alias, contact, inbound::InboundData, outbound::SendState},
    },
};
use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::oneshot;

impl App {
    /// Erases a contact, and those that were joined to it. When this returns it is done, except for raw bodies.
    pub async fn erase(self: &Arc<Self>, contact: &Contact) -> anyhow::Result<()> {
        // Contacts may have been joined in a chain.
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
        self.push(contact.id, LaneTask::Erase { others, reply });
        done.await.context("the contact could not be erased")?;
        self.finish_erasures().await
    }

    pub(crate) async fn erase_in_lane(
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
            let erased = Erased {
                contact_id: *id,
                at: now,
                heard: json(&nothing_heard(now)),
                said: json(&nothing_said()),
                letter: serde_json::json!({ "erased": true }),
                gone: ERASED,
                answer: r#"{"erased":true}"#,
            };
            for statement in erasure::BY_CONTACT {
                set.push(*statement, &erased);
            }
        }
        for name in &names {
            let stop = KeptOptOut {
                account: lane.contact.account.clone(),
                digest: self.digest(&lane.contact.account, name),
                at: now,
            };
            set.push(&erasure::LIFT, &stop);
            if lane.contact.opted_out.is_some() {
                set.push(&erasure::STOP, &stop);
            }
        }
        let username = lane.contact.data.username.iter().map(|name| format!("@{name}"));
        let shown = lane.contact.data.name.iter().map(|name| format!("{SHOWN}{name}"));
        let values = names.iter().map(|name| name.value.clone()).chain(username).chain(shown).collect();
        let account = lane.contact.account.clone();
        set.push(&erasure::SAVE, &Erasure { id: own, account, names: values, asked_at: now, done_at: None });
        let mut letters = Vec::new();
        for id in others.iter().chain([&own]) {
            letters.extend(erasure::letters(&self.store, *id).await?);
        }
        self.store.commit(set).await?;
        letters.iter().for_each(|kind| self.metrics.dead_letter(kind, -1));
        if lane.contact.opted_out.is_some() {
            self.erased_stops.store(true, Ordering::SeqCst);
        }
        for id in others.iter().chain([&own]) {
            self.directory.forget(*id);
        }
        for other in others {
            self.push(*other, LaneTask::Forget);
        }
        lane.contact.data = gone;
        lane.conversations.clear();
        lane.once.clear();
        tracing::info!(contact.id = %own, "Contact {own} is erased");
        Ok(())
    }

    /// True if a person with one of these names was erased and had opted out.
    pub(crate) async fn was_erased_opted_out(&self, account: &AccountName, names: &[Alias]) -> anyhow::Result<bool> {
        if !self.erased_stops.load(Ordering::SeqCst) {
            return Ok(false);
        }
        let digests: Vec<String> = names.iter().map(|name| self.digest(account, name)).collect();
        Ok(erasure::is_stopped(&self.store, account, &digests).await?)
    }

    /// A digest keyed with a secret of this database, because all phone numbers could be tried one by one.
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
        provider_id: ProviderId::from(ERASED),
        at: now,
        from: Vec::new(),
        name: None,
        username: None,
        kind: InboundKind::Unsupported { what: ERASED.to_owned(), unknown: false },
        reply_to: None,
        referral: None,
        number: None,
    };
    InboundData { message, word: None }
}

fn nothing_said() -> MessageDraft {
    MessageDraft::plain(0, Content::Text { body: ERASED.to_owned() }, Origin::Api)
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("plain data is JSON")
}
