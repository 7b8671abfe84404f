//! Parses what Chatwoot posts to an agent bot: a message, its changes, or a conversation that changes its status.

use super::{ChatwootSender, is_number, message, status};
use crate::{
    base::{ids::SenderId, time::Time},
    model::inbound::{Alias, Holder, Inbound, InboundMessage, Item},
    untrusted_json::{self, flag, number, part, text},
};
use serde_json::Value;

/// Added to the event in a dead letter: its sender, and the time at which it came.
const SENDER: &str = "transom_sender";
const RECEIVED: &str = "transom_received";

/// The items of a body posted to this sender's address.
pub fn receive(sender: &ChatwootSender, body: &[u8], now: Time) -> Vec<Item> {
    let body = untrusted_json::text_of(body);
    let Ok(mut event) = serde_json::from_str::<Value>(&body) else {
        return vec![dead(Some(sender.id), "malformed", "the body is not JSON", body.into_owned())];
    };
    if let Some(map) = event.as_object_mut() {
        map.insert(SENDER.into(), sender.id.0.into());
        map.insert(RECEIVED.into(), now.0.into());
    }
    let raw = event.to_string();
    match read(sender, &event, now) {
        Ok(all) => all.into_iter().map(|what| Item { what, raw: raw.clone() }).collect(),
        Err(why) => vec![dead(Some(sender.id), "malformed", why, raw)],
    }
}

/// Parses a dead letter again; one without a sender belongs to the first sender.
pub fn again(senders: &[ChatwootSender], raw: &str) -> Vec<Item> {
    let event: Value = serde_json::from_str(&untrusted_json::text_of(raw.as_bytes())).unwrap_or_default();
    let named = number(&event, SENDER).map(SenderId);
    let found = match named {
        Some(id) => senders.iter().find(|sender| sender.id == id),
        None => senders.first(),
    };
    // Without the time at which it came, that of the message itself is as good.
    let at = number(&event, RECEIVED).map(Time).or_else(|| time_of(&event, "created_at"));
    match found {
        Some(sender) => receive(sender, raw.as_bytes(), at.unwrap_or(Time(0))),
        None => vec![dead(None, "unknown_sender", "no such Chatwoot sender is configured", raw.to_owned())],
    }
}

fn dead(sender: Option<SenderId>, kind: &'static str, reason: &str, raw: String) -> Item {
    Item { what: Inbound::Dead { sender, kind, reason: reason.to_owned() }, raw }
}

fn ignored(why: &'static str) -> Result<Vec<Inbound>, &'static str> {
    Ok(vec![Inbound::Ignored { why }])
}

fn read(sender: &ChatwootSender, event: &Value, now: Time) -> Result<Vec<Inbound>, &'static str> {
    let name = text(event, "event").ok_or("the body has no `event`")?;
    let is_of_message = matches!(name.as_str(), "message_created" | "message_updated");
    let is_of_conversation =
        matches!(name.as_str(), "conversation_opened" | "conversation_resolved" | "conversation_status_changed");
    if !is_of_message && !is_of_conversation {
        return ignored(if name.starts_with("conversation_") { "conversation_event" } else { "unknown_event" });
    }
    // A bot may belong to several inboxes, each of which is a sender of its own.
    if number(event, "account.id").is_some_and(|id| id != sender.account) {
        return ignored("other_account");
    }
    let inboxes: Vec<i64> =
        ["inbox.id", "conversation.inbox_id", "inbox_id"].iter().filter_map(|path| number(event, path)).collect();
    match inboxes.first() {
        None => return Err("it names no inbox"),
        Some(_) if inboxes.iter().any(|id| *id != sender.inbox) => return ignored("other_inbox"),
        Some(_) => {}
    }
    if is_of_conversation {
        return conversation(sender.id, event);
    }
    let talk = part(event, "conversation").filter(|talk| talk.is_object()).ok_or("it has no `conversation`")?;
    if flag(event, "private") {
        return ignored("private_note");
    }
    let kind = text(event, "message_type").ok_or("it has no `message_type`")?;
    match (name.as_str(), kind.as_str()) {
        ("message_created", "incoming" | "0") => heard(sender.id, event, talk),
        ("message_created", "outgoing" | "1") => said(sender.id, event, talk),
        ("message_updated", "outgoing" | "1" | "template" | "3") => changed(sender.id, event, talk, now),
        // A greeting of the inbox, a survey, a line such as "Rosa has opened the conversation", an edit.
        _ => ignored("message_kind"),
    }
}

