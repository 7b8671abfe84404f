//! Checks that a webhook gets every message in order, whatever dies: at least once, with the same bytes.

use super::process::Process;
use crate::receiver::Receiver;
use std::collections::BTreeMap;
use transom::store::{Query, Row};

const HEARD: Query = Query { name: "kill.heard", text: "select id, conversation_id from inbound order by id" };

/// Checks that all recorded messages were posted; that a repetition has the same id and body; and that each
/// conversation is in order.
pub async fn every_message_was_told(process: &Process, desk: &Receiver, wrong: &mut Vec<String>) {
    let store = process.store().await;
    let read = |row: &Row| Ok((row.number("id")?, row.number("conversation_id")?));
    let heard = store.all(&HEARD, &[], read).await.unwrap();
    store.close().await;
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    let mut last: BTreeMap<i64, i64> = BTreeMap::new();
    let mut told: BTreeMap<i64, usize> = BTreeMap::new();
    for post in desk.got() {
        let id = post.header("webhook-id").to_owned();
        let (message, place) = (post.body["message"]["id"].as_i64(), post.body["conversation_id"].as_i64());
        let (Some(message), Some(place)) = (message, place) else {
            wrong.push(format!("post {id} names no message or no conversation"));
            continue;
        };
        *told.entry(message).or_default() += 1;
        match bodies.get(&id) {
            Some(before) if *before != post.text => wrong.push(format!("post {id} came again with another body")),
            Some(_) => continue,
            None => drop(bodies.insert(id.clone(), post.text.clone())),
        }
        let number: i64 = id.parse().unwrap();
        if last.insert(place, number).is_some_and(|before| before > number) {
            wrong.push(format!("post {id} of conversation {place} came after a later one"));
        }
    }
    for (message, conversation) in heard {
        if told.remove(&message).is_none() {
            wrong.push(format!("message {message} of conversation {conversation} was never posted"));
        }
    }
}
