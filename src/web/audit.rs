//! Writes down what people and commands did. No number, name or word of a customer stands in the audit log, only our
//! ids, so that an erasure has nothing to take out of it.

use super::{
    auth::Caller,
    routes::{AllowedCallers, Route, Verb},
};
use crate::{
    base::{
        limits::{AUDIT_LOOKED_EVERY, AUDIT_LOOKS_MAX},
        time::Time,
    },
    store::{
        Store, WriteSet,
        tables::audit::{self, AuditEntry, Means},
    },
};
use axum::http::{HeaderMap, Response, header};
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Somebody who does something.
#[derive(Debug, Clone)]
pub struct Doer {
    pub person: Option<(i64, String)>,
    pub means: Means,
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
/// Those that are written down also of an account's key, whose other requests are a program's daily work.
const ALWAYS: &[&str] = &["export_contact", "erase_contact", "erase_contact_by_name"];

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
        Caller::Account(_) if acts && route.who == AllowedCallers::Studio => Kept::Always,
        Caller::Account(_) => Kept::No,
        Caller::Operator | Caller::Person(_) if acts => Kept::Always,
        Caller::Person(_) if LOOKS.contains(&route.name) => Kept::Look,
        Caller::Operator | Caller::Person(_) => Kept::No,
    }
}

impl Doer {
    pub fn of(caller: &Caller, headers: &HeaderMap) -> Doer {
        let (person, means) = match caller {
            Caller::Account(_) => (None, Means::Key),
            Caller::Operator if headers.contains_key(header::AUTHORIZATION) => (None, Means::Command),
            Caller::Operator => (None, Means::Page),
            Caller::Person(person) => (Some((person.id, person.name.clone())), Means::Person),
        };
        Doer { person, means }
    }

    /// Somebody at the page who is not signed in.
    pub fn page() -> Doer {
        Doer { person: None, means: Means::Page }
    }

    /// The `transom` command.
    pub fn command() -> Doer {
        Doer { person: None, means: Means::Command }
    }

    pub fn person(id: i64, name: &str) -> Doer {
        Doer { person: Some((id, name.to_owned())), means: Means::Person }
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

/// Writes an entry. The act is done already: if the entry cannot be written, the log says so.
pub async fn write(store: &Store, now: Time, doer: Doer, action: &str, note: Note) {
    let (person_id, person) = doer.person.unzip();
    let row = AuditEntry {
        id: store.next_id(),
        at: now,
        person_id,
        person,
        means: doer.means,
        action: action.to_owned(),
        subject: note.subject,
        detail: if note.detail.is_object() { note.detail } else { json!({}) },
    };
    let mut set = WriteSet::new();
    set.push(&audit::INSERT, &row);
    if let Err(error) = store.commit(set).await {
        tracing::error!(error = %error, kind = action, "An entry of the audit log could not be written: {action}");
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
        for name in HARMLESS.iter().chain(LOOKS).chain(ALWAYS) {
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