/// A message of the customer. Where a person has the conversation, that is told first.
fn heard(sender: SenderId, event: &Value, talk: &Value) -> Result<Vec<Inbound>, &'static str> {
    let (contact, place) = (contact(event, talk)?, place(talk)?);
    let mut all = Vec::new();
    if let Some(to @ Holder::Person { .. }) = holder(&text(talk, "status").unwrap_or_default(), talk) {
        all.push(Inbound::Assigned { sender, contact: contact.clone(), place: place.clone(), to });
    }
    for message in message::messages(event, contact, &place)? {
        all.push(Inbound::Message { sender, message });
    }
    Ok(all)
}

/// A message of the business: of a person, of a program, or our own, which comes back.
fn said(sender: SenderId, event: &Value, talk: &Value) -> Result<Vec<Inbound>, &'static str> {
    // Written in WhatsApp on the phone, which shares the number with Chatwoot.
    let by_phone = flag(event, "content_attributes.external_echo");
    let by_rule = part(event, "content_attributes.automation_rule_id").is_some_and(|rule| !rule.is_null());
    match text(event, "sender.type").as_deref() {
        Some("agent_bot") => return ignored("own_message"),
        Some("user") if !by_rule => {}
        Some(_) | None if by_phone => {}
        Some(_) | None => return ignored("program_message"),
    }
    let agent = text(event, "sender.name").filter(|_| !by_phone).map(|name| untrusted_json::name(&name));
    let otherwise = || if by_phone { "phone app" } else { "Chatwoot" }.to_owned();
    let to = Holder::Person { agent: Some(agent.unwrap_or_else(otherwise)), wrote: true };
    Ok(vec![Inbound::Assigned { sender, contact: contact(event, talk)?, place: place(talk)?, to }])
}

/// A change of one of our messages: its delivery, or an option that was chosen in a chat window of a website.
fn changed(sender: SenderId, event: &Value, talk: &Value, now: Time) -> Result<Vec<Inbound>, &'static str> {
    let is_ours = text(event, "sender.type").as_deref() == Some("agent_bot");
    if !is_ours {
        return ignored("message_kind");
    }
    if let Some(message) = message::chosen(event, now) {
        let (from, number) = (contact(event, talk)?, Some(place(talk)?));
        let message = InboundMessage { from, number, ..message };
        return Ok(vec![Inbound::Message { sender, message }]);
    }
    match status::status(event, talk, now)? {
        Some(status) => Ok(vec![Inbound::Status { sender, status }]),
        None => ignored("status_kind"),
    }
}

/// A conversation has another status, or is told about again.
fn conversation(sender: SenderId, event: &Value) -> Result<Vec<Inbound>, &'static str> {
    let status = text(event, "status").ok_or("the conversation has no `status`")?;
    match holder(&status, event) {
        Some(to) => Ok(vec![Inbound::Assigned { sender, contact: contact(event, event)?, place: place(event)?, to }]),
        None => ignored("conversation_event"),
    }
}

/// The one who has a conversation of this status; `None` for a status of a later version.
fn holder(status: &str, talk: &Value) -> Option<Holder> {
    match status {
        "open" | "snoozed" => {
            let agent = text(talk, "meta.assignee.name").map(|name| untrusted_json::name(&name));
            Some(Holder::Person { agent, wrote: false })
        }
        "pending" | "resolved" => Some(Holder::Bot),
        _ => None,
    }
}

/// The customer of a conversation, by number and user id.
fn contact(event: &Value, talk: &Value) -> Result<Vec<Alias>, &'static str> {
    // In an inbox of another channel it is no number, though it may look like one.
    let is_whatsapp = text(talk, "channel")
        .is_none_or(|channel| matches!(channel.as_str(), "Channel::Whatsapp" | "Channel::TwilioSms"));
    let source = text(talk, "contact_inbox.source_id").filter(|_| is_whatsapp);
    let phone = text(talk, "meta.sender.phone_number");
    let writer = text(event, "sender.phone_number");
    let all = untrusted_json::aliases([phone.as_deref(), source.as_deref(), writer.as_deref()]);
    if all.is_empty() { Err("it names nobody whom WhatsApp knows") } else { Ok(all) }
}

/// The number of the conversation there, into which the answer goes.
fn place(talk: &Value) -> Result<String, &'static str> {
    text(talk, "id").filter(|id| is_number(id)).ok_or("its conversation has no number")
}

/// A time in ISO form, or in seconds.
pub(super) fn time_of(json: &Value, path: &str) -> Option<Time> {
    text(json, path).as_deref().and_then(untrusted_json::time)
}
