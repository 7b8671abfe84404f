//! Tests the effect of retention on the size of a database's file.

use super::{Bed, on_sqlite};
use std::path::PathBuf;
use transom::{
    base::{limits::SHRINK_KEEPS_PAGES, time::Time},
    store::{
        Store, WriteSet,
        queries::retention::{self, Pace},
        tables::webhook::{self, Webhook},
    },
};

const NOW: Time = Time(1_780_000_000_000);
const PAGE: u64 = 4096;

fn file(bed: &Bed) -> PathBuf {
    PathBuf::from(bed.url.strip_prefix("sqlite://").unwrap())
}

fn length(bed: &Bed) -> u64 {
    std::fs::metadata(file(bed)).unwrap().len()
}

/// 32 MB of bodies are inserted and deleted.
async fn fill_and_forget(store: &Store) {
    for n in 0..80 {
        let mut set = WriteSet::new();
        for k in 0..20 {
            let body = "x".repeat(20_000);
            let row = Webhook { id: n * 20 + k + 1, provider: "meta".into(), sender_id: None, received_at: NOW, body };
            set.push(&webhook::INSERT, &row);
        }
        store.commit(set).await.unwrap();
    }
    let later = NOW + transom::base::time::Span(1);
    assert_eq!(retention::forget(store, &webhook::EXPIRE, later, Pace::AtOnce).await.unwrap(), 1600);
    retention::shrink(store, Pace::AtOnce).await.unwrap();
}

#[test]
fn a_file_becomes_shorter_when_its_rows_are_forgotten() {
    on_sqlite(|bed| async move {
        let store = bed.open().await;
        fill_and_forget(&store).await;
        store.close().await;
        let kept = u64::try_from(SHRINK_KEEPS_PAGES).unwrap() * PAGE;
        let left = length(&bed);
        assert!((kept / 2..kept + 3_000_000).contains(&left), "{left} bytes are left, {kept} are kept for what comes");
    });
}

#[test]
fn a_file_of_an_earlier_version_becomes_shorter_after_it_was_compacted() {
    on_sqlite(|bed| async move {
        std::fs::create_dir_all(file(&bed).parent().unwrap()).unwrap();
        let old = rusqlite::Connection::open(file(&bed)).unwrap();
        old.execute_batch("pragma auto_vacuum = none; create table of_an_earlier_version (n bigint)").unwrap();
        drop(old);
        let store = bed.open().await;
        fill_and_forget(&store).await;
        store.close().await;
        assert!(length(&bed) > 30_000_000, "it has no list of its pages, so it stays as it is");
        Store::compact(&bed.url).await.unwrap();
        assert!(length(&bed) < 3_000_000, "{} bytes", length(&bed));
        let store = bed.open().await;
        fill_and_forget(&store).await;
        store.close().await;
        assert!(length(&bed) < 20_000_000, "{} bytes", length(&bed));
    });
}

#[test]
fn a_database_that_a_daemon_has_is_not_compacted() {
    on_sqlite(|bed| async move {
        let store = bed.open().await;
        let refused = Store::compact(&bed.url).await.unwrap_err().to_string();
        assert!(refused.contains("is held by another Transom daemon"), "{refused}");
        store.close().await;
    });
}
