//! Tests the tables of people who sign in: links count once, sessions end, the audit log is read from its newest entry.

use super::{on_both, sample::*};
use serde_json::json;
use transom::{
    base::time::Span,
    model::role::Role,
    store::{
        CommitError, Store, WriteSet,
        queries::retention::{self, Pace},
        tables::{
            audit::{self, AuditEnd, AuditEntry, Means},
            person::{self, NewLink, Person, PersonId, PersonSeen, RoleChange, UsedLink},
            person_session::{self, PersonSession, SessionHash, SessionSeen, SessionsOf},
        },
    },
};

fn ana(id: i64) -> Person {
    Person {
        id,
        name: "Ana".into(),
        folded: "ana".into(),
        role: Role::Author,
        all_accounts: false,
        accounts: vec![account()],
        teams: vec!["desk".into(), "line".into()],
        password: None,
        link_hash: Some("00ff".into()),
        link_ends_at: Some(NOW + Span::hours(1)),
        created_at: NOW,
        seen_at: None,
    }
}

async fn put<R: serde::Serialize>(
    store: &Store,
    at: &transom::store::Statement<R>,
    row: &R,
) -> Result<(), CommitError> {
    let mut set = WriteSet::of(1);
    set.push(at, row);
    store.commit(set).await.map(drop)
}

#[test]
fn a_link_is_used_once_also_by_two_at_once() {
    on_both(|bed| async move {
        let store = bed.open().await;
        put(&store, &person::INSERT, &ana(1)).await.unwrap();
        assert!(put(&store, &person::INSERT, &ana(2)).await.is_err(), "the name is taken");
        assert_eq!(person::linked(&store, "00ff").await.unwrap(), Some(ana(1)));
        let used = |at| UsedLink { id: 1, link_hash: "00ff".into(), at, password: "hash".into() };
        assert!(put(&store, &person::USE_LINK, &used(NOW + Span::hours(1))).await.is_err(), "it is over");
        let row = used(NOW);
        let (one, two) = tokio::join!(put(&store, &person::USE_LINK, &row), put(&store, &person::USE_LINK, &row));
        assert_ne!(one.is_ok(), two.is_ok());
        let is = person::named(&store, "ana").await.unwrap().unwrap();
        assert_eq!((is.password.as_deref(), is.link_hash, is.link_ends_at), (Some("hash"), None, None));
        let link = NewLink { id: 1, link_hash: "11ee".into(), link_ends_at: NOW };
        put(&store, &person::LINK, &link).await.unwrap();
        assert_eq!(person::find(&store, 1).await.unwrap().unwrap().password, None);
        let change = RoleChange {
            id: 1,
            role: Role::Operator,
            all_accounts: true,
            accounts: Vec::new(),
            teams: vec!["desk".into()],
        };
        put(&store, &person::CHANGE, &change).await.unwrap();
        put(&store, &person::SEEN, &PersonSeen { id: 1, at: NOW }).await.unwrap();
        let is = person::all(&store).await.unwrap().remove(0);
        assert_eq!((is.role, is.all_accounts, is.accounts.len(), is.seen_at), (Role::Operator, true, 0, Some(NOW)));
        put(&store, &person::REMOVE, &PersonId { id: 1 }).await.unwrap();
        assert!(put(&store, &person::REMOVE, &PersonId { id: 1 }).await.is_err());
        store.close().await;
    });
}

#[test]
fn sessions_end_one_by_one_all_at_once_and_by_their_age() {
    on_both(|bed| async move {
        let store = bed.open().await;
        for (hash, person_id) in [("a", 1), ("b", 1), ("c", 2), ("d", 2)] {
            let row = PersonSession { hash: hash.into(), person_id, created_at: NOW, seen_at: NOW };
            put(&store, &person_session::INSERT, &row).await.unwrap();
        }
        put(&store, &person_session::SEEN, &SessionSeen { hash: "a".into(), at: NOW + Span(5) }).await.unwrap();
        let of: Vec<String> = person_session::of(&store, 1).await.unwrap().into_iter().map(|one| one.hash).collect();
        assert_eq!(of, ["b", "a"]);
        put(&store, &person_session::END, &SessionHash { hash: "b".into() }).await.unwrap();
        assert_eq!(person_session::find(&store, "b").await.unwrap(), None);
        put(&store, &person_session::END_ALL, &SessionsOf { person_id: 2 }).await.unwrap();
        assert!(person_session::of(&store, 2).await.unwrap().is_empty());
        let gone = retention::forget_small(&store, &person_session::EXPIRE, NOW + Span(5), Pace::AtOnce).await.unwrap();
        assert_eq!((gone, person_session::of(&store, 1).await.unwrap().len()), (0, 1));
        let gone = retention::forget_small(&store, &person_session::EXPIRE, NOW + Span(6), Pace::AtOnce).await.unwrap();
        assert_eq!((gone, person_session::find(&store, "a").await.unwrap()), (1, None));
        store.close().await;
    });
}

#[test]
fn the_audit_log_is_read_from_the_newest_and_forgets_the_old() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let entry = |id: i64| AuditEntry {
            id,
            at: NOW + Span(id),
            person_id: Some(7),
            person: Some("Ana".into()),
            key_name: Some("CRM (a1)".into()),
            account: Some("acme".into()),
            address: Some("198.51.100.7".into()),
            means: Means::Person,
            action: "pause_flow".into(),
            subject: Some("menu".into()),
            detail: json!({"n": id}),
            outcome: audit::BEGUN.into(),
        };
        for id in 1..=3 {
            put(&store, &audit::INSERT, &entry(id)).await.unwrap();
        }
        let always = NOW - Span::days(1);
        assert_eq!(audit::page(&store, 3, 5, always).await.unwrap(), [entry(2), entry(1)]);
        assert_eq!(audit::page(&store, i64::MAX, 5, NOW + Span(2)).await.unwrap(), [entry(3), entry(2)]);
        let ended = AuditEnd { id: 3, subject: None, detail: json!({}), outcome: audit::DONE.into() };
        put(&store, &audit::END, &ended).await.unwrap();
        let third = AuditEntry { subject: None, detail: json!({}), outcome: audit::DONE.into(), ..entry(3) };
        assert_eq!(retention::forget(&store, &audit::EXPIRE, NOW + Span(3), Pace::AtOnce).await.unwrap(), 2);
        assert_eq!(audit::page(&store, i64::MAX, 5, always).await.unwrap(), [third]);
        store.close().await;
    });
}
