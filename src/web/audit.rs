//! Writes down what people, keys and commands did. No number, name or word of a customer stands in the audit log, only
//! our ids, so that an erasure has nothing to take out of it.
//!
//! An act that runs through a route has its entry before it begins, and the entry gets its outcome at the end: many acts
//! are no single commit (files are published, a platform is asked, a lane works), and none is done without an entry. One
//! that is a single commit outside of a route (a sign-in, a key made by a command) has its entry in that commit.

use super::{
    auth::Caller,
    problem::ProblemCode,
    routes::{Route, Verb},
    state::Web,
};
use crate::{
    base::{
        ids::{AccountName, ContactId, ConversationId, SenderId},
        limits::{AUDIT_LOOKED_EVERY, AUDIT_LOOKS_MAX},
        time::Time,
    },
    store::{
        CommitError, Store, WriteSet,
        tables::{
            audit::{self, AuditEnd, AuditEntry, Means},
            contact, conversation, dead_letter, support_case,
        },
    },
};
use axum::http::{HeaderMap, Response, header};
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// Somebody who does something.
#[derive(Debug, Clone)]
pub struct Doer {
    person: Option<(i64, String)>,
    key_name: Option<String>,
    /// The only account of the doer.
    account: Option<AccountName>,
    means: Means,
    /// The address from which they come; `None`: a command that works without the daemon.
    address: Option<IpAddr>,
}

/// An addition of a handler to the entry of its request.
#[derive(Debug, Clone)]
pub struct Note {
    pub subject: Option<String>,
    /// An object.
    pub detail: Json,
}

