//! Builds the JSON of an event for the event stream and for webhooks.

use crate::{
    base::{
        ids::{AccountName, InboundId, OutboundId},
        time::iso,
    },
    events::Events,
    model::answer,
    store::{
        ReadError,
        tables::{contact, event::Event, inbound, ledger, outbound, run},
    },
};
use serde_json::{Value as Json, json};

impl Events {
    /// The account of an event; `None` if only the operator may see it.
    pub async fn account_of(&self, event: &Event) -> Result<Option<AccountName>, ReadError> {
        match (event.sender_id, event.contact_id) {
            (Some(sender), _) => Ok(self.config.sender(sender).map(|sender| sender.account.clone())),
            (None, Some(id)) => Ok(contact::find(&self.store, id).await?.map(|contact| contact.account)),
            (None, None) => Ok(None),
        }
    }

    /// `{id, type, at, sender, conversation_id, contact_id}` and its subject: `message`, `status`, `run`, `consent` or
    /// `data`.
    pub async fn told(&self, event: &Event) -> Result<Json, ReadError> {
        let mut told = json!({
            "id": event.id,
            "type": event.kind,
            "at": iso(event.at),
            "sender": event.sender_id,
            "conversation_id": event.conversation_id,
            "contact_id": event.contact_id,
        });
        let (name, about) = self.about(event).await?;
        told[name] = about;
        Ok(told)
    }

    /// The subject as lists show it; only the id of a message that is no longer stored.
    async fn about(&self, event: &Event) -> Result<(&'static str, Json), ReadError> {
        let store = &self.store;
        let id = event.subject_id;
        Ok(match event.kind.as_str() {
            "message.in" => {
                let row = inbound::find(store, InboundId(id)).await?;
                ("message", row.map_or_else(|| json!({"id": id}), |row| theirs(&row)))
            }
            "message.out" => {
                let row = outbound::find(store, OutboundId(id)).await?;
                ("message", row.map_or_else(|| json!({"id": id}), |row| ours(&row)))
            }
            "message.status" => ("status", status(outbound::find(store, OutboundId(id)).await?, event)),
            "run.began" | "run.ended" => {
                let row = run::find(store, id).await?;
                let outcome = Some(&event.word).filter(|word| !word.is_empty());
                let run = row.map_or_else(
                    || json!({"id": id, "outcome": outcome}),
                    |row| {
                        json!({
                            "id": id, "number": row.number, "flow": row.flow, "trigger": row.trigger_key,
                            "outcome": outcome,
                        })
                    },
                );
                ("run", run)
            }
            "consent" => {
                let consent = ledger::find(store, id).await?.map_or_else(
                    || json!({"id": id}),
                    |entry| json!({"id": id, "topic": entry.topic, "given": entry.given, "by": entry.teller().by}),
                );
                ("consent", consent)
            }
            _ => ("data", event.data.clone()),
        })
    }
}

fn status(row: Option<outbound::Outbound>, event: &Event) -> Json {
    let (provider_id, error, reason) = row.map_or((None, None, None), |row| {
        let error = row.error_code.map(|code| json!({"code": code, "text": row.error_text}));
        (row.provider_id, error, row.reason)
    });
    let error = error.filter(|_| event.word == "failed");
    json!({
        "message_id": event.subject_id, "state": event.word, "provider_id": provider_id, "error": error,
        "reason": reason,
    })
}

/// One message of ours as the API shows it.
pub fn ours(row: &outbound::Outbound) -> Json {
    let shown = row.sent_as.as_ref().unwrap_or(&row.draft.content);
    json!({
        "id": row.id,
        "direction": "out",
        "at": iso(row.accepted_at.unwrap_or(row.created_at)),
        "text": shown.text(),
        "content": row.draft.content,
        "sent_as": row.sent_as,
        "state": row.state,
        "origin": row.draft.origin,
        "agent": row.draft.agent,
        "flow": row.draft.flow,
        "step": row.draft.step,
        "provider_id": row.provider_id,
        "created_at": iso(row.created_at),
        "accepted_at": row.accepted_at.map(iso),
        "delivered_at": row.delivered_at.map(iso),
        "read_at": row.read_at.map(iso),
        "failed_at": row.failed_at.map(iso),
        "hold_until": row.hold_until.map(iso),
        "planned_for": row.draft.at.map(iso),
        "reason": row.reason,
        "error": row.error_code.as_ref().map(|code| json!({"code": code, "text": row.error_text})),
    })
}

/// One message of a contact as the API shows it.
pub fn theirs(row: &inbound::Recorded) -> Json {
    let message = &row.data.message;
    json!({
        "id": row.id,
        "direction": "in",
        "at": iso(message.at),
        "text": answer::words_of(&message.kind),
        "content": message.kind,
        "provider_id": message.provider_id,
        "reply_to": message.reply_to,
        "referral": message.referral,
        "received_at": iso(row.received_at),
        "handled_at": row.handled_at.map(iso),
    })
}
