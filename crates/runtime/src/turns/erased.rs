//! Erases a person's data in the lane, in one commit.

use crate::{
    base::{
        ids::{ContactId, ProviderId},
        time::Time,
    },
    contacts::redaction::{ERASED, SHOWN},
    lane::{
        error::LaneError,
        rows,
        state::{LaneState, LaneTask},
    },
    model::{
        contact::ContactData,
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
    turns::Runner,
};
use std::sync::{Arc, atomic::Ordering};

impl Runner {
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
            let (data, zone, sought) = (gone.clone(), String::new(), String::new());
            set.push(&contact::CHANGE, &contact::ContactChange { id: *id, data, zone, sought });
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
                digest: self.contacts.digest(&lane.contact.account, name),
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
            self.contacts.erased_stops.store(true, Ordering::SeqCst);
        }
        for id in others.iter().chain([&own]) {
            self.contacts.directory.forget(*id);
        }
        for other in others {
            self.queue.push(*other, LaneTask::Forget);
        }
        lane.contact.data = gone;
        lane.conversations.clear();
        lane.once.clear();
        tracing::info!(contact.id = %own, "Contact {own} is erased");
        Ok(())
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
