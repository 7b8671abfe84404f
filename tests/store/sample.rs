//! Builds rows with every field set, to be written and read back.

use transom::model::{
    contact::ContactData,
    effect::MessageDraft,
    inbound::{Alias, AliasKind},
};
use transom::store::{Store, WriteSet};
use transom::{
    base::{ids::*, time::Time},
    store::tables::{
        alias::NewAlias,
        contact::{self, NewContact},
        conversation::{self, ConversationUpdate},
        inbound::NewInbound,
        outbound::NewOutbound,
    },
};

pub const NOW: Time = Time(1_790_000_000_000);
pub const SENDER: SenderId = SenderId(12);

pub fn account() -> AccountName {
    "acme".into()
}

pub fn new_contact(id: i64) -> NewContact {
    NewContact {
        id: ContactId(id),
        account: account(),
        data: ContactData { name: Some("Ada".into()), ..ContactData::default() },
        zone: "Europe/Madrid".into(),
        sought: "ada".into(),
        opted_out_at: None,
        created_at: NOW,
    }
}

pub fn phone(value: &str) -> Alias {
    Alias { kind: AliasKind::Phone, value: value.into() }
}

pub fn new_alias(contact: i64, value: &str) -> NewAlias {
    NewAlias { account: account(), kind: AliasKind::Phone, value: value.into(), contact_id: ContactId(contact) }
}

pub fn heard(id: i64, contact: i64, at: Time) -> ConversationUpdate {
    ConversationUpdate {
        id: ConversationId(id),
        contact_id: ContactId(contact),
        sender_id: SENDER,
        opened_at: Some(at),
        last_inbound_at: Some(at),
        created_at: NOW,
    }
}

pub fn inbound(id: i64, contact: i64, provider_id: &str) -> NewInbound {
    NewInbound {
        id: InboundId(id),
        conversation_id: ConversationId(contact),
        contact_id: ContactId(contact),
        sender_id: SENDER,
        provider_id: provider_id.into(),
        at: NOW,
        received_at: NOW,
        data: serde_json::from_value(serde_json::json!({
            "message": {
                "provider_id": provider_id, "at": NOW, "from": [{"kind": "phone", "value": "15550001"}],
                "kind": {"kind": "text", "body": "héllo \u{1f600}"}
            },
            "word": "stop"
        }))
        .unwrap(),
        handled_at: None,
    }
}

pub fn draft(number: u32) -> MessageDraft {
    serde_json::from_value(serde_json::json!({
        "number": number, "run": 1, "topic": "service", "origin": "flow", "tells": true,
        "content": {"kind": "text", "body": "Hi"}
    }))
    .unwrap()
}

pub fn outbound(id: i64, contact: i64, number: u32) -> NewOutbound {
    NewOutbound::queued(OutboundId(id), ConversationId(contact), ContactId(contact), SENDER, draft(number).into(), NOW)
}

/// A contact and a conversation, both with the same id.
pub async fn talk(store: &Store, id: i64) {
    let mut set = WriteSet::of(id);
    set.push(&contact::INSERT, &new_contact(id));
    set.push(&conversation::HEARD, &heard(id, id, NOW));
    store.commit(set).await.unwrap();
}
