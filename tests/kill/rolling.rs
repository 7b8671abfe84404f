//! Replaces both daemons one after the other while webhooks come: the load balancer refuses none of them.

use super::{
    bot,
    daemons::{self, Pair, Place},
    people::phone,
};
use crate::graph;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use transom::{
    base::clock::{Clock, SystemClock},
    channel::meta::compose::{self, CustomerAction, CustomerEvent, Number},
    model::inbound::{Alias, AliasKind},
};

const LATENCY: Duration = Duration::from_millis(20);
const WRITERS: usize = 6;
/// The pause of a writer after each webhook.
const PAUSE: Duration = Duration::from_millis(25);
const ROUNDS: usize = 2;
const REST: Duration = Duration::from_secs(90);

/// The answers to one writer's webhooks: the status and the time of each.
type Answers = Vec<(u16, Duration)>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_refuses_no_webhook() {
    let Some(place) = daemons::place(SystemClock.now().0.unsigned_abs(), LATENCY).await else { return };
    let town = place.town(Duration::from_secs(10));
    let Place { mut pair, graph: _graph, shop: _shop, desk: _desk, webhooks, .. } = place;
    let ends = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS).map(|n| tokio::spawn(writes(webhooks.clone(), n, Arc::clone(&ends)))).collect();
    for _ in 0..ROUNDS {
        // The standby first, as in docs/operations.md.
        let active = pair.active().await;
        replace(&mut pair, 1 - active).await;
        replace(&mut pair, active).await;
    }
    ends.store(true, Ordering::SeqCst);
    let mut answers = Vec::new();
    for writer in writers {
        answers.extend(writer.await.unwrap());
    }
    let refused: Vec<_> = answers.iter().filter(|(status, _)| *status != 200).collect();
    assert!(refused.is_empty(), "{} of {} were refused: {refused:?}\n{}", refused.len(), answers.len(), pair.logs());
    let active = pair.active().await;
    pair.daemons[active].rest(REST).await.unwrap_or_else(|left| panic!("it does not come to rest: {left}"));
    town.phones.until_count(answers.len(), |_| true).await;
    for (phone, inbox) in town.phones.all() {
        let mut texts: Vec<&str> = inbox.iter().map(|one| one.text.as_str()).collect();
        let all = texts.len();
        texts.dedup();
        assert_eq!(texts.len(), all, "{phone} has an answer twice: {inbox:?}");
    }
    pair.stop();
    let longest = answers.iter().map(|(_, took)| *took).max().unwrap_or_default();
    eprintln!(
        "{} restarts, {} webhooks, none refused; the longest took {} ms",
        ROUNDS * 2,
        answers.len(),
        longest.as_millis()
    );
}

/// SIGTERM, and a new process in its place; waits until there are two again.
async fn replace(pair: &mut Pair, index: usize) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    pair.daemons[index].stop();
    pair.becomes(1 - index, "active").await;
    pair.daemons[index].start();
    pair.becomes(index, "standby").await;
}

/// Posts messages one after the other, each over a connection of its own and once, until it ends.
async fn writes(url: String, n: usize, ends: Arc<AtomicBool>) -> Answers {
    transom::channel::client::install_crypto();
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let number = Number { waba_id: "102".into(), phone_number_id: bot::NUMBER.into(), phone: "+15550001111".into() };
    let mut answers = Answers::new();
    while !ends.load(Ordering::SeqCst) {
        // A person gets 45 messages at once, and then one each six seconds: these are many people.
        let person = phone(n * 10_000 + answers.len() / 10);
        let act = CustomerAction {
            from: Alias { kind: AliasKind::Phone, value: person.clone() },
            name: None,
            id: format!("wamid.IN.{person}.{}", answers.len()),
            at: SystemClock.now(),
            reply_to: None,
            what: CustomerEvent::Text(format!("echo {}", answers.len())),
        };
        let asked = Instant::now();
        let status = graph::post(&client, &url, bot::SECRET, &compose::message(&number, &act)).await;
        answers.push((status, asked.elapsed()));
        tokio::time::sleep(PAUSE).await;
    }
    answers
}