/// The last looks of each person at each subject: a page that asks again and again is one look.
#[derive(Debug, Default)]
pub struct Looks(Mutex<HashMap<(i64, &'static str, String), Time>>);

/// Requests that change nothing, although they are no GET.
const HARMLESS: &[&str] = &["preview_bot", "ask_knowledge"];
/// Requests that show what is known of a customer.
const LOOKS: &[&str] =
    &["show_contact", "timeline_of_contact", "list_messages", "search_messages", "read_media", "list_consent"];
/// Those that read, and are written down of everybody.
const ALWAYS: &[&str] = &["export_contact"];
/// A program's daily work: of an account's key they are not written down. They are rows of their own (messages, runs, the
/// ledger of consent), and a key may send five a second.
const DAILY: &[&str] = &[
    "send_message",
    "take_back_message",
    "upload_media",
    "answer_conversation",
    "start_run",
    "stop_run",
    "resume_run",
    "change_contact",
    "record_consent",
    "import_contacts",
    "check_sender",
];

/// Whether a request is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    No,
    Always,
    /// Once in a while for each subject.
    Look,
}

pub fn kept(route: &Route, caller: &Caller) -> Kept {
    let acts = route.verb != Verb::Get && !route.path.starts_with("/v1/studio/") && !HARMLESS.contains(&route.name);
    match caller {
        _ if ALWAYS.contains(&route.name) => Kept::Always,
        Caller::Account(_) if acts && !DAILY.contains(&route.name) => Kept::Always,
        Caller::Account(_) => Kept::No,
        Caller::Operator | Caller::Person(_) if acts => Kept::Always,
        Caller::Person(_) if LOOKS.contains(&route.name) => Kept::Look,
        Caller::Operator | Caller::Person(_) => Kept::No,
    }
}

impl Doer {
    pub fn of(caller: &Caller, headers: &HeaderMap, address: IpAddr) -> Doer {
        let nobody = Doer { account: caller.only_account().cloned(), address: Some(address), ..Doer::command() };
        match caller {
            Caller::Account(key) => Doer { key_name: Some(key.key_name.clone()), means: Means::Key, ..nobody },
            Caller::Operator if headers.contains_key(header::AUTHORIZATION) => nobody,
            Caller::Operator => Doer { means: Means::Page, ..nobody },
            Caller::Person(person) => {
                Doer { account: nobody.account, ..Doer::person(person.id, &person.name, address) }
            }
        }
    }

    /// Somebody at the page who is not signed in.
    pub fn page(address: IpAddr) -> Doer {
        Doer { means: Means::Page, address: Some(address), ..Doer::command() }
    }

    /// The `transom` command, without the daemon.
    pub fn command() -> Doer {
        Doer { person: None, key_name: None, account: None, means: Means::Command, address: None }
    }

    pub fn person(id: i64, name: &str, address: IpAddr) -> Doer {
        Doer { person: Some((id, name.to_owned())), means: Means::Person, ..Doer::page(address) }
    }

    /// An entry for something that is done in the same commit.
    pub fn entry(&self, store: &Store, now: Time, action: &str, detail: Json) -> AuditEntry {
        let (person_id, person) = self.person.clone().unzip();
        AuditEntry {
            id: store.next_id(),
            at: now,
            person_id,
            person,
            key_name: self.key_name.clone(),
            account: self.account.clone(),
            address: self.address.map(|address| address.to_canonical().to_string()),
            means: self.means,
            action: action.to_owned(),
            subject: None,
            detail: if detail.is_object() { detail } else { json!({}) },
            outcome: audit::DONE.to_owned(),
        }
    }
}

/// The account of the object that the path names; `None`: it is of no single account, or there is no such object.
pub async fn account_of(web: &Web, route: &Route, subject: Option<&str>) -> Option<AccountName> {
    let id: i64 = subject?.split('/').next()?.parse().ok()?;
    let store = &web.app.store;
    let of_sender = |id: SenderId| Some(web.app.senders.get(id)?.account.clone());
    let of_conversation = async |id: ConversationId| of_sender(conversation::find(store, id).await.ok()??.sender_id);
    match route.path.split('/').nth(2)? {
        "contacts" => Some(contact::find(store, ContactId(id)).await.ok()??.account),
        "conversations" => of_conversation(ConversationId(id)).await,
        "cases" => of_conversation(support_case::find(store, id).await.ok()??.conversation_id).await,
        "dead-letters" => of_sender(dead_letter::find(store, id).await.ok()??.sender_id?),
        "senders" => of_sender(SenderId(id)),
        _ => None,
    }
}

/// The parts of the path that name something.
pub fn subject(route: &Route, path: &str) -> Option<String> {
    let parts = route.path.split('/').zip(path.split('/'));
    let named: Vec<&str> = parts.filter(|(known, _)| known.starts_with('{')).map(|(_, is)| is).collect();
    (!named.is_empty()).then(|| named.join("/"))
}

/// Adds to the entry of the request that this answers.
pub fn noted<B>(mut response: Response<B>, subject: impl Into<Option<String>>, detail: Json) -> Response<B> {
    response.extensions_mut().insert(Note { subject: subject.into(), detail });
    response
}

/// Writes an entry of something that has happened: if the entry cannot be written, the log says so.
pub async fn write(store: &Store, now: Time, doer: &Doer, action: &str, note: Note) {
    put(store, AuditEntry { subject: note.subject, ..doer.entry(store, now, action, note.detail) }).await;
}

/// Writes an entry as `write` does, with another outcome than that it was done.
pub async fn put(store: &Store, entry: AuditEntry) {
    let mut set = WriteSet::new();
    set.push(&audit::INSERT, &entry);
    if let Err(error) = store.commit(set).await {
        let action = &entry.action;
        tracing::error!(error = %error, kind = action, "An entry of the audit log could not be written: {action}");
    }
}

/// Writes the entry of an act that is about to begin; gives its id. Without it the act must not begin.
pub async fn begin(store: &Store, entry: AuditEntry) -> Result<i64, CommitError> {
    let entry = AuditEntry { outcome: audit::BEGUN.to_owned(), ..entry };
    let mut set = WriteSet::new();
    set.push(&audit::INSERT, &entry);
    store.commit(set).await.map(|_| entry.id)
}

/// Writes the outcome of an act. If that fails, the entry says for ever that the act had begun.
pub async fn end(store: &Store, id: i64, note: Note, outcome: &str) {
    let detail = if note.detail.is_object() { note.detail } else { json!({}) };
    let mut set = WriteSet::new();
    set.push(&audit::END, &AuditEnd { id, subject: note.subject, detail, outcome: outcome.to_owned() });
    if let Err(error) = store.commit(set).await {
        tracing::error!(error = %error, "The outcome of an act could not be written into the audit log: {outcome}");
    }
}

/// The outcome that an answer tells: `done`, or the code of its problem.
pub fn outcome<B>(response: &Response<B>) -> String {
    match response.extensions().get::<ProblemCode>() {
        _ if response.status().is_success() => audit::DONE.to_owned(),
        Some(ProblemCode(code)) => (*code).to_owned(),
        None => format!("status {}", response.status().as_u16()),
    }
}

impl Looks {
    /// True if this look is to be written down.
    pub fn is_new(&self, person: i64, action: &'static str, subject: &str, now: Time) -> bool {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= AUDIT_LOOKS_MAX {
            looks.retain(|_, at| now - *at < AUDIT_LOOKED_EVERY);
            if looks.len() >= AUDIT_LOOKS_MAX {
                looks.clear();
            }
        }
        let place = looks.entry((person, action, subject.to_owned())).or_insert(now - AUDIT_LOOKED_EVERY);
        let is_new = now - *place >= AUDIT_LOOKED_EVERY;
        if is_new {
            *place = now;
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::time::Span, web::routes};

    #[test]
    fn the_named_routes_exist() {
        for name in HARMLESS.iter().chain(LOOKS).chain(ALWAYS).chain(DAILY) {
            assert!(routes::all().any(|route| route.name == *name), "{name}");
        }
    }

    #[test]
    fn a_look_again_is_no_new_one_for_a_while() {
        let (looks, now) = (Looks::default(), Time(1_000_000_000));
        assert!(looks.is_new(1, "show_contact", "7", now) && !looks.is_new(1, "show_contact", "7", now));
        assert!(looks.is_new(2, "show_contact", "7", now) && looks.is_new(1, "show_contact", "8", now));
        assert!(!looks.is_new(1, "show_contact", "7", now + AUDIT_LOOKED_EVERY - Span(1)));
        assert!(looks.is_new(1, "show_contact", "7", now + AUDIT_LOOKED_EVERY));
        for n in 0..=AUDIT_LOOKS_MAX {
            looks.is_new(3, "show_contact", &n.to_string(), now);
        }
        assert!(looks.0.lock().unwrap().len() <= AUDIT_LOOKS_MAX);
    }

    #[test]
    fn the_subject_is_named_by_the_path() {
        let route = |name: &str| routes::all().find(|route| route.name == name).unwrap();
        assert_eq!(subject(route("pause_flow"), "/v1/flows/menu/pause"), Some("menu".to_owned()));
        assert_eq!(subject(route("redeliver"), "/v1/webhooks/3/deliveries/4/redeliver"), Some("3/4".to_owned()));
        assert_eq!(subject(route("send_message"), "/v1/messages"), None);
    }
}
