//! Measures the memory of an idle lane: a daemon keeps thousands of them.

use super::{Conversation, LaneState};
use crate::{
    base::ids::{ContactId, ConversationId, SenderId},
    model::{
        contact::{Contact, ContactData},
        session::{Frame, Run, Session, Waiting},
        value::Value,
    },
};
use std::{collections::BTreeMap, mem::size_of};

/// The heap of an idle lane in the middle of a usual flow.
const IDLE_LANE_BYTES_MAX: usize = 4_600;

/// A conversation that waits for an answer, as its row is read: lists with room for more.
fn session() -> Session {
    let msg = serde_json::json!({
        "text": "book a table", "button": null, "kind": "text", "media": null, "location": null, "order": null, "form": null,
        "reaction": null, "referral": null, "at": {"$datetime": "2026-03-28T13:00:00+01:00[Europe/Madrid]"},
    });
    let option =
        |n: usize| serde_json::json!({"id": format!("o{n}"), "title": format!("Option {n}"), "value": format!("o{n}")});
    let question = serde_json::json!({
        "on": "question", "message": 3, "messages": [3], "options": [option(1), option(2), option(3)], "tries": 0,
        "left": true, "written": false, "reminders_sent": 0, "asked_at": 1_774_699_200_000_i64,
        "deadline": 1_774_785_600_000_i64,
    });
    let run = serde_json::json!({
        "number": 1, "version": 1, "flow": "book", "trigger": "book/0", "started_at": 1_774_699_200_000_i64,
        "frames": [{"flow": "book", "at": "book.ask_2", "vars": {"day": {"$date": "2026-03-29"}, "people": 4}}],
        "waiting": question, "event": null, "msg": msg, "said": {"message": 3},
    });
    serde_json::from_value(serde_json::json!({
        "turn": 4, "last_run": 1, "last_message": 3, "runs": [run], "answered": [1_774_699_200_000_i64],
        "heard_at": 1_774_699_200_000_i64, "heard_id": "wamid.HBgLMzQ2MDAxMTEyMjIVAgASGBQzQTdGQjA0QzA1",
    }))
    .unwrap()
}

fn lane() -> LaneState {
    let data = ContactData {
        phone: Some("+34600111222".into()),
        name: Some("Ana Silva".into()),
        fields: BTreeMap::from([("city".to_owned(), Value::text("Madrid"))]),
        ..ContactData::default()
    };
    let contact = Contact { id: ContactId(1), account: "acme".into(), opted_out: None, data };
    let mut conversation = Conversation { session: session(), ..Conversation::new(ConversationId(2), SenderId(1)) };
    // A message was sent meanwhile.
    conversation.outbox.reserve(1);
    let mut conversations = Vec::with_capacity(4);
    conversations.push(conversation);
    LaneState { contact, conversations, once: Default::default(), armed: None, heard: true, refused: None }
}

fn list<T>(list: &Vec<T>) -> usize {
    list.capacity() * size_of::<T>()
}

/// A leaf of a map has room for eleven entries.
fn values(map: &BTreeMap<String, Value>) -> usize {
    let leaf = 11 * (size_of::<String>() + size_of::<Value>()) + 16;
    map.len().div_ceil(11) * leaf + map.iter().map(|(name, of)| name.capacity() + value(of)).sum::<usize>()
}

fn value(of: &Value) -> usize {
    match of {
        Value::Text(text) => text.capacity(),
        Value::List(items) => list(items) + items.iter().map(value).sum::<usize>(),
        Value::Map(map) => values(map),
        _ => 0,
    }
}

fn frame(of: &Frame) -> usize {
    of.vars.as_ref().map_or(0, values) + list(&of.loops)
}

fn run(of: &Run) -> usize {
    let waiting = match &of.waiting {
        Waiting::Question(question) => {
            let options = question.options.iter().map(|option| option.id.capacity() + option.title.capacity());
            size_of_val(&**question) + list(&question.messages) + list(&question.options) + options.sum::<usize>()
        }
        _ => 0,
    };
    let frames = list(&of.frames) + of.frames.iter().map(frame).sum::<usize>();
    frames + waiting + value(&of.event) + value(&of.msg) + value(&of.handoff) + of.trigger.capacity()
}

fn heap(lane: &LaneState) -> usize {
    let conversation = |of: &Conversation| {
        let runs = list(&of.session.runs) + of.session.runs.iter().map(run).sum::<usize>();
        runs + list(&of.session.answered) + list(&of.outbox) + list(&of.missed)
    };
    let own = size_of::<LaneState>() + list(&lane.conversations) + values(&lane.contact.data.fields);
    own + lane.conversations.iter().map(conversation).sum::<usize>()
}

#[test]
fn an_idle_lane_is_small() {
    let mut lane = lane();
    let before = heap(&lane);
    assert!(lane.settle(), "the contact has written");
    let after = heap(&lane);
    assert!(
        after < IDLE_LANE_BYTES_MAX && after < before,
        "an idle lane has {after} bytes, and {before} before it rests"
    );
}
