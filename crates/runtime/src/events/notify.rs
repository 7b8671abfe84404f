//! Writes dead letters and notifications in the commit of their cause.

use crate::{
    base::{
        ids::{ContactId, ConversationId, SenderId},
        time::Time,
    },
    events::Events,
    store::{
        WriteSet,
        tables::{
            dead_letter,
            event::{self, LoggedEvent, WantedKinds},
        },
    },
};

impl Events {
    /// Adds a dead letter, with the data that a replay needs. `kind` is a fixed word.
    pub(crate) fn dead_letter(
        &self,
        set: &mut WriteSet,
        kind: &'static str,
        sender: Option<SenderId>,
        reason: &str,
        data: serde_json::Value,
        now: Time,
    ) {
        self.dead_letter_with(set, self.store.next_id(), kind, sender, reason, data, now);
    }

    /// As `dead_letter`, with a given id: a repeated one is listed once.
    #[expect(clippy::too_many_arguments, reason = "the columns of its row")]
    pub(crate) fn dead_letter_with(
        &self,
        set: &mut WriteSet,
        id: i64,
        kind: &'static str,
        sender: Option<SenderId>,
        reason: &str,
        data: serde_json::Value,
        now: Time,
    ) {
        self.metrics.dead_letter(kind, 1);
        // An outage makes thousands of one kind.
        let of = sender.map(|sender| sender.0);
        if let Some(more) = self.log_limiter.ask_of(kind, of.unwrap_or(0), now) {
            tracing::warn!(
                dead_letter.id = id,
                kind,
                sender.id = of,
                more = more.count(),
                "{}; see dead letter {id} in `transom dead-letters list`{more}",
                in_words(kind)
            );
        }
        let mut notice = serde_json::json!({ "dead_letter_id": id, "letter_kind": kind, "sender_id": sender });
        // Copy the ids, so that a subscriber need not look the dead letter up.
        for name in ["conversation_id", "contact_id"] {
            if let Some(number) = data.get(name) {
                notice[name] = number.clone();
            }
        }
        let subject_id = ["outbound_id", "inbound_id", "subject"].iter().find_map(|key| data.get(key)?.as_i64());
        let row = dead_letter::DeadLetter {
            id,
            kind: kind.into(),
            at: now,
            sender_id: sender,
            subject_id,
            reason: reason.into(),
            data,
            replayed_at: None,
        };
        set.push(&dead_letter::INSERT, &row);
        let event = match kind {
            "unknown_send" => "unknown_send",
            // Do not notify about a failed notification: it would cause the next one.
            "webhook" => return,
            _ => "dead_letter",
        };
        self.notify(set, event, notice, now);
    }

    /// Adds an event for subscribers, in the same commit as its cause.
    pub(crate) fn notify(&self, set: &mut WriteSet, kind: &'static str, data: serde_json::Value, now: Time) {
        if !self.store.wanted().has(WantedKinds::kind(kind)) {
            return;
        }
        let number = |name: &str| data[name].as_i64();
        let row = LoggedEvent {
            id: self.store.next_id(),
            kind: kind.to_owned(),
            at: now,
            sender_id: number("sender_id").map(SenderId),
            conversation_id: number("conversation_id").map(ConversationId),
            contact_id: number("contact_id").map(ContactId),
            data,
        };
        set.push(&event::HAPPENED, &row);
    }
}

/// The event behind a dead letter, for the log.
fn in_words(kind: &str) -> &'static str {
    match kind {
        "unknown_send" => "It is unknown whether a message was sent",
        "rejected_send" => "The platform refused a message as a wrong request",
        "poison" => "An item breaks the engine, which is a bug of ours",
        "failed_run" => "A run was ended, because it cannot go on",
        "late_message" => "A message came so late that no flow takes it",
        "webhook" => "An event could not be posted to a webhook, and is given up",
        "webhook_body" => "The body of a request to a hook cannot be used",
        _ => "An item of a webhook could not be used",
    }
}
