//! Stops the active daemon (SIGSTOP) amid a burst of sends until the other one has done all of its work, and wakes it:
//! nothing that it held leaves it.

use super::{
    daemons::{self, Place},
    people::act,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use transom::{
    base::clock::{Clock, SystemClock},
    store::{Query, Store},
};

/// The provider answers late, so that many sends are running.
const LATENCY: Duration = Duration::from_millis(150);
const PEOPLE: usize = 400;
const REST: Duration = Duration::from_secs(90);
/// A woken daemon would send within this time.
const AFTERWARDS: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_woken_daemon_sends_nothing_that_it_held() {
    let Some(place) = daemons::place(SystemClock.now().0.unsigned_abs(), LATENCY).await else { return };
    let town = Arc::new(place.town(Duration::from_secs(10)));
    let Place { mut pair, graph: _graph, shop: _shop, desk: _desk, .. } = place;
    let writing = tokio::spawn({
        let town = Arc::clone(&town);
        async move { act::crowd(&town, PEOPLE).await }
    });
    town.phones.until_count(PEOPLE / 8, |_| true).await;
    pair.daemons[0].signal("STOP");
    let store = pair.daemons[1].store().await;
    let sending = ids(&store, "sending").await;
    pair.becomes(1, "active").await;
    tokio::time::timeout(REST, writing).await.expect("all are acknowledged").unwrap();
    pair.daemons[1].rest(REST).await.unwrap_or_else(|left| panic!("it does not come to rest: {left}"));
    let arrived = town.phones.count(|_| true);
    let unknown = ids(&store, "unknown").await;
    assert!(!sending.is_empty(), "it was stopped with nothing in hand, so that nothing is shown");
    store.close().await;

    pair.daemons[0].signal("CONT");
    pair.becomes(0, "standby").await;
    tokio::time::sleep(AFTERWARDS).await;
    assert_eq!(town.phones.count(|_| true), arrived, "the woken daemon has sent\n{}", pair.logs());
    // The operator lets the unknown ones go out; those that arrived nevertheless are known by their statuses.
    let replayed = pair.daemons[1].replay_all();
    assert_eq!(replayed, unknown.len());
    town.phones.until_count(arrived + replayed, |_| true).await;
    let inboxes = town.phones.all();
    assert_eq!(inboxes.len(), PEOPLE);
    for (phone, inbox) in inboxes {
        assert_eq!(inbox.len(), 1, "{phone} has {inbox:?}");
    }
    pair.stop();
    eprintln!(
        "stopped with {} messages `sending`; {} of them had not left, and did not leave when it was woken",
        sending.len(),
        unknown.len()
    );
}

async fn ids(store: &Store, state: &'static str) -> BTreeSet<i64> {
    let query = Query { name: "woken.ids", text: "select id from outbound where state = $1" };
    store.all(&query, &[state.into()], |row| row.number("id")).await.unwrap().into_iter().collect()
}
