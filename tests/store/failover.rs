//! Kills a Postgres server amid commits and promotes its replica: the daemon follows, and nothing that it acknowledged
//! is lost. Lets servers keep silent that stand before the right one.

use super::{
    on_postgres,
    postgres::{Cluster, synchronous_pair},
    sample::inbound,
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use transom::store::{CommitError, Joined, NewMember, Options, Query, Standby, Store, WriteSet, tables::inbound};

/// The longest time until commits are taken again, after the replica was promoted.
const BACK_AFTER: Duration = Duration::from_secs(10);
const WRITERS: usize = 8;

/// Commits one row after the other, and remembers those that were acknowledged.
struct Writing {
    store: Mutex<Store>,
    next: AtomicI64,
    acknowledged: Mutex<BTreeSet<i64>>,
    ends: AtomicBool,
}

impl Writing {
    fn begin(store: Store) -> (Arc<Writing>, Vec<tokio::task::JoinHandle<()>>) {
        let (store, acknowledged) = (Mutex::new(store), Mutex::default());
        let writing = Writing { store, next: 1.into(), acknowledged, ends: false.into() };
        let writing = Arc::new(writing);
        let tasks = (0..WRITERS).map(|_| tokio::spawn(Arc::clone(&writing).write())).collect();
        (writing, tasks)
    }

    async fn write(self: Arc<Self>) {
        while !self.ends.load(Ordering::SeqCst) {
            let id = self.next.fetch_add(1, Ordering::SeqCst);
            let mut set = WriteSet::of(id);
            set.push(&inbound::INSERT, &inbound(id, 1, &format!("wamid.{id}")));
            let store = self.store();
            match store.commit(set).await {
                Ok(_) => drop(self.acknowledged.lock().unwrap().insert(id)),
                Err(CommitError::Away | CommitError::Unknown) => tokio::time::sleep(Duration::from_millis(20)).await,
                Err(error) => panic!("{error:?}"),
            }
        }
    }

    /// The store of the daemon that is active.
    fn store(&self) -> Store {
        self.store.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    /// Waits until this many more are acknowledged.
    async fn more(&self, count: usize, within: Duration) {
        let (before, began) = (self.count(), Instant::now());
        while self.count() < before + count {
            assert!(
                began.elapsed() < within,
                "{} commits within {within:?}: {:?}",
                self.count(),
                self.store().trouble()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn join(url: &str, name: &str) -> Joined {
    let who = NewMember { name: name.to_owned(), address: format!("http://{name}"), ..NewMember::default() };
    Store::join(url, Options::default(), who).await.unwrap()
}

async fn active(url: &str, name: &str) -> Store {
    match join(url, name).await {
        Joined::Active(store) => store.aside(),
        Joined::Standby(standby) => panic!("{name} stands by: {standby:?}"),
    }
}

async fn standby(url: &str, name: &str) -> Standby {
    match join(url, name).await {
        Joined::Active(_) => panic!("{name} is active, too"),
        Joined::Standby(standby) => *standby,
    }
}

/// The address of a database with these servers before its own.
fn with_servers(url: &str, before: &[u16]) -> String {
    let (scheme, rest) = url.split_once("127.0.0.1:").unwrap();
    let (own, name) = rest.split_once('/').unwrap();
    let own = own.parse::<u16>().unwrap();
    let all = before.iter().chain([&own]).map(|port| format!("127.0.0.1:{port}"));
    format!("{scheme}{}/{name}", all.collect::<Vec<_>>().join(","))
}

async fn ids(store: &Store) -> BTreeSet<i64> {
    let query = Query { name: "failover.ids", text: "select id from inbound where id > $1" };
    store.all(&query, &[0.into()], |row| row.number("id")).await.unwrap().into_iter().collect()
}

async fn fail_over([primary, replica]: [Cluster; 2]) {
    primary.run("alter system set synchronous_standby_names = '*'").await;
    primary.run("select pg_reload_conf()").await;
    let own = primary.database().await;
    // The replica is asked first, and passed over: it takes no writes.
    let url = with_servers(&own, &[replica.port()]);
    let store = active(&url, "a").await;
    let other = standby(&url, "b").await;
    let (writing, tasks) = Writing::begin(store.clone());
    writing.more(200, BACK_AFTER).await;
    // The first one to get the locks at the promoted server is active: the same daemon again, or the standby.
    let next = tokio::spawn({
        let writing = Arc::clone(&writing);
        async move {
            let store = other.take_over().await.unwrap().aside();
            *writing.store.lock().unwrap() = store;
        }
    });

    primary.kill();
    let killed = Instant::now();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!store.is_connected() && !store.fence().is_open(), "a session that is lost proves nothing");
    let before = writing.count();
    replica.run("select pg_promote()").await;
    let promoted = Instant::now();
    writing.more(1, BACK_AFTER).await;
    let back = promoted.elapsed();
    writing.more(200, BACK_AFTER).await;
    writing.ends.store(true, Ordering::SeqCst);
    for task in tasks {
        task.await.unwrap();
    }
    let was_replaced = next.is_finished();
    assert_eq!(store.fence().is_closed(), was_replaced, "one of them is active, and the other one knows it");
    assert!(writing.store().is_connected() && writing.store().fence().is_open());
    let (written, acknowledged) = (ids(&writing.store()).await, writing.acknowledged.lock().unwrap().clone());
    let lost: Vec<_> = acknowledged.difference(&written).collect();
    assert!(lost.is_empty(), "acknowledged, and not there after the failover: {lost:?}");
    eprintln!(
        "{before} commits before the failover, {} after it by the {}; taken {back:?} after the promotion, {:?} after the kill",
        acknowledged.len() - before,
        if was_replaced { "standby" } else { "same daemon" },
        promoted.duration_since(killed) + back
    );
    store.close().await;
    tokio::time::timeout(BACK_AFTER, next).await.expect("the standby takes over").unwrap();
    assert_eq!(ids(&writing.store()).await, written, "the standby has followed");
    writing.store().close().await;
}

#[test]
fn nothing_acknowledged_is_lost_when_the_primary_dies_and_its_synchronous_replica_is_promoted() {
    let Some(pair) = synchronous_pair() else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(fail_over(pair));
}

/// Passes connections on to the server until it is aborted: then the server is gone.
fn passing(server: u16) -> (u16, tokio::task::JoinHandle<()>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    let passing = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((mut client, _)) = listener.accept().await {
            connections.spawn(async move {
                let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                // Either side may hang up.
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (port, passing)
}

/// A try to connect is given up after two seconds, and each silent server takes one of them.
#[test]
fn a_server_behind_three_silent_ones_is_reached() {
    on_postgres(|bed| async move {
        let own = bed.url.rsplit_once('/').unwrap().0.rsplit_once(':').unwrap().1.parse().unwrap();
        let (first, passing) = passing(own);
        let mut silent = Vec::new();
        for _ in 0..3 {
            silent.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
        }
        let mut before = vec![first];
        before.extend(silent.iter().map(|listener| listener.local_addr().unwrap().port()));
        let store = active(&with_servers(&bed.url, &before), "a").await;
        let (writing, tasks) = Writing::begin(store.clone());
        writing.more(20, BACK_AFTER).await;
        passing.abort();
        tokio::time::sleep(Duration::from_millis(100)).await;
        writing.more(20, BACK_AFTER).await;
        writing.ends.store(true, Ordering::SeqCst);
        for task in tasks {
            task.await.unwrap();
        }
        store.close().await;
    });
}
