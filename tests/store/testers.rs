//! Tests tester sessions, and contacts in another product's list.

use super::{on_both, sample::*};
use transom::model::value::Value;
use transom::store::WriteSet;
use transom::{
    base::{ids::*, time::Span},
    store::{
        queries::retention::{self, Pace},
        tables::{
            contact,
            tester_session::{self, Activated, TesterSession},
        },
    },
};

fn session(id: i64, code: &str) -> TesterSession {
    TesterSession {
        id,
        account: account(),
        sender_id: SENDER,
        phone: "+34600111222".into(),
        code: code.into(),
        created_at: NOW,
        activated_at: None,
        expires_at: NOW + Span::hours(24),
    }
}

#[test]
fn a_session_waits_for_its_code_until_it_is_activated_or_over() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        let all = [session(1, "ABC234"), session(2, "XYZ567"), session(3, "XYZ567")];
        all.iter().for_each(|session| set.push(&tester_session::INSERT, session));
        store.commit(set).await.unwrap();
        assert_eq!(tester_session::find(&store, 1).await.unwrap(), Some(session(1, "ABC234")));
        let waiting = async |sender, code, at| {
            let found = tester_session::waiting(&store, sender, code, at).await.unwrap();
            found.iter().map(|session| session.id).collect::<Vec<_>>()
        };
        assert_eq!(waiting(SENDER, "XYZ567", NOW).await, [3, 2]);
        assert_eq!(waiting(SENDER, "XYZ568", NOW).await, [0; 0]);
        assert_eq!(waiting(SenderId(7), "XYZ567", NOW).await, [0; 0]);
        assert_eq!(waiting(SENDER, "XYZ567", NOW + Span::hours(24)).await, [0; 0]);
        let later = NOW + Span::hours(1);
        for at in [later, later + Span::hours(1)] {
            let mut set = WriteSet::new();
            let expires_at = at + Span::hours(24);
            set.push(&tester_session::ACTIVATE, &Activated { id: 3, at, expires_at });
            store.commit(set).await.unwrap();
        }
        assert_eq!(waiting(SENDER, "XYZ567", NOW).await, [2]);
        let active = tester_session::find(&store, 3).await.unwrap().unwrap();
        let expected = (Some(later), later + Span::hours(24));
        assert_eq!((active.activated_at, active.expires_at), expected, "the first time counts");
        let listed = tester_session::of(&store, &account()).await.unwrap();
        assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), [3, 2, 1]);
        assert!(tester_session::of(&store, &"other".into()).await.unwrap().is_empty());
        let gone =
            retention::forget(&store, &tester_session::EXPIRE, later + Span::hours(24), Pace::AtOnce).await.unwrap();
        assert_eq!((gone, tester_session::of(&store, &account()).await.unwrap().len()), (2, 1));
        store.close().await;
    });
}

#[test]
fn contacts_are_found_by_words_in_their_name_number_or_mail() {
    on_both(|bed| async move {
        let store = bed.open().await;
        let mut set = WriteSet::new();
        for (id, name, phone) in [(1, "Ada Lovelace", "+441"), (2, "Bob", "+34600"), (3, "Eve", "+15")] {
            let mut new = new_contact(id);
            (new.data.name, new.data.phone) = (Some(name.into()), Some(phone.into()));
            if id == 3 {
                new.data.fields.insert("email".into(), Value::text("eve@ada.example"));
            }
            set.push(&contact::INSERT, &new);
        }
        let mut joined = new_contact(4);
        joined.data.joined_to = Some(ContactId(1));
        set.push(&contact::INSERT, &joined);
        store.commit(set).await.unwrap();
        let found = async |words: &str, limit, offset| {
            let rows = contact::found(&store, &account(), words, limit, offset).await.unwrap();
            rows.iter().map(|(contact, _)| contact.id.0).collect::<Vec<_>>()
        };
        assert_eq!(found("", 10, 0).await, [3, 2, 1], "whoever was joined to another is not there");
        assert_eq!(found("", 1, 1).await, [2]);
        assert_eq!(found("ADA", 10, 0).await, [3, 1]);
        assert_eq!(found("+346", 10, 0).await, [2]);
        assert_eq!(found("love_ace", 10, 0).await, [0; 0]);
        assert_eq!(contact::count_found(&store, &account(), "ada").await.unwrap(), 2);
        assert_eq!(contact::count_found(&store, &"other".into(), "").await.unwrap(), 0);
        let (contact, since) = contact::find_dated(&store, ContactId(2)).await.unwrap().unwrap();
        assert_eq!((contact.data.name.as_deref(), since), (Some("Bob"), NOW));
        store.close().await;
    });
}
