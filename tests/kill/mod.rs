//! Kills the real binary twenty times under load: every acknowledged message is answered once, in order.
//!
//! Simulated customers (`people`) write to a daemon (`process`) whose Graph API is the emulator; their phones
//! (`phones`) keep the messages. A shop (`shop`) answers the flows' `http` step. At the end the operator replays the
//! unknown messages, and `laws` checks phones, rows, log and metrics.

mod balancer;
mod bot;
mod cable;
mod daemons;
mod desk;
mod hop;
mod inbox;
mod laws;
mod many;
mod pair;
mod people;
mod phones;
mod process;
mod rolling;
mod shop;
mod woken;

use crate::{
    graph::{Graph, Statuses},
    receiver::Receiver,
    sim::dice::Dice,
};
use laws::Case;
use people::{Town, act};
use process::{Process, cron};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use transom::base::clock::{Clock, SystemClock};

const DEATHS: usize = 20;
/// The provider answers late, so that some sends are running at every death.
const LATENCY: Duration = Duration::from_millis(80);
/// The least duration of the load.
const LOAD: Duration = Duration::from_secs(24);
/// The approximate duration of the schedule's starts; most deaths fall into it.
const FIRE: Duration = Duration::from_secs(13);
/// The life of a process that dies while it resumes earlier work; not twice in a row, because a message would then
/// count as poison.
const SHORT_LIFE: Duration = Duration::from_millis(700);
/// How long all work may take to finish after the last death.
const REST: Duration = Duration::from_secs(90);

const PATIENT: usize = 32;
const HASTY: usize = 8;
/// The contacts who wrote once and get the schedule's message.
const CROWD: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_process_is_killed() {
    let seed = SystemClock.now().0.unsigned_abs();
    let mut dice = Dice::new(seed);
    let graph = Graph::start().await;
    graph.be_slow(LATENCY);
    let shop = shop::open(seed).await;
    let began = Instant::now();
    // The next minute that leaves time to make the crowd known.
    let fire = (SystemClock.now().0 / 60_000 + 1) * 60_000;
    let fire = if fire - SystemClock.now().0 < 7_000 { fire + 60_000 } else { fire };
    let desk = Receiver::new(&[]).await;
    let mut process =
        Process::new(|folder, port| bot::write(folder, port, &graph.base, &shop.url, &desk.url, &cron(fire)));
    let url = process.webhooks();
    let states = vec!["sent", "delivered", "read"];
    graph.post_statuses(Statuses { url: url.clone(), app_secret: bot::SECRET.into(), states });
    process.start();
    process.ready().await;

    let until_fire = Duration::from_millis(u64::try_from(fire - SystemClock.now().0).unwrap());
    let load = LOAD.max(until_fire + FIRE);
    let town = Arc::new(Town::new(&graph, url, load));
    act::crowd(&town, CROWD).await;
    let mut people: Vec<_> = (0..PATIENT).map(|n| tokio::spawn(act::patient(town.clone(), n, seed))).collect();
    people.extend((0..HASTY).map(|n| tokio::spawn(act::hasty(town.clone(), PATIENT + n, seed))));

    let begun = Instant::now();
    let load = LOAD.max(Duration::from_millis((fire - SystemClock.now().0).max(0).unsigned_abs()) + FIRE);
    let mut last = begun;
    for at in deaths(&mut dice, load, load.saturating_sub(FIRE)) {
        tokio::time::sleep_until((begun + at).max(last + SHORT_LIFE / 4).into()).await;
        process.kill();
        last = Instant::now();
        process.start();
        town.died();
    }
    tokio::time::sleep_until((begun + load).into()).await;
    process.ready().await;
    town.close();
    let case = Case { seed, town: town.clone(), shop, graph, desk, fire };
    for person in people {
        let finished = tokio::time::timeout(REST, person).await;
        finished.unwrap_or_else(|_| panic!("seed {seed}: somebody still waits: {:?}", town.waiting())).unwrap();
    }
    process.rest(REST).await.unwrap_or_else(|left| panic!("seed {seed}: it does not come to rest: {left}"));
    let before_replay = case.arrivals();
    let replayed = process.replay_all();
    process.rest(REST).await.unwrap_or_else(|left| panic!("seed {seed}: after the replay: {left}"));
    let metrics = process.metrics().await;
    process.stop();
    let report = case.judge(&process, before_replay, replayed, &metrics).await;
    eprintln!("{report}, {:.0} s in all", began.elapsed().as_secs_f64());
}

/// The times of the deaths from the begin of the load: most of them while the schedule's starts are running.
fn deaths(dice: &mut Dice, load: Duration, fire: Duration) -> Vec<Duration> {
    let of_fire = DEATHS * 3 / 5;
    let mut all = spread(dice, of_fire, fire.saturating_sub(Duration::from_millis(500)), load);
    // A short load is all fire.
    all.extend(spread(dice, DEATHS - of_fire, Duration::from_millis(300), fire.max(load / 2)));
    all.sort_unstable();
    all
}

/// One random time in each of `count` equal parts.
fn spread(dice: &mut Dice, count: usize, from: Duration, to: Duration) -> Vec<Duration> {
    let part = (to - from) / u32::try_from(count).unwrap();
    let moment =
        |n: usize| from + part * u32::try_from(n).unwrap() + part * u32::try_from(dice.below(100)).unwrap() / 100;
    (0..count).map(moment).collect()
}
