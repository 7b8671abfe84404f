//! Tests the search of contacts and the lists of the inbox.

use super::{
    on_both, on_sqlite,
    sample::{NOW, account, heard, new_contact},
};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use transom::{
    base::{
        ids::{ContactId, ConversationId},
        time::{Span, Time},
    },
    store::{
        Store, WriteSet,
        queries::{
            inbox,
            search::{self, Wanted},
        },
        tables::{contact, conversation},
    },
};

fn words(name: &str, phone: &str) -> String {
    let data = transom::model::contact::ContactData {
        name: Some(name.into()),
        phone: Some(phone.into()),
        ..transom::model::contact::ContactData::default()
    };
    search::sought(&data)
}

async fn people(store: &Store) {
    let all = [("José López", "+34600111222"), ("Ana Jo", "+34600111333"), ("山田 太郎", "+819012345678")];
    let mut set = WriteSet::new();
    for (id, (name, phone)) in (1..).zip(all) {
        let new = contact::NewContact { sought: words(name, phone), ..new_contact(id) };
        set.push(&contact::INSERT, &new);
        set.push(&conversation::HEARD, &heard(id, id, NOW + Span::minutes(id)));
    }
    store.commit(set).await.unwrap();
}

async fn found(store: &Store, text: &str) -> Vec<i64> {
    let wanted = Wanted::of(text).unwrap();
    let found = search::contacts(store, &account(), &wanted, ContactId(i64::MAX), 10).await.unwrap();
    found.into_iter().map(|id| id.0).collect()
}

#[test]
fn parts_of_names_and_numbers_find_contacts_without_accents_and_capitals() {
    on_both(|bed| async move {
        let store = bed.open().await;
        people(&store).await;
        for (text, ids) in [
            ("jose", vec![1]),
            ("LÓPEZ jo", vec![1]),
            ("jo", vec![2, 1]),
            ("600 111", vec![2, 1]),
            ("+34 600 111 333", vec![2]),
            ("太郎", vec![3]),
            ("%", vec![]),
            ("_", vec![]),
        ] {
            assert_eq!(found(&store, text).await, ids, "{text}");
        }
        let wanted = Wanted::of("jo").unwrap();
        let places = search::conversations(&store, &account(), &wanted).await.unwrap();
        let ids: Vec<i64> = places.iter().map(|(_, id)| id.0).collect();
        assert_eq!(ids, [2, 1], "whoever wrote last comes first");
        assert_eq!(search::conversations(&store, &"other".into(), &wanted).await.unwrap(), []);
        store.close().await;
    });
}

#[test]
fn contacts_of_an_older_version_become_searchable() {
    on_both(|bed| async move {
        let store = bed.open().await;
        people(&store).await;
        store.close().await;
        let text = "update contact set sought = null where id = 1";
        match bed.url.starts_with("sqlite") {
            true => {
                let mut conn = SqliteConnection::connect(&bed.url).await.unwrap();
                sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
                conn.close().await.unwrap();
            }
            false => {
                let mut conn = sqlx::PgConnection::connect(&bed.url).await.unwrap();
                sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
            }
        }
        let store = bed.open().await;
        assert_eq!(found(&store, "600").await, [2]);
        let rows = search::unwritten(&store, 10).await.unwrap();
        assert_eq!(rows.len(), 1);
        let mut set = WriteSet::new();
        search::write(&mut set, &rows[0]);
        store.commit(set).await.unwrap();
        assert_eq!(found(&store, "ada").await, [1], "by the name that its row has");
        assert_eq!(search::unwritten(&store, 10).await.unwrap(), []);
        store.close().await;
    });
}

#[test]
fn the_list_begins_with_whoever_wrote_last_and_goes_on_behind_its_last_row() {
    on_both(|bed| async move {
        let store = bed.open().await;
        people(&store).await;
        let first = inbox::recent(&store, None, 2).await.unwrap();
        let ids = |rows: &[inbox::Listed]| rows.iter().map(|row| row.conversation.id.0).collect::<Vec<_>>();
        assert_eq!(ids(&first), [3, 2]);
        let last: (Time, ConversationId) = (first[1].conversation.last_inbound_at.unwrap(), first[1].conversation.id);
        assert_eq!(ids(&inbox::recent(&store, Some(last), 2).await.unwrap()), [1]);
        assert_eq!(inbox::waiting(&store, None, 2).await.unwrap(), []);
        assert_eq!(inbox::taken(&store, None, 2).await.unwrap(), []);
        assert_eq!(inbox::count_waiting(&store).await.unwrap(), []);
        store.close().await;
    });
}

/// A row of the table itself may have kilobytes; the index has what the search compares.
#[test]
fn a_search_reads_the_index_and_no_contact() {
    on_sqlite(|bed| async move {
        bed.open().await.close().await;
        let mut conn = SqliteConnection::connect(&bed.url).await.unwrap();
        let text = transom::store::queries().find(|query| query.name == "search.contacts").unwrap().text;
        let text = (1..=7).rev().fold(text.to_owned(), |text, n| text.replace(&format!("${n}"), "'1'"));
        let plan = sqlx::query(AssertSqlSafe(format!("explain query plan {text}"))).fetch_all(&mut conn).await.unwrap();
        let lines: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        assert!(lines.iter().any(|line| line.contains("USING COVERING INDEX contact_sought")), "{lines:?}");
        conn.close().await.unwrap();
    });
}
