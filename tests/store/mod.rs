//! Tests the store on both databases: every statement and query, the writer, crashes.

mod charges;
mod chatwoot;
mod failover;
mod members;
mod model_calls;
mod people;
pub mod postgres;
mod prefilter;
mod records;
mod releases;
mod retention;
mod sample;
mod search;
mod secrets;
mod statements;
mod tables;
mod testers;
mod writer;

use std::future::Future;
use tempfile::TempDir;
use transom::store::{Options, Store};

/// A database without rows.
pub struct Bed {
    pub url: String,
    pub folder: TempDir,
}

impl Bed {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Bed { url: format!("sqlite://{}/data/transom.db", folder.path().display()), folder }
    }

    pub async fn open(&self) -> Store {
        self.open_with(Options::default()).await
    }

    pub async fn open_with(&self, options: Options) -> Store {
        let options = Options { durable: false, ..options };
        match Store::open(&self.url, options).await {
            // Dozens of databases are made on one server meanwhile, which may take seconds to answer: the limit for
            // whoever is in a hurry is not what these tests are about.
            Ok(store) => store.aside(),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Runs a test on SQLite, and on Postgres if it is installed.
pub fn on_both<F: Future<Output = ()>>(claim: impl Fn(Bed) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(claim(Bed::sqlite()));
    if let Some(cluster) = postgres::cluster() {
        let bed = Bed { url: runtime.block_on(cluster.database()), folder: tempfile::tempdir().unwrap() };
        runtime.block_on(claim(bed));
    }
}

/// As `on_both`, for a test that makes the tables itself: the database of Postgres has none.
pub fn on_both_without_tables<F: Future<Output = ()>>(claim: impl Fn(Bed) -> F) {
    on_sqlite(&claim);
    let Some(cluster) = postgres::cluster() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bed = Bed { url: runtime.block_on(cluster.empty_database()), folder: tempfile::tempdir().unwrap() };
    runtime.block_on(claim(bed));
}

pub fn on_sqlite<F: Future<Output = ()>>(claim: impl Fn(Bed) -> F) {
    tokio::runtime::Runtime::new().unwrap().block_on(claim(Bed::sqlite()));
}

pub fn on_postgres<F: Future<Output = ()>>(claim: impl Fn(Bed) -> F) {
    let Some(cluster) = postgres::cluster() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bed = Bed { url: runtime.block_on(cluster.database()), folder: tempfile::tempdir().unwrap() };
    runtime.block_on(claim(bed));
}
