//! Converts Kapso's own webhooks to Meta's form, from which Kapso made them; forwarded ones are already in Meta's
//! form.

use crate::{
    model::inbound::{Inbound, Item},
    untrusted_json,
};
use serde_json::{Value, json};

/// All items of a body, in order. `event`: the header with the event's name, if there was one. `read`: the parser for
/// Meta's form.
pub fn receive(event: &str, body: &[u8], read: impl Fn(&[u8]) -> Vec<Item>) -> Vec<Item> {
    let Ok(json) = serde_json::from_str::<Value>(&untrusted_json::text_of(body)) else {
        // Meta's parser reports the error, and repairs some.
        return read(body);
    };
    if json.get("entry").is_some() {
        return read(body);
    }
    // A batch contains up to 100 events of one conversation.
    let name = untrusted_json::text(&json, "type")
        .or_else(|| untrusted_json::text(&json, "event"))
        .unwrap_or_else(|| event.to_owned());
    match json.get("data").or_else(|| json.as_array().map(|_| &json)) {
        Some(Value::Array(events)) => events.iter().flat_map(|one| of_event(&name, one, &read)).collect(),
        Some(one @ Value::Object(_)) => of_event(&name, one, &read),
        _ => of_event(&name, &json, &read),
    }
}

fn of_event(name: &str, event: &Value, read: &impl Fn(&[u8]) -> Vec<Item>) -> Vec<Item> {
    let ignored = |why| vec![Item { what: Inbound::Ignored { why }, raw: event.to_string() }];
    if event.get("message").is_some_and(|message| !message.is_object() && !message.is_null()) {
        // It becomes a dead letter, for an operator.
        return read(event.to_string().as_bytes());
    }
    let Some(message) = event.get("message").filter(|message| message.is_object()) else {
        let name = untrusted_json::text(event, "event").unwrap_or_else(|| name.to_owned());
        return match name.as_str() {
            name if name.starts_with("workflow.") => ignored("workflow_event"),
            name if name.contains("conversation") => ignored("conversation_event"),
            name if name.contains("phone_number") => ignored("phone_number_event"),
            "" if event.get("conversation").is_some() => ignored("conversation_event"),
            // So does an event of a message without one.
            name if name.is_empty() || name.contains("message") => read(event.to_string().as_bytes()),
            _ => ignored("unknown_event"),
        };
    };
    let outbound = untrusted_json::text(message, "kapso.direction").as_deref() == Some("outbound");
    match untrusted_json::text(message, "kapso.origin").as_deref() {
        // Messages from before the number moved to Kapso: not new, and they open no window.
        Some("history_sync") => ignored("history"),
        Some("business_app") if outbound => read(echo(event, message).to_string().as_bytes()),
        _ if outbound => match status(message) {
            Some(status) => read(envelope(event, "messages", "statuses", status, None).to_string().as_bytes()),
            None => ignored("status_kind"),
        },
        _ => read(
            envelope(event, "messages", "messages", inbound(event, message), Some(person(event, message)))
                .to_string()
                .as_bytes(),
        ),
    }
}

/// The message in Meta's form, with the fields that Kapso left out.
fn inbound(event: &Value, message: &Value) -> Value {
    let mut made = message.clone();
    let Some(map) = made.as_object_mut() else { return made };
    map.remove("kapso");
    for (key, paths) in [("from", PHONES), ("from_user_id", USER_IDS)] {
        if untrusted_json::text(message, key).is_none()
            && let Some(text) = first(event, message, paths)
        {
            map.insert(key.to_owned(), text.trim_start_matches('+').into());
        }
    }
    // The file is Kapso's permanent copy; its address needs no Meta token.
    let kind = untrusted_json::text(message, "type").unwrap_or_default();
    if let Some(Value::Object(file)) = map.get_mut(&kind) {
        for (key, path) in [
            ("url", "kapso.media_url"),
            ("mime_type", "kapso.media_data.content_type"),
            ("filename", "kapso.media_data.filename"),
            ("caption", "kapso.message_type_data.caption"),
        ] {
            if let Some(text) = untrusted_json::text(message, path) {
                file.entry(key).or_insert_with(|| text.into());
            }
        }
    }
    made
}

const PHONES: &[&str] = &["conversation.phone_number", "message.kapso.phone_number"];
const USER_IDS: &[&str] = &["conversation.business_scoped_user_id", "message.kapso.business_scoped_user_id"];

fn first(event: &Value, message: &Value, paths: &[&str]) -> Option<String> {
    let find = |path: &&str| match path.strip_prefix("message.") {
        Some(path) => untrusted_json::text(message, path),
        None => untrusted_json::text(event, path),
    };
    paths.iter().find_map(find)
}

fn person(event: &Value, message: &Value) -> Value {
    let mut person = json!({});
    if let Some(phone) = first(event, message, PHONES) {
        person["wa_id"] = phone.trim_start_matches('+').into();
    }
    if let Some(id) = first(event, message, USER_IDS) {
        person["user_id"] = id.into();
    }
    if let Some(name) = untrusted_json::text(event, "conversation.kapso.contact_name") {
        person["profile"] = json!({"name": name});
    }
    person
}

/// The newest entry of the status history, which each webhook repeats and extends; if there is none, the message's own
/// status.
fn status(message: &Value) -> Option<Value> {
    let all = untrusted_json::part(message, "kapso.statuses").and_then(Value::as_array);
    if let Some(newest) = all.and_then(|all| {
        all.iter().max_by_key(|status| untrusted_json::time(&untrusted_json::text(status, "timestamp")?))
    }) {
        return Some(newest.clone());
    }
    let state = untrusted_json::text(message, "kapso.status").filter(|state| state != "pending")?;
    Some(json!({"id": message.get("id"), "status": state, "timestamp": message.get("timestamp")}))
}

/// An employee wrote on the business phone: in the form of Meta's `smb_message_echoes`.
fn echo(event: &Value, message: &Value) -> Value {
    let mut made = message.clone();
    if let Some(map) = made.as_object_mut() {
        map.remove("kapso");
        if let (false, Some(phone)) = (map.contains_key("to"), first(event, message, PHONES)) {
            map.insert("to".into(), phone.trim_start_matches('+').into());
        }
    }
    envelope(event, "smb_message_echoes", "message_echoes", made, None)
}

/// One item in Meta's envelope. A dead letter has the same form, so that it can be replayed.
fn envelope(event: &Value, field: &str, list: &str, item: Value, person: Option<Value>) -> Value {
    let paths = ["phone_number_id", "conversation.phone_number_id", "message.kapso.phone_number_id"];
    let number = paths.iter().find_map(|path| untrusted_json::text(event, path)).unwrap_or_default();
    let mut value = json!({"metadata": {"phone_number_id": number}});
    value[list] = json!([item]);
    if let Some(person) = person {
        value["contacts"] = json!([person]);
    }
    json!({"object": "whatsapp_business_account", "entry": [{"id": "", "changes": [{"field": field, "value": value}]}]})
}
